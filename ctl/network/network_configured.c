// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network as ifupdown sets it up at the next boot, which need not be that of today:
 * its configuration may have been edited since. See interfaces(5), its bridge, bonding
 * and VLAN parts, and what ifupdown2 adds.
 */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "interfaces.h"
#include "network_read.h"
#include "network_walk.h"
#include "text.h"
#include "tree.h"

#define INTERFACES_PATH "/etc/network/interfaces"

/* More words than a line has; what comes behind them is not looked at. */
#define WORDS_MAX 1024

/* What a line of a stanza says of other interfaces. */
static const struct {
	const char *option, *kind;
} lowers[] = {
	{ "bridge-ports", "bridge" },  { "bridge_ports", "bridge" },
	{ "ovs_ports", "bridge" },     { "ovs_bonds", "bond" },
	{ "bond-slaves", "bond" },     { "bond_slaves", "bond" },
	{ "slaves", "bond" },          { "vlan-raw-device", "vlan" },
	{ "vlan_raw_device", "vlan" },
};

/* Words in the place of names. */
static const char *const no_names[] = { "none", "all", "regex", "glob" };

struct reader {
	struct network *network;
	size_t link; /* whose stanza this is; or NET_NO_LINK */
	/* Of the stanza, for Open vSwitch: the port is on the bridge, or the other way.
	 */
	char *ovs_bridge;
	bool ovs_internal;
};

static int get_link(struct network *network, const char *name, size_t *ret_link);

/* Adds a link that is no card; a VLAN by its name is made on the rest of that. */
static int add_virtual(struct network *network, const char *name, size_t *ret_link)
{
	_cleanup_free_ char *copy = strdup(name);
	const struct net_link link = { .name = copy, .kind = (char[]){ "" } };
	char *dot;
	size_t i;
	int err;

	if (copy == NULL)
		return -ENOMEM;
	err = network_add_link(network, &link);
	if (err < 0)
		return err;
	*ret_link = network->n_links - 1;
	dot = strrchr(copy, '.');
	if (dot == NULL || dot == copy)
		return 0;
	*dot = '\0';
	err = get_link(network, copy, &i);
	return err < 0 ? err : network_add_edge(network, *ret_link, i);
}

/* Finds the link of a name, without the number of an alias ("eth0:1"), or adds it. */
static int get_link(struct network *network, const char *name, size_t *ret_link)
{
	char own[256];

	snprintf(own, sizeof(own), "%.*s", (int)strcspn(name, ":"), name);
	for (size_t i = 0; i < network->n_links; i++)
		if (strcmp(network->links[i].name, own) == 0) {
			*ret_link = i;
			return 0;
		}
	return add_virtual(network, own, ret_link);
}

static bool names_nothing(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(no_names); i++)
		if (strcmp(word, no_names[i]) == 0)
			return true;
	return false;
}

/* Joins the link of the stanza to another one, which is below it or above. */
static int join_link(struct reader *reader, const char *name, const char *kind,
		     bool below)
{
	struct network *network = reader->network;
	size_t other, upper;
	int err;

	if (names_nothing(name))
		return 0;
	err = get_link(network, name, &other);
	if (err < 0)
		return err;
	upper = below ? reader->link : other;
	err = text_set(&network->links[upper].kind, kind);
	return err < 0 ? err :
			 network_add_edge(network, upper, below ? other : reader->link);
}

static int add_route(struct reader *reader, int family, bool by_dhcp)
{
	const struct net_route route = { .family = family,
					 .table = RT_TABLE_MAIN,
					 .link = reader->link,
					 .part = NET_ALL,
					 .by_dhcp = by_dhcp };

	/* Up is what a line "auto" said. */
	return reader->network->links[reader->link].up ?
		       network_add_route(reader->network, &route) :
		       0;
}

