// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of checking the list itself. */

#include "check.h"
#include "host/stakes.h"

#define LIST "/etc/ptbind/allowlist"

/* Two cards in groups of their own, a bridge. */
static void start(struct check_fixture *fixture, const char *list)
{
	struct pci_function functions[3];

	functions[0] = card_at("0000:04:00.0", "0000:00:1c.0/00.0");
	functions[0].group = 14;
	functions[1] = card_at("0000:05:00.0", "0000:00:1c.1/00.0");
	functions[1].group = 15;
	functions[2] = card_at("0000:00:1c.0", "0000:00:1c.0");
	functions[2].class = 0x060400;
	functions[2].header_type = 1;
	functions[2].group = 3;
	fixture_start(fixture, functions, 3, list);
	fixture_write(fixture, LIST, list);
}

static void expect(const char *list, const char *expected)
{
	struct check_fixture fixture;

	start(&fixture, list);
	assert_string_equal(fixture_check(&fixture, check_list), expected);
	fixture_end(&fixture);
}

static void test_good(void **state)
{
	(void)state;
	expect("04:00.0 id=8086:125c\n05:00.0 id=8086:125c\n", "");
	expect("09:00.0 id=8086:125c optional\n", "");
}

static void test_lines(void **state)
{
	(void)state;
	expect("04:00.0\n", "warning unpinned " LIST ":1: 0000:04:00.0: the line has no "
			    "pin\n");
	expect("# none\n", "note empty-list " LIST " has no line for a function\n");
	expect("\n09:00.0 id=8086:125c\n",
	       "error absent " LIST ":2: 0000:09:00.0: no function has this address\n");
	expect("04:00.0 id=8086:1533\n",
	       "error mismatch " LIST ":1: 0000:04:00.0: expected 8086:1533, found "
	       "8086:125c; not binding\n");
	expect("00:1c.0 id=8086:125c\n",
	       "error bridge " LIST ":1: 0000:00:1c.0: class 060400, header type 1: a "
	       "bridge leads to other functions and cannot be passed through; remove "
	       "this line\n");
	expect("04:00.0 id=8086:125c\n0000:04:00.0 id=8086:125c\n",
	       "warning duplicate " LIST ":2: 0000:04:00.0: line 1 names this function, "
	       "too\n");
	expect("04:00.0 frob\n", "error bad-line " LIST
				 ":1:9: 'frob' is not known; expected id=, subsystem=, "
				 "dsn=, path=, optional or force=\n");
}

static void test_unreadable_pin(void **state)
{
	struct pci_function card = card_at("0000:04:00.0", "0000:00:1c.0/00.0");
	struct check_fixture fixture;

	(void)state;
	card.dsn_error = -EIO;
	fixture_start(&fixture, &card, 1, "04:00.0 dsn=20-7c-14-ff-ff-f4-78-71\n");
	assert_memory_equal(fixture_check(&fixture, check_list), "error pin-unreadable ",
			    21);
	fixture.host.unprivileged = true;
	assert_memory_equal(fixture_check(&fixture, check_list), "error pin-unreadable ",
			    21);
	fixture.host.machine.functions[0].dsn_error = -ENODATA;
	assert_memory_equal(fixture_check(&fixture, check_list),
			    "warning pin-unreadable ", 23);
	fixture_end(&fixture);
}

/* A card whose group has another one, which the host may be using. */
static void check_group(const char *driver, const char *list, const char *expected)
{
	struct pci_function functions[2];
	struct check_fixture fixture;

	functions[0] = card_at("0000:04:00.0", "0000:00:1c.0/00.0");
	functions[1] = card_at("0000:04:00.1", "0000:00:1c.0/00.1");
	functions[0].group = functions[1].group = 7;
	strcpy(functions[1].driver, driver);
	fixture_start(&fixture, functions, 2, list);
	assert_string_equal(fixture_check(&fixture, check_list), expected);
	fixture_end(&fixture);
}

static void test_groups(void **state)
{
	(void)state;
	check_group("", "04:00.0 id=8086:125c\n",
		    "warning group-shared " LIST ":1: 0000:04:00.0: another function of "
		    "its IOMMU group is not listed\n");
	/* The guard says it already, and says more. */
	check_group("igc", "04:00.0 id=8086:125c\n",
		    "error guard-group " LIST ":1: 0000:04:00.1, of the IOMMU group of "
		    "0000:04:00.0: it is in the same IOMMU group 7, is not listed, and "
		    "the host uses it (igc)\n");
	check_group("igc", "04:00.0 id=8086:125c force=group\n",
		    "note guard-group " LIST ":1: 0000:04:00.1, of the IOMMU group of "
		    "0000:04:00.0: it is in the same IOMMU group 7, is not listed, and "
		    "the host uses it (igc)\n");
	check_group("igc", "04:00.0 id=8086:125c\n04:00.1 id=8086:125c\n", "");
}

