// SPDX-License-Identifier: GPL-2.0-or-later
/* Choosing functions, and making lines for them. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "guards/guards_print.h"
#include "host/reset.h"
#include "pins.h"
#include "plan.h"
#include "targets.h"

#define WORDS_SIZE (ALLOWLIST_LINE_MAX + 1)

static int add(struct targets *targets, const struct machine *machine,
	       const struct pci_function *function)
{
	const struct pci_function **functions;

	if (targets->has == NULL) {
		targets->has = calloc(machine->n_functions, sizeof(*targets->has));
		if (targets->has == NULL)
			return -ENOMEM;
	}
	if (targets->has[function - machine->functions])
		return 0;
	functions = array_grow(targets->functions, targets->n,
			       sizeof(const struct pci_function *));
	if (functions == NULL)
		return -ENOMEM;
	targets->functions = functions;
	functions[targets->n++] = function;
	targets->has[function - machine->functions] = true;
	return 0;
}

/* Adds a function that may not be there, under the name by which it was asked for. */
static int add_named(struct targets *targets, struct change *change,
		     const struct pci_function *function, const char *name,
		     const char *source)
{
	if (function == NULL)
		return notes_add(
			&change->errors,
			"%s%s: no such function; expected one that 'ptbind list' "
			"shows",
			source, name);
	if (function->error < 0)
		return notes_add(&change->errors, "%s%s: it could not be read: %s",
				 source, name, strerror(-function->error));
	if (pci_function_is_bridge(function))
		return notes_add(
			&change->errors,
			"%s%s: class %06x, header type %u: a bridge leads to "
			"other functions and cannot be passed through; name those "
			"that are to go to the guest",
			source, name, function->class, function->header_type);
	return add(targets, &change->host.machine, function);
}

static int add_slot(struct targets *targets, struct change *change,
		    const struct pci_functions *slot, const char *source)
{
	const struct pci_function *found[PCI_SLOT_SIZE];
	char name[PCI_ADDRESS_STRSIZE];
	const size_t n = pci_functions_find(slot, &change->host.machine, found);
	size_t n_bridges = 0;
	int err = 0;

	for (size_t i = 0; i < n; i++)
		n_bridges += pci_function_is_bridge(found[i]);
	pci_functions_format(slot, name);
	if (n == 0)
		return add_named(targets, change, NULL, name, source);
	for (size_t i = 0; err == 0 && i < n; i++) {
		pci_address_format(&found[i]->address, name);
		if (pci_function_is_bridge(found[i]) && n_bridges < n)
			err = notes_add(&change->warnings,
					"%s%s: a bridge, which cannot be passed through, "
					"is left out of its slot",
					source, name);
		else
			err = add_named(targets, change, found[i], name, source);
	}
	return err;
}

int targets_add(struct targets *targets, struct change *change,
		const struct pci_functions *functions, const char *source)
{
	char name[PCI_ADDRESS_STRSIZE];

	if (functions->whole_slot)
		return add_slot(targets, change, functions, source);
	pci_functions_format(functions, name);
	return add_named(targets, change,
			 machine_at(&change->host.machine, &functions->address), name,
			 source);
}

int targets_add_path(struct targets *targets, struct change *change,
		     const struct pci_path *path, const char *source)
{
	char name[PCI_PATH_STRSIZE];

	pci_path_format(path, name);
	return add_named(targets, change, machine_at_path(&change->host.machine, path),
			 name, source);
}

/* For each function of the machine the first line that comes to it, plus 1. */
static size_t *find_lines(const struct machine *machine, const struct next_boot *next)
{
	size_t *lines = calloc(machine->n_functions + 1, sizeof(*lines));

	for (size_t i = 0; lines != NULL && i < next->list.n_lines; i++) {
		const struct pci_function *function = NULL;

		if (next->outcomes[i].has_address &&
		    next->outcomes[i].result != RESULT_BAD_LINE)
			function = machine_at(machine, &next->outcomes[i].address);
		if (function != NULL && lines[function - machine->functions] == 0)
			lines[function - machine->functions] = i + 1;
	}
	return lines;
}

/* Adds the words that are no pins, as far as the line has not got them. */
static void add_words(const struct options *options, bool optional, unsigned int force,
		      char *text, size_t size)
{
	size_t len = strlen(text);

	if (options->optional && !optional)
		len += (size_t)snprintf(text + len, size - len, "  optional");
	if (options->force & ~force) {
		char guards[GUARDS_STRSIZE];

		guards_format(options->force & ~force, guards);
		snprintf(text + len, size - len, "  force=%s", guards);
	}
}

