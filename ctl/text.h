/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching bytes that no NUL ends. */
#ifndef PTBIND_TEXT_H
#define PTBIND_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

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

#endif
