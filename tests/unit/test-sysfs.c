// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading and writing sysfs, on the fixture trees in a temporary directory. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine_read.h"
#include "sysfs.h"
#include "unit.h"

/* A tree of its own for each test, which may change it. */
static char root[64];
static struct sysfs sysfs;

static int make_tree(const char *machine)
{
	char command[256];

	strcpy(root, "/tmp/ptbind-test-sysfs-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(command, sizeof(command),
		 "tests/machines/make-tree tests/machines/%s/functions.tsv %s", machine,
		 root);
	return system(command) == 0 ? sysfs_open(root, &sysfs) : -1;
}

static int qotom(void **state)
{
	(void)state;
	return make_tree("qotom");
}

static int x870e(void **state)
{
	(void)state;
	return make_tree("x870e");
}

static int elitedesk(void **state)
{
	(void)state;
	return make_tree("elitedesk");
}

static int remove_tree(void **state)
{
	char command[128];

	(void)state;
	sysfs_close(&sysfs);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* The path of an attribute below the root. */
static const char *attribute(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/bus/pci/%s", root, name);
	return path;
}

static void put_bytes(const char *name, const void *bytes, size_t size, off_t offset)
{
	int fd = open(attribute(name), O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, offset), size);
	close(fd);
}

static void put(const char *name, const char *text)
{
	assert_int_equal(truncate(attribute(name), 0), 0);
	put_bytes(name, text, strlen(text), 0);
}

