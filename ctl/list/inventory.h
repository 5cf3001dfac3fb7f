/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of a host with what they have to do with each other and with the list. */
#ifndef PTBIND_INVENTORY_H
#define PTBIND_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"
#include "host/reset.h"
#include "util.h"

/* A stake that a function carries, itself or by one that lies behind it. */
struct need {
	const struct pci_function *function;
	const struct stake *stake;
	size_t i; /* of what carries it among the functions of the stake */
};

struct inventory_entry {
	const struct pci_function *function;
	/* Those with the same ID, by address, itself among them. */
	const struct pci_function *const *twins;
	size_t n_twins;
	size_t twin; /* which of them it is, from 0 */
	/* The IOMMU group, by address, itself among them; none without a group. */
	const struct pci_function *const *members;
	size_t n_members;
	const struct need *needs; /* what the host needs it for */
	size_t n_needs;
	const struct allowlist_line *line; /* the first that comes to it; or NULL */
	const struct outcome *outcome;     /* of that line */
	bool unjudged;                     /* only root can see whether it holds */
	enum reset_state reset;
	char *reset_methods; /* empty but for RESET_METHODS */
};

struct inventory {
	const struct host *host;
	const struct next_boot *next;
	struct inventory_entry *entries; /* by address, one for each function */
	size_t n;
	const struct pci_function **by_id;
	const struct pci_function **by_group;
	struct need *needs;
};

/*
 * Puts together what is known of every function; of the entries reset and reset_methods
 * are not set. host and next must outlive it. Does no I/O. Returns 0 or -ENOMEM.
 */
_must_check_ int inventory_new(const struct host *host, const struct next_boot *next,
			       struct inventory *ret_inventory);

/* Reads how each function is reset. Returns 0 or -ENOMEM. */
_must_check_ int inventory_read_resets(struct inventory *inventory);

/* Frees what the inventory owns, not the structure itself. */
void inventory_free(struct inventory *inventory);

/* A function in the order in which people see them: IOMMU groups are not torn apart. */
struct inventory_row {
	const struct inventory_entry *entry;
	size_t in_group; /* which of the rows of its group it is, from 0 */
	size_t n_group;  /* how many there are; 1 without a group */
};

/*
 * Orders the functions that wanted() wants, by the address of the first one of each
 * group. The caller frees *ret_rows. Returns 0 or -ENOMEM.
 */
_must_check_ int inventory_order(const struct inventory *inventory,
				 bool (*wanted)(const struct inventory_entry *entry),
				 struct inventory_row **ret_rows, size_t *ret_n);

/* Is the stake lost with this function alone, whatever else stays? */
bool need_is_alone(const struct need *need);

#endif
