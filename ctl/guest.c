// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a guest. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

int guest_add_device(struct guest *guest, const struct pci_functions *functions,
		     const char *source)
{
	struct guest_device *devices;
	char *copy;

	devices = reallocarray(guest->devices, guest->n_devices + 1, sizeof(*devices));
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
	*guest = (struct guest){ 0 };
}