/* The names of pins, for people: "dsn=, path=". */
static const char *name_pins(unsigned int pins, char text[static 64])
{
	static const struct {
		enum allowlist_pin pin;
		const char *name;
	} names[] = {
		{ PIN_ID, "id=" },
		{ PIN_SUBSYSTEM, "subsystem=" },
		{ PIN_DSN, "dsn=" },
		{ PIN_PATH, "path=" },
	};
	char *end = text;

	*end = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (pins & names[i].pin)
			end += sprintf(end, "%s%s", end == text ? "" : ", ",
				       names[i].name);
	return text;
}

/* A path form says where the function lies already. */
static unsigned int pins_for(const struct pins *pins, bool by_path)
{
	return by_path ? pins->pins & ~(unsigned int)PIN_PATH : pins->pins;
}

static int note_listed(struct change *change, const struct allowlist_line *line,
		       const char *name, unsigned int missing)
{
	char text[64];

	if (change->options->by_path && line->where.n_steps == 0)
		return notes_add(
			&change->done,
			"%s: is listed already, line %u, by its address; to have "
			"its path written, remove it and add it again",
			name, line->number);
	if (missing == 0)
		return notes_add(&change->done, "%s: is listed already, line %u", name,
				 line->number);
	return notes_add(&change->done,
			 "%s: is listed already, line %u, without %s; to have every pin "
			 "written, remove it and add it again",
			 name, line->number, name_pins(missing, text));
}

/* A function that has a line: it gets what was asked for and is missing. */
static int extend_line(struct change *change, const struct pci_function *function,
		       size_t index)
{
	const struct allowlist_line *line = &change->before.list.lines[index];
	const struct outcome *outcome = &change->before.outcomes[index];
	char name[PCI_ADDRESS_STRSIZE], text[WORDS_SIZE] = "";
	unsigned int wanted;
	struct pins pins;

	pci_address_format(&function->address, name);
	if (outcome->result != RESULT_BIND &&
	    next_boot_unjudged(&change->host, &change->before, index) == NULL)
		return notes_add(
			&change->errors,
			"%s: line %u names it and does not hold: %s; if this is "
			"the function that you want, run 'ptbind remove %s' first",
			name, line->number, outcome->message, name);
	pins_find(&change->host.machine, function, &pins);
	wanted = pins_for(&pins, line->where.n_steps > 0);
	/* Where there are some, the owner may have left out the others on purpose. */
	if (line->pins == 0)
		pins_format(&pins, wanted, text);
	add_words(change->options, line->optional, line->force, text, sizeof(text));
	if (text[0] == '\0')
		return note_listed(change, line, name, wanted & ~line->pins);
	return edits_extend(&change->edits, line->number, text + strlen("  "));
}

/* What the owner should know of the pins that are not written. */
static int warn_pins(struct change *change, const char *name, const struct pins *pins)
{
	int err = 0;

	if (pins->dsn_unreadable && geteuid() != 0)
		err = notes_add(
			&change->warnings,
			"%s: only root can read its serial number, which would be "
			"written as dsn=",
			name);
	if (err == 0 && pins->dsn_shared)
		err = notes_add(
			&change->warnings,
			"%s: another card has the same serial number; dsn= is not "
			"written, as it would tell nothing",
			name);
	return err;
}

/* Do the guards refuse the function, and so say what the host loses with it? */
static bool is_refused(const struct change *change, const struct pci_function *function)
{
	for (size_t i = 0; i < change->objections.n; i++) {
		const struct objection *objection = &change->objections.entries[i];

		if (!objection->forced &&
		    pci_address_compare(&objection->function, &function->address) == 0)
			return true;
	}
	return false;
}

/* What the guards let through may be in use all the same. */
static int warn_uses(struct change *change, const struct pci_function *function,
		     const char *name)
{
	size_t n;
	const struct use *uses = uses_of(&change->host.uses, &function->address, &n);
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		if (uses[i].active)
			err = notes_add(
				&change->warnings,
				"%s: the host uses it now, and loses it: %s %s: %s", name,
				use_kind_word(uses[i].kind), uses[i].device,
				uses[i].text);
	return err;
}

/* What the owner should know of a function that gets a line. */
static int warn_function(struct change *change, const struct pci_function *function)
{
	char name[PCI_ADDRESS_STRSIZE], methods[TREE_VALUE_SIZE];
	struct pins pins;
	int err;

	pci_address_format(&function->address, name);
	pins_find(&change->host.machine, function, &pins);
	err = warn_pins(change, name, &pins);
	if (err == 0 && !is_refused(change, function))
		err = warn_uses(change, function, name);
	/* If no function has a group, that is said once. */
	if (err == 0 && function->group < 0 && host_has_groups(&change->host))
		err = notes_add(
			&change->warnings,
			"%s: it has no IOMMU group, so that vfio-pci cannot take it",
			name);
	if (err == 0 &&
	    reset_read(change->host.root, &function->address, methods) == RESET_NONE)
		err = notes_add(
			&change->warnings,
			"%s: the kernel knows no way to reset it: it may not work "
			"again after its guest has stopped, until the host reboots",
			name);
	return err;
}

