/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of ptbind is in one initramfs image. */
#ifndef PTBIND_IMAGE_H
#define PTBIND_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

/* An image with more than this in it, uncompressed, is not read to its end. */
#define IMAGE_CONTENT_MAX 4294967296
#define IMAGE_FILES_MAX 1048576

/* Who comes first in scripts/init-top/ORDER, which /init follows. */
enum image_order {
	IMAGE_ORDER_MISSING, /* there is no such file, or ptbind is not in it */
	IMAGE_ORDER_FIRST,   /* ptbind before udev, or there is no udev */
	IMAGE_ORDER_LATE,    /* ptbind after udev */
};

struct image {
	char *list; /* the allowlist in it, ends with a NUL; NULL: none */
	size_t list_size;
	bool list_is_stale;     /* it is the last good one, as the owner's was bad */
	bool list_was_unusable; /* the owner's was bad, and there was no other */
	bool has_early;
	bool has_vfio; /* the module vfio-pci */
	enum image_order order;
};

/*
 * Reads an image and adds what is in it to what *image has already: the kernel unpacks
 * several images one over the other. An image is any number of cpio archives one behind
 * the other, the last of which may be compressed
 * (Documentation/driver-api/early-userspace/ buffer-format.rst). Returns 0; -EBADMSG
 * where it is no image, or is cut off, with a reason in ret_error; or another negative
 * errno. *image is to be freed in any case.
 */
_must_check_ int image_read(const char *path, struct image *image,
			    char ret_error[static 256]);

/* Who comes first in a file as scripts/init-top/ORDER: size bytes, behind them a NUL. */
enum image_order image_judge_order(const char *text);

/* Frees what the image owns, not the structure itself. */
void image_free(struct image *image);

#endif
