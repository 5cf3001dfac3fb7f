// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of checking guests against the list. */

#include "check.h"

#define VM_100 "/etc/pve/qemu-server/100.conf"
#define VM_101 "/etc/pve/qemu-server/101.conf"
#define NAS "/etc/libvirt/qemu/nas.xml"

#define HOSTDEV(bus)                                                                        \
	"<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x" bus \
	"' slot='0x00' function='0x0'/></source></hostdev>"
#define DOMAIN(devices)                                                                  \
	"<domain type='kvm'><name>nas</name><devices>" devices "</devices></domain>\n"

/* 04:00.0 is listed, 05:00.0 and 05:00.1 are not, 00:1c.0 is a bridge. */
static void start(struct check_fixture *fixture)
{
	struct pci_function functions[4];

	functions[0] = card_at("0000:04:00.0", "0000:00:1c.0/00.0");
	functions[1] = card_at("0000:05:00.0", "0000:00:1c.1/00.0");
	functions[2] = card_at("0000:05:00.1", "0000:00:1c.1/00.1");
	strcpy(functions[1].driver, "igc");
	functions[3] = card_at("0000:00:1c.0", "0000:00:1c.0");
	functions[3].class = 0x060400;
	functions[3].header_type = 1;
	fixture_start(fixture, functions, 4,
		      "04:00.0 id=8086:125c\n09:00.0 id=0001:0002\n");
}

/* A function of the machine, to be changed. */
static struct pci_function *machine_at_text(struct check_fixture *fixture,
					    const char *text)
{
	const struct pci_address address = address_of(text);
	struct machine *machine = &fixture->host.machine;

	for (size_t i = 0; i < machine->n_functions; i++)
		if (pci_address_compare(&machine->functions[i].address, &address) == 0)
			return &machine->functions[i];
	fail();
	return NULL;
}

static void expect(const char *path, const char *content, const char *expected)
{
	struct check_fixture fixture;

	start(&fixture);
	fixture_write(&fixture, path, content);
	assert_string_equal(fixture_check(&fixture, check_guests), expected);
	fixture_end(&fixture);
}

static void test_none(void **state)
{
	(void)state;
	expect(VM_100, "memory: 512\n", "");
	expect("/etc/pve/qemu-server/README", "hostpci0: 05:00.0\n", "");
	expect(NAS, DOMAIN(""), "");
}

static void test_proxmox(void **state)
{
	(void)state;
	expect(VM_100, "hookscript: local:snippets/ptbind-gate\nhostpci0: 04:00.0\n", "");
	expect(VM_100, "hostpci0: 04:00.0\n[snap]\nhookscript: x\n",
	       "note guest-ungated " VM_100 ": it has listed functions, and no "
	       "hookscript\n");
	expect(VM_100, "hostpci0: 05:00.0,pcie=1\n",
	       "warning guest-unlisted " VM_100 ": hostpci0: 05:00.0,pcie=1: "
	       "0000:05:00.0 is not listed (igc)\n");
	expect(VM_100, "hostpci0: 05:00\n",
	       "warning guest-unlisted " VM_100 ": hostpci0: 05:00: 0000:05:00.0 is not "
	       "listed (igc)\n"
	       "warning guest-unlisted " VM_100 ": hostpci0: 05:00: 0000:05:00.1 is not "
	       "listed\n");
	expect(VM_100, "hostpci0: 0000:00:1c.0\n",
	       "warning guest-bridge " VM_100 ": hostpci0: 0000:00:1c.0: 0000:00:1c.0 is "
	       "a bridge (class 060400)\n");
	expect(VM_100, "hostpci0: 44:00\n",
	       "warning guest-absent " VM_100
	       ": hostpci0: 44:00: there is no 0000:44:00\n");
	/* Absent, and listed: a matter of the line. */
	expect(VM_100, "hostpci0: 09:00.0\n", "");
	expect(VM_100, "[snap]\nhostpci0: 05:00.0\n", "");
	expect(VM_100, "hostpci0: frob\n",
	       "warning guest-unclear " VM_100 ": hostpci0: frob: 'frob': ':' missing; "
	       "expected [DDDD:]BB:DD.F in hexadecimal, as lspci prints it\n");
}

static void test_libvirt(void **state)
{
	struct check_fixture fixture;

	(void)state;
	expect(NAS, DOMAIN(HOSTDEV("05")),
	       "warning guest-unlisted " NAS ": <hostdev type='pci'> 0000:05:00.0: "
	       "0000:05:00.0 is not listed (igc)\n");
	start(&fixture);
	fixture_write(&fixture, NAS, DOMAIN(HOSTDEV("04")));
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "note guest-ungated /etc/libvirt/hooks/qemu.d/ptbind is not "
			    "there, and domains have listed functions\n");
	fixture_write(&fixture, "/etc/libvirt/hooks/qemu.d/ptbind", "");
	assert_string_equal(fixture_check(&fixture, check_guests), "");
	fixture_end(&fixture);
}

