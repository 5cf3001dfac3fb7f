/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the entries that boot when nobody chooses one, as the menus have them. */
#ifndef PTBIND_BOOT_DEFAULT_H
#define PTBIND_BOOT_DEFAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct boot_default {
	char *words;
	char *source; /* "/boot/grub/grub.cfg:12", or the file of the entry */
	bool is_made; /* by what makes the menu, which puts it right */
};

struct boot_defaults {
	struct boot_default *entries; /* one for each place that has a menu */
	size_t n;
};

/*
 * Reads them from the menus of the boot loader of the host below root, as far as these
 * can be read. Entries with passthrough off are left out. Returns 0 or -ENOMEM.
 */
_must_check_ int boot_defaults_read(const char *root, struct boot_defaults *ret_defaults);

/* Frees what they own, not the structure itself. */
void boot_defaults_free(struct boot_defaults *defaults);

#endif
