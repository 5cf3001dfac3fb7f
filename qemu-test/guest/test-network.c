// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of reading the network of a running kernel: in a network namespace of this
 * process's own, with what ip(8) makes there. Needs root, and a kernel with all of it.
 */

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network/network_read.h"
#include "unit.h"

/* Says whether a command of ip(8) works. */
static bool ip(const char *arguments)
{
	char command[256];

	snprintf(command, sizeof(command), "ip %s >/dev/null 2>&1", arguments);
	return system(command) == 0;
}

/* A namespace for each test, with a sysfs that shows it. */
static int enter(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("sysfs", "/sys", "sysfs", MS_RDONLY, NULL) < 0)
		return -1;
	return 0;
}

static void read_kernel(struct network *network)
{
	*network = (struct network){ 0 };
	assert_int_equal(network_read_kernel(network), 0);
	assert_null(network->links_unseen);
	assert_null(network->addresses_unseen);
	assert_null(network->routes_unseen);
	assert_int_equal(network_join(network), 0);
}

static const struct net_link *link_of(const struct network *network, const char *name)
{
	const size_t i = network_named(network, name);

	assert_int_not_equal(i, NET_NO_LINK);
	return &network->links[i];
}

static bool is_on(const struct network *network, const char *upper, const char *lower)
{
	const size_t i = network_named(network, upper), j = network_named(network, lower);

	for (size_t k = network->first_lower[i]; k < network->first_lower[i + 1]; k++)
		if (network->lowers[k] == j)
			return true;
	return false;
}

/* Are there routes of a family and table over exactly these interfaces, in any order? */
static void check_routes(const struct network *network, int family, uint32_t table,
			 const char *first, const char *second)
{
	bool has_first = false, has_second = second == NULL;

	for (size_t i = 0; i < network->n_routes; i++) {
		const struct net_route *route = &network->routes[i];
		const char *name;

		if (route->family != family || route->table != table)
			continue;
		assert_int_not_equal(route->link, NET_NO_LINK);
		name = network->links[route->link].name;
		if (strcmp(name, first) == 0)
			has_first = true;
		else if (second != NULL && strcmp(name, second) == 0)
			has_second = true;
		else
			fail_msg("a route over %s", name);
	}
	assert_true(has_first && has_second);
}

static void fresh_namespace(void **state)
{
	struct network network;

	(void)state;
	read_kernel(&network);
	assert_true(link_of(&network, "lo")->loopback);
	assert_false(link_of(&network, "lo")->up);
	assert_int_equal(link_of(&network, "lo")->place, NET_VIRTUAL);
	assert_int_equal(network.n_routes, 0);
	assert_int_equal(network.n_addresses, 0);
	network_free(&network);
}

static void bridge_and_veth(void **state)
{
	struct network network;

	(void)state;
	assert_true(ip("link add br0 type bridge") &&
		    ip("link add v0 type veth peer name v1"));
	assert_true(ip("link set v0 master br0 up") && ip("link set v1 up") &&
		    ip("link set br0 up") && ip("address add 192.0.2.5/25 dev br0") &&
		    ip("address add 10.0.0.1 peer 10.0.0.2/32 dev v1"));
	read_kernel(&network);
	assert_string_equal(link_of(&network, "br0")->kind, "bridge");
	assert_string_equal(link_of(&network, "v0")->kind, "veth");
	assert_true(link_of(&network, "v0")->up && link_of(&network, "v0")->carrier);
	assert_true(is_on(&network, "br0", "v0"));
	/* A pair is no one-above-the-other. */
	assert_false(is_on(&network, "v0", "v1") || is_on(&network, "v1", "v0"));
	assert_false(link_of(&network, "v0")->under_hidden);
	for (size_t i = 0; i < network.n_addresses; i++) {
		const struct net_address *address = &network.addresses[i];
		char text[INET_ADDRSTRLEN];

		if (address->family != AF_INET)
			continue;
		inet_ntop(AF_INET, address->bytes, text, sizeof(text));
		if (network.links + address->link == link_of(&network, "br0")) {
			assert_string_equal(text, "192.0.2.5");
			assert_int_equal(address->prefix, 25);
		} else {
			/* Its own, not the peer's. */
			assert_string_equal(text, "10.0.0.1");
		}
	}
	assert_true(ip("link set v1 down"));
	network_free(&network);
	read_kernel(&network);
	assert_false(link_of(&network, "v1")->up);
	assert_false(link_of(&network, "v1")->carrier);
	assert_true(link_of(&network, "v0")->up);
	assert_false(link_of(&network, "v0")->carrier);
	network_free(&network);
}

