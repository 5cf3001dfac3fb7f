// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging what the host would lose. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "guards.h"
#include "host/guest_takings.h"
#include "list_takings.h"

/* Base classes and classes, PCI Code and ID Assignment 1.11, 1.1 and what follows. */
#define CLASS_STORAGE 0x01
#define CLASS_NETWORK 0x02
#define CLASS_DISPLAY 0x03
#define CLASS_BASE_SYSTEM_SD 0x0805
#define CLASS_SERIAL_BUS_USB 0x0c03

struct judgement {
	const struct host *host;
	const struct next_boot *next;
	struct list_takings by_list;
	struct guest_takings by_guests; /* those go as well, whatever is listed */
	bool any_carrier;               /* some network card has a link now */
	struct objections objections;
};

static const struct list_taking *find_taken(const struct judgement *judgement,
					    const struct pci_address *address)
{
	return list_takings_find(&judgement->by_list, address);
}

static bool same_function(const struct judgement *judgement, const struct list_taking *a,
			  const struct list_taking *b)
{
	return b < judgement->by_list.entries + judgement->by_list.n &&
	       a->function == b->function;
}

/* Does any line that takes this function have force= for a guard? */
static bool is_forced(const struct judgement *judgement, const struct list_taking *first,
		      enum allowlist_force guard)
{
	for (const struct list_taking *t = first; same_function(judgement, first, t); t++)
		if (judgement->next->list.lines[t->line].force & guard)
			return true;
	return false;
}

