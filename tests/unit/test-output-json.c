// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of ctl/output.c: JSON is UTF-8, whatever names there are. */

#include "unit.h"

#include <json-c/json.h>
#include <stdio.h>
#include <unistd.h>

#include "output.h"

/* Prints a string as JSON, and reads what came out, without its line end. */
static void print_string(const char *text, char ret_printed[static 128])
{
	struct json_object *object = json_object_new_string(text);
	FILE *file = tmpfile();
	int saved;
	size_t n;

	assert_non_null(object);
	assert_non_null(file);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
	output_json(object);
	fflush(stdout);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);

	rewind(file);
	n = fread(ret_printed, 1, 127, file);
	fclose(file);
	assert_true(n > 0 && ret_printed[n - 1] == '\n');
	ret_printed[n - 1] = '\0';
}

static void test_utf8(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "plain", "\"plain\"" },
		{ "\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\xa7",
		  "\"\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\xa7\"" },
		{ "caf\xe9", "\"caf?\"" },
		{ "\x80\xff", "\"??\"" },
		/* Cut off in the middle: the quote behind it must stay. */
		{ "\xf0\x9f\x90", "\"???\"" },
		/* Longer than need be, a surrogate, above U+10FFFF (RFC 3629, 3). */
		{ "\xc0\xaf \xe0\x80\xaf", "\"?? ???\"" },
		{ "\xed\xa0\x80", "\"???\"" },
		{ "\xf4\x90\x80\x80", "\"????\"" },
		{ "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
		  "\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"" },
	};
	char printed[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_string(cases[i].text, printed);
		assert_string_equal(printed, cases[i].printed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
	};

	return run_unit_tests("output-json", tests, NULL, NULL);
}
