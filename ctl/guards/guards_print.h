/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objections of the guards, for people and as JSON. */
#ifndef PTBIND_GUARDS_PRINT_H
#define PTBIND_GUARDS_PRINT_H

#include <stdio.h>

#include "guards.h"
#include "util.h"

struct json_object;

/*
 * Prints an objection as one line without its end: the line of the list and its function,
 * which guard objects, what would be lost with which function, and whether force=
 * overrules it. next is what the objections were made of.
 */
void objection_print(FILE *f, const struct next_boot *next,
		     const struct objection *objection);

/*
 * The same as a JSON object: guard, line, text (the words of the line), address (of the
 * line's function), function (that is lost), by_group, behind, unresolved, forced,
 * message.
 */
struct json_object *objection_json(const struct next_boot *next,
				   const struct objection *objection);

/* Writes guards as force= has them, separated by commas. */
#define GUARDS_STRSIZE sizeof("network,disk,keyboard,display,group")
void guards_format(unsigned int guards, char ret_text[static GUARDS_STRSIZE]);

#endif