/* Takes an option of a stanza and its values. */
static int take_option(struct reader *reader, char *const *words, size_t n)
{
	int err = 0;

	if (strcmp(words[0], "gateway") == 0 && n > 1)
		return add_route(reader,
				 strchr(words[1], ':') != NULL ? AF_INET6 : AF_INET,
				 false);
	if (strcmp(words[0], "bond-min-links") == 0 && n > 1) {
		reader->network->links[reader->link].min_links =
			strtoul(words[1], NULL, 10);
		return 0;
	}
	if (strcmp(words[0], "ovs_bridge") == 0 && n > 1)
		return text_set(&reader->ovs_bridge, words[1]);
	if (strcmp(words[0], "ovs_type") == 0 && n > 1) {
		reader->ovs_internal = strcmp(words[1], "OVSIntPort") == 0;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lowers); i++)
		for (size_t j = 1;
		     err == 0 && j < n && strcmp(words[0], lowers[i].option) == 0; j++)
			err = join_link(reader, words[j], lowers[i].kind, true);
	if (strcmp(words[0], "bond-master") == 0 && n > 1)
		err = join_link(reader, words[1], "bond", false);
	return err;
}

/*
 * At the end of a stanza: its interface is a port of an Open vSwitch bridge, or one that
 * such a bridge makes. Which, may be said before or behind the bridge's name.
 */
static int finish_stanza(struct reader *reader)
{
	int err = 0;

	if (reader->ovs_bridge != NULL && reader->link != NET_NO_LINK)
		err = reader->ovs_internal ?
			      join_link(reader, reader->ovs_bridge, "vlan", true) :
			      join_link(reader, reader->ovs_bridge, "bridge", false);
	free(reader->ovs_bridge);
	reader->ovs_bridge = NULL;
	reader->ovs_internal = false;
	return err;
}

/* Does a line bring up the interfaces that it names? */
static bool is_auto(const char *word)
{
	return strcmp(word, "auto") == 0 || strncmp(word, "allow-", 6) == 0;
}

/* Starts the stanza "iface NAME [FAMILY METHOD]", or one that is about no interface. */
static int start_stanza(struct reader *reader, char *const *words, size_t n)
{
	int err = finish_stanza(reader);

	reader->link = NET_NO_LINK;
	if (err < 0)
		return err;
	if (n < 2 || strcmp(words[0], "iface") != 0)
		return 0;
	err = get_link(reader->network, words[1], &reader->link);
	if (err < 0 || n < 4 || strcmp(words[3], "dhcp") != 0)
		return err;
	return add_route(reader, strcmp(words[2], "inet6") == 0 ? AF_INET6 : AF_INET,
			 true);
}

static bool starts_stanza(const char *word)
{
	return strcmp(word, "iface") == 0 || strcmp(word, "mapping") == 0 ||
	       is_auto(word);
}

static int take_auto(struct network *network, char *const *words, size_t n)
{
	int err = 0;

	for (size_t i = 1; err == 0 && i < n && is_auto(words[0]); i++) {
		size_t link;

		err = get_link(network, words[i], &link);
		if (err == 0)
			network->links[link].up = true;
	}
	return err;
}

/* Takes a line in one of two rounds: what is brought up has to be known before routes. */
static int take_line(struct reader *reader, const struct interfaces_line *line,
		     bool autos_only)
{
	_cleanup_free_ char *text = strdup(line->text);
	char *words[WORDS_MAX];
	size_t n;

	if (text == NULL)
		return -ENOMEM;
	n = text_split(text, words, WORDS_MAX);
	if (n == 0)
		return 0;
	if (autos_only)
		return take_auto(reader->network, words, n);
	if (starts_stanza(words[0]))
		return start_stanza(reader, words, n);
	return reader->link == NET_NO_LINK ? 0 : take_option(reader, words, n);
}

/* The cards are those of today, with or without a cable. */
static int copy_cards(const struct network *now, struct network *network)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < now->n_links; i++) {
		struct net_link link = now->links[i];

		if (!net_link_is_physical(&link))
			continue;
		link.index = link.master = link.under = 0;
		link.up = link.standby = false;
		err = network_add_link(network, &link);
	}
	return err;
}

