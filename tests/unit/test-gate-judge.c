// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the gate's decision. */

#include "gate/gate_judge.h"
#include "result.h"
#include "unit.h"

static struct listed_line line(const char *functions, const char *result)
{
	struct listed_line made = { .text = "", .result = result, .message = "" };
	struct parse_error error;

	assert_int_equal(pci_functions_parse(functions, strlen(functions),
					     &made.functions, &error),
			 0);
	return made;
}

/* Judges 0000:04:00.0 by n lines; state is NULL where there is no report. */
static struct gate_verdict judge(const char *state, struct listed_line *lines, size_t n)
{
	const struct boot_report report = {
		.status = state == NULL ? BOOT_REPORT_MISSING : BOOT_REPORT_READ,
		.state = state,
	};
	const struct listed listed = { lines, n };
	const struct pci_address address = address_of("0000:04:00.0");

	return gate_judge(&report, &listed, NULL, &address);
}

static void check_one(const char *state, struct listed_line listed,
		      enum gate_reason expected)
{
	struct gate_verdict verdict = judge(state, &listed, 1);

	assert_int_equal(verdict.reason, expected);
	if (expected == GATE_UNLISTED)
		assert_null(verdict.line);
	else
		assert_ptr_equal(verdict.line, &listed);
}

static void unlisted(void **state)
{
	(void)state;
	assert_int_equal(judge(NULL, NULL, 0).reason, GATE_UNLISTED);
	assert_int_equal(judge("done", NULL, 0).reason, GATE_UNLISTED);
	assert_int_equal(judge("disabled", NULL, 0).reason, GATE_UNLISTED);
	check_one("done", line("04:00.1", "mismatch"), GATE_UNLISTED);
	check_one("done", line("0001:04:00.0", "mismatch"), GATE_UNLISTED);
	check_one("done", line("04:01", "bad-line"), GATE_UNLISTED);
	check_one("disabled", line("05:00.0", NULL), GATE_UNLISTED);
	check_one(NULL, line("05:00.0", NULL), GATE_UNLISTED);
}

/* Of all results just two let a guest have the function. */
static void results(void **state)
{
	static const enum result all[] = {
		RESULT_PENDING,       RESULT_BIND,           RESULT_BOUND,
		RESULT_ALREADY_BOUND, RESULT_DISABLED,       RESULT_ABSENT,
		RESULT_MISMATCH,      RESULT_PIN_UNREADABLE, RESULT_BRIDGE,
		RESULT_BAD_LINE,      RESULT_NO_DRIVER,      RESULT_NO_IOMMU,
		RESULT_BIND_FAILED,   RESULT_TIMEOUT,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		const bool good =
			all[i] == RESULT_BOUND || all[i] == RESULT_ALREADY_BOUND;
		struct listed_line listed = line("04:00.0", result_word(all[i]));
		struct gate_verdict verdict = judge("done", &listed, 1);

		assert_int_equal(verdict.reason, good ? GATE_BOUND : GATE_NOT_BOUND);
		assert_int_equal(gate_passes(&verdict), good);
	}
	check_one("done", line("04:00.0", "a word of another version"), GATE_NOT_BOUND);
	check_one("done", line("04:00.0", ""), GATE_NOT_BOUND);
	check_one("done", line("04:00.0", "Bound"), GATE_NOT_BOUND);
}

