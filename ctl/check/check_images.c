// SPDX-License-Identifier: GPL-2.0-or-later
/* The check of the images: every copy of every kernel's, as the next boot would use it.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "allowlist.h"
#include "boot/boot_entry.h"
#include "boot/image.h"
#include "boot/kernels.h"
#include "check_images.h"
#include "findings.h"
#include "paths.h"
#include "tree.h"

#define REBUILD "run 'ptbind apply'"

static const struct finding_kind no_kernel = {
	.code = "no-kernel",
	.severity = SEVERITY_ERROR,
	.why = "What the next boot starts is not where kernels and their images are looked "
	       "for, so that nobody knows what list it uses; 'ptbind apply' has nothing to "
	       "build an image for.",
	.what = "Is /boot a file system of its own that is not mounted ('findmnt /boot')? Mount "
		"it, or install a kernel.",
};

static const struct finding_kind missing = {
	.code = "image-missing",
	.severity = SEVERITY_ERROR,
	.why = "A kernel without an initramfs image does not find its root, or boots "
	       "without ptbind.",
	.what = "Make it: " REBUILD ".",
	.mended_by_apply = true,
};

/* The same where the kernel has no modules either, so that no image can be made. */
static const struct finding_kind missing_leftover = {
	.code = "image-missing",
	.severity = SEVERITY_WARNING,
	.why = "A kernel that boots without an initramfs image boots without ptbind, and binds "
	       "nothing.",
	.what = "If it is a leftover, remove it and make the boot menu anew: 'ptbind apply'. If "
		"it is in use, install its modules, and run 'ptbind apply'.",
};

static const struct finding_kind unreadable = {
	.code = "image-unreadable",
	.severity = SEVERITY_ERROR,
	.why = "A boot with an image that is cut off or damaged stops, or binds nothing.",
	.what = "Build it again: " REBUILD ". Is the file system full ('df')?",
	.mended_by_apply = true,
};

static const struct finding_kind not_seen = {
	.code = "image-not-seen",
	.severity = SEVERITY_NOTE,
	.why = "Nobody looked whether today's list is in it.",
	.what = "Run 'ptbind check' as root.",
};

static const struct finding_kind not_mounted = {
	.code = "esp-not-mounted",
	.severity = SEVERITY_NOTE,
	.why = "proxmox-boot-tool keeps copies of kernels and images there, which were not "
	       "looked at.",
	.what = "'ptbind apply' has them written anew, and looks at them; to look at one "
		"now, mount it below "
		"/var/tmp/espmounts and run 'ptbind check' again.",
};

static const struct finding_kind unified = {
	.code = "image-in-uki",
	.severity = SEVERITY_NOTE,
	.why = "The image in a unified kernel image was not looked at, and its kernel "
	       "command line cannot have recovery entries.",
	.what = "Make it anew whenever the list changes; see 'Getting back' in "
		"/usr/share/doc/ptbind for a way back.",
};

static const struct finding_kind without_ptbind = {
	.code = "image-without-ptbind",
	.severity = SEVERITY_ERROR,
	.why = "A boot with it binds nothing: host drivers take the listed functions.",
	.what = "Build it again: " REBUILD ".",
	.mended_by_apply = true,
};

static const struct finding_kind order = {
	.code = "image-order",
	.severity = SEVERITY_ERROR,
	.why = "udev loads the host's drivers; what comes after it is too late.",
	.what = "Build it again: " REBUILD "; if that does not help, look for what edits "
		"scripts/init-top/ORDER among the hooks in /etc/initramfs-tools/hooks.",
	.mended_by_apply = true,
};

static const struct finding_kind list_differs = {
	.code = "image-list-differs",
	.severity = SEVERITY_ERROR,
	.why = "A boot with it uses the list that is in it, not " ALLOWLIST_PATH ".",
	.what = "Have today's list put in: " REBUILD ".",
	.mended_by_apply = true,
};

static const struct finding_kind list_comments = {
	.code = "image-list-comments",
	.severity = SEVERITY_NOTE,
	.why = "A boot with it does what today's list says; only comments or blanks are "
	       "other ones.",
	.what = "Nothing needs to be done.",
	.mended_by_apply = true,
};

static const struct finding_kind without_vfio = {
	.code = "image-without-vfio",
	.severity = SEVERITY_WARNING,
	.why = "Without the module vfio-pci listed functions are kept from host drivers, but "
	       "no guest gets them.",
	.what = "See that the kernel has vfio-pci ('modinfo -k VERSION vfio-pci'), then " REBUILD
		".",
	.mended_by_apply = true,
};

struct check {
	const struct host *host;
	const struct next_boot *next;
	struct findings *findings;
};

