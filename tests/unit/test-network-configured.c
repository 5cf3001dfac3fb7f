// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what the host must not lose of the network that ifupdown will set up. */

#include "host_tree.h"
#include "network/network.h"
#include "network/network_read.h"

#define DIR "/etc/network"
#define SETS_IT_UP ", as /etc/network/interfaces sets it up"

/* A host with four cards, of which eth4 has no carrier. */
static void read_cards(struct network *network)
{
	*network = (struct network){ 0 };
	for (unsigned int i = 1; i <= 4; i++) {
		char name[8];
		const struct net_link link = {
			.name = name,
			.kind = (char[]){ "" },
			.index = (int)i,
			.up = true,
			.carrier = i != 4,
			.place = NET_ON_PCI,
			.function = { .bus = (uint8_t)i },
		};

		snprintf(name, sizeof(name), "eth%u", i);
		assert_int_equal(network_add_link(network, &link), 0);
	}
	assert_int_equal(network_sort(network), 0);
	assert_int_equal(network_join(network), 0);
}

/* Reads the configuration of a host that has eth1 for its default route now. */
static void read_configured(struct host_tree *tree)
{
	const struct pci_address first = { .bus = 1 };
	struct network now;
	struct stake *stake;

	stakes_free(&tree->host.stakes);
	assert_int_equal(stakes_add(&tree->host.stakes, FORCE_NETWORK, false,
				    "the default route (eth1)", &stake),
			 0);
	assert_int_equal(stake_add_function(stake, &first, "eth1"), 0);
	read_cards(&now);
	assert_int_equal(network_configured_stakes(tree->root, &now, &tree->host.stakes),
			 0);
	network_free(&now);
}

/* Expects the stakes that a file adds: "WHAT: CARRIER CARRIER; …", empty for none. */
static void expect(struct host_tree *tree, const char *interfaces, const char *expected)
{
	const struct stakes *stakes = &tree->host.stakes;
	char found[1024] = "";

	put(tree, "/usr/sbin", "ifup", "");
	put(tree, DIR, "interfaces", interfaces);
	read_configured(tree);
	for (size_t i = 1; i < stakes->n; i++) {
		const struct stake *stake = &stakes->entries[i];
		size_t used = strlen(found);

		assert_null(stake->unresolved);
		assert_int_equal(stake->guard, FORCE_NETWORK);
		snprintf(found + used, sizeof(found) - used, "%s%s:", i > 1 ? "; " : "",
			 stake->what);
		for (size_t j = 0; j < stake->n; j++) {
			used = strlen(found);
			snprintf(found + used, sizeof(found) - used, " %s",
				 stake->carriers[j]);
		}
	}
	assert_string_equal(found, expected);
}

static void same_as_now(void **state)
{
	expect(*state, "auto eth1\niface eth1 inet dhcp\n", "");
	expect(*state,
	       "auto vmbr0\niface vmbr0 inet static\n\taddress 192.0.2.2/24\n"
	       "\tgateway 192.0.2.1\n\tbridge-ports eth1\n",
	       "");
	/* The one of now is lost before this one. */
	expect(*state, "auto eth1 eth2\niface eth1 inet dhcp\niface eth2 inet dhcp\n",
	       "");
}

static void edited(void **state)
{
	expect(*state,
	       "auto lo\niface lo inet loopback\n\nauto vmbr0\n"
	       "iface vmbr0 inet static\n\taddress 192.0.2.2/24\n"
	       "\tgateway 192.0.2.1\n\tbridge-ports eth2\n\tbridge-stp off\n",
	       "the default route (vmbr0)" SETS_IT_UP ": eth2");
	/* It has no cable yet: DHCP may never answer there. */
	expect(*state,
	       "allow-hotplug eth4\niface eth4 inet static\n\tgateway 192.0.2.1\n",
	       "the default route (eth4)" SETS_IT_UP ": eth4");
	expect(*state, "allow-hotplug eth4\niface eth4 inet dhcp\n", "");
	expect(*state, "auto eth2\niface eth2 inet6 static\n\tgateway fe80::1\n",
	       "the IPv6 default route (eth2)" SETS_IT_UP ": eth2");
	/* ifupdown2 has no need of a family. */
	expect(*state, "auto eth2\niface eth2\n\tgateway 192.0.2.1\n",
	       "the default route (eth2)" SETS_IT_UP ": eth2");
}

