// SPDX-License-Identifier: GPL-2.0-or-later
/* The uses of functions, kept and found. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "uses.h"

const char *use_kind_word(enum use_kind kind)
{
	static const char *const words[] = {
		[USE_NETWORK] = "network", [USE_DISK] = "disk",
		[USE_USB] = "usb",         [USE_DISPLAY] = "display",
		[USE_SOUND] = "sound",     [USE_THUNDERBOLT] = "thunderbolt",
		[USE_SERIAL] = "serial",
	};

	return words[kind];
}

int uses_add(struct uses *uses, const struct pci_address *function, enum use_kind kind,
	     const char *device, const char *format, ...)
{
	struct use use = { .function = *function, .kind = kind };
	struct use *entries;
	va_list args;
	int n;

	entries = array_grow(uses->entries, uses->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	uses->entries = entries;
	use.device = strdup(device);
	if (use.device == NULL)
		return -ENOMEM;
	va_start(args, format);
	n = vasprintf(&use.text, format, args);
	va_end(args);
	if (n < 0) {
		free(use.device);
		return -ENOMEM;
	}
	entries[uses->n++] = use;
	return 0;
}

void uses_mark_active(struct uses *uses)
{
	uses->entries[uses->n - 1].active = true;
}

static int compare_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = pci_address_compare(&x->function, &y->function);

	if (order == 0)
		order = (x->kind > y->kind) - (x->kind < y->kind);
	return order != 0 ? order : strverscmp(x->device, y->device);
}

void uses_sort(struct uses *uses)
{
	if (uses->n > 0)
		qsort(uses->entries, uses->n, sizeof(*uses->entries), compare_uses);
}

const struct use *uses_of(const struct uses *uses, const struct pci_address *function,
			  size_t *ret_n)
{
	size_t low = 0, high = uses->n, end;

	/* The first that is not below the function. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pci_address_compare(&uses->entries[middle].function, function) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	while (end < uses->n &&
	       pci_address_compare(&uses->entries[end].function, function) == 0)
		end++;
	*ret_n = end - low;
	return end > low ? &uses->entries[low] : NULL;
}

void uses_free(struct uses *uses)
{
	for (size_t i = 0; i < uses->n; i++) {
		free(uses->entries[i].device);
		free(uses->entries[i].text);
	}
	free(uses->entries);
	*uses = (struct uses){ 0 };
}