static void check_content(const char *name, const char *expected)
{
	char text[128];
	int fd = open(attribute(name), O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

#define ALL_FACTS (FACT_IDENTITY | FACT_SUBSYSTEM | FACT_DSN | FACT_PATH)

static struct pci_function read_at(const char *address)
{
	struct pci_address where = address_of(address);
	struct pci_function f;

	memset(&f, 0xff, sizeof(f));
	assert_int_equal(sysfs_read_function(&sysfs, &where, ALL_FACTS, &f), 0);
	return f;
}

static void read_machine(const char *list_text, bool everything, struct machine *machine)
{
	struct allowlist list;

	parse_list(list_text, &list);
	assert_int_equal(machine_read(&sysfs, &list, 0, everything, machine), 0);
	allowlist_free(&list);
}

static void no_tree(void **state)
{
	char long_root[PATH_MAX + 1];
	struct sysfs none = { -1 };

	(void)state;
	assert_int_equal(sysfs_open("/nonexistent", &none), -ENOENT);
	assert_int_equal(sysfs_open("/dev/null", &none), -ENOTDIR);
	memset(long_root, 'x', sizeof(long_root));
	long_root[PATH_MAX] = '\0';
	assert_int_equal(sysfs_open(long_root, &none), -ENAMETOOLONG);
	assert_int_equal(none.pci_fd, -1);
	sysfs_close(&none);
}

static void facts(void **state)
{
	struct pci_function f = read_at("0000:0b:00.1");
	char path[PCI_PATH_STRSIZE];

	(void)state;
	assert_int_equal(f.error, 0);
	assert_int_equal(f.id.vendor, 0x8086);
	assert_int_equal(f.id.device, 0x15c4);
	assert_int_equal(f.class, 0x020000);
	assert_int_equal(f.header_type, 0);
	assert_string_equal(f.driver, "ixgbe");
	assert_int_equal(f.group, 30);
	assert_int_equal(f.subsystem_error, 0);
	assert_int_equal(f.subsystem.vendor, 0x8086);
	assert_int_equal(f.subsystem.device, 0);
	assert_int_equal(f.dsn_error, 0);
	assert_true(f.dsn == 0x207c14fffff47876);
	assert_int_equal(f.path_error, 0);
	pci_path_format(&f.path, path);
	assert_string_equal(path, "0000:00:16.0/00.1");
}

static void facts_of_others(void **state)
{
	struct pci_function f = read_at("0000:00:16.0");

	(void)state;
	assert_int_equal(f.header_type, 1);
	assert_int_equal(f.class, 0x060400);
	assert_int_equal(f.dsn_error, -ENOENT);
	assert_int_equal(f.path.n_steps, 0);
	f = read_at("0000:00:00.0");
	assert_string_equal(f.driver, "");
	assert_int_equal(f.dsn_error, -ENODATA);
}

static void facts_behind_three_bridges(void **state)
{
	struct pci_function f = read_at("0000:78:00.0");
	char path[PCI_PATH_STRSIZE];

	(void)state;
	pci_path_format(&f.path, path);
	assert_string_equal(path, "0000:00:01.3/00.0/03.0/00.0");
	f = read_at("0000:0d:00.0");
	assert_int_equal(f.group, -1);
	assert_int_equal(f.error, 0);
}

static void nothing_there(void **state)
{
	struct pci_address where = address_of("09:00.0");
	struct pci_function f = { .group = 42 };
	char driver[DRIVER_NAME_SIZE] = "x";

	(void)state;
	assert_int_equal(sysfs_read_function(&sysfs, &where, ALL_FACTS, &f), -ENODEV);
	assert_int_equal(f.group, 42);
	assert_int_equal(sysfs_driver_of(&sysfs, &where, driver), -ENODEV);
	assert_string_equal(driver, "x");
	assert_int_equal(sysfs_set_override(&sysfs, &where, "vfio-pci"), -ENOENT);
	assert_false(sysfs_override_is(&sysfs, &where, "vfio-pci"));
}

static void numbers_that_are_none(void **state)
{
	static const char *const texts[] = { "",      "\n",      "x",   "0x10000\n",
					     "8086 ", "0x8086x", "-1\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		put("devices/0000:04:00.0/vendor", texts[i]);
		assert_int_equal(read_at("04:00.0").error, -EBADMSG);
	}
	put("devices/0000:04:00.0/vendor", "0x8086\n");
	assert_int_equal(read_at("04:00.0").error, 0);
	put("devices/0000:04:00.0/class", "0x1000000\n");
	assert_int_equal(read_at("04:00.0").error, -EBADMSG);
	put("devices/0000:04:00.0/class", "0x020000\n");
	put("devices/0000:04:00.0/subsystem_device", "?");
	assert_int_equal(read_at("04:00.0").error, 0);
	assert_int_equal(read_at("04:00.0").subsystem_error, -EBADMSG);
}

static void attributes_that_are_missing(void **state)
{
	(void)state;
	assert_int_equal(unlink(attribute("devices/0000:04:00.0/device")), 0);
	assert_int_equal(read_at("04:00.0").error, -ENOENT);
	assert_int_equal(unlink(attribute("devices/0000:05:00.0/config")), 0);
	assert_int_equal(read_at("05:00.0").error, -ENOENT);
	assert_int_equal(unlink(attribute("devices/0000:06:00.0/iommu_group")), 0);
	assert_int_equal(read_at("06:00.0").group, -1);
	assert_int_equal(read_at("06:00.0").error, 0);
	assert_int_equal(
		symlink("x/notanumber", attribute("devices/0000:06:00.0/iommu_group")),
		0);
	assert_int_equal(read_at("06:00.0").error, -EBADMSG);
}

static void config_that_is_cut(void **state)
{
	(void)state;
	/* What a user other than root may read. */
	assert_int_equal(truncate(attribute("devices/0000:04:00.0/config"), 64), 0);
	assert_int_equal(read_at("04:00.0").error, 0);
	assert_int_equal(read_at("04:00.0").dsn_error, -ENODATA);
	assert_int_equal(truncate(attribute("devices/0000:04:00.0/config"), 14), 0);
	assert_int_equal(read_at("04:00.0").error, -ENODATA);
	assert_int_equal(truncate(attribute("devices/0000:04:00.0/config"), 0), 0);
	assert_int_equal(read_at("04:00.0").error, -ENODATA);
}

/* A function that is gone answers all ones: that makes it no bridge. */
static void config_of_all_ones(void **state)
{
	char ones[4096];
	struct pci_function f;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	put_bytes("devices/0000:04:00.0/config", ones, sizeof(ones), 0);
	f = read_at("04:00.0");
	assert_true(f.error < 0 || !pci_function_is_bridge(&f));
	assert_true(f.error < 0 || f.dsn_error == -EIO);
}

static void machine_of_a_list(void **state)
{
	struct machine machine;

	(void)state;
	read_machine("04:00.0 id=8086:125c\n09:00.0\n00:16.0/00.1 "
		     "dsn=20-7c-14-ff-ff-f4-78-76\n"
		     "bad line\n04:00.0 path=00:0a.0/00.0\n00:0d.0/00.0\n04:00.0/00.0\n",
		     false, &machine);
	assert_int_equal(machine.n_functions, 2);
	assert_false(machine.complete);
	assert_int_equal(machine.functions[0].address.bus, 4);
	/* What one line or another asks for, and no more. */
	assert_int_equal(machine.functions[0].facts, FACT_IDENTITY | FACT_PATH);
	assert_int_equal(machine.functions[1].address.bus, 0x0b);
	assert_int_equal(machine.functions[1].facts,
			 FACT_IDENTITY | FACT_DSN | FACT_PATH);
	assert_int_equal(machine.n_by_path, 2);
	machine_free(&machine);

	read_machine("", false, &machine);
	assert_int_equal(machine.n_functions, 0);
	machine_free(&machine);
}

static void machine_of_everything(void **state)
{
	struct pci_address where = address_of("08:00.0");
	struct pci_path path = path_of("00:0f.0/00.0");
	struct machine machine;

	(void)state;
	read_machine("04:00.0 dsn=20-7c-14-ff-ff-f4-78-71 path=00:0a.0/00.0", true,
		     &machine);
	assert_int_equal(machine.n_functions, 19);
	assert_true(machine.complete);
	for (size_t i = 1; i < machine.n_functions; i++)
		assert_true(pci_address_compare(&machine.functions[i - 1].address,
						&machine.functions[i].address) < 0);
	assert_non_null(machine_at(&machine, &where));
	assert_ptr_equal(machine_at_path(&machine, &path), machine_at(&machine, &where));
	assert_true(machine_at(&machine, &where)->dsn == 0x207c14fffff47875);
	machine_free(&machine);
}

static void neighbours_of_a_group(void **state)
{
	struct machine machine;

	(void)state;
	read_machine("00:1f.3 subsystem=103c:83e1\n00:1f.6\n00:02.0\n", false, &machine);
	assert_int_equal(machine.n_functions, 6);
	for (size_t i = 1; i < machine.n_functions; i++) {
		assert_int_equal(machine.functions[i].address.device, 0x1f);
		assert_int_equal(machine.functions[i].group, 7);
		assert_int_equal(machine.functions[i].error, 0);
	}
	assert_int_equal(machine.functions[1].facts, FACT_IDENTITY);
	assert_int_equal(machine.functions[2].facts, FACT_IDENTITY | FACT_SUBSYSTEM);
	machine_free(&machine);
}

/* It is there, so that it is not taken for absent. */
static void unreadable_function_at_a_path(void **state)
{
	struct pci_path path = path_of("00:0a.0/00.0");
	const struct pci_function *f;
	struct machine machine;

	(void)state;
	put("devices/0000:04:00.0/vendor", "?");
	read_machine("00:0a.0/00.0 optional", false, &machine);
	f = machine_at_path(&machine, &path);
	if (f == NULL) {
		machine_free(&machine);
		fail_msg("a function that cannot be read passes for absent");
	}
	assert_int_equal(f->error, -EBADMSG);
	machine_free(&machine);
}

/* A volume management device: its domain hangs below a function of the first. */
static void path_starts_at_the_last_host_bridge(void **state)
{
	static const char place[] =
		"devices/pci0000:00/0000:00:0a.0/0000:04:00.0/pci10000:e0/"
		"10000:e0:06.0/10000:e1:00.0";
	char path[PCI_PATH_STRSIZE], command[512];
	struct pci_function f;

	(void)state;
	snprintf(command, sizeof(command),
		 "cd %s/sys && mkdir -p %s && cp -r %s/* %s && ln -s ../../../%s "
		 "bus/pci/devices/",
		 root, place, "devices/pci0000:00/0000:00:0b.0/0000:05:00.0", place,
		 place);
	assert_int_equal(system(command), 0);
	f = read_at("10000:e1:00.0");
	assert_int_equal(f.path_error, 0);
	pci_path_format(&f.path, path);
	assert_string_equal(path, "10000:e0:06.0/00.0");
	assert_true(f.is_behind);
	pci_address_format(&f.behind, path);
	assert_string_equal(path, "0000:04:00.0");
	assert_false(read_at("0b:00.0").is_behind);
}

static void subsystem_later(void **state)
{
	struct pci_address where = address_of("04:00.0");
	struct pci_function f;

	(void)state;
	assert_int_equal(sysfs_read_function(&sysfs, &where, FACT_IDENTITY, &f), 0);
	assert_int_equal(f.subsystem.vendor, 0);
	sysfs_read_subsystem(&sysfs, &f);
	assert_true(f.facts & FACT_SUBSYSTEM);
	assert_int_equal(f.subsystem_error, 0);
	assert_int_equal(f.subsystem.vendor, 0x8086);
}

static void drivers(void **state)
{
	struct pci_address where = address_of("04:00.0"), *bound = NULL;
	char driver[DRIVER_NAME_SIZE];
	size_t n = 0;

	(void)state;
	assert_true(sysfs_has_driver(&sysfs, "igc"));
	assert_false(sysfs_has_driver(&sysfs, "vfio-pci"));
	assert_int_equal(sysfs_driver_of(&sysfs, &where, driver), 0);
	assert_string_equal(driver, "igc");
	assert_int_equal(unlink(attribute("devices/0000:04:00.0/driver")), 0);
	assert_int_equal(sysfs_driver_of(&sysfs, &where, driver), 0);
	assert_string_equal(driver, "");

	assert_int_equal(sysfs_list_bound(&sysfs, "ixgbe", &bound, &n), 0);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		assert_true(bound[i].bus == 0x0b || bound[i].bus == 0x0c);
	free(bound);
	assert_int_equal(sysfs_list_bound(&sysfs, "vfio-pci", &bound, &n), -ENOENT);
}

static void driver_with_a_long_name(void **state)
{
	char target[100] = "../../../../bus/pci/drivers/";

	(void)state;
	assert_int_equal(unlink(attribute("devices/0000:04:00.0/driver")), 0);
	memset(target + strlen(target), 'x', DRIVER_NAME_SIZE);
	assert_int_equal(symlink(target, attribute("devices/0000:04:00.0/driver")), 0);
	assert_int_equal(read_at("04:00.0").error, -ENAMETOOLONG);
}

static void writes(void **state)
{
	struct pci_address where = address_of("0b:00.1");

	(void)state;
	assert_false(sysfs_override_is(&sysfs, &where, "vfio-pci"));
	put("devices/0000:0b:00.1/driver_override", "");
	assert_int_equal(sysfs_set_override(&sysfs, &where, "vfio-pci"), 0);
	check_content("devices/0000:0b:00.1/driver_override", "vfio-pci");
	assert_true(sysfs_override_is(&sysfs, &where, "vfio-pci"));
	put("devices/0000:0b:00.1/driver_override", "vfio-pci\n");
	assert_true(sysfs_override_is(&sysfs, &where, "vfio-pci"));
	assert_false(sysfs_override_is(&sysfs, &where, "vfio"));
	assert_false(sysfs_override_is(&sysfs, &where, "vfio-pci-x"));

	assert_int_equal(sysfs_probe(&sysfs, &where), 0);
	check_content("drivers_probe", "0000:0b:00.1");
	assert_int_equal(sysfs_unbind(&sysfs, &where, "ixgbe"), 0);
	check_content("drivers/ixgbe/unbind", "0000:0b:00.1");
	assert_int_equal(sysfs_bind(&sysfs, &where, "ixgbe"), 0);
	check_content("drivers/ixgbe/bind", "0000:0b:00.1");
	assert_int_equal(sysfs_remove_id(&sysfs, "ixgbe", 0x8086, 0x00c4), 0);
	check_content("drivers/ixgbe/remove_id", "8086 00c4");
	/* The others were left alone. */
	check_content("devices/0000:0b:00.0/driver_override", "(null)\n");
	check_content("drivers/igc/unbind", "");
}

static void writes_that_fail(void **state)
{
	struct pci_address where = address_of("0b:00.1");

	(void)state;
	assert_int_equal(sysfs_unbind(&sysfs, &where, "vfio-pci"), -ENOENT);
	assert_int_equal(sysfs_bind(&sysfs, &where, "vfio-pci"), -ENOENT);
	assert_int_equal(sysfs_remove_id(&sysfs, "vfio-pci", 0x8086, UINT32_MAX),
			 -ENOENT);
	/* A device that is always full refuses the write itself. */
	assert_int_equal(unlink(attribute("drivers_probe")), 0);
	assert_int_equal(symlink("/dev/full", attribute("drivers_probe")), 0);
	assert_int_equal(sysfs_probe(&sysfs, &where), -ENOSPC);
}

#define ON(machine, test) cmocka_unit_test_setup_teardown(test, machine, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_tree),
		ON(qotom, facts),
		ON(qotom, facts_of_others),
		ON(x870e, facts_behind_three_bridges),
		ON(qotom, nothing_there),
		ON(qotom, numbers_that_are_none),
		ON(qotom, attributes_that_are_missing),
		ON(qotom, config_that_is_cut),
		ON(qotom, config_of_all_ones),
		ON(qotom, machine_of_a_list),
		ON(qotom, machine_of_everything),
		ON(elitedesk, neighbours_of_a_group),
		ON(qotom, unreadable_function_at_a_path),
		ON(qotom, path_starts_at_the_last_host_bridge),
		ON(qotom, subsystem_later),
		ON(qotom, drivers),
		ON(qotom, driver_with_a_long_name),
		ON(qotom, writes),
		ON(qotom, writes_that_fail),
	};

	return run_unit_tests("sysfs", tests, NULL, NULL);
}
