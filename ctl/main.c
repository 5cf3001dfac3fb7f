// SPDX-License-Identifier: GPL-2.0-or-later
/* The host command: finds the command that is asked for and runs it. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "util.h"
#include "version.h"

static const struct cmd *const cmds[] = {
	&cmd_list,  &cmd_add,   &cmd_remove, &cmd_import, &cmd_undo,
	&cmd_check, &cmd_apply, &cmd_status, &cmd_gate,   &cmd_claim,
};

static void print_help(void)
{
	puts("Usage: ptbind COMMAND [ARGUMENT...]\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		printf("  %-8s %s\n", cmds[i]->name, cmds[i]->help);
	puts("\n"
	     "  -h, --help     print this; 'ptbind COMMAND --help' says more of a command\n"
	     "  -V, --version  print the version\n"
	     "\n"
	     "Examples:\n"
	     "  ptbind list\n"
	     "  ptbind add 04:00.0 && ptbind apply\n"
	     "\n"
	     "Exit status: 0 all as wanted, 1 something is not as wanted, 2 wrong usage. See\n"
	     "ptbind(8).");
}

static int wrong_usage(const char *problem, const char *word)
{
	fprintf(stderr, "ptbind: %s%s; see 'ptbind --help'\n", problem, word);
	return EXIT_UNUSABLE;
}

static const struct cmd *find_cmd(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++)
		if (strcmp(name, cmds[i]->name) == 0)
			return cmds[i];
	return NULL;
}

static int run(int argc, char *argv[])
{
	const char *word = argc > 0 ? argv[0] : NULL;
	const struct cmd *cmd;

	if (word == NULL)
		return wrong_usage("no command", "");
	/* "help COMMAND" is "COMMAND --help". */
	if (strcmp(word, "help") == 0 && argc == 2 && find_cmd(argv[1]) != NULL) {
		char *words[] = { argv[1], (char[]){ "--help" }, NULL };

		return find_cmd(argv[1])->run(2, words);
	}
	if (strcmp(word, "help") == 0 && argc == 1)
		word = "--help";
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		print_help();
		return EXIT_AS_WANTED;
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		puts("ptbind " PTBIND_VERSION);
		return EXIT_AS_WANTED;
	}
	if (word[0] == '-')
		return wrong_usage("unknown option: ", word);
	if (strcmp(word, "help") == 0)
		return argc > 2 ? wrong_usage("unexpected argument: ", argv[2]) :
				  wrong_usage("unknown command: ", argv[1]);
	cmd = find_cmd(word);
	return cmd != NULL ? cmd->run(argc, argv) :
			     wrong_usage("unknown command: ", word);
}

int main(int argc, char *argv[])
{
	int status;

	/* Line by line: a change of thousands of lines may have a warning for each. */
	(void)setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	status = run(argc - 1, argv + 1);
	/* Output that got lost must not look like all there is. */
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "ptbind: standard output: %s\n", strerror(errno));
	return EXIT_NOT_AS_WANTED;
}
