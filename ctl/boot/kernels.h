/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that are installed, by the names of their files in /boot. */
#ifndef PTBIND_KERNELS_H
#define PTBIND_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct kernel {
	char *version;
	bool has_image;   /* /boot/initrd.img-VERSION */
	bool has_modules; /* /lib/modules/VERSION: it is no leftover */
};

struct kernels {
	struct kernel *entries;
	size_t n;
};

/*
 * Finds /boot/vmlinuz-VERSION below root, but for backups that somebody keeps. Returns 0,
 * -ENOMEM, or why /boot cannot be read.
 */
_must_check_ int kernels_find(const char *root, struct kernels *ret_kernels);

/* Frees what they own, not the structure itself. */
void kernels_free(struct kernels *kernels);

#endif
