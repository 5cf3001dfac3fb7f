// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is left of vfio-pci's ids= beside a list. */

#include <errno.h>

#include "ids.h"
#include "unit.h"

/* At 04:00.0 8086:125c of subsystem 8086:0000, class 020000; 05:00.0 is its twin. */
static void make_twins(struct machine *machine)
{
	struct pci_function functions[] = {
		card_at("04:00.0", "00:1c.0/00.0"),
		card_at("05:00.0", "00:1c.1/00.0"),
		card_at("06:00.0", "00:1c.2/00.0"),
	};

	functions[2].id = (struct pci_id){ 0x10de, 0x2783 };
	functions[2].class = 0x030000;
	make_machine(functions, ARRAY_SIZE(functions), false, machine);
}

/* NULL for expected: nothing was dropped. */
static void check(const char *list_text, const char *options, const char *expected,
		  unsigned int warned)
{
	const struct cmdline cmdline = { 0 };
	struct outcome outcomes[4] = { 0 };
	struct allowlist list;
	struct machine machine;
	const struct plan_input input = { &cmdline, &list, &machine };
	char *ids = NULL;
	bool search;

	parse_list(list_text, &list);
	make_twins(&machine);
	assert_int_equal(plan_make(&input, outcomes, &search), 0);
	assert_int_equal(ids_drop_listed(options, &input, outcomes, &ids), 0);
	if (expected == NULL)
		assert_null(ids);
	else
		assert_non_null(ids);
	if (expected != NULL)
		assert_string_equal(ids, expected);
	for (unsigned int i = 0; i < ARRAY_SIZE(outcomes); i++)
		assert_int_equal(outcomes[i].warnings & WARNING_IDS_DROPPED,
				 warned >> i & 1 ? WARNING_IDS_DROPPED : 0);
	free(ids);
	machine_free(&machine);
	allowlist_free(&list);
}

