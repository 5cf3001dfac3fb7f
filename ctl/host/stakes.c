// SPDX-License-Identifier: GPL-2.0-or-later
/* The stakes of a host, kept. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "stakes.h"

int stakes_add(struct stakes *stakes, enum allowlist_force guard, bool any,
	       const char *what, struct stake **ret_stake)
{
	struct stake *entries = array_grow(stakes->entries, stakes->n, sizeof(*entries));
	char *copy;

	if (entries == NULL)
		return -ENOMEM;
	stakes->entries = entries;
	copy = strdup(what);
	if (copy == NULL)
		return -ENOMEM;
	*ret_stake = &entries[stakes->n++];
	**ret_stake = (struct stake){ .guard = guard, .any = any, .what = copy };
	return 0;
}

int stake_append_function(struct stake *stake, const struct pci_address *function,
			  const char *carrier)
{
	struct pci_address *functions;
	char **carriers;

	functions = array_grow(stake->functions, stake->n, sizeof(*functions));
	if (functions == NULL)
		return -ENOMEM;
	stake->functions = functions;
	carriers = array_grow(stake->carriers, stake->n, sizeof(*carriers));
	if (carriers == NULL)
		return -ENOMEM;
	stake->carriers = carriers;
	carriers[stake->n] = strdup(carrier);
	if (carriers[stake->n] == NULL)
		return -ENOMEM;
	functions[stake->n++] = *function;
	return 0;
}

int stake_add_function(struct stake *stake, const struct pci_address *function,
		       const char *carrier)
{
	for (size_t i = 0; i < stake->n; i++)
		if (pci_address_compare(&stake->functions[i], function) == 0)
			return 0;
	return stake_append_function(stake, function, carrier);
}

int stake_unresolved(struct stake *stake, const char *format, ...)
{
	va_list args;
	int n;

	if (stake->unresolved != NULL)
		return 0;
	va_start(args, format);
	n = vasprintf(&stake->unresolved, format, args);
	va_end(args);
	if (n >= 0)
		return 0;
	stake->unresolved = NULL;
	return -ENOMEM;
}

void stakes_free(struct stakes *stakes)
{
	for (size_t i = 0; i < stakes->n; i++) {
		struct stake *stake = &stakes->entries[i];

		for (size_t j = 0; j < stake->n; j++)
			free(stake->carriers[j]);
		free(stake->carriers);
		free(stake->functions);
		free(stake->what);
		free(stake->unresolved);
	}
	free(stakes->entries);
	*stakes = (struct stakes){ 0 };
}
