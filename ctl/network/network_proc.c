// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes and addresses as proc/net shows them below a directory: what writes that is in
 * net/ipv4/fib_trie.c, net/ipv6/route.c and net/ipv6/addrconf.c of the kernel.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "network_read.h"
#include "text.h"
#include "tree.h"

#define PROC_NET "/proc/net"

/* Far above what a host has whose main table is not that of the whole Internet. */
#define PROC_FILE_MAX (256 << 20)

/* Words of a line of /proc/net/route and ipv6_route that are looked at. */
enum route_word { ROUTE_LINK, ROUTE_DESTINATION, ROUTE_FLAGS = 3, ROUTE_MASK = 7 };
enum route6_word { ROUTE6_DESTINATION, ROUTE6_PREFIX, ROUTE6_FLAGS = 8, ROUTE6_LINK };
enum address6_word { ADDRESS6_BYTES, ADDRESS6_PREFIX = 2, ADDRESS6_LINK = 5 };
#define WORDS_MAX 16

/* A route to what is reached without a gateway. In host order. */
struct connected {
	uint32_t destination, mask;
	size_t link;
};

struct reader {
	const char *root;
	struct network *network;
	struct connected *connected; /* the narrowest first, once sorted */
	size_t n_connected;
};

/* A function that takes one line of a file, as words. Returns 0 or -ENOMEM. */
typedef int take_line(struct reader *reader, char *const *words, size_t n);

/* Reads a file of proc/net. Returns 0, or a negative errno. */
static int read_lines(struct reader *reader, const char *path, take_line *take)
{
	_cleanup_free_ char *data = NULL;
	char *save = NULL, *words[WORDS_MAX];
	size_t size;
	int err;

	err = tree_read(reader->root, path, PROC_FILE_MAX, &data, &size);
	if (err < 0)
		return err;
	for (char *line = strtok_r(data, "\n", &save); err == 0 && line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		const size_t n = text_split(line, words, WORDS_MAX);

		if (n > 0)
			err = take(reader, words, n);
	}
	return err;
}

/* Parses a hexadecimal number that a whole word is. */
static bool parse_hex(const char *word, uint32_t *ret_number)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(word, &end, 16);
	if (errno != 0 || end == word || *end != '\0' || number > UINT32_MAX)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

/* Parses the 32 digits of an IPv6 address. */
static bool parse_bytes(const char *word, uint8_t ret_bytes[static 16])
{
	if (strlen(word) != 32)
		return false;
	for (size_t i = 0; i < 16; i++) {
		const char digits[] = { word[2 * i], word[2 * i + 1], '\0' };
		uint32_t byte;

		if (!parse_hex(digits, &byte))
			return false;
		ret_bytes[i] = (uint8_t)byte;
	}
	return true;
}

static int not_understood(char **reason, const char *path)
{
	return network_unseen(reason, "a line of %s is not understood", path);
}

static int add_connected(struct reader *reader, const struct connected *route)
{
	struct connected *connected;

	connected =
		array_grow(reader->connected, reader->n_connected, sizeof(*connected));
	if (connected == NULL)
		return -ENOMEM;
	reader->connected = connected;
	connected[reader->n_connected++] = *route;
	return 0;
}

static int take_route(struct reader *reader, char *const *words, size_t n)
{
	struct network *network = reader->network;
	struct net_route route = { .family = AF_INET, .table = RT_TABLE_MAIN };
	uint32_t destination, flags, mask;

	if (strcmp(words[ROUTE_LINK], "Iface") == 0)
		return 0;
	if (n <= ROUTE_MASK || !parse_hex(words[ROUTE_DESTINATION], &destination) ||
	    !parse_hex(words[ROUTE_FLAGS], &flags) ||
	    !parse_hex(words[ROUTE_MASK], &mask))
		return not_understood(&network->routes_unseen, PROC_NET "/route");
	/* An asterisk is the interface of those that drop what they get. */
	if (!(flags & RTF_UP) || flags & RTF_REJECT ||
	    strcmp(words[ROUTE_LINK], "*") == 0)
		return 0;
	/* The bytes are in network order, as a number of this machine. */
	destination = ntohl(destination);
	mask = ntohl(mask);
	route.link = network_named(network, words[ROUTE_LINK]);
	if (mask == 0x80000000U)
		route.part = destination != 0 ? NET_UPPER_HALF : NET_LOWER_HALF;
	if (mask == 0 || mask == 0x80000000U)
		return network_add_route(network, &route);
	if (flags & RTF_GATEWAY || route.link == NET_NO_LINK)
		return 0;
	return add_connected(reader,
			     &(struct connected){ destination, mask, route.link });
}

static int take_route6(struct reader *reader, char *const *words, size_t n)
{
	struct network *network = reader->network;
	struct net_route route = { .family = AF_INET6, .table = RT_TABLE_MAIN };
	uint8_t destination[16];
	uint32_t prefix, flags;

	if (n <= ROUTE6_LINK || !parse_bytes(words[ROUTE6_DESTINATION], destination) ||
	    !parse_hex(words[ROUTE6_PREFIX], &prefix) ||
	    !parse_hex(words[ROUTE6_FLAGS], &flags))
		return not_understood(&network->routes_unseen, PROC_NET "/ipv6_route");
	if (!(flags & RTF_UP) || flags & RTF_REJECT)
		return 0;
	route.link = network_named(network, words[ROUTE6_LINK]);
	if (prefix == 1)
		route.part = destination[0] & 0x80 ? NET_UPPER_HALF : NET_LOWER_HALF;
	/* 2000::/3: all unicast addresses that IANA has given out. */
	else if (prefix != 0 && (prefix != 3 || destination[0] != 0x20))
		return 0;
	return network_add_route(network, &route);
}

