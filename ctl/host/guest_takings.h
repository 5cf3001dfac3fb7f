/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that guests take which start with the host, listed or not. */
#ifndef PTBIND_GUEST_TAKINGS_H
#define PTBIND_GUEST_TAKINGS_H

#include <stddef.h>

#include "host.h"
#include "util.h"

struct guest_taking {
	const struct pci_function *function; /* the host's */
	const char *guest;                   /* the path of its configuration, likewise */
	/* What the guest names: the function, or one of its IOMMU group. */
	const struct pci_function *named;
};

struct guest_takings {
	struct guest_taking *entries; /* by address, then by guest; each guest once */
	size_t n;
};

/*
 * Fills them from a host, which must outlive them: with what guests name, and of Proxmox
 * VE with the other endpoints of its IOMMU groups, which it takes from their drivers
 * (PVE::SysFSTools::pci_dev_group_bind_to_vfio). Returns 0 or -ENOMEM.
 */
_must_check_ int guest_takings_fill(const struct host *host,
				    struct guest_takings *ret_takings);

/*
 * The first guest that takes a function of the host, or the one in whose PCI domain it
 * lies; NULL where none does.
 */
const char *guest_takings_find(const struct guest_takings *takings,
			       const struct host *host,
			       const struct pci_address *address);

/* Frees what it owns, not the structure itself. */
void guest_takings_free(struct guest_takings *takings);

#endif