static void bond_in_bridge_in_vlan(void **state)
{
	struct network network;

	(void)state;
	assert_true(ip("link add d0 type dummy") && ip("link add d1 type dummy") &&
		    ip("link add bond0 type bond mode active-backup min_links 1") &&
		    ip("link add bond1 type bond mode 802.3ad min_links 2") &&
		    ip("link add br0 type bridge") &&
		    ip("link add br0.5 link br0 type vlan id 5") &&
		    ip("link add mv0 link br0 type macvlan"));
	assert_true(ip("link set d0 master bond0") && ip("link set d1 master bond0") &&
		    ip("link set bond0 master br0") && ip("link set bond0 up"));
	read_kernel(&network);
	assert_true(is_on(&network, "bond0", "d0") && is_on(&network, "bond0", "d1"));
	assert_true(is_on(&network, "br0", "bond0") && is_on(&network, "br0.5", "br0"));
	assert_true(is_on(&network, "mv0", "br0"));
	assert_int_equal(link_of(&network, "bond0")->min_links, 1);
	assert_int_equal(link_of(&network, "bond1")->min_links, 2);
	assert_int_equal(link_of(&network, "br0")->min_links, 0);
	assert_int_not_equal(link_of(&network, "d0")->standby,
			     link_of(&network, "d1")->standby);
	network_free(&network);
}

/* Starts a process with a network namespace of its own, which lasts until it is killed.
 */
