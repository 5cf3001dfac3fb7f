// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of comparing two lists. */

#include <stdio.h>

#include "status/list_diff.h"
#include "unit.h"

/* Compares two texts; writes +LINE, -LINE and WAS>IS for what differs. */
static void check(const char *was, const char *is, const char *expected)
{
	struct allowlist old, new;
	char found[256] = "";
	struct list_diff diff;

	parse_list(was, &old);
	parse_list(is, &new);
	assert_int_equal(list_diff(&old, &new, &diff), 0);
	for (size_t i = 0; i < diff.n; i++) {
		const struct list_change *change = &diff.changes[i];
		size_t len = strlen(found);

		if (change->was == NULL)
			snprintf(found + len, sizeof(found) - len, " +%u",
				 change->is->number);
		else if (change->is == NULL)
			snprintf(found + len, sizeof(found) - len, " -%u",
				 change->was->number);
		else
			snprintf(found + len, sizeof(found) - len, " %u>%u",
				 change->was->number, change->is->number);
	}
	assert_string_equal(found, expected);
	list_diff_free(&diff);
	allowlist_free(&old);
	allowlist_free(&new);
}

static void same(void **state)
{
	(void)state;
	check("", "", "");
	check("04:00.0\n", "04:00.0\n", "");
	check("04:00.0 id=8086:125c # a\n", "\n# b\n  04:00.0\tid=8086:125c\n", "");
	check("04:00.0\n05:00.0\n", "05:00.0\n04:00.0\n", "");
	check("04:00.0\n04:00.0\n", "04:00.0\n04:00.0\n", "");
}

static void different(void **state)
{
	(void)state;
	check("", "04:00.0\n", " +1");
	check("04:00.0\n", "", " -1");
	check("04:00.0\n06:00.0\n", "05:00.0\n04:00.0 optional\n", " +1 1>2 -2");
	check("04:00.0 optional\n", "04:00.0\n", " 1>1");
	/* The first word is the whole word. */
	check("04:00.0\n", "04:00.01\n", " +1 -1");
	check("nonsense one\n", "nonsense two\n", " 1>1");
}

/* Of several lines for one function those that are the same are no news. */
static void duplicates(void **state)
{
	(void)state;
	check("04:00.0 optional\n04:00.0\n", "04:00.0\n", " -1");
	check("04:00.0\n", "04:00.0 optional\n04:00.0\n", " +1");
	check("04:00.0\n04:00.0\n", "04:00.0\n", " -2");
	check("04:00.0 id=8086:0001\n04:00.0 id=8086:0002\n",
	      "04:00.0 id=8086:0002\n04:00.0 id=8086:0003\n", " 1>2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same),
		cmocka_unit_test(different),
		cmocka_unit_test(duplicates),
	};

	return run_unit_tests("list-diff", tests, NULL, NULL);
}
