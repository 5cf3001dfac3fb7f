// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of addresses that may leave out the function number. */

#include <errno.h>

#include "functions.h"
#include "unit.h"

/* Parses text from memory that ends where it ends. */
static int parse(const char *text, struct pci_functions *functions)
{
	size_t len = strlen(text);
	char *copy = malloc(len > 0 ? len : 1);
	struct parse_error error = { 0 };
	int err;

	assert_non_null(copy);
	memcpy(copy, text, len);
	err = pci_functions_parse(copy, len, functions, &error);
	if (err < 0)
		assert_non_null(error.message);
	free(copy);
	return err;
}

static void check(const char *text, const char *expected)
{
	struct pci_functions functions;
	char found[PCI_ADDRESS_STRSIZE];

	assert_int_equal(parse(text, &functions), 0);
	pci_functions_format(&functions, found);
	assert_string_equal(found, expected);
}

static void good(void **state)
{
	(void)state;
	check("01:00.0", "0000:01:00.0");
	check("01:00", "0000:01:00");
	check("0000:01:00.7", "0000:01:00.7");
	check("0000:01:1f", "0000:01:1f");
	check("0A:1B.2", "0000:0a:1b.2");
	check("0A:1B", "0000:0a:1b");
	check("00010000:e1:00", "10000:e1:00");
	check("10000:e1:00.0", "10000:e1:00.0");
	check("ffffffff:ff:1f.7", "ffffffff:ff:1f.7");
	check("ffffffff:ff:1f", "ffffffff:ff:1f");
}

static void bad(void **state)
{
	static const char *const texts[] = {
		"",
		".",
		":",
		"01",
		"01:",
		"01:0",
		"01:00.",
		"01:00.8",
		"01:00.00",
		"01:20",
		"01:20.0",
		"1:00",
		"001:00",
		"01:00 ",
		" 01:00",
		"01:00;",
		"01:00/00.0",
		"g1:00",
		"000:01:00",
		"fffffffff:ff:1f",
		"fffffffff:ff:1f.7",
		"01:00.0.0",
		"01:00.0\n",
		"0x01:00",
	};
	struct pci_functions functions;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(parse(texts[i], &functions), -EINVAL);
}

static bool includes(const char *text, const char *address)
{
	const struct pci_address parsed = address_of(address);
	struct pci_functions functions;

	assert_int_equal(parse(text, &functions), 0);
	return pci_functions_include(&functions, &parsed);
}

static void including(void **state)
{
	(void)state;
	assert_true(includes("01:00.0", "0000:01:00.0"));
	assert_false(includes("01:00.0", "0000:01:00.1"));
	assert_true(includes("01:00", "0000:01:00.0"));
	assert_true(includes("01:00", "0000:01:00.7"));
	assert_false(includes("01:00", "0000:01:01.0"));
	assert_false(includes("01:00", "0000:02:00.0"));
	assert_false(includes("01:00", "0001:01:00.0"));
	assert_false(includes("10000:01:00", "0000:01:00.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bad),
		cmocka_unit_test(including),
	};

	return run_unit_tests("functions", tests, NULL, NULL);
}
