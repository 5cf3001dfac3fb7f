// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a guest. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "guest.h"

int guest_add_device(struct guest *guest, const struct pci_functions *functions,
		     const char *source)
{
	struct guest_device *devices;
	char *copy;

	if (guest->n_devices == GUEST_DEVICES_MAX) {
		if (guest->too_many)
			return 0;
		guest->too_many = true;
		return notes_add(&guest->problems,
				 "%s: more than %d PCI devices in one guest", source,
				 GUEST_DEVICES_MAX);
	}
	devices = array_grow(guest->devices, guest->n_devices, sizeof(*devices));
	if (devices == NULL)
		return -ENOMEM;
	guest->devices = devices;
	copy = strdup(source);
	if (copy == NULL)
		return -ENOMEM;
	devices[guest->n_devices].functions = *functions;
	devices[guest->n_devices].source = copy;
	guest->n_devices++;
	return 0;
}

void guest_free(struct guest *guest)
{
	for (size_t i = 0; i < guest->n_devices; i++)
		free(guest->devices[i].source);
	free(guest->devices);
	notes_free(&guest->problems);
	notes_free(&guest->remarks);
	*guest = (struct guest){ 0 };
}