/* Does a link lead to a card with carrier? */
static bool has_carrier(struct net_walk *walk, size_t link)
{
	net_walk_start(walk);
	net_walk_from(walk, link);
	for (size_t i = 0; i < walk->n; i++) {
		const struct net_link *reached = &walk->network->links[walk->reached[i]];

		if (net_link_is_physical(reached) && reached->carrier)
			return true;
	}
	return false;
}

/*
 * Without a cable nobody knows whether anything answers to DHCP: such an interface may
 * have been configured for the day when it gets one.
 */
static int drop_unanswered(struct network *network)
{
	struct net_walk walk = { 0 };
	size_t n = 0;
	int err = net_walk_new(network, &walk);

	if (err < 0)
		return err;
	for (size_t i = 0; i < network->n_routes; i++)
		if (!network->routes[i].by_dhcp ||
		    has_carrier(&walk, network->routes[i].link))
			network->routes[n++] = network->routes[i];
	network->n_routes = n;
	net_walk_free(&walk);
	return 0;
}

static int read_lines(const struct interfaces *interfaces, struct network *network)
{
	struct reader reader = { .network = network, .link = NET_NO_LINK };
	int err = 0;

	for (size_t i = 0; err == 0 && i < interfaces->n; i++)
		err = take_line(&reader, &interfaces->lines[i], true);
	for (size_t i = 0; err == 0 && i < interfaces->n; i++)
		err = take_line(&reader, &interfaces->lines[i], false);
	if (err == 0)
		err = finish_stanza(&reader);
	free(reader.ovs_bridge);
	if (err == 0)
		err = network_sort(network);
	if (err == 0)
		err = network_join(network);
	return err < 0 ? err : drop_unanswered(network);
}

/* Is all that carries one of the stakes also in another, so that this is lost first? */
static bool is_covered(const struct stakes *stakes, const struct stake *other)
{
	for (size_t i = 0; i < stakes->n; i++) {
		const struct stake *stake = &stakes->entries[i];
		size_t n = 0;

		if (stake->guard != FORCE_NETWORK || stake->n == 0)
			continue;
		for (size_t j = 0; j < stake->n; j++)
			for (size_t k = 0; k < other->n; k++)
				n += pci_address_compare(&stake->functions[j],
							 &other->functions[k]) == 0;
		if (n == stake->n)
			return true;
	}
	return false;
}

static int add_stake(const struct stake *configured, struct stakes *stakes)
{
	_cleanup_free_ char *what = NULL;
	struct stake *stake;
	int err;

	/* What leads nowhere may come from an interface that is not there today. */
	if (configured->unresolved != NULL || configured->n == 0 ||
	    is_covered(stakes, configured))
		return 0;
	if (asprintf(&what, "%s, as " INTERFACES_PATH " sets it up", configured->what) <
	    0)
		return -ENOMEM;
	err = stakes_add(stakes, FORCE_NETWORK, false, what, &stake);
	for (size_t i = 0; err == 0 && i < configured->n; i++)
		err = stake_add_function(stake, &configured->functions[i],
					 configured->carriers[i]);
	return err;
}

static int add_stakes(const struct network *network, struct stakes *stakes)
{
	struct stakes configured = { 0 };
	int err = 0;

	/* Without a default route in it, it may be that something else sets one. */
	if (network->n_routes > 0)
		err = network_stakes(network, &configured);
	for (size_t i = 0; err == 0 && i < configured.n; i++)
		err = add_stake(&configured.entries[i], stakes);
	stakes_free(&configured);
	return err;
}

int network_configured_stakes(const char *root, const struct network *now,
			      struct stakes *stakes)
{
	struct interfaces interfaces = { 0 };
	struct network network = { 0 };
	int err;

	/* The file may have been left by ifupdown when it was removed. */
	if (!tree_has(root, "/sbin/ifup") && !tree_has(root, "/usr/sbin/ifup"))
		return 0;
	err = interfaces_read(root, &interfaces);
	if (err == 0)
		err = copy_cards(now, &network);
	if (err == 0)
		err = read_lines(&interfaces, &network);
	if (err == 0)
		err = add_stakes(&network, stakes);
	network_free(&network);
	interfaces_free(&interfaces);
	return err;
}
