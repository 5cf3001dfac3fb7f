// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the report's JSON, read back with jq, and of the words in it. */

#include <iconv.h>
#include <stdio.h>
#include <unistd.h>

#include "report.h"
#include "unit.h"

/* What jq says to the filter, in a form without blanks; the caller frees it. */
static char *query(const char *json, size_t size, const char *filter)
{
	char path[] = "/tmp/ptbind-test-report-XXXXXX", command[256];
	char *answer = calloc(1, 4096);
	int fd = mkstemp(path);
	FILE *f;

	assert_true(fd >= 0 && answer != NULL);
	assert_int_equal(write(fd, json, size), size);
	close(fd);
	snprintf(command, sizeof(command), "jq -ac '%s' %s 2>&1", filter, path);
	f = popen(command, "r");
	assert_non_null(f);
	(void)!fread(answer, 1, 4095, f);
	assert_int_equal(pclose(f), 0);
	(void)unlink(path);
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

static void check_query(const char *json, size_t size, const char *filter,
			const char *expected)
{
	char *answer = query(json, size, filter);

	assert_string_equal(answer, expected);
	free(answer);
}

/* jq repairs bytes that are no UTF-8 without a word; iconv() does not. */
static void check_utf8(char *json, size_t size)
{
	iconv_t converter = iconv_open("UTF-32LE", "UTF-8");
	size_t room = size * 4;
	char *out = malloc(room), *end = out;

	assert_true(converter != (iconv_t)-1 && out != NULL);
	assert_int_equal(iconv(converter, &json, &size, &end, &room), 0);
	assert_int_equal(size, 0);
	iconv_close(converter);
	free(out);
}

static void empty_report(void **state)
{
	static const struct {
		enum report_state state;
		const char *word;
	} cases[] = {
		{ REPORT_DONE, "\"done\"" },
		{ REPORT_DISABLED, "\"disabled\"" },
		{ REPORT_REFUSED, "\"refused\"" },
		{ REPORT_TIMEOUT, "\"timeout\"" },
	};
	struct allowlist list = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct report report = { cases[i].state, "", "6.1.0", 0, &list,
					 NULL,           0,  NULL,    0 };
		char *text;
		size_t size;

		assert_int_equal(report_format(&report, &text, &size), 0);
		assert_int_equal(strlen(text), size);
		assert_int_equal(text[size - 1], '\n');
		check_query(text, size, ".state", cases[i].word);
		check_query(text, size, "del(.state)",
			    "{\"version\":1,\"reason\":\"\",\"kernel\":\"6.1.0\","
			    "\"elapsed_us\":0,"
			    "\"functions\":[],\"warnings\":[],\"notes\":[]}");
		free(text);
	}
}