static void layers(void **state)
{
	expect(*state,
	       "auto bond0\niface bond0 inet manual\n\tbond-slaves eth2 \\\n eth3\n"
	       "auto vmbr0\niface vmbr0 inet manual\n\tbridge_ports bond0\n"
	       "auto vmbr0.5\niface vmbr0.5 inet static\n\tgateway 192.0.2.1\n",
	       "the default route (vmbr0.5)" SETS_IT_UP ": eth2 eth3");
	expect(*state,
	       "iface eth2 inet manual\n\tbond-master bond0\n"
	       "iface eth3 inet manual\n\tbond-master bond0\n"
	       "auto bond0:1\niface bond0:1 inet static\n\tgateway 192.0.2.1\n",
	       "the default route (bond0)" SETS_IT_UP ": eth2 eth3");
	expect(*state, "auto vlan5\niface vlan5 inet dhcp\n\tvlan-raw-device eth3\n",
	       "the default route (vlan5)" SETS_IT_UP ": eth3");
	expect(*state,
	       "auto vmbr0 eth2\niface eth2 inet manual\n\tovs_bridge vmbr0\n"
	       "iface vmbr0 inet dhcp\n\tovs_type OVSBridge\n",
	       "the default route (vmbr0)" SETS_IT_UP ": eth2");
	/* An internal port is above its bridge, in whatever order that is said. */
	expect(*state,
	       "auto vmbr0 vlan50\niface vmbr0 inet manual\n\tovs_type OVSBridge\n"
	       "\tovs_ports eth2 vlan50\niface vlan50 inet static\n"
	       "\tgateway 192.0.2.1\n\tovs_bridge vmbr0\n\tovs_type OVSIntPort\n",
	       "the default route (vlan50)" SETS_IT_UP ": eth2");
	/* Ports of a bridge do not stand in for each other, nor do these of a bond. */
	expect(*state, "auto vmbr0\niface vmbr0 inet dhcp\n\tbridge-ports eth2 eth3\n",
	       "the default route (vmbr0), which may go through vmbr0 by its port "
	       "eth2" SETS_IT_UP ": eth2; the default route (vmbr0), which may go "
	       "through vmbr0 by its port eth3" SETS_IT_UP ": eth3");
	expect(*state,
	       "auto bond0\niface bond0 inet dhcp\n\tbond-slaves eth2 eth3\n"
	       "\tbond-min-links 2\n",
	       "the default route (bond0), which may go through bond0 by its port "
	       "eth2" SETS_IT_UP ": eth2; the default route (bond0), which may go "
	       "through bond0 by its port eth3" SETS_IT_UP ": eth3");
}

/* What brings up nothing, or nothing that is there. */
static void nothing(void **state)
{
	expect(*state, "", "");
	expect(*state, "iface eth2 inet dhcp\n", "");
	expect(*state, "auto eth2\niface eth2 inet static\n\taddress 192.0.2.2/24\n", "");
	expect(*state, "auto eth9\niface eth9 inet dhcp\n", "");
	expect(*state, "auto eth9\niface eth9 inet static\n\tgateway 192.0.2.1\n", "");
	expect(*state, "auto vmbr1\niface vmbr1 inet dhcp\n\tbridge-ports none\n", "");
	expect(*state, "auto eth2\niface\n\tgateway 192.0.2.1\n", "");
	expect(*state, "auto eth2\ngateway 192.0.2.1\nbridge-ports\n", "");
	expect(*state,
	       "auto eth2\niface eth2 inet static\nmapping eth2\n\tgateway 192.0.2.1\n",
	       "");
	expect(*state, "auto x.1.2 .x x.\niface x.1.2 inet dhcp\n", "");
}

static void no_ifupdown(void **state)
{
	struct host_tree *tree = *state;

	put(tree, DIR, "interfaces", "auto eth2\niface eth2 inet dhcp\n");
	read_configured(tree);
	assert_int_equal(tree->host.stakes.n, 1);
}

/* What the web interface of Proxmox VE keeps for the next boot. */
static void pending(void **state)
{
	struct host_tree *tree = *state;

	put(tree, DIR, "interfaces.new", "auto eth2\niface eth2 inet dhcp\n");
	expect(tree, "auto eth3\niface eth3 inet dhcp\n",
	       "the default route (eth3)" SETS_IT_UP ": eth3");
	put(tree, "/etc/pve", "x", "");
	expect(tree, "auto eth3\niface eth3 inet dhcp\n",
	       "the default route (eth2)" SETS_IT_UP ": eth2");
}

#define TREE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(same_as_now), TREE_TEST(edited),      TREE_TEST(layers),
		TREE_TEST(nothing),     TREE_TEST(no_ifupdown), TREE_TEST(pending),
	};

	return run_unit_tests("network-configured", tests, NULL, NULL);
}
