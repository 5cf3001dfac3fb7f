// SPDX-License-Identifier: GPL-2.0-or-later
/* Building, looking at what was built, writing the menu; and putting all back. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "boot/esps.h"
#include "check/check_images.h"
#include "file.h"
#include "good_list.h"
#include "run_program.h"

const struct apply_step *apply_menu_steps(enum boot_loader loader)
{
	static const struct apply_step grub[] = { { { "update-grub" } }, { { NULL } } };
	static const struct apply_step proxmox[] = {
		{ { "proxmox-boot-tool", "refresh" } },
		{ { "/usr/lib/ptbind/proxmox-boot-entries", "update" } },
		{ { NULL } },
	};
	/* kernel-install has written its entries with each image. */
	static const struct apply_step none[] = { { { NULL } } };

	switch (loader) {
	case BOOT_LOADER_GRUB:
		return grub;
	case BOOT_LOADER_PROXMOX_GRUB:
	case BOOT_LOADER_PROXMOX_SYSTEMD:
		return proxmox;
	case BOOT_LOADER_SYSTEMD:
	case BOOT_LOADER_UNKNOWN:
		break;
	}
	return none;
}

/* The last good list must be that of the images, also when they are put back. */
static void restore_good_list(const struct apply *apply)
{
	const int err = good_list_restore(apply->good, apply->good_size);

	if (err < 0)
		fprintf(stderr, "ptbind: " GOOD_LIST ": %s\n", strerror(-err));
}

static enum apply_state put_back(struct apply *apply)
{
	const int err = rebuild_restore(&apply->rebuild);

	restore_good_list(apply);
	apply_print_end(&apply->rebuild);
	return err < 0 ? APPLY_UNSOUND : APPLY_FAILED;
}

/* Is today's list in the new images? Warnings can wait until all is done. */
static int verify(struct apply *apply, bool *ret_good)
{
	struct findings findings = { 0 };
	int err = check_kernel_images(&apply->host, &apply->next, &findings);

	if (err == 0)
		*ret_good = findings_count(&findings, SEVERITY_ERROR) == 0;
	if (err == 0 && !*ret_good)
		(void)apply_print_unmended(&findings);
	findings_free(&findings);
	return err;
}

static bool write_menu(const struct apply *apply)
{
	bool good = true;

	if (apply->loader == BOOT_LOADER_UNKNOWN)
		fputs("ptbind: no boot loader was found that ptbind knows: see that its menu "
		      "has an entry with pt.disable\n",
		      stderr);
	for (const struct apply_step *step = apply_menu_steps(apply->loader);
	     good && step->argv[0] != NULL; step++) {
		int status;

		fputs("ptbind: writing the boot menu: ", stderr);
		apply_print_command(step->argv);
		status = run_program(step->argv);
		good = status == 0;
		if (!good)
			fprintf(stderr,
				"ptbind: '%s' failed with status %d, see above: the images "
				"are new, the boot menu may be the old one\n",
				step->argv[0], status);
	}
	return good;
}

/* Is all as it should be when all is done: copies, and the menu? Says what is not. */
static bool check_again(struct apply *apply)
{
	struct findings findings = { 0 };
	const bool all_seen = esps_mount() == 0;
	bool good = false;
	int err = check_images(&apply->host, &apply->next, &findings);

	if (err == 0)
		err = check_menu(&apply->host, &apply->next, &findings);
	if (err == 0)
		good = apply_print_unmended(&findings) == 0 && all_seen;
	else
		fprintf(stderr, "ptbind: %s\n", strerror(-err));
	findings_free(&findings);
	esps_unmount();
	if (!good)
		fputs("ptbind: not all is applied: the images in /boot are new, but see what "
		      "is above, and what the hooks in /etc/initramfs/post-update.d said\n",
		      stderr);
	return good;
}

enum apply_state apply_carry_out(struct apply *apply)
{
	bool good = false;
	int err;

	err = good_list_read(&apply->good, &apply->good_size);
	if (err < 0 && err != -ENOENT) {
		fprintf(stderr, "ptbind: not applied: " GOOD_LIST ": %s\n",
			file_read_error(err));
		return APPLY_FAILED;
	}
	err = rebuild_run(&apply->rebuild);
	if (err == 0)
		err = verify(apply, &good);
	if (err < 0 || !good)
		return put_back(apply);
	err = good_list_keep(&apply->next);
	if (err < 0)
		fprintf(stderr, "ptbind: " GOOD_LIST ": %s, ignoring\n", strerror(-err));
	/* From here on the state is sound: the new images are complete. */
	if (!write_menu(apply) || !check_again(apply))
		return APPLY_MENU_FAILED;
	fputs("ptbind: applied: the next boot uses the list as it is now\n", stderr);
	return APPLY_APPLIED;
}
