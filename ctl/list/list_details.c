// SPDX-License-Identifier: GPL-2.0-or-later
/* All about a function, and what the guards would say if it were listed. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guards/guards.h"
#include "list.h"
#include "paths.h"

/* More addresses than that in a row help nobody. */
#define ADDRESSES_MAX 16

#define INDENT "  "
#define LABEL_WIDTH 15

/* Starts a line with a word for what follows. */
static void print_label(const char *label)
{
	printf(INDENT "%-*s", LABEL_WIDTH, label);
}

/* Prints a text behind a label, in as many lines as the terminal needs. */
static void print_wrapped(enum output_colour colour, const char *text)
{
	const size_t margin = strlen(INDENT) + LABEL_WIDTH, total = list_width();
	const size_t width = total > 2 * margin ? total - margin : 0;
	const char *start = colour != COLOUR_NONE ? output_colour(stdout, colour) : "";
	const char *end = colour != COLOUR_NONE ? output_colour(stdout, COLOUR_NONE) : "";

	for (;;) {
		const size_t len = list_wrap(text, width);
		_cleanup_free_ char *line = strndup(text, len);

		fputs(start, stdout);
		if (line != NULL)
			output_text(stdout, line);
		printf("%s\n", end);
		text += len;
		text += strspn(text, " ");
		if (*text == '\0')
			return;
		print_label("");
	}
}

_printf_(3, 4) static void print_fact(enum output_colour colour, const char *label,
				      const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return;
	}
	print_label(label);
	print_wrapped(colour, text);
}

/* Writes the other functions of an array that holds this one. */
static void write_others(FILE *f, const struct pci_function *const *functions, size_t n,
			 const struct pci_function *self)
{
	char text[PCI_ADDRESS_STRSIZE];
	size_t written = 0;

	for (size_t i = 0; i < n; i++) {
		if (functions[i] == self)
			continue;
		if (written == ADDRESSES_MAX) {
			fprintf(f, " and %zu more", n - 1 - written);
			return;
		}
		pci_address_format(&functions[i]->address, text);
		fprintf(f, "%s%s%s", written > 0 ? ", " : "", text,
			pci_function_is_bridge(functions[i]) ? " (bridge)" : "");
		written++;
	}
}

/* The same as a text, allocated; NULL: no memory. */
static char *others_text(const struct pci_function *const *functions, size_t n,
			 const struct pci_function *self)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	write_others(f, functions, n, self);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static void print_ids(const struct list_view *view, const struct pci_function *function)
{
	char name[NAME_SIZE];
	const char *subsystem;

	print_fact(COLOUR_NONE, "ID", "%04x:%04x, class %06x", function->id.vendor,
		   function->id.device, function->class);
	if (function->subsystem_error < 0) {
		print_fact(COLOUR_NONE, "subsystem", "cannot be read: %s",
			   strerror(-function->subsystem_error));
		return;
	}
	subsystem =
		names_subsystem(view->names, &function->id, &function->subsystem, name);
	print_fact(COLOUR_NONE, "subsystem", "%04x:%04x%s%s", function->subsystem.vendor,
		   function->subsystem.device, subsystem != NULL ? ", " : "",
		   subsystem != NULL ? subsystem : "");
}

static void print_serial(const struct pci_function *function)
{
	char dsn[DSN_STRSIZE];

	dsn_format(function->dsn, dsn);
	if (function->dsn_error == 0)
		print_fact(COLOUR_NONE, "serial number", "%s", dsn);
	else if (function->dsn_error == -ENOENT)
		print_fact(COLOUR_NONE, "serial number", "none");
	else if (function->dsn_error == -ENODATA && geteuid() != 0)
		print_fact(COLOUR_NONE, "serial number", "not seen: only root can");
	else if (function->dsn_error == -ENODATA)
		print_fact(COLOUR_NONE, "serial number",
			   "none: no extended configuration space");
	else
		print_fact(COLOUR_NONE, "serial number", "cannot be read: %s",
			   strerror(-function->dsn_error));
}

static void print_path(const struct pci_function *function)
{
	char path[PCI_PATH_STRSIZE];

	pci_path_format(&function->path, path);
	if (function->path_error == 0)
		print_fact(COLOUR_NONE, "path", "%s", path);
	else
		print_fact(COLOUR_NONE, "path", "cannot be read: %s",
			   strerror(-function->path_error));
}

static void print_group(const struct inventory_entry *entry)
{
	_cleanup_free_ char *others = NULL;

	if (entry->function->group < 0) {
		print_fact(COLOUR_YELLOW, "IOMMU group",
			   "none: without one it cannot be passed through");
		return;
	}
	others = others_text(entry->members, entry->n_members, entry->function);
	if (entry->n_members < 2)
		print_fact(COLOUR_NONE, "IOMMU group", "%d, alone",
			   entry->function->group);
	else if (others != NULL)
		print_fact(COLOUR_NONE, "IOMMU group", "%d, with %s",
			   entry->function->group, others);
}

static void print_twins(const struct inventory_entry *entry)
{
	_cleanup_free_ char *others =
		others_text(entry->twins, entry->n_twins, entry->function);

	if (others != NULL)
		print_fact(COLOUR_NONE, "twins", "%s",
			   entry->n_twins > 1 ? others : "none");
}

static void print_reset(const struct inventory_entry *entry)
{
	static const char *const texts[] = {
		[RESET_NONE] = "none: a guest may get it, or leave it, in any state",
		[RESET_UNNAMED] = "possible; this kernel does not say how",
		[RESET_UNREADABLE] = "cannot be read",
	};
	const bool is_bridge = pci_function_is_bridge(entry->function);

	if (entry->reset == RESET_METHODS)
		print_fact(COLOUR_NONE, "reset", "%s", entry->reset_methods);
	else
		print_fact(is_bridge ? COLOUR_NONE : COLOUR_YELLOW, "reset", "%s",
			   is_bridge && entry->reset == RESET_NONE ? "none" :
								     texts[entry->reset]);
}

