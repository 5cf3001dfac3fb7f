// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the plan, on machines that are made of values alone. */

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "plan.h"
#include "unit.h"

#define SERIAL 0x207c14fffff47871
#define SERIAL_TEXT "20-7c-14-ff-ff-f4-78-71"

#define N_MAX 16

/* A plan with all that it was made of. */
struct case_ {
	struct cmdline cmdline;
	struct allowlist list;
	struct machine machine;
	struct outcome outcomes[N_MAX];
	bool search;
};

static void make_plan(struct case_ *c, const char *list,
		      const struct pci_function *functions, size_t n, bool complete,
		      const char *cmdline)
{
	struct plan_input input = { &c->cmdline, &c->list, &c->machine };

	assert_int_equal(cmdline_parse(cmdline, &c->cmdline), 0);
	parse_list(list, &c->list);
	assert_true(c->list.n_lines <= N_MAX);
	make_machine(functions, n, complete, &c->machine);
	memset(c->outcomes, 0xff, sizeof(c->outcomes));
	assert_int_equal(plan_make(&input, c->outcomes, &c->search), 0);
}

static void free_plan(struct case_ *c)
{
	cmdline_free(&c->cmdline);
	allowlist_free(&c->list);
	machine_free(&c->machine);
}

/* Checks the plan for one line against one function. */
static void check_one(const char *list, const struct pci_function *function,
		      bool complete, enum result result, const char *message)
{
	struct case_ c;

	make_plan(&c, list, function, 1, complete, "");
	assert_string_equal(c.outcomes[0].message, message);
	assert_int_equal(c.outcomes[0].result, result);
	assert_int_equal(c.outcomes[0].ok, result == RESULT_BIND);
	free_plan(&c);
}

static void nothing_listed(void **state)
{
	struct case_ c;

	(void)state;
	make_plan(&c, "", NULL, 0, false, "");
	assert_false(c.search);
	free_plan(&c);
}

static void binds_what_holds(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");
	static const char *const lists[] = {
		"04:00.0",
		"00:1c.0/00.0",
		("04:00.0 id=8086:125c subsystem=8086:0000 dsn=" SERIAL_TEXT
		 " path=00:1c.0/00.0"),
		("00:1c.0/00.0 dsn=" SERIAL_TEXT),
		"04:00.0 optional force=network",
	};

	(void)state;
	card.dsn_error = 0;
	card.dsn = SERIAL;
	strcpy(card.driver, "igc");
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct case_ c;

		make_plan(&c, lists[i], &card, 1, false, "");
		assert_int_equal(c.outcomes[0].result, RESULT_BIND);
		assert_true(c.outcomes[0].ok);
		assert_true(c.outcomes[0].has_address);
		assert_int_equal(c.outcomes[0].address.bus, 4);
		assert_string_equal(c.outcomes[0].message, "");
		assert_string_equal(c.outcomes[0].was, "igc");
		assert_string_equal(c.outcomes[0].driver, "igc");
		assert_int_equal(c.outcomes[0].same_as, 0);
		assert_int_equal(c.outcomes[0].error, 0);
		assert_int_equal(c.outcomes[0].warnings,
				 c.list.lines[0].pins == 0 ? WARNING_UNPINNED : 0);
		assert_false(c.search);
		free_plan(&c);
	}
}

