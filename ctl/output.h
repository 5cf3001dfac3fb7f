/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the commands print: JSON, colour, and text that may hold anything. */
#ifndef PTBIND_OUTPUT_H
#define PTBIND_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "util.h"

struct json_object;

enum output_colour {
	COLOUR_NONE,
	COLOUR_RED,
	COLOUR_YELLOW,
	COLOUR_GREEN,
	COLOUR_BOLD,
	COLOUR_FAINT,
};

/* The version of what --json prints, the member "version" of each. */
#define OUTPUT_JSON_VERSION 1

/* Prints an object as JSON on standard output, with a line end, and frees it. */
void output_json(struct json_object *object);

/* Is a stream a terminal that wants colour? NO_COLOR and TERM=dumb are honoured. */
bool output_has_colour(FILE *f);

/* The sequence that begins a colour, or ends it (COLOUR_NONE), where f has colour; "". */
const char *output_colour(FILE *f, enum output_colour colour);

/* Writes text with '?' for bytes that would drive a terminal; UTF-8 stays. */
void output_text(FILE *f, const char *text);

#endif
