// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of checking the names of network interfaces. */

#include "check.h"

#define INTERFACES "/etc/network/interfaces"

/* Gives a card an interface. */
static void add_interface(const struct check_fixture *fixture, const char *address,
			  const char *name)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/x", address);
	fixture_write(fixture, path, "");
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", name);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/%s", address);
	fixture_link(fixture, target, path);
}

static const char *const addresses[] = { "0000:04:00.0", "0000:05:00.0", "0000:06:00.0" };

/* Three cards; 05:00.0 is listed. */
static void start(struct check_fixture *fixture, const char *const names[3])
{
	fixture_start_cards(fixture, addresses);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		if (names[i] != NULL)
			add_interface(fixture, addresses[i], names[i]);
}

static void expect(const char *const names[3], const char *path, const char *content,
		   const char *expected)
{
	struct check_fixture fixture;

	start(&fixture, names);
	fixture_write(&fixture, path, content);
	assert_string_equal(fixture_check(&fixture, check_interfaces), expected);
	fixture_end(&fixture);
}

static const char *const slots[] = { "enp4s0", "enp5s0", "enp6s0" };
static const char *const counted[] = { "eth0", "eth1", "eth2" };

static void test_given_away(void **state)
{
	static const char *const bound[] = { "enp4s0", NULL, "enp6s0" };
	static const char said[] = "warning interface-given-away " INTERFACES
				   ":2: enp5s0 is 0000:05:00.0, which is listed\n";

	(void)state;
	expect(slots, INTERFACES, "auto enp4s0\nauto lo enp5s0\n", said);
	expect(slots, INTERFACES,
	       "iface vmbr0 inet static\n\tbridge-ports enp5s0 enp6s0\n", said);
	expect(slots, INTERFACES, "# x\nauto enp5s0.10\n", said);
	expect(slots, INTERFACES, "\nallow-hotplug enp5s0\n", said);
	expect(slots, INTERFACES, "\nallow-vmbr0 enp5s0\n", said);
	expect(slots, INTERFACES, "iface vmbr0 inet manual\n  ovs_ports enp4s0 enp5s0\n",
	       said);
	/* Lines that go on. */
	expect(slots, INTERFACES, "auto lo \\\n\tenp5s0 enp6s0\n", said);
	expect(slots, INTERFACES, "auto\\\nenp5s0\\\nenp6s0\nenp5s0\n", said);
	expect(slots, INTERFACES, "# auto x \\\nauto enp5s0\n", said);
	expect(slots, INTERFACES, "iface x inet static \\\nenp5s0\n", "");
	expect(slots, INTERFACES, "auto lo \\\n\nenp5s0\n", "");
	/* It goes by the name where the interface is gone already. */
	expect(bound, INTERFACES, "\nauto enp5s0\n", said);
	/* These do nothing by themselves; Proxmox VE writes one for every card. */
	expect(slots, INTERFACES, "iface enp5s0 inet manual\n#auto enp5s0\n", "");
	expect(slots, "/etc/systemd/network/10-x.network",
	       "[Match]\nName = enp5s0\n[Network]\nName=enp5s0\n",
	       "warning interface-given-away /etc/systemd/network/10-x.network:2: enp5s0 "
	       "is 0000:05:00.0, which is listed\n");
	expect(slots, "/etc/systemd/network/10-x.link",
	       "[Match]\nOriginalName=enp5s0\n[Link]\nName=enp5s0\n",
	       "warning interface-given-away /etc/systemd/network/10-x.link:2: enp5s0 is "
	       "0000:05:00.0, which is listed\n");
	expect(slots, "/etc/NetworkManager/system-connections/lan.nmconnection",
	       "[connection]\nid=lan\ninterface-name=enp5s0\n[ipv4]\nmethod=auto\n",
	       "warning interface-given-away "
	       "/etc/NetworkManager/system-connections/lan.nmconnection:3: enp5s0 is "
	       "0000:05:00.0, which is listed\n");
	expect(slots, "/etc/NetworkManager/system-connections/v5.nmconnection",
	       "[connection]\ninterface-name=enp5s0.5\n[vlan]\nid=5\nparent=enp5s0\n",
	       "warning interface-given-away "
	       "/etc/NetworkManager/system-connections/v5.nmconnection:5: enp5s0 is "
	       "0000:05:00.0, which is listed\n");
	expect(slots, "/etc/NetworkManager/system-connections/any.nmconnection",
	       "[connection]\nid=any\n[match]\ninterface-name=enp9*;enp5*;\n",
	       "warning interface-given-away "
	       "/etc/NetworkManager/system-connections/any.nmconnection:4: enp5s0 is "
	       "0000:05:00.0, which is listed\n");
	expect(slots, "/etc/netplan/50.yaml",
	       "network:\n  bridges:\n    br0:\n      interfaces: [enp6s0, enp5s0]\n",
	       "warning interface-given-away /etc/netplan/50.yaml:4: enp5s0 is "
	       "0000:05:00.0, which is listed\n");
}

