/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is a listed function as wanted now, and what changed since the boot? No I/O. */
#ifndef PTBIND_STATUS_JUDGE_H
#define PTBIND_STATUS_JUDGE_H

#include <stdbool.h>

#include "boot_report.h"
#include "claims.h"

/* What is seen now of the function that a line names. */
struct status_facts {
	bool there;
	struct pci_address address;    /* if it is there */
	char driver[DRIVER_NAME_SIZE]; /* empty: none */
	bool optional;                 /* the line says so */
	bool has_claim;                /* something is recorded of it since boot */
	struct claim claim;
};

enum status_change {
	CHANGE_NONE,
	CHANGE_GONE,     /* it was there at boot */
	CHANGE_APPEARED, /* it was not */
	CHANGE_LOST,     /* vfio-pci had it */
	CHANGE_TAKEN,    /* vfio-pci had it not */
};

struct status_verdict {
	enum status_change change;
	bool ok;         /* as the owner wants it, now */
	const char *why; /* what the report cannot say; empty: nothing */
};

/* Judges one line. The texts of the verdict are literals, or those of what was given. */
struct status_verdict status_judge(const struct boot_report_line *reported,
				   const struct status_facts *now);

/* The word of a change, a literal; NULL for none. */
const char *status_change_word(enum status_change change);

#endif
