/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of ptbind: each is one struct cmd, and main.c has the table of them. */
#ifndef PTBIND_CMD_H
#define PTBIND_CMD_H

/* Exit status, the same for all commands and for ptbind-early. */
enum exit_status {
	EXIT_AS_WANTED = 0,
	EXIT_NOT_AS_WANTED = 1,
	EXIT_UNUSABLE = 2, /* wrong usage */
};

struct cmd {
	const char *name;
	/* argv[0] is the name of the command. Returns an exit status. */
	int (*run)(int argc, char *argv[]);
	const char *help; /* what it does, for the list of all commands */
};

extern const struct cmd cmd_list;
extern const struct cmd cmd_add;
extern const struct cmd cmd_remove;
extern const struct cmd cmd_import;
extern const struct cmd cmd_undo;
extern const struct cmd cmd_check;
extern const struct cmd cmd_apply;
extern const struct cmd cmd_status;
extern const struct cmd cmd_gate;
extern const struct cmd cmd_claim;

#endif
