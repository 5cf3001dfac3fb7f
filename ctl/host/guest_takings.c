// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions guests take by themselves, by looking them up on the host. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "guest_takings.h"

static int add_taking(struct guest_takings *takings, const struct pci_function *function,
		      const struct pci_function *named, const char *guest)
{
	struct guest_taking *entries;

	/* A guest with a bridge does not start; and bridges stay where they are. */
	if (pci_function_is_bridge(function))
		return 0;
	entries = array_grow(takings->entries, takings->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	takings->entries = entries;
	entries[takings->n++] = (struct guest_taking){ function, guest, named };
	return 0;
}

/* Adds a function that a guest names, and what is taken along with it. */
static int add_named(struct guest_takings *takings, const struct host *host,
		     const struct pci_function *named,
		     const struct configured_guest *guest)
{
	const struct machine *machine = &host->machine;
	int err = add_taking(takings, named, named, guest->path);

	if (!guest->is_proxmox || named->group < 0)
		return err;
	for (size_t i = 0; err == 0 && i < machine->n_functions; i++) {
		const struct pci_function *function = &machine->functions[i];

		if (function != named && function->group == named->group)
			err = add_taking(takings, function, named, guest->path);
	}
	return err;
}

/* Adds the functions of a device that there are. */
static int add_device(struct guest_takings *takings, const struct host *host,
		      const struct pci_functions *functions,
		      const struct configured_guest *guest)
{
	const struct pci_function *found[PCI_SLOT_SIZE];
	const size_t n = pci_functions_find(functions, &host->machine, found);
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = add_named(takings, host, found[i], guest);
	return err;
}

static int add_guest(struct guest_takings *takings, const struct host *host,
		     const struct configured_guest *guest)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < guest->guest.n_devices; i++)
		err = add_device(takings, host, &guest->guest.devices[i].functions,
				 guest);
	return err;
}

static int compare_takings(const struct guest_taking *x, const struct guest_taking *y)
{
	const int order =
		pci_address_compare(&x->function->address, &y->function->address);

	return order != 0 ? order : strcmp(x->guest, y->guest);
}

/* By address, then by guest; what a guest names in front of what goes along. */
static int compare(const void *a, const void *b)
{
	const struct guest_taking *x = a, *y = b;
	const int order = compare_takings(x, y);

	if (order != 0)
		return order;
	if ((x->named == x->function) != (y->named == y->function))
		return x->named == x->function ? -1 : 1;
	return pci_address_compare(&x->named->address, &y->named->address);
}

/* Sorts them, and leaves each function once for each guest. */
static void sort_and_unite(struct guest_takings *takings)
{
	struct guest_taking *entries = takings->entries;
	size_t n = 0;

	if (takings->n == 0)
		return;
	qsort(entries, takings->n, sizeof(*entries), compare);
	for (size_t i = 0; i < takings->n; i++)
		if (n == 0 || compare_takings(&entries[n - 1], &entries[i]) != 0)
			entries[n++] = entries[i];
	takings->n = n;
}

int guest_takings_fill(const struct host *host, struct guest_takings *ret_takings)
{
	struct guest_takings takings = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < host->guests.n; i++)
		if (host->guests.entries[i].autostart)
			err = add_guest(&takings, host, &host->guests.entries[i]);
	if (err < 0) {
		guest_takings_free(&takings);
		return err;
	}
	sort_and_unite(&takings);
	*ret_takings = takings;
	return 0;
}

static const char *find(const struct guest_takings *takings,
			const struct pci_address *address)
{
	size_t low = 0, high = takings->n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct guest_taking *taking = &takings->entries[middle];

		if (pci_address_compare(&taking->function->address, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == takings->n ||
	    pci_address_compare(&takings->entries[low].function->address, address) != 0)
		return NULL;
	return takings->entries[low].guest;
}

const char *guest_takings_find(const struct guest_takings *takings,
			       const struct host *host, const struct pci_address *address)
{
	const struct pci_function *function = machine_at(&host->machine, address);
	const char *guest = find(takings, address);

	if (guest != NULL || function == NULL || !function->is_behind)
		return guest;
	return find(takings, &function->behind);
}

void guest_takings_free(struct guest_takings *takings)
{
	free(takings->entries);
	*takings = (struct guest_takings){ 0 };
}