static int print_remarks(const struct list_view *view,
			 const struct inventory_entry *entry)
{
	struct inventory_entry copy = *entry;
	struct remarks remarks = { 0 };
	int err;

	/* These have lines of their own. */
	copy.reset = RESET_UNREADABLE;
	copy.line = NULL;
	err = remarks_make(view->inventory, &copy, &remarks);
	if (err == 0 && remarks.n == 0)
		print_fact(COLOUR_NONE, "host uses it", "no");
	for (size_t i = 0; err == 0 && i < remarks.n; i++)
		print_fact(remarks.entries[i].colour, i == 0 ? "host uses it" : "", "%s",
			   remarks.entries[i].text);
	remarks_free(&remarks);
	return err;
}

/* Prints what the guards have against a line; *ret_refused: no force= overrules one. */
static int print_objections(const struct host *host, const struct next_boot *next,
			    size_t line, bool *ret_refused)
{
	struct objections objections;
	bool refused = false;
	size_t printed = 0;
	int err;

	err = guards_judge(host, next, &objections);
	if (err < 0)
		return err;
	for (size_t i = 0; i < objections.n; i++) {
		const struct objection *objection = &objections.entries[i];
		char address[PCI_ADDRESS_STRSIZE];

		if (objection->line != line)
			continue;
		refused = refused || !objection->forced;
		pci_address_format(&objection->function, address);
		print_fact(objection->forced ? COLOUR_YELLOW : COLOUR_RED,
			   printed++ == 0 ? "guards" : "", "%s: %s: %s%s",
			   allowlist_force_word(objection->guard), address,
			   objection->message,
			   objection->forced ? " (overruled by force=)" : "");
	}
	if (printed == 0)
		print_fact(COLOUR_GREEN, "guards", "none objects");
	objections_free(&objections);
	*ret_refused = refused;
	return 0;
}

/* What would be, if the function were listed as well. */
static int print_if_listed(const struct inventory *inventory,
			   const struct pci_function *function)
{
	struct next_boot next;
	char text[PCI_ADDRESS_STRSIZE];
	size_t line;
	bool refused;
	int err;

	err = next_boot_plan_more(inventory->host, &inventory->next->list,
				  &function->address, 1, &next);
	if (err < 0)
		return err;
	pci_address_format(&function->address, text);
	line = next.list.n_lines - 1;
	if (next.outcomes[line].result == RESULT_BIND) {
		err = print_objections(inventory->host, &next, line, &refused);
		if (err == 0 && !refused)
			print_fact(COLOUR_NONE, "to list it", "ptbind add %s", text);
	} else {
		print_fact(COLOUR_NONE, "if listed", "%s: %s",
			   result_word(next.outcomes[line].result),
			   next.outcomes[line].message);
	}
	next_boot_free(&next);
	return err;
}

static int print_listed(const struct inventory *inventory,
			const struct inventory_entry *entry)
{
	const struct next_boot *next = inventory->next;
	const struct outcome *outcome = entry->outcome;
	const bool is_good = outcome->result == RESULT_BIND;
	char warnings[WARNINGS_STRSIZE];
	bool refused;

	if (entry->unjudged)
		print_fact(COLOUR_YELLOW, "listed", "%s:%u: " LIST_UNJUDGED,
			   ALLOWLIST_PATH, entry->line->number);
	else
		print_fact(is_good ? COLOUR_GREEN : COLOUR_RED, "listed",
			   "%s:%u: the next boot %s %s", ALLOWLIST_PATH,
			   entry->line->number, is_good ? "binds it to" : "refuses it:",
			   is_good ? "vfio-pci" : result_word(outcome->result));
	if (outcome->message[0] != '\0' && !entry->unjudged)
		print_fact(COLOUR_NONE, "", "%s", outcome->message);
	warnings_format(outcome->warnings, warnings);
	if (warnings[0] != '\0')
		print_fact(COLOUR_YELLOW, "warnings", "%s", warnings);
	if (!is_good && !entry->unjudged)
		return 0;
	return print_objections(inventory->host, next, (size_t)(outcome - next->outcomes),
				&refused);
}

static int print_function(const struct list_view *view,
			  const struct inventory_entry *entry)
{
	const struct pci_function *function = entry->function;
	_cleanup_free_ char *title = list_title(view->names, function);
	char address[PCI_ADDRESS_STRSIZE];
	int err;

	if (title == NULL)
		return -ENOMEM;
	pci_address_format(&function->address, address);
	printf("%s%s%s\n", output_colour(stdout, COLOUR_BOLD), address,
	       output_colour(stdout, COLOUR_NONE));
	print_fact(COLOUR_NONE, "device", "%s",
		   function->error < 0 ? "cannot be read" : title);
	if (function->error == 0) {
		print_ids(view, function);
		print_serial(function);
	}
	print_path(function);
	print_fact(COLOUR_NONE, "driver", "%s",
		   function->driver[0] != '\0' ? function->driver : "none");
	print_group(entry);
	print_twins(entry);
	print_reset(entry);
	err = print_remarks(view, entry);
	if (err < 0)
		return err;
	if (entry->line != NULL)
		return print_listed(view->inventory, entry);
	print_fact(COLOUR_NONE, "listed", "no");
	return print_if_listed(view->inventory, function);
}

int list_print_details(const struct list_view *view)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < view->n_rows; i++) {
		if (i > 0)
			fputc('\n', stdout);
		err = print_function(view, view->rows[i].entry);
	}
	return err;
}
