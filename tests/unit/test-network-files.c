// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of looking at the network of a host that is a tree of files. */

#include <stdio.h>

#include "host/host.h"
#include "unit.h"

static char root[] = "/tmp/ptbind-test-network-XXXXXX";

/*
 * A host with the main ways to be on PCI: eth0 in bond0 in vmbr0, with eth1 without
 * carrier; a USB adapter; a virtual function; a port of Open vSwitch; guests.
 */
static const char script[] =
	"set -e; cd \"$1\"; mkdir -p proc/net sys/class/net sys/bus/pci/devices\n"
	"function() { mkdir -p sys/devices/pci0000:00/$1; "
	"ln -s ../../../devices/pci0000:00/$1 sys/bus/pci/devices/${1##*/}; }\n"
	/* link NAME PARENT INDEX FLAGS CARRIER */
	"link() { mkdir -p sys/devices/$2/net/$1; "
	"ln -s ../../devices/$2/net/$1 sys/class/net/$1; cd sys/class/net/$1; "
	"echo $3 >ifindex; echo ${6-$3} >iflink; echo $4 >flags; echo 1 >type; "
	"[ -z \"$5\" ] || echo $5 >carrier; echo \"INTERFACE=$1\" >uevent; "
	"[ $2 = virtual ] || ln -s ../.. device; cd \"$root\"; }\n"
	/* on UPPER LOWER */
	"on() { ln -s ../$2 sys/class/net/$1/lower_$2; ln -s ../$1 "
	"sys/class/net/$2/upper_$1; }\n"
	"root=$PWD; p=pci0000:00\n"
	"for f in 0000:00:01.0 0000:00:02.0 0000:00:14.0 0000:00:03.0 0000:00:03.1 "
	"0000:00:04.0; do function $f; done\n"
	"ln -s ../0000:00:03.0 sys/devices/$p/0000:00:03.1/physfn\n"
	"link lo virtual 1 0x9 1; echo 772 >sys/class/net/lo/type\n"
	"link eth0 $p/0000:00:01.0 2 0x1003 1\n"
	"link eth1 $p/0000:00:02.0 3 0x1003 0\n"
	"link enx0 $p/0000:00:14.0/usb1/1-2/1-2:1.0 4 0x1003 1\n"
	"link vf0 $p/0000:00:03.1 5 0x1002 ''\n"
	"link ovs0 $p/0000:00:04.0 6 0x1003 1\n"
	"link bond0 virtual 7 0x1403 1; echo DEVTYPE=bond >>sys/class/net/bond0/uevent\n"
	"link vmbr0 virtual 8 0x1003 1; mkdir sys/class/net/vmbr0/bridge\n"
	"link tap100i0 virtual 9 0x1003 1; echo 0x1002 >sys/class/net/tap100i0/tun_flags\n"
	"link veth1 virtual 10 0x1003 1 2\n"
	"link ovs-system virtual 11 0x1003 1\n"
	"link br-int virtual 12 0x1003 1\n"
	"link sit0 virtual 13 0x80 '' 0\n"
	"echo bond0 >sys/class/net/bonding_masters\n"
	"mkdir sys/class/net/eth1/bonding_slave; "
	"echo backup >sys/class/net/eth1/bonding_slave/state\n"
	"on bond0 eth0; on bond0 eth1; on vmbr0 bond0; on vmbr0 tap100i0; on vmbr0 veth1; "
	"on ovs-system ovs0\n"
	"for i in bus/pci/slots bus/pci/drivers; do mkdir -p sys/$i; done\n";

static const char route_header[] =
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"
	"                                                       \n";

/* In the kernel's format, shortened; with a local address that no network is for. */
static const char fib_trie[] = "Main:\n"
			       "  +-- 0.0.0.0/0 3 0 5\n"
			       "     |-- 0.0.0.0\n"
			       "        /0 universe UNICAST\n"
			       "     +-- 127.0.0.0/8 2 0 2\n"
			       "           |-- 127.0.0.1\n"
			       "              /32 host LOCAL\n"
			       "     +-- 192.0.2.0/24 2 0 2\n"
			       "        +-- 192.0.2.0/30 2 0 2\n"
			       "           |-- 192.0.2.0\n"
			       "              /24 link UNICAST\n"
			       "           |-- 192.0.2.2\n"
			       "              /32 host LOCAL\n"
			       "        |-- 192.0.2.255\n"
			       "           /32 link BROADCAST\n"
			       "     |-- 203.0.113.9\n"
			       "        /32 host LOCAL\n"
			       "Local:\n"
			       "           |-- 192.0.2.2\n"
			       "              /32 host LOCAL\n";

