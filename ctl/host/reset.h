/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the kernel can reset a function before another owner gets it. */
#ifndef PTBIND_RESET_H
#define PTBIND_RESET_H

#include "address.h"
#include "tree.h"
#include "util.h"

enum reset_state {
	RESET_NONE,    /* the kernel cannot reset it */
	RESET_METHODS, /* it can, by these */
	RESET_UNNAMED, /* it can, but is older than 5.15 and does not say how */
	RESET_UNREADABLE,
};

/*
 * Reads the methods of a function below root, words separated by blanks in the order in
 * which the kernel tries them: the attribute reset_method, which is there where there is
 * any (Documentation/ABI/testing/sysfs-bus-pci; pci_dev_reset_method_attr_is_visible() in
 * drivers/pci/pci.c). ret_methods is empty but for RESET_METHODS.
 */
enum reset_state reset_read(const char *root, const struct pci_address *address,
			    char ret_methods[static TREE_VALUE_SIZE]);

#endif
