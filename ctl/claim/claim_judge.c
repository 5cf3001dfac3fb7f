// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions are judged after boot: report, list and record in, a decision out. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claim_judge.h"

static bool names(const struct allowlist_line *line, const struct pci_function *function)
{
	if (line->column != 0)
		return false;
	if (line->where.n_steps == 0)
		return pci_address_compare(&line->where.first, &function->address) == 0;
	return function->path_error == 0 &&
	       pci_path_matches(&line->where, &function->path);
}

int claim_pick_lines(const struct allowlist *list, const struct pci_function *function,
		     struct allowlist *ret_lines)
{
	struct allowlist lines = { 0 };

	for (size_t i = 0; i < list->n_lines; i++)
		lines.n_lines += names(&list->lines[i], function);
	lines.lines = calloc(lines.n_lines + 1, sizeof(*lines.lines));
	if (lines.lines == NULL)
		return -ENOMEM;
	lines.n_lines = 0;
	for (size_t i = 0; i < list->n_lines; i++)
		if (names(&list->lines[i], function))
			lines.lines[lines.n_lines++] = list->lines[i];
	*ret_lines = lines;
	return 0;
}

/* What the boot reported of a line; NULL where it knows of no such line. */
static const struct boot_report_line *find_reported(const struct boot_report *report,
						    unsigned int number)
{
	for (size_t i = 0; i < report->n_lines; i++)
		if (report->lines[i].number == number)
			return &report->lines[i];
	return NULL;
}

bool claim_is_due(const struct boot_report *report, const struct allowlist *lines,
		  const struct claim *record, bool appeared)
{
	bool was_there = false;

	if (report->status != BOOT_REPORT_READ || lines->n_lines == 0)
		return false;
	if (strcmp(report->state, "disabled") == 0 ||
	    strcmp(report->state, "refused") == 0)
		return false;
	for (size_t i = 0; i < lines->n_lines; i++) {
		const struct boot_report_line *line =
			find_reported(report, lines->lines[i].number);

		if (line == NULL ||
		    strcmp(line->result, result_word(RESULT_DISABLED)) == 0)
			return false;
		was_there = was_there ||
			    strcmp(line->result, result_word(RESULT_ABSENT)) != 0;
	}
	if (appeared)
		return true;
	return record != NULL ? claim_is_absent(record) : !was_there;
}

bool claim_ends(const struct boot_report *report, const struct pci_address *address,
		const struct claim *record)
{
	if (report->status != BOOT_REPORT_READ)
		return false;
	if (record != NULL)
		return !claim_is_absent(record);
	for (size_t i = 0; i < report->n_lines; i++) {
		const struct boot_report_line *line = &report->lines[i];

		if (line->has_address &&
		    pci_address_compare(&line->address, address) == 0 &&
		    strcmp(line->result, result_word(RESULT_DISABLED)) != 0 &&
		    strcmp(line->result, result_word(RESULT_ABSENT)) != 0)
			return true;
	}
	return false;
}
