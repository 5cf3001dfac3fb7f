// SPDX-License-Identifier: GPL-2.0-or-later
/* Following interfaces down to those that are hardware. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "network_walk.h"

int net_walk_new(const struct network *network, struct net_walk *ret_walk)
{
	struct net_walk walk = { .network = network };

	walk.seen = calloc(network->n_links + 1, sizeof(*walk.seen));
	walk.reached = calloc(network->n_links + 1, sizeof(*walk.reached));
	if (walk.seen == NULL || walk.reached == NULL) {
		net_walk_free(&walk);
		return -ENOMEM;
	}
	*ret_walk = walk;
	return 0;
}

void net_walk_free(struct net_walk *walk)
{
	free(walk->seen);
	free(walk->reached);
}

void net_walk_start(struct net_walk *walk)
{
	walk->round++;
	walk->n = 0;
	walk->unclear[0] = '\0';
}

bool net_link_is_physical(const struct net_link *link)
{
	/* A port of a switch chip has a device, but works through the conduit below. */
	if (link->place == NET_OFF_PCI && strcmp(link->kind, "dsa") == 0)
		return false;
	return link->place != NET_VIRTUAL;
}

/* As a port of something, does a link lead to guests and containers only? */
static bool leads_inside(const struct net_link *link)
{
	static const char *const kinds[] = { "",       "tun",    "veth", "dummy",
					     "netkit", "bridge", "ifb",  NET_OVS_KIND };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(link->kind, kinds[i]) == 0)
			return true;
	return false;
}

static bool is_collection(const struct net_link *link)
{
	return strcmp(link->kind, "bridge") == 0 || strcmp(link->kind, "bond") == 0 ||
	       strcmp(link->kind, "team") == 0 || strcmp(link->kind, "vrf") == 0;
}

static void explain(struct net_walk *walk, const struct net_link *link)
{
	const size_t size = sizeof(walk->unclear);

	if (walk->unclear[0] != '\0')
		return;
	if (link->place == NET_UNKNOWN)
		snprintf(walk->unclear, size,
			 "sysfs does not tell which device %s belongs to", link->name);
	else if (link->under_hidden)
		snprintf(walk->unclear, size,
			 "%s is made on an interface of another network namespace",
			 link->name);
	else if (link->loopback)
		snprintf(walk->unclear, size,
			 "it is on %s, the loopback interface, and may have come in "
			 "through any other",
			 link->name);
	else if (is_collection(link))
		snprintf(walk->unclear, size, "%s has no interface in it", link->name);
	else if (link->kind[0] != '\0')
		snprintf(walk->unclear, size,
			 "%s (of the kind \"%s\") does not show what carries it",
			 link->name, link->kind);
	else
		snprintf(walk->unclear, size, "%s does not show what carries it",
			 link->name);
}

/* Is there nothing more to know below a link, or is it unclear? */
static void judge_end(struct net_walk *walk, size_t i, bool first)
{
	const struct network *network = walk->network;
	const struct net_link *link = &network->links[i];
	const bool has_lower = network->first_lower[i] < network->first_lower[i + 1];
	const bool is_end = !has_lower && !net_link_is_physical(link);

	if (link->place == NET_UNKNOWN || (link->under_hidden && !leads_inside(link)) ||
	    (is_end && (first || !leads_inside(link))))
		explain(walk, link);
}

static void reach(struct net_walk *walk, size_t i)
{
	if (walk->seen[i] == walk->round)
		return;
	walk->seen[i] = walk->round;
	walk->reached[walk->n++] = i;
}

void net_walk_from(struct net_walk *walk, size_t link)
{
	const struct network *network = walk->network;
	const size_t start = walk->n;

	reach(walk, link);
	for (size_t next = start; next < walk->n; next++) {
		const size_t i = walk->reached[next];

		judge_end(walk, i, i == link);
		if (walk->stops != NULL && walk->stops[i])
			continue;
		for (size_t j = network->first_lower[i]; j < network->first_lower[i + 1];
		     j++)
			reach(walk, network->lowers[j]);
	}
}
