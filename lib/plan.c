// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan: command line, allowlist and machine in, decisions out; no I/O. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

#define NOT_BINDING "; not binding"

/* Text that grows inside a fixed buffer, for what a pin expected and what was found. */
struct text {
	char buf[256];
	size_t len;
};

_printf_(2, 3) static void text_add(struct text *text, const char *format, ...)
{
	size_t room = sizeof(text->buf) - text->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->buf + text->len, room, format, args);
	va_end(args);
	if (n > 0)
		text->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void refuse(struct outcome *outcome, enum result result)
{
	outcome->result = result;
	outcome->ok = result_is_ok(result, false);
}

/*
 * Does an element of pt.disable= name what a line names? Each may be an address or a
 * path; function is what the line comes to, or NULL.
 */
static bool excepts(const struct plan_input *input, const struct pci_path *except,
		    const struct allowlist_line *line,
		    const struct pci_function *function)
{
	if (pci_path_compare(except, &line->where) == 0)
		return true;
	if (function == NULL)
		return false;
	if (except->n_steps > 0)
		return machine_at_path(input->machine, except) == function;
	return pci_address_compare(&except->first, &function->address) == 0;
}

const struct pci_function *plan_function(const struct plan_input *input, size_t i,
					 const struct outcome *outcomes)
{
	const struct allowlist_line *line = &input->list->lines[i];

	switch (outcomes[i].result) {
	case RESULT_BIND:
	case RESULT_BOUND:
	case RESULT_ALREADY_BOUND:
	case RESULT_DISABLED:
		return machine_at_line(input->machine, line);
	default:
		return line->column == 0 ? machine_find_pinned(input->machine, line) :
					   NULL;
	}
}

unsigned int plan_facts(const struct cmdline *cmdline)
{
	for (size_t i = 0; i < cmdline->n_except; i++)
		if (cmdline->except[i].n_steps > 0)
			return FACT_PATH;
	return 0;
}

/* Is this function left out by pt.disable=? */
static bool is_excepted(const struct plan_input *input, const struct allowlist_line *line,
			const struct pci_function *function)
{
	for (size_t i = 0; i < input->cmdline->n_except; i++)
		if (excepts(input, &input->cmdline->except[i], line, function))
			return true;
	return false;
}

bool plan_except_is_idle(const struct plan_input *input, size_t i)
{
	for (size_t n = 0; n < input->list->n_lines; n++) {
		const struct allowlist_line *line = &input->list->lines[n];

		if (line->column == 0 && excepts(input, &input->cmdline->except[i], line,
						 machine_at_line(input->machine, line)))
			return false;
	}
	return true;
}

/*
 * Adds where the pinned card is now, and what lies at the pinned path, if that is known
 * and not the function that the line comes to, which may be NULL.
 */
static void say_where(const struct plan_input *input, const struct allowlist_line *line,
		      const struct pci_function *function, struct text *text)
{
	const struct pci_function *f;
	char address[PCI_ADDRESS_STRSIZE];

	f = machine_find_pinned(input->machine, line);
	if (f != NULL && f != function) {
		char serial[DSN_STRSIZE];

		pci_address_format(&f->address, address);
		dsn_format(line->dsn, serial);
		text_add(text, "; the card with serial number %s is now at %s", serial,
			 address);
	}

	if (!(line->pins & PIN_PATH))
		return;
	f = machine_at_path(input->machine, &line->path);
	if (f != NULL && f != function) {
		char path[PCI_PATH_STRSIZE];

		pci_address_format(&f->address, address);
		pci_path_format(&line->path, path);
		text_add(text, "; at path %s there is now %s", path, address);
	}
}

/* Would knowing all functions tell more about a line that is not where it should be? */
static bool wants_search(const struct plan_input *input,
			 const struct allowlist_line *line)
{
	return !input->machine->complete && (line->pins & (PIN_DSN | PIN_PATH));
}

static void refuse_absent(const struct plan_input *input,
			  const struct allowlist_line *line, struct outcome *outcome,
			  bool *search)
{
	struct text text = { .len = 0 };

	text_add(&text, line->where.n_steps > 0 ? "no function lies at this path" :
						  "no function has this address");
	say_where(input, line, NULL, &text);
	refuse(outcome, RESULT_ABSENT);
	outcome->ok = result_is_ok(RESULT_ABSENT, line->optional);
	outcome_say(outcome, "%s%s", text.buf, line->optional ? " (optional)" : "");
	*search |= wants_search(input, line);
}

/*
 * The checks of the single pins. Each returns RESULT_BIND where the pin holds, else the
 * result, after adding to text what was expected and what was found.
 */
static enum result check_id(const struct allowlist_line *line,
			    const struct pci_function *function, struct text *text)
{
	if (pci_id_equal(&line->id, &function->id))
		return RESULT_BIND;
	text_add(text, "expected %04x:%04x, found %04x:%04x", line->id.vendor,
		 line->id.device, function->id.vendor, function->id.device);
	return RESULT_MISMATCH;
}

