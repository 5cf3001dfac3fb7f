/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses and device paths as text and as values. */
#ifndef PTBIND_ADDRESS_H
#define PTBIND_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util.h"

#define PCI_DEVICE_MAX 0x1f
#define PCI_FUNCTION_MAX 7

/* The deepest path that is accepted; every element but the first is a bridge away. */
#define PCI_PATH_STEPS_MAX 31

#define PCI_ADDRESS_STRSIZE sizeof("ffffffff:ff:1f.7")
#define PCI_PATH_STRSIZE (PCI_ADDRESS_STRSIZE + PCI_PATH_STEPS_MAX * sizeof("1f.7"))

struct pci_address {
	uint32_t domain; /* 16 bits, but for VMD, which starts at 0x10000 */
	uint8_t bus;
	uint8_t device;   /* at most PCI_DEVICE_MAX */
	uint8_t function; /* at most PCI_FUNCTION_MAX */
};

struct pci_step {
	uint8_t device;
	uint8_t function;
	uint8_t bus; /* where the path was read from a machine; a written one has none */
};

/*
 * Where a function lies: the function on a root bus that leads to it, then the device and
 * function number behind each bridge. The kernel's own syntax for its pci= options, see
 * "pci=" in Documentation/admin-guide/kernel-parameters.txt. Without steps: an address.
 */
struct pci_path {
	struct pci_address first;
	unsigned int n_steps;
	struct pci_step steps[PCI_PATH_STEPS_MAX];
};

/* Where and why a text did not parse. */
struct parse_error {
	size_t offset;       /* bytes from the start of the text */
	const char *message; /* what is wrong and what was expected; a literal */
};

/*
 * Parses [DDDD:]BB:DD.F, hexadecimal, the way lspci prints it; the domain has 4 to 8
 * digits and is 0 where it is left out. All of the len bytes at text must belong to it.
 * Returns 0, or -EINVAL with the reason in ret_error.
 */
_must_check_ int pci_address_parse(const char *text, size_t len,
				   struct pci_address *ret_address,
				   struct parse_error *ret_error);

/* The same for an address followed by any number of /DD.F steps. */
_must_check_ int pci_path_parse(const char *text, size_t len, struct pci_path *ret_path,
				struct parse_error *ret_error);

/* Writes dddd:bb:dd.f, as sysfs and lspci -D do. */
void pci_address_format(const struct pci_address *address,
			char ret_text[static PCI_ADDRESS_STRSIZE]);

/* Writes dddd:bb:dd.f/dd.f… */
void pci_path_format(const struct pci_path *path, char ret_text[static PCI_PATH_STRSIZE]);

/*
 * Does a written path lead to the function that lies at a path read from a machine? As in
 * the kernel it may start at any bridge on the way (pci_dev_str_match_path(),
 * drivers/pci/pci.c).
 */
bool pci_path_matches(const struct pci_path *written, const struct pci_path *actual);

/* Total orders, for qsort() and bsearch() by their callers: below, at or above 0. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);
int pci_path_compare(const struct pci_path *a, const struct pci_path *b);

#endif