static void pins_that_do_not_hold(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");

	(void)state;
	check_one("04:00.0 id=8086:1533", &card, true, RESULT_MISMATCH,
		  "expected 8086:1533, found 8086:125c; not binding");
	check_one("04:00.0 id=8087:125c", &card, true, RESULT_MISMATCH,
		  "expected 8087:125c, found 8086:125c; not binding");
	check_one("04:00.0 subsystem=8086:0001", &card, true, RESULT_MISMATCH,
		  "expected subsystem 8086:0001, found 8086:0000; not binding");
	check_one(
		"04:00.0 path=00:1c.1/00.0", &card, true, RESULT_MISMATCH,
		"expected path 0000:00:1c.1/00.0, found 0000:00:1c.0/00.0; not binding");
	check_one("04:00.0 path=00:1c.0", &card, true, RESULT_MISMATCH,
		  "expected path 0000:00:1c.0, found 0000:00:1c.0/00.0; not binding");
	check_one("04:00.0 dsn=" SERIAL_TEXT, &card, true, RESULT_MISMATCH,
		  "expected serial number " SERIAL_TEXT
		  ", found a device without any; not binding");
	card.dsn_error = 0;
	card.dsn = SERIAL + 1;
	check_one("04:00.0 dsn=" SERIAL_TEXT, &card, true, RESULT_MISMATCH,
		  "expected serial number " SERIAL_TEXT
		  ", found 20-7c-14-ff-ff-f4-78-72; not binding");
	/* The first that does not hold is reported. */
	check_one("04:00.0 dsn=" SERIAL_TEXT " id=8086:1533", &card, true,
		  RESULT_MISMATCH, "expected 8086:1533, found 8086:125c; not binding");
}

static void pins_that_cannot_be_read(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");

	(void)state;
	card.dsn_error = -ENODATA;
	check_one(
		"04:00.0 dsn=" SERIAL_TEXT, &card, true, RESULT_PIN_UNREADABLE,
		"its serial number could not be read: no extended configuration space (only root can see one); "
		"not binding");
	card.dsn_error = -EIO;
	check_one("04:00.0 dsn=" SERIAL_TEXT, &card, true, RESULT_PIN_UNREADABLE,
		  "its serial number could not be read: Input/output error; not binding");
	card.subsystem_error = -EACCES;
	check_one("04:00.0 subsystem=8086:0000", &card, true, RESULT_PIN_UNREADABLE,
		  "its subsystem ID could not be read: Permission denied; not binding");
	card.path_error = -ELOOP;
	check_one("04:00.0 path=00:1c.0/00.0", &card, true, RESULT_PIN_UNREADABLE,
		  "its path could not be read: Too many levels of symbolic links; "
		  "not binding");
	card.error = -EIO;
	check_one("04:00.0", &card, true, RESULT_PIN_UNREADABLE,
		  "it could not be read: Input/output error; not binding");
	check_one("04:00.0 id=8086:125c optional", &card, true, RESULT_PIN_UNREADABLE,
		  "it could not be read: Input/output error; not binding");
}

/* What cannot be read does not matter where no line asks for it. */
static void unreadable_but_not_pinned(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");

	(void)state;
	card.dsn_error = -EIO;
	card.subsystem_error = -EACCES;
	card.path_error = -ELOOP;
	check_one("04:00.0 id=8086:125c", &card, true, RESULT_BIND, "");
}

static void bridges(void **state)
{
	static const struct {
		uint32_t class;
		uint8_t header_type;
		bool is_bridge;
	} cases[] = {
		{ 0x060000, 0, true },  { 0x060400, 1, true },  { 0x060401, 0, true },
		{ 0x060700, 2, true },  { 0x020000, 1, true },  { 0x020000, 0, false },
		{ 0x060100, 0, false }, { 0x068000, 0, false }, { 0x0c0330, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pci_function f = card_at("00:1c.0", "00:1c.0");
		struct case_ c;

		f.class = cases[i].class;
		f.header_type = cases[i].header_type;
		make_plan(&c, "00:1c.0 optional id=8086:125c", &f, 1, false, "");
		assert_int_equal(c.outcomes[0].result,
				 cases[i].is_bridge ? RESULT_BRIDGE : RESULT_BIND);
		assert_int_equal(c.outcomes[0].ok, !cases[i].is_bridge);
		free_plan(&c);
	}
}

static void absent(void **state)
{
	struct case_ c;

	(void)state;
	make_plan(&c, "04:00.0\n05:00.0 optional\n00:1c.0/00.0\n00:1c.1/00.0 optional",
		  NULL, 0, true, "");
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(c.outcomes[i].result, RESULT_ABSENT);
		assert_int_equal(c.outcomes[i].ok, i % 2);
		assert_int_equal(c.outcomes[i].has_address, i < 2);
		assert_int_equal(c.outcomes[i].same_as, i);
	}
	assert_string_equal(c.outcomes[0].message, "no function has this address");
	assert_string_equal(c.outcomes[1].message,
			    "no function has this address (optional)");
	assert_string_equal(c.outcomes[2].message, "no function lies at this path");
	assert_string_equal(c.outcomes[3].message,
			    "no function lies at this path (optional)");
	free_plan(&c);
}

