/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saying what a change of the allowlist does, or why it is not made. */
#ifndef PTBIND_CHANGE_PRINT_H
#define PTBIND_CHANGE_PRINT_H

#include <stdbool.h>

#include "change.h"

/* Prints how the list would differ, but not beside JSON. Returns 0 or a negative errno.
 */
_must_check_ int change_print_diff(const struct change *change);

/*
 * Prints the rest: what was done on standard output, for people or as JSON, errors and
 * warnings on standard error. differs: does it change anything?
 */
void change_print(const struct change *change, bool differs);

#endif
