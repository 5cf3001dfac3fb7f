// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of addresses and paths as text. */

#include <errno.h>
#include <stdio.h>

#include "unit.h"

#define ADDRESS_FORM "; expected [DDDD:]BB:DD.F in hexadecimal, as lspci prints it"
#define PATH_FORM                                                                        \
	ADDRESS_FORM                                                                     \
	", or a path: then DD.F behind each '/', one for each bridge that is passed"
#define STEP_FORM "; expected DD.F behind each '/', one for each bridge that is passed"

static void addresses(void **state)
{
	static const struct {
		const char *text;
		struct pci_address address;
		const char *printed;
	} cases[] = {
		{ "0000:04:00.0", { 0, 4, 0, 0 }, "0000:04:00.0" },
		{ "0b:00.1", { 0, 0x0b, 0, 1 }, "0000:0b:00.1" },
		{ "FF:1F.7", { 0, 0xff, 0x1f, 7 }, "0000:ff:1f.7" },
		{ "ffff:00:00.0", { 0xffff, 0, 0, 0 }, "ffff:00:00.0" },
		{ "10000:e1:00.0", { 0x10000, 0xe1, 0, 0 }, "10000:e1:00.0" },
		{ "ffffffff:ff:1f.7", { 0xffffffff, 0xff, 0x1f, 7 }, "ffffffff:ff:1f.7" },
		{ "00000000:04:00.0", { 0, 4, 0, 0 }, "0000:04:00.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct parse_error error;
		struct pci_address address;
		char text[PCI_ADDRESS_STRSIZE];
		size_t len = strlen(cases[i].text);

		assert_int_equal(pci_address_parse(cases[i].text, len, &address, &error),
				 0);
		assert_int_equal(pci_address_compare(&address, &cases[i].address), 0);
		pci_address_format(&address, text);
		assert_string_equal(text, cases[i].printed);
	}
}

struct bad {
	const char *text;
	size_t offset;
	const char *message;
};

/* Both of what may stand at the start of a line refuse these. */
static const struct bad bad_addresses[] = {
	{ "", 0, "not a PCI address" ADDRESS_FORM },
	{ "eth0", 1, "':' missing" ADDRESS_FORM },
	{ "x", 0, "not a PCI address" ADDRESS_FORM },
	{ ":04:00.0", 0, "not a PCI address" ADDRESS_FORM },
	{ " 04:00.0", 0, "not a PCI address" ADDRESS_FORM },
	{ "-04:00.0", 0, "not a PCI address" ADDRESS_FORM },
	{ "0x04:00.0", 1, "':' missing" ADDRESS_FORM },
	{ "04", 2, "':' missing" ADDRESS_FORM },
	{ "04.0", 2, "':' missing" ADDRESS_FORM },
	{ "04:", 3, "a device number has two digits" ADDRESS_FORM },
	{ "04:0.0", 3, "a device number has two digits" ADDRESS_FORM },
	{ "04:000.0", 3, "a device number has two digits" ADDRESS_FORM },
	{ "04:20.0", 3, "device above 1f" ADDRESS_FORM },
	{ "04:00", 5, "'.' and the function number missing" ADDRESS_FORM },
	{ "04:00,0", 5, "'.' and the function number missing" ADDRESS_FORM },
	{ "04:00.", 6, "a function number has one digit" ADDRESS_FORM },
	{ "04:00.00", 6, "a function number has one digit" ADDRESS_FORM },
	{ "04:00.g", 6, "a function number has one digit" ADDRESS_FORM },
	{ "04:00.8", 6, "function above 7" ADDRESS_FORM },
	{ "04:00.f", 6, "function above 7" ADDRESS_FORM },
	{ "4:00.0", 0, "a bus number has two digits" ADDRESS_FORM },
	{ "004:00.0", 0, "a bus number has two digits" ADDRESS_FORM },
	{ "000:04:00.0", 0, "a domain has four to eight digits" ADDRESS_FORM },
	{ "000000000:04:00.0", 8, "':' missing" ADDRESS_FORM },
	{ "0000:4:00.0", 5, "a bus number has two digits" ADDRESS_FORM },
	{ "0000:104:00.0", 5, "a bus number has two digits" ADDRESS_FORM },
	{ "0000:04:1.0", 8, "a device number has two digits" ADDRESS_FORM },
	{ "0000::00.0", 5, "a bus number has two digits" ADDRESS_FORM },
	{ "0000:00:04:00.0", 10, "'.' and the function number missing" ADDRESS_FORM },
};

/* Outputs stay as they were after a failure. */
static void check_bad_address(const struct bad *bad)
{
	struct pci_address address = { 1, 2, 3, 4 }, before = address;
	struct parse_error error = { 0 };
	size_t len = strlen(bad->text);

	assert_int_equal(pci_address_parse(bad->text, len, &address, &error), -EINVAL);
	assert_string_equal(error.message, bad->message);
	assert_int_equal(error.offset, bad->offset);
	assert_int_equal(pci_address_compare(&address, &before), 0);
}

static void check_bad_path(const struct bad *bad)
{
	struct pci_path path = { .first = { 1, 2, 3, 4 } }, before = path;
	struct parse_error error = { 0 };
	size_t len = strlen(bad->text);

	assert_int_equal(pci_path_parse(bad->text, len, &path, &error), -EINVAL);
	assert_string_equal(error.message, bad->message);
	assert_int_equal(error.offset, bad->offset);
	assert_int_equal(pci_path_compare(&path, &before), 0);
}

static void addresses_that_are_none(void **state)
{
	static const struct bad behind[] = {
		{ "04:00.0 ", 7, "unexpected text behind the address" ADDRESS_FORM },
		{ "04:00.0/00.0", 7, "unexpected text behind the address" ADDRESS_FORM },
		{ "04:00.0.0", 7, "unexpected text behind the address" ADDRESS_FORM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_addresses); i++)
		check_bad_address(&bad_addresses[i]);
	for (size_t i = 0; i < ARRAY_SIZE(behind); i++)
		check_bad_address(&behind[i]);
}

/* No byte behind len may be looked at, also where it would go on well. */
static void length_counts(void **state)
{
	struct pci_address address;
	struct parse_error error;
	struct pci_path path;

	(void)state;
	assert_int_equal(pci_address_parse("04:00.01", 7, &address, &error), 0);
	assert_int_equal(pci_address_parse("04:00.0", 6, &address, &error), -EINVAL);
	assert_int_equal(pci_path_parse("04:00.0/00.1", 7, &path, &error), 0);
	assert_int_equal(path.n_steps, 0);
	assert_int_equal(pci_path_parse("04:00.0/00.1", 8, &path, &error), -EINVAL);
}

static void paths(void **state)
{
	struct pci_path path = path_of("00:1c.0/00.0/1f.7");
	char text[PCI_PATH_STRSIZE];

	(void)state;
	assert_int_equal(path.n_steps, 2);
	assert_int_equal(path.first.device, 0x1c);
	assert_int_equal(path.steps[1].device, 0x1f);
	assert_int_equal(path.steps[1].function, 7);
	pci_path_format(&path, text);
	assert_string_equal(text, "0000:00:1c.0/00.0/1f.7");

	path = path_of("0000:00:1c.0");
	assert_int_equal(path.n_steps, 0);
}

static void paths_that_are_none(void **state)
{
	static const struct bad bad[] = {
		{ "00:1c.0/", 8, "a step of the path is missing" STEP_FORM },
		{ "00:1c.0//00.0", 8, "a step of the path is missing" STEP_FORM },
		{ "00:1c.0/0.0", 8, "a device number has two digits" ADDRESS_FORM },
		{ "00:1c.0/20.0", 8, "device above 1f" ADDRESS_FORM },
		{ "00:1c.0/00", 10, "'.' and the function number missing" ADDRESS_FORM },
		{ "00:1c.0/00.8", 11, "function above 7" ADDRESS_FORM },
		{ "00:1c.0/04:00.0", 10,
		  "'.' and the function number missing" ADDRESS_FORM },
		{ "00:1c.0/00.0x", 12, "unexpected text behind the address" PATH_FORM },
		{ "00:1c.0-00.0", 7, "unexpected text behind the address" PATH_FORM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_addresses); i++)
		check_bad_path(&bad_addresses[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check_bad_path(&bad[i]);
}

static void deepest_path(void **state)
{
	char text[PCI_PATH_STRSIZE + 8] = "ffffffff:ff:1f.7", printed[PCI_PATH_STRSIZE];
	struct parse_error error;
	struct pci_path path;

	(void)state;
	for (unsigned int i = 0; i < PCI_PATH_STEPS_MAX; i++)
		strcat(text, "/1f.7");
	assert_int_equal(pci_path_parse(text, strlen(text), &path, &error), 0);
	assert_int_equal(path.n_steps, PCI_PATH_STEPS_MAX);
	pci_path_format(&path, printed);
	assert_string_equal(printed, text);

	strcat(text, "/00.0");
	assert_int_equal(pci_path_parse(text, strlen(text), &path, &error), -EINVAL);
	assert_string_equal(error.message, "too many steps; expected at most 31");
	assert_int_equal(error.offset, strlen(text) - strlen("00.0"));
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

/* In order; each must be below all that follow, and equal to itself. */
static void order(void **state)
{
	static const char *const texts[] = {
		"0000:00:00.0",      "0000:00:00.0/00.0",      "0000:00:00.0/00.0/00.0",
		"0000:00:00.0/00.1", "0000:00:00.0/01.0",      "0000:00:00.1",
		"0000:00:01.0",      "0000:00:01.0/1f.7/00.0", "0000:01:00.0",
		"0001:00:00.0",      "ffffffff:00:00.0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t j = 0; j < ARRAY_SIZE(texts); j++) {
			struct pci_path a = path_of(texts[i]), b = path_of(texts[j]);

			assert_int_equal(sign(pci_path_compare(&a, &b)),
					 (i > j) - (i < j));
		}
}

static void paths_that_match(void **state)
{
	static const char *const match[] = { "00:01.3/00.0/02.0/00.0",
					     "11:00.0/02.0/00.0", "12:02.0/00.0",
					     "77:00.0" };
	static const char *const differ[] = {
		"00:01.3/00.0/02.0", "00:01.3/00.0/03.0/00.0",
		"12:02.0/00.1",      "12:03.0/00.0",
		"13:02.0/00.0",      "0001:77:00.0",
		"00:01.3",           "00:00.0/01.3/00.0/02.0/00.0",
	};
	struct pci_path actual = path_of("00:01.3/00.0/02.0/00.0");

	(void)state;
	actual.steps[0].bus = 0x11;
	actual.steps[1].bus = 0x12;
	actual.steps[2].bus = 0x77;
	for (size_t i = 0; i < ARRAY_SIZE(match); i++) {
		struct pci_path written = path_of(match[i]);

		assert_true(pci_path_matches(&written, &actual));
	}
	for (size_t i = 0; i < ARRAY_SIZE(differ); i++) {
		struct pci_path written = path_of(differ[i]);

		assert_false(pci_path_matches(&written, &actual));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_that_are_none),
		cmocka_unit_test(length_counts),
		cmocka_unit_test(paths),
		cmocka_unit_test(paths_that_are_none),
		cmocka_unit_test(deepest_path),
		cmocka_unit_test(order),
		cmocka_unit_test(paths_that_match),
	};

	return run_unit_tests("address", tests, NULL, NULL);
}
