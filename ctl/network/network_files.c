// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Links of the network as sysfs shows them below a directory; routes and addresses are in
 * network_proc.c. Formats: ABI/testing/sysfs-class-net of the kernel.
 */

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network_read.h"
#include "tree.h"

#define CLASS_NET "/sys/class/net"

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

static int read_link(const char *root, const char *name, struct network *network)
{
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
	return network_add_link(network, &link);
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
static int read_edges(const char *root, size_t i, struct network *network)
{
	char path[PATH_MAX];
	struct tree_names names = { 0 };
	int err;

	err = path_of(network->links[i].name, ".", path, sizeof(path));
	if (err == 0)
		err = tree_list(root, path, &names);
	if (err == -ENOMEM)
		return err;
	if (err < 0)
		return network_unseen(&network->links_unseen,
				      CLASS_NET "/%s could not be read: %s",
				      network->links[i].name, strerror(-err));
	for (size_t j = 0; err == 0 && j < names.n; j++) {
		const char *name = names.entries[j];

		if (strncmp(name, "lower_", strlen("lower_")) == 0)
			err = add_edge(network, i, name + strlen("lower_"), true);
		else if (strncmp(name, "upper_", strlen("upper_")) == 0)
			err = add_edge(network, i, name + strlen("upper_"), false);
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

static int read_links(const char *root, struct network *network)
{
	struct tree_names names = { 0 };
	int err;

	err = tree_list(root, CLASS_NET, &names);
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
		if (has(root, names.entries[i], "."))
			err = read_link(root, names.entries[i], network);
	tree_names_free(&names);
	if (err == 0)
		err = network_sort(network);
	if (err == 0)
		settle_under(network);
	for (size_t i = 0; err == 0 && i < network->n_links; i++)
		err = read_edges(root, i, network);
	return err;
}

int network_read_files(const char *root, struct network *network)
{
	int err = read_links(root, network);

	return err < 0 ? err : network_read_proc(root, network);
}
