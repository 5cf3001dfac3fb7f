// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network as sysfs and proc show it below a directory. Formats: ABI/testing/
 * sysfs-class-net of the kernel; what writes proc/net is in its net/ipv4/fib_trie.c,
 * net/ipv6/route.c and net/ipv6/addrconf.c.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "file.h"
#include "network_read.h"
#include "text.h"
#include "tree.h"

#define CLASS_NET "/sys/class/net"
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

/* Writes the path of something of a link. Names of links are below IFNAMSIZ bytes. */
static int path_of(const char *name, const char *what, char *ret_path, size_t size)
{
	const int n = snprintf(ret_path, size, CLASS_NET "/%s/%s", name, what);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static bool has(const char *root, const char *name, const char *what)
{
	char path[PATH_MAX];

	return path_of(name, what, path, sizeof(path)) == 0 && tree_has(root, path);
}

/* Reads an attribute of a link; what cannot be read is empty. */
static void get(const char *root, const char *name, const char *what,
		char ret_value[static TREE_VALUE_SIZE])
{
	char path[PATH_MAX];

	if (path_of(name, what, path, sizeof(path)) < 0 ||
	    tree_value(root, path, ret_value) < 0)
		ret_value[0] = '\0';
}

/* Reads an attribute that is a number, or returns another where it cannot. */
static unsigned long get_number(const char *root, const char *name, const char *what,
				unsigned long otherwise)
{
	char value[TREE_VALUE_SIZE], *end;
	unsigned long number;

	get(root, name, what, value);
	errno = 0;
	number = strtoul(value, &end, 0);
	return errno != 0 || end == value || *end != '\0' ? otherwise : number;
}

static void read_function(const char *root, const char *device, struct net_link *link)
{
	char path[PATH_MAX], address[PCI_ADDRESS_STRSIZE];
	int err;

	err = tree_function(root, device, &link->function);
	if (err < 0) {
		link->place = err == -ENODEV ? NET_OFF_PCI : NET_UNKNOWN;
		return;
	}
	link->place = NET_ON_PCI;
	pci_address_format(&link->function, address);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/physfn", address);
	link->is_vf = tree_has(root, path);
	if (link->is_vf && tree_function(root, path, &link->physical_function) < 0)
		link->place = NET_UNKNOWN;
}

void network_read_device(const char *root, struct net_link *link)
{
	char path[PATH_MAX], resolved[PATH_MAX];

	link->place = NET_VIRTUAL;
	link->min_links = get_number(root, link->name, "bonding/min_links", 0);
	if (path_of(link->name, "device", path, sizeof(path)) < 0 ||
	    !tree_has(root, path))
		return;
	read_function(root, path, link);
	link->wifi =
		has(root, link->name, "phy80211") || has(root, link->name, "wireless");
	link->usb = tree_resolve(root, path, resolved, sizeof(resolved)) == 0 &&
		    strstr(resolved, "/usb") != NULL;
}

/* Finds DEVTYPE= among the lines of a uevent file; empty: it has none. */
static void find_type(char *uevent, const char **ret_type)
{
	char *save = NULL;

	*ret_type = "";
	for (char *line = strtok_r(uevent, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "DEVTYPE=", strlen("DEVTYPE=")) == 0)
			*ret_type = line + strlen("DEVTYPE=");
}

/*
 * What sysfs shows of the kind; it has no word for all. Uevent is the file's content.
 * Interfaces of Open vSwitch show nothing at all: whatever else is so, and could not be
 * followed anyway, is taken for one where there is a datapath.
 */
static const char *find_kind(const char *root, const struct net_link *link, char *uevent)
{
	const char *type;

	find_type(uevent, &type);
	if (type[0] != '\0')
		return type;
	if (has(root, link->name, "bridge"))
		return "bridge";
	if (has(root, link->name, "bonding"))
		return "bond";
	if (has(root, link->name, "tun_flags"))
		return "tun";
	if (link->place == NET_VIRTUAL && !link->loopback && link->under == 0 &&
	    has(root, NET_OVS_DATAPATH, "."))
		return NET_OVS_KIND;
	return "";
}

static int read_link(struct reader *reader, const char *name)
{
	const char *root = reader->root;
	char uevent[TREE_VALUE_SIZE], state[TREE_VALUE_SIZE];
	_cleanup_free_ char *copy = strdup(name), *kind = NULL;
	struct net_link link = { .name = copy };
	unsigned long flags, type;

	if (copy == NULL)
		return -ENOMEM;
	get(root, name, "operstate", state);
	flags = get_number(root, name, "flags",
			   strcmp(state, "up") == 0 ? (unsigned long)IFF_UP : 0);
	type = get_number(root, name, "type", ARPHRD_ETHER);
	link.index = (int)get_number(root, name, "ifindex", 0);
	link.up = flags & IFF_UP;
	/* Of a link that is down it cannot be read. */
	link.carrier = link.up &&
		       get_number(root, name, "carrier", strcmp(state, "up") == 0) == 1;
	link.loopback = type == ARPHRD_LOOPBACK;
	link.infiniband = type == ARPHRD_INFINIBAND;
	link.under = (int)get_number(root, name, "iflink", 0);
	if (link.under == link.index)
		link.under = 0;
	network_read_device(root, &link);
	get(root, name, "bonding_slave/state", state);
	link.standby = strcmp(state, "backup") == 0;
	get(root, name, "uevent", uevent);
	kind = strdup(find_kind(root, &link, uevent));
	if (kind == NULL)
		return -ENOMEM;
	link.kind = kind;
	return network_add_link(reader->network, &link);
}

/* Adds an edge to a link of this name, if there is one. */
static int add_edge(struct network *network, size_t link, const char *other, bool below)
{
	const size_t found = network_named(network, other);

	if (found == NET_NO_LINK)
		return 0;
	if (below)
		network->links[link].under_hidden = false;
	return below ? network_add_edge(network, link, found) :
		       network_add_edge(network, found, link);
}

/* What a link is on, and what is on it: links of these names in its directory. */
static int read_edges(struct reader *reader, size_t i)
{
	char path[PATH_MAX];
	struct tree_names names = { 0 };
	int err;

	err = path_of(reader->network->links[i].name, ".", path, sizeof(path));
	if (err == 0)
		err = tree_list(reader->root, path, &names);
	if (err == -ENOMEM)
		return err;
	if (err < 0)
		return network_unseen(&reader->network->links_unseen,
				      CLASS_NET "/%s could not be read: %s",
				      reader->network->links[i].name, strerror(-err));
	for (size_t j = 0; err == 0 && j < names.n; j++) {
		const char *name = names.entries[j];

		if (strncmp(name, "lower_", strlen("lower_")) == 0)
			err = add_edge(reader->network, i, name + strlen("lower_"), true);
		else if (strncmp(name, "upper_", strlen("upper_")) == 0)
			err = add_edge(reader->network, i, name + strlen("upper_"),
				       false);
	}
	tree_names_free(&names);
	return err;
}

/*
 * What iflink of the links said: one that is no edge is the other end of a pair, or is a
 * number in another network namespace, where it may be that of any link here.
 */
static void settle_under(struct network *network)
{
	for (size_t i = 0; i < network->n_links; i++) {
		struct net_link *link = &network->links[i];
		const size_t other = network_numbered(network, link->under);

		link->under_hidden =
			link->under != 0 && (other == NET_NO_LINK ||
					     network->links[other].under != link->index);
	}
	for (size_t i = 0; i < network->n_links; i++)
		network->links[i].under = 0;
}

static int read_links(struct reader *reader)
{
	struct network *network = reader->network;
	struct tree_names names = { 0 };
	int err;

	err = tree_list(reader->root, CLASS_NET, &names);
	if (err == -ENOMEM)
		return err;
	/* There is always a loopback interface. */
	if (err < 0 || names.n == 0)
		err = network_unseen(
			&network->links_unseen,
			"network interfaces could not be read from " CLASS_NET ": %s",
			strerror(err < 0 ? -err : ENOENT));
	/* Bonding has a file of its own there: bonding_masters. */
	for (size_t i = 0; err == 0 && i < names.n; i++)
		if (has(reader->root, names.entries[i], "."))
			err = read_link(reader, names.entries[i]);
	tree_names_free(&names);
	if (err == 0)
		err = network_sort(network);
	if (err == 0)
		settle_under(network);
	for (size_t i = 0; err == 0 && i < network->n_links; i++)
		err = read_edges(reader, i);
	return err;
}

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

static int read_proc(struct reader *reader)
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

int network_read_files(const char *root, struct network *network)
{
	struct reader reader = { .root = root, .network = network };
	int err;

	err = read_links(&reader);
	if (err == 0)
		err = read_proc(&reader);
	free(reader.connected);
	return err;
}
