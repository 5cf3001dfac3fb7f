/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that the lines of a list come to, to be looked up. */
#ifndef PTBIND_LINE_SET_H
#define PTBIND_LINE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "host.h"
#include "util.h"

struct line_set {
	struct pci_address *addresses; /* sorted */
	size_t n;
};

/*
 * Fills the set with what the next boot binds; and, if with_refused, with what its lines
 * name and it does not bind. Returns 0 or -ENOMEM.
 */
_must_check_ int line_set_fill(const struct next_boot *next, bool with_refused,
			       struct line_set *ret_set);

/* Puts into order what was filled in by hand: line_set_has() wants it so. */
void line_set_sort(struct line_set *set);

bool line_set_has(const struct line_set *set, const struct pci_address *address);

/* Frees what it owns, not the structure itself. */
void line_set_free(struct line_set *set);

#endif
