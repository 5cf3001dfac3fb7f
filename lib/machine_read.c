// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading no more of a machine than a list asks for. */

#include <errno.h>
#include <stdlib.h>

#include "machine_read.h"

/* A function whose facts are to be read. */
struct target {
	struct pci_address address;
	unsigned int facts; /* enum fact */
};

struct targets {
	struct target *entries;
	size_t n;
	size_t room;
};

static int add_target(struct targets *targets, const struct pci_address *address,
		      unsigned int facts)
{
	if (targets->n == targets->room) {
		size_t room = targets->room == 0 ? 16 : targets->room * 2;
		struct target *entries;

		entries = reallocarray(targets->entries, room, sizeof(*entries));
		if (entries == NULL)
			return -ENOMEM;
		targets->entries = entries;
		targets->room = room;
	}
	targets->entries[targets->n++] = (struct target){ *address, facts };
	return 0;
}

static int compare_targets(const void *a, const void *b)
{
	return pci_address_compare(&((const struct target *)a)->address,
				   &((const struct target *)b)->address);
}

/* Sorts the targets and makes one of those with the same address. */
static void unite_targets(struct targets *targets)
{
	size_t n = 0;

	if (targets->n == 0)
		return;
	qsort(targets->entries, targets->n, sizeof(*targets->entries), compare_targets);
	for (size_t i = 1; i < targets->n; i++) {
		if (compare_targets(&targets->entries[n], &targets->entries[i]) == 0)
			targets->entries[n].facts |= targets->entries[i].facts;
		else
			targets->entries[++n] = targets->entries[i];
	}
	targets->n = n + 1;
}

static bool has_target(const struct targets *targets, const struct pci_address *address)
{
	const struct target key = { .address = *address };

	return targets->n > 0 && bsearch(&key, targets->entries, targets->n, sizeof(key),
					 compare_targets) != NULL;
}

/* Adds the functions that the list names; *ret_facts is all that its lines ask for. */
static int find_listed(const struct sysfs *sysfs, const struct allowlist *list,
		       unsigned int facts, struct targets *targets,
		       unsigned int *ret_facts)
{
	*ret_facts = facts;
	for (size_t i = 0; i < list->n_lines; i++) {
		const struct allowlist_line *line = &list->lines[i];
		unsigned int line_facts = facts | facts_of_line(line);
		struct pci_address address;
		int err;

		if (line->column != 0)
			continue;
		*ret_facts |= line_facts;
		err = sysfs_resolve_path(sysfs, &line->where, &address);
		/* Nowhere to go: for this line there is no function. */
		if (err < 0 && err != -ENOMEM)
			continue;
		if (err == 0)
			err = add_target(targets, &address, line_facts);
		if (err < 0)
			return err;
	}
	return 0;
}

static int find_all(const struct sysfs *sysfs, unsigned int facts,
		    struct targets *targets)
{
	_cleanup_free_ struct pci_address *addresses = NULL;
	size_t n;
	int err;

	err = sysfs_list_all(sysfs, &addresses, &n);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = add_target(targets, &addresses[i], facts);
	return err;
}

/* Functions as they are read, and where neighbours of theirs are added. */
struct reading {
	struct pci_function *functions;
	size_t n;
};

static int read_targets(const struct sysfs *sysfs, struct targets *targets,
			struct reading *reading)
{
	struct pci_function *functions;

	unite_targets(targets);
	if (targets->n == 0)
		return 0;
	functions = reallocarray(reading->functions, reading->n + targets->n,
				 sizeof(*functions));
	if (functions == NULL)
		return -ENOMEM;
	reading->functions = functions;
	for (size_t i = 0; i < targets->n; i++)
		if (sysfs_read_function(sysfs, &targets->entries[i].address,
					targets->entries[i].facts,
					&functions[reading->n]) == 0)
			reading->n++;
	return 0;
}

static int compare_by_group(const void *a, const void *b)
{
	const struct pci_function *x = a, *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

/* Adds the members of a function's IOMMU group that are no targets themselves. */
static int find_group(const struct sysfs *sysfs, const struct pci_function *function,
		      const struct targets *known, struct targets *neighbours)
{
	_cleanup_free_ struct pci_address *members = NULL;
	size_t n;
	int err;

	err = sysfs_list_group(sysfs, &function->address, &members, &n);
	/* A group that cannot be listed costs a warning, not the boot. */
	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	for (size_t i = 0; err == 0 && i < n; i++)
		if (!has_target(known, &members[i]))
			err = add_target(neighbours, &members[i], FACT_IDENTITY);
	return err;
}

/* Finds the neighbours of what has been read, listing each group once. */
static int find_neighbours(const struct sysfs *sysfs, struct reading *reading,
			   const struct targets *known, struct targets *neighbours)
{
	int group = -1, err = 0;

	if (reading->n > 0)
		qsort(reading->functions, reading->n, sizeof(*reading->functions),
		      compare_by_group);
	for (size_t i = 0; err == 0 && i < reading->n; i++) {
		const struct pci_function *function = &reading->functions[i];

		if (function->group < 0 || function->group == group)
			continue;
		group = function->group;
		err = find_group(sysfs, function, known, neighbours);
	}
	return err;
}

int machine_read(const struct sysfs *sysfs, const struct allowlist *list,
		 unsigned int facts, bool everything, struct machine *ret_machine)
{
	struct targets targets = { 0 }, neighbours = { 0 };
	struct reading reading = { 0 };
	unsigned int all_facts;
	int err;

	err = find_listed(sysfs, list, facts, &targets, &all_facts);
	if (err == 0 && everything)
		err = find_all(sysfs, all_facts | FACT_IDENTITY, &targets);
	if (err == 0)
		err = read_targets(sysfs, &targets, &reading);
	if (err == 0 && !everything)
		err = find_neighbours(sysfs, &reading, &targets, &neighbours);
	if (err == 0)
		err = read_targets(sysfs, &neighbours, &reading);
	free(targets.entries);
	free(neighbours.entries);
	if (err < 0) {
		free(reading.functions);
		return err;
	}
	return machine_new(reading.functions, reading.n, everything, ret_machine);
}
