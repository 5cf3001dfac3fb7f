// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what makes a change of the allowlist be refused, on a made-up host. */

#include <errno.h>

#include "edit/change.h"
#include "edit/targets.h"
#include "unit.h"

static const struct options plain = { .root = "/nonexistent" };

/* Makes a host of two NICs that carry a bond together, a third one with a virtual
 * function behind the same port, and a bridge. */
static void make_host(struct host *host)
{
	struct pci_function functions[] = {
		card_at("04:00.0", "00:0a.0/00.0"), card_at("05:00.0", "00:0b.0/00.0"),
		card_at("06:00.0", "00:0c.0/00.0"), card_at("06:00.1", "00:0c.0/00.1"),
		card_at("00:0a.0", "00:0a.0"),      card_at("07:00.0", "00:0c.0/00.0"),
	};
	const struct pci_address first = functions[0].address;
	const struct pci_address second = functions[1].address;
	struct stake *stake;

	/* The third has two functions in one group, and the host uses both. */
	functions[2].group = 7;
	functions[3].group = 7;
	strcpy(functions[3].driver, "igc");
	functions[4].header_type = 1;
	functions[4].class = 0x060400;
	*host = (struct host){ .root = "/nonexistent", .sysfs.pci_fd = -1 };
	make_machine(functions, ARRAY_SIZE(functions), true, &host->machine);
	assert_int_equal(
		stakes_add(&host->stakes, FORCE_NETWORK, false, "the bond", &stake), 0);
	assert_int_equal(stake_add_function(stake, &first, "eth0"), 0);
	assert_int_equal(stake_add_function(stake, &second, "eth1"), 0);
}

/* Begins a change of a list, without any file. */
static void begin(const struct options *options, const char *list, struct change *change)
{
	char *copy = strdup(list);

	*change = (struct change){
		.command = "test",
		.options = options,
		.guarded = true,
		.store = { .lock_fd = -1, .data = strdup(list), .size = strlen(list) },
	};
	assert_non_null(copy);
	assert_non_null(change->store.data);
	make_host(&change->host);
	assert_int_equal(
		next_boot_plan(&change->host, copy, strlen(list), &change->before), 0);
	assert_int_equal(
		guards_judge(&change->host, &change->before, &change->old_objections), 0);
}

static void add(struct change *change, struct targets *targets, const char *word)
{
	struct pci_functions functions;
	struct parse_error error;

	assert_int_equal(pci_functions_parse(word, strlen(word), &functions, &error), 0);
	assert_int_equal(targets_add(targets, change, &functions, ""), 0);
}

/* Adds up to two functions to a list. */
static void add_to(const struct options *options, const char *list, const char *first,
		   const char *second, struct change *change)
{
	struct targets targets = { 0 };

	begin(options, list, change);
	add(change, &targets, first);
	if (second != NULL)
		add(change, &targets, second);
	assert_int_equal(targets_list(&targets, change), 0);
	targets_free(&targets);
}

/* The list as it would be; the data of a list ends with no NUL. */
static void check_after(const struct change *change, const char *expected)
{
	assert_int_equal(change->after.list.size, strlen(expected));
	assert_memory_equal(change->after.list.data, expected, strlen(expected));
}

static void check(const struct options *options, const char *list, const char *first,
		  const char *second, bool refused, const char *expected)
{
	struct change change;

	add_to(options, list, first, second, &change);
	assert_int_equal(change_is_refused(&change), refused);
	check_after(&change, expected);
	change_free(&change);
}

#define LINE4 "0000:04:00.0  id=8086:125c  subsystem=8086:0000  path=0000:00:0a.0/00.0"
#define LINE5 "0000:05:00.0  id=8086:125c  subsystem=8086:0000  path=0000:00:0b.0/00.0"
#define LINE6 "0000:06:00.0  id=8086:125c  subsystem=8086:0000  path=0000:00:0c.0/00.0"
#define LINE61 "0000:06:00.1  id=8086:125c  subsystem=8086:0000  path=0000:00:0c.0/00.1"

