/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision about a machine: reads as much as the plan needs, and plans. */
#ifndef PTBIND_DECIDE_H
#define PTBIND_DECIDE_H

#include "plan.h"
#include "sysfs.h"
#include "util.h"

/*
 * Writes an outcome for each line of the list, and the facts that they rest on to
 * *ret_machine, which the caller frees. All functions are read only where that tells
 * where a card went. Returns 0 or a negative errno.
 */
_must_check_ int decide(const struct sysfs *sysfs, const struct cmdline *cmdline,
			const struct allowlist *list, struct outcome *outcomes,
			struct machine *ret_machine);

#endif
