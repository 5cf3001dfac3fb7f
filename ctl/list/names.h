/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of PCI devices from pci.ids, through libpci; no hwdb and no DNS are asked. */
#ifndef PTBIND_NAMES_H
#define PTBIND_NAMES_H

#include <stdint.h>
#include <stdio.h>

#include "allowlist.h"
#include "util.h"

/* The longest name that is kept; libpci ends a longer one in dots. */
#define NAME_SIZE 256

struct names {
	struct pci_access *access; /* NULL: no names are known */
	char error[256]; /* why pci.ids could not be used; empty: it can, or is missing */
};

/*
 * Reads the pci.ids below root that libpci was built to read, or where there is none the
 * running system's. With one that is broken no name is known.
 */
void names_open(const char *root, struct names *ret_names);
void names_close(struct names *names);

/*
 * Look names up: of a class (24 bits), a vendor, a device, and of a device's subsystem.
 * Return name, or NULL where there is none.
 */
const char *names_class(const struct names *names, uint32_t class,
			char name[static NAME_SIZE]);
const char *names_vendor(const struct names *names, const struct pci_id *id,
			 char name[static NAME_SIZE]);
const char *names_device(const struct names *names, const struct pci_id *id,
			 char name[static NAME_SIZE]);
const char *names_subsystem(const struct names *names, const struct pci_id *id,
			    const struct pci_id *subsystem, char name[static NAME_SIZE]);

#endif
