// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what became of a line since boot. */

#include "status/status_judge.h"
#include "unit.h"

#define GONE NULL
#define FREE ""

struct example {
	const char *result, *driver; /* at boot */
	const char *now;             /* the driver, or GONE, or FREE */
	const char *recorded;        /* or NULL */
	enum status_change change;
	bool ok;          /* of a line that is not optional */
	bool ok_optional; /* of one that is */
};

static const struct example examples[] = {
	{ "bound", "vfio-pci", "vfio-pci", NULL, CHANGE_NONE, true, true },
	{ "already-bound", "vfio-pci", "vfio-pci", NULL, CHANGE_NONE, true, true },
	{ "bound", "vfio-pci", "igc", NULL, CHANGE_LOST, false, false },
	{ "bound", "vfio-pci", FREE, NULL, CHANGE_LOST, false, false },
	{ "bound", "vfio-pci", GONE, NULL, CHANGE_GONE, false, true },
	{ "bound", "vfio-pci", GONE, "absent", CHANGE_GONE, false, true },
	/* Taken out and put back. */
	{ "bound", "vfio-pci", "vfio-pci", "bound", CHANGE_NONE, true, true },
	{ "bound", "vfio-pci", "vfio-pci", "absent", CHANGE_NONE, false, false },
	{ "bound", "vfio-pci", "igc", "bind-failed", CHANGE_LOST, false, false },
	{ "bound", "vfio-pci", "igc", "bound", CHANGE_LOST, false, false },
	/* What comes late. */
	{ "absent", NULL, GONE, NULL, CHANGE_NONE, false, true },
	{ "absent", NULL, "igc", NULL, CHANGE_APPEARED, false, false },
	{ "absent", NULL, "vfio-pci", NULL, CHANGE_APPEARED, false, false },
	{ "absent", NULL, "vfio-pci", "bound", CHANGE_APPEARED, true, true },
	{ "absent", NULL, FREE, "bound", CHANGE_APPEARED, false, false },
	{ "absent", NULL, "igc", "mismatch", CHANGE_APPEARED, false, false },
	{ "absent", NULL, GONE, "absent", CHANGE_NONE, false, true },
	/* Refused, and then taken by somebody else; a host driver is no news. */
	{ "mismatch", NULL, "igc", NULL, CHANGE_NONE, false, false },
	{ "mismatch", NULL, "vfio-pci", NULL, CHANGE_TAKEN, false, false },
	{ "no-driver", NULL, "vfio-pci", NULL, CHANGE_TAKEN, false, false },
	{ "mismatch", "igc", GONE, NULL, CHANGE_GONE, false, false },
	/* On purpose. */
	{ "disabled", NULL, "igc", NULL, CHANGE_NONE, true, true },
	{ "disabled", NULL, "vfio-pci", NULL, CHANGE_TAKEN, true, true },
	{ "disabled", NULL, GONE, NULL, CHANGE_GONE, true, true },
};

static bool ok_at_boot(const char *result, bool optional)
{
	return strcmp(result, "bound") == 0 || strcmp(result, "already-bound") == 0 ||
	       strcmp(result, "disabled") == 0 ||
	       (optional && strcmp(result, "absent") == 0);
}

static struct status_verdict judge(const struct example *example, bool optional)
{
	static struct status_facts now;
	const struct boot_report_line reported = {
		.has_address = true,
		.result = example->result,
		.message = "",
		.driver = example->driver,
		.ok = ok_at_boot(example->result, optional),
	};

	now = (struct status_facts){ .there = example->now != NULL,
				     .optional = optional,
				     .has_claim = example->recorded != NULL };
	if (example->now != NULL)
		strcpy(now.driver, example->now);
	if (example->recorded != NULL)
		strcpy(now.claim.result, example->recorded);
	return status_judge(&reported, &now);
}

static void since_boot(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		const struct example *example = &examples[i];
		struct status_verdict strict = judge(example, false);
		struct status_verdict optional = judge(example, true);

		if (strict.change != example->change || strict.ok != example->ok ||
		    optional.ok != example->ok_optional)
			fail_msg("%s, now %s, recorded %s: change %d, ok %d, optional %d",
				 example->result,
				 example->now != NULL ? example->now : "gone",
				 example->recorded != NULL ? example->recorded :
							     "nothing",
				 strict.change, strict.ok, optional.ok);
	}
}

/* Of a line without an address nobody can say what changed. */
static void bad_line(void **state)
{
	const struct boot_report_line reported = { .result = "bad-line",
						   .message = "line 1, column 1: no" };
	const struct status_facts now = { 0 };
	struct status_verdict verdict = status_judge(&reported, &now);

	(void)state;
	assert_int_equal(verdict.change, CHANGE_NONE);
	assert_false(verdict.ok);
	assert_null(status_change_word(verdict.change));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(since_boot),
		cmocka_unit_test(bad_line),
	};

	return run_unit_tests("status-judge", tests, NULL, NULL);
}