static void full_report(void **state)
{
	static const char *const notes[] = { "first", "second \"quoted\"" };
	struct outcome outcomes[3] = { 0 };
	struct allowlist list;
	struct report report = {
		REPORT_DONE,
		"a reason",
		"6.12.0+deb13",
		UINT64_MAX,
		&list,
		outcomes,
		WARNING_LATE | WARNING_UNKNOWN_PARAMETER,
		notes,
		2,
	};
	char *text;
	size_t size;

	(void)state;
	parse_list("# one\n04:00.0 id=8086:125c # NIC\n05:00.0\r\nx\\y\"", &list);
	outcomes[0] = (struct outcome){
		.has_address = true,
		.address = { 0x10000, 4, 0, 1 },
		.result = RESULT_BOUND,
		.ok = true,
		.warnings = WARNING_WAS_BOUND | WARNING_UNPINNED,
		.driver = "vfio-pci",
		.was = "igc",
	};
	outcomes[1] = (struct outcome){
		.has_address = true,
		.address = { 0, 5, 0, 0 },
		.result = RESULT_BIND_FAILED,
		.error = 22,
		.message = "it \"failed\"",
	};
	outcomes[2].result = RESULT_BAD_LINE;

	assert_int_equal(report_format(&report, &text, &size), 0);
	check_utf8(text, size);
	check_query(text, size, "del(.functions)",
		    "{\"version\":1,\"state\":\"done\",\"reason\":\"a reason\","
		    "\"kernel\":\"6.12.0+deb13\",\"elapsed_us\":18446744073709552000,"
		    "\"warnings\":[\"late\",\"unknown-parameter\"],"
		    "\"notes\":[\"first\",\"second \\\"quoted\\\"\"]}");
	check_query(text, size, ".functions[0]",
		    "{\"line\":2,\"text\":\"04:00.0 id=8086:125c # NIC\","
		    "\"address\":\"10000:04:00.1\",\"result\":\"bound\",\"ok\":true,"
		    "\"driver\":\"vfio-pci\",\"was\":\"igc\",\"errno\":0,"
		    "\"warnings\":[\"unpinned\",\"was-bound\"],\"message\":\"\"}");
	check_query(
		text, size, ".functions[1]",
		"{\"line\":3,\"text\":\"05:00.0\",\"address\":\"0000:05:00.0\","
		"\"result\":\"bind-failed\",\"ok\":false,\"driver\":null,\"was\":null,"
		"\"errno\":22,\"warnings\":[],\"message\":\"it \\\"failed\\\"\"}");
	check_query(text, size, ".functions[2]",
		    "{\"line\":4,\"text\":\"x\\\\y\\\"\",\"address\":null,"
		    "\"result\":\"bad-line\",\"ok\":false,\"driver\":null,\"was\":null,"
		    "\"errno\":0,\"warnings\":[],\"message\":\"\"}");
	check_query(text, size, ".functions | length", "3");
	free(text);
	allowlist_free(&list);
}

