/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions that a guest's configuration passes through, whatever the hypervisor.
 */
#ifndef PTBIND_GUEST_H
#define PTBIND_GUEST_H

#include <stddef.h>

#include "functions.h"
#include "notes.h"
#include "util.h"

struct guest_device {
	struct pci_functions functions;
	char *source; /* what names them in the configuration, for messages */
};

struct guest {
	struct guest_device *devices;
	size_t n_devices;
	struct notes problems; /* what could not be read or understood, a sentence each */
};

/* Adds a device; source is copied. Returns 0 or -ENOMEM. */
_must_check_ int guest_add_device(struct guest *guest,
				  const struct pci_functions *functions,
				  const char *source);

/* Frees what the guest owns, not the structure itself. */
void guest_free(struct guest *guest);

#endif
