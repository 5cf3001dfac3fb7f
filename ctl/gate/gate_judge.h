/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision of the gate: may a guest have this function? */
#ifndef PTBIND_GATE_JUDGE_H
#define PTBIND_GATE_JUDGE_H

#include <stdbool.h>

#include "address.h"
#include "status/boot_report.h"
#include "status/claims.h"
#include "status/listed.h"

enum gate_reason {
	GATE_UNLISTED,      /* pass: it is nobody's business */
	GATE_BOUND,         /* pass: ptbind gave it to vfio-pci in this boot */
	GATE_NOT_BOUND,     /* listed, and not bound: the line's result says why */
	GATE_DISABLED,      /* the whole boot left all functions alone, on purpose */
	GATE_REFUSED,       /* the boot touched nothing, as its list could not be read */
	GATE_NO_REPORT,     /* ptbind-early did not run in this boot */
	GATE_BROKEN_REPORT, /* what this boot did is not known */
	GATE_NEW,           /* no line of the list that this boot used names it */
	GATE_LATE, /* it came, or went, after boot: the record says what became of it */
};

/* What is recorded of a function since boot, see claims.h. */
struct gate_claim {
	struct claim claim;
	bool holds; /* vfio-pci has the function now */
};

struct gate_verdict {
	enum gate_reason reason;
	const struct listed_line *line; /* which the reason is about; NULL: unlisted */
	const struct claim
		*claim; /* which counts instead of the line's result; or NULL */
};

/*
 * Judges the function at an address. report is that of this boot, as far as there is one;
 * listed holds its lines and those of today's list. claim is what is recorded of the
 * function since, or NULL: it counts more than the report. Does no I/O.
 */
struct gate_verdict gate_judge(const struct boot_report *report,
			       const struct listed *listed,
			       const struct gate_claim *claim,
			       const struct pci_address *address);

static inline bool gate_passes(const struct gate_verdict *verdict)
{
	return verdict->reason == GATE_UNLISTED || verdict->reason == GATE_BOUND;
}

#endif
