// SPDX-License-Identifier: GPL-2.0-or-later
/* Comparing two lists: both sorted by their words, then by their first words; no I/O. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list_diff.h"

struct entry {
	const struct allowlist_line *line;
	char *words;           /* the line without blanks that mean nothing */
	size_t name_len;       /* of the first word */
	struct entry *partner; /* the line of the other list that it became, or was */
};

static int compare_words(const void *a, const void *b)
{
	return strcmp((*(struct entry *const *)a)->words,
		      (*(struct entry *const *)b)->words);
}

static int compare_names(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a;
	const struct entry *y = *(struct entry *const *)b;
	size_t len = x->name_len < y->name_len ? x->name_len : y->name_len;
	int order = memcmp(x->words, y->words, len);

	return order != 0 ? order :
			    (x->name_len > y->name_len) - (x->name_len < y->name_len);
}

static void free_entries(struct entry *entries, size_t n)
{
	for (size_t i = 0; entries != NULL && i < n; i++)
		free(entries[i].words);
	free(entries);
}

static int make_entries(const struct allowlist *list, struct entry **ret_entries)
{
	struct entry *entries = calloc(list->n_lines + 1, sizeof(*entries));
	char words[ALLOWLIST_LINE_MAX + 1];

	if (entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n_lines; i++) {
		allowlist_line_words(&list->lines[i], words, sizeof(words));
		entries[i].line = &list->lines[i];
		entries[i].words = strdup(words);
		entries[i].name_len = strcspn(words, " ");
		if (entries[i].words == NULL) {
			free_entries(entries, i);
			return -ENOMEM;
		}
	}
	*ret_entries = entries;
	return 0;
}

/* Points to the entries without a partner, in an order. Returns how many there are. */
static size_t sort_single(struct entry *entries, size_t n, struct entry **sorted,
			  int (*compare)(const void *, const void *))
{
	size_t n_single = 0;

	for (size_t i = 0; i < n; i++)
		if (entries[i].partner == NULL)
			sorted[n_single++] = &entries[i];
	if (n_single > 0)
		qsort(sorted, n_single, sizeof(*sorted), compare);
	return n_single;
}

/* Makes partners of those that compare as equal, each with one. */
static int pair(struct entry *was, size_t n_was, struct entry *is, size_t n_is,
		int (*compare)(const void *, const void *))
{
	_cleanup_free_ struct entry **a = calloc(n_was + 1, sizeof(struct entry *));
	_cleanup_free_ struct entry **b = calloc(n_is + 1, sizeof(struct entry *));
	size_t i = 0, k = 0;

	if (a == NULL || b == NULL)
		return -ENOMEM;
	n_was = sort_single(was, n_was, a, compare);
	n_is = sort_single(is, n_is, b, compare);
	while (i < n_was && k < n_is) {
		int order = compare(&a[i], &b[k]);

		if (order == 0) {
			a[i]->partner = b[k];
			b[k]->partner = a[i];
		}
		i += order <= 0;
		k += order >= 0;
	}
	return 0;
}

static int collect(const struct entry *was, size_t n_was, const struct entry *is,
		   size_t n_is, struct list_diff *ret_diff)
{
	struct list_diff diff = { 0 };

	diff.changes = calloc(n_was + n_is + 1, sizeof(*diff.changes));
	if (diff.changes == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n_is; i++) {
		const struct entry *old = is[i].partner;

		if (old == NULL || strcmp(old->words, is[i].words) != 0)
			diff.changes[diff.n++] = (struct list_change){
				old != NULL ? old->line : NULL,
				is[i].line,
			};
	}
	for (size_t i = 0; i < n_was; i++)
		if (was[i].partner == NULL)
			diff.changes[diff.n++] =
				(struct list_change){ was[i].line, NULL };
	*ret_diff = diff;
	return 0;
}

int list_diff(const struct allowlist *was, const struct allowlist *is,
	      struct list_diff *ret_diff)
{
	struct entry *old = NULL, *new = NULL;
	int err;

	err = make_entries(was, &old);
	if (err == 0)
		err = make_entries(is, &new);
	if (err == 0)
		err = pair(old, was->n_lines, new, is->n_lines, compare_words);
	if (err == 0)
		err = pair(old, was->n_lines, new, is->n_lines, compare_names);
	if (err == 0)
		err = collect(old, was->n_lines, new, is->n_lines, ret_diff);
	free_entries(old, was->n_lines);
	free_entries(new, is->n_lines);
	return err;
}

void list_diff_free(struct list_diff *diff)
{
	free(diff->changes);
	*diff = (struct list_diff){ 0 };
}
