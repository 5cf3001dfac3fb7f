// SPDX-License-Identifier: GPL-2.0-or-later
/* Carrying out edits of the allowlist's text; no I/O. */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "edit.h"

#define UTF8_BOM "\xef\xbb\xbf"

/* An edit, and the order in which they were asked for. */
struct step {
	const struct edit *edit;
	size_t order;
};

static int add(struct edits *edits, unsigned int number, const char *words)
{
	struct edit *entries, edit = { .number = number };

	entries = array_grow(edits->entries, edits->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	edits->entries = entries;
	if (words != NULL) {
		edit.words = strdup(words);
		if (edit.words == NULL)
			return -ENOMEM;
	}
	entries[edits->n++] = edit;
	return 0;
}

int edits_append(struct edits *edits, const char *words)
{
	return add(edits, 0, words);
}

int edits_extend(struct edits *edits, unsigned int number, const char *words)
{
	return add(edits, number, words);
}

int edits_remove(struct edits *edits, unsigned int number)
{
	return add(edits, number, NULL);
}

/* By line, new lines last; then in the order of asking. */
static int compare_steps(const void *a, const void *b)
{
	const struct step *x = a, *y = b;
	unsigned int m = x->edit->number - 1, n = y->edit->number - 1;

	if (m != n)
		return m > n ? 1 : -1;
	return (x->order > y->order) - (x->order < y->order);
}

static int sort_steps(const struct edits *edits, struct step **ret_steps)
{
	struct step *steps = calloc(edits->n + 1, sizeof(*steps));

	if (steps == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < edits->n; i++)
		steps[i] = (struct step){ &edits->entries[i], i };
	if (edits->n > 0)
		qsort(steps, edits->n, sizeof(*steps), compare_steps);
	*ret_steps = steps;
	return 0;
}

/* The end of the words of a line of len bytes: behind them are blanks, then a comment. */
static size_t end_of_words(const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len);
	size_t end = comment != NULL ? (size_t)(comment - line) : len;

	while (end > 0 && strchr(" \t\r\n", line[end - 1]) != NULL && line[end - 1])
		end--;
	return end;
}

/* Writes a line of len bytes with its end, after the n edits that are about it. */
static void write_line(FILE *f, const char *line, size_t len, const struct step *steps,
		       size_t n)
{
	size_t end = n > 0 ? end_of_words(line, len) : len;

	for (size_t i = 0; i < n; i++)
		if (steps[i].edit->words == NULL)
			return;
	fwrite(line, 1, end, f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "  %s", steps[i].edit->words);
	if (end < len && line[end] == '#')
		fputc(' ', f);
	fwrite(line + end, 1, len - end, f);
}

/* What ends the lines of this text. */
static const char *line_end(const char *data, size_t size)
{
	const char *newline = size > 0 ? memchr(data, '\n', size) : NULL;

	return newline != NULL && newline > data && newline[-1] == '\r' ? "\r\n" : "\n";
}

static void write_all(FILE *f, const char *data, size_t size, const struct step *steps,
		      size_t n_steps)
{
	const char *ending = line_end(data, size);
	size_t pos = 0, step = 0;
	bool ended = true;

	/* It belongs to the file, not to its first line. */
	if (size >= strlen(UTF8_BOM) && memcmp(data, UTF8_BOM, strlen(UTF8_BOM)) == 0) {
		pos = strlen(UTF8_BOM);
		fwrite(data, 1, pos, f);
	}
	for (unsigned int number = 1; pos < size; number++) {
		const char *newline = memchr(data + pos, '\n', size - pos);
		size_t len =
			newline != NULL ? (size_t)(newline - data) - pos + 1 : size - pos;
		const size_t first = step;
		bool goes = false;

		for (; step < n_steps && steps[step].edit->number == number; step++)
			goes = goes || steps[step].edit->words == NULL;
		write_line(f, data + pos, len, steps + first, step - first);
		ended = newline != NULL || goes;
		pos += len;
	}
	for (; step < n_steps; step++) {
		if (steps[step].edit->number != 0)
			continue;
		fprintf(f, "%s%s%s", ended ? "" : ending, steps[step].edit->words,
			ending);
		ended = true;
	}
}

int edits_apply(const struct edits *edits, const char *data, size_t size, char **ret_data,
		size_t *ret_size)
{
	_cleanup_free_ struct step *steps = NULL;
	char *text = NULL;
	size_t text_size = 0;
	bool failed;
	FILE *f;
	int err;

	err = sort_steps(edits, &steps);
	if (err < 0)
		return err;
	f = open_memstream(&text, &text_size);
	if (f == NULL)
		return -ENOMEM;
	write_all(f, data, size, steps, edits->n);
	failed = ferror(f) != 0;
	failed |= fclose(f) != 0;
	if (failed) {
		free(text);
		return -ENOMEM;
	}
	*ret_data = text;
	*ret_size = text_size;
	return 0;
}

void edits_free(struct edits *edits)
{
	for (size_t i = 0; i < edits->n; i++)
		free(edits->entries[i].words);
	free(edits->entries);
	*edits = (struct edits){ 0 };
}
