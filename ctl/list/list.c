// SPDX-License-Identifier: GPL-2.0-or-later
/* 'ptbind list': the PCI functions, and what the host uses them for. */

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "file.h"
#include "functions.h"
#include "list.h"
#include "options.h"
#include "paths.h"

static const char help[] =
	"Usage: ptbind list [OPTION...] [ADDRESS...]\n"
	"\n"
	"Shows the PCI functions that a guest could get: what they are, what this host\n"
	"uses them for, which share an IOMMU group, which have the same ID (twins), and\n"
	"which are listed in " ALLOWLIST_PATH ". With addresses, shows all about\n"
	"these.\n"
	"\n"
	"ADDRESS is [DDDD:]BB:DD.F, [DDDD:]BB:DD for all functions of a slot, or a path,\n"
	"[DDDD:]BB:DD.F/DD.F[/DD.F...].\n"
	"\n"
	"  -a, --all       bridges as well\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read everything below DIR, a directory\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind list\n"
	"  ptbind list 04:00.0\n"
	"  ptbind list --json | jq -r '.functions[] | select(.listed) | .address'\n"
	"\n"
	"Exit status: 0 shown, 1 an address has no function, or it failed, 2 wrong usage.\n"
	"See ptbind(8).\n";

static bool want_all(const struct inventory_entry *entry)
{
	(void)entry;
	return true;
}

/* A bridge that somebody listed is a mistake, which must be seen. */
static bool want_endpoints(const struct inventory_entry *entry)
{
	return entry->line != NULL || !pci_function_is_bridge(entry->function);
}

static int say_error(const char *what, int err)
{
	fprintf(stderr, "ptbind list: %s%s%s\n", what, what[0] != '\0' ? ": " : "",
		strerror(-err));
	return EXIT_NOT_AS_WANTED;
}

/* Says what is not in the output, and lines of the list that come to no function. */
static void say_notes(const struct inventory *inventory)
{
	const struct host *host = inventory->host;
	const struct next_boot *next = inventory->next;

	if (next->error < 0 && next->error != -ENOENT)
		fprintf(stderr, "ptbind list: %s%s: %s; what is listed is not known\n",
			host->root, ALLOWLIST_PATH, file_read_error(next->error));
	for (size_t i = 0; i < next->list.n_lines; i++) {
		const struct allowlist_line *line = &next->list.lines[i];
		const struct outcome *outcome = &next->outcomes[i];
		char name[64];

		if (outcome->result == RESULT_BAD_LINE) {
			fprintf(stderr, "ptbind list: %s%s:%u:%u: %s\n", host->root,
				ALLOWLIST_PATH, line->number, line->column, line->error);
			continue;
		}
		if (outcome->has_address &&
		    machine_at(&host->machine, &outcome->address) != NULL)
			continue;
		outcome_name(line, outcome, name, sizeof(name));
		fprintf(stderr, "ptbind list: %s%s:%u: %s: %s%s%s\n", host->root,
			ALLOWLIST_PATH, line->number, name, result_word(outcome->result),
			outcome->message[0] != '\0' ? ": " : "", outcome->message);
	}
	if (inventory->n > 0 && !host_has_groups(host))
		fprintf(stderr,
			"ptbind list: there are no IOMMU groups: the IOMMU is off or "
			"missing, and nothing can be passed through; see 'ptbind "
			"check'\n");
	for (size_t i = 0; i < host->unseen.n; i++)
		fprintf(stderr, "ptbind list: not seen: %s\n", host->unseen.lines[i]);
}

/* Adds the functions that a word names. Returns 0, or -ENODEV once it is said. */
static int add_named(const struct inventory *inventory, const char *word,
		     const struct pci_functions *functions, struct inventory_row *rows,
		     size_t *n)
{
	const size_t before = *n;

	for (size_t i = 0; i < inventory->n; i++)
		if (pci_functions_include(functions,
					  &inventory->entries[i].function->address))
			rows[(*n)++] =
				(struct inventory_row){ &inventory->entries[i], 0, 1 };
	if (*n > before)
		return 0;
	fprintf(stderr,
		"ptbind list: %s: no such function; 'ptbind list --all' has all\n", word);
	return -ENODEV;
}

/* The function that a word names as a path, or NULL. */
static const struct pci_function *find_path(const struct host *host, const char *word)
{
	struct parse_error error;
	struct pci_path path;

	if (pci_path_parse(word, strlen(word), &path, &error) < 0)
		return NULL;
	return machine_at_path(&host->machine, &path);
}