/* The initramfs waits for a passphrase by SSH, or for a key from a server. */
static void expect_early(const char *path, const char *content, const char *conf,
			 const char *expected)
{
	static const char *const hooks[] = {
		"/usr/share/initramfs-tools/hooks/dropbear",
		"/usr/share/initramfs-tools/hooks/clevis",
	};

	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		struct check_fixture fixture;

		start(&fixture, slots);
		fixture_write(&fixture, path, content);
		fixture_write(&fixture, "/etc/initramfs-tools/initramfs.conf", conf);
		assert_string_equal(fixture_check(&fixture, check_interfaces), "");
		fixture_write(&fixture, hooks[i], "");
		assert_string_equal(fixture_check(&fixture, check_interfaces), expected);
		fixture_end(&fixture);
	}
}

static void test_given_away_early(void **state)
{
#define CONF_D "/etc/initramfs-tools/conf.d/ip"
#define GRUB "/etc/default/grub"
#define SAID(where)                                                                      \
	"error interface-given-away " where ": enp5s0 is 0000:05:00.0, which is listed\n"
	(void)state;
	expect_early(CONF_D, "IP=192.0.2.2::192.0.2.1:255.255.255.0:host:enp5s0:off\n",
		     "MODULES=most\nDEVICE=\n", SAID(CONF_D ":1"));
	expect_early(CONF_D, "DEVICE='enp5s0'\nIP=dhcp\n", "", SAID(CONF_D ":1"));
	expect_early(GRUB, "\nGRUB_CMDLINE_LINUX='ip=:::::enp5s0:dhcp quiet'\n",
		     "IP=dhcp\n", SAID(GRUB ":2"));
	/* The parameter counts, the device in it more than the other, the last of all. */
	expect_early(GRUB, "GRUB_CMDLINE_LINUX='ip=:::::enp6s0:dhcp'\n",
		     "IP=:::::enp5s0:dhcp\nDEVICE=enp5s0\n", "");
	expect_early(GRUB, "GRUB_CMDLINE_LINUX='ip=dhcp'\n", "IP=:::::enp5s0:dhcp\n", "");
	expect_early(CONF_D, "DEVICE=enp6s0\n", "DEVICE=enp5s0\n", "");
	/* A VLAN of it goes with it. */
	expect_early(GRUB, "GRUB_CMDLINE_LINUX='ip=:::::enp5s0.10:dhcp'\n", "",
		     SAID(GRUB ":1"));
	expect_early(CONF_D, "DEVICE=enp5s0.10\n", "", SAID(CONF_D ":1"));
	/* Any will do, or none is waited for in the end. */
	expect_early(CONF_D, "IP=dhcp\n", "", "");
	expect_early(CONF_D, "IP=off\nDEVICE=enp5s0\n", "", "");
	expect_early(GRUB, "GRUB_CMDLINE_LINUX='ip=none'\n", "DEVICE=enp5s0\n", "");
#undef SAID
#undef GRUB
#undef CONF_D
}

static void test_renumbered(void **state)
{
	struct check_fixture fixture;

	(void)state;
	expect(counted, INTERFACES, "auto eth2\n",
	       "warning interface-renumbered " INTERFACES ":1: eth2, counted after eth1, "
	       "which is 0000:05:00.0 and listed\n");
	/* What comes before is not moved. */
	expect(counted, INTERFACES, "auto eth0\n", "");
	expect(counted, "/etc/NetworkManager/system-connections/lan.nmconnection",
	       "[connection]\ninterface-name=eth2\n",
	       "warning interface-renumbered "
	       "/etc/NetworkManager/system-connections/lan.nmconnection:2: eth2, counted "
	       "after eth1, which is 0000:05:00.0 and listed\n");

	/* It was named by somebody, and keeps that name. */
	start(&fixture, counted);
	fixture_write(&fixture, INTERFACES, "auto eth2\n");
	fixture_write(&fixture, "/sys/class/net/eth2/name_assign_type", "4\n");
	assert_string_equal(fixture_check(&fixture, check_interfaces), "");
	fixture_write(&fixture, "/sys/class/net/eth2/name_assign_type", "1\n");
	assert_memory_equal(fixture_check(&fixture, check_interfaces),
			    "warning interface-renumbered ", 29);
	fixture_end(&fixture);
}

