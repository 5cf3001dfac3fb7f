/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests that are configured on a host, of Proxmox VE and of libvirt. */
#ifndef PTBIND_CONFIGURED_H
#define PTBIND_CONFIGURED_H

#include <stdbool.h>
#include <stddef.h>

#include "guest.h"
#include "util.h"

struct configured_guest {
	char *path; /* of its configuration, below the root */
	int error;  /* why that, or a directory of such, cannot be read; 0: it was */
	bool is_proxmox;
	bool has_hook;  /* of Proxmox VE: it has some hookscript */
	bool autostart; /* it starts with the host, or the HA manager starts it */
	struct guest guest;
};

struct configured_guests {
	struct configured_guest *entries; /* those of Proxmox VE first, by their paths */
	size_t n;
};

/*
 * Reads them below a root, as they are now: without snapshots and pending changes. What
 * cannot be read of one is its error, what is not understood a problem of its guest.
 * Returns 0 or -ENOMEM.
 */
_must_check_ int configured_guests_read(const char *root,
					struct configured_guests *ret_guests);

/* Frees what the guests own, not the structure itself. */
void configured_guests_free(struct configured_guests *guests);

#endif
