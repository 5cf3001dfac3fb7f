/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs between the list that this boot used and today's. */
#ifndef PTBIND_LIST_DIFF_H
#define PTBIND_LIST_DIFF_H

#include <stddef.h>

#include "allowlist.h"
#include "util.h"

/* One difference: a line that is only in one of them, or that changed. */
struct list_change {
	const struct allowlist_line
		*was;                    /* in the list of this boot; NULL: added since */
	const struct allowlist_line *is; /* in today's list; NULL: removed since */
};

struct list_diff {
	struct list_change *changes; /* in the order of today's list; removed ones last */
	size_t n;
};

/*
 * Compares the words of the lines, whatever the blanks, comments and their order. A line
 * changed if its first word stayed. The lists must outlive *ret_diff. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int list_diff(const struct allowlist *was, const struct allowlist *is,
			   struct list_diff *ret_diff);

/* Frees what it owns, not the structure itself. */
void list_diff_free(struct list_diff *diff);

#endif
