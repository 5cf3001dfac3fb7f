// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what follows from a network: stakes, uses, sessions; with no I/O. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <time.h>

#include "network/network.h"
#include "unit.h"

static struct network net;
static struct stakes stakes;
static struct uses uses;

static int start(void **state)
{
	(void)state;
	net = (struct network){ 0 };
	stakes = (struct stakes){ 0 };
	uses = (struct uses){ 0 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	network_free(&net);
	stakes_free(&stakes);
	uses_free(&uses);
	return 0;
}

static size_t add(const char *name, const char *kind)
{
	struct net_link link = { .up = true, .carrier = true };

	link.name = strdup(name);
	link.kind = strdup(kind);
	link.index = (int)net.n_links + 1;
	assert_int_equal(network_add_link(&net, &link), 0);
	free(link.name);
	free(link.kind);
	return net.n_links - 1;
}

static size_t nic(const char *name, const char *address, bool carrier)
{
	const size_t i = add(name, "");

	net.links[i].carrier = carrier;
	net.links[i].place = NET_ON_PCI;
	net.links[i].function = address_of(address);
	return i;
}

static void on(size_t upper, size_t lower)
{
	assert_int_equal(network_add_edge(&net, upper, lower), 0);
}

static void address(size_t link, const char *text, unsigned int prefix)
{
	struct net_address address = { .link = link, .prefix = prefix };

	address.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(address.family, text, address.bytes), 1);
	assert_int_equal(network_add_address(&net, &address), 0);
}

static void route_in(uint32_t table, int family, size_t link, enum net_part part)
{
	const struct net_route route = {
		.family = family, .table = table, .link = link, .part = part
	};

	assert_int_equal(network_add_route(&net, &route), 0);
}

static void route(int family, size_t link)
{
	route_in(RT_TABLE_MAIN, family, link, NET_ALL);
}

static void add_session(const char *text, bool other)
{
	struct net_session session;

	assert_int_equal(net_session_parse(text, &session), 0);
	session.other = other;
	assert_int_equal(network_add_session(&net, &session), 0);
	net_session_free(&session);
}

static void session(const char *text)
{
	add_session(text, false);
}

static void session_of_other(const char *text)
{
	add_session(text, true);
}

static void settle(void)
{
	assert_int_equal(network_sort(&net), 0);
	assert_int_equal(network_join(&net), 0);
	assert_int_equal(network_stakes(&net, &stakes), 0);
	assert_int_equal(network_uses(&net, &uses), 0);
	uses_sort(&uses);
}

/* Stake i: what it is called, what carries it, and part of why that is not all. */
static void check_stake(size_t i, const char *what, const char *carriers,
			const char *unresolved)
{
	char found[256] = "";

	assert_true(i < stakes.n);
	for (size_t j = 0; j < stakes.entries[i].n; j++) {
		char address[PCI_ADDRESS_STRSIZE];

		pci_address_format(&stakes.entries[i].functions[j], address);
		/* By bus and name: "1 eth0". */
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s%u %s",
			 j > 0 ? ", " : "", (unsigned int)strtoul(address + 5, NULL, 16),
			 stakes.entries[i].carriers[j]);
	}
	assert_string_equal(stakes.entries[i].what, what);
	assert_string_equal(found, carriers);
	assert_int_equal(stakes.entries[i].guard, FORCE_NETWORK);
	assert_false(stakes.entries[i].any);
	if (unresolved == NULL) {
		assert_null(stakes.entries[i].unresolved);
	} else {
		assert_non_null(stakes.entries[i].unresolved);
		assert_non_null(strstr(stakes.entries[i].unresolved, unresolved));
	}
}

static void check_use(const char *device, const char *text)
{
	for (size_t i = 0; i < uses.n; i++)
		if (strcmp(uses.entries[i].device, device) == 0) {
			assert_string_equal(uses.entries[i].text, text);
			return;
		}
	fail_msg("no use by %s", device);
}

