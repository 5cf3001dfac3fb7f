// SPDX-License-Identifier: GPL-2.0-or-later
/* Twins, IOMMU groups, needs and lines of functions, by sorting. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory.h"

static int compare_numbers(unsigned long a, unsigned long b)
{
	return (a > b) - (a < b);
}

static int compare_ids(const struct pci_function *a, const struct pci_function *b)
{
	int order = compare_numbers(a->id.vendor, b->id.vendor);

	if (order == 0)
		order = compare_numbers(a->id.device, b->id.device);
	/* Those that could not be read have nothing in common. */
	return order != 0 ? order : compare_numbers(a->error < 0, b->error < 0);
}

static int compare_groups(const struct pci_function *a, const struct pci_function *b)
{
	return (a->group > b->group) - (a->group < b->group);
}

static int compare_by_id(const void *a, const void *b)
{
	const struct pci_function *const *x = a, *const *y = b;
	int order = compare_ids(*x, *y);

	return order != 0 ? order : pci_address_compare(&(*x)->address, &(*y)->address);
}

static int compare_by_group(const void *a, const void *b)
{
	const struct pci_function *const *x = a, *const *y = b;
	int order = compare_groups(*x, *y);

	return order != 0 ? order : pci_address_compare(&(*x)->address, &(*y)->address);
}

/* By function; the stakes of one in the order in which they were found. */
static int compare_needs(const void *a, const void *b)
{
	const struct need *x = a, *y = b;
	int order = pci_address_compare(&x->function->address, &y->function->address);

	if (order == 0)
		order = (x->stake > y->stake) - (x->stake < y->stake);
	return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

/* Pointers to all functions of a machine in some order. NULL: no memory. */
static const struct pci_function **sorted(const struct machine *machine,
					  int (*compare)(const void *, const void *))
{
	const struct pci_function **functions;

	functions = calloc(machine->n_functions + 1, sizeof(const struct pci_function *));
	if (functions == NULL)
		return NULL;
	for (size_t i = 0; i < machine->n_functions; i++)
		functions[i] = &machine->functions[i];
	qsort(functions, machine->n_functions, sizeof(functions[0]), compare);
	return functions;
}

static struct inventory_entry *entry_of(const struct inventory *inventory,
					const struct pci_function *function)
{
	return &inventory->entries[function - inventory->host->machine.functions];
}

static void find_twins(struct inventory *inventory)
{
	const struct pci_function **by_id = inventory->by_id;
	size_t end;

	for (size_t start = 0; start < inventory->n; start = end) {
		end = start + 1;
		while (end < inventory->n && by_id[start]->error == 0 &&
		       compare_ids(by_id[start], by_id[end]) == 0)
			end++;
		for (size_t i = start; i < end; i++) {
			struct inventory_entry *entry = entry_of(inventory, by_id[i]);

			entry->twins = &by_id[start];
			entry->n_twins = end - start;
			entry->twin = i - start;
		}
	}
}

static void find_members(struct inventory *inventory)
{
	const struct pci_function **by_group = inventory->by_group;
	size_t end;

	for (size_t start = 0; start < inventory->n; start = end) {
		end = start + 1;
		while (end < inventory->n &&
		       compare_groups(by_group[start], by_group[end]) == 0)
			end++;
		for (size_t i = start; i < end && by_group[start]->group >= 0; i++) {
			struct inventory_entry *entry = entry_of(inventory, by_group[i]);

			entry->members = &by_group[start];
			entry->n_members = end - start;
		}
	}
}

/* Adds to n needs those of the functions of a stake, and of what they lie behind. */
static size_t add_needs(struct inventory *inventory, const struct stake *stake, size_t n)
{
	const struct machine *machine = &inventory->host->machine;

	for (size_t i = 0; i < stake->n; i++) {
		const struct pci_function *function =
			machine_at(machine, &stake->functions[i]);

		if (function == NULL)
			continue;
		inventory->needs[n++] = (struct need){ function, stake, i };
		if (!function->is_behind)
			continue;
		function = machine_at(machine, &function->behind);
		if (function != NULL)
			inventory->needs[n++] = (struct need){ function, stake, i };
	}
	return n;
}

static int find_needs(struct inventory *inventory)
{
	const struct stakes *stakes = &inventory->host->stakes;
	size_t n = 0;

	for (size_t i = 0; i < stakes->n; i++)
		n += 2 * stakes->entries[i].n;
	inventory->needs = calloc(n + 1, sizeof(*inventory->needs));
	if (inventory->needs == NULL)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < stakes->n; i++)
		n = add_needs(inventory, &stakes->entries[i], n);
	qsort(inventory->needs, n, sizeof(*inventory->needs), compare_needs);

	for (size_t i = 0; i < n; i++) {
		const struct need *need = &inventory->needs[i];
		struct inventory_entry *entry = entry_of(inventory, need->function);

		if (entry->n_needs == 0)
			entry->needs = need;
		entry->n_needs++;
	}
	return 0;
}

