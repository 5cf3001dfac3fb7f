// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of ctl/list/inventory.c: twins, groups, needs, lines, order. */

#include "unit.h"

#include <errno.h>

#include "list/inventory.h"

/* A host of functions, and its inventory with a list. */
struct setup {
	struct host host;
	struct next_boot next;
	struct inventory inventory;
};

static struct pci_function function_at(const char *address, uint16_t device, int group)
{
	struct pci_function function = card_at(address, address);

	function.id.device = device;
	function.group = group;
	return function;
}

static void set_up(struct setup *setup, const struct pci_function *functions, size_t n,
		   const char *list)
{
	char *data = strdup(list);

	setup->host.root = "";
	make_machine(functions, n, true, &setup->host.machine);
	assert_non_null(data);
	assert_int_equal(next_boot_plan(&setup->host, data, strlen(data), &setup->next),
			 0);
	assert_int_equal(inventory_new(&setup->host, &setup->next, &setup->inventory), 0);
}

static void tear_down(struct setup *setup)
{
	inventory_free(&setup->inventory);
	next_boot_free(&setup->next);
	stakes_free(&setup->host.stakes);
	machine_free(&setup->host.machine);
}

static const struct inventory_entry *entry_at(const struct setup *setup,
					      const char *address)
{
	const struct pci_address wanted = address_of(address);

	for (size_t i = 0; i < setup->inventory.n; i++)
		if (pci_address_compare(&setup->inventory.entries[i].function->address,
					&wanted) == 0)
			return &setup->inventory.entries[i];
	fail_msg("no entry at %s", address);
	return NULL;
}

static void test_twins(void **state)
{
	struct pci_function functions[] = {
		function_at("05:00.0", 2, -1), function_at("01:00.0", 1, -1),
		function_at("03:00.0", 2, -1), function_at("04:00.0", 3, -1),
		function_at("02:00.0", 2, -1),
	};
	struct setup setup = { 0 };
	const struct inventory_entry *entry;

	(void)state;
	functions[3].id.vendor = 2;
	set_up(&setup, functions, ARRAY_SIZE(functions), "");
	entry = entry_at(&setup, "03:00.0");
	assert_int_equal(entry->n_twins, 3);
	assert_int_equal(entry->twin, 1);
	assert_int_equal(entry->twins[0]->address.bus, 2);
	assert_ptr_equal(entry->twins[1], entry->function);
	assert_int_equal(entry->twins[2]->address.bus, 5);
	assert_int_equal(entry_at(&setup, "01:00.0")->n_twins, 1);
	assert_int_equal(entry_at(&setup, "04:00.0")->n_twins, 1);
	tear_down(&setup);
}

/* IDs that were not read are no reason to call functions twins. */
static void test_unread_are_no_twins(void **state)
{
	struct pci_function functions[] = {
		function_at("01:00.0", 0, -1),
		function_at("02:00.0", 0, -1),
		function_at("03:00.0", 0, -1),
	};
	struct setup setup = { 0 };

	(void)state;
	functions[0].error = functions[1].error = -EIO;
	set_up(&setup, functions, ARRAY_SIZE(functions), "");
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(setup.inventory.entries[i].n_twins, 1);
	tear_down(&setup);
}

static void test_groups(void **state)
{
	const struct pci_function functions[] = {
		function_at("01:00.0", 1, 7),
		function_at("02:00.0", 1, -1),
		function_at("03:00.0", 1, -1),
		function_at("04:00.0", 1, 7),
	};
	struct setup setup = { 0 };
	const struct inventory_entry *entry;

	(void)state;
	set_up(&setup, functions, ARRAY_SIZE(functions), "");
	entry = entry_at(&setup, "04:00.0");
	assert_int_equal(entry->n_members, 2);
	assert_int_equal(entry->members[0]->address.bus, 1);
	assert_int_equal(entry->members[1]->address.bus, 4);
	assert_int_equal(entry_at(&setup, "02:00.0")->n_members, 0);
	tear_down(&setup);
}

static bool want_all(const struct inventory_entry *entry)
{
	(void)entry;
	return true;
}

static bool want_endpoints(const struct inventory_entry *entry)
{
	return !pci_function_is_bridge(entry->function);
}

static void assert_row(const struct inventory_row *row, unsigned int bus, size_t in_group,
		       size_t n_group)
{
	assert_int_equal(row->entry->function->address.bus, bus);
	assert_int_equal(row->in_group, in_group);
	assert_int_equal(row->n_group, n_group);
}

/* Groups stand where their first function does, and those without one apart. */
static void test_order(void **state)
{
	struct pci_function functions[] = {
		function_at("01:00.0", 1, -1), function_at("02:00.0", 1, 9),
		function_at("03:00.0", 1, 5),  function_at("04:00.0", 1, 9),
		function_at("05:00.0", 1, -1),
	};
	struct setup setup = { 0 };
	struct inventory_row *rows;
	size_t n;

	(void)state;
	functions[1].header_type = 1;
	set_up(&setup, functions, ARRAY_SIZE(functions), "");
	assert_int_equal(inventory_order(&setup.inventory, want_all, &rows, &n), 0);
	assert_int_equal(n, 5);
	assert_row(&rows[0], 1, 0, 1);
	assert_row(&rows[1], 2, 0, 2);
	assert_row(&rows[2], 4, 1, 2);
	assert_row(&rows[3], 3, 0, 1);
	assert_row(&rows[4], 5, 0, 1);
	free(rows);

	/* Without the bridge the group starts later, and is one function. */
	assert_int_equal(inventory_order(&setup.inventory, want_endpoints, &rows, &n), 0);
	assert_int_equal(n, 4);
	assert_row(&rows[1], 3, 0, 1);
	assert_row(&rows[2], 4, 0, 1);
	free(rows);
	tear_down(&setup);
}

