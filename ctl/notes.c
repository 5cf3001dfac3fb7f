// SPDX-License-Identifier: GPL-2.0-or-later
/* A list of sentences. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "notes.h"

int notes_add(struct notes *notes, const char *format, ...)
{
	char **lines, *line;
	va_list args;
	int n;

	if (notes->n == NOTES_MAX)
		return 0;
	lines = array_grow(notes->lines, notes->n, sizeof(*lines));
	if (lines == NULL)
		return -ENOMEM;
	notes->lines = lines;

	va_start(args, format);
	if (notes->n == NOTES_MAX - 1)
		n = asprintf(&line, "there is more to say than fits here");
	else
		n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	notes->lines[notes->n++] = line;
	return 0;
}

void notes_free(struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		free(notes->lines[i]);
	free(notes->lines);
	*notes = (struct notes){ 0 };
}
