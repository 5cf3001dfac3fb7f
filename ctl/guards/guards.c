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

/* Base classes and classes, PCI Code and ID Assignment 1.11, 1.1 and what follows. */
#define CLASS_STORAGE 0x01
#define CLASS_NETWORK 0x02
#define CLASS_DISPLAY 0x03
#define CLASS_BASE_SYSTEM_SD 0x0805
#define CLASS_SERIAL_BUS_USB 0x0c03

enum how {
	TAKEN_ITSELF,   /* by a line of its own */
	TAKEN_BY_GROUP, /* it only shares the IOMMU group of the line's function */
	TAKEN_BEHIND,   /* it is there only while one of those two has its driver */
};

/* A function that the host no longer has, and the line that takes it. */
struct taken {
	const struct pci_function *function;
	size_t line;
	enum how how;
};

/* By which lines a group was taken along. */
struct told {
	uint32_t n_lines;
	uint32_t forces; /* a bit for each set of words force= */
};

/* So many lines of a group each tell of all the others in it. */
#define TOLD_LINES_MAX 8

struct judgement {
	const struct host *host;
	const struct next_boot *next;
	struct taken *taken; /* by address, then in the order of enum how */
	size_t n_taken;
	struct guest_takings by_guests; /* those go as well, whatever is listed */
	struct objections objections;
	/* All functions, by group; and those behind others, by what they are behind. */
	const struct pci_function **by_group, **behind;
	size_t n_behind;
	struct told *told; /* for the start of each group */
};

const char *guard_word(enum allowlist_force guard)
{
	switch (guard) {
	case FORCE_NETWORK:
		return "network";
	case FORCE_DISK:
		return "disk";
	case FORCE_KEYBOARD:
		return "keyboard";
	case FORCE_DISPLAY:
		return "display";
	case FORCE_GROUP:
		return "group";
	}
	return "";
}

