/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing how two texts differ. */
#ifndef PTBIND_DIFF_H
#define PTBIND_DIFF_H

#include <stddef.h>

#include "util.h"

struct diff_text {
	char *label; /* what it is called */
	const char *data;
	size_t size;
};

/*
 * Prints on standard output what changes from a to b, as a unified diff by diff(1), which
 * no Debian is without; nothing where they are the same. Returns 0 or a negative errno,
 * -EIO where diff failed, which has then said why.
 */
_must_check_ int diff_print(const struct diff_text *a, const struct diff_text *b);

#endif