/* Finds what the words name. Returns an exit status. */
static int find_named(const struct inventory *inventory, const struct options *options,
		      struct inventory_row **ret_rows, size_t *ret_n)
{
	const size_t n_words = (size_t)options->n_words;
	int status = EXIT_AS_WANTED;
	struct inventory_row *rows;
	size_t n = 0;

	rows = calloc(n_words * PCI_SLOT_SIZE, sizeof(*rows));
	if (rows == NULL)
		return say_error("", -ENOMEM);
	for (size_t i = 0; i < n_words; i++) {
		const char *word = options->words[i];
		struct pci_functions functions;
		struct parse_error error;

		if (strchr(word, '/') != NULL) {
			const struct pci_function *function =
				find_path(inventory->host, word);

			/* One that leads nowhere includes nothing that there is. */
			functions =
				(struct pci_functions){ .address.domain = UINT32_MAX };
			if (function != NULL)
				functions.address = function->address;
		} else if (pci_functions_parse(word, strlen(word), &functions, &error) <
			   0)
			continue; /* was looked at before anything was read */
		if (add_named(inventory, word, &functions, rows, &n) < 0)
			status = EXIT_NOT_AS_WANTED;
	}
	*ret_rows = rows;
	*ret_n = n;
	return status;
}

/* Prints what is asked for. Returns an exit status. */
static int show(const struct inventory *inventory, const struct names *names,
		const struct options *options)
{
	struct list_view view = { .inventory = inventory, .names = names };
	_cleanup_free_ struct inventory_row *rows = NULL;
	int status = EXIT_AS_WANTED, err = 0;

	/* A program gets all, and chooses itself. */
	if (options->n_words > 0)
		status = find_named(inventory, options, &rows, &view.n_rows);
	else
		err = inventory_order(inventory,
				      options->all || options->json ? want_all :
								      want_endpoints,
				      &rows, &view.n_rows);
	view.rows = rows;
	view.n_hidden = inventory->n - view.n_rows;
	if (err == 0 && options->json)
		err = list_print_json(&view);
	else if (err == 0 && options->n_words > 0)
		err = list_print_details(&view);
	else if (err == 0)
		err = list_print_table(&view);
	return err < 0 ? say_error("", err) : status;
}

static int list_inventory(const struct inventory *inventory,
			  const struct options *options)
{
	struct names names;
	int status;

	names_open(options->root, &names);
	status = show(inventory, &names, options);
	if (names.error[0] != '\0')
		fprintf(stderr, "ptbind list: no names: %s\n", names.error);
	names_close(&names);
	return status;
}

static int list_host(const struct host *host, const struct options *options)
{
	struct inventory inventory;
	struct next_boot next;
	int status, err;

	err = next_boot_read(host, &next);
	if (err < 0)
		return say_error("", err);
	err = inventory_new(host, &next, &inventory);
	if (err == 0) {
		err = inventory_read_resets(&inventory);
		status = err < 0 ? say_error("", err) :
				   list_inventory(&inventory, options);
		/* Behind what it is about, and not before it where both are shown. */
		fflush(stdout);
		say_notes(&inventory);
		inventory_free(&inventory);
	} else {
		status = say_error("", err);
	}
	next_boot_free(&next);
	return status;
}

/* Returns the first word that names no function, or NULL. */
static const char *find_wrong_word(const struct options *options, const char **ret_why)
{
	for (int i = 0; i < options->n_words; i++) {
		const char *word = options->words[i];
		struct pci_functions functions;
		struct parse_error error;
		struct pci_path path;

		if (strchr(word, '/') != NULL ?
			    pci_path_parse(word, strlen(word), &path, &error) == 0 :
			    pci_functions_parse(word, strlen(word), &functions, &error) ==
				    0)
			continue;
		*ret_why = error.message;
		return word;
	}
	return NULL;
}

static int run_list(int argc, char *argv[])
{
	struct options options;
	const char *word, *why;
	struct host host;
	int status, err;

	/* For names and marks that are not ASCII. */
	setlocale(LC_CTYPE, "");
	if (!options_parse(argc, argv, help, OPTION_JSON | OPTION_ALL, INT_MAX, &options,
			   &status))
		return status;
	word = find_wrong_word(&options, &why);
	if (word != NULL) {
		fprintf(stderr, "ptbind list: %s: %s; see 'ptbind list --help'\n", word,
			why);
		return EXIT_UNUSABLE;
	}
	err = host_read(options.root, &host);
	if (err < 0) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/sys/bus/pci", options.root);
		return say_error(path, err);
	}
	status = list_host(&host, &options);
	host_free(&host);
	return status;
}

const struct cmd cmd_list = {
	.name = "list",
	.run = run_list,
	.help = "show PCI functions and what the host uses them for",
};
