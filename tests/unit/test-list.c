// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of list_text.c, names.c and reset.c: words about functions. */

#include "unit.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>

#include "list/list.h"

static void test_wrap(void **state)
{
	(void)state;
	assert_int_equal(list_wrap("one two", 0), 7);
	assert_int_equal(list_wrap("one two", 7), 7);
	assert_int_equal(list_wrap("one two", 6), 3);
	assert_int_equal(list_wrap("one two", 3), 3);
	/* A word that does not fit is cut; there is always some progress. */
	assert_int_equal(list_wrap("one two", 2), 2);
	assert_int_equal(list_wrap("x", 1), 1);
	assert_int_equal(list_wrap("", 5), 0);
	assert_int_equal(list_wrap(" x", 1), 1);
	/* Two columns a character of three bytes, and one of one that is none. */
	assert_int_equal(list_wrap("\xe6\xbc\xa2\xe6\xbc\xa2", 3), 3);
	assert_int_equal(list_wrap("\xe6\xbc\xa2\xe6\xbc\xa2", 1), 3);
	assert_int_equal(list_wrap("\xff\xff\xff", 2), 2);
	assert_int_equal(list_columns("\xe6\xbc\xa2-\xff"), 4);
}

static void assert_remark(const struct remarks *remarks, size_t i,
			  enum output_colour colour, const char *text)
{
	assert_true(i < remarks->n);
	assert_int_equal(remarks->entries[i].colour, colour);
	assert_string_equal(remarks->entries[i].text, text);
}

static void test_remarks_wrap(void **state)
{
	struct remarks remarks = { 0 };

	(void)state;
	assert_int_equal(remarks_wrap(&remarks, COLOUR_RED, "100% of three  words", 7),
			 0);
	assert_int_equal(remarks.n, 3);
	assert_remark(&remarks, 0, COLOUR_RED, "100% of");
	assert_remark(&remarks, 1, COLOUR_RED, "three ");
	assert_remark(&remarks, 2, COLOUR_RED, "words");
	assert_int_equal(remarks_wrap(&remarks, COLOUR_NONE, "", 7), 0);
	assert_remark(&remarks, 3, COLOUR_NONE, "");
	remarks_free(&remarks);
}

static void add_use(struct host *host, const char *address, enum use_kind kind,
		    const char *device, const char *text)
{
	const struct pci_address function = address_of(address);

	assert_int_equal(uses_add(&host->uses, &function, kind, device, "%s", text), 0);
}

static void add_stake(struct host *host, bool any, const char *what, const char *a,
		      const char *b)
{
	struct pci_address address = address_of(a);
	struct stake *stake;

	assert_int_equal(stakes_add(&host->stakes, FORCE_NETWORK, any, what, &stake), 0);
	assert_int_equal(stake_add_function(stake, &address, "enp1s0"), 0);
	address = address_of(b);
	assert_int_equal(stake_add_function(stake, &address, "enp2s0"), 0);
}

static void test_remarks(void **state)
{
	const struct pci_function functions[] = {
		card_at("01:00.0", "00:01.0/00.0"),
		card_at("02:00.0", "00:02.0/00.0"),
	};
	struct host host = { .root = "" };
	struct remarks remarks = { 0 };
	struct inventory inventory;
	struct next_boot next;

	(void)state;
	make_machine(functions, ARRAY_SIZE(functions), true, &host.machine);
	add_use(&host, "01:00.0", USE_DISK, "sda", "");
	add_use(&host, "02:00.0", USE_USB, "1-2", "not this one");
	add_use(&host, "01:00.0", USE_NETWORK, "enp1s0", "vmbr0 192.168.1.2/24");
	uses_sort(&host.uses);
	add_stake(&host, false, "the default route", "01:00.0", "02:00.0");
	add_stake(&host, true, "the mirror", "01:00.0", "02:00.0");
	add_stake(&host, true, "swap", "01:00.0", "02:00.0");
	assert_int_equal(
		next_boot_plan(&host, strdup("01:00.0 id=8086:0001\n"), 21, &next), 0);
	assert_int_equal(inventory_new(&host, &next, &inventory), 0);

	assert_int_equal(remarks_make(&inventory, &inventory.entries[0], &remarks), 0);
	assert_int_equal(remarks.n, 6);
	assert_remark(&remarks, 0, COLOUR_NONE, "network enp1s0: vmbr0 192.168.1.2/24");
	assert_remark(&remarks, 1, COLOUR_NONE, "disk sda");
	assert_remark(&remarks, 2, COLOUR_YELLOW,
		      "one of 2 that the host needs for the default route: enp1s0");
	assert_remark(&remarks, 3, COLOUR_YELLOW,
		      "needed by the host for the mirror, swap: enp1s0");
	assert_remark(&remarks, 4, COLOUR_RED,
		      "line 1 of the list: expected 8086:0001, found 8086:125c; not "
		      "binding");
	assert_remark(&remarks, 5, COLOUR_YELLOW, "the kernel cannot reset it");
	remarks_free(&remarks);

	/* It is not listed and will not be: nobody has to reset it. */
	assert_int_equal(inventory.entries[1].reset, RESET_NONE);
	assert_int_equal(remarks_make(&inventory, &inventory.entries[1], &remarks), 0);
	assert_int_equal(remarks.n, 3);
	remarks_free(&remarks);
	inventory.entries[1].n_needs = 0;
	assert_int_equal(remarks_make(&inventory, &inventory.entries[1], &remarks), 0);
	assert_int_equal(remarks.n, 2);
	assert_remark(&remarks, 1, COLOUR_YELLOW, "the kernel cannot reset it");
	remarks_free(&remarks);

	inventory_free(&inventory);
	next_boot_free(&next);
	uses_free(&host.uses);
	stakes_free(&host.stakes);
	machine_free(&host.machine);
}

