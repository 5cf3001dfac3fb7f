// SPDX-License-Identifier: GPL-2.0-or-later
/* What a list takes from the host: functions, their groups, what lies behind them. */

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "array.h"
#include "list_takings.h"

/* By which lines a group was taken along. */
struct told {
	uint32_t n_lines;
	uint32_t forces; /* a bit for each set of words force= */
};

/* So many lines of a group each tell of all the others in it. */
#define TOLD_LINES_MAX 8

struct filling {
	const struct host *host;
	const struct next_boot *next;
	struct list_takings takings;
	/* All functions, by group; and those behind others, by what they are behind. */
	const struct pci_function **by_group, **behind;
	size_t n_behind;
	struct told *told; /* for the start of each group */
};

static int compare_taken(const void *a, const void *b)
{
	const struct list_taking *x = a, *y = b;
	int order = pci_address_compare(&x->function->address, &y->function->address);

	if (order == 0)
		order = (x->how > y->how) - (x->how < y->how);
	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static int take(struct filling *filling, const struct pci_function *function, size_t line,
		enum how how)
{
	struct list_taking *taken;

	taken = array_grow(filling->takings.entries, filling->takings.n, sizeof(*taken));
	if (taken == NULL)
		return -ENOMEM;
	filling->takings.entries = taken;
	taken[filling->takings.n++] = (struct list_taking){ function, line, how };
	return 0;
}

static int compare_groups(const void *a, const void *b)
{
	const struct pci_function *const *x = a, *const *y = b;
	int order = ((*x)->group > (*y)->group) - ((*x)->group < (*y)->group);

	if (order != 0)
		return order;
	return pci_address_compare(&(*x)->address, &(*y)->address);
}

static int compare_behind(const void *a, const void *b)
{
	const struct pci_function *const *x = a, *const *y = b;

	return pci_address_compare(&(*x)->behind, &(*y)->behind);
}

/* The first function of a group among all functions sorted by group. */
static size_t first_of_group(const struct filling *filling, int group)
{
	size_t low = 0, high = filling->host->machine.n_functions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (filling->by_group[middle]->group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first function behind another among those sorted by that. */
static size_t first_behind(const struct filling *filling,
			   const struct pci_address *function)
{
	size_t low = 0, high = filling->n_behind;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pci_address_compare(&filling->behind[middle]->behind, function) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes a function, and what its driver shows the host: that goes with the driver. */
static int take_with_behind(struct filling *filling, const struct pci_function *function,
			    size_t line, enum how how)
{
	int err = take(filling, function, line, how);

	for (size_t i = first_behind(filling, &function->address);
	     err == 0 && i < filling->n_behind &&
	     pci_address_compare(&filling->behind[i]->behind, &function->address) == 0;
	     i++)
		err = take(filling, filling->behind[i], line, TAKEN_BEHIND);
	return err;
}

/*
 * Was enough told of the rest of a group, which starts at this index, by other lines?
 * Where many lines share a group, one more of each set of words force= is enough.
 */
static bool is_told(struct filling *filling, size_t line, size_t first)
{
	struct told *told = &filling->told[first];
	const uint32_t bit = UINT32_C(1) << filling->next->list.lines[line].force;

	if (told->n_lines >= TOLD_LINES_MAX && told->forces & bit)
		return true;
	told->n_lines++;
	told->forces |= bit;
	return false;
}

/* Takes the function of a line, and the endpoints that a guest takes along with it. */
static int take_line(struct filling *filling, size_t line)
{
	const struct pci_function *const *by_group = filling->by_group;
	const size_t n = filling->host->machine.n_functions;
	size_t first;
	const struct pci_function *function =
		next_boot_function(filling->host, filling->next, line);
	int err;

	/* Whether its pins hold the next boot can tell; nobody may count on it. */
	if (function == NULL)
		function = next_boot_unjudged(filling->host, filling->next, line);
	if (function == NULL)
		return 0;
	err = take_with_behind(filling, function, line, TAKEN_ITSELF);
	if (function->group < 0)
		return err;
	first = first_of_group(filling, function->group);
	if (is_told(filling, line, first))
		return err;
	for (size_t i = first; err == 0 && i < n && by_group[i]->group == function->group;
	     i++)
		if (by_group[i] != function && !pci_function_is_bridge(by_group[i]))
			err = take_with_behind(filling, by_group[i], line,
					       TAKEN_BY_GROUP);
	return err;
}

/* Sorts the functions as taking them wants it. Returns 0 or -ENOMEM. */
static int sort_functions(struct filling *filling)
{
	const struct machine *machine = &filling->host->machine;
	const size_t n = machine->n_functions, size = sizeof(*filling->by_group);

	filling->by_group = calloc(n + 1, size);
	filling->behind = calloc(n + 1, size);
	filling->told = calloc(n + 1, sizeof(*filling->told));
	if (filling->by_group == NULL || filling->behind == NULL || filling->told == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *function = &machine->functions[i];

		filling->by_group[i] = function;
		if (function->is_behind && !pci_function_is_bridge(function))
			filling->behind[filling->n_behind++] = function;
	}
	qsort(filling->by_group, n, size, compare_groups);
	qsort(filling->behind, filling->n_behind, size, compare_behind);
	return 0;
}

/* Sorts them; one that is both in the group and behind, or behind two, is taken once. */
static void sort_and_unite(struct list_takings *takings)
{
	struct list_taking *entries = takings->entries;
	size_t n = 0;

	if (takings->n == 0)
		return;
	qsort(entries, takings->n, sizeof(*entries), compare_taken);
	for (size_t i = 0; i < takings->n; i++)
		if (n == 0 || compare_taken(&entries[n - 1], &entries[i]) != 0)
			entries[n++] = entries[i];
	takings->n = n;
}

int list_takings_fill(const struct host *host, const struct next_boot *next,
		      struct list_takings *ret_takings)
{
	struct filling filling = { .host = host, .next = next };
	int err = sort_functions(&filling);

	for (size_t i = 0; err == 0 && i < next->list.n_lines; i++)
		err = take_line(&filling, i);
	free(filling.by_group);
	free(filling.behind);
	free(filling.told);
	if (err < 0) {
		list_takings_free(&filling.takings);
		return err;
	}
	sort_and_unite(&filling.takings);
	*ret_takings = filling.takings;
	return 0;
}

const struct list_taking *list_takings_find(const struct list_takings *takings,
					    const struct pci_address *address)
{
	size_t low = 0, high = takings->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pci_address_compare(&takings->entries[middle].function->address,
					address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == takings->n ||
	    pci_address_compare(&takings->entries[low].function->address, address) != 0)
		return NULL;
	return &takings->entries[low];
}

void list_takings_free(struct list_takings *takings)
{
	free(takings->entries);
	*takings = (struct list_takings){ 0 };
}
