// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run that was killed in the middle left behind. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot/image.h"
#include "rebuild.h"

/* Can an image be read to its end? Returns 1, 0 or -ENOMEM. */
static int is_readable(const char *path)
{
	struct image image = { 0 };
	char reason[256];
	const int err = image_read(path, &image, reason);

	image_free(&image);
	if (err == -ENOMEM)
		return err;
	return err == 0;
}

/* Is it but another name of the image in its place? */
static bool is_same_file(const struct saved_image *saved)
{
	struct stat st;

	return lstat(saved->path, &st) == 0 && st.st_dev == saved->st.st_dev &&
	       st.st_ino == saved->st.st_ino;
}

static int put_back(const struct kernel *kernel, const struct saved_image *saved)
{
	const int err = saved_image_restore(saved);

	if (err < 0) {
		fprintf(stderr,
			"ptbind: not applied: %s cannot be read, since an earlier run was "
			"interrupted, and %s, which that kept, cannot be put back: %s; "
			"put it there yourself\n",
			saved->path, saved->saved, strerror(-err));
		return err;
	}
	fprintf(stderr,
		"ptbind: %s could not be read, since an earlier run was interrupted: what "
		"that kept is put back\n",
		saved->path);
	/* It is built anew after that, and copied again. */
	(void)rebuild_run_hooks(kernel, saved->path);
	return 0;
}

/* Chooses between the image and what is kept of it. */
static int choose(const struct kernel *kernel, struct saved_image *saved)
{
	int readable = is_same_file(saved) ? 1 : is_readable(saved->path);

	if (readable == 0) {
		readable = is_readable(saved->saved);
		if (readable == 1)
			return put_back(kernel, saved);
	}
	if (readable == -ENOMEM) {
		fprintf(stderr, "ptbind: not applied: %s: %s\n", saved->path,
			strerror(ENOMEM));
		return readable;
	}
	/* Either the image is good, or what is kept is no better. */
	if (unlink(saved->saved) == 0)
		fprintf(stderr,
			"ptbind: %s, kept by an earlier run that was interrupted, is not "
			"needed and removed\n",
			saved->saved);
	return 0;
}

/* What update-initramfs was writing when it was killed too. */
static void remove_unfinished(const char *path)
{
	char unfinished[300];

	snprintf(unfinished, sizeof(unfinished), "%s.new", path);
	(void)unlink(unfinished);
}

static int recover(const struct kernel *kernel, const char *directory)
{
	struct saved_image saved;
	char path[280];
	int err;

	snprintf(path, sizeof(path), REBUILD_IMAGE_FORMAT, kernel->version);
	err = saved_image_find(path, directory, &saved);
	if (err == -ENOENT)
		return 0;
	if (err < 0) {
		fprintf(stderr, "ptbind: not applied: what is kept of %s: %s\n", path,
			strerror(-err));
		return err;
	}
	remove_unfinished(path);
	err = choose(kernel, &saved);
	saved_image_free(&saved);
	return err;
}

int rebuild_recover(const struct kernels *kernels)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < kernels->n; i++) {
		err = recover(&kernels->entries[i], NULL);
		if (err == 0)
			err = recover(&kernels->entries[i], REBUILD_KEEP_DIR);
	}
	return err;
}