/* The route goes over a VLAN on a bridge over a bond of two. */
static void bond_in_bridge_in_vlan(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true),
		     eth2 = nic("eth2", "03:00.0", true), bond = add("bond0", "bond"),
		     bridge = add("vmbr0", "bridge"), tap = add("tap100i0", "tun"),
		     veth = add("veth1", "veth"), vlan = add("vmbr0.10", "vlan");

	(void)state;
	net.links[eth2].up = net.links[eth2].carrier = false;
	net.links[eth1].standby = true;
	net.links[veth].under_hidden = true;
	on(bond, eth0);
	on(bond, eth1);
	on(bridge, bond);
	on(bridge, tap);
	on(bridge, veth);
	on(vlan, bridge);
	/* Sysfs shows each from both ends. */
	on(bond, eth0);
	address(vlan, "192.168.1.2", 24);
	address(vlan, "fe80::1", 64);
	route(AF_INET, vlan);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (vmbr0.10)", "1 eth0, 2 eth1", NULL);
	assert_int_equal(uses.n, 3);
	check_use("eth0", "up, in bond0 > vmbr0 > vmbr0.10, 192.168.1.2/24 on vmbr0.10, "
			  "default route");
	check_use("eth1", "up, in bond0 (standby) > vmbr0 > vmbr0.10, "
			  "192.168.1.2/24 on vmbr0.10, default route");
	check_use("eth2", "down, unused");
}

static void member_without_carrier(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", false), bond = add("bond0", "bond");

	(void)state;
	on(bond, eth0);
	on(bond, eth1);
	address(bond, "10.0.0.1", 8);
	route(AF_INET, bond);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (bond0)", "1 eth0", NULL);
	check_use("eth1", "no carrier, in bond0, 10.0.0.1/8 on bond0, default route");
}

/* Where no cable is in, any of them could be the one. */
static void nothing_has_carrier(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", false),
		     eth1 = nic("eth1", "02:00.0", false), bond = add("bond0", "bond");

	(void)state;
	on(bond, eth0);
	on(bond, eth1);
	route(AF_INET, bond);
	settle();
	check_stake(0, "the default route (bond0)", "1 eth0, 2 eth1", NULL);
}

static void families_on_different_nics(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     wlan0 = nic("wlan0", "02:00.0", true),
		     eth2 = nic("eth2", "03:00.0", true);

	(void)state;
	net.links[wlan0].wifi = true;
	net.links[eth2].usb = true;
	route(AF_INET6, wlan0);
	route(AF_INET, eth0);
	address(eth0, "192.168.1.2", 24);
	address(wlan0, "2001:db8::2", 64);
	address(eth2, "fe80::5", 64);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0, "the default route (eth0)", "1 eth0", NULL);
	check_stake(1, "the IPv6 default route (wlan0)", "2 wlan0", NULL);
	check_use("eth0", "up, 192.168.1.2/24, default route");
	check_use("wlan0", "Wi-Fi, up, 2001:db8::2/64, IPv6 default route");
	check_use("eth2", "USB, up, link-local address only");
}

/* Of different metrics: losing one leaves the other. */
static void two_default_routes(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     wlan0 = nic("wlan0", "02:00.0", true);

	(void)state;
	route(AF_INET, eth0);
	route(AF_INET, wlan0);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (eth0, wlan0)", "1 eth0, 2 wlan0", NULL);
}

/* A second uplink with rules of its own does not make up for the main table's route. */
static void other_tables(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true), wg0 = add("wg0", "wireguard"),
		     vmbr1 = add("vmbr1", "bridge"), tap = add("tap100i0", "tun");

	(void)state;
	/* To a guest that routes. */
	on(vmbr1, tap);
	route_in(300, AF_INET, vmbr1, NET_ALL);
	route_in(200, AF_INET, eth1, NET_ALL);
	route_in(51820, AF_INET, wg0, NET_ALL);
	route_in(100, AF_INET, eth0, NET_ALL);
	route(AF_INET, eth0);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0, "the default route (eth0)", "1 eth0", NULL);
	check_stake(1, "the default route of table 200 (eth1)", "2 eth1", NULL);
}

