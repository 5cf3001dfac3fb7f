// SPDX-License-Identifier: GPL-2.0-or-later
/* A line of the report and what is seen now in, a verdict out; no I/O. */

#include <string.h>

#include "status_judge.h"
#include "vfio_load.h"

static bool result_is(const char *word, enum result result)
{
	return strcmp(word, result_word(result)) == 0;
}

static bool was_bound(const struct boot_report_line *reported)
{
	return result_is(reported->result, RESULT_BOUND) ||
	       result_is(reported->result, RESULT_ALREADY_BOUND);
}

static bool has_vfio(const struct status_facts *now)
{
	return now->there && strcmp(now->driver, VFIO_DRIVER) == 0;
}

static enum status_change find_change(const struct boot_report_line *reported,
				      const struct status_facts *now)
{
	const bool absent = result_is(reported->result, RESULT_ABSENT);
	const bool had_vfio =
		reported->driver != NULL && strcmp(reported->driver, VFIO_DRIVER) == 0;

	/* Nobody knows what the line is about. */
	if (!absent && !reported->has_address)
		return CHANGE_NONE;
	if (absent)
		return now->there ? CHANGE_APPEARED : CHANGE_NONE;
	if (!now->there)
		return CHANGE_GONE;
	if (had_vfio == has_vfio(now))
		return CHANGE_NONE;
	return had_vfio ? CHANGE_LOST : CHANGE_TAKEN;
}

/* Sets the verdict on what the boot, or the rule since, gave to vfio-pci. */
static void judge_bound(const struct status_facts *now, struct status_verdict *verdict)
{
	verdict->ok = has_vfio(now);
	if (!now->there) {
		verdict->ok = now->optional;
		verdict->why = "it is gone";
	} else if (!verdict->ok) {
		verdict->why = "vfio-pci had it, and has lost it since";
	}
}

static void judge_claim(const struct status_facts *now, struct status_verdict *verdict)
{
	verdict->why = now->claim.message;
	if (claim_is_bound(&now->claim)) {
		judge_bound(now, verdict);
		if (verdict->ok && now->there)
			verdict->why = "the udev rule gave it to vfio-pci";
	} else if (claim_is_absent(&now->claim) && !now->there) {
		verdict->ok = now->optional;
	} else if (claim_is_absent(&now->claim)) {
		verdict->ok = false;
		verdict->why =
			"it was removed, and what came since was not checked: does "
			"udev run, with the rule of ptbind?";
	} else {
		verdict->ok = false;
	}
}

static void judge_absent(const struct boot_report_line *reported,
			 const struct status_facts *now, struct status_verdict *verdict)
{
	verdict->ok = !now->there && reported->ok;
	if (now->there)
		verdict->why =
			"it appeared since boot, and was not checked: does udev run, "
			"with the rule of ptbind?";
}

struct status_verdict status_judge(const struct boot_report_line *reported,
				   const struct status_facts *now)
{
	struct status_verdict verdict = {
		.change = find_change(reported, now),
		.ok = reported->ok,
		.why = "",
	};

	if (result_is(reported->result, RESULT_DISABLED))
		return verdict;
	if (now->has_claim) {
		judge_claim(now, &verdict);
	} else if (was_bound(reported)) {
		judge_bound(now, &verdict);
	} else if (result_is(reported->result, RESULT_ABSENT)) {
		judge_absent(reported, now, &verdict);
	} else if (has_vfio(now)) {
		verdict.ok = false;
		verdict.why =
			"vfio-pci has it now, which is not ptbind's doing: its pins "
			"were not checked";
	}
	return verdict;
}

const char *status_change_word(enum status_change change)
{
	static const char *const words[] = {
		[CHANGE_NONE] = NULL,           [CHANGE_GONE] = "gone",
		[CHANGE_APPEARED] = "appeared", [CHANGE_LOST] = "lost",
		[CHANGE_TAKEN] = "taken",
	};

	return words[change];
}