static int take_address6(struct reader *reader, char *const *words, size_t n)
{
	struct network *network = reader->network;
	struct net_address address = { .family = AF_INET6 };
	uint32_t prefix;

	if (n <= ADDRESS6_LINK || !parse_bytes(words[ADDRESS6_BYTES], address.bytes) ||
	    !parse_hex(words[ADDRESS6_PREFIX], &prefix))
		return not_understood(&network->addresses_unseen, PROC_NET "/if_inet6");
	address.prefix = prefix;
	address.link = network_named(network, words[ADDRESS6_LINK]);
	return network_add_address(network, &address);
}

static int compare_connected(const void *a, const void *b)
{
	const struct connected *x = a, *y = b;

	return (x->mask < y->mask) - (x->mask > y->mask);
}

/* Fib_trie does not say whose an address is: the interface that its network is on. */
static int add_local(struct reader *reader, uint32_t local)
{
	struct net_address address = { .family = AF_INET,
				       .prefix = 32,
				       .link = NET_NO_LINK };
	const uint32_t bytes = htonl(local);

	for (size_t i = 0; i < reader->n_connected; i++) {
		const struct connected *route = &reader->connected[i];

		if ((local & route->mask) == route->destination) {
			address.link = route->link;
			address.prefix = (unsigned int)__builtin_popcount(route->mask);
			break;
		}
	}
	memcpy(address.bytes, &bytes, sizeof(bytes));
	if (net_address_is_loopback(&address))
		address.link = network_named(reader->network, "lo");
	return network_add_address(reader->network, &address);
}

/* Local addresses, each as often as fib_trie shows it. */
struct locals {
	uint32_t *entries; /* in host order */
	size_t n;
};

/*
 * Finds "|-- ADDRESS" with "/32 host LOCAL" below it, once in each of the tables Main and
 * Local.
 */
static int find_locals(char *data, struct locals *ret_locals)
{
	struct locals locals = { 0 };
	char *save = NULL;
	uint32_t last = 0, *entries;

	for (char *line = strtok_r(data, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *leaf = strstr(line, "|-- ");
		struct in_addr found;

		if (leaf != NULL && inet_pton(AF_INET, leaf + 4, &found) == 1)
			last = ntohl(found.s_addr);
		if (strstr(line, "/32 host LOCAL") == NULL)
			continue;
		entries = array_grow(locals.entries, locals.n, sizeof(*entries));
		if (entries == NULL) {
			free(locals.entries);
			return -ENOMEM;
		}
		locals.entries = entries;
		entries[locals.n++] = last;
	}
	*ret_locals = locals;
	return 0;
}

static int compare_locals(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int read_addresses4(struct reader *reader)
{
	_cleanup_free_ char *data = NULL;
	struct locals locals = { 0 };
	size_t size;
	int err;

	err = tree_read(reader->root, PROC_NET "/fib_trie", PROC_FILE_MAX, &data, &size);
	if (err == 0)
		err = find_locals(data, &locals);
	if (err < 0)
		return err;
	if (locals.n > 0)
		qsort(locals.entries, locals.n, sizeof(uint32_t), compare_locals);
	if (reader->n_connected > 0)
		qsort(reader->connected, reader->n_connected, sizeof(struct connected),
		      compare_connected);
	for (size_t i = 0; err == 0 && i < locals.n; i++)
		if (i == 0 || locals.entries[i] != locals.entries[i - 1])
			err = add_local(reader, locals.entries[i]);
	free(locals.entries);
	return err;
}

/* Keeps why a file could not be read. A kernel without IPv6 has not those of IPv6. */
static int keep_error(char **reason, const char *what, const char *path, int err,
		      bool may_miss)
{
	if (err == 0 || err == -ENOMEM || (err == -ENOENT && may_miss))
		return err == -ENOMEM ? err : 0;
	return network_unseen(reason, "%s could not be read from %s: %s", what, path,
			      strerror(-err));
}

static int read_all(struct reader *reader)
{
	char **routes = &reader->network->routes_unseen;
	char **addresses = &reader->network->addresses_unseen;
	int err;

	err = read_lines(reader, PROC_NET "/route", take_route);
	err = keep_error(routes, "routes", PROC_NET "/route", err, false);
	if (err < 0)
		return err;
	err = read_lines(reader, PROC_NET "/ipv6_route", take_route6);
	err = keep_error(routes, "routes", PROC_NET "/ipv6_route", err, true);
	if (err < 0)
		return err;
	err = read_addresses4(reader);
	err = keep_error(addresses, "addresses", PROC_NET "/fib_trie", err, false);
	if (err < 0)
		return err;
	err = read_lines(reader, PROC_NET "/if_inet6", take_address6);
	return keep_error(addresses, "addresses", PROC_NET "/if_inet6", err, true);
}

int network_read_proc(const char *root, struct network *network)
{
	struct reader reader = { .root = root, .network = network };
	const int err = read_all(&reader);

	free(reader.connected);
	return err;
}
