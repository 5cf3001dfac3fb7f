/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of the commands, which mean the same in each of them. */
#ifndef PTBIND_OPTIONS_H
#define PTBIND_OPTIONS_H

#include <stdbool.h>

#include "util.h"

/* What a command takes beside --root and --help. */
enum option_flag {
	OPTION_JSON = 1 << 0,     /* -j, --json */
	OPTION_DRY_RUN = 1 << 1,  /* -n, --dry-run */
	OPTION_FORCE = 1 << 2,    /* -f, --force GUARD[,GUARD...] */
	OPTION_OPTIONAL = 1 << 3, /* --optional */
	OPTION_BY_PATH = 1 << 4,  /* --by-path */
	OPTION_ALL = 1 << 5,      /* -a, --all */
	OPTION_EVENT = 1 << 6,    /* --added, --removed */
};

struct options {
	const char *root; /* empty: "/" */
	bool json;
	bool dry_run;
	unsigned int force; /* enum allowlist_force */
	bool optional;
	bool by_path;
	bool all;
	bool added;
	bool removed;
	char **words; /* the arguments behind the options, up to a NULL */
	int n_words;
};

/*
 * Parses the arguments of a command; argv[0] is its name, help its text for --help,
 * allowed the flags (enum option_flag) it takes, max_words how many arguments. Returns
 * true where the command is to go on; otherwise all is said, and *ret_status is the exit
 * status.
 */
_must_check_ bool options_parse(int argc, char *argv[], const char *help,
				unsigned int allowed, int max_words,
				struct options *ret_options, int *ret_status);

/* Says on standard error what is wrong with the arguments. Returns EXIT_UNUSABLE. */
int options_wrong(const char *command, const char *problem, const char *word);

#endif