/* The card that moves is the one by which the host is reached. */
static void test_renumbered_needed(void **state)
{
	const struct pci_address first = address_of("0000:04:00.0"),
				 third = address_of("0000:06:00.0");
	struct check_fixture fixture;
	struct stake *stake;

	(void)state;
	start(&fixture, counted);
	fixture_write(&fixture, INTERFACES, "auto eth2\n");
	assert_int_equal(stakes_add(&fixture.host.stakes, FORCE_NETWORK, false,
				    "the default route", &stake),
			 0);
	assert_int_equal(stake_add_function(stake, &first, "eth0"), 0);
	assert_memory_equal(fixture_check(&fixture, check_interfaces),
			    "warning interface-renumbered ", 29);
	assert_int_equal(stake_add_function(stake, &third, "eth2"), 0);
	assert_string_equal(fixture_check(&fixture, check_interfaces),
			    "error interface-renumbered " INTERFACES
			    ":1: eth2, counted after eth1, which is 0000:05:00.0 and "
			    "listed\n");
	stake->guard = FORCE_DISK;
	assert_memory_equal(fixture_check(&fixture, check_interfaces),
			    "warning interface-renumbered ", 29);
	fixture_end(&fixture);
}

/* Two leave: what comes after the first of them moves. */
static void test_renumbered_by_first(void **state)
{
	static const char *const names[] = { "eth2", "eth10", "eth1" };
	struct pci_function functions[3];
	struct check_fixture fixture;

	(void)state;
	functions[0] = card_at("0000:04:00.0", "0000:04:00.0");
	functions[1] = card_at("0000:05:00.0", "0000:05:00.0");
	functions[2] = card_at("0000:06:00.0", "0000:06:00.0");
	fixture_start(&fixture, functions, 3, "05:00.0\n06:00.0\n");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char address[PCI_ADDRESS_STRSIZE];

		pci_address_format(&functions[i].address, address);
		add_interface(&fixture, address, names[i]);
	}
	fixture_write(&fixture, INTERFACES, "auto eth2\n");
	assert_string_equal(fixture_check(&fixture, check_interfaces),
			    "warning interface-renumbered " INTERFACES
			    ":1: eth2, counted after eth1, which is 0000:06:00.0 and "
			    "listed\n");
	fixture_end(&fixture);
}

static void test_patterns(void **state)
{
	static const char path[] = "/etc/systemd/network/10-x.network";

	(void)state;
	expect(slots, path, "[Match]\nName=enp5s*\n",
	       "warning interface-given-away /etc/systemd/network/10-x.network:2: enp5s0 "
	       "is 0000:05:00.0, which is listed\n");
	expect(slots, path, "[Match]\nName=enp[45]s0\n", "");
	expect(slots, path, "[Match]\nName=en* eth?\n", "");
	expect(slots, path, "[Match]\nName=wl*\n", "");
}

static void test_missing(void **state)
{
	(void)state;
	expect(slots, INTERFACES, "auto enp7s0\n",
	       "warning interface-missing " INTERFACES ":1: there is no enp7s0\n");
	expect(slots, INTERFACES, "auto enp6s0 vmbr0 enx001122334455 ens1 enp7s0-lan\n",
	       "");
}

static void test_source(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture, slots);
	fixture_write(&fixture, INTERFACES,
		      "source /etc/network/interfaces.d/*.cfg\n"
		      "source-directory more\nsource " INTERFACES "\n");
	fixture_write(&fixture, "/etc/network/interfaces.d/a.cfg", "auto enp5s0\n");
	fixture_write(&fixture, "/etc/network/interfaces.d/a.bak", "auto enp5s0\n");
	fixture_write(&fixture, "/etc/network/more/b", "auto enp7s0\n");
	fixture_write(&fixture, "/etc/network/more/b.bak", "auto enp5s0\n");
	fixture_write(&fixture, "/etc/network/more/c~", "auto enp5s0\n");
	/* The file that names itself is read once. */
	assert_string_equal(fixture_check(&fixture, check_interfaces),
			    "warning interface-given-away "
			    "/etc/network/interfaces.d/a.cfg:1: enp5s0 is 0000:05:00.0, "
			    "which is listed\nwarning interface-missing "
			    "/etc/network/more/b:1: there is no enp7s0\n");
	fixture_end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_away),
		cmocka_unit_test(test_given_away_early),
		cmocka_unit_test(test_renumbered),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_renumbered_needed),
		cmocka_unit_test(test_renumbered_by_first),
		cmocka_unit_test(test_patterns),
	};

	return run_unit_tests("check_interfaces", tests, NULL, NULL);
}