static int is_same_line(const struct allowlist_line *a, const struct allowlist_line *b)
{
	char x[ALLOWLIST_LINE_MAX + 1], y[ALLOWLIST_LINE_MAX + 1];

	return strcmp(allowlist_line_words(a, x, sizeof(x)),
		      allowlist_line_words(b, y, sizeof(y))) == 0;
}

/* The line of today's list where the image's begins to be another; 0: none. */
static unsigned int first_other_line(const struct allowlist *today,
				     const struct allowlist *other)
{
	for (size_t i = 0; i < today->n_lines; i++)
		if (i >= other->n_lines ||
		    !is_same_line(&today->lines[i], &other->lines[i]))
			return today->lines[i].number;
	if (other->n_lines > today->n_lines)
		return other->lines[today->n_lines].number;
	return 0;
}

static int compare_lists(const struct check *check, const struct image *image,
			 const char *path)
{
	const struct allowlist *today = &check->next->list;
	struct allowlist other;
	unsigned int line;
	char *copy = NULL;
	int err;

	if (image->list != NULL && image->list_size == today->size &&
	    (today->size == 0 || memcmp(image->list, today->data, today->size) == 0))
		return 0;
	if (image->list != NULL && image->list_size > 0) {
		copy = malloc(image->list_size);
		if (copy == NULL)
			return -ENOMEM;
		memcpy(copy, image->list, image->list_size);
	}
	err = allowlist_parse(copy, image->list_size, &other);
	if (err < 0)
		return err;
	line = first_other_line(today, &other);
	if (line != 0)
		err = findings_add(
			check->findings, &list_differs,
			"%s: it lists %zu function%s, today's list %zu; they differ from "
			"line %u on",
			path, other.n_lines, other.n_lines == 1 ? "" : "s",
			today->n_lines, line);
	else if (image->list != NULL)
		err = findings_add(check->findings, &list_comments, "%s", path);
	allowlist_free(&other);
	return err;
}

static int check_list_in(const struct check *check, const struct image *image,
			 const char *path)
{
	const int error = check->next->error;

	if (image->list_is_stale)
		return findings_add(check->findings, &list_differs,
				    "%s: it was built while " ALLOWLIST_PATH
				    " was bad, and has the last good one",
				    path);
	if (image->list_was_unusable)
		return findings_add(check->findings, &list_differs,
				    "%s: it was built while " ALLOWLIST_PATH
				    " could not be used, and has none",
				    path);
	/* What cannot be read is found elsewhere; what is not there names nothing. */
	if (error != 0 && error != -ENOENT)
		return 0;
	return compare_lists(check, image, path);
}

/* Is vfio-pci built into the kernel? */
static bool has_builtin_vfio(const struct check *check, const char *version)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t size;

	if (version == NULL)
		return false;
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", version);
	return tree_read(check->host->root, path, 16777216, &text, &size) == 0 &&
	       strstr(text, "/vfio-pci.ko") != NULL;
}

static int judge_image(const struct check *check, const struct image *image,
		       const char *path, const char *version)
{
	int err;

	if (!image->has_early || image->order == IMAGE_ORDER_MISSING)
		return findings_add(check->findings, &without_ptbind, "%s: %s", path,
				    image->has_early ?
					    "ptbind-early is in it, but nothing runs it" :
					    "no ptbind-early is in it");
	err = check_list_in(check, image, path);
	if (err == 0 && image->order == IMAGE_ORDER_LATE)
		err = findings_add(check->findings, &order,
				   "%s: scripts/init-top/ORDER runs 00-ptbind after udev",
				   path);
	if (err == 0 && !image->has_vfio && check->next->list.n_lines > 0 &&
	    !has_builtin_vfio(check, version))
		err = findings_add(check->findings, &without_vfio, "%s", path);
	return err;
}

/* Says why an image could not be read. */
static int add_unreadable(const struct check *check, const char *path, int error,
			  const char *reason)
{
	if (error == -EACCES || error == -EPERM)
		return findings_add(check->findings, &not_seen, "%s: %s", path,
				    strerror(-error));
	if (error == -ENOENT)
		return findings_add(check->findings, &missing, "%s: there is none", path);
	return findings_add(check->findings, &unreadable, "%s: %s", path,
			    reason[0] != '\0' ? reason : strerror(-error));
}

/*
 * Checks what a boot unpacks: n images below a directory, one over the other. Findings
 * name the last one, which is the kernel's own where there is microcode as well.
 */
static int check_boot(const struct check *check, const char *place, char *const *images,
		      size_t n, const char *version)
{
	char path[PATH_MAX], joined[PATH_MAX], reason[256] = "";
	struct image image = { 0 };
	int err = 0, read = 0;

	for (size_t i = 0; read == 0 && i < n; i++) {
		snprintf(path, sizeof(path), "%s%s", place, images[i]);
		read = tree_path(check->host->root, path, joined, sizeof(joined));
		if (read == 0)
			read = image_read(joined, &image, reason);
	}
	if (read == -ENOMEM)
		err = read;
	else if (read < 0)
		err = add_unreadable(check, path, read, reason);
	else if (n > 0)
		err = judge_image(check, &image, path, version);
	image_free(&image);
	return err;
}

