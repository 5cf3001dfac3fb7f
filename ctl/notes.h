/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences for a person that add up. */
#ifndef PTBIND_NOTES_H
#define PTBIND_NOTES_H

#include <stddef.h>

#include "util.h"

/* A person reads no more; the last sentence then says that there are others. */
#define NOTES_MAX 64

struct notes {
	char **lines;
	size_t n;
};

/* Adds a sentence, as long as there are not NOTES_MAX. Returns 0 or -ENOMEM. */
_must_check_ _printf_(2, 3) int notes_add(struct notes *notes, const char *format, ...);

/* Frees what the notes own, not the structure itself. */
void notes_free(struct notes *notes);

#endif