static void nothing_to_drop(void **state)
{
	static const char *const options[] = {
		NULL,
		"",
		"disable_vga=1",
		"ids=",
		"ids= disable_vga=1",
		"ids=\"\"",
		"xids=8086:125c",
		"ids=8086:1533",
		"ids=8086:125d,10de:2783",
		"disable_ids=8086:125c",
		"ids=8086",
		"ids=8086:",
		"ids=:125c",
		"ids=,,",
		"ids=eth0",
		"ids=x8086:125c",
		"ids=8086-125c",
		"ids=8086.125c",
		/* the last one counts */
		"ids=8086:125c ids=",
		"ids=8086:125c ids=10de:2783",
		"ids=8086:125c ids=8086:1533",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		check("04:00.0 id=8086:125c", options[i], NULL, 0);
	check("", "ids=8086:125c", NULL, 0);
}

static void drops(void **state)
{
	static const struct {
		const char *options;
		const char *left;
	} cases[] = {
		{ "ids=8086:125c", "" },
		{ "ids=8086:125C", "" },
		{ "disable_vga=1 ids=8086:125c nointxmask=1", "" },
		{ "ids=10de:2783,8086:125c", "10de:2783" },
		{ "ids=8086:125c,10de:2783", "10de:2783" },
		{ "ids=10de:2783,8086:125c,10de:22bc", "10de:2783,10de:22bc" },
		{ "ids=,8086:125c,,10de:2783,", "10de:2783" },
		{ "ids=8086:125c,8086:125c", "" },
		{ "ids=0x8086:0x125c", "" },
		{ "ids=08086:0125c", "" },
		{ "ids=\"8086:125c,10de:2783\"", "10de:2783" },
		{ "\"ids=8086:125c,10de:2783\"", "10de:2783" },
		{ "\tids=8086:125c\n", "" },
		{ "ids=10de:2783 ids=8086:125c", "" },
		/* what the kernel does not understand it ignores; so is it left in */
		{ "ids=junk,8086:125c", "junk" },
		/* it reads as far as it understands */
		{ "ids=8086:125c:junk", "" },
		{ "ids=8086:125cjunk", "" },
		/* any device, of any vendor */
		{ "ids=8086:ffffffff", "" },
		{ "ids=ffffffff:ffffffff", "" },
		{ "ids=8086:ffff,8086:125c", "8086:ffff" },
		/* subsystems */
		{ "ids=8086:125c:8086:0000", "" },
		{ "ids=8086:125c:8086", "" },
		{ "ids=8086:125c:ffffffff:ffffffff", "" },
		{ "ids=8086:125c:8086:0001,8086:125c:8086:0000", "8086:125c:8086:0001" },
		{ "ids=8086:125c:1043,8086:125c", "8086:125c:1043" },
		/* classes, under their mask */
		{ "ids=8086:125c:ffffffff:ffffffff:020000:ffffff", "" },
		{ "ids=8086:ffffffff:ffffffff:ffffffff:020000:ff0000", "" },
		{ "ids=8086:125c:ffffffff:ffffffff:030000:0", "" },
		{ "ids=8086:125c:ffffffff:ffffffff:030000", "" },
		{ "ids=8086:125c:ffffffff:ffffffff:030000:ffffff,8086:125c",
		  "8086:125c:ffffffff:ffffffff:030000:ffffff" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check("04:00.0", cases[i].options, cases[i].left, 1);
}

/* The kernel takes all up to the quote for the value, and skips blanks before an ID. */
static void blanks_within_quotes(void **state)
{
	(void)state;
	check("04:00.0", "ids=\"10de:2783, 8086:125c\"", "10de:2783", 1);
	check("04:00.0", "\"ids=10de:2783, 8086:125c\" disable_vga=1", "10de:2783", 1);
}

static void by_path(void **state)
{
	(void)state;
	check("00:1c.0/00.0", "ids=8086:125c,10de:2783", "10de:2783", 1);
}

/* A card that is pinned counts wherever it is; also where its line is refused. */
static void by_pin(void **state)
{
	(void)state;
	check("09:00.0 id=8086:125c", "ids=8086:125c,10de:2783", "10de:2783", 1);
	check("06:00.0 id=8086:125c", "ids=8086:125c", "", 1);
	check("09:00.0 id=8086:125c subsystem=8086:0001", "ids=8086:125c:8086:0000", NULL,
	      0);
	check("09:00.0 id=8086:125c subsystem=8086:0001", "ids=8086:125c:8086:0001", "",
	      1);
	check("09:00.0 id=8086:125c", "ids=8086:125c:8086:0001", "", 1);
	check("09:00.0 subsystem=8086:0000", "ids=8086:125c", NULL, 0);
	check("09:00.0", "ids=8086:125c", NULL, 0);
	check("09:00.0", "ids=ffffffff:ffffffff", NULL, 0);
}

static void warns_at_all_lines_of_the_id(void **state)
{
	(void)state;
	check("06:00.0\n04:00.0\n05:00.0", "ids=8086:125c", "", 6);
	check("06:00.0\n04:00.0\n05:00.0", "ids=8086:125c,10de:2783", "", 7);
}

static void bad_lines_do_not_count(void **state)
{
	(void)state;
	check("04:00.0 id=8086:125c x", "ids=8086:125c", NULL, 0);
	check("x\n04:00.0", "ids=8086:125c", "", 2);
}

static void unknown_subsystem_might_match(void **state)
{
	struct pci_function cards[] = {
		card_at("04:00.0", "00:1c.0/00.0"),
		card_at("04:00.0", "00:1c.0/00.0"),
	};

	(void)state;
	cards[0].facts = FACT_IDENTITY;
	cards[1].subsystem_error = -EIO;
	for (size_t i = 0; i < ARRAY_SIZE(cards); i++) {
		const struct cmdline cmdline = { 0 };
		struct outcome outcome = { 0 };
		struct allowlist list;
		struct machine machine;
		const struct plan_input input = { &cmdline, &list, &machine };
		char *ids = NULL;
		bool search;

		parse_list("04:00.0", &list);
		make_machine(&cards[i], 1, false, &machine);
		assert_int_equal(plan_make(&input, &outcome, &search), 0);
		assert_int_equal(ids_drop_listed("ids=8086:125c:1043:0001", &input,
						 &outcome, &ids),
				 0);
		assert_string_equal(ids, "");
		free(ids);
		machine_free(&machine);
		allowlist_free(&list);
	}
}

static void naming_subsystems(void **state)
{
	(void)state;
	assert_false(ids_name_subsystems(NULL));
	assert_false(ids_name_subsystems(""));
	assert_false(ids_name_subsystems("ids=8086:125c,10de:2783"));
	assert_false(ids_name_subsystems("ids=8086:125c:8086 ids=8086:125c"));
	assert_false(ids_name_subsystems("x=1:2:3:4 ids=8086:125c"));
	assert_true(ids_name_subsystems("ids=8086:125c,10de:2783:1043"));
	assert_true(ids_name_subsystems("ids=8086:125c:8086:0000,10de:2783"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_drop),
		cmocka_unit_test(drops),
		cmocka_unit_test(blanks_within_quotes),
		cmocka_unit_test(by_path),
		cmocka_unit_test(by_pin),
		cmocka_unit_test(warns_at_all_lines_of_the_id),
		cmocka_unit_test(bad_lines_do_not_count),
		cmocka_unit_test(unknown_subsystem_might_match),
		cmocka_unit_test(naming_subsystems),
	};

	return run_unit_tests("ids", tests, NULL, NULL);
}
