/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of a class or a bus of sysfs, and what they hang on. */
#ifndef PTBIND_SYS_DEVICE_H
#define PTBIND_SYS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "host.h"
#include "tree.h"
#include "util.h"

struct sys_device {
	char *name; /* "card0", "1-2", "input7" */
	char *path; /* below the host's root, without links: "/sys/devices/…" */
	bool has_function;
	struct pci_address function; /* the last one on the way to it */
};

struct sys_devices {
	struct sys_device *entries; /* by name, strcmp() */
	size_t n;
	int error; /* negative errno: not all could be seen; it is noted */
};

/* Where the names of USB devices fit: a bus, and a port of each of up to seven tiers. */
#define USB_NAME_SIZE 64

/*
 * Lists the devices in a directory of links such as /sys/class/sound. One that is not
 * there has no devices; what else goes wrong is noted in host->unseen. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int sys_devices_list(struct host *host, const char *dir,
				  struct sys_devices *ret_devices);

/* Frees what they own, not the structure itself. */
void sys_devices_free(struct sys_devices *devices);

/* Reads an attribute of a device: tree_value() of a path relative to it. */
_must_check_ int sys_device_value(const struct host *host,
				  const struct sys_device *device, const char *attribute,
				  char ret_value[static TREE_VALUE_SIZE]);

/* Does it exist in software alone? Those below /sys/devices/virtual hang on nothing. */
bool sys_device_is_virtual(const struct sys_device *device);

/*
 * Is this how the kernel names a USB device, BUS-PORT[.PORT…]? Root hubs ("usb1") and
 * interfaces ("1-2:1.0") are not called so. See usb_alloc_dev() in
 * drivers/usb/core/usb.c.
 */
bool usb_name_is_device(const char *name, size_t len);

/* Writes the name of the USB device that a device is, or is part of; false: of none. */
bool sys_device_usb_name(const struct sys_device *device,
			 char ret_name[static USB_NAME_SIZE]);

#endif
