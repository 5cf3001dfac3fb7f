/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Assignments in a file that a shell reads, as far as can be told without running it. */
#ifndef PTBIND_SHELL_TEXT_H
#define PTBIND_SHELL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "util.h"

struct shell_text {
	const char *rest;         /* the caller's, which ends with a NUL */
	unsigned int line;        /* number of the line that comes next, from 1 */
	const char *const *known; /* variables that may be expanded, up to NULL */
};

struct shell_assignment {
	const char *name; /* in the text, of so many bytes */
	size_t name_len;
	char *value;       /* the caller's to free: quotes are gone, what was expanded is
			    * missing, and line ends are blanks */
	bool repeats;      /* it expands the variable itself */
	bool is_unclear;   /* it has a command in it, or a variable that is not known */
	unsigned int line; /* where it begins */
};

/*
 * Reads the next assignment, whether it is reached or not. Returns 1, 0 at the end of the
 * text, or -ENOMEM.
 */
_must_check_ int shell_next_assignment(struct shell_text *text,
				       struct shell_assignment *ret_assignment);

#endif
