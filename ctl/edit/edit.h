/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits of the allowlist's text: lines are added, removed or get further words; whatever
 * is not named stays as it is, to the byte.
 */
#ifndef PTBIND_EDIT_H
#define PTBIND_EDIT_H

#include <stddef.h>

#include "util.h"

/* One edit of a line. */
struct edit {
	unsigned int number; /* of the line, from 1; 0: a line behind all others */
	char *words;         /* to add, without a line end; NULL: the line goes */
};

struct edits {
	struct edit *entries;
	size_t n;
};

/*
 * Add an edit: a new line at the end, words behind those that a line has and in front of
 * its comment, or that a line goes with its comment. Words are copied. An edit of a line
 * that goes is lost, whatever their order. Return 0 or -ENOMEM.
 */
_must_check_ int edits_append(struct edits *edits, const char *words);
_must_check_ int edits_extend(struct edits *edits, unsigned int number,
			      const char *words);
_must_check_ int edits_remove(struct edits *edits, unsigned int number);

/*
 * Carries the edits out on the size bytes at data, which may hold anything. A last line
 * without an end gets one if another is to follow; new line ends are those of the first
 * line, LF or CR LF. *ret_data belongs to the caller and ends with a NUL that *ret_size
 * does not count. Returns 0 or -ENOMEM.
 */
_must_check_ int edits_apply(const struct edits *edits, const char *data, size_t size,
			     char **ret_data, size_t *ret_size);

/* Frees what the edits own, not the structure itself. */
void edits_free(struct edits *edits);

#endif