static void only_another_table(void **state)
{
	const size_t wg0 = add("wg0", "wireguard");

	(void)state;
	nic("eth0", "01:00.0", true);
	route_in(51820, AF_INET, wg0, NET_ALL);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route of table 51820 (wg0)", "",
		    "wg0 (of the kind \"wireguard\") does not show what carries it");
}

static void halves(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), tun0 = add("tun0", "tun");

	(void)state;
	route_in(RT_TABLE_MAIN, AF_INET, tun0, NET_LOWER_HALF);
	route_in(RT_TABLE_MAIN, AF_INET, tun0, NET_UPPER_HALF);
	/* One half alone is no default route. */
	route_in(RT_TABLE_MAIN, AF_INET6, eth0, NET_UPPER_HALF);
	address(eth0, "192.168.1.2", 24);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (tun0)", "", "tun0 (of the kind \"tun\")");
	check_use("eth0", "up, 192.168.1.2/24");
}

/* Behind which port of a bridge the gateway is, only the bridge knows. */
static void ports_of_a_bridge(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true),
		     eth2 = nic("eth2", "03:00.0", true),
		     eth3 = nic("eth3", "04:00.0", false), bond = add("bond0", "bond"),
		     bridge = add("br0", "bridge"), tap = add("tap1", "tun"),
		     vlan = add("br0.5", "vlan");

	(void)state;
	on(bond, eth0);
	on(bond, eth1);
	on(bridge, bond);
	on(bridge, eth2);
	on(bridge, eth3);
	on(bridge, tap);
	on(vlan, bridge);
	route(AF_INET, vlan);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0,
		    "the default route (br0.5), which may go through br0 by its port "
		    "eth2",
		    "3 eth2", NULL);
	check_stake(1,
		    "the default route (br0.5), which may go through br0 by its port "
		    "bond0",
		    "1 eth0, 2 eth1", NULL);
}

/* A route that no bridge divides stands in for each port, and those of no other bridge.
 */
static void bridges_and_other_routes(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true),
		     eth2 = nic("eth2", "03:00.0", true),
		     eth3 = nic("eth3", "04:00.0", true),
		     wlan0 = nic("wlan0", "05:00.0", true), br0 = add("br0", "bridge"),
		     br1 = add("br1", "bridge"), br2 = add("br2", "bridge"),
		     eth4 = nic("eth4", "06:00.0", true);

	(void)state;
	on(br0, eth0);
	on(br0, eth1);
	on(br1, eth2);
	on(br1, eth3);
	on(br2, eth4);
	route(AF_INET, br0);
	route(AF_INET, wlan0);
	route(AF_INET, br2);
	route(AF_INET6, br0);
	route(AF_INET6, br1);
	settle();
	assert_int_equal(stakes.n, 6);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(stakes.entries[i].n, 3);
		assert_string_equal(stakes.entries[i].carriers[2],
				    i == 0 ? "eth0" : "eth1");
	}
	for (size_t i = 2; i < 6; i++)
		assert_int_equal(stakes.entries[i].n, 1);
	check_stake(5,
		    "the IPv6 default route (br0, br1), which may go through br1 by "
		    "its port eth3",
		    "4 eth3", NULL);
}

/* A VLAN on a bridge is a port of another, and a port that no list can take. */
static void bridge_in_a_bridge(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true),
		     eth2 = nic("eth2", "03:00.0", true),
		     end0 = nic("end0", "04:00.0", true), lower = add("br0", "bridge"),
		     vlan = add("br0.5", "vlan"), upper = add("br1", "bridge");

	(void)state;
	net.links[end0].place = NET_OFF_PCI;
	on(upper, vlan);
	on(upper, eth2);
	on(upper, end0);
	on(vlan, lower);
	on(lower, eth0);
	on(lower, eth1);
	route(AF_INET, upper);
	settle();
	assert_int_equal(stakes.n, 3);
	check_stake(0,
		    "the default route (br1), which may go through br1 by its port eth2",
		    "3 eth2", NULL);
	check_stake(1,
		    "the default route (br1), which may go through br0 by its port eth0",
		    "1 eth0", NULL);
	check_stake(2,
		    "the default route (br1), which may go through br0 by its port eth1",
		    "2 eth1", NULL);
}

