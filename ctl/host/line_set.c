// SPDX-License-Identifier: GPL-2.0-or-later
/* A sorted set of addresses. */

#include <errno.h>
#include <stdlib.h>

#include "line_set.h"

static int compare_addresses(const void *a, const void *b)
{
	return pci_address_compare(a, b);
}

void line_set_sort(struct line_set *set)
{
	if (set->n > 0)
		qsort(set->addresses, set->n, sizeof(*set->addresses), compare_addresses);
}

int line_set_fill(const struct next_boot *next, bool with_refused,
		  struct line_set *ret_set)
{
	struct line_set set = { .addresses = calloc(next->list.n_lines + 1,
						    sizeof(*set.addresses)) };

	if (set.addresses == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < next->list.n_lines; i++) {
		const struct outcome *outcome = &next->outcomes[i];

		if (outcome->has_address &&
		    (with_refused || outcome->result == RESULT_BIND))
			set.addresses[set.n++] = outcome->address;
	}
	line_set_sort(&set);
	*ret_set = set;
	return 0;
}

bool line_set_has(const struct line_set *set, const struct pci_address *address)
{
	return set->n > 0 && bsearch(address, set->addresses, set->n, sizeof(*address),
				     compare_addresses) != NULL;
}

void line_set_free(struct line_set *set)
{
	free(set->addresses);
	*set = (struct line_set){ 0 };
}
