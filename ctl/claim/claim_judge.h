/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a function that appears after boot to be judged at all? No I/O. */
#ifndef PTBIND_CLAIM_JUDGE_H
#define PTBIND_CLAIM_JUDGE_H

#include <stdbool.h>

#include "allowlist.h"
#include "machine.h"
#include "status/boot_report.h"
#include "status/claims.h"
#include "util.h"

/*
 * Makes a list of those lines that name a function whose path was read, in *ret_lines: an
 * array that the caller frees, whose texts are the list's. Returns 0 or -ENOMEM.
 */
_must_check_ int claim_pick_lines(const struct allowlist *list,
				  const struct pci_function *function,
				  struct allowlist *ret_lines);

/*
 * Are the lines that name a function to be judged (again)? record is what is recorded of
 * the function, or NULL. appeared says that the kernel has just found it, which nobody
 * merely asked udev to go over once more: then it is a new function, whatever was at its
 * address. Otherwise it is judged only if there was none so far. What this boot left out
 * on purpose stays out, and a boot that touched nothing goes on touching nothing.
 */
bool claim_is_due(const struct boot_report *report, const struct allowlist *lines,
		  const struct claim *record, bool appeared);

/*
 * Is it worth recording that a function was removed? Where a line came to its address, or
 * something is recorded: neither holds for what comes there next.
 */
bool claim_ends(const struct boot_report *report, const struct pci_address *address,
		const struct claim *record);

#endif