static void test_nothing(void **state)
{
	struct setup setup = { 0 };
	struct inventory_row *rows;
	size_t n;

	(void)state;
	set_up(&setup, NULL, 0, "01:00.0\n");
	assert_int_equal(inventory_order(&setup.inventory, want_all, &rows, &n), 0);
	assert_int_equal(n, 0);
	free(rows);
	tear_down(&setup);
}

/* The first line counts; one that does not parse, or comes to nothing, is nobody's. */
static void test_lines(void **state)
{
	const struct pci_function functions[] = {
		function_at("01:00.0", 1, 1),
		function_at("02:00.0", 1, 2),
		function_at("03:00.0", 1, 3),
	};
	struct setup setup = { 0 };

	(void)state;
	set_up(&setup, functions, ARRAY_SIZE(functions),
	       "# comment\n03:00.0 frob\n09:00.0\n02:00.0 id=8086:0001\n02:00.0\n"
	       "01:00.0 id=8086:0002\n");
	assert_null(entry_at(&setup, "03:00.0")->line);
	assert_int_equal(entry_at(&setup, "02:00.0")->line->number, 4);
	assert_int_equal(entry_at(&setup, "02:00.0")->outcome->result, RESULT_BIND);
	assert_int_equal(entry_at(&setup, "01:00.0")->line->number, 6);
	assert_int_equal(entry_at(&setup, "01:00.0")->outcome->result, RESULT_MISMATCH);
	tear_down(&setup);
}

static void add_stake(struct host *host, bool any, const char *what, const char *a,
		      const char *b)
{
	struct pci_address address = address_of(a);
	struct stake *stake;

	assert_int_equal(stakes_add(&host->stakes, FORCE_NETWORK, any, what, &stake), 0);
	assert_int_equal(stake_add_function(stake, &address, "one"), 0);
	if (b == NULL)
		return;
	address = address_of(b);
	assert_int_equal(stake_add_function(stake, &address, "other"), 0);
}

static void test_needs(void **state)
{
	const struct pci_function functions[] = {
		function_at("01:00.0", 1, 1),
		function_at("02:00.0", 1, 2),
		function_at("03:00.0", 1, 3),
	};
	struct setup setup = { 0 };
	const struct inventory_entry *entry;

	(void)state;
	add_stake(&setup.host, false, "route", "02:00.0", "01:00.0");
	/* A function that is gone by now. */
	add_stake(&setup.host, false, "gone", "09:00.0", NULL);
	add_stake(&setup.host, true, "mirror", "01:00.0", "09:00.0");
	add_stake(&setup.host, false, "ssh", "01:00.0", NULL);
	set_up(&setup, functions, ARRAY_SIZE(functions), "");

	entry = entry_at(&setup, "01:00.0");
	assert_int_equal(entry->n_needs, 3);
	assert_string_equal(entry->needs[0].stake->what, "route");
	assert_string_equal(entry->needs[0].stake->carriers[entry->needs[0].i], "other");
	assert_false(need_is_alone(&entry->needs[0]));
	assert_string_equal(entry->needs[1].stake->what, "mirror");
	assert_true(need_is_alone(&entry->needs[1]));
	assert_true(need_is_alone(&entry->needs[2]));
	entry = entry_at(&setup, "02:00.0");
	assert_int_equal(entry->n_needs, 1);
	assert_string_equal(entry->needs[0].stake->carriers[entry->needs[0].i], "one");
	assert_int_equal(entry_at(&setup, "03:00.0")->n_needs, 0);
	tear_down(&setup);
}

/* Taking the function whose driver shows a disk takes the disk. */
static void test_needs_of_what_lies_behind(void **state)
{
	struct pci_function functions[] = {
		function_at("01:00.0", 1, 1),
		function_at("10000:e1:00.0", 1, 2),
	};
	struct setup setup = { 0 };
	const struct inventory_entry *entry;

	(void)state;
	functions[1].is_behind = true;
	functions[1].behind = functions[0].address;
	add_stake(&setup.host, true, "root", "10000:e1:00.0", NULL);
	set_up(&setup, functions, ARRAY_SIZE(functions), "");

	entry = entry_at(&setup, "01:00.0");
	assert_int_equal(entry->n_needs, 1);
	assert_string_equal(entry->needs[0].stake->what, "root");
	assert_string_equal(entry->needs[0].stake->carriers[entry->needs[0].i], "one");
	assert_int_equal(entry_at(&setup, "10000:e1:00.0")->n_needs, 1);
	tear_down(&setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_unread_are_no_twins),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_needs_of_what_lies_behind),
	};

	return run_unit_tests("inventory", tests, NULL, NULL);
}