/* The root of a machine, in a temporary directory. */
static void make_root(char root[static 32])
{
	char path[PATH_MAX];

	snprintf(root, 32, "/tmp/test-list.XXXXXX");
	assert_non_null(mkdtemp(root));
	for (const char *dir = "/usr\0/usr/share\0/usr/share/misc\0/sys\0/sys/bus\0"
			       "/sys/bus/pci\0/sys/bus/pci/devices\0"
			       "/sys/bus/pci/devices/0000:01:00.0\0";
	     *dir != '\0'; dir += strlen(dir) + 1) {
		snprintf(path, sizeof(path), "%s%s", root, dir);
		assert_int_equal(mkdir(path, 0755), 0);
	}
}

static void remove_root(const char *root)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

static void write_below(const char *root, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void assert_title(const struct names *names, const struct pci_function *function,
			 const char *expected)
{
	char *title = list_title(names, function);

	assert_string_equal(title, expected);
	free(title);
}

static void test_names(void **state)
{
	struct pci_function function = card_at("01:00.0", "00:01.0/00.0");
	char root[32], name[NAME_SIZE];
	struct names names;

	(void)state;
	make_root(root);
	write_below(root, "/usr/share/misc/pci.ids", "8086  Intel\nfrob\n");
	names_open(root, &names);
	assert_null(names.access);
	assert_string_not_equal(names.error, "");
	assert_null(names_class(&names, 0x020000, name));
	assert_title(&names, &function, "class 020000");
	names_close(&names);

	write_below(root, "/usr/share/misc/pci.ids",
		    "8086  Intel\n\t125c  I226-V\n\t\t8086 0000  Demo board\n"
		    "C 02  Network controller\n\t00  Ethernet controller\n");
	names_open(root, &names);
	assert_non_null(names.access);
	assert_title(&names, &function, "Ethernet controller: Intel I226-V");
	assert_string_equal(
		names_subsystem(&names, &function.id, &function.subsystem, name),
		"Demo board");
	function.id.device = 1;
	assert_title(&names, &function, "Ethernet controller: Intel, device 0001");
	assert_null(names_subsystem(&names, &function.id, &function.subsystem, name));
	function.id.vendor = 1;
	assert_title(&names, &function, "Ethernet controller");
	function.class = 0x028000;
	assert_title(&names, &function, "Network controller [0280]");
	names_close(&names);
	remove_root(root);
}

static void test_names_of_this_system(void **state)
{
	struct names names, own;
	char root[32];

	(void)state;
	make_root(root);
	names_open("", &own);
	names_open(root, &names);
	assert_int_equal(names.access != NULL, own.access != NULL);
	assert_string_equal(names.error, "");
	names_close(&names);
	names_close(&own);
	remove_root(root);
}

static void test_reset(void **state)
{
	static const char method[] = "/sys/bus/pci/devices/0000:01:00.0/reset_method";
	const struct pci_address address = address_of("01:00.0");
	char root[32], methods[TREE_VALUE_SIZE];

	(void)state;
	make_root(root);
	assert_int_equal(reset_read(root, &address, methods), RESET_NONE);
	assert_string_equal(methods, "");
	write_below(root, "/sys/bus/pci/devices/0000:01:00.0/reset", "");
	assert_int_equal(reset_read(root, &address, methods), RESET_UNNAMED);
	assert_string_equal(methods, "");
	write_below(root, method, "flr bus\n");
	assert_int_equal(reset_read(root, &address, methods), RESET_METHODS);
	assert_string_equal(methods, "flr bus");
	/* The owner may have turned all of them off. */
	write_below(root, method, "\n");
	assert_int_equal(reset_read(root, &address, methods), RESET_NONE);
	remove_root(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_remarks_wrap),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_of_this_system),
		cmocka_unit_test(test_reset),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return run_unit_tests("list", tests, NULL, NULL);
}
