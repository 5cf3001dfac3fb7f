/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate says to people. */
#ifndef PTBIND_GATE_PRINT_H
#define PTBIND_GATE_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "gate_judge.h"
#include "gate_read.h"

/*
 * Says why a guest is not started, or, where it is allowed, in spite of what it is.
 * verdicts has one for each function of the input. Bytes that would drive a terminal are
 * written as '?'.
 */
void gate_print(FILE *f, const char *guest, const struct gate_input *input,
		const struct gate_verdict *verdicts, bool allowed);

/* Writes a word the way it has to be typed to a shell. */
void gate_print_word(FILE *f, const char *word);

#endif
