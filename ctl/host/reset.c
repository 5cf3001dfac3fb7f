// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading how functions are reset. */

#include <errno.h>
#include <stdio.h>

#include "reset.h"

/* Writes the path of an attribute of a function. */
static void attribute_path(const struct pci_address *address, const char *attribute,
			   char *path, size_t size)
{
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	snprintf(path, size, "/sys/bus/pci/devices/%s/%s", text, attribute);
}

enum reset_state reset_read(const char *root, const struct pci_address *address,
			    char ret_methods[static TREE_VALUE_SIZE])
{
	char path[96];
	int err;

	ret_methods[0] = '\0';
	attribute_path(address, "reset_method", path, sizeof(path));
	err = tree_value(root, path, ret_methods);
	if (err == 0)
		return ret_methods[0] == '\0' ? RESET_NONE : RESET_METHODS;
	ret_methods[0] = '\0';
	if (err != -ENOENT)
		return RESET_UNREADABLE;
	attribute_path(address, "reset", path, sizeof(path));
	return tree_has(root, path) ? RESET_UNNAMED : RESET_NONE;
}