static void ports_of_open_vswitch(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true),
		     datapath = add("ovs-system", "openvswitch"),
		     bridge = add("vmbr0", "openvswitch"), tap = add("tap1", "tun");

	(void)state;
	net.links[eth0].master = net.links[eth1].master = net.links[tap].master =
		net.links[datapath].index;
	address(bridge, "192.168.1.2", 24);
	route(AF_INET, bridge);
	session("192.168.1.7 50000 192.168.1.2 22");
	settle();
	assert_int_equal(stakes.n, 4);
	check_stake(0,
		    "the default route (vmbr0), which may go through ovs-system by its "
		    "port eth0",
		    "1 eth0", NULL);
	check_stake(3,
		    "the SSH session from 192.168.1.7, which may go through ovs-system "
		    "by its port eth1",
		    "2 eth1", NULL);
}

static void vrf(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true), vrf0 = add("vrf0", "vrf");

	(void)state;
	net.links[eth0].master = net.links[eth1].master = net.links[vrf0].index;
	address(vrf0, "192.168.1.2", 24);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0,
		    "an address of the host, which may go through vrf0 by its port eth0",
		    "1 eth0", NULL);
}

static void open_vswitch(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", false),
		     datapath = add("ovs-system", "openvswitch"),
		     bridge = add("vmbr0", "openvswitch"), tap = add("tap1", "tun");

	(void)state;
	add("mgmt", "openvswitch");
	net.links[eth0].master = net.links[eth1].master = net.links[tap].master =
		net.links[datapath].index;
	address(bridge, "192.168.1.2", 24);
	route(AF_INET, bridge);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (vmbr0)", "1 eth0", NULL);
	check_use("eth0", "up, in ovs-system > vmbr0 and 1 more, "
			  "192.168.1.2/24 on vmbr0, default route");
}

static void open_vswitch_without_nic(void **state)
{
	const size_t datapath = add("ovs-system", "openvswitch"),
		     bridge = add("vmbr0", "openvswitch"), tap = add("tap1", "tun");

	(void)state;
	net.links[tap].master = net.links[datapath].index;
	route(AF_INET, bridge);
	settle();
	check_stake(0, "the default route (vmbr0)", "",
		    "vmbr0 leads to no physical interface");
}

static void macvlan(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), mv = add("mv0", "macvlan"),
		     lost = add("mv1", "macvlan");

	(void)state;
	net.links[mv].under = net.links[eth0].index;
	net.links[lost].under_hidden = true;
	route(AF_INET, mv);
	route(AF_INET6, lost);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0, "the default route (mv0)", "1 eth0", NULL);
	check_stake(1, "the IPv6 default route (mv1)", "",
		    "mv1 is made on an interface of another network namespace");
	check_use("eth0", "up, in mv0, default route");
}

/* A router in a guest: the host hangs on a bridge that has only the guest's tap. */
static void bridge_of_guests(void **state)
{
	const size_t bridge = add("vmbr1", "bridge"), tap = add("tap100i0", "tun"),
		     empty = add("vmbr2", "bridge");

	(void)state;
	on(bridge, tap);
	route(AF_INET, bridge);
	route(AF_INET6, empty);
	settle();
	check_stake(0, "the default route (vmbr1)", "",
		    "vmbr1 leads to no physical interface");
	check_stake(1, "the IPv6 default route (vmbr2)", "",
		    "vmbr2 has no interface in it");
}

/* What a tunnel port of a bridge runs over is not known, unless it says so. */
static void tunnels_in_bridge(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), bridge = add("br0", "bridge"),
		     other = add("br1", "bridge"), vxlan = add("vxlan1", "vxlan"),
		     lost = add("vxlan2", "vxlan");

	(void)state;
	on(bridge, vxlan);
	on(vxlan, eth0);
	on(other, lost);
	route(AF_INET, bridge);
	route(AF_INET6, other);
	settle();
	check_stake(0, "the default route (br0)", "1 eth0", NULL);
	check_stake(1, "the IPv6 default route (br1)", "",
		    "vxlan2 (of the kind \"vxlan\")");
}