static int append_line(struct change *change, const struct pci_function *function)
{
	const struct options *options = change->options;
	const bool by_path = options->by_path && function->path_error == 0 &&
			     function->path.n_steps > 0;
	char where[PCI_PATH_STRSIZE], text[WORDS_SIZE] = "";
	char line[PCI_PATH_STRSIZE + WORDS_SIZE];
	struct pins pins;

	if (by_path)
		pci_path_format(&function->path, where);
	else
		pci_address_format(&function->address, where);
	pins_find(&change->host.machine, function, &pins);
	pins_format(&pins, pins_for(&pins, by_path), text);
	add_words(options, false, 0, text, sizeof(text));
	snprintf(line, sizeof(line), "%s%s", where, text);
	return edits_append(&change->edits, line);
}

/* lines: for each function its line so far, as find_lines() has it. */
static int edit_lines(const struct targets *targets, struct change *change,
		      const size_t *lines)
{
	const struct machine *machine = &change->host.machine;
	int err = 0;

	for (size_t i = 0; err == 0 && i < targets->n; i++) {
		const struct pci_function *function = targets->functions[i];
		size_t line = lines[function - machine->functions];

		if (line != 0)
			err = extend_line(change, function, line - 1);
		else
			err = append_line(change, function);
	}
	return err;
}

static int warn_of_new(const struct targets *targets, struct change *change,
		       const size_t *lines)
{
	const struct machine *machine = &change->host.machine;
	int err = 0;

	for (size_t i = 0; err == 0 && i < targets->n; i++)
		if (lines[targets->functions[i] - machine->functions] == 0)
			err = warn_function(change, targets->functions[i]);
	return err;
}

/* Warns of lines that pin a card that is listed now, where it was before. */
static int warn_left_behind(const struct targets *targets, struct change *change)
{
	const struct machine *machine = &change->host.machine;
	const struct next_boot *before = &change->before;
	const struct cmdline cmdline = { 0 };
	const struct plan_input input = { &cmdline, &before->list, machine };
	int err = 0;

	for (size_t i = 0; err == 0 && targets->n > 0 && i < before->list.n_lines; i++) {
		const struct pci_function *function;
		char name[PCI_ADDRESS_STRSIZE];

		if (before->outcomes[i].result == RESULT_BIND)
			continue;
		function = plan_function(&input, i, before->outcomes);
		if (function == NULL || !targets->has[function - machine->functions])
			continue;
		pci_address_format(&function->address, name);
		err = notes_add(&change->warnings,
				"%s: line %u pins this card where it was before; remove "
				"that line",
				name, before->list.lines[i].number);
	}
	return err;
}

/* What vfio-pci gets, by function. */
static bool is_bound(const struct change *change, const size_t *lines,
		     const struct pci_function *function)
{
	size_t line = lines[function - change->host.machine.functions];

	return line != 0 && change->after.outcomes[line - 1].result == RESULT_BIND;
}

/* What is written is to do what it is for: read again, it comes to the function. */
static int verify(const struct targets *targets, struct change *change,
		  const size_t *lines_before)
{
	const struct machine *machine = &change->host.machine;
	_cleanup_free_ size_t *lines = find_lines(machine, &change->after);
	int err = lines == NULL ? -ENOMEM : 0;

	for (size_t i = 0; err == 0 && i < targets->n; i++) {
		const struct pci_function *function = targets->functions[i];
		char name[PCI_ADDRESS_STRSIZE];

		if (lines_before[function - machine->functions] != 0 ||
		    is_bound(change, lines, function))
			continue;
		pci_address_format(&function->address, name);
		err = change_refuse(
			change, "%s: no line that can be written comes to it and holds%s",
			name,
			change->options->by_path ?
				": another function lies at its path; list it "
				"without --by-path" :
				"");
	}
	return err;
}

static int warn_iommu(const struct targets *targets, struct change *change)
{
	if (targets->n == 0 || host_has_groups(&change->host))
		return 0;
	return notes_add(&change->warnings,
			 "no function has an IOMMU group: the IOMMU is off, so that "
			 "vfio-pci cannot take any; 'ptbind check' says where to turn "
			 "it on");
}

int targets_list(const struct targets *targets, struct change *change)
{
	_cleanup_free_ size_t *lines = NULL;
	int err;

	lines = find_lines(&change->host.machine, &change->before);
	if (lines == NULL)
		return -ENOMEM;
	err = edit_lines(targets, change, lines);
	if (err == 0)
		err = change_plan_edits(change);
	if (err == 0)
		err = warn_of_new(targets, change, lines);
	if (err == 0)
		err = warn_left_behind(targets, change);
	if (err == 0)
		err = verify(targets, change, lines);
	return err < 0 ? err : warn_iommu(targets, change);
}

void targets_free(struct targets *targets)
{
	free(targets->functions);
	free(targets->has);
	*targets = (struct targets){ 0 };
}