static void test_no_group(void **state)
{
	struct pci_function functions[2];
	struct check_fixture fixture;

	(void)state;
	functions[0] = card_at("0000:04:00.0", "0000:00:1c.0/00.0");
	functions[1] = card_at("0000:05:00.0", "0000:00:1c.1/00.0");
	functions[1].group = 1;
	fixture_start(&fixture, functions, 2, "04:00.0 id=8086:125c\n");
	assert_string_equal(fixture_check(&fixture, check_list),
			    "error no-iommu-group " LIST
			    ":1: 0000:04:00.0: it is in no IOMMU group\n");
	fixture_end(&fixture);

	/* Where none has one the guard cannot judge, and that is said once. */
	functions[1].group = -1;
	fixture_start(&fixture, functions, 2,
		      "04:00.0 id=8086:125c\n05:00.0 id=8086:125c\n");
	assert_string_equal(
		fixture_check(&fixture, check_list),
		"error guard-group " LIST
		":1: 0000:04:00.0: there are no IOMMU groups, so that what a "
		"guest would take along with it is not known; turn the IOMMU on "
		"first, see 'ptbind check'\n");
	fixture_end(&fixture);
	fixture_start(&fixture, functions, 2,
		      "04:00.0 id=8086:125c force=group\n"
		      "05:00.0 id=8086:125c force=group\n");
	assert_memory_equal(fixture_check(&fixture, check_list), "note guard-group ", 17);
	fixture_end(&fixture);
}

static void test_guards(void **state)
{
	const struct pci_address address = address_of("0000:04:00.0");
	struct check_fixture fixture;
	struct stake *stake;

	(void)state;
	start(&fixture, "04:00.0 id=8086:125c\n");
	assert_int_equal(stakes_add(&fixture.host.stakes, FORCE_NETWORK, false,
				    "the default route (vmbr0)", &stake),
			 0);
	assert_int_equal(stake_add_function(stake, &address, "enp4s0"), 0);
	assert_string_equal(fixture_check(&fixture, check_list),
			    "error guard-network " LIST ":1: 0000:04:00.0: nothing else "
			    "carries the default route (vmbr0) (enp4s0)\n");
	fixture_end(&fixture);
}

static void test_reset(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture, "04:00.0 id=8086:125c\n");
	fixture_write(&fixture, "/sys/bus/pci/devices/0000:05:00.0/reset_method",
		      "flr bus\n");
	assert_string_equal(fixture_check(&fixture, check_list),
			    "note no-reset " LIST
			    ":1: 0000:04:00.0: the kernel has no way to reset it\n");
	fixture_write(&fixture, "/sys/bus/pci/devices/0000:04:00.0/reset_method", "\n");
	assert_memory_equal(fixture_check(&fixture, check_list), "note no-reset ", 14);
	fixture_write(&fixture, "/sys/bus/pci/devices/0000:04:00.0/reset_method",
		      "bus\n");
	assert_string_equal(fixture_check(&fixture, check_list), "");
	fixture_end(&fixture);
}

static void test_file(void **state)
{
	struct check_fixture fixture;
	char path[128];

	(void)state;
	start(&fixture, "04:00.0 id=8086:125c\n");
	snprintf(path, sizeof(path), "%s" LIST, fixture.root);
	assert_int_equal(chmod(path, 0664), 0);
	assert_string_equal(fixture_check(&fixture, check_list),
			    "error list-owner " LIST
			    ": mode 0664 lets others than root write it\n");
	if (geteuid() == 0) {
		assert_int_equal(chmod(path, 0644), 0);
		assert_int_equal(chown(path, 1000, 0), 0);
		assert_string_equal(fixture_check(&fixture, check_list),
				    "error list-owner " LIST
				    ": owned by user 1000; expected root\n");
		assert_int_equal(chown(path, 0, 0), 0);
	}
	assert_int_equal(chmod(path, 0644), 0);
	fixture_write(&fixture, "/run/ptbind/allowlist", "04:00.0 id=8086:125d\n");
	assert_string_equal(fixture_check(&fixture, check_list),
			    "note list-changed " LIST
			    " is not /run/ptbind/allowlist, the list of this boot\n");
	fixture_write(&fixture, "/run/ptbind/allowlist", "04:00.0 id=8086:125c\n");
	assert_string_equal(fixture_check(&fixture, check_list), "");
	fixture.next.error = -ENOENT;
	assert_string_equal(fixture_check(&fixture, check_list),
			    "note no-list " LIST " is not there\n");
	fixture_end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),           cmocka_unit_test(test_lines),
		cmocka_unit_test(test_unreadable_pin), cmocka_unit_test(test_groups),
		cmocka_unit_test(test_no_group),       cmocka_unit_test(test_guards),
		cmocka_unit_test(test_reset),          cmocka_unit_test(test_file),
	};

	return run_unit_tests("check_list", tests, NULL, NULL);
}
