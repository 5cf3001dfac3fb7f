// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading the report, as report_format() writes it and otherwise. */

#include <errno.h>
#include <json.h>
#include <stdio.h>

#include "report.h"
#include "status/boot_report.h"
#include "unit.h"

/* Parses bytes with a NUL behind them, as file_read() gives them. */
static int parse_bytes(const char *text, size_t size, struct boot_report *report,
		       const char **error)
{
	char *copy = malloc(size + 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, text, size);
	copy[size] = '\0';
	*error = NULL;
	err = boot_report_parse(copy, size, report, error);
	/* The report owns what it needs. */
	memset(copy, '?', size);
	free(copy);
	return err;
}

/* Writes a list's report with lib/report.c and reads it. */
static void round_trip(const struct report *written, struct boot_report *report)
{
	const char *error;
	char *text;
	size_t size;

	assert_int_equal(report_format(written, &text, &size), 0);
	assert_int_equal(parse_bytes(text, size, report, &error), 0);
	free(text);
}

static void empty(void **state)
{
	struct allowlist list = { 0 };
	const struct report written = { .reason = "", .kernel = "6.1.0", .list = &list };
	struct boot_report report;

	(void)state;
	round_trip(&written, &report);
	assert_string_equal(report.state, "done");
	assert_string_equal(report.reason, "");
	assert_int_equal(report.n_lines, 0);
	boot_report_free(&report);
	assert_null(report.json);
	boot_report_free(&report);
}

static void states(void **state)
{
	static const char *const words[] = { "done", "disabled", "refused", "timeout" };
	struct allowlist list = { 0 };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++) {
		const struct report written = { .state = (enum report_state)i,
						.reason = "because",
						.kernel = "",
						.list = &list };
		struct boot_report report;

		round_trip(&written, &report);
		assert_string_equal(report.state, words[i]);
		assert_string_equal(report.reason, "because");
		boot_report_free(&report);
	}
}

static void lines(void **state)
{
	struct outcome outcomes[2] = { 0 };
	struct boot_report report;
	struct allowlist list;

	(void)state;
	parse_list("\n04:00.0 \"x\\\n05:00.0 # \xc3\xa9 \xff \t \n", &list);
	outcomes[0].result = RESULT_BAD_LINE;
	outcome_say(&outcomes[0], "a \"message\"");
	outcomes[1].result = RESULT_BOUND;
	outcomes[1].has_address = true;
	outcomes[1].address = address_of("10000:05:00.0");
	round_trip(
		&(struct report){
			.reason = "", .kernel = "", .list = &list, .outcomes = outcomes },
		&report);

	assert_int_equal(report.n_lines, 2);
	assert_int_equal(report.lines[0].number, 2);
	assert_string_equal(report.lines[0].text, "04:00.0 \"x\\");
	assert_false(report.lines[0].has_address);
	assert_string_equal(report.lines[0].result, "bad-line");
	assert_string_equal(report.lines[0].message, "a \"message\"");
	assert_int_equal(report.lines[1].number, 3);
	assert_true(report.lines[1].has_address);
	assert_int_equal(report.lines[1].address.domain, 0x10000);
	assert_int_equal(report.lines[1].address.bus, 5);
	assert_string_equal(report.lines[1].result, "bound");
	assert_string_equal(report.lines[1].message, "");
	boot_report_free(&report);
	allowlist_free(&list);
}

