/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What udev knows of block devices: signatures, partitions, links in /dev. */
#ifndef PTBIND_STORAGE_UDEV_H
#define PTBIND_STORAGE_UDEV_H

#include "storage.h"
#include "util.h"

struct storage_udev {
	const char *root;
	struct udev *udev; /* the running system's; NULL below another root */
	int denied; /* errno: a device that udev does not know could not be opened */
};

/* Returns 0 or -ENOMEM. */
_must_check_ int storage_udev_open(const char *root, struct storage_udev *ret_udev);
void storage_udev_close(struct storage_udev *udev);

/*
 * Adds what is known of a block device whose name, number and size are set: on the
 * running system from libudev, or, where udev never saw the device, as in an environment
 * without it, by probing with libblkid; below another root from the files of udev's
 * database there (format: systemd, device_update_db() in sd-device). Returns 0 or
 * -ENOMEM.
 */
_must_check_ int storage_udev_read(struct storage_udev *udev, struct block *block);

#endif