static void put(const char *path, const char *text)
{
	char joined[256];
	FILE *f;

	snprintf(joined, sizeof(joined), "%s/%s", root, path);
	f = fopen(joined, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void put_routes(const char *routes)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", route_header, routes);
	put("proc/net/route", text);
}

static void drop(const char *path)
{
	char joined[256];

	snprintf(joined, sizeof(joined), "%s/%s", root, path);
	assert_int_equal(unlink(joined), 0);
}

#define BY_VMBR0 "vmbr0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0     \n"
#define NETWORK_OF_VMBR0                                                                 \
	"vmbr0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0     \n"

static int make_tree(void **state)
{
	char path[64], command[128];
	FILE *f;

	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/make", root);
	f = fopen(path, "we");
	if (f == NULL || fputs(script, f) < 0 || fclose(f) != 0)
		return -1;
	snprintf(command, sizeof(command), "sh %s %s", path, root);
	if (system(command) != 0)
		return -1;
	put_routes(BY_VMBR0 NETWORK_OF_VMBR0);
	put("proc/net/fib_trie", fib_trie);
	return 0;
}

static int remove_tree(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void look(struct host *host)
{
	*host = (struct host){ .root = root };
	assert_int_equal(network_look(host), 0);
	uses_sort(&host->uses);
}

static void forget(struct host *host)
{
	uses_free(&host->uses);
	stakes_free(&host->stakes);
	notes_free(&host->unseen);
}

static void check_use(const struct host *host, const char *address, const char *device,
		      const char *text)
{
	const struct pci_address function = address_of(address);
	const struct use *use;
	size_t n;

	use = uses_of(&host->uses, &function, &n);
	assert_int_equal(n, 1);
	assert_int_equal(use->kind, USE_NETWORK);
	assert_string_equal(use->device, device);
	assert_string_equal(use->text, text);
}

static void check_stake(const struct host *host, size_t i, const char *what,
			const char *carrier, const char *unresolved)
{
	const struct stake *stake = &host->stakes.entries[i];

	assert_true(i < host->stakes.n);
	assert_string_equal(stake->what, what);
	assert_int_equal(stake->n, carrier != NULL);
	if (carrier != NULL)
		assert_string_equal(stake->carriers[0], carrier);
	if (unresolved == NULL)
		assert_null(stake->unresolved);
	else
		assert_string_equal(stake->unresolved, unresolved);
}

static void whole_host(void **state)
{
	struct host host;

	(void)state;
	put("proc/net/ipv6_route",
	    /* Default by vmbr0, and one that drops everything. */
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "20010db8000000000000000000000001 00000400 00000003 00000000 00000003    vmbr0\n"
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       "
	    "lo\n");
	put("proc/net/if_inet6",
	    "20010db8000000000000000000000002 08 40 00 82    vmbr0\n"
	    "fe8000000000000000fc00fffe000001 04 40 20 80     enx0\n"
	    "00000000000000000000000000000001 01 80 10 80       lo\n");
	look(&host);
	assert_int_equal(host.unseen.n, 0);
	assert_int_equal(host.uses.n, 5);
	check_use(&host, "00:01.0", "eth0",
		  "up, in bond0 > vmbr0, 192.0.2.2/24 on vmbr0, 2001:db8::2/64 on vmbr0, "
		  "default route");
	check_use(&host, "00:02.0", "eth1",
		  "no carrier, in bond0 (standby) > vmbr0, 192.0.2.2/24 on vmbr0, "
		  "2001:db8::2/64 on vmbr0, default route");
	check_use(&host, "00:14.0", "enx0", "USB, up, link-local address only");
	check_use(&host, "00:03.1", "vf0", "VF of 0000:00:03.0, down, unused");
	check_use(&host, "00:04.0", "ovs0", "up, in ovs-system > br-int and 1 more");
	assert_int_equal(host.stakes.n, 2);
	check_stake(&host, 0, "the default route (vmbr0)", "eth0", NULL);
	check_stake(&host, 1, "the IPv6 default route (vmbr0)", "eth0", NULL);
	forget(&host);
}

static void kinds_of_interfaces(void **state)
{
	static const struct {
		const char *name, *carrier, *unresolved;
	} cases[] = {
		{ "br-int", "ovs0", NULL },
		{ "enx0", "enx0", NULL },
		{ "tap100i0", NULL,
		  "tap100i0 (of the kind \"tun\") does not show what carries it" },
		/* Number 2 is eth0's here, and another's in the container. */
		{ "veth1", NULL,
		  "veth1 is made on an interface of another network namespace" },
		{ "gone", NULL, "it is on an interface that is not known" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char line[128], what[64];
		struct host host;

		snprintf(line, sizeof(line),
			 "%s\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n",
			 cases[i].name);
		put_routes(line);
		look(&host);
		assert_int_equal(host.stakes.n, 1);
		snprintf(what, sizeof(what), "the default route (%s)",
			 strcmp(cases[i].name, "gone") == 0 ? "unknown interface" :
							      cases[i].name);
		check_stake(&host, 0, what, cases[i].carrier, cases[i].unresolved);
		forget(&host);
	}
}

/* What drops packets is no default route; then the addresses count. */
static void dropping_routes(void **state)
{
	struct host host;

	(void)state;
	put_routes(
		"*\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
		"eth1\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n"
		"eth1\t00000080\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n" NETWORK_OF_VMBR0);
	look(&host);
	assert_int_equal(host.stakes.n, 1);
	check_stake(&host, 0, "an address of the host", "eth0", NULL);
	forget(&host);
}

static void halves(void **state)
{
	struct host host;

	(void)state;
	put_routes("enx0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"
		   "enx0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n");
	look(&host);
	assert_int_equal(host.stakes.n, 1);
	check_stake(&host, 0, "the default route (enx0)", "enx0", NULL);
	forget(&host);
}

/* Whatever is missing or broken is said, and is no pass. */
static void unreadable(void **state)
{
	struct host host;

	(void)state;
	put_routes("vmbr0\t0000000x\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
	look(&host);
	assert_int_equal(host.unseen.n, 1);
	check_stake(&host, 0, "the default route", NULL,
		    "a line of /proc/net/route is not understood");
	forget(&host);
	put_routes("vmbr0\t0000\n");
	look(&host);
	assert_int_equal(host.unseen.n, 1);
	forget(&host);
	put_routes("");
	put("proc/net/ipv6_route", "0 0\n");
	look(&host);
	check_stake(&host, 0, "the default route", NULL,
		    "a line of /proc/net/ipv6_route is not understood");
	forget(&host);
	drop("proc/net/ipv6_route");
	drop("proc/net/route");
	look(&host);
	check_stake(&host, 0, "the default route", NULL,
		    "routes could not be read from /proc/net/route: No such file or "
		    "directory");
	forget(&host);
	put_routes("");
	drop("proc/net/fib_trie");
	look(&host);
	check_stake(
		&host, 0, "an address of the host", NULL,
		"addresses could not be read from /proc/net/fib_trie: No such file or "
		"directory");
	assert_string_equal(host.unseen.lines[0], host.stakes.entries[0].unresolved);
	forget(&host);
}

static void no_class_net(void **state)
{
	char command[128];
	struct host host;

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s/sys/class/net", root);
	assert_int_equal(system(command), 0);
	look(&host);
	assert_int_equal(host.uses.n, 0);
	assert_int_equal(host.stakes.n, 1);
	check_stake(&host, 0, "the network of the host", NULL,
		    "network interfaces could not be read from /sys/class/net: No such "
		    "file or directory");
	forget(&host);
}

/* The environment is about the running host, and not about another one's files. */
static void no_session_of_another_root(void **state)
{
	struct host host;

	(void)state;
	assert_int_equal(setenv("SSH_CONNECTION", "192.0.2.7 1 192.0.2.2 22", 1), 0);
	look(&host);
	unsetenv("SSH_CONNECTION");
	assert_int_equal(host.stakes.n, 1);
	forget(&host);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_tree, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(whole_host),
		test(kinds_of_interfaces),
		test(dropping_routes),
		test(halves),
		test(unreadable),
		test(no_class_net),
		test(no_session_of_another_root),
	};

	return run_unit_tests("network-files", tests, NULL, NULL);
}