/* Can an image be made for it, or is there one? If not, it may be a leftover. */
static bool is_whole(const struct kernel *kernel)
{
	return kernel->has_image || kernel->has_modules;
}

static int check_kernel(const struct check *check, const struct kernel *kernel)
{
	char name[PATH_MAX], *images[] = { name };

	if (!is_whole(kernel))
		return findings_add(check->findings, &missing_leftover,
				    "/boot/initrd.img-%s: there is none, and no "
				    "/lib/modules/%s either",
				    kernel->version, kernel->version);
	snprintf(name, sizeof(name), "/initrd.img-%s", kernel->version);
	return check_boot(check, "/boot", images, 1, kernel->version);
}

int check_kernel_images(const struct host *host, const struct next_boot *next,
			struct findings *findings)
{
	const struct check check = { host, next, findings };
	struct kernels kernels;
	size_t n = 0;
	int err;

	err = kernels_find(host->root, &kernels);
	if (err < 0)
		return err == -ENOMEM ? err :
					findings_add(findings, &not_seen, "/boot: %s",
						     strerror(-err));
	for (size_t i = 0; i < kernels.n; i++)
		n += is_whole(&kernels.entries[i]);
	if (n == 0)
		err = findings_add(findings, &no_kernel, "/boot has no vmlinuz-VERSION%s",
				   kernels.n > 0 ? " with an image or modules" : "");
	for (size_t i = 0; err == 0 && i < kernels.n; i++)
		err = check_kernel(&check, &kernels.entries[i]);
	kernels_free(&kernels);
	return err;
}

static bool has_same_images(const struct boot_entry *a, const struct boot_entry *b)
{
	if (strcmp(a->place, b->place) != 0 || a->initrds.n != b->initrds.n)
		return false;
	for (size_t i = 0; i < a->initrds.n; i++)
		if (strcmp(a->initrds.entries[i], b->initrds.entries[i]) != 0)
			return false;
	return true;
}

/* Has an earlier entry the same images, as those for recovery have? */
static bool is_checked(const struct boot_entries *entries, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (has_same_images(&entries->entries[k], &entries->entries[i]))
			return true;
	return false;
}

/* Checks what proxmox-boot-tool copies to the top of an ESP that boots GRUB. */
static int check_copies(const struct check *check, const char *place)
{
	static const char prefix[] = "initrd.img-";
	struct tree_names names;
	int err = 0;

	/* Those of /boot are those of the kernels. */
	if (strcmp(place, "/boot") == 0)
		return 0;
	err = tree_list(check->host->root, place, &names);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; err == 0 && i < names.n; i++) {
		const char *name = names.entries[i];
		char path[PATH_MAX], *images[] = { path };

		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(path, sizeof(path), "/%s", name);
		err = check_boot(check, place, images, 1, name + strlen(prefix));
	}
	tree_names_free(&names);
	return err;
}

/* Checks what the entries of systemd-boot name. */
static int check_entries(const struct check *check, const struct boot_entries *entries)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < entries->n; i++) {
		const struct boot_entry *entry = &entries->entries[i];

		if (!is_checked(entries, i))
			err = check_boot(check, entry->place, entry->initrds.entries,
					 entry->initrds.n, entry->version);
	}
	for (size_t i = 0; err == 0 && i < entries->places.n; i++)
		err = check_copies(check, entries->places.entries[i]);
	return err;
}

static int note_unseen(const struct check *check, const struct boot_entries *entries)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < entries->unmounted.n; i++)
		err = findings_add(check->findings, &not_mounted,
				   "the ESP with the UUID %s",
				   entries->unmounted.lines[i]);
	for (size_t i = 0; err == 0 && i < entries->unreadable.n; i++)
		err = findings_add(check->findings, &not_seen, "%s",
				   entries->unreadable.lines[i]);
	for (size_t i = 0; err == 0 && i < entries->unified.n; i++)
		err = findings_add(check->findings, &unified, "%s",
				   entries->unified.lines[i]);
	return err;
}

int check_images(const struct host *host, const struct next_boot *next,
		 struct findings *findings)
{
	const struct check check = { host, next, findings };
	struct boot_entries entries;
	int err;

	err = check_kernel_images(host, next, findings);
	if (err < 0)
		return err;
	err = boot_entries_read(host->root, &entries);
	if (err < 0)
		return err;
	err = check_entries(&check, &entries);
	if (err == 0)
		err = note_unseen(&check, &entries);
	boot_entries_free(&entries);
	return err;
}
