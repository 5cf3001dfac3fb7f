// SPDX-License-Identifier: GPL-2.0-or-later
/* Mounting the ESPs of proxmox-boot-tool where nobody else sees it. */

#include <errno.h>
#include <libmount.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot_entry.h"
#include "esps.h"
#include "paths.h"
#include "tree.h"

#define MOUNTS_DIR RUN_DIR "/esps"

/* Gives this process mounts of its own, and a directory in which nothing is left. */
static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	if (mkdir(MOUNTS_DIR, 0700) < 0 && errno != EEXIST)
		return -errno;
	return mount("esps", MOUNTS_DIR, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		     "mode=700") < 0 ?
		       -errno :
		       0;
}

/* Says why an ESP cannot be seen. */
static int cannot_look(const char *uuid, const char *why)
{
	fprintf(stderr,
		"ptbind: the ESP %s cannot be looked at, and may have old images: %s\n",
		uuid, why);
	return -EIO;
}

static int mount_read_only(const char *uuid, const char *device, const char *target)
{
	struct libmnt_context *context = mnt_new_context();
	char why[256] = "no memory";
	int err = context == NULL ? -ENOMEM : 0;

	if (err == 0)
		err = mnt_context_set_source(context, device);
	if (err == 0)
		err = mnt_context_set_target(context, target);
	if (err == 0)
		err = mnt_context_set_options(context, "ro,nosuid,nodev,noexec");
	if (err == 0)
		err = mnt_context_disable_mtab(context, 1);
	if (err == 0) {
		err = mnt_context_mount(context);
		(void)mnt_context_get_excode(context, err, why, sizeof(why));
	}
	mnt_free_context(context);
	return err == 0 ? 0 : cannot_look(uuid, why);
}

static int mount_esp(const char *uuid)
{
	char link[PATH_MAX], device[PATH_MAX], target[PATH_MAX];
	int err;

	snprintf(link, sizeof(link), "/dev/disk/by-uuid/%s", uuid);
	err = tree_resolve("", link, device, sizeof(device));
	if (err == -ENOENT) {
		fprintf(stderr,
			"ptbind: the ESP %s is missing, and may have old images: if it is "
			"gone for good, run 'proxmox-boot-tool clean'\n",
			uuid);
		return err;
	}
	if (err < 0)
		return cannot_look(uuid, strerror(-err));
	snprintf(target, sizeof(target), MOUNTS_DIR "/%s", uuid);
	if (mkdir(target, 0700) < 0)
		return cannot_look(uuid, strerror(errno));
	return mount_read_only(uuid, device, target);
}

int esps_mount(void)
{
	struct boot_entries entries;
	int err = boot_entries_read("", &entries);

	if (err < 0)
		return err;
	if (entries.unmounted.n > 0)
		err = own_mounts();
	if (err < 0)
		fprintf(stderr, "ptbind: the ESPs cannot be looked at: %s\n",
			strerror(-err));
	else
		for (size_t i = 0; i < entries.unmounted.n; i++) {
			const int one = mount_esp(entries.unmounted.lines[i]);

			err = err < 0 ? err : one;
		}
	boot_entries_free(&entries);
	return err;
}

void esps_unmount(void)
{
	/* All at once. What else is mounted in this namespace ends with the process. */
	(void)umount2(MOUNTS_DIR, MNT_DETACH);
	(void)rmdir(MOUNTS_DIR);
}