static pid_t start_other_namespace(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

/* What is made on a link that then is in another namespace, as in a container. */
static void lower_in_another_namespace(void **state)
{
	struct network network;
	char arguments[64];
	pid_t pid;

	(void)state;
	assert_true(ip("link add v0 type veth peer name v1"));
	pid = start_other_namespace();
	snprintf(arguments, sizeof(arguments), "link set v1 netns %d", (int)pid);
	assert_true(ip(arguments));
	read_kernel(&network);
	assert_true(link_of(&network, "v0")->under_hidden);
	network_free(&network);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool two_links(void)
{
	return ip("link add a0 type veth peer name a1") &&
	       ip("link add b0 type veth peer name b1") && ip("link set lo up") &&
	       ip("link set a0 up") && ip("link set a1 up") && ip("link set b0 up") &&
	       ip("link set b1 up") && ip("address add 192.0.2.1/24 dev a0") &&
	       ip("address add 198.51.100.1/24 dev b0");
}

static void tables_and_kinds_of_routes(void **state)
{
	struct network network;

	(void)state;
	assert_true(two_links());
	assert_true(ip("route add default via 192.0.2.254") &&
		    ip("route add default via 198.51.100.254 metric 600") &&
		    ip("route add default dev b0 table 4711") &&
		    ip("route add blackhole default table 100") &&
		    ip("route add unreachable default table 101") &&
		    ip("route add 0.0.0.0/1 dev a0 table 200") &&
		    ip("route add 128.0.0.0/1 dev b0 table 200") &&
		    ip("route add 128.0.0.0/1 dev b0 table 201") &&
		    ip("route add 0.0.0.0/2 dev b0 table 202"));
	read_kernel(&network);
	check_routes(&network, AF_INET, RT_TABLE_MAIN, "a0", "b0");
	check_routes(&network, AF_INET, 4711, "b0", NULL);
	check_routes(&network, AF_INET, 200, "a0", "b0");
	assert_int_equal(network.n_routes, 5);
	network_free(&network);
}

static void multipath(void **state)
{
	struct network network;

	(void)state;
	assert_true(two_links());
	assert_true(ip(
		"route add default nexthop via 192.0.2.254 nexthop via 198.51.100.254"));
	read_kernel(&network);
	check_routes(&network, AF_INET, RT_TABLE_MAIN, "a0", "b0");
	assert_int_equal(network.n_routes, 2);
	network_free(&network);
}

static bool set_compatible(const char *value)
{
	FILE *f = fopen("/proc/sys/net/ipv4/nexthop_compat_mode", "we");

	if (f == NULL)
		return false;
	fputs(value, f);
	return fclose(f) == 0;
}

/* With compatibility off the kernel tells the number of the next hop, and no more. */
static void nexthop_objects(void **state)
{
	struct network network;

	(void)state;
	assert_true(two_links());
	assert_true(ip("nexthop add id 7 via 192.0.2.254 dev a0"));
	assert_true(ip("nexthop add id 8 via 198.51.100.254 dev b0") &&
		    ip("nexthop add id 9 group 7/8") &&
		    ip("nexthop add id 10 blackhole") && ip("route add default nhid 9") &&
		    ip("route add default nhid 8 table 50") &&
		    ip("route add default nhid 10 table 51"));
	read_kernel(&network);
	check_routes(&network, AF_INET, RT_TABLE_MAIN, "a0", "b0");
	check_routes(&network, AF_INET, 50, "b0", NULL);
	network_free(&network);
	assert_true(set_compatible("0"));
	read_kernel(&network);
	check_routes(&network, AF_INET, RT_TABLE_MAIN, "a0", "b0");
	check_routes(&network, AF_INET, 50, "b0", NULL);
	assert_int_equal(network.n_routes, 3);
	network_free(&network);
}

static void ipv6(void **state)
{
	struct network network;

	(void)state;
	assert_true(two_links());
	assert_true(ip("-6 address add 2001:db8::1/64 dev a0 nodad") &&
		    ip("-6 address add 2001:db8:1::1/64 dev b0 nodad"));
	assert_true(ip("-6 route add default via 2001:db8::fe dev a0") &&
		    ip("-6 route add unreachable default metric 4000") &&
		    ip("-6 route add 2000::/3 dev b0 table 300") &&
		    ip("-6 route add default table 301 nexthop via 2001:db8::fd dev a0 "
		       "nexthop via 2001:db8:1::fd dev b0"));
	read_kernel(&network);
	check_routes(&network, AF_INET6, RT_TABLE_MAIN, "a0", NULL);
	check_routes(&network, AF_INET6, 300, "b0", NULL);
	check_routes(&network, AF_INET6, 301, "a0", "b0");
	network_free(&network);
}

/* The files of proc tell the same, as far as they go. */
static void files_agree(void **state)
{
	struct network network = { 0 };
	size_t n = 0;

	(void)state;
	assert_true(two_links() && ip("link add br0 type bridge") &&
		    ip("link set a1 master br0"));
	assert_true(ip("route add default via 192.0.2.254") &&
		    ip("route add blackhole default metric 50"));
	/* Of this process: /proc/net is a link to /proc/self/net. */
	assert_int_equal(network_read_files("/.", &network), 0);
	assert_null(network.links_unseen);
	assert_null(network.routes_unseen);
	assert_null(network.addresses_unseen);
	assert_int_equal(network_join(&network), 0);
	check_routes(&network, AF_INET, RT_TABLE_MAIN, "a0", NULL);
	assert_true(is_on(&network, "br0", "a1"));
	assert_string_equal(link_of(&network, "br0")->kind, "bridge");
	assert_true(link_of(&network, "a0")->up && link_of(&network, "a0")->carrier);
	/* A pair here is not taken for one with its other end elsewhere. */
	assert_false(link_of(&network, "a0")->under_hidden);
	for (size_t i = 0; i < network.n_addresses; i++)
		if (network.addresses[i].link == network_named(&network, "b0") &&
		    network.addresses[i].family == AF_INET) {
			assert_int_equal(network.addresses[i].bytes[0], 198);
			assert_int_equal(network.addresses[i].prefix, 24);
			n++;
		}
	assert_int_equal(n, 1);
	network_free(&network);
}

#define CLIENT "192.0.2.7"

/* As a program of its own: is it in a session from CLIENT, though not by what it has? */
static int find_session(void)
{
	struct network network = { 0 };
	bool found = false;

	if (network_read_sessions(&network) < 0)
		return 2;
	for (size_t i = 0; i < network.n_sessions; i++)
		if (strcmp(network.sessions[i].client, CLIENT) == 0)
			found = true;
	network_free(&network);
	return found ? 0 : 1;
}

/* Runs this program as find_session(), with a value in an ancestor's environment. */
static bool finds_session(const char *value)
{
	char command[256];

	snprintf(
		command, sizeof(command),
		"SSH_CONNECTION='%s' sh -c 'env -u SSH_CONNECTION /proc/%d/exe sessions; "
		"exit $?'",
		value, getpid());
	return system(command) == 0;
}

/* As sudo(8) leaves it: the variable is gone, but for the shell that it was called by. */
static void session_of_an_ancestor(void **state)
{
	(void)state;
	assert_true(finds_session(CLIENT " 50000 192.0.2.2 22"));
	assert_false(finds_session("192.0.2.8 50000 192.0.2.2 22"));
}

#define SERVER "192.0.2.5"
#define OWN_CLIENT "192.0.2.6"

/* A connection between two addresses of the host, both ends of it. */
static bool connect_to_self(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(22) };
	struct sockaddr_in own = { .sin_family = AF_INET };
	const int server = socket(AF_INET, SOCK_STREAM, 0),
		  client = socket(AF_INET, SOCK_STREAM, 0);
	const int yes = 1;

	return inet_pton(AF_INET, SERVER, &address.sin_addr) == 1 &&
	       inet_pton(AF_INET, OWN_CLIENT, &own.sin_addr) == 1 &&
	       bind(client, (struct sockaddr *)&own, sizeof(own)) == 0 &&
	       setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	       bind(server, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       listen(server, 1) == 0 &&
	       connect(client, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       accept(server, NULL, NULL) >= 0;
}

/* Starts a process of this name that has such a connection, and ends with this one. */
static pid_t start_server(const char *name)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		byte = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
		       prctl(PR_SET_NAME, name) == 0 && connect_to_self();
		(void)!write(ready[1], &byte, 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void read_servers(const char *name, struct network *network)
{
	const pid_t pid = start_server(name);

	*network = (struct network){ 0 };
	assert_int_equal(network_read_servers("", network), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Of its two ends only the one that somebody connected to is a session. */
static void session_of_a_server(void **state)
{
	static const uint8_t server[] = { 192, 0, 2, 5 };
	struct network network;

	(void)state;
	assert_true(ip("link set lo up") && ip("address add " SERVER "/32 dev lo") &&
		    ip("address add " OWN_CLIENT "/32 dev lo"));
	read_servers("nginx", &network);
	assert_int_equal(network.n_sessions, 0);
	network_free(&network);
	read_servers("sshd-session", &network);
	assert_null(network.others_unseen);
	assert_int_equal(network.n_sessions, 1);
	assert_string_equal(network.sessions[0].client, OWN_CLIENT);
	assert_memory_equal(network.sessions[0].server, server, sizeof(server));
	network_free(&network);
}

/* Whoever is not root cannot see what a server has, and is told so. */
static void server_of_root(void **state)
{
	struct network network = { 0 };
	pid_t server, pid;
	int status;

	(void)state;
	assert_true(ip("link set lo up") && ip("address add " SERVER "/32 dev lo") &&
		    ip("address add " OWN_CLIENT "/32 dev lo"));
	server = start_server("sshd");
	pid = fork();
	if (pid == 0)
		_exit(setuid(65534) == 0 && network_read_servers("", &network) == 0 &&
				      network.n_sessions == 0 &&
				      network.others_unseen != NULL ?
			      0 :
			      1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(kill(server, SIGKILL), 0);
	assert_int_equal(waitpid(server, NULL, 0), server);
}

#define test(name) cmocka_unit_test_setup(name, enter)

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		test(fresh_namespace),
		test(bridge_and_veth),
		test(bond_in_bridge_in_vlan),
		test(lower_in_another_namespace),
		test(tables_and_kinds_of_routes),
		test(multipath),
		test(nexthop_objects),
		test(ipv6),
		test(files_agree),
		cmocka_unit_test(session_of_an_ancestor),
		test(session_of_a_server),
		test(server_of_root),
	};

	if (argc == 2 && strcmp(argv[1], "sessions") == 0)
		return find_session();
	return run_unit_tests("network", tests, NULL, NULL);
}
