// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of which functions listed lines come to, on a fixture tree. */

#include <stdio.h>

#include "status/listed.h"
#include "unit.h"

static char root[] = "/tmp/ptbind-test-listed-XXXXXX";
static struct sysfs sysfs;

static int make_tree(void **state)
{
	char command[256];

	(void)state;
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(command, sizeof(command),
		 "tests/machines/make-tree tests/machines/qotom/functions.tsv %s", root);
	return system(command) == 0 ? sysfs_open(root, &sysfs) : -1;
}

static int remove_tree(void **state)
{
	char command[128];

	(void)state;
	sysfs_close(&sysfs);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* What a line that did not parse is about; "" for nothing. */
static void check_guess(const char *text, const char *expected)
{
	const size_t len = strlen(text);
	char *copy = malloc(len > 0 ? len : 1);
	char found[PCI_PATH_STRSIZE + sizeof(" slot")] = "";
	struct pci_path path;
	bool whole_slot;

	assert_non_null(copy);
	memcpy(copy, text, len);
	if (listed_guess(copy, len, &path, &whole_slot)) {
		pci_path_format(&path, found);
		if (whole_slot)
			strcat(found, " slot");
	}
	assert_string_equal(found, expected);
	free(copy);
}

static void guesses(void **state)
{
	char long_word[ALLOWLIST_LINE_MAX + 1];

	(void)state;
	check_guess("05:00.0 opt", "0000:05:00.0");
	check_guess("  0000:05:00.0\tid=x", "0000:05:00.0");
	check_guess("05:00.0# comment", "0000:05:00.0");
	check_guess("05:00.0,06:00.0", "");
	check_guess("05:00.01", "0000:05:00.0 slot");
	check_guess("05:00", "0000:05:00.0 slot");
	check_guess("05:00.8", "0000:05:00.0 slot");
	check_guess("05:00. id=8086:125c", "0000:05:00.0 slot");
	check_guess("10000:E1:00.0:", "");
	check_guess("00:1c.1/00.0/ id=", "");
	check_guess("00:1c.1/00.0 id=", "0000:00:1c.1/00.0");
	check_guess("00:1c.1/00.9", "");
	check_guess("00:04:00.0", "");
	check_guess("05:000.0", "");
	check_guess("05:00.x", "");
	check_guess("4:00.0", "");
	check_guess("O4:00.0", "");
	check_guess("\"0000:04:00.0\"", "");
	check_guess("pci-0000:04:00.0", "");
	check_guess("", "");
	check_guess("   ", "");
	check_guess("# 05:00.0", "");
	check_guess("id=8086:125c 05:00.0", "");
	check_guess("5:00.0", "");
	check_guess("0000:0g:00.0", "");
	check_guess("\xff\xfe", "");
	memset(long_word, '0', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	check_guess(long_word, "");
	memcpy(long_word, "05:00.", strlen("05:00."));
	check_guess(long_word, "0000:05:00.0 slot");
}

/* A report line; the line of the list goes by its text where it has no address. */
static struct boot_report_line reported(const char *text, const char *address,
					const char *result)
{
	struct boot_report_line line = {
		.number = 7, .text = text, .result = result, .message = "m"
	};

	if (address != NULL) {
		line.has_address = true;
		line.address = address_of(address);
	}
	return line;
}

static void check_functions(const struct listed_line *line, const char *expected)
{
	char found[PCI_ADDRESS_STRSIZE];

	pci_functions_format(&line->functions, found);
	assert_string_equal(found, expected);
}

static void of_the_report(void **state)
{
	struct boot_report_line lines[] = {
		reported("00:0e.0/00.0", "0000:99:00.0", "bound"),
		reported("00:0e.0/00.0", NULL, "absent"),
		reported("00:0e.0/1f.7", NULL, "absent"),
		reported("05:00 id=x", NULL, "bad-line"),
		reported("nonsense", NULL, "bad-line"),
		reported("05:00.0 opt", NULL, "bad-line"),
	};
	const struct boot_report report = { .lines = lines,
					    .n_lines = ARRAY_SIZE(lines) };
	struct listed listed = { 0 };
	struct notes problems = { 0 };

	(void)state;
	assert_int_equal(listed_add_report(&report, &sysfs, &listed, &problems), 0);
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.lines[0], "line 7 at boot: nonsense: "));
	assert_int_equal(listed.n, 4);
	/* What the boot saw counts more than where the path leads now. */
	check_functions(&listed.lines[0], "0000:99:00.0");
	check_functions(&listed.lines[1], "0000:07:00.0");
	check_functions(&listed.lines[2], "0000:05:00");
	check_functions(&listed.lines[3], "0000:05:00.0");
	assert_string_equal(listed.lines[3].result, "bad-line");
	assert_string_equal(listed.lines[3].message, "m");
	assert_int_equal(listed.lines[3].number, 7);
	listed_free(&listed);
	notes_free(&problems);
}

static void of_today(void **state)
{
	struct listed listed = { 0 };
	struct notes problems = { 0 };
	struct allowlist list;

	(void)state;
	parse_list("04:00.0 id=8086:125c\n# no\n00:0e.0/00.0\n00:0e.0/1f.0\n05:00\nx y\n"
		   "77:00.0\n",
		   &list);
	assert_int_equal(listed_add_list(&list, &sysfs, &listed, &problems), 0);
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.lines[0], "line 6 today: x y: "));
	assert_int_equal(listed.n, 4);
	check_functions(&listed.lines[0], "0000:04:00.0");
	check_functions(&listed.lines[1], "0000:07:00.0");
	check_functions(&listed.lines[2], "0000:05:00");
	/* An address names its function also where there is none. */
	check_functions(&listed.lines[3], "0000:77:00.0");
	assert_null(listed.lines[0].result);
	assert_string_equal(listed.lines[0].message, "");
	assert_non_null(strstr(listed.lines[2].message, "function number missing"));
	assert_int_equal(listed.lines[3].number, 7);
	listed_free(&listed);
	notes_free(&problems);
	allowlist_free(&list);
}

/* Without sysfs addresses are clear, and paths are not. */
static void without_sysfs(void **state)
{
	struct listed listed = { 0 };
	struct notes problems = { 0 };
	struct allowlist list;

	(void)state;
	parse_list("04:00.0\n00:0e.0/00.0\n", &list);
	assert_int_equal(listed_add_list(&list, NULL, &listed, &problems), 0);
	assert_int_equal(listed.n, 1);
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.lines[0], "0000:00:0e.0/00.0"));
	listed_free(&listed);
	notes_free(&problems);
	allowlist_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guesses),
		cmocka_unit_test(of_the_report),
		cmocka_unit_test(of_today),
		cmocka_unit_test(without_sysfs),
	};

	return run_unit_tests("listed", tests, make_tree, remove_tree);
}