static int compare_taken(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;
	int order = pci_address_compare(&x->function->address, &y->function->address);

	if (order == 0)
		order = (x->how > y->how) - (x->how < y->how);
	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static int take(struct judgement *judgement, const struct pci_function *function,
		size_t line, enum how how)
{
	struct taken *taken;

	taken = array_grow(judgement->taken, judgement->n_taken, sizeof(*taken));
	if (taken == NULL)
		return -ENOMEM;
	judgement->taken = taken;
	taken[judgement->n_taken++] = (struct taken){ function, line, how };
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
static size_t first_of_group(const struct judgement *judgement, int group)
{
	size_t low = 0, high = judgement->host->machine.n_functions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (judgement->by_group[middle]->group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first function behind another among those sorted by that. */
static size_t first_behind(const struct judgement *judgement,
			   const struct pci_address *function)
{
	size_t low = 0, high = judgement->n_behind;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pci_address_compare(&judgement->behind[middle]->behind, function) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes a function, and what its driver shows the host: that goes with the driver. */
static int take_with_behind(struct judgement *judgement,
			    const struct pci_function *function, size_t line,
			    enum how how)
{
	int err = take(judgement, function, line, how);

	for (size_t i = first_behind(judgement, &function->address);
	     err == 0 && i < judgement->n_behind &&
	     pci_address_compare(&judgement->behind[i]->behind, &function->address) == 0;
	     i++)
		err = take(judgement, judgement->behind[i], line, TAKEN_BEHIND);
	return err;
}

/*
 * Was enough told of the rest of a group, which starts at this index, by other lines?
 * Where many lines share a group, one more of each set of words force= is enough.
 */
static bool is_told(struct judgement *judgement, size_t line, size_t first)
{
	struct told *told = &judgement->told[first];
	const uint32_t bit = UINT32_C(1) << judgement->next->list.lines[line].force;

	if (told->n_lines >= TOLD_LINES_MAX && told->forces & bit)
		return true;
	told->n_lines++;
	told->forces |= bit;
	return false;
}

/* Takes the function of a line, and the endpoints that a guest takes along with it. */
static int take_line(struct judgement *judgement, size_t line)
{
	const struct pci_function *const *by_group = judgement->by_group;
	const size_t n = judgement->host->machine.n_functions;
	size_t first;
	const struct pci_function *function =
		next_boot_function(judgement->host, judgement->next, line);
	int err;

	/* Whether its pins hold the next boot can tell; nobody may count on it. */
	if (function == NULL)
		function = next_boot_unjudged(judgement->host, judgement->next, line);
	if (function == NULL)
		return 0;
	err = take_with_behind(judgement, function, line, TAKEN_ITSELF);
	if (function->group < 0)
		return err;
	first = first_of_group(judgement, function->group);
	if (is_told(judgement, line, first))
		return err;
	for (size_t i = first; err == 0 && i < n && by_group[i]->group == function->group;
	     i++)
		if (by_group[i] != function && !pci_function_is_bridge(by_group[i]))
			err = take_with_behind(judgement, by_group[i], line,
					       TAKEN_BY_GROUP);
	return err;
}

/* Sorts the functions as taking them wants it. Returns 0 or -ENOMEM. */
static int sort_functions(struct judgement *judgement)
{
	const struct machine *machine = &judgement->host->machine;
	const size_t n = machine->n_functions, size = sizeof(*judgement->by_group);

	judgement->by_group = calloc(n + 1, size);
	judgement->behind = calloc(n + 1, size);
	judgement->told = calloc(n + 1, sizeof(*judgement->told));
	if (judgement->by_group == NULL || judgement->behind == NULL ||
	    judgement->told == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *function = &machine->functions[i];

		judgement->by_group[i] = function;
		if (function->is_behind && !pci_function_is_bridge(function))
			judgement->behind[judgement->n_behind++] = function;
	}
	qsort(judgement->by_group, n, size, compare_groups);
	qsort(judgement->behind, judgement->n_behind, size, compare_behind);
	return 0;
}

/* One that is both in the group and behind, or behind two of it, is taken once. */
static void unite_taken(struct judgement *judgement)
{
	struct taken *taken = judgement->taken;
	size_t n = 0;

	for (size_t i = 0; i < judgement->n_taken; i++)
		if (n == 0 || compare_taken(&taken[n - 1], &taken[i]) != 0)
			taken[n++] = taken[i];
	judgement->n_taken = n;
}

static int take_all(struct judgement *judgement)
{
	int err = sort_functions(judgement);

	for (size_t i = 0; err == 0 && i < judgement->next->list.n_lines; i++)
		err = take_line(judgement, i);
	if (err == 0 && judgement->n_taken > 0) {
		qsort(judgement->taken, judgement->n_taken, sizeof(*judgement->taken),
		      compare_taken);
		unite_taken(judgement);
	}
	return err;
}

/* The first taking of a function; those of it follow one another. NULL: it stays. */
static const struct taken *find_taken(const struct judgement *judgement,
				      const struct pci_address *address)
{
	size_t low = 0, high = judgement->n_taken;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pci_address_compare(&judgement->taken[middle].function->address,
					address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == judgement->n_taken ||
	    pci_address_compare(&judgement->taken[low].function->address, address) != 0)
		return NULL;
	return &judgement->taken[low];
}

static bool same_function(const struct judgement *judgement, const struct taken *a,
			  const struct taken *b)
{
	return b < judgement->taken + judgement->n_taken && a->function == b->function;
}

/* Does any line that takes this function have force= for a guard? */
static bool is_forced(const struct judgement *judgement, const struct taken *first,
		      enum allowlist_force guard)
{
	for (const struct taken *t = first; same_function(judgement, first, t); t++)
		if (judgement->next->list.lines[t->line].force & guard)
			return true;
	return false;
}

_printf_(5, 6) static int object(struct judgement *judgement, enum allowlist_force guard,
				 const struct taken *taken, bool forced,
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
			    const struct taken *first, bool forced, const char *message)
{
	int err = 0;

	for (const struct taken *t = first;
	     err == 0 && same_function(judgement, first, t) && t->how == first->how; t++)
		err = object(judgement, stake->guard, t, forced, "%s", message);
	return err;
}

/* Could a function carry a stake? */
static bool may_carry(const struct pci_function *function, const struct stake *stake)
{
	const uint32_t base = function->class >> 16, class = function->class >> 8;
	const bool is_usb = class == CLASS_SERIAL_BUS_USB;

	/* What has no host driver now carries nothing now. */
	if (strcmp(function->driver, "vfio-pci") == 0)
		return false;
	switch (stake->guard) {
	case FORCE_NETWORK:
		return base == CLASS_NETWORK || is_usb;
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

	for (size_t i = 0; err == 0 && i < judgement->n_taken; i++) {
		const struct taken *taken = &judgement->taken[i];
		const unsigned int force = judgement->next->list.lines[taken->line].force;

		if (!may_carry(taken->function, stake))
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
		const struct taken *first = find_taken(judgement, &stake->functions[i]);

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
		const struct taken *first = find_taken(judgement, &stake->functions[i]);

		forced = forced ||
			 (first != NULL && is_forced(judgement, first, stake->guard));
	}
	format_others(judgement, stake, others, sizeof(others));
	for (size_t i = 0; err == 0 && i < stake->n; i++) {
		const struct taken *first = find_taken(judgement, &stake->functions[i]);

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

	for (size_t i = 0; err == 0 && i < judgement->n_taken; i++) {
		const struct taken *taken = &judgement->taken[i];
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
	for (size_t i = 0; err == 0 && i < judgement->n_taken; i++) {
		const struct taken *taken = &judgement->taken[i];
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
	struct judgement judgement = { .host = host, .next = next };
	int err = guest_takings_fill(host, &judgement.by_guests);

	if (err == 0)
		err = take_all(&judgement);
	for (size_t i = 0; err == 0 && i < host->stakes.n; i++)
		err = judge_stake(&judgement, &host->stakes.entries[i]);
	if (err == 0)
		err = judge_groups(&judgement);
	if (err == 0)
		err = judge_unknown_groups(&judgement);
	free(judgement.taken);
	free(judgement.by_group);
	free(judgement.behind);
	free(judgement.told);
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
