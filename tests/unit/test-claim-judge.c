// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of deciding which functions are judged after boot. */

#include <stdlib.h>

#include "claim/claim_judge.h"
#include "unit.h"

static const char list_text[] = "04:00.0 id=8086:125c\n"
				"# a comment\n"
				"0000:00:0a.0/00.0 id=8086:125c\n"
				"nonsense\n"
				"05:00.0\n"
				"0000:04:00.0 dsn=00-01-02-03-04-05-06-07\n";

/* Picks the lines that name 0000:04:00.0 behind 00:0a.0; returns their numbers, joined.
 */
static unsigned long picked(const char *address, const char *path, int path_error)
{
	struct pci_function function = card_at(address, path);
	struct allowlist list, lines;
	unsigned long numbers = 0;

	function.path_error = path_error;
	parse_list(list_text, &list);
	assert_int_equal(claim_pick_lines(&list, &function, &lines), 0);
	for (size_t i = 0; i < lines.n_lines; i++)
		numbers = numbers * 10 + lines.lines[i].number;
	free(lines.lines);
	allowlist_free(&list);
	return numbers;
}

static void lines(void **state)
{
	(void)state;
	assert_int_equal(picked("0000:04:00.0", "0000:00:0a.0/00.0", 0), 136);
	/* By its path alone, whatever the number of its bus. */
	assert_int_equal(picked("0000:09:00.0", "0000:00:0a.0/00.0", 0), 3);
	assert_int_equal(picked("0000:09:00.0", "0000:00:0a.0/00.0", -5), 0);
	assert_int_equal(picked("0000:04:00.1", "0000:00:0a.0/00.1", 0), 0);
	assert_int_equal(picked("0000:05:00.0", "0000:00:0b.0/00.0", 0), 5);
	assert_int_equal(picked("0001:04:00.0", "0001:00:0a.0/00.0", 0), 0);
}

/* Is line 1 due, which was reported with a result in a boot of this state? */
static bool due(const char *state, const char *result, const char *recorded,
		bool appeared)
{
	struct boot_report_line reported = { .number = 1, .result = result };
	const struct boot_report report = {
		.status = state == NULL ? BOOT_REPORT_MISSING : BOOT_REPORT_READ,
		.state = state,
		.lines = &reported,
		.n_lines = 1,
	};
	struct allowlist_line line = { .number = 1 };
	const struct allowlist picked_lines = { .lines = &line, .n_lines = 1 };
	struct claim claim = { .result = "" };

	if (recorded != NULL)
		strcpy(claim.result, recorded);
	return claim_is_due(&report, &picked_lines, recorded != NULL ? &claim : NULL,
			    appeared);
}

static void is_due(void **state)
{
	static const char *const there[] = {
		"bound",       "already-bound",  "mismatch", "no-driver", "no-iommu",
		"bind-failed", "pin-unreadable", "bridge",   "timeout"
	};

	(void)state;
	assert_true(due("done", "absent", NULL, false));
	assert_true(due("done", "absent", NULL, true));
	assert_true(due("timeout", "absent", NULL, false));
	/* What was there is judged again only if it is new. */
	for (size_t i = 0; i < ARRAY_SIZE(there); i++) {
		assert_false(due("done", there[i], NULL, false));
		assert_true(due("done", there[i], NULL, true));
		assert_true(due("done", there[i], "absent", false));
		assert_false(due("done", "absent", there[i], false));
		assert_true(due("done", "absent", there[i], true));
	}
	/* What was left out stays out, whoever comes. */
	assert_false(due("done", "disabled", NULL, false));
	assert_false(due("done", "disabled", NULL, true));
	assert_false(due("done", "disabled", "absent", true));
	assert_false(due("disabled", "absent", NULL, true));
	assert_false(due("refused", "absent", NULL, true));
	assert_false(due(NULL, "absent", NULL, true));
}

/* Two lines for one function, and a line that the report knows nothing of. */
static void several_lines(void **state)
{
	struct boot_report_line reported[] = { { .number = 1, .result = "absent" },
					       { .number = 2, .result = "disabled" } };
	const struct boot_report report = { .status = BOOT_REPORT_READ,
					    .state = "done",
					    .lines = reported,
					    .n_lines = 2 };
	struct allowlist_line picked_lines[] = { { .number = 1 }, { .number = 2 } };
	struct allowlist both = { .lines = picked_lines, .n_lines = 2 };
	const struct allowlist none = { .lines = picked_lines };

	(void)state;
	assert_false(claim_is_due(&report, &both, NULL, true));
	reported[1].result = "absent";
	assert_true(claim_is_due(&report, &both, NULL, false));
	reported[1].result = "mismatch";
	assert_false(claim_is_due(&report, &both, NULL, false));
	picked_lines[1].number = 7;
	assert_false(claim_is_due(&report, &both, NULL, true));
	assert_false(claim_is_due(&report, &none, NULL, true));
}

static void ends(void **state)
{
	struct boot_report_line reported = { .has_address = true,
					     .address = address_of("04:00.0"),
					     .result = "bound" };
	struct boot_report report = { .status = BOOT_REPORT_READ,
				      .state = "done",
				      .lines = &reported,
				      .n_lines = 1 };
	const struct pci_address address = address_of("04:00.0"),
				 other = address_of("04:00.1");
	struct claim claim = { .result = "mismatch" };

	(void)state;
	assert_true(claim_ends(&report, &address, NULL));
	assert_false(claim_ends(&report, &other, NULL));
	assert_true(claim_ends(&report, &other, &claim));
	strcpy(claim.result, "absent");
	assert_false(claim_ends(&report, &address, &claim));
	reported.result = "absent";
	assert_false(claim_ends(&report, &address, NULL));
	reported.result = "disabled";
	assert_false(claim_ends(&report, &address, NULL));
	reported.result = "bound";
	reported.has_address = false;
	assert_false(claim_ends(&report, &address, NULL));
	report.status = BOOT_REPORT_MISSING;
	assert_false(claim_ends(&report, &address, &claim));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(is_due),
		cmocka_unit_test(several_lines),
		cmocka_unit_test(ends),
	};

	return run_unit_tests("claim-judge", tests, NULL, NULL);
}