/* What the host cannot lose is not to go to a guest behind the back of the list. */
static void test_stakes(void **state)
{
	const struct pci_address first = address_of("0000:05:00.0");
	const struct pci_address second = address_of("0000:05:00.1");
	struct check_fixture fixture;
	struct stake *stake;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\n");
	assert_int_equal(stakes_add(&fixture.host.stakes, FORCE_NETWORK, false,
				    "the default route (vmbr0)", &stake),
			 0);
	assert_int_equal(stake_add_function(stake, &first, "enp5s0f0"), 0);
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts " VM_100 ": hostpci0: 05:00.0: "
			    "0000:05:00.0 carries the default route (vmbr0)\n");
	/* One of two: the other carries it on. */
	assert_int_equal(stake_add_function(stake, &second, "enp5s0f1"), 0);
	assert_memory_equal(fixture_check(&fixture, check_guests),
			    "warning guest-unlisted ", 23);
	stake->any = true;
	assert_memory_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts ", 24);
	fixture_end(&fixture);
}

/* Two guests that start by themselves take both of two cards. */
static void test_stake_of_two(void **state)
{
	static const char lost[] = "error guest-takes-hosts " VM_100
				   ": with others that start by themselves it takes all "
				   "that carries the default route (bond0)\n";
	const struct pci_address first = address_of("0000:05:00.0");
	const struct pci_address second = address_of("0000:05:00.1");
	struct check_fixture fixture;
	struct stake *stake;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\nonboot: 1\n");
	fixture_write(&fixture, VM_101, "hostpci0: 05:00.1\n");
	assert_int_equal(stakes_add(&fixture.host.stakes, FORCE_NETWORK, false,
				    "the default route (bond0)", &stake),
			 0);
	assert_int_equal(stake_add_function(stake, &first, "enp5s0f0"), 0);
	assert_int_equal(stake_add_function(stake, &second, "enp5s0f1"), 0);
	assert_null(strstr(fixture_check(&fixture, check_guests), "guest-takes-hosts"));
	fixture_write(&fixture, VM_101, "hostpci0: 05:00.1\nonboot: 1\n");
	assert_non_null(strstr(fixture_check(&fixture, check_guests), lost));
	fixture_end(&fixture);
}

static void test_shared(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, VM_100, "hostpci0: 04:00.0\nonboot: 1\nhookscript: x\n");
	fixture_write(&fixture, VM_101, "hostpci0: 04:00.0\nonboot: 0\nhookscript: x\n");
	assert_string_equal(fixture_check(&fixture, check_guests), "");
	fixture_write(&fixture, VM_101, "hostpci0: 04:00\nonboot: 1\nhookscript: x\n");
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "warning guests-share " VM_100 " and " VM_101
			    ": both start by themselves and name 0000:04:00.0\n");
	fixture_end(&fixture);
}

/* Proxmox VE takes the other functions of an IOMMU group along. */
static void test_shared_group(void **state)
{
	static const char two[] = "warning guests-share " VM_100 " and " VM_101
				  ": both start by themselves; the one names "
				  "0000:05:00.0, the other 0000:05:00.1, and only one of "
				  "them gets their IOMMU group 7\n";
	static const char mixed[] = "warning guests-share " NAS " and " VM_101
				    ": both start by themselves; the one names "
				    "0000:05:00.0, the other 0000:05:00.1, and only one "
				    "of them gets their IOMMU group 7\n";
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\nonboot: 1\n");
	fixture_write(&fixture, VM_101, "hostpci0: 05:00.1\nonboot: 1\n");
	assert_null(strstr(fixture_check(&fixture, check_guests), "guests-share"));
	for (const char *const *text =
		     (const char *const[]){ "0000:04:00.0", "0000:05:00.0",
					    "0000:05:00.1", NULL };
	     *text != NULL; text++)
		machine_at_text(&fixture, *text)->group = 7;
	assert_string_equal(
		strstr(fixture_check(&fixture, check_guests), "warning guests-share"),
		two);
	fixture_write(&fixture, VM_100, "cores: 1\n");
	fixture_write(&fixture, NAS, DOMAIN(HOSTDEV("05")));
	fixture_write(&fixture, "/etc/libvirt/qemu/autostart/nas.xml", "");
	assert_string_equal(
		strstr(fixture_check(&fixture, check_guests), "warning guests-share"),
		mixed);
	fixture_end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),         cmocka_unit_test(test_proxmox),
		cmocka_unit_test(test_libvirt),      cmocka_unit_test(test_stakes),
		cmocka_unit_test(test_shared),       cmocka_unit_test(test_stake_of_two),
		cmocka_unit_test(test_shared_group),
	};

	return run_unit_tests("check_guests", tests, NULL, NULL);
}