static void last_of_a_bond(void **state)
{
	const struct options forced = { .root = "/nonexistent", .force = FORCE_NETWORK };

	(void)state;
	check(&plain, "", "04:00.0", NULL, false, LINE4 "\n");
	check(&plain, "", "04:00.0", "05:00.0", true, LINE4 "\n" LINE5 "\n");
	/* One is listed already: the whole counts. */
	check(&plain, LINE4 "\n", "05:00.0", NULL, true, LINE4 "\n" LINE5 "\n");
	check(&forced, LINE4 "\n", "05:00.0", NULL, false,
	      LINE4 "\n" LINE5 "  force=network\n");
}

/* The other guard's word overrules nothing. */
static void wrong_force(void **state)
{
	const struct options forced = { .root = "/nonexistent", .force = FORCE_DISK };

	(void)state;
	check(&forced, LINE4 "\n", "05:00.0", NULL, true,
	      LINE4 "\n" LINE5 "  force=disk\n");
}

static void groups(void **state)
{
	const struct options forced = { .root = "/nonexistent", .force = FORCE_GROUP };

	(void)state;
	check(&plain, "", "06:00.0", NULL, true, LINE6 "\n");
	check(&forced, "", "06:00.0", NULL, false, LINE6 "  force=group\n");
	check(&plain, "", "06:00", NULL, false, LINE6 "\n" LINE61 "\n");
}

/* What is wrong with other lines is not the fault of this change, but it is said. */
static void old_objections(void **state)
{
	const char *list = "# c\n04:00.0\n05:00.0\n";
	struct change change;

	(void)state;
	add_to(&plain, list, "06:00", NULL, &change);
	assert_false(change_is_refused(&change));
	assert_int_equal(change.objections.n, 2);
	assert_false(change_is_new(&change, &change.objections.entries[0]));
	assert_false(change_is_new(&change, &change.objections.entries[1]));
	change_free(&change);

	/* It also is if lines move. */
	begin(&plain, list, &change);
	assert_int_equal(edits_remove(&change.edits, 1), 0);
	assert_int_equal(change_plan_edits(&change), 0);
	assert_int_equal(change.objections.n, 2);
	assert_false(change_is_refused(&change));
	change_free(&change);

	/* A force= that goes away brings the objection back. */
	begin(&plain, "04:00.0 force=network\n05:00.0\n", &change);
	assert_int_equal(change_plan(&change, list, strlen(list)), 0);
	assert_true(change_is_refused(&change));
	change_free(&change);

	/* Also if all lines that are left were there before. */
	begin(&plain, "04:00.0 force=network\n04:00.0\n05:00.0\n", &change);
	assert_int_equal(edits_remove(&change.edits, 1), 0);
	assert_int_equal(change_plan_edits(&change), 0);
	assert_true(change_is_refused(&change));
	change.guarded = false;
	assert_false(change_is_refused(&change));
	change_free(&change);
}

static void listed_already(void **state)
{
	const struct options more = { .root = "/nonexistent",
				      .optional = true,
				      .force = FORCE_NETWORK | FORCE_GROUP };
	struct change change;

	(void)state;
	check(&plain, LINE4 "\n", "04:00.0", NULL, false, LINE4 "\n");
	/* Nobody meant a line without pins; one with some may be meant. */
	check(&plain, "04:00.0 # c\n", "04:00.0", NULL, false,
	      "04:00.0  id=8086:125c  subsystem=8086:0000  path=0000:00:0a.0/00.0 # c\n");
	check(&plain, "00:0a.0/00.0 # c\n", "04:00.0", NULL, false,
	      "00:0a.0/00.0  id=8086:125c  subsystem=8086:0000 # c\n");
	check(&plain, "04:00.0 id=8086:125c", "04:00.0", NULL, false,
	      "04:00.0 id=8086:125c");
	check(&more, "04:00.0 id=8086:125c force=group # c\n", "04:00.0", NULL, false,
	      "04:00.0 id=8086:125c force=group  optional  force=network # c\n");

	add_to(&plain, "04:00.0 id=8086:1533\n", "04:00.0", "05:00.0", &change);
	assert_true(change_is_refused(&change));
	assert_int_equal(change.errors.n, 1);
	assert_non_null(strstr(change.errors.lines[0], "expected 8086:1533"));
	assert_non_null(strstr(change.errors.lines[0], "ptbind remove 0000:04:00.0"));
	/* An import does what can be done. */
	change.partial = true;
	assert_false(change_is_refused(&change));
	change_free(&change);
}