static void bad_line(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");
	struct case_ c;

	(void)state;
	make_plan(&c, "04:00.0 opt\n04:00.0", &card, 1, true, "");
	assert_int_equal(c.outcomes[0].result, RESULT_BAD_LINE);
	assert_false(c.outcomes[0].ok);
	assert_false(c.outcomes[0].has_address);
	assert_string_equal(
		c.outcomes[0].message,
		"line 1, column 9: 'opt' is not known; expected id=, subsystem=, "
		"dsn=, path=, optional or force=");
	/* It is not taken for another line of the same function. */
	assert_int_equal(c.outcomes[1].result, RESULT_BIND);
	assert_int_equal(c.outcomes[1].warnings, WARNING_UNPINNED);
	free_plan(&c);
}

/* Reading everything is asked for just where it can tell more. */
static void when_to_search(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");
	static const struct {
		const char *list;
		bool search;
	} cases[] = {
		{ "04:00.0 path=00:1c.0/00.0", false },
		{ "04:00.0 id=8086:1533", false },
		{ "04:00.0 subsystem=8086:0001", false },
		{ "04:00.0 dsn=" SERIAL_TEXT, true },
		{ "04:00.0 path=00:1c.1/00.0", true },
		{ "04:00.0 id=8086:1533 path=00:1c.0/00.0", true },
		{ "05:00.0", false },
		{ "05:00.0 id=8086:125c", false },
		{ "05:00.0 dsn=" SERIAL_TEXT " optional", true },
		{ "05:00.0 path=00:1c.1/00.0", true },
		{ "04:00.0\n05:00.0 dsn=" SERIAL_TEXT "\n04:00.0", true },
		{ "04:00.8 dsn=" SERIAL_TEXT, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (int complete = 0; complete < 2; complete++) {
			struct case_ c;

			make_plan(&c, cases[i].list, &card, 1, complete, "");
			assert_int_equal(c.search, cases[i].search && !complete);
			free_plan(&c);
		}
}

/* A two-port card that moved from bus 4 to bus 6; something else is at 04:00 now. */
static void moved_card(void **state)
{
	struct pci_function functions[] = {
		card_at("06:00.1", "00:1c.2/00.1"),
		card_at("04:00.1", "00:1c.0/00.1"),
		card_at("06:00.0", "00:1c.2/00.0"),
		card_at("04:00.0", "00:1c.0/00.0"),
	};
	struct case_ c;

	(void)state;
	functions[0].dsn_error = functions[2].dsn_error = 0;
	functions[0].dsn = functions[2].dsn = SERIAL;
	make_plan(&c,
		  "04:00.1 dsn=" SERIAL_TEXT "\n08:00.0 dsn=" SERIAL_TEXT
		  "\n04:00.0 path=00:1c.2/00.0\n08:00.2 dsn=" SERIAL_TEXT
		  "\n08:00.0 dsn=" SERIAL_TEXT " id=8086:1533",
		  functions, ARRAY_SIZE(functions), true, "");
	assert_string_equal(
		c.outcomes[0].message,
		"expected serial number " SERIAL_TEXT ", found a device without any; "
		"the card with serial number " SERIAL_TEXT " is now at 0000:06:00.1; "
		"not binding");
	assert_string_equal(
		c.outcomes[1].message,
		"no function has this address; the card with serial number " SERIAL_TEXT
		" is now at 0000:06:00.0");
	assert_string_equal(
		c.outcomes[2].message,
		"expected path 0000:00:1c.2/00.0, found 0000:00:1c.0/00.0; at path "
		"0000:00:1c.2/00.0 there is now 0000:06:00.0; not binding");
	/* The card has no third function, and nothing there has the other ID. */
	assert_string_equal(c.outcomes[3].message, "no function has this address");
	assert_string_equal(c.outcomes[4].message, "no function has this address");
	free_plan(&c);
}

/* A serial number that two cards bear tells nothing. */
static void serial_number_of_two_cards(void **state)
{
	struct pci_function functions[] = {
		card_at("04:00.0", "00:1c.0/00.0"),
		card_at("05:00.0", "00:1c.1/00.0"),
	};
	struct case_ c;

	(void)state;
	functions[0].dsn_error = functions[1].dsn_error = 0;
	functions[0].dsn = functions[1].dsn = SERIAL;
	make_plan(&c, "06:00.0 dsn=" SERIAL_TEXT, functions, 2, true, "");
	assert_string_equal(c.outcomes[0].message, "no function has this address");
	free_plan(&c);
}

static void duplicates(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");
	static const struct {
		const char *list;
		enum result result;
		const char *messages[3];
	} cases[] = {
		{ "04:00.0\n0000:04:00.0\n00:1c.0/00.0", RESULT_BIND, { "", "", "" } },
		{ "04:00.0\n04:00.0 id=8086:1533\n00:1c.0/00.0",
		  RESULT_MISMATCH,
		  { "line 2 names the same function and does not hold; not binding",
		    "expected 8086:1533, found 8086:125c; not binding",
		    "another line names the same function and does not hold; not "
		    "binding" } },
		{ "04:00.0 id=8086:1533\n04:00.0\n04:00.0 path=00:1c.1/00.0",
		  RESULT_MISMATCH,
		  { "expected 8086:1533, found 8086:125c; not binding",
		    "another line names the same function and does not hold; not binding",
		    "expected path 0000:00:1c.1/00.0, found 0000:00:1c.0/00.0; not "
		    "binding" } },
		{ "04:00.0 optional\n04:00.0 optional\n04:00.0 id=8086:1533 optional",
		  RESULT_MISMATCH,
		  { "line 3 names the same function and does not hold; not binding",
		    "another line names the same function and does not hold; not binding",
		    "expected 8086:1533, found 8086:125c; not binding" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct case_ c;

		make_plan(&c, cases[i].list, &card, 1, true, "");
		for (size_t j = 0; j < 3; j++) {
			assert_string_equal(c.outcomes[j].message, cases[i].messages[j]);
			assert_int_equal(c.outcomes[j].result, cases[i].result);
			assert_int_equal(c.outcomes[j].ok,
					 cases[i].result == RESULT_BIND);
			assert_int_equal(c.outcomes[j].same_as, 0);
			assert_true(c.outcomes[j].warnings & WARNING_DUPLICATE);
		}
		free_plan(&c);
	}
}

static void duplicates_behind_another_line(void **state)
{
	struct pci_function functions[] = {
		card_at("04:00.0", "00:1c.0/00.0"),
		card_at("05:00.0", "00:1c.1/00.0"),
	};
	struct case_ c;

	(void)state;
	make_plan(&c, "05:00.0\n04:00.0\n04:00.0\n06:00.0\n06:00.0", functions, 2, true,
		  "");
	assert_int_equal(c.outcomes[0].same_as, 0);
	assert_int_equal(c.outcomes[1].same_as, 1);
	assert_int_equal(c.outcomes[2].same_as, 1);
	/* Where no function is there are no two lines for one. */
	assert_int_equal(c.outcomes[4].same_as, 4);
	assert_int_equal(c.outcomes[0].warnings, WARNING_UNPINNED);
	assert_int_equal(c.outcomes[1].warnings, WARNING_UNPINNED | WARNING_DUPLICATE);
	free_plan(&c);
}

static void left_out(void **state)
{
	struct pci_function functions[] = {
		card_at("04:00.0", "00:1c.0/00.0"),
		card_at("05:00.0", "00:1c.1/00.0"),
	};
	static const struct {
		const char *list;
		const char *cmdline;
	} cases[] = {
		{ "04:00.0", "pt.disable=04:00.0" },
		{ "04:00.0", "pt.disable=00:1c.0/00.0" },
		{ "00:1c.0/00.0", "pt.disable=04:00.0" },
		{ "00:1c.0/00.0", "pt.disable=09:00.0,00:1c.0/00.0" },
		/* what is absent, and what would be refused */
		{ "09:00.0", "pt.disable=09:00.0" },
		{ "00:1d.0/00.0", "pt.disable=00:1d.0/00.0" },
		{ "04:00.0 id=8086:1533", "pt.disable=04:00.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char list[80];
		struct case_ c;

		snprintf(list, sizeof(list), "%s\n05:00.0", cases[i].list);
		make_plan(&c, list, functions, 2, false, cases[i].cmdline);
		assert_int_equal(c.outcomes[0].result, RESULT_DISABLED);
		assert_true(c.outcomes[0].ok);
		assert_string_equal(c.outcomes[0].message,
				    "left out by pt.disable= on the command line");
		assert_int_equal(c.outcomes[1].result, RESULT_BIND);
		assert_false(c.search);
		free_plan(&c);
	}
}

static void left_out_and_listed_twice(void **state)
{
	struct pci_function card = card_at("04:00.0", "00:1c.0/00.0");
	struct case_ c;

	(void)state;
	make_plan(&c, "04:00.0\n00:1c.0/00.0", &card, 1, false, "pt.disable=04:00.0");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(c.outcomes[i].result, RESULT_DISABLED);
		assert_true(c.outcomes[i].ok);
		assert_string_equal(c.outcomes[i].message,
				    "left out by pt.disable= on the command line");
	}
	free_plan(&c);
}

/* Which of two functions of group 7, of other groups and of none get the warning. */
static void shared_groups(void **state)
{
	static const struct {
		const char *list;
		const char *cmdline;
		bool shared;
	} cases[] = {
		{ "00:1f.0 id=8086:125c", "", true },
		{ "00:1f.0 id=8086:125c\n00:1f.3 id=8086:125c", "", false },
		{ "00:1f.0 id=8086:125c\n00:1f.3 id=8086:1533", "", true },
		{ "00:1f.0 id=8086:125c\n00:1f.3 id=8086:125c", "pt.disable=00:1f.3",
		  true },
		{ "00:1f.0 id=8086:125c\n00:1f.3 id=8086:125c x", "", true },
		{ "00:12.0 id=8086:125c", "", false }, /* a group of its own */
		{ "00:13.0 id=8086:125c", "", false }, /* none, as others */
		{ "00:15.0 id=8086:125c", "", false }, /* with a bridge alone */
	};
	struct pci_function functions[] = {
		card_at("00:1f.0", "00:1f.0"), card_at("00:1f.3", "00:1f.3"),
		card_at("00:12.0", "00:12.0"), card_at("00:13.0", "00:13.0"),
		card_at("00:14.0", "00:14.0"), card_at("00:15.0", "00:15.0"),
		card_at("00:16.0", "00:16.0"),
	};

	(void)state;
	functions[0].group = functions[1].group = 7;
	functions[2].group = 2;
	functions[5].group = functions[6].group = 0;
	functions[6].class = 0x060400;
	functions[6].header_type = 1;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct case_ c;

		make_plan(&c, cases[i].list, functions, ARRAY_SIZE(functions), true,
			  cases[i].cmdline);
		assert_int_equal(c.outcomes[0].result, RESULT_BIND);
		assert_int_equal(c.outcomes[0].warnings,
				 cases[i].shared ? WARNING_GROUP_SHARED : 0);
		free_plan(&c);
	}
}

/* Virtual functions on a further bus have the path of a physical one; the path is its. */
static void same_path_twice(void **state)
{
	struct pci_function functions[] = {
		card_at("05:00.0", "00:1c.0/00.0"),
		card_at("06:00.0", "00:1c.0/00.0"),
		card_at("04:00.0", "00:1c.0/00.0"),
	};
	struct case_ c;

	(void)state;
	make_plan(&c, "00:1c.0/00.0", functions, ARRAY_SIZE(functions), true, "");
	assert_int_equal(c.outcomes[0].address.bus, 4);
	free_plan(&c);
}

/* One group of 4096 functions, all listed but one: the cost must not be its square. */
static void large_group(void **state)
{
	enum { N = 4096 };
	struct pci_function *functions = calloc(N, sizeof(*functions));
	struct outcome *outcomes = calloc(N, sizeof(*outcomes));
	char *text = malloc(N * 64), *end = text;
	struct cmdline cmdline = { 0 };
	struct allowlist list;
	struct machine machine;
	struct plan_input input = { &cmdline, &list, &machine };
	struct timespec start, stop;
	bool search;

	(void)state;
	assert_true(functions != NULL && outcomes != NULL && text != NULL);
	for (unsigned int i = 0; i < N; i++) {
		char address[PCI_ADDRESS_STRSIZE];

		sprintf(address, "0000:%02x:%02x.%x", i >> 8, i >> 3 & 0x1f, i & 7);
		functions[i] = card_at(address, address);
		functions[i].group = 1;
		if (i > 0)
			end += sprintf(end, "%s id=8086:125c path=%s\n", address,
				       address);
	}
	parse_list(text, &list);
	make_machine(functions, N, true, &machine);
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(plan_make(&input, outcomes, &search), 0);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	for (unsigned int i = 0; i < N - 1; i++) {
		assert_int_equal(outcomes[i].result, RESULT_BIND);
		assert_int_equal(outcomes[i].warnings, WARNING_GROUP_SHARED);
	}
	/* It takes some 20 ms with sanitizers; 16 million comparisons take far more. */
	assert_true((stop.tv_sec - start.tv_sec) * 1000 +
			    (stop.tv_nsec - start.tv_nsec) / 1000000 <
		    250);
	allowlist_free(&list);
	machine_free(&machine);
	free(functions);
	free(outcomes);
	free(text);
}

static void disabled_altogether(void **state)
{
	struct outcome outcomes[3];
	struct allowlist list;

	(void)state;
	parse_list("04:00.0\n00:1c.0/00.0\nx", &list);
	memset(outcomes, 0xff, sizeof(outcomes));
	plan_disable(&list, outcomes, "because");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(outcomes[i].result, RESULT_DISABLED);
		assert_true(outcomes[i].ok);
		assert_string_equal(outcomes[i].message, "because");
		assert_int_equal(outcomes[i].same_as, i);
		assert_int_equal(outcomes[i].warnings, 0);
		assert_int_equal(outcomes[i].has_address, i == 0);
	}
	plan_start(&list, outcomes);
	assert_int_equal(outcomes[0].result, RESULT_PENDING);
	assert_false(outcomes[0].ok);
	allowlist_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_listed),
		cmocka_unit_test(binds_what_holds),
		cmocka_unit_test(pins_that_do_not_hold),
		cmocka_unit_test(pins_that_cannot_be_read),
		cmocka_unit_test(unreadable_but_not_pinned),
		cmocka_unit_test(bridges),
		cmocka_unit_test(absent),
		cmocka_unit_test(bad_line),
		cmocka_unit_test(when_to_search),
		cmocka_unit_test(moved_card),
		cmocka_unit_test(serial_number_of_two_cards),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(duplicates_behind_another_line),
		cmocka_unit_test(left_out),
		cmocka_unit_test(left_out_and_listed_twice),
		cmocka_unit_test(shared_groups),
		cmocka_unit_test(same_path_twice),
		cmocka_unit_test(large_group),
		cmocka_unit_test(disabled_altogether),
	};

	return run_unit_tests("plan", tests, NULL, NULL);
}
