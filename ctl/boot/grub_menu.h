/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's menu: what a grub.cfg that grub-mkconfig wrote offers, and what it boots. */
#ifndef PTBIND_GRUB_MENU_H
#define PTBIND_GRUB_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

/* The IDs of our own entries start so, see hooks/grub/submenu.awk. */
#define RECOVERY_ID_PREFIX "ptbind-off"

/* No entry, no submenu. */
#define GRUB_NONE ((size_t)-1)

struct grub_entry {
	char *title;
	char *id;          /* empty: it has none */
	char *source;      /* the script in grub.d that printed it; empty: unknown */
	char *kernel;      /* of its "linux" line; empty: it boots no Linux */
	char *initrd;      /* the last file of its "initrd" line; empty: none */
	char *words;       /* the rest of the "linux" line */
	bool is_submenu;   /* those that follow with this one as parent are in it */
	size_t parent;     /* index of the submenu it is in, or GRUB_NONE */
	unsigned int line; /* in the file, from 1 */
};

struct grub_menu {
	struct grub_entry *entries; /* in their order */
	size_t n;
	char *chosen;    /* of GRUB_DEFAULT: "0", an ID, "${saved_entry}"; or NULL */
	char *style;     /* timeout_style; NULL: "menu" */
	int timeout;     /* seconds; -1: it waits for a person */
	bool has_serial; /* it shows on a serial port, too */
};

/*
 * Parses the text of a grub.cfg, as far as grub-mkconfig writes such; it is changed.
 * Returns 0 or -ENOMEM.
 */
_must_check_ int grub_menu_parse(char *text, struct grub_menu *ret_menu);

/*
 * Finds what a value of "default" comes to: numbers, titles and IDs, with '>' between a
 * submenu and what is in it. The first entry of a submenu that is chosen itself. Returns
 * its index; GRUB_NONE: there is no such entry, and GRUB boots the first one.
 */
size_t grub_menu_find(const struct grub_menu *menu, const char *chosen);

/* The first entry that boots something, or GRUB_NONE. */
size_t grub_menu_first(const struct grub_menu *menu);

/* Frees what the menu owns, not the structure itself. */
void grub_menu_free(struct grub_menu *menu);

#endif