static void no_default_route(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true),
		     eth2 = nic("eth2", "03:00.0", false),
		     virbr = add("virbr0", "bridge"), lo = add("lo", "");

	(void)state;
	net.links[lo].loopback = true;
	address(lo, "127.0.0.1", 8);
	address(lo, "::1", 128);
	address(virbr, "192.168.122.1", 24);
	address(eth0, "192.168.1.2", 24);
	address(eth1, "169.254.1.2", 16);
	address(eth1, "fe80::2", 64);
	address(eth2, "192.168.2.2", 24);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "an address of the host", "1 eth0", NULL);
}

static void only_link_local(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), lo = add("lo", "");

	(void)state;
	address(lo, "127.0.0.1", 8);
	address(eth0, "fe80::2", 64);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "an address of the host", "1 eth0", NULL);
}

static void no_network_at_all(void **state)
{
	const size_t lo = add("lo", "");

	(void)state;
	nic("eth0", "01:00.0", true);
	address(lo, "127.0.0.1", 8);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "a network interface of the host", "1 eth0", NULL);
	check_use("eth0", "up, unused");
}

/* A bond that is down once it has less than two members, and one that is not. */
static void bond_with_min_links(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true), bond = add("bond0", "bond");

	(void)state;
	on(bond, eth0);
	on(bond, eth1);
	route(AF_INET, bond);
	net.links[bond].min_links = 1;
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (bond0)", "1 eth0, 2 eth1", NULL);

	net.links[bond].min_links = 2;
	stakes_free(&stakes);
	assert_int_equal(network_stakes(&net, &stakes), 0);
	assert_int_equal(stakes.n, 2);
	check_stake(
		0,
		"the default route (bond0), which may go through bond0 by its port eth0",
		"1 eth0", NULL);
	check_stake(
		1,
		"the default route (bond0), which may go through bond0 by its port eth1",
		"2 eth1", NULL);
}

/* Nothing has an address, as when DHCP failed: some interface has to stay. */
static void no_address(void **state)
{
	(void)state;
	nic("eth0", "01:00.0", false);
	nic("eth1", "02:00.0", false);
	add("vmbr0", "bridge");
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "a network interface of the host", "1 eth0, 2 eth1", NULL);

	net.links[1].carrier = true;
	stakes_free(&stakes);
	assert_int_equal(network_stakes(&net, &stakes), 0);
	check_stake(0, "a network interface of the host", "2 eth1", NULL);

	net.links[1].place = NET_OFF_PCI;
	stakes_free(&stakes);
	assert_int_equal(network_stakes(&net, &stakes), 0);
	assert_int_equal(stakes.n, 0);
}

/* Any router brings a default route for IPv6 along: the host is reached by IPv4. */
static void no_ipv4_route(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true);

	(void)state;
	address(eth0, "192.168.1.2", 24);
	address(eth1, "2001:db8::2", 64);
	route(AF_INET6, eth1);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0, "the IPv6 default route (eth1)", "2 eth1", NULL);
	check_stake(1, "an IPv4 address of the host", "1 eth0", NULL);
}

/* The other way round nobody needs IPv6 to reach it. */
static void no_ipv6_route(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true);

	(void)state;
	address(eth0, "192.168.1.2", 24);
	address(eth1, "fd00::2", 64);
	route(AF_INET, eth0);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (eth0)", "1 eth0", NULL);
}

/* Only IPv6 is in use. */
static void no_ipv4(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true);

	(void)state;
	address(eth0, "2001:db8::2", 64);
	route(AF_INET6, eth0);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the IPv6 default route (eth0)", "1 eth0", NULL);
}