_printf_(5, 6) static int object(struct judgement *judgement, enum allowlist_force guard,
				 const struct list_taking *taken, bool forced,
				 const char *format, ...)
{
	struct objections *objections = &judgement->objections;
	struct objection objection = {
		.guard = guard,
		.line = taken->line,
		.function = taken->function->address,
		.by_group = taken->how == TAKEN_BY_GROUP,
		.behind = taken->how == TAKEN_BEHIND,
		.forced = forced,
	};
	struct objection *entries;
	va_list args;
	int n;

	entries = array_grow(objections->entries, objections->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	objections->entries = entries;
	va_start(args, format);
	n = vasprintf(&objection.message, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	entries[objections->n++] = objection;
	return 0;
}

/*
 * Objects to every line that takes a function itself, or, where none does, to those that
 * take it along with their group, or else with what it lies behind.
 */
static int object_to_takers(struct judgement *judgement, const struct stake *stake,
			    const struct list_taking *first, bool forced,
			    const char *message)
{
	int err = 0;

	for (const struct list_taking *t = first;
	     err == 0 && same_function(judgement, first, t) && t->how == first->how; t++)
		err = object(judgement, stake->guard, t, forced, "%s", message);
	return err;
}

static bool has_any_carrier(const struct uses *uses)
{
	for (size_t i = 0; i < uses->n; i++)
		if (uses->entries[i].carrier)
			return true;
	return false;
}

/*
 * Is it clear that no network goes over a function now? A card without a link carries
 * nothing as long as another one has it, and a USB controller nothing without devices. A
 * card without interfaces may have them in another network namespace.
 */
static bool has_no_link(const struct judgement *judgement,
			const struct pci_function *function)
{
	size_t n;
	const struct use *uses = uses_of(&judgement->host->uses, &function->address, &n);

	if (!judgement->any_carrier)
		return false;
	for (size_t i = 0; i < n; i++)
		if (uses[i].kind != USE_NETWORK || uses[i].carrier)
			return false;
	return n > 0 || function->class >> 8 == CLASS_SERIAL_BUS_USB;
}

/* Could a function carry a stake? */
static bool may_carry(const struct judgement *judgement,
		      const struct pci_function *function, const struct stake *stake)
{
	const uint32_t base = function->class >> 16, class = function->class >> 8;
	const bool is_usb = class == CLASS_SERIAL_BUS_USB;

	/* What has no host driver now carries nothing now. */
	if (strcmp(function->driver, "vfio-pci") == 0)
		return false;
	switch (stake->guard) {
	case FORCE_NETWORK:
		return (base == CLASS_NETWORK || is_usb) &&
		       !has_no_link(judgement, function);
	case FORCE_DISK:
		return base == CLASS_STORAGE || is_usb || class == CLASS_BASE_SYSTEM_SD ||
		       (base == CLASS_NETWORK && !stake->is_local);
	case FORCE_KEYBOARD:
		return is_usb;
	case FORCE_DISPLAY:
		return base == CLASS_DISPLAY;
	case FORCE_GROUP:
		break;
	}
	return false;
}

/* Nobody knows what carries the stake: whatever might must stay. */
static int judge_unresolved(struct judgement *judgement, const struct stake *stake)
{
	struct objections *objections = &judgement->objections;
	int err = 0;

	for (size_t i = 0; err == 0 && i < judgement->by_list.n; i++) {
		const struct list_taking *taken = &judgement->by_list.entries[i];
		const unsigned int force = judgement->next->list.lines[taken->line].force;

		if (!may_carry(judgement, taken->function, stake))
			continue;
		/* What is listed itself is no matter of the others in its group. */
		if (taken->how != find_taken(judgement, &taken->function->address)->how)
			continue;
		err = object(judgement, stake->guard, taken, force & stake->guard,
			     "it may carry %s: %s", stake->what, stake->unresolved);
		if (err == 0)
			objections->entries[objections->n - 1].unresolved = true;
	}
	return err;
}

/* Writes " (CARRIER)", or nothing where what is lost ends with that name already. */
static const char *format_carrier(const struct stake *stake, size_t i, char *buf,
				  size_t size)
{
	const char *carrier = stake->carriers[i];
	size_t end = strlen(stake->what), len = strlen(carrier);

	if (end > 0 && stake->what[end - 1] == ')')
		end--;
	buf[0] = '\0';
	if (end <= len || strchr(" (", stake->what[end - len - 1]) == NULL ||
	    strncmp(stake->what + end - len, carrier, len) != 0)
		snprintf(buf, size, " (%s)", carrier);
	return buf;
}

/* A stake that any function's loss breaks. */
static int judge_any(struct judgement *judgement, const struct stake *stake)
{
	char message[512], carrier[128];
	int err = 0;

	for (size_t i = 0; err == 0 && i < stake->n; i++) {
		const struct list_taking *first =
			find_taken(judgement, &stake->functions[i]);

		if (first == NULL)
			continue;
		snprintf(message, sizeof(message), "%s is on it%s", stake->what,
			 format_carrier(stake, i, carrier, sizeof(carrier)));
		err = object_to_takers(judgement, stake, first,
				       is_forced(judgement, first, stake->guard),
				       message);
	}
	return err;
}

/* The guest that takes function i of a stake, which no line takes; or NULL. */
static const char *find_guest(const struct judgement *judgement,
			      const struct stake *stake, size_t i)
{
	if (find_taken(judgement, &stake->functions[i]) != NULL)
		return NULL;
	return guest_takings_find(&judgement->by_guests, judgement->host,
				  &stake->functions[i]);
}

static bool stake_survives(const struct judgement *judgement, const struct stake *stake)
{
	for (size_t i = 0; i < stake->n; i++)
		if (find_taken(judgement, &stake->functions[i]) == NULL &&
		    find_guest(judgement, stake, i) == NULL)
			return true;
	return false;
}

/* Writes why nothing else carries a stake. */
static void format_others(const struct judgement *judgement, const struct stake *stake,
			  char *buf, size_t size)
{
	const char *guest = NULL;
	size_t n_listed = 0;

	for (size_t i = 0; i < stake->n; i++) {
		n_listed += find_taken(judgement, &stake->functions[i]) != NULL;
		if (guest == NULL)
			guest = find_guest(judgement, stake, i);
	}
	if (stake->n == 1)
		snprintf(buf, size, "nothing else carries");
	else if (guest == NULL)
		snprintf(buf, size,
			 "with the others listed, nothing is left that carries");
	else
		snprintf(
			buf, size,
			"%s takes another one when the host starts, and %snothing is left "
			"that carries",
			guest, n_listed > 1 ? "with the others listed " : "");
}

/* A stake that lasts as long as one of its functions does. */
static int judge_last(struct judgement *judgement, const struct stake *stake)
{
	bool forced = false;
	char others[256], message[768], carrier[128];
	int err = 0;

	if (stake_survives(judgement, stake))
		return 0;
	for (size_t i = 0; i < stake->n; i++) {
		const struct list_taking *first =
			find_taken(judgement, &stake->functions[i]);

		forced = forced ||
			 (first != NULL && is_forced(judgement, first, stake->guard));
	}
	format_others(judgement, stake, others, sizeof(others));
	for (size_t i = 0; err == 0 && i < stake->n; i++) {
		const struct list_taking *first =
			find_taken(judgement, &stake->functions[i]);

		/* What only guests take is no matter of a line. */
		if (first == NULL)
			continue;
		snprintf(message, sizeof(message), "%s %s%s", others, stake->what,
			 format_carrier(stake, i, carrier, sizeof(carrier)));
		err = object_to_takers(judgement, stake, first, forced, message);
	}
	return err;
}

static int judge_stake(struct judgement *judgement, const struct stake *stake)
{
	int err = stake->any ? judge_any(judgement, stake) : judge_last(judgement, stake);

	if (err < 0 || stake->unresolved == NULL)
		return err;
	if (!stake->any && stake_survives(judgement, stake))
		return 0;
	return judge_unresolved(judgement, stake);
}

/* Would the host lose the driver of a function that nobody listed? */
static bool loses_driver(const struct pci_function *function)
{
	/* Drivers that leave a group viable, drivers/iommu and drivers/vfio. */
	static const char *const harmless[] = { "", "vfio-pci", "pci-stub", "pcieport" };

	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (strcmp(function->driver, harmless[i]) == 0)
			return false;
	return true;
}

static int judge_groups(struct judgement *judgement)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < judgement->by_list.n; i++) {
		const struct list_taking *taken = &judgement->by_list.entries[i];
		const struct pci_function *function = taken->function;
		const unsigned int force = judgement->next->list.lines[taken->line].force;

		/* The first taking of a function tells whether it is listed itself. */
		if (taken->how != TAKEN_BY_GROUP || !loses_driver(function) ||
		    find_taken(judgement, &function->address)->how != TAKEN_BY_GROUP)
			continue;
		err = object(judgement, FORCE_GROUP, taken, force & FORCE_GROUP,
			     "it is in the same IOMMU group %d, is not listed, and the "
			     "host uses it (%s)",
			     function->group, function->driver);
	}
	return err;
}

