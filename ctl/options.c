// SPDX-License-Identifier: GPL-2.0-or-later
/* Parsing the options of the commands. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "allowlist.h"
#include "cmd.h"
#include "options.h"

/* Long options without a letter. */
enum { LONG_OPTIONAL = 256, LONG_BY_PATH, LONG_ADDED, LONG_REMOVED };

static const struct {
	struct option option;
	unsigned int flag; /* 0: for every command */
} table[] = {
	{ { "root", required_argument, NULL, 'r' }, 0 },
	{ { "help", no_argument, NULL, 'h' }, 0 },
	{ { "json", no_argument, NULL, 'j' }, OPTION_JSON },
	{ { "dry-run", no_argument, NULL, 'n' }, OPTION_DRY_RUN },
	{ { "force", required_argument, NULL, 'f' }, OPTION_FORCE },
	{ { "optional", no_argument, NULL, LONG_OPTIONAL }, OPTION_OPTIONAL },
	{ { "by-path", no_argument, NULL, LONG_BY_PATH }, OPTION_BY_PATH },
	{ { "all", no_argument, NULL, 'a' }, OPTION_ALL },
	{ { "added", no_argument, NULL, LONG_ADDED }, OPTION_EVENT },
	{ { "removed", no_argument, NULL, LONG_REMOVED }, OPTION_EVENT },
};

int options_wrong(const char *command, const char *problem, const char *word)
{
	fprintf(stderr, "ptbind %s: %s%s; see 'ptbind %s --help'\n", command, problem,
		word, command);
	return EXIT_UNUSABLE;
}

/* Finds the guard that a word names; 0 where it is none. */
static unsigned int find_guard(const char *word)
{
	for (unsigned int guard = FORCE_NETWORK; guard <= FORCE_GROUP; guard <<= 1)
		if (strcmp(word, allowlist_force_word(guard)) == 0)
			return guard;
	return 0;
}

/* Parses the words of --force. Returns the first that is no guard, or NULL. */
static const char *parse_force(char *text, unsigned int *force)
{
	char *word;

	while ((word = strsep(&text, ",")) != NULL) {
		unsigned int guard = find_guard(word);

		if (guard == 0)
			return word;
		*force |= guard;
	}
	return NULL;
}

/* Fills in what getopt_long() wants of the options that are allowed. */
static void choose_options(unsigned int allowed, struct option *options, char *letters)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct option *option = &table[i].option;

		if (table[i].flag != 0 && !(allowed & table[i].flag))
			continue;
		*options++ = *option;
		if (option->val >= LONG_OPTIONAL)
			continue;
		*letters++ = (char)option->val;
		if (option->has_arg == required_argument)
			*letters++ = ':';
	}
	*options = (struct option){ 0 };
	*letters = '\0';
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * Takes one option in, which argv has in these words. Returns what is wrong with it, a
 * literal, or NULL.
 */
static const char *take_option(int option, const char *argv_option,
			       struct options *options, const char **word)
{
	switch (option) {
	case 'r':
		options->root = strcmp(optarg, "/") == 0 ? "" : optarg;
		*word = optarg;
		return is_directory(optarg) ? NULL : "no such directory: ";
	case 'j':
		options->json = true;
		return NULL;
	case 'n':
		options->dry_run = true;
		return NULL;
	case 'f':
		*word = parse_force(optarg, &options->force);
		return *word == NULL ? NULL :
				       "--force: expected network, disk, keyboard, "
				       "display or group, found: ";
	case 'a':
		options->all = true;
		return NULL;
	case LONG_OPTIONAL:
		options->optional = true;
		return NULL;
	case LONG_BY_PATH:
		options->by_path = true;
		return NULL;
	case LONG_ADDED:
		options->added = true;
		return NULL;
	case LONG_REMOVED:
		options->removed = true;
		return NULL;
	case ':':
		*word = argv_option;
		return "a value is missing behind ";
	default:
		*word = argv_option;
		return "wrong option: ";
	}
}

bool options_parse(int argc, char *argv[], const char *help, unsigned int allowed,
		   int max_words, struct options *ret_options, int *ret_status)
{
	struct option long_options[ARRAY_SIZE(table) + 1];
	char letters[2 * ARRAY_SIZE(table) + 2];
	struct options options = { .root = "" };
	char letter[3] = "";
	int option;

	/* Messages of our own; the colon tells a missing value from a wrong option. */
	opterr = 0;
	letters[0] = ':';
	choose_options(allowed, long_options, letters + 1);
	while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		const char *word = NULL, *problem;

		if (option == 'h') {
			fputs(help, stdout);
			*ret_status = EXIT_AS_WANTED;
			return false;
		}
		/* Of letters in one word getopt_long() says which it is. */
		if (option == '?' && optopt > 0 && optopt < LONG_OPTIONAL &&
		    strncmp(argv[optind - 1], "--", 2) != 0)
			snprintf(letter, sizeof(letter), "-%c", optopt);
		problem =
			take_option(option, letter[0] != '\0' ? letter : argv[optind - 1],
				    &options, &word);
		if (problem != NULL) {
			*ret_status = options_wrong(argv[0], problem, word);
			return false;
		}
	}
	options.words = argv + optind;
	options.n_words = argc - optind;
	if (options.n_words > max_words) {
		*ret_status = options_wrong(
			argv[0], "unexpected argument: ", options.words[max_words]);
		return false;
	}
	*ret_options = options;
	return true;
}
