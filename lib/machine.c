// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking things up among facts that were read; no I/O. */

#include <errno.h>
#include <stdlib.h>

#include "machine.h"

static int compare_functions(const void *a, const void *b)
{
	return pci_address_compare(&((const struct pci_function *)a)->address,
				   &((const struct pci_function *)b)->address);
}

static int compare_path_entries(const void *a, const void *b)
{
	const struct pci_function *x = *(struct pci_function *const *)a;
	const struct pci_function *y = *(struct pci_function *const *)b;
	int order = pci_path_compare(&x->path, &y->path);

	return order != 0 ? order : pci_address_compare(&x->address, &y->address);
}

int machine_new(struct pci_function *functions, size_t n, bool complete,
		struct machine *ret_machine)
{
	struct machine machine = { functions, n, NULL, 0, complete };

	if (n > 0) {
		qsort(functions, n, sizeof(*functions), compare_functions);
		machine.by_path = calloc(n, sizeof(*machine.by_path));
		if (machine.by_path == NULL) {
			free(functions);
			return -ENOMEM;
		}
	}
	for (size_t i = 0; i < n; i++)
		if ((functions[i].facts & FACT_PATH) && functions[i].path_error == 0)
			machine.by_path[machine.n_by_path++] = &functions[i];
	if (machine.n_by_path > 0)
		qsort(machine.by_path, machine.n_by_path, sizeof(*machine.by_path),
		      compare_path_entries);

	*ret_machine = machine;
	return 0;
}

void machine_free(struct machine *machine)
{
	free(machine->by_path);
	free(machine->functions);
	*machine = (struct machine){ 0 };
}

const struct pci_function *machine_at(const struct machine *machine,
				      const struct pci_address *address)
{
	const struct pci_function key = { .address = *address };

	if (machine->n_functions == 0)
		return NULL;
	return bsearch(&key, machine->functions, machine->n_functions, sizeof(key),
		       compare_functions);
}

const struct pci_function *machine_at_path(const struct machine *machine,
					   const struct pci_path *path)
{
	size_t low = 0, high = machine->n_by_path;

	/*
	 * The first entry that is not below: virtual functions may lie on a further bus
	 * and so at the same path, and the lowest bus is the bridge's own.
	 */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pci_path_compare(&machine->by_path[middle]->path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < machine->n_by_path &&
	    pci_path_compare(&machine->by_path[low]->path, path) == 0)
		return machine->by_path[low];

	/* It may start at a bridge on the way; hardly anybody writes it so. */
	for (size_t i = 0; i < machine->n_by_path; i++)
		if (pci_path_matches(path, &machine->by_path[i]->path))
			return machine->by_path[i];
	return NULL;
}

const struct pci_function *machine_at_line(const struct machine *machine,
					   const struct allowlist_line *line)
{
	if (line->where.n_steps > 0)
		return machine_at_path(machine, &line->where);
	return machine_at(machine, &line->where.first);
}

const struct pci_function *machine_find_pinned(const struct machine *machine,
					       const struct allowlist_line *line)
{
	const struct pci_function *found = NULL;
	unsigned int number =
		line->where.n_steps > 0 ?
			line->where.steps[line->where.n_steps - 1].function :
			line->where.first.function;

	if (!(line->pins & PIN_DSN))
		return NULL;

	for (size_t i = 0; i < machine->n_functions; i++) {
		const struct pci_function *f = &machine->functions[i];

		if (!(f->facts & FACT_DSN) || f->dsn_error < 0 || f->dsn != line->dsn ||
		    f->address.function != number)
			continue;
		if ((line->pins & PIN_ID) && !pci_id_equal(&f->id, &line->id))
			continue;
		if (found != NULL)
			return NULL;
		found = f;
	}
	return found;
}

bool pci_function_is_bridge(const struct pci_function *function)
{
	uint32_t class = function->class >> 8;

	return function->header_type != PCI_HEADER_TYPE_ENDPOINT ||
	       class == PCI_CLASS_HOST_BRIDGE || class == PCI_CLASS_PCI_BRIDGE;
}

unsigned int facts_of_line(const struct allowlist_line *line)
{
	unsigned int facts = FACT_IDENTITY;

	if (line->pins & PIN_SUBSYSTEM)
		facts |= FACT_SUBSYSTEM;
	if (line->pins & PIN_DSN)
		facts |= FACT_DSN;
	if ((line->pins & PIN_PATH) || line->where.n_steps > 0)
		facts |= FACT_PATH;
	return facts;
}