/* What no list can take keeps the host reachable, if it has carrier. */
static void off_pci(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), end0 = add("end0", ""),
		     bond = add("bond0", "bond");

	(void)state;
	net.links[end0].place = NET_OFF_PCI;
	on(bond, eth0);
	on(bond, end0);
	route(AF_INET, bond);
	settle();
	assert_int_equal(stakes.n, 0);
	assert_int_equal(uses.n, 1);
	net.links[end0].carrier = false;
	assert_int_equal(network_stakes(&net, &stakes), 0);
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (bond0)", "1 eth0", NULL);
}

static void unknown_place(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true);

	(void)state;
	net.links[eth0].place = NET_UNKNOWN;
	route(AF_INET, eth0);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (eth0)", "", "sysfs does not tell");
}

/* A port of a switch chip works through the NIC that the chip is wired to. */
static void switch_port(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), lan1 = add("lan1", "dsa");

	(void)state;
	net.links[lan1].place = NET_OFF_PCI;
	on(lan1, eth0);
	route(AF_INET, lan1);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (lan1)", "1 eth0", NULL);
}

/* Without its physical function there is no virtual one after the next boot. */
static void virtual_function(void **state)
{
	const size_t vf = nic("eth0v0", "01:10.0", true);

	(void)state;
	net.links[vf].is_vf = true;
	net.links[vf].physical_function = address_of("02:00.0");
	route(AF_INET, vf);
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(0, "the default route (eth0v0)", "1 eth0v0", NULL);
	check_stake(1, "the default route (eth0v0)", "2 eth0v0", NULL);
	check_use("eth0v0", "VF of 0000:02:00.0, up, default route");
}

/* Which cards have a link: the physical function carries what its virtual one does. */
static void links(void **state)
{
	const size_t vf = nic("eth0v0", "01:10.0", true);

	(void)state;
	nic("eth0", "01:00.0", false);
	nic("eth1", "02:00.0", false);
	net.links[vf].is_vf = true;
	net.links[vf].physical_function = address_of("01:00.0");
	settle();
	assert_int_equal(uses.n, 3);
	for (size_t i = 0; i < uses.n; i++)
		assert_int_equal(uses.entries[i].carrier,
				 strcmp(uses.entries[i].device, "eth1") != 0);
}

static void sessions(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true), bridge = add("vmbr0", "bridge"),
		     lo = add("lo", "");

	(void)state;
	net.links[lo].loopback = true;
	on(bridge, eth0);
	address(bridge, "192.168.1.2", 24);
	address(lo, "127.0.0.1", 8);
	address(eth0, "fe80::9", 64);
	address(eth1, "fe80::9", 64);
	route(AF_INET, bridge);
	session("192.168.1.7 50000 192.168.1.2 22");
	session("fe80::7%eth1 50000 fe80::9%eth1 22");
	session("127.0.0.1 50000 127.0.0.1 22");
	session("10.9.9.9 50000 10.9.9.1 22");
	settle();
	assert_int_equal(stakes.n, 5);
	check_stake(1, "the SSH session from 192.168.1.7", "1 eth0", NULL);
	check_stake(2, "the SSH session from fe80::7", "2 eth1", NULL);
	check_stake(3, "the SSH session from 127.0.0.1", "", "the loopback interface");
	check_stake(4, "the SSH session from 10.9.9.9", "",
		    "no interface has the address that it came in by");
	check_use("eth0", "up, in vmbr0, 192.168.1.2/24 on vmbr0, default route, "
			  "SSH session");
	check_use("eth1", "up, link-local address only, SSH session");
}