static void what_cannot_be_listed(void **state)
{
	static const char *const words[] = { "00:0a.0", "00:0a", "09:00.0", "09:00" };
	struct change change;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		add_to(&plain, "", words[i], NULL, &change);
		assert_int_equal(change.errors.n, 1);
		assert_true(change_is_refused(&change));
		check_after(&change, "");
		change_free(&change);
	}
}

static void paths(void **state)
{
	const struct options by_path = { .root = "/nonexistent", .by_path = true };
	const struct pci_path path = path_of("00:0b.0/00.0");
	struct targets targets = { 0 };
	struct change change;

	(void)state;
	check(&by_path, "", "04:00.0", NULL, false,
	      "0000:00:0a.0/00.0  id=8086:125c  subsystem=8086:0000\n");
	/* Its path leads to another function: not even a part is done. */
	begin(&by_path, "", &change);
	change.partial = true;
	add(&change, &targets, "04:00.0");
	add(&change, &targets, "07:00.0");
	assert_int_equal(targets_list(&targets, &change), 0);
	targets_free(&targets);
	assert_true(change_is_refused(&change));
	assert_non_null(strstr(change.errors.lines[0], "without --by-path"));
	change_free(&change);
	check(&plain, "", "07:00.0", NULL, false,
	      "0000:07:00.0  id=8086:125c  subsystem=8086:0000  "
	      "path=0000:00:0c.0/00.0\n");
	/* The same function, whatever it is called. */
	begin(&plain, "", &change);
	add(&change, &targets, "05:00.0");
	assert_int_equal(targets_add_path(&targets, &change, &path, ""), 0);
	add(&change, &targets, "05:00");
	assert_int_equal(targets.n, 1);
	targets_free(&targets);
	change_free(&change);
}

/* A card that moved: its old line is left behind. */
static void moved_card(void **state)
{
	static const char list[] = "09:00.0 dsn=00-00-00-00-00-00-00-05\n";
	struct pci_function *function;
	struct targets targets = { 0 };
	struct change change;
	char *copy = strdup(list);

	(void)state;
	assert_non_null(copy);
	begin(&plain, list, &change);
	function = &change.host.machine.functions[2];
	assert_int_equal(function->address.bus, 5);
	function->dsn_error = 0;
	function->dsn = 5;
	next_boot_free(&change.before);
	assert_int_equal(next_boot_plan(&change.host, copy, strlen(list), &change.before),
			 0);
	add(&change, &targets, "05:00.0");
	assert_int_equal(targets_list(&targets, &change), 0);
	assert_non_null(strstr(change.warnings.lines[change.warnings.n - 1],
			       "line 1 pins this card"));
	targets_free(&targets);
	change_free(&change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_of_a_bond), cmocka_unit_test(wrong_force),
		cmocka_unit_test(groups),         cmocka_unit_test(old_objections),
		cmocka_unit_test(listed_already), cmocka_unit_test(what_cannot_be_listed),
		cmocka_unit_test(paths),          cmocka_unit_test(moved_card),
	};

	return run_unit_tests("change", tests, NULL, NULL);
}
