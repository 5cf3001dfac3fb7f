/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running programs of the host, one after the other. */
#ifndef PTBIND_RUN_PROGRAM_H
#define PTBIND_RUN_PROGRAM_H

#include <stdbool.h>

#include "util.h"

/* PATH for programs, whatever the caller's is. */
#define RUN_PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * Runs a program, looked for in RUN_PROGRAM_PATH, and waits for it. It reads nothing, and
 * what it prints goes to standard error, as standard output is for results, or nowhere if
 * nobody reads that any more. Returns its exit status, 128 and the signal that ended it,
 * 127 where it cannot be run; or a negative errno.
 */
_must_check_ int run_program(const char *const argv[]);

/* The same, but signals that are held back do not reach the program either. */
_must_check_ int run_program_undisturbed(const char *const argv[]);

/* Is there a program of this name in RUN_PROGRAM_PATH below root? */
bool run_program_exists(const char *root, const char *name);

/*
 * Holds back what would end this process (SIGINT, SIGTERM, SIGHUP, SIGQUIT), until the
 * work is in a state that may stay; programs that are run get these as usual. What would
 * stop it in the middle (SIGTSTP, SIGTTOU) is ignored, also by programs that are run:
 * nobody would wake them. So is SIGPIPE, but not by programs: it is no reason to end in
 * the middle that nobody reads what is printed. Returns 0 or a negative errno.
 */
_must_check_ int run_program_hold_signals(void);

/* Has one come since? Its number, or 0. */
int run_program_signal(void);

#endif