static enum result check_subsystem(const struct allowlist_line *line,
				   const struct pci_function *function, struct text *text)
{
	if (function->subsystem_error < 0) {
		text_add(text, "its subsystem ID could not be read: %s",
			 strerror(-function->subsystem_error));
		return RESULT_PIN_UNREADABLE;
	}
	if (pci_id_equal(&line->subsystem, &function->subsystem))
		return RESULT_BIND;
	text_add(text, "expected subsystem %04x:%04x, found %04x:%04x",
		 line->subsystem.vendor, line->subsystem.device,
		 function->subsystem.vendor, function->subsystem.device);
	return RESULT_MISMATCH;
}

static enum result check_dsn(const struct allowlist_line *line,
			     const struct pci_function *function, struct text *text)
{
	char expected[DSN_STRSIZE], found[DSN_STRSIZE];

	dsn_format(line->dsn, expected);
	if (function->dsn_error == -ENOENT) {
		text_add(text, "expected serial number %s, found a device without any",
			 expected);
		return RESULT_MISMATCH;
	}
	if (function->dsn_error < 0) {
		text_add(
			text, "its serial number could not be read: %s",
			function->dsn_error == -ENODATA ?
				"no extended configuration space (only root can see one)" :
				strerror(-function->dsn_error));
		return RESULT_PIN_UNREADABLE;
	}
	if (line->dsn == function->dsn)
		return RESULT_BIND;
	dsn_format(function->dsn, found);
	text_add(text, "expected serial number %s, found %s", expected, found);
	return RESULT_MISMATCH;
}

static enum result check_path(const struct allowlist_line *line,
			      const struct pci_function *function, struct text *text)
{
	char expected[PCI_PATH_STRSIZE], found[PCI_PATH_STRSIZE];

	if (function->path_error < 0) {
		text_add(text, "its path could not be read: %s",
			 strerror(-function->path_error));
		return RESULT_PIN_UNREADABLE;
	}
	if (pci_path_matches(&line->path, &function->path))
		return RESULT_BIND;
	pci_path_format(&line->path, expected);
	pci_path_format(&function->path, found);
	text_add(text, "expected path %s, found %s", expected, found);
	return RESULT_MISMATCH;
}

static const struct {
	enum allowlist_pin pin;
	enum result (*check)(const struct allowlist_line *line,
			     const struct pci_function *function, struct text *text);
} pin_checks[] = {
	{ PIN_ID, check_id },
	{ PIN_SUBSYSTEM, check_subsystem },
	{ PIN_DSN, check_dsn },
	{ PIN_PATH, check_path },
};

/* Holds every pin? The first that does not is the one that gets reported. */
static void check_pins(const struct plan_input *input, const struct allowlist_line *line,
		       const struct pci_function *function, struct outcome *outcome,
		       bool *search)
{
	struct text text = { .len = 0 };
	enum result result = RESULT_BIND;

	for (size_t i = 0; result == RESULT_BIND && i < ARRAY_SIZE(pin_checks); i++)
		if (line->pins & pin_checks[i].pin)
			result = pin_checks[i].check(line, function, &text);
	if (result == RESULT_BIND)
		return;

	if (result == RESULT_MISMATCH) {
		say_where(input, line, function, &text);
		*search |= wants_search(input, line);
	}
	refuse(outcome, result);
	outcome_say(outcome, "%s" NOT_BINDING, text.buf);
}

/* Decides for one line, without regard to the others. */
static void decide_line(const struct plan_input *input, const struct allowlist_line *line,
			struct outcome *outcome, bool *search)
{
	const struct pci_function *function;

	if (line->column != 0)
		return;

	function = machine_at_line(input->machine, line);
	if (function != NULL) {
		outcome->has_address = true;
		outcome->address = function->address;
		snprintf(outcome->driver, sizeof(outcome->driver), "%s",
			 function->driver);
		snprintf(outcome->was, sizeof(outcome->was), "%s", function->driver);
	}
	outcome->result = RESULT_BIND;
	outcome->ok = true;
	if (line->pins == 0)
		outcome->warnings |= WARNING_UNPINNED;

	if (is_excepted(input, line, function)) {
		outcome->result = RESULT_DISABLED;
		outcome_say(outcome, "left out by pt.disable= on the command line");
	} else if (function == NULL) {
		refuse_absent(input, line, outcome, search);
	} else if (function->error < 0) {
		refuse(outcome, RESULT_PIN_UNREADABLE);
		outcome_say(outcome, "it could not be read: %s" NOT_BINDING,
			    strerror(-function->error));
	} else if (pci_function_is_bridge(function)) {
		refuse(outcome, RESULT_BRIDGE);
		outcome_say(
			outcome,
			"class %06x, header type %u: a bridge leads to other functions "
			"and cannot be passed through; remove this line",
			function->class, function->header_type);
	} else {
		check_pins(input, line, function, outcome, search);
	}
}

/*
 * Several lines may come to one function. It is bound once, and only if all of them hold:
 * where one is refused, so are the others. first_lines has an entry for each function:
 * the index of its first line plus 1.
 */
