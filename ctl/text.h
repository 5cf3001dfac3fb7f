/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching bytes that no NUL ends, and replacing text that one does. */
#ifndef PTBIND_TEXT_H
#define PTBIND_TEXT_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Puts a copy of value in the place of *text, which is freed. Returns 0 or -ENOMEM. */
_must_check_ static inline int text_set(char **text, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* Does a name end in a suffix, with something before it? */
static inline bool text_ends_in(const char *name, const char *suffix)
{
	const size_t len = strlen(name), suffix_len = strlen(suffix);

	return len > suffix_len && strcmp(name + len - suffix_len, suffix) == 0;
}

static inline bool text_has(const char *set, char ch)
{
	return ch != '\0' && strchr(set, ch) != NULL;
}

/* How many of the len bytes at text come before the first that is in set, or is not. */
static inline size_t text_until(const char *text, size_t len, const char *set)
{
	size_t n = 0;

	while (n < len && !text_has(set, text[n]))
		n++;
	return n;
}

static inline size_t text_while(const char *text, size_t len, const char *set)
{
	size_t n = 0;

	while (n < len && text_has(set, text[n]))
		n++;
	return n;
}

/* Are the len bytes at value among those that commas separate in a list? */
static inline bool text_list_has(const char *list, const char *value, size_t len)
{
	for (const char *s = list; s != NULL; s = strchr(s, ',')) {
		s += *s == ',';
		if (strncmp(s, value, len) == 0 && (s[len] == ',' || s[len] == '\0'))
			return true;
	}
	return false;
}

/*
 * Splits text at white space, in place: the first max words of it. Returns how many it
 * wrote.
 */
static inline size_t text_split(char *text, char **ret_words, size_t max)
{
	char *save = NULL;
	size_t n = 0;

	for (char *word = strtok_r(text, " \t\n", &save); word != NULL && n < max;
	     word = strtok_r(NULL, " \t\n", &save))
		ret_words[n++] = word;
	return n;
}

#endif