static void find_lines(struct inventory *inventory)
{
	const struct next_boot *next = inventory->next;

	for (size_t i = 0; i < next->list.n_lines; i++) {
		const struct outcome *outcome = &next->outcomes[i];
		const struct pci_function *function = NULL;
		struct inventory_entry *entry;

		if (outcome->has_address && outcome->result != RESULT_BAD_LINE)
			function =
				machine_at(&inventory->host->machine, &outcome->address);
		if (function == NULL)
			continue;
		entry = entry_of(inventory, function);
		if (entry->line != NULL)
			continue;
		entry->line = &next->list.lines[i];
		entry->outcome = outcome;
		entry->unjudged = next_boot_unjudged(inventory->host, next, i) != NULL;
	}
}

int inventory_new(const struct host *host, const struct next_boot *next,
		  struct inventory *ret_inventory)
{
	const struct machine *machine = &host->machine;
	struct inventory inventory = { .host = host,
				       .next = next,
				       .n = machine->n_functions };
	int err = -ENOMEM;

	inventory.entries = calloc(machine->n_functions + 1, sizeof(*inventory.entries));
	inventory.by_id = sorted(machine, compare_by_id);
	inventory.by_group = sorted(machine, compare_by_group);
	if (inventory.entries != NULL && inventory.by_id != NULL &&
	    inventory.by_group != NULL) {
		for (size_t i = 0; i < inventory.n; i++)
			inventory.entries[i].function = &machine->functions[i];
		find_twins(&inventory);
		find_members(&inventory);
		find_lines(&inventory);
		err = find_needs(&inventory);
	}
	if (err < 0)
		inventory_free(&inventory);
	else
		*ret_inventory = inventory;
	return err;
}

int inventory_read_resets(struct inventory *inventory)
{
	char methods[TREE_VALUE_SIZE];

	for (size_t i = 0; i < inventory->n; i++) {
		struct inventory_entry *entry = &inventory->entries[i];

		entry->reset = reset_read(inventory->host->root,
					  &entry->function->address, methods);
		entry->reset_methods = strdup(methods);
		if (entry->reset_methods == NULL)
			return -ENOMEM;
	}
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	for (size_t i = 0; inventory->entries != NULL && i < inventory->n; i++)
		free(inventory->entries[i].reset_methods);
	free(inventory->entries);
	free(inventory->by_id);
	free(inventory->by_group);
	free(inventory->needs);
	*inventory = (struct inventory){ 0 };
}

/* The first row of a group is what orders it among the others. */
struct keyed_row {
	struct inventory_row row;
	const struct pci_address *first;
};

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed_row *x = a, *y = b;
	int order = pci_address_compare(x->first, y->first);

	if (order != 0)
		return order;
	return pci_address_compare(&x->row.entry->function->address,
				   &y->row.entry->function->address);
}

/* Makes the rows of one group, or of one function without; returns how many. */
static size_t key_group(const struct inventory *inventory,
			const struct pci_function *const *functions, size_t n,
			bool (*wanted)(const struct inventory_entry *),
			struct keyed_row *keyed)
{
	size_t n_rows = 0;

	for (size_t i = 0; i < n; i++) {
		const struct inventory_entry *entry = entry_of(inventory, functions[i]);

		if (!wanted(entry))
			continue;
		keyed[n_rows].row = (struct inventory_row){ entry, n_rows, 0 };
		keyed[n_rows++].first = &keyed[0].row.entry->function->address;
	}
	for (size_t i = 0; i < n_rows; i++)
		keyed[i].row.n_group = n_rows;
	return n_rows;
}

int inventory_order(const struct inventory *inventory,
		    bool (*wanted)(const struct inventory_entry *entry),
		    struct inventory_row **ret_rows, size_t *ret_n)
{
	_cleanup_free_ struct keyed_row *keyed = NULL;
	struct inventory_row *rows;
	size_t n = 0, step;

	keyed = calloc(inventory->n + 1, sizeof(*keyed));
	rows = calloc(inventory->n + 1, sizeof(*rows));
	if (keyed == NULL || rows == NULL) {
		free(rows);
		return -ENOMEM;
	}
	for (size_t i = 0; i < inventory->n; i += step) {
		step = entry_of(inventory, inventory->by_group[i])->n_members;
		step = step == 0 ? 1 : step;
		n += key_group(inventory, &inventory->by_group[i], step, wanted,
			       keyed + n);
	}
	qsort(keyed, n, sizeof(*keyed), compare_keyed);
	for (size_t i = 0; i < n; i++)
		rows[i] = keyed[i].row;
	*ret_rows = rows;
	*ret_n = n;
	return 0;
}

bool need_is_alone(const struct need *need)
{
	return need->stake->any || need->stake->n == 1;
}