static void unite_duplicates(const struct plan_input *input, struct outcome *outcomes,
			     size_t *first_lines)
{
	const struct allowlist *list = input->list;
	const struct machine *machine = input->machine;

	for (size_t i = 0; i < list->n_lines; i++) {
		const struct pci_function *function = NULL;
		struct outcome *first;
		size_t *first_line;

		outcomes[i].same_as = i;
		if (outcomes[i].has_address && outcomes[i].result != RESULT_BAD_LINE)
			function = machine_at(machine, &outcomes[i].address);
		if (function == NULL)
			continue;

		first_line = &first_lines[function - machine->functions];
		if (*first_line == 0) {
			*first_line = i + 1;
			continue;
		}
		first = &outcomes[*first_line - 1];
		outcomes[i].same_as = *first_line - 1;
		outcomes[i].warnings |= WARNING_DUPLICATE;
		first->warnings |= WARNING_DUPLICATE;
		if (first->result == RESULT_BIND && outcomes[i].result != RESULT_BIND) {
			first->result = outcomes[i].result;
			first->ok = outcomes[i].ok;
			outcome_say(
				first,
				"line %u names the same function and does not hold" NOT_BINDING,
				list->lines[i].number);
		}
	}

	for (size_t i = 0; i < list->n_lines; i++) {
		const struct outcome *first = &outcomes[outcomes[i].same_as];

		if (outcomes[i].result != RESULT_BIND || first->result == RESULT_BIND)
			continue;
		outcomes[i].result = first->result;
		outcomes[i].ok = first->ok;
		outcome_say(
			&outcomes[i],
			"another line names the same function and does not hold" NOT_BINDING);
	}
}

static int compare_groups(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Warns where an endpoint of the function's IOMMU group is not going to vfio-pci. */
static int warn_shared_groups(const struct plan_input *input, struct outcome *outcomes,
			      const size_t *first_lines)
{
	const struct machine *machine = input->machine;
	_cleanup_free_ int *kept = NULL; /* groups of which the host keeps an endpoint */
	size_t n_kept = 0;

	if (machine->n_functions == 0)
		return 0;
	kept = calloc(machine->n_functions, sizeof(*kept));
	if (kept == NULL)
		return -ENOMEM;

	for (size_t i = 0; i < machine->n_functions; i++) {
		const struct pci_function *f = &machine->functions[i];
		size_t line = first_lines[i];

		if (f->group < 0 || pci_function_is_bridge(f))
			continue;
		if (line != 0 && outcomes[line - 1].result == RESULT_BIND)
			continue;
		kept[n_kept++] = f->group;
	}
	if (n_kept == 0)
		return 0;
	qsort(kept, n_kept, sizeof(*kept), compare_groups);

	for (size_t i = 0; i < input->list->n_lines; i++) {
		const struct pci_function *f;

		if (outcomes[i].result != RESULT_BIND)
			continue;
		f = machine_at(machine, &outcomes[i].address);
		if (f == NULL || f->group < 0)
			continue;
		if (bsearch(&f->group, kept, n_kept, sizeof(*kept), compare_groups) !=
		    NULL)
			outcomes[i].warnings |= WARNING_GROUP_SHARED;
	}
	return 0;
}

int plan_make(const struct plan_input *input, struct outcome *outcomes, bool *ret_search)
{
	_cleanup_free_ size_t *first_lines = NULL;
	bool search = false;
	int err;

	first_lines = calloc(input->machine->n_functions + 1, sizeof(*first_lines));
	if (first_lines == NULL)
		return -ENOMEM;

	plan_start(input->list, outcomes);
	for (size_t i = 0; i < input->list->n_lines; i++)
		decide_line(input, &input->list->lines[i], &outcomes[i], &search);
	unite_duplicates(input, outcomes, first_lines);
	err = warn_shared_groups(input, outcomes, first_lines);
	if (err < 0)
		return err;

	*ret_search = search;
	return 0;
}

void plan_start(const struct allowlist *list, struct outcome *outcomes)
{
	for (size_t i = 0; i < list->n_lines; i++) {
		const struct allowlist_line *line = &list->lines[i];

		outcomes[i] = (struct outcome){ .same_as = i, .result = RESULT_PENDING };
		if (line->column != 0) {
			refuse(&outcomes[i], RESULT_BAD_LINE);
			outcome_say(&outcomes[i], "line %u, column %u: %s", line->number,
				    line->column, line->error);
		} else if (line->where.n_steps == 0) {
			outcomes[i].has_address = true;
			outcomes[i].address = line->where.first;
		}
	}
}

void plan_disable(const struct allowlist *list, struct outcome *outcomes, const char *why)
{
	plan_start(list, outcomes);
	for (size_t i = 0; i < list->n_lines; i++) {
		outcomes[i].result = RESULT_DISABLED;
		outcomes[i].ok = true;
		outcome_say(&outcomes[i], "%s", why);
	}
}