/* Without groups nobody knows what a guest would take along; the next boot may have some.
 */
static int judge_unknown_groups(struct judgement *judgement)
{
	struct objections *objections = &judgement->objections;
	int err = 0;

	if (host_has_groups(judgement->host))
		return 0;
	for (size_t i = 0; err == 0 && i < judgement->by_list.n; i++) {
		const struct list_taking *taken = &judgement->by_list.entries[i];
		const unsigned int force = judgement->next->list.lines[taken->line].force;

		if (taken->how != TAKEN_ITSELF)
			continue;
		err = object(judgement, FORCE_GROUP, taken, force & FORCE_GROUP,
			     "there are no IOMMU groups, so that what a guest would take "
			     "along with it is not known; turn the IOMMU on first, see "
			     "'ptbind check'");
		if (err == 0)
			objections->entries[objections->n - 1].unresolved = true;
	}
	return err;
}

static int compare_objections(const void *a, const void *b)
{
	const struct objection *x = a, *y = b;

	if (x->line != y->line)
		return x->line > y->line ? 1 : -1;
	if (x->guard != y->guard)
		return x->guard > y->guard ? 1 : -1;
	return pci_address_compare(&x->function, &y->function);
}

int guards_judge(const struct host *host, const struct next_boot *next,
		 struct objections *ret_objections)
{
	struct judgement judgement = { .host = host,
				       .next = next,
				       .any_carrier = has_any_carrier(&host->uses) };
	int err = guest_takings_fill(host, &judgement.by_guests);

	if (err == 0)
		err = list_takings_fill(host, next, &judgement.by_list);
	for (size_t i = 0; err == 0 && i < host->stakes.n; i++)
		err = judge_stake(&judgement, &host->stakes.entries[i]);
	if (err == 0)
		err = judge_groups(&judgement);
	if (err == 0)
		err = judge_unknown_groups(&judgement);
	list_takings_free(&judgement.by_list);
	guest_takings_free(&judgement.by_guests);
	if (err < 0) {
		objections_free(&judgement.objections);
		return err;
	}
	if (judgement.objections.n > 0)
		qsort(judgement.objections.entries, judgement.objections.n,
		      sizeof(*judgement.objections.entries), compare_objections);
	*ret_objections = judgement.objections;
	return 0;
}

void objections_free(struct objections *objections)
{
	for (size_t i = 0; i < objections->n; i++)
		free(objections->entries[i].message);
	free(objections->entries);
	*objections = (struct objections){ 0 };
}
