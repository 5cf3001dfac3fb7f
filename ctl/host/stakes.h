/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host must not lose, and which PCI functions carry it. */
#ifndef PTBIND_STAKES_H
#define PTBIND_STAKES_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "allowlist.h"
#include "util.h"

/*
 * One thing that the host needs to stay reachable, bootable and usable. Where it can do
 * with any one of several functions, as a bond can, it is lost when all of them are
 * taken; a disk of a mirror must not go either, so that for disks any of them counts.
 */
struct stake {
	enum allowlist_force guard; /* which of the guards looks after it */
	char *what;                 /* for people: "the default route (vmbr0)" */
	bool any; /* lost with any of the functions, not with the last */
	struct pci_address *functions; /* each once, in any order */
	char **carriers; /* for each function what of it carries: "enp8s0", "sda" */
	size_t n;
	/*
	 * Why not everything is known that carries it, a sentence; NULL: all is known.
	 * Then the guard refuses every function of a kind that might.
	 */
	char *unresolved;
	/* Of a disk: no card of a network is such a kind, what is missing is local. */
	bool is_local;
};

struct stakes {
	struct stake *entries;
	size_t n;
};

/*
 * Adds a stake that nothing carries yet; what is copied. *ret_stake is valid until the
 * next one is added. Returns 0 or -ENOMEM.
 */
_must_check_ int stakes_add(struct stakes *stakes, enum allowlist_force guard, bool any,
			    const char *what, struct stake **ret_stake);

/*
 * Adds a function that carries the stake, by a device of this name, which is copied. One
 * that it has already is not added again. Returns 0 or -ENOMEM.
 */
_must_check_ int stake_add_function(struct stake *stake,
				    const struct pci_address *function,
				    const char *carrier);

/* The same for one that it is known not to have: where there are many. */
_must_check_ int stake_append_function(struct stake *stake,
				       const struct pci_address *function,
				       const char *carrier);

/* Says what is not known; only the first sentence is kept. Returns 0 or -ENOMEM. */
_must_check_ _printf_(2, 3) int stake_unresolved(struct stake *stake, const char *format,
						 ...);

/* Frees what the stakes own, not the structure itself. */
void stakes_free(struct stakes *stakes);

#endif
