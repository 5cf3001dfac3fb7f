/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that the host no longer has once the next boot did what a list says. */
#ifndef PTBIND_LIST_TAKINGS_H
#define PTBIND_LIST_TAKINGS_H

#include <stddef.h>

#include "host/host.h"
#include "util.h"

enum how {
	TAKEN_ITSELF,   /* by a line of its own */
	TAKEN_BY_GROUP, /* it only shares the IOMMU group of the line's function */
	TAKEN_BEHIND,   /* it is there only while one of those two has its driver */
};

/* A function that the host no longer has, and the line that takes it. */
struct list_taking {
	const struct pci_function *function;
	size_t line;
	enum how how;
};

struct list_takings {
	struct list_taking *entries; /* by address, then in the order of enum how */
	size_t n;
};

/* Fills them from a host, which must outlive them, and its list. Returns 0 or -ENOMEM. */
_must_check_ int list_takings_fill(const struct host *host, const struct next_boot *next,
				   struct list_takings *ret_takings);

/* The first taking of a function; those of it follow one another. NULL: it stays. */
const struct list_taking *list_takings_find(const struct list_takings *takings,
					    const struct pci_address *address);

/* Frees what it owns, not the structure itself. */
void list_takings_free(struct list_takings *takings);

#endif
