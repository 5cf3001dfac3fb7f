/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One PCI function, or all functions of a slot, as people write them. */
#ifndef PTBIND_FUNCTIONS_H
#define PTBIND_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "machine.h"
#include "util.h"

/* A slot has so many functions at most. */
#define PCI_SLOT_SIZE (PCI_FUNCTION_MAX + 1)

struct pci_functions {
	struct pci_address address; /* with function 0 for a whole slot */
	bool whole_slot;
};

/*
 * Parses [DDDD:]BB:DD.F, one function, or [DDDD:]BB:DD, the functions of a slot. All of
 * the len bytes at text must belong to it. Returns 0, or -EINVAL with the reason in
 * ret_error.
 */
_must_check_ int pci_functions_parse(const char *text, size_t len,
				     struct pci_functions *ret_functions,
				     struct parse_error *ret_error);

/* Do they include the function at an address? */
bool pci_functions_include(const struct pci_functions *functions,
			   const struct pci_address *address);

/* Finds those that a machine has, by address. Returns how many. */
size_t pci_functions_find(const struct pci_functions *functions,
			  const struct machine *machine,
			  const struct pci_function *ret_found[static PCI_SLOT_SIZE]);

/* Writes dddd:bb:dd.f, or dddd:bb:dd for a whole slot. */
void pci_functions_format(const struct pci_functions *functions,
			  char ret_text[static PCI_ADDRESS_STRSIZE]);

#endif
