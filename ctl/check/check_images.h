/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the check of images that 'ptbind apply' repeats when it has built them. */
#ifndef PTBIND_CHECK_IMAGES_H
#define PTBIND_CHECK_IMAGES_H

#include "findings.h"

/* Checks /boot/initrd.img-VERSION of all kernels, no copies. Returns 0 or -ENOMEM. */
_must_check_ int check_kernel_images(const struct host *host,
				     const struct next_boot *next,
				     struct findings *findings);

#endif
