// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the pins that a function has. */

#include <errno.h>

#include "edit/pins.h"
#include "unit.h"

#define SERIAL UINT64_C(0x207c14fffff47871)
#define ALL (PIN_ID | PIN_SUBSYSTEM | PIN_DSN | PIN_PATH)

static struct pci_function card_with(const char *address, const char *path, uint64_t dsn)
{
	struct pci_function card = card_at(address, path);

	card.dsn_error = 0;
	card.dsn = dsn;
	return card;
}

/* The pins of the first of n functions, as they are written; and which they are. */
static struct pins check(const struct pci_function *functions, size_t n,
			 const char *expected)
{
	char text[PINS_STRSIZE];
	struct machine machine;
	struct pins pins;

	make_machine(functions, n, true, &machine);
	pins_find(&machine, machine_at(&machine, &functions[0].address), &pins);
	pins_format(&pins, ALL, text);
	assert_string_equal(text, expected);
	machine_free(&machine);
	return pins;
}

static void every_pin(void **state)
{
	struct pci_function card = card_with("04:00.0", "00:0a.0/00.0", SERIAL);
	struct pins pins;
	char text[PINS_STRSIZE];

	(void)state;
	pins = check(&card, 1,
		     "  id=8086:125c  subsystem=8086:0000  dsn=20-7c-14-ff-ff-f4-78-71"
		     "  path=0000:00:0a.0/00.0");
	assert_int_equal(pins.pins, ALL);
	pins_format(&pins, PIN_SUBSYSTEM | PIN_PATH, text);
	assert_string_equal(text, "  subsystem=8086:0000  path=0000:00:0a.0/00.0");
	pins_format(&pins, 0, text);
	assert_string_equal(text, "");
}

static void missing_pins(void **state)
{
	struct pci_function card = card_at("00:1f.6", "00:1f.6");

	(void)state;
	/* On a root bus the path is the address. */
	check(&card, 1, "  id=8086:125c  subsystem=8086:0000");
	card.subsystem = (struct pci_id){ 0, 0 };
	check(&card, 1, "  id=8086:125c");
	card.subsystem = (struct pci_id){ 0xffff, 0xffff };
	check(&card, 1, "  id=8086:125c");
	card.subsystem = (struct pci_id){ 0x8086, 1 };
	card.subsystem_error = -EIO;
	check(&card, 1, "  id=8086:125c");
	card.path = path_of("00:1c.0/00.0");
	card.path_error = -EIO;
	check(&card, 1, "  id=8086:125c");
}

static void no_serial(void **state)
{
	struct pci_function card = card_with("04:00.0", "04:00.0", 0);

	(void)state;
	check(&card, 1, "  id=8086:125c  subsystem=8086:0000");
	card.dsn = UINT64_MAX;
	check(&card, 1, "  id=8086:125c  subsystem=8086:0000");
	card.dsn_error = -ENOENT;
	assert_false(
		check(&card, 1, "  id=8086:125c  subsystem=8086:0000").dsn_unreadable);
	card.dsn_error = -ENODATA;
	assert_true(
		check(&card, 1, "  id=8086:125c  subsystem=8086:0000").dsn_unreadable);
}

/* Does the first of two functions get its serial number, and is it said why not? */
static void check_shared(struct pci_function a, struct pci_function b, bool shared)
{
	const struct pci_function functions[] = { a, b };
	struct machine machine;
	struct pins pins;

	make_machine(functions, 2, true, &machine);
	pins_find(&machine, machine_at(&machine, &a.address), &pins);
	assert_int_equal(pins.dsn_shared, shared);
	assert_int_equal(pins.pins & PIN_DSN, shared ? 0 : PIN_DSN);
	machine_free(&machine);
}

static void ports_of_a_card(void **state)
{
	const struct pci_function first = card_with("0b:00.0", "00:16.0/00.0", SERIAL);
	struct pci_function other;

	(void)state;
	check_shared(first, card_with("0b:00.1", "00:16.0/00.1", SERIAL), false);
	/* A virtual function, on another bus behind the same port. */
	check_shared(first, card_with("0c:10.1", "00:16.0/10.1", SERIAL), false);
	/* On a root bus the slot tells. */
	check_shared(card_with("00:02.0", "00:02.0", SERIAL),
		     card_with("00:02.1", "00:02.1", SERIAL), false);
	check_shared(card_with("00:02.0", "00:02.0", SERIAL),
		     card_with("00:03.0", "00:03.0", SERIAL), true);
	/* Where no path is known, it does as well. */
	other = card_with("0b:00.1", "00:16.0/00.1", SERIAL);
	other.path_error = -EIO;
	check_shared(first, other, false);
	other.address = address_of("0c:00.1");
	check_shared(first, other, true);
}

static void other_cards(void **state)
{
	const struct pci_function first = card_with("04:00.0", "00:0a.0/00.0", SERIAL);
	struct pci_function other = card_with("05:00.0", "00:0b.0/00.0", SERIAL);

	(void)state;
	check_shared(first, other, true);
	check_shared(first, card_with("05:00.0", "00:0a.0/00.0/00.0", SERIAL), true);
	other.dsn++;
	check_shared(first, other, false);
	other.dsn = SERIAL;
	other.dsn_error = -ENOENT;
	check_shared(first, other, false);
	/* The port of a switch on the way to it. */
	other.dsn_error = 0;
	other.header_type = 1;
	check_shared(first, other, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pin),   cmocka_unit_test(missing_pins),
		cmocka_unit_test(no_serial),   cmocka_unit_test(ports_of_a_card),
		cmocka_unit_test(other_cards),
	};

	return run_unit_tests("pins", tests, NULL, NULL);
}