/* Sessions of others count only where a card carries them. */
static void sessions_of_others(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true), vmbr0 = add("vmbr0", "bridge"),
		     veth = add("veth0", "veth"), docker0 = add("docker0", "bridge"),
		     wg0 = add("wg0", "wireguard");

	(void)state;
	on(vmbr0, eth1);
	on(vmbr0, veth);
	address(eth0, "192.168.1.2", 24);
	address(vmbr0, "192.168.2.2", 24);
	address(docker0, "172.17.0.1", 16);
	address(wg0, "10.0.0.2", 24);
	route(AF_INET, eth0);
	/* From a container, through a tunnel, to an address that is gone. */
	session_of_other("172.17.0.2 50000 172.17.0.1 22");
	session_of_other("10.0.0.7 50000 10.0.0.2 22");
	session_of_other("192.168.9.7 50000 192.168.9.2 22");
	session_of_other("192.168.2.7 50000 192.168.2.2 22");
	session_of_other("192.168.2.8 50000 192.168.2.2 22");
	settle();
	assert_int_equal(net.n_sessions, 4);
	assert_int_equal(stakes.n, 2);
	check_stake(0, "the default route (eth0)", "1 eth0", NULL);
	check_stake(1, "the SSH session from 192.168.2.7", "2 eth1", NULL);
}

static void web_sessions(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true),
		     eth1 = nic("eth1", "02:00.0", true);

	(void)state;
	address(eth0, "192.168.1.2", 24);
	address(eth1, "192.168.2.2", 24);
	route(AF_INET, eth0);
	session_of_other("192.168.2.7 50000 192.168.2.2 8006");
	net.sessions[0].by_web = true;
	settle();
	assert_int_equal(stakes.n, 2);
	check_stake(1, "the web session from 192.168.2.7", "2 eth1", NULL);
	check_use("eth1", "up, 192.168.2.2/24, web session");
}

static void parses_sessions(void **state)
{
	static const char *const bad[] = {
		"",
		"1.2.3.4",
		"1.2.3.4 1 5.6.7.8",
		"1.2.3.4 1 5.6.7.8 22 x",
		"a 1 5.6.7.8 22",
		"1.2.3.4 1 b 22",
		"% % % %",
	};
	const uint8_t mapped[4] = { 5, 6, 7, 8 };
	struct net_session session;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(net_session_parse(bad[i], &session), -EINVAL);
	assert_int_equal(
		net_session_parse("::ffff:1.2.3.4 1 ::ffff:5.6.7.8 22", &session), 0);
	assert_string_equal(session.client, "1.2.3.4");
	assert_int_equal(session.family, AF_INET);
	assert_memory_equal(session.server, mapped, sizeof(mapped));
	assert_null(session.zone);
	net_session_free(&session);
	assert_int_equal(net_session_parse("fe80::1%a 1 fe80::2%vmbr0.5 22", &session),
			 0);
	assert_int_equal(session.family, AF_INET6);
	assert_string_equal(session.zone, "vmbr0.5");
	net_session_free(&session);
}

/* What could not be read is never a pass. */
static void unseen(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true);

	(void)state;
	session("192.168.1.7 50000 192.168.1.2 22");
	route(AF_INET, eth0);
	assert_int_equal(network_unseen(&net.routes_unseen, "no routes"), 0);
	assert_int_equal(network_unseen(&net.addresses_unseen, "no addresses"), 0);
	assert_int_equal(network_unseen(&net.sessions_unseen, "no sessions"), 0);
	settle();
	assert_int_equal(stakes.n, 3);
	check_stake(0, "the default route", "", "no routes");
	check_stake(1, "the SSH session", "", "no sessions");
	check_stake(2, "the SSH session from 192.168.1.7", "", "no addresses");
	stakes_free(&stakes);
	assert_int_equal(network_unseen(&net.links_unseen, "no links"), 0);
	assert_int_equal(network_stakes(&net, &stakes), 0);
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the network of the host", "", "no links");
}

static void unseen_addresses_without_route(void **state)
{
	(void)state;
	nic("eth0", "01:00.0", true);
	assert_int_equal(network_unseen(&net.addresses_unseen, "no %s", "addresses"), 0);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "an address of the host", "", "no addresses");
	check_use("eth0", "up, addresses not seen");
}

static void route_without_link(void **state)
{
	(void)state;
	nic("eth0", "01:00.0", true);
	route(AF_INET, NET_NO_LINK);
	settle();
	assert_int_equal(stakes.n, 1);
	check_stake(0, "the default route (unknown interface)", "", "is not known");
}

