// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of edits of the allowlist's text. */

#include "edit/edit.h"
#include "unit.h"

static void check_bytes(struct edits *edits, const char *before, size_t before_size,
			const char *expected, size_t expected_size)
{
	char *exact = malloc(before_size > 0 ? before_size : 1);
	char *data;
	size_t size;

	/* From memory that ends where the text does. */
	assert_non_null(exact);
	memcpy(exact, before, before_size);
	assert_int_equal(edits_apply(edits, exact, before_size, &data, &size), 0);
	assert_int_equal(size, expected_size);
	assert_memory_equal(data, expected, size);
	assert_int_equal(data[size], '\0');
	free(data);
	free(exact);
	edits_free(edits);
}

static void check(struct edits *edits, const char *before, const char *expected)
{
	check_bytes(edits, before, strlen(before), expected, strlen(expected));
}

static void append(struct edits *edits, const char *words)
{
	assert_int_equal(edits_append(edits, words), 0);
}

static void extend(struct edits *edits, unsigned int number, const char *words)
{
	assert_int_equal(edits_extend(edits, number, words), 0);
}

static void cut(struct edits *edits, unsigned int number)
{
	assert_int_equal(edits_remove(edits, number), 0);
}

static void nothing(void **state)
{
	struct edits edits = { 0 };
	char *data;
	size_t size;

	(void)state;
	check(&edits, "", "");
	check(&edits, "a", "a");
	check(&edits, "# c\r\n\n \ta  b\t# x", "# c\r\n\n \ta  b\t# x");
	check_bytes(&edits, "a\0b\n\xff\r", 7, "a\0b\n\xff\r", 7);
	/* A list that is missing. */
	assert_int_equal(edits_apply(&edits, NULL, 0, &data, &size), 0);
	assert_int_equal(size, 0);
	free(data);
}

static void appending(void **state)
{
	struct edits edits = { 0 };
	char *data;
	size_t size;

	(void)state;
	append(&edits, "x");
	append(&edits, "y");
	check(&edits, "", "x\ny\n");
	append(&edits, "x");
	check(&edits, "# c\n\n", "# c\n\nx\n");
	append(&edits, "x");
	assert_int_equal(edits_apply(&edits, NULL, 0, &data, &size), 0);
	assert_string_equal(data, "x\n");
	free(data);
	edits_free(&edits);
}

static void missing_line_end(void **state)
{
	struct edits edits = { 0 };

	(void)state;
	append(&edits, "x");
	append(&edits, "y");
	check(&edits, "a\nb", "a\nb\nx\ny\n");
	/* The line that lacks it goes. */
	append(&edits, "x");
	cut(&edits, 2);
	check(&edits, "a\nb", "a\nx\n");
	cut(&edits, 2);
	check(&edits, "a\nb", "a\n");
	extend(&edits, 2, "w");
	check(&edits, "a\nb", "a\nb  w");
}

static void carriage_returns(void **state)
{
	struct edits edits = { 0 };

	(void)state;
	append(&edits, "x");
	extend(&edits, 1, "w");
	check(&edits, "a\r\nb\r\n", "a  w\r\nb\r\nx\r\n");
	append(&edits, "x");
	check(&edits, "a\r\nb", "a\r\nb\r\nx\r\n");
	/* The first line decides; the others stay. */
	append(&edits, "x");
	check(&edits, "a\nb\r\n", "a\nb\r\nx\n");
}

static void removing(void **state)
{
	struct edits edits = { 0 };

	(void)state;
	cut(&edits, 3);
	cut(&edits, 1);
	cut(&edits, 3);
	check(&edits, "a # c\n#b\nc\n\n", "#b\n\n");
	cut(&edits, 1);
	check(&edits, "a", "");
	/* Beyond the end there is nothing. */
	cut(&edits, 9);
	check(&edits, "a\n", "a\n");
}

static void extending(void **state)
{
	struct edits edits = { 0 };

	(void)state;
	extend(&edits, 2, "w");
	check(&edits, "#\na  b \t # c d\n", "#\na  b  w \t # c d\n");
	extend(&edits, 1, "w");
	extend(&edits, 1, "v");
	check(&edits, "a#c\n", "a  w  v #c\n");
	extend(&edits, 1, "w");
	check(&edits, "a \n", "a  w \n");
	/* A line that goes takes along what it was to get. */
	extend(&edits, 1, "w");
	cut(&edits, 1);
	extend(&edits, 1, "v");
	check(&edits, "a\nb\n", "b\n");
}

static void byte_order_mark(void **state)
{
	struct edits edits = { 0 };

	(void)state;
	cut(&edits, 1);
	check(&edits,
	      "\xef\xbb\xbf"
	      "a\nb\n",
	      "\xef\xbb\xbf"
	      "b\n");
	extend(&edits, 1, "w");
	check(&edits,
	      "\xef\xbb\xbf"
	      "a\n",
	      "\xef\xbb\xbf"
	      "a  w\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),          cmocka_unit_test(appending),
		cmocka_unit_test(missing_line_end), cmocka_unit_test(carriage_returns),
		cmocka_unit_test(removing),         cmocka_unit_test(extending),
		cmocka_unit_test(byte_order_mark),
	};

	return run_unit_tests("edit", tests, NULL, NULL);
}