static void states(void **state)
{
	static const struct {
		const char *state, *result;
		enum gate_reason reason;
	} cases[] = {
		{ "done", NULL, GATE_NEW },
		{ "timeout", NULL, GATE_NEW },
		{ "timeout", "timeout", GATE_NOT_BOUND },
		{ "timeout", "bound", GATE_BOUND },
		{ "disabled", NULL, GATE_DISABLED },
		{ "disabled", "disabled", GATE_DISABLED },
		{ "done", "disabled", GATE_NOT_BOUND },
		{ "refused", NULL, GATE_REFUSED },
		{ "refused", "pending", GATE_REFUSED },
		{ "a new one", NULL, GATE_NEW },
		{ NULL, NULL, GATE_NO_REPORT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_one(cases[i].state, line("04:00.0", cases[i].result),
			  cases[i].reason);
}

/* A report that cannot be read does not mean that ptbind-early did not run. */
static void broken_report(void **state)
{
	const struct boot_report report = { .status = BOOT_REPORT_BROKEN };
	struct listed_line today = line("04:00.0", NULL);
	const struct listed listed = { &today, 1 };
	struct pci_address address = address_of("0000:04:00.0");

	(void)state;
	assert_int_equal(gate_judge(&report, &listed, NULL, &address).reason,
			 GATE_BROKEN_REPORT);
	address.function = 1;
	assert_int_equal(gate_judge(&report, &listed, NULL, &address).reason,
			 GATE_UNLISTED);
}

/* The line that counts, of several for one function, in any order. */
static void several(void **state)
{
	static const struct {
		const char *results[3];
		size_t found;
		enum gate_reason reason;
	} cases[] = {
		{ { NULL, "mismatch", NULL }, 1, GATE_NOT_BOUND },
		{ { "mismatch", "absent", NULL }, 0, GATE_NOT_BOUND },
		{ { NULL, NULL, NULL }, 0, GATE_NEW },
		{ { "bad-line", "bound", NULL }, 1, GATE_BOUND },
		{ { "bound", "bad-line", NULL }, 0, GATE_BOUND },
		{ { NULL, NULL, "already-bound" }, 2, GATE_BOUND },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct listed_line lines[ARRAY_SIZE(cases[i].results)];
		struct gate_verdict verdict;

		for (size_t n = 0; n < ARRAY_SIZE(lines); n++)
			lines[n] = line("04:00.0", cases[i].results[n]);
		verdict = judge("done", lines, ARRAY_SIZE(lines));
		assert_int_equal(verdict.reason, cases[i].reason);
		assert_ptr_equal(verdict.line, &lines[cases[i].found]);
	}
}

static void slots(void **state)
{
	struct listed_line lines[] = {
		line("04:00", "bad-line"),
		line("04:00.1", "bound"),
	};

	(void)state;
	assert_int_equal(judge("done", lines, 2).reason, GATE_NOT_BOUND);
	lines[1] = line("04:00.0", "bound");
	assert_int_equal(judge("done", lines, 2).reason, GATE_BOUND);
}

/* A record is newer than the report: it lets a guest have a function, or takes it away.
 */
static void claims(void **state)
{
	static const struct {
		const char *state, *reported, *recorded;
		bool holds;
		enum gate_reason reason;
	} cases[] = {
		{ "done", "absent", "bound", true, GATE_BOUND },
		{ "done", "absent", "already-bound", true, GATE_BOUND },
		{ "done", "absent", "bound", false, GATE_LATE },
		{ "done", "absent", "mismatch", true, GATE_LATE },
		{ "done", "bound", "absent", false, GATE_LATE },
		{ "done", "bound", "absent", true, GATE_LATE },
		{ "done", "bound", "bind-failed", false, GATE_LATE },
		{ "done", "mismatch", "bound", true, GATE_BOUND },
		{ "timeout", "absent", "bound", true, GATE_BOUND },
		{ "disabled", "disabled", "bound", true, GATE_DISABLED },
		{ "refused", "pending", "bound", true, GATE_REFUSED },
		{ NULL, NULL, "bound", true, GATE_NO_REPORT },
	};
	const struct pci_address address = address_of("0000:04:00.0");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct listed_line listed_line = line("04:00.0", cases[i].reported);
		const struct listed listed = { &listed_line, 1 }, nothing = { 0 };
		const struct boot_report report = {
			.status = cases[i].state == NULL ? BOOT_REPORT_MISSING :
							   BOOT_REPORT_READ,
			.state = cases[i].state,
		};
		struct gate_claim claim = { .holds = cases[i].holds };
		struct gate_verdict verdict;

		strcpy(claim.claim.result, cases[i].recorded);
		verdict = gate_judge(&report, &listed, &claim, &address);
		assert_int_equal(verdict.reason, cases[i].reason);
		assert_int_equal(gate_judge(&report, &nothing, &claim, &address).reason,
				 GATE_UNLISTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unlisted), cmocka_unit_test(results),
		cmocka_unit_test(states),   cmocka_unit_test(several),
		cmocka_unit_test(slots),    cmocka_unit_test(broken_report),
		cmocka_unit_test(claims),
	};

	return run_unit_tests("gate-judge", tests, NULL, NULL);
}
