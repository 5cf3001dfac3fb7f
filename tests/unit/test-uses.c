// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of uses and stakes: added, ordered, found. */

#include "host/stakes.h"
#include "host/uses.h"
#include "unit.h"

static void add(struct uses *uses, const char *function, enum use_kind kind,
		const char *device)
{
	const struct pci_address address = address_of(function);

	assert_int_equal(
		uses_add(uses, &address, kind, device, "%s of %s", "text", device), 0);
}

static void found_in_order(void **state)
{
	const struct pci_address first = address_of("0000:01:00.0");
	const struct pci_address last = address_of("0000:03:00.0");
	const struct pci_address none = address_of("0000:02:00.0");
	struct uses uses = { 0 };
	const struct use *found;
	size_t n;

	(void)state;
	assert_null(uses_of(&uses, &first, &n));
	assert_int_equal(n, 0);

	add(&uses, "0000:03:00.0", USE_USB, "1-2");
	add(&uses, "0000:01:00.0", USE_DISK, "sda10");
	add(&uses, "0000:03:00.0", USE_NETWORK, "eth0");
	add(&uses, "0000:01:00.0", USE_DISK, "sda9");
	uses_sort(&uses);

	found = uses_of(&uses, &first, &n);
	assert_int_equal(n, 2);
	assert_string_equal(found[0].device, "sda9");
	assert_string_equal(found[0].text, "text of sda9");
	assert_string_equal(found[1].device, "sda10");
	found = uses_of(&uses, &last, &n);
	assert_int_equal(n, 2);
	assert_string_equal(found[0].device, "eth0");
	assert_string_equal(found[1].device, "1-2");
	assert_null(uses_of(&uses, &none, &n));
	uses_free(&uses);
	assert_int_equal(uses.n, 0);
}

static void stake_functions(void **state)
{
	const struct pci_address a = address_of("0000:01:00.0");
	const struct pci_address b = address_of("0000:02:00.0");
	struct stakes stakes = { 0 };
	struct stake *stake;

	(void)state;
	assert_int_equal(stakes_add(&stakes, FORCE_DISK, true, "/", &stake), 0);
	assert_int_equal(stake_add_function(stake, &a, "sda"), 0);
	assert_int_equal(stake_add_function(stake, &b, "sdb"), 0);
	assert_int_equal(stake_add_function(stake, &a, "sdc"), 0);
	assert_int_equal(stake->n, 2);
	assert_string_equal(stake->carriers[0], "sda");
	assert_string_equal(stake->carriers[1], "sdb");

	assert_null(stake->unresolved);
	assert_int_equal(stake_unresolved(stake, "no %s", "device"), 0);
	assert_int_equal(stake_unresolved(stake, "something else"), 0);
	assert_string_equal(stake->unresolved, "no device");
	assert_int_equal(stakes.n, 1);
	stakes_free(&stakes);
	assert_int_equal(stakes.n, 0);
}

static void kinds(void **state)
{
	(void)state;
	assert_string_equal(use_kind_word(USE_NETWORK), "network");
	assert_string_equal(use_kind_word(USE_DISK), "disk");
	assert_string_equal(use_kind_word(USE_USB), "usb");
	assert_string_equal(use_kind_word(USE_DISPLAY), "display");
	assert_string_equal(use_kind_word(USE_SOUND), "sound");
	assert_string_equal(use_kind_word(USE_THUNDERBOLT), "thunderbolt");
	assert_string_equal(use_kind_word(USE_SERIAL), "serial");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_in_order),
		cmocka_unit_test(stake_functions),
		cmocka_unit_test(kinds),
	};

	return run_unit_tests("uses", tests, NULL, NULL);
}
