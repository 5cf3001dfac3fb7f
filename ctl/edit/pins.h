/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells a function from others, as a line of the allowlist pins it. */
#ifndef PTBIND_PINS_H
#define PTBIND_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"
#include "util.h"

struct pins {
	unsigned int pins; /* enum allowlist_pin: which of the following there are */
	struct pci_id id;
	struct pci_id subsystem;
	uint64_t dsn;
	struct pci_path path;
	bool dsn_unreadable; /* whether it has a serial number cannot be seen */
	bool dsn_shared;     /* other cards bear the same, so that it is none */
};

/*
 * Finds every pin that a function of a complete machine has, whose facts have all been
 * read. None is: a subsystem of only zeros or ones, as functions without any have; a
 * serial number of only zeros or ones, or one that another card bears too; a path on the
 * root bus, which is the address.
 */
void pins_find(const struct machine *machine, const struct pci_function *function,
	       struct pins *ret_pins);

/* Writes the words of those pins that are in which (enum allowlist_pin), in the order of
 * the allowlist's manual, two blanks before each; an empty string without any. */
#define PINS_STRSIZE                                                                     \
	(sizeof("  id=ffff:ffff  subsystem=ffff:ffff  dsn=  path=") + DSN_STRSIZE +      \
	 PCI_PATH_STRSIZE)
void pins_format(const struct pins *pins, unsigned int which,
		 char ret_text[static PINS_STRSIZE]);

#endif
