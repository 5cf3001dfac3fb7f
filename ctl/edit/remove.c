// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind remove: takes functions off the list. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "functions.h"
#include "options.h"

static const char help_text[] =
	"Usage: ptbind remove [OPTION...] FUNCTION...\n"
	"\n"
	"Takes functions off the list, so that the host has them from the next boot on.\n"
	"\n"
	"FUNCTION is an address (04:00.0), a slot, which means all its functions (04:00),\n"
	"or a path (0000:00:1c.1/00.0): every line goes that names it so or comes to that\n"
	"function. For a line that does not parse it is the line's first word. A comment\n"
	"on the same line goes, too.\n"
	"\n"
	"  -n, --dry-run   show what would change, and change nothing\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read and write everything below DIR, a directory\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind remove 04:00.0 04:00.1\n"
	"  ptbind remove --dry-run 01:00    which lines would go\n"
	"\n"
	"Exit status: 0 they are not listed, now or already; 1 it failed; 2 wrong usage.\n"
	"See ptbind(8).\n";

/* What is to go: a word of the command line. */
struct name {
	const char *word;
	bool parses; /* it is one of the following */
	bool is_path;
	struct pci_path path;
	struct pci_functions functions;
};

static void parse_name(const char *word, struct name *ret_name)
{
	struct name name = { .word = word, .is_path = strchr(word, '/') != NULL };
	struct parse_error error;
	int err;

	if (name.is_path)
		err = pci_path_parse(word, strlen(word), &name.path, &error);
	else
		err = pci_functions_parse(word, strlen(word), &name.functions, &error);
	name.parses = err == 0;
	*ret_name = name;
}

/* Does a name mean what a line says of where its function is? */
static bool names_where(const struct name *name, const struct pci_path *where)
{
	if (!name->parses)
		return false;
	if (name->is_path)
		return pci_path_compare(&name->path, where) == 0;
	return where->n_steps == 0 &&
	       pci_functions_include(&name->functions, &where->first);
}

/* A line that does not parse still has a first word. */
static bool names_bad_line(const struct name *name, const struct allowlist_line *line)
{
	char words[ALLOWLIST_LINE_MAX + 1];
	struct parse_error error;
	struct pci_path where;

	allowlist_line_words(line, words, sizeof(words));
	words[strcspn(words, " ")] = '\0';
	if (strcmp(words, name->word) == 0)
		return true;
	return pci_path_parse(words, strlen(words), &where, &error) == 0 &&
	       names_where(name, &where);
}

/* Does a name mean the function that is at an address now? */
static bool names_address(const struct name *name, const struct pci_function *function,
			  const struct pci_address *address)
{
	if (!name->parses)
		return false;
	if (name->is_path)
		return function != NULL &&
		       pci_address_compare(&function->address, address) == 0;
	return pci_functions_include(&name->functions, address);
}

static int remove_name(struct change *change, const struct name *name)
{
	const struct next_boot *before = &change->before;
	const struct pci_function *function =
		name->parses && name->is_path ?
			machine_at_path(&change->host.machine, &name->path) :
			NULL;
	bool found = false;
	int err = 0;

	for (size_t i = 0; err == 0 && i < before->list.n_lines; i++) {
		const struct allowlist_line *line = &before->list.lines[i];
		const struct outcome *outcome = &before->outcomes[i];

		if (line->column != 0) {
			if (!names_bad_line(name, line))
				continue;
		} else if (!names_where(name, &line->where) &&
			   !(outcome->has_address &&
			     names_address(name, function, &outcome->address))) {
			continue;
		}
		err = edits_remove(&change->edits, line->number);
		found = true;
	}
	if (err == 0 && !found && name->parses)
		err = notes_add(&change->done, "%s: is not listed", name->word);
	else if (err == 0 && !found)
		err = notes_add(&change->errors,
				"%s: neither a function ([DDDD:]BB:DD.F), a slot "
				"([DDDD:]BB:DD) or a path, nor the first word of a line "
				"that does not parse",
				name->word);
	return err;
}

static int run(int argc, char *argv[])
{
	struct options options;
	struct change change;
	int status, err = 0;

	if (!options_parse(argc, argv, help_text, OPTION_JSON | OPTION_DRY_RUN, INT_MAX,
			   &options, &status))
		return status;
	if (options.n_words == 0)
		return options_wrong("remove", "which function?", "");
	if (!change_begin("remove", &options, &change, &status))
		return status;
	for (int i = 0; err == 0 && i < options.n_words; i++) {
		struct name name;

		parse_name(options.words[i], &name);
		err = remove_name(&change, &name);
	}
	if (err == 0)
		err = change_plan_edits(&change);
	status = change_end(&change, err);
	change_free(&change);
	return status;
}

const struct cmd cmd_remove = { "remove", run, "take functions off the list" };
