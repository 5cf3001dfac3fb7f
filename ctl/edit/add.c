// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind add: lists functions. */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "options.h"
#include "targets.h"

static const char help_text[] =
	"Usage: ptbind add [OPTION...] FUNCTION...\n"
	"\n"
	"Lists functions, with every pin that they have, so that vfio-pci gets them from\n"
	"the next boot on. What would lock you out is refused.\n"
	"\n"
	"FUNCTION is an address as lspci prints it (04:00.0, 0000:04:00.0), a slot, which\n"
	"means all its functions (04:00), or a path (0000:00:1c.1/00.0).\n"
	"\n"
	"      --by-path       write the path, which holds whatever bus number there is\n"
	"      --optional      it is no error if the function is not there at boot\n"
	"  -f, --force GUARD   list it although this guard objects, and write that into\n"
	"                      the list: network, disk, keyboard, display, group, or\n"
	"                      several with commas\n"
	"  -n, --dry-run       show what would change, and change nothing\n"
	"  -j, --json          print JSON\n"
	"  -r, --root DIR      read and write everything below DIR, a directory\n"
	"  -h, --help          print this\n"
	"\n"
	"Examples:\n"
	"  ptbind add 01:00                a graphics card with its sound\n"
	"  ptbind add --dry-run 04:00.0    what would be written, what speaks against it\n"
	"\n"
	"Exit status: 0 they are listed, 1 refused or failed, 2 wrong usage. See\n"
	"ptbind(8).\n";

/* Parses a word. Returns what is wrong with it, or NULL. */
static const char *parse_word(const char *word, struct pci_path *path,
			      struct pci_functions *functions, bool *ret_is_path)
{
	struct parse_error error;

	*ret_is_path = strchr(word, '/') != NULL;
	if (*ret_is_path)
		return pci_path_parse(word, strlen(word), path, &error) < 0 ?
			       error.message :
			       NULL;
	return pci_functions_parse(word, strlen(word), functions, &error) < 0 ?
		       error.message :
		       NULL;
}

static int add_word(struct targets *targets, struct change *change, const char *word)
{
	struct pci_functions functions;
	struct pci_path path;
	bool is_path;

	/* It was parsed once already. */
	if (parse_word(word, &path, &functions, &is_path) != NULL)
		return 0;
	if (is_path)
		return targets_add_path(targets, change, &path, "");
	return targets_add(targets, change, &functions, "");
}

/* All words are looked at before anything is read. */
static bool check_words(const struct options *options)
{
	for (int i = 0; i < options->n_words; i++) {
		struct pci_functions functions;
		struct pci_path path;
		bool is_path;
		const char *problem =
			parse_word(options->words[i], &path, &functions, &is_path);

		if (problem == NULL)
			continue;
		fprintf(stderr, "ptbind add: %s: %s\n", options->words[i], problem);
		return false;
	}
	return true;
}

static int run(int argc, char *argv[])
{
	struct targets targets = { 0 };
	struct options options;
	struct change change;
	int status, err = 0;

	if (!options_parse(argc, argv, help_text,
			   OPTION_JSON | OPTION_DRY_RUN | OPTION_FORCE | OPTION_OPTIONAL |
				   OPTION_BY_PATH,
			   INT_MAX, &options, &status))
		return status;
	if (options.n_words == 0)
		return options_wrong("add", "which function?", "");
	if (!check_words(&options))
		return EXIT_UNUSABLE;
	if (!change_begin("add", &options, &change, &status))
		return status;
	change.guarded = true;
	for (int i = 0; err == 0 && i < options.n_words; i++)
		err = add_word(&targets, &change, options.words[i]);
	if (err == 0)
		err = targets_list(&targets, &change);
	status = change_end(&change, err);
	targets_free(&targets);
	change_free(&change);
	return status;
}

const struct cmd cmd_add = { "add", run, "list functions for passthrough" };