/* The text of a line may hold any byte. */
static void strings(void **state)
{
	static const struct {
		const char *bytes;
		const char *json;
	} cases[] = {
		{ "plain", "plain" },
		{ "\" \\ /", "\\\" \\\\ /" },
		{ "\x01\x1f\x7f\t", "\\u0001\\u001f\\u007f\\t" },
		{ "caf\xc3\xa9", "caf\\u00e9" },
		{ "\xe2\x82\xac", "\\u20ac" },
		{ "\xf0\x9f\x92\xbe", "\\ud83d\\udcbe" },
		{ "\xf4\x8f\xbf\xbf", "\\udbff\\udfff" },
		{ "\xef\xbf\xbf \xee\x80\x80", "\\uffff \\ue000" },
		/* no UTF-8: stray bytes, and sequences that are cut off */
		{ "\x80 \xbf \xff \xfe", "\\ufffd \\ufffd \\ufffd \\ufffd" },
		{ "\xc3", "\\ufffd" },
		{ "\xc3(", "\\ufffd(" },
		{ "\xe2\x82", "\\ufffd\\ufffd" },
		{ "\xe2\x82x", "\\ufffd\\ufffdx" },
		{ "\xf0\x9f\x92", "\\ufffd\\ufffd\\ufffd" },
		/* overlong forms, surrogates, above U+10FFFF */
		{ "\xc0\xaf \xc1\xbf", "\\ufffd\\ufffd \\ufffd\\ufffd" },
		{ "\xe0\x9f\xbf", "\\ufffd\\ufffd\\ufffd" },
		{ "\xe0\xa0\x80", "\\u0800" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },
		{ "\xed\x9f\xbf", "\\ud7ff" },
		{ "\xf0\x8f\xbf\xbf", "\\ufffd\\ufffd\\ufffd\\ufffd" },
		{ "\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd" },
		{ "\xf5\x80\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct outcome outcome = { .result = RESULT_BAD_LINE };
		char line[80], expected[160], *text;
		struct allowlist list;
		struct report report = { REPORT_DONE, cases[i].bytes, "",
					 0,           &list,          &outcome,
					 0,           NULL,           0 };
		size_t size;

		snprintf(line, sizeof(line), "x%s", cases[i].bytes);
		parse_list(line, &list);
		assert_int_equal(report_format(&report, &text, &size), 0);
		check_utf8(text, size);
		snprintf(expected, sizeof(expected), "[\"%s\",\"x%s\"]", cases[i].json,
			 cases[i].json);
		check_query(text, size, "[.reason, .functions[0].text]", expected);
		free(text);
		allowlist_free(&list);
	}
}

/* NUL bytes are in the text of a line alone: all else is C strings. */
static void nul_in_a_line(void **state)
{
	struct outcome outcome = { .result = RESULT_BAD_LINE };
	struct allowlist list;
	struct report report = { REPORT_DONE, "", "", 0, &list, &outcome, 0, NULL, 0 };
	char *text;
	size_t size;

	(void)state;
	parse_list_bytes("a\0b", 3, &list);
	assert_int_equal(report_format(&report, &text, &size), 0);
	check_query(text, size, ".functions[0].text", "\"a\\u0000b\"");
	free(text);
	allowlist_free(&list);
}

static void results(void **state)
{
	static const struct {
		enum result result;
		const char *word;
		bool ok;
		bool optional_ok;
	} cases[] = {
		{ RESULT_PENDING, "pending", false, false },
		{ RESULT_BIND, "bind", true, true },
		{ RESULT_BOUND, "bound", true, true },
		{ RESULT_ALREADY_BOUND, "already-bound", true, true },
		{ RESULT_DISABLED, "disabled", true, true },
		{ RESULT_ABSENT, "absent", false, true },
		{ RESULT_MISMATCH, "mismatch", false, false },
		{ RESULT_PIN_UNREADABLE, "pin-unreadable", false, false },
		{ RESULT_BRIDGE, "bridge", false, false },
		{ RESULT_BAD_LINE, "bad-line", false, false },
		{ RESULT_NO_DRIVER, "no-driver", false, false },
		{ RESULT_NO_IOMMU, "no-iommu", false, false },
		{ RESULT_BIND_FAILED, "bind-failed", false, false },
		{ RESULT_TIMEOUT, "timeout", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(result_word(cases[i].result), cases[i].word);
		assert_int_equal(result_is_ok(cases[i].result, false), cases[i].ok);
		assert_int_equal(result_is_ok(cases[i].result, true),
				 cases[i].optional_ok);
	}
}

static void warnings(void **state)
{
	char text[WARNINGS_STRSIZE];

	(void)state;
	warnings_format(0, text);
	assert_string_equal(text, "");
	warnings_format(WARNING_GROUP_SHARED, text);
	assert_string_equal(text, "group-shared");
	warnings_format(2 * WARNING_LAST - 1, text);
	assert_string_equal(text,
			    "unpinned, duplicate, group-shared, was-bound, late, "
			    "ids-dropped, ids-released, stale-list, unknown-parameter");
}

static void messages_are_cut(void **state)
{
	struct outcome outcome;

	(void)state;
	outcome_say(&outcome, "%1000d", 1);
	assert_int_equal(strlen(outcome.message), sizeof(outcome.message) - 1);
}

static void names(void **state)
{
	struct outcome outcome = { .has_address = true, .address = { 0, 4, 0, 0 } };
	struct allowlist list;
	char name[20];

	(void)state;
	parse_list("00:1c.0/00.0   optional # x", &list);
	outcome_name(&list.lines[0], &outcome, name, sizeof(name));
	assert_string_equal(name, "0000:04:00.0");
	outcome.has_address = false;
	outcome_name(&list.lines[0], &outcome, name, sizeof(name));
	assert_string_equal(name, "00:1c.0/00.0 optio");
	allowlist_free(&list);
}

/* A bad line without any word still has to be called something. */
static void names_of_lines_without_words(void **state)
{
	struct outcome outcome = { 0 };
	struct allowlist list;
	char name[80];

	(void)state;
	parse_list_bytes("# \0", 3, &list);
	outcome_name(&list.lines[0], &outcome, name, sizeof(name));
	assert_string_not_equal(name, "");
	allowlist_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_report),
		cmocka_unit_test(full_report),
		cmocka_unit_test(strings),
		cmocka_unit_test(nul_in_a_line),
		cmocka_unit_test(results),
		cmocka_unit_test(warnings),
		cmocka_unit_test(messages_are_cut),
		cmocka_unit_test(names),
		cmocka_unit_test(names_of_lines_without_words),
	};

	return run_unit_tests("report", tests, NULL, NULL);
}