static void cycles(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true), a = add("veth0", "veth"),
		     b = add("veth1", "veth"), bridge = add("br0", "bridge"),
		     vlan = add("br0.5", "vlan");

	(void)state;
	on(a, b);
	on(b, a);
	on(bridge, vlan);
	on(vlan, bridge);
	on(vlan, vlan);
	on(bridge, eth0);
	route(AF_INET, vlan);
	route(AF_INET6, a);
	settle();
	check_stake(0, "the default route (br0.5)", "1 eth0", NULL);
	check_stake(1, "the IPv6 default route (veth0)", "",
		    "veth0 leads to no physical interface");
}

static void many_addresses(void **state)
{
	const size_t eth0 = nic("eth0", "01:00.0", true);

	(void)state;
	address(eth0, "2001:db8::1", 64);
	address(eth0, "10.0.0.1", 24);
	address(eth0, "10.0.0.2", 24);
	address(eth0, "10.0.0.3", 24);
	address(eth0, "10.0.0.4", 24);
	settle();
	check_use("eth0", "up, 10.0.0.1/24, 10.0.0.2/24, 10.0.0.3/24, 2 more addresses");
}

/* Names are not for formats, and may have any bytes. */
static void odd_names(void **state)
{
	const size_t eth0 = nic("%s%n\xff", "01:00.0", true);

	(void)state;
	route(AF_INET, eth0);
	settle();
	check_stake(0, "the default route (%s%n\xff)", "1 %s%n\xff", NULL);
}

/* Each NIC with VLANs in bridges, and all of them in one bond as well. */
static void thousands(void **state)
{
	const size_t n = 4096, bond = add("bond0", "bond");
	struct timespec before, after;
	char name[16], pci[16];
	double seconds;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		size_t eth, vlan;

		snprintf(name, sizeof(name), "eth%zu", i);
		snprintf(pci, sizeof(pci), "%02zx:%02zx.%zu", i >> 8, i >> 3 & 0x1f,
			 i & 7);
		eth = nic(name, pci, true);
		on(bond, eth);
		snprintf(name, sizeof(name), "bond0.%zu", i);
		vlan = add(name, "vlan");
		on(vlan, bond);
		address(vlan, "10.0.0.1", 24);
		if (i < 8)
			route_in((uint32_t)i + 1000, AF_INET, vlan, NET_ALL);
	}
	clock_gettime(CLOCK_MONOTONIC, &before);
	settle();
	clock_gettime(CLOCK_MONOTONIC, &after);
	seconds = (double)(after.tv_sec - before.tv_sec) +
		  (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	assert_int_equal(uses.n, n);
	assert_int_equal(stakes.n, 8);
	assert_int_equal(stakes.entries[0].n, n);
	/* With sanitizers, on a busy machine. */
	if (seconds > 10)
		fail_msg("%f seconds", seconds);
}

#define test(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(bond_in_bridge_in_vlan),
		test(member_without_carrier),
		test(nothing_has_carrier),
		test(families_on_different_nics),
		test(two_default_routes),
		test(other_tables),
		test(only_another_table),
		test(halves),
		test(ports_of_a_bridge),
		test(bridges_and_other_routes),
		test(bridge_in_a_bridge),
		test(ports_of_open_vswitch),
		test(vrf),
		test(open_vswitch),
		test(open_vswitch_without_nic),
		test(macvlan),
		test(bridge_of_guests),
		test(tunnels_in_bridge),
		test(no_default_route),
		test(only_link_local),
		test(no_network_at_all),
		test(bond_with_min_links),
		test(no_address),
		test(no_ipv4_route),
		test(no_ipv6_route),
		test(no_ipv4),
		test(off_pci),
		test(unknown_place),
		test(switch_port),
		test(virtual_function),
		test(links),
		test(sessions),
		test(sessions_of_others),
		test(web_sessions),
		test(parses_sessions),
		test(unseen),
		test(unseen_addresses_without_route),
		test(route_without_link),
		test(cycles),
		test(many_addresses),
		test(odd_names),
		test(thousands),
	};

	return run_unit_tests("network", tests, NULL, NULL);
}
