// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate's decision: what is known of a boot in, a verdict out; no I/O. */

#include <string.h>

#include "gate_judge.h"
#include "result.h"

static bool is_bound(const struct listed_line *line)
{
	return line->result != NULL &&
	       (strcmp(line->result, result_word(RESULT_BOUND)) == 0 ||
		strcmp(line->result, result_word(RESULT_ALREADY_BOUND)) == 0);
}

/*
 * The line that tells most of a function. One that was bound is enough: where lines for
 * one function disagree, ptbind-early does not bind it.
 */
static const struct listed_line *find_line(const struct listed *listed,
					   const struct pci_address *address)
{
	const struct listed_line *found = NULL;

	for (size_t i = 0; i < listed->n; i++) {
		const struct listed_line *line = &listed->lines[i];

		if (!pci_functions_include(&line->functions, address))
			continue;
		if (is_bound(line))
			return line;
		if (found == NULL || (found->result == NULL && line->result != NULL))
			found = line;
	}
	return found;
}

static enum gate_reason find_reason(const struct boot_report *report,
				    const struct listed_line *line)
{
	if (line == NULL)
		return GATE_UNLISTED;
	if (is_bound(line))
		return GATE_BOUND;
	if (report->status != BOOT_REPORT_READ)
		return report->status == BOOT_REPORT_BROKEN ? GATE_BROKEN_REPORT :
							      GATE_NO_REPORT;
	if (strcmp(report->state, "disabled") == 0)
		return GATE_DISABLED;
	if (strcmp(report->state, "refused") == 0)
		return GATE_REFUSED;
	return line->result != NULL ? GATE_NOT_BOUND : GATE_NEW;
}

/* Did the boot look after its functions, so that a record can be newer than it? */
static bool had_effect(const struct boot_report *report)
{
	return report->status == BOOT_REPORT_READ &&
	       strcmp(report->state, "disabled") != 0 &&
	       strcmp(report->state, "refused") != 0;
}

struct gate_verdict gate_judge(const struct boot_report *report,
			       const struct listed *listed,
			       const struct gate_claim *claim,
			       const struct pci_address *address)
{
	const struct listed_line *line = find_line(listed, address);
	enum gate_reason late = GATE_LATE;

	if (line == NULL || claim == NULL || !had_effect(report))
		return (struct gate_verdict){ find_reason(report, line), line, NULL };
	/* A record of a function that has gone unnoticed says nothing of the next. */
	if (claim->holds && claim_is_bound(&claim->claim))
		late = GATE_BOUND;
	return (struct gate_verdict){ late, line, &claim->claim };
}
