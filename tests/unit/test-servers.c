// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding sessions by what servers hold, in a tree that looks like /proc. */

#include <sys/socket.h>

#include "host_tree.h"
#include "network/network_read.h"

static const char titles[] =
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
	"timeout inode";

/* 192.0.2.2:22 is 020200C0:0016 on a little-endian machine, as all of Debian's amd64 are.
 */
#define LISTENS                                                                          \
	"   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 "            \
	"00000000     0        0 11 1 0000000000000000 100 0 0 10 0\n"
#define REST " 00000000:00000000 02:000A7214 00000000     0        0 "

/* A process of this name with one socket. */
static void put_process(struct host_tree *tree, const char *pid, const char *name,
			const char *socket)
{
	char dir[64], path[PATH_MAX];

	snprintf(dir, sizeof(dir), "/proc/%s", pid);
	put(tree, dir, "comm", name);
	snprintf(path, sizeof(path), "%s%s/fd/3", tree->root, dir);
	host_tree_mkdirs(path);
	assert_int_equal(symlink(socket, path), 0);
	snprintf(path, sizeof(path), "%s%s/fd/0", tree->root, dir);
	assert_int_equal(symlink("/dev/null", path), 0);
}

static void put_sockets(struct host_tree *tree, const char *name, const char *lines)
{
	char text[2048];

	snprintf(text, sizeof(text), "%s\n%s", titles, lines);
	put_bytes(tree, "/proc/net", name, text, strlen(text));
}

static void read_servers(struct host_tree *tree, struct network *network)
{
	*network = (struct network){ 0 };
	assert_int_equal(network_read_servers(tree->root, network), 0);
	assert_null(network->sessions_unseen);
}

static void check_session(const struct network *network, size_t i, const char *client,
			  int family, const uint8_t *server, size_t size)
{
	assert_true(i < network->n_sessions);
	assert_string_equal(network->sessions[i].client, client);
	assert_int_equal(network->sessions[i].family, family);
	assert_memory_equal(network->sessions[i].server, server, size);
}

/* Sessions of OpenSSH before and since 9.8, and of Dropbear; by IPv4, IPv6 and both. */
static void sessions(void **state)
{
	static const uint8_t ipv4[] = { 192, 0, 2, 2 }, mapped[] = { 192, 0, 2, 3 };
	static const uint8_t ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };
	struct host_tree *tree = *state;
	struct network network;

	put_process(tree, "100", "sshd", "socket:[11]");
	put_process(tree, "101", "sshd", "socket:[12]");
	put_process(tree, "102", "sshd-session", "socket:[13]");
	put_process(tree, "103", "dropbear", "socket:[14]");
	put_sockets(tree, "tcp",
		    LISTENS "   1: 020200C0:0016 070200C0:C350 01" REST "12 1 0\n");
	put_sockets(tree, "tcp6",
		    "   0: B80D0120000000000000000002000000:0016 "
		    "B80D0120000000000000000007000000:C351 01" REST "13 1 0\n"
		    "   1: 0000000000000000FFFF0000030200C0:0016 "
		    "0000000000000000FFFF0000080200C0:C352 01" REST "14 1 0\n");
	read_servers(tree, &network);
	assert_null(network.others_unseen);
	assert_int_equal(network.n_sessions, 3);
	assert_false(network.sessions[0].by_web);
	check_session(&network, 0, "192.0.2.7", AF_INET, ipv4, sizeof(ipv4));
	check_session(&network, 1, "2001:db8::7", AF_INET6, ipv6, sizeof(ipv6));
	check_session(&network, 2, "192.0.2.8", AF_INET, mapped, sizeof(mapped));
	network_free(&network);
}

