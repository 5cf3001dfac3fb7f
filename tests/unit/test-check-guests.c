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

/* Adds a stake in any one of n functions, whose devices are nic0 and so on. */
static struct stake *add_stake(struct check_fixture *fixture, const char *what,
			       const char *const *addresses, size_t n)
{
	struct stake *stake;

	assert_int_equal(
		stakes_add(&fixture->host.stakes, FORCE_NETWORK, false, what, &stake), 0);
	for (size_t i = 0; i < n; i++) {
		const struct pci_address address = address_of(addresses[i]);
		char carrier[32];

		snprintf(carrier, sizeof(carrier), "nic%zu", i);
		assert_int_equal(stake_add_function(stake, &address, carrier), 0);
	}
	return stake;
}

/* What the host cannot lose is not to go to a guest behind the back of the list. */
static void test_stakes(void **state)
{
	static const char *const first[] = { "0000:05:00.0" };
	const struct pci_address second = address_of("0000:05:00.1");
	struct check_fixture fixture;
	struct stake *stake;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\nhostpci1: 05:00.0\n");
	stake = add_stake(&fixture, "the default route (vmbr0)", first, 1);
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts " VM_100 ": hostpci0: 05:00.0: "
			    "0000:05:00.0: nothing else carries the default route "
			    "(vmbr0) (nic0)\n");
	/* One of two: the other carries it on. */
	assert_int_equal(stake_add_function(stake, &second, "nic1"), 0);
	assert_memory_equal(fixture_check(&fixture, check_guests),
			    "warning guest-unlisted ", 23);
	stake->any = true;
	assert_memory_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts ", 24);
	fixture_end(&fixture);
}

/* Proxmox VE takes all of an IOMMU group from the host, libvirt does not. */
static void test_stake_in_group(void **state)
{
	static const char *const nic[] = { "0000:05:00.1" };
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	machine_at_text(&fixture, "0000:05:00.0")->group = 7;
	machine_at_text(&fixture, "0000:05:00.1")->group = 7;
	add_stake(&fixture, "the default route (vmbr0)", nic, 1);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\n");
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts " VM_100 ": hostpci0: 05:00.0: "
			    "0000:05:00.1, of the IOMMU group of 0000:05:00.0: nothing "
			    "else carries the default route (vmbr0) (nic0)\n");
	fixture_write(&fixture, VM_100, "cores: 1\n");
	fixture_write(&fixture, NAS, DOMAIN(HOSTDEV("05")));
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "warning guest-unlisted " NAS
			    ": <hostdev type='pci'> 0000:05:00.0: 0000:05:00.0 is not "
			    "listed (igc)\n");
	fixture_end(&fixture);
}

/* It goes with what makes its PCI domain. */
static void test_stake_behind(void **state)
{
	static const char *const nic[] = { "0000:05:00.1" };
	struct check_fixture fixture;
	struct pci_function *function;

	(void)state;
	start(&fixture);
	function = machine_at_text(&fixture, "0000:05:00.1");
	function->is_behind = true;
	function->behind = address_of("0000:05:00.0");
	add_stake(&fixture, "the default route (vmbr0)", nic, 1);
	fixture_write(&fixture, NAS, DOMAIN(HOSTDEV("05")));
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts " NAS
			    ": <hostdev type='pci'> 0000:05:00.0: 0000:05:00.1, which "
			    "goes with 0000:05:00.0: nothing else carries the default "
			    "route (vmbr0) (nic0)\n");
	fixture_end(&fixture);
}

/* One guest takes both of two cards. */
static void test_stake_of_two(void **state)
{
	static const char *const bond[] = { "0000:05:00.0", "0000:05:00.1" };
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	add_stake(&fixture, "the default route (bond0)", bond, 2);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00\n");
	assert_string_equal(
		fixture_check(&fixture, check_guests),
		"error guest-takes-hosts " VM_100 ": hostpci0: 05:00: 0000:05:00.0: with "
		"the others listed, nothing is left that carries the default route "
		"(bond0) (nic0)\n"
		"error guest-takes-hosts " VM_100 ": hostpci0: 05:00: 0000:05:00.1: with "
		"the others listed, nothing is left that carries the default route "
		"(bond0) (nic1)\n");
	fixture_end(&fixture);
}

/* Two guests take both of two cards, the second when somebody starts it. */
static void test_stake_of_two_guests(void **state)
{
	static const char *const bond[] = { "0000:05:00.0", "0000:05:00.1" };
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	add_stake(&fixture, "the default route (bond0)", bond, 2);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\n");
	fixture_write(&fixture, VM_101, "hostpci0: 05:00.1\n");
	assert_null(strstr(fixture_check(&fixture, check_guests), "guest-takes-hosts"));
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\nonboot: 1\n");
	assert_string_equal(
		fixture_check(&fixture, check_guests),
		"warning guest-unlisted " VM_100 ": hostpci0: 05:00.0: "
		"0000:05:00.0 is not listed (igc)\n"
		"error guest-takes-hosts " VM_101 ": hostpci0: 05:00.1: "
		"0000:05:00.1: " VM_100
		" takes another one when the host starts, and nothing is left "
		"that carries the default route (bond0) (nic1)\n");
	fixture_end(&fixture);
}

/* The list has the one of two cards, and a guest takes the other. */
static void test_stake_half_listed(void **state)
{
	static const char *const bond[] = { "0000:04:00.0", "0000:05:00.0" };
	static const char forced[] = "04:00.0 id=8086:125c force=network\n";
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	add_stake(&fixture, "the default route (bond0)", bond, 2);
	fixture_write(&fixture, VM_100, "hostpci0: 05:00.0\n");
	assert_string_equal(fixture_check(&fixture, check_guests),
			    "error guest-takes-hosts " VM_100 ": hostpci0: 05:00.0: "
			    "0000:05:00.0: with the others listed, nothing is left that "
			    "carries the default route (bond0) (nic1)\n");
	next_boot_free(&fixture.next);
	assert_int_equal(next_boot_plan(&fixture.host, strdup(forced), strlen(forced),
					&fixture.next),
			 0);
	assert_memory_equal(fixture_check(&fixture, check_guests),
			    "warning guest-unlisted ", 23);
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
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_proxmox),
		cmocka_unit_test(test_libvirt),
		cmocka_unit_test(test_stakes),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_stake_of_two),
		cmocka_unit_test(test_shared_group),
		cmocka_unit_test(test_stake_in_group),
		cmocka_unit_test(test_stake_behind),
		cmocka_unit_test(test_stake_of_two_guests),
		cmocka_unit_test(test_stake_half_listed),
	};

	return run_unit_tests("check_guests", tests, NULL, NULL);
}