/* What is shown to people of a boot and its functions. */
static void circumstances(void **state)
{
	struct allowlist list;
	struct outcome outcomes[2] = { 0 };
	const char *const notes[] = { "a note", "another one" };
	struct boot_report report;

	(void)state;
	parse_list("04:00.0\n05:00.0\n", &list);
	outcomes[0].result = RESULT_BOUND;
	outcomes[0].ok = true;
	outcomes[0].warnings = WARNING_WAS_BOUND | WARNING_LATE;
	strcpy(outcomes[0].driver, "vfio-pci");
	strcpy(outcomes[0].was, "igc");
	outcomes[1].result = RESULT_MISMATCH;
	round_trip(&(struct report){ .reason = "",
				     .kernel = "6.1.0",
				     .elapsed_us = 5000000000,
				     .list = &list,
				     .outcomes = outcomes,
				     .warnings = WARNING_STALE_LIST,
				     .notes = notes,
				     .n_notes = 2 },
		   &report);

	assert_string_equal(report.kernel, "6.1.0");
	assert_true(report.elapsed_us == 5000000000);
	assert_true(boot_report_warns(&report, "stale-list"));
	assert_false(boot_report_warns(&report, "late"));
	assert_int_equal(json_object_array_length(report.notes), 2);
	assert_true(report.lines[0].ok);
	assert_string_equal(report.lines[0].driver, "vfio-pci");
	assert_string_equal(report.lines[0].was, "igc");
	assert_int_equal(json_object_array_length(report.lines[0].warnings), 2);
	assert_false(report.lines[1].ok);
	assert_null(report.lines[1].driver);
	assert_null(report.lines[1].was);
	boot_report_free(&report);
	allowlist_free(&list);
}

/* A list as long as one can be. */
static void many(void **state)
{
	const size_t n = ALLOWLIST_LINES_MAX, size = n * strlen("04:00.0\n");
	struct outcome *outcomes = calloc(n, sizeof(*outcomes));
	char *text = malloc(size + 1);
	struct boot_report report;
	struct allowlist list;

	(void)state;
	assert_true(outcomes != NULL && text != NULL);
	for (size_t i = 0; i < n; i++) {
		strcpy(text + i * strlen("04:00.0\n"), "04:00.0\n");
		outcomes[i].result = RESULT_MISMATCH;
		memset(outcomes[i].message, 'x', sizeof(outcomes[i].message) - 1);
	}
	assert_int_equal(allowlist_parse(text, size, &list), 0);
	round_trip(
		&(struct report){
			.reason = "", .kernel = "", .list = &list, .outcomes = outcomes },
		&report);
	assert_int_equal(report.n_lines, n);
	assert_int_equal(report.lines[n - 1].number, n);
	boot_report_free(&report);
	allowlist_free(&list);
	free(outcomes);
}

/* Reports in short: 'X' stands for "X". */
#define HEAD "{'version': 1, 'state': 'done', 'reason': '', "
#define ONE_FUNCTION(members) HEAD "'functions': [{" members "}]}"
#define MEMBERS "'line': 1, 'text': 't', 'result': 'bound', 'message': ''"

/* Parses a report in short; *report is to be freed after success. */
static int parse_short(const char *text, struct boot_report *report)
{
	const char *error;
	char *json = strdup(text);
	int err;

	assert_non_null(json);
	for (char *s = json; *s != '\0'; s++)
		if (*s == '\'')
			*s = '"';
	err = parse_bytes(json, strlen(json), report, &error);
	if (err < 0)
		assert_non_null(error);
	free(json);
	return err;
}

static void good(void **state)
{
	static const char *const texts[] = {
		HEAD "'functions': []}",
		HEAD "'functions': []} \r\n\t ",
		ONE_FUNCTION(MEMBERS ", 'address': null"),
		ONE_FUNCTION(MEMBERS ", 'address': '0000:04:00.0'"),
		/* What later versions add is no harm. */
		ONE_FUNCTION(MEMBERS ", 'address': null, 'new': {'a': [1, 2.5, true]}"),
		HEAD "'functions': [], 'new': {}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct boot_report report;

		assert_int_equal(parse_short(texts[i], &report), 0);
		boot_report_free(&report);
	}
}

