/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carrying the plan out: overrides, vfio-pci, unbind, probe, verify. */
#ifndef PTBIND_BIND_H
#define PTBIND_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "allowlist.h"
#include "cmdline.h"
#include "progress.h"
#include "result.h"

struct bind_work {
	const struct cmdline *cmdline;
	const struct allowlist *list;
	bool crash_kernel;         /* write overrides, nothing more */
	struct progress *progress; /* starts zeroed, but for outcomes from plan_start() */
};

/* Reads the facts, plans and carries the plan out; all it has to say is in progress. */
void bind_functions(struct bind_work *work);

/*
 * Reads the drivers of those functions that a worker left behind undecided: bound, or
 * what why says. Also gives the other lines for a function the outcome of its first.
 */
void bind_conclude(const struct bind_work *work, enum result unfinished, const char *why);

#endif
