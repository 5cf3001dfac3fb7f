/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images kept while new ones are built, to be put back if that fails. */
#ifndef PTBIND_SAVED_IMAGES_H
#define PTBIND_SAVED_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "util.h"

struct saved_image {
	char *path;     /* of the image */
	char *saved;    /* of the one that is kept */
	struct stat st; /* of the image when it was saved */
};

/*
 * Keeps an image: as another name of the same file beside it where there is room for the
 * new one as well (beside), which then costs nothing; as a copy in a directory otherwise.
 * Returns 0 or a negative errno, with nothing left behind.
 */
_must_check_ int saved_image_keep(const char *path, bool beside, const char *directory,
				  struct saved_image *ret_saved);

/*
 * Finds what a process that was killed has kept of an image: beside it where directory is
 * NULL, else in that. What it had not copied to the end is removed. *ret_saved has the
 * status of the kept file. Returns 0, -ENOENT where there is none, or a negative errno.
 */
_must_check_ int saved_image_find(const char *path, const char *directory,
				  struct saved_image *ret_saved);

/* Is the image another file than the one that was saved? Missing counts, too. */
bool saved_image_differs(const struct saved_image *saved);

/*
 * Puts the image back in one step; what was saved is gone then. Returns 0 or a negative
 * errno: the saved file is still there.
 */
_must_check_ int saved_image_restore(const struct saved_image *saved);

/* Drops what was saved, and frees what the structure owns. */
void saved_image_drop(struct saved_image *saved);

/* Frees what the structure owns; the file stays. */
void saved_image_free(struct saved_image *saved);

/* Bytes that root may still write to the file system that a path is on. */
_must_check_ int free_bytes(const char *path, unsigned long long *ret_bytes);

#endif