/* Of what is only shown nothing has to be there, or be what it should. */
static void odd_circumstances(void **state)
{
	static const char *const texts[] = {
		HEAD "'functions': []}",
		HEAD "'functions': [], 'warnings': {}, 'notes': [1], 'kernel': 6, "
		     "'elapsed_us': -1}",
		HEAD
		"'functions': [], 'warnings': [null], 'notes': 'x', 'elapsed_us': 1.5}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct boot_report report;

		assert_int_equal(parse_short(texts[i], &report), 0);
		assert_string_equal(report.kernel, "");
		assert_int_equal(report.elapsed_us, 0);
		assert_null(report.warnings);
		assert_null(report.notes);
		assert_false(boot_report_warns(&report, "stale-list"));
		boot_report_free(&report);
	}
}

static void bad(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"x",
		"1",
		"null",
		"[]",
		"'x'",
		"{}",
		"{",
		HEAD "'functions': []",
		HEAD "'functions': []}x",
		HEAD "'functions': []}{}",
		HEAD "'functions': [],}",
		HEAD "'functions': {}}",
		HEAD "'functions': null}",
		HEAD "'functions': [null]}",
		HEAD "'functions': [1]}",
		HEAD "'functions': [{}]}",
		HEAD "'x': 1}",
		ONE_FUNCTION(MEMBERS),
		ONE_FUNCTION(MEMBERS ", 'address': 4"),
		ONE_FUNCTION(MEMBERS ", 'address': ''"),
		ONE_FUNCTION(MEMBERS ", 'address': '04:00'"),
		ONE_FUNCTION(MEMBERS ", 'address': '0000:04:00.0 '"),
		ONE_FUNCTION(MEMBERS ", 'address': '0000:00:1c.0/00.0'"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'line': '1'"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'line': -1"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'line': 1.5"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'text': null"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'result': 7"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'message': []"),
		ONE_FUNCTION(MEMBERS ", 'address': null, 'x': '\xff'"),
		ONE_FUNCTION(
			"'line': 1, 'text': 't', 'result': 'bound', 'address': null"),
		"{'version': 2, 'state': 'done', 'reason': '', 'functions': []}",
		"{'version': 0, 'state': 'done', 'reason': '', 'functions': []}",
		"{'version': '1', 'state': 'done', 'reason': '', 'functions': []}",
		"{'version': 4294967297, 'state': 'done', 'reason': '', 'functions': []}",
		"{'state': 'done', 'reason': '', 'functions': []}",
		"{'version': 1, 'reason': '', 'functions': []}",
		"{'version': 1, 'state': 'done', 'functions': []}",
		"{'version': 1, 'state': null, 'reason': '', 'functions': []}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct boot_report report;

		assert_int_equal(parse_short(texts[i], &report), -EBADMSG);
	}
}

/* A report cut anywhere is none: it was not written to its end. */
static void cut(void **state)
{
	static const char whole[] = ONE_FUNCTION(MEMBERS ", 'address': '0000:04:00.0'");

	(void)state;
	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		char part[sizeof(whole)];
		struct boot_report report;

		memcpy(part, whole, size);
		part[size] = '\0';
		assert_int_equal(parse_short(part, &report), -EBADMSG);
	}
}

static void deep_and_nul(void **state)
{
	static const char nul[] = "{\"version\": 1, \"state\": \"done\", "
				  "\"reason\": \"\", \"functions\": []}\0x";
	char deep[4096];
	struct boot_report report;
	const char *error;

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_int_equal(parse_bytes(deep, sizeof(deep), &report, &error), -EBADMSG);
	assert_int_equal(parse_bytes(nul, sizeof(nul) - 1, &report, &error), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),         cmocka_unit_test(states),
		cmocka_unit_test(lines),         cmocka_unit_test(many),
		cmocka_unit_test(circumstances), cmocka_unit_test(odd_circumstances),
		cmocka_unit_test(good),          cmocka_unit_test(bad),
		cmocka_unit_test(cut),           cmocka_unit_test(deep_and_nul),
	};

	return run_unit_tests("boot-report", tests, NULL, NULL);
}
