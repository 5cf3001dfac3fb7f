/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guards: would the host be locked out, unbootable or blind, once vfio-pci has what
 * the list names? They judge facts that were read, and do no I/O.
 */
#ifndef PTBIND_GUARDS_H
#define PTBIND_GUARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"
#include "util.h"

/* Why a line must not be listed as it is. */
struct objection {
	enum allowlist_force guard; /* which one objects */
	size_t line; /* index in the list: a line that takes part in the loss */
	struct pci_address
		function; /* that is lost: the line's own, or one of these two */
	bool by_group;    /* one that shares its IOMMU group */
	bool behind;      /* one that goes with it or those, as is_behind tells */
	bool unresolved;  /* it may be lost: the guard cannot tell, and says why */
	bool forced; /* this line, or another that takes part, has force= for the guard */
	char *message; /* what would be lost with it, a sentence without the address */
};

struct objections {
	struct objection *entries; /* by line, then by guard */
	size_t n;
};

/*
 * Judges a list as the next boot would carry it out: a guest that gets a function takes
 * its whole IOMMU group from the host. Returns 0 or -ENOMEM.
 */
_must_check_ int guards_judge(const struct host *host, const struct next_boot *next,
			      struct objections *ret_objections);

/* Frees what it owns, not the structure itself. */
void objections_free(struct objections *objections);

#endif