/* Whoever works in the shell of a web interface has no SSH session. */
static void web_sessions(void **state)
{
	static const uint8_t ipv4[] = { 192, 0, 2, 2 }, other[] = { 192, 0, 2, 3 };
	struct host_tree *tree = *state;
	struct network network;

	put_process(tree, "100", "pveproxy worker", "socket:[12]");
	put_process(tree, "101", "cockpit-tls", "socket:[13]");
	/* 8006 and 9090. */
	put_sockets(tree, "tcp",
		    "   0: 00000000:1F46 00000000:0000 0A" REST "11 1 0\n"
		    "   1: 00000000:2382 00000000:0000 0A" REST "10 1 0\n"
		    "   2: 020200C0:1F46 070200C0:C350 01" REST "12 1 0\n"
		    "   3: 030200C0:2382 080200C0:C350 01" REST "13 1 0\n");
	read_servers(tree, &network);
	assert_int_equal(network.n_sessions, 2);
	check_session(&network, 0, "192.0.2.7", AF_INET, ipv4, sizeof(ipv4));
	check_session(&network, 1, "192.0.2.8", AF_INET, other, sizeof(other));
	assert_true(network.sessions[0].by_web && network.sessions[1].by_web);
	network_free(&network);
}

/* What is no session, or none that a card carries. */
static void no_sessions(void **state)
{
	struct host_tree *tree = *state;
	struct network network;

	put_process(tree, "100", "sshd", "socket:[11]");
	/* Forwarded by an SSH server, from a port of its own. */
	put_process(tree, "101", "sshd", "socket:[12]");
	/* By the loopback interface. */
	put_process(tree, "102", "sshd", "socket:[13]");
	/* Of something else. */
	put_process(tree, "103", "nginx", "socket:[14]");
	/* Over already: TIME_WAIT. */
	put_process(tree, "104", "sshd", "socket:[15]");
	/* In another network namespace: not in this table. */
	put_process(tree, "105", "sshd", "socket:[16]");
	put_process(tree, "106", "sshd", "pipe:[14]");
	put_sockets(tree, "tcp",
		    LISTENS "   1: 020200C0:C001 070200C0:0016 01" REST "12 1 0\n"
			    "   2: 0100007F:0016 0100007F:C350 01" REST "13 1 0\n"
			    "   3: 020200C0:0016 070200C0:C350 01" REST "14 1 0\n"
			    "   4: 020200C0:0016 070200C0:C351 06" REST "15 1 0\n"
			    "   5: 020200C0:0016\n"
			    "   6: XYZ:0016 070200C0:C351 01" REST "15 1 0\n"
			    "\n");
	read_servers(tree, &network);
	assert_int_equal(network.n_sessions, 0);
	network_free(&network);
}

/* However many come in by an address, one of them tells enough. */
static void same_address(void **state)
{
	struct host_tree *tree = *state;
	struct network network;

	put_process(tree, "100", "sshd", "socket:[12]");
	put_process(tree, "101", "sshd", "socket:[13]");
	put_sockets(tree, "tcp",
		    LISTENS "   1: 020200C0:0016 070200C0:C350 01" REST "12 1 0\n"
			    "   2: 020200C0:0016 080200C0:C351 01" REST "13 1 0\n");
	read_servers(tree, &network);
	assert_int_equal(network.n_sessions, 1);
	assert_true(network.sessions[0].other);
	network_free(&network);
}

static void nothing_there(void **state)
{
	struct network network;

	read_servers(*state, &network);
	assert_int_equal(network.n_sessions, 0);
	network_free(&network);
}

static void unreadable(void **state)
{
	struct host_tree *tree = *state;
	struct network network;
	char path[PATH_MAX];

	put_process(tree, "100", "sshd", "socket:[12]");
	snprintf(path, sizeof(path), "%s/proc/net/tcp", tree->root);
	host_tree_mkdirs(path);
	assert_int_equal(mkdir(path, 0755), 0);
	read_servers(tree, &network);
	assert_string_equal(network.others_unseen,
			    "sessions: /proc/net/tcp could not be read: Is a directory");
	network_free(&network);
}

#define test(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(sessions),     test(web_sessions),  test(no_sessions),
		test(same_address), test(nothing_there), test(unreadable),
	};

	return run_unit_tests("servers", tests, NULL, NULL);
}
