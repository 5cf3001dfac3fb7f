/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions that a guest's configuration passes through, whatever the hypervisor.
 */
#ifndef PTBIND_GUEST_H
#define PTBIND_GUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "functions.h"
#include "notes.h"
#include "util.h"

/* A guest with more is refused: no hypervisor starts one. */
#define GUEST_DEVICES_MAX 256

struct guest_device {
	struct pci_functions functions;
	char *source; /* what names them in the configuration, for messages */
};

struct guest {
	struct guest_device *devices;
	size_t n_devices;      /* at most GUEST_DEVICES_MAX */
	bool too_many;         /* there are more, which is noted */
	struct notes problems; /* what could not be read or understood, a sentence each */
	struct notes remarks;  /* what it has that takes no function, a sentence each */
};

/*
 * Adds a device, or notes that there are too many; source is copied. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int guest_add_device(struct guest *guest,
				  const struct pci_functions *functions,
				  const char *source);

/* Frees what the guest owns, not the structure itself. */
void guest_free(struct guest *guest);

#endif
