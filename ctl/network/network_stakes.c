// SPDX-License-Identifier: GPL-2.0-or-later
/* Which PCI functions keep the host reachable. */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "network.h"
#include "network_walk.h"

/* So many interfaces are named in what a stake is called. */
#define NAMES_MAX 3

/* Stakes that start from the same interfaces, as far as they are known. */
struct plan {
	struct net_walk *walk; /* through all that may carry them */
	struct net_walk *way;  /* through what one of them needs; it stops at forks */
	bool *forks;           /* for each link: ways part here of which one is needed */
	bool *begin;           /* for each link: ways begin here, and none comes back */
	unsigned int *started; /* for each link the round of walk that started there */
	struct stakes *stakes;
	char names[256]; /* the interfaces it starts from */
	size_t n;
	char unclear[256];
};

static void plan_start(struct plan *plan)
{
	net_walk_start(plan->walk);
	plan->names[0] = plan->unclear[0] = '\0';
	plan->n = 0;
}

static void plan_say(struct plan *plan, const char *why)
{
	if (plan->unclear[0] == '\0')
		snprintf(plan->unclear, sizeof(plan->unclear), "%s", why);
}

/* An interface that may carry the stake. */
static void plan_link(struct plan *plan, size_t i)
{
	const struct network *network = plan->walk->network;
	const size_t used = strlen(plan->names);

	if (i == NET_NO_LINK) {
		plan_say(plan, "it is on an interface that is not known");
		return;
	}
	if (plan->walk->seen[i] != plan->walk->round) {
		const char *name = plan->n < NAMES_MAX ? network->links[i].name : "…";

		if (plan->n <= NAMES_MAX)
			snprintf(plan->names + used, sizeof(plan->names) - used, "%s%s",
				 plan->n > 0 ? ", " : "", name);
		plan->n++;
	}
	plan->started[i] = plan->walk->round;
	net_walk_from(plan->walk, i);
}

/* What carries the stake now: all that have carrier, or all where none has. */
static bool is_carrier(const struct net_walk *walk, size_t i, bool any_up)
{
	const struct net_link *link = &walk->network->links[i];

	return net_link_is_physical(link) && (link->carrier || !any_up);
}

static bool any_has_carrier(const struct net_walk *walk)
{
	for (size_t i = 0; i < walk->n; i++)
		if (is_carrier(walk, walk->reached[i], true))
			return true;
	return false;
}

/* Does something carry it that no list can take? */
static bool is_safe(const struct net_walk *walk, bool any_up)
{
	for (size_t i = 0; i < walk->n; i++)
		if (is_carrier(walk, walk->reached[i], any_up) &&
		    walk->network->links[walk->reached[i]].place == NET_OFF_PCI)
			return true;
	return false;
}

/* Adds the functions, or with physical those that virtual ones depend on. */
static int add_functions(const struct net_walk *walk, bool any_up, bool physical,
			 struct stake *stake)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < walk->n; i++) {
		const struct net_link *link = &walk->network->links[walk->reached[i]];

		if (link->place != NET_ON_PCI ||
		    !is_carrier(walk, walk->reached[i], any_up))
			continue;
		err = stake_add_function(stake,
					 physical && link->is_vf ?
						 &link->physical_function :
						 &link->function,
					 link->name);
	}
	return err;
}

/* Without its physical function, a virtual one does not come into being. */
static int add_physical(const struct plan *plan, const struct net_walk *walk, bool any_up,
			const char *what)
{
	struct stake *stake;
	bool needed = false;
	int err;

	for (size_t i = 0; i < walk->n; i++)
		if (walk->network->links[walk->reached[i]].is_vf &&
		    is_carrier(walk, walk->reached[i], any_up))
			needed = true;
	if (!needed)
		return 0;
	err = stakes_add(plan->stakes, FORCE_NETWORK, false, what, &stake);
	return err < 0 ? err : add_functions(walk, any_up, true, stake);
}

static bool leads_out(const struct net_walk *walk)
{
	for (size_t i = 0; i < walk->n; i++)
		if (net_link_is_physical(&walk->network->links[walk->reached[i]]))
			return true;
	return false;
}

/* Adds the stake that what a walk reached carries, if a list can take it. */
static int add_stake(struct plan *plan, const struct net_walk *walk, bool any_up,
		     const char *what)
{
	struct stake *stake;
	int err;

	if (is_safe(walk, any_up))
		return 0;
	err = stakes_add(plan->stakes, FORCE_NETWORK, false, what, &stake);
	if (err == 0)
		err = add_functions(walk, any_up, false, stake);
	if (err == 0 && plan->unclear[0] != '\0')
		err = stake_unresolved(stake, "%s", plan->unclear);
	if (err == 0 && !leads_out(plan->walk))
		err = stake_unresolved(stake, "%s leads to no physical interface",
				       plan->names);
	return err < 0 ? err : add_physical(plan, walk, any_up, what);
}

/*
 * Is a link one whose ports do not stand in for each other? What is needed is behind one
 * of them, and nobody knows which: a bridge learns that as it goes. A bond that is not up
 * without several of its members may need each of them.
 */
static bool is_switch(const struct net_link *link)
{
	return link->min_links > 1 || strcmp(link->kind, "bridge") == 0 ||
	       strcmp(link->kind, "vrf") == 0 ||
	       strcmp(link->name, NET_OVS_DATAPATH) == 0;
}

/* Does a way from a link down reach something that carries now? */
static bool leads_to_carrier(struct plan *plan, size_t link, bool any_up)
{
	struct net_walk *way = plan->way;

	net_walk_start(way);
	net_walk_from(way, link);
	for (size_t i = 0; i < way->n; i++)
		if (is_carrier(way, way->reached[i], any_up))
			return true;
	return false;
}

/* Do several ways from a link down reach something that carries now? */
static bool is_fork(struct plan *plan, size_t link, bool any_up)
{
	const struct network *network = plan->walk->network;
	size_t n = 0;

	if (!is_switch(&network->links[link]))
		return false;
	plan->begin[link] = true;
	for (size_t j = network->first_lower[link];
	     n < 2 && j < network->first_lower[link + 1]; j++)
		n += leads_to_carrier(plan, network->lowers[j], any_up);
	plan->begin[link] = false;
	return n >= 2;
}

/* Marks the forks of all that may carry the stakes. Returns whether there are any. */
static bool find_forks(struct plan *plan, bool any_up)
{
	bool found = false;

	plan->way->stops = plan->begin;
	for (size_t i = 0; i < plan->walk->n; i++) {
		const size_t link = plan->walk->reached[i];

		plan->forks[link] = is_fork(plan, link, any_up);
		found = found || plan->forks[link];
	}
	plan->way->stops = plan->forks;
	return found;
}

/* Goes from where the plan starts as far as there is no choice. */
static void walk_to_forks(struct plan *plan)
{
	const struct net_walk *walk = plan->walk;

	net_walk_start(plan->way);
	for (size_t i = 0; i < walk->n; i++)
		if (plan->started[walk->reached[i]] == walk->round)
			net_walk_from(plan->way, walk->reached[i]);
}

/* Adds a stake for each way from a fork; what needs no fork stands in for any of them. */
static int add_ways(struct plan *plan, size_t fork, bool any_up, const char *what)
{
	const struct network *network = plan->walk->network;
	int err = 0;

	for (size_t j = network->first_lower[fork];
	     err == 0 && j < network->first_lower[fork + 1]; j++) {
		const size_t port = network->lowers[j];
		char by_port[512];

		if (!leads_to_carrier(plan, port, any_up))
			continue;
		walk_to_forks(plan);
		net_walk_from(plan->way, port);
		snprintf(by_port, sizeof(by_port),
			 "%s, which may go through %s by its port %s", what,
			 network->links[fork].name, network->links[port].name);
		err = add_stake(plan, plan->way, any_up, by_port);
	}
	return err;
}

/* Adds the stakes to which the walk led. */
static int plan_add(struct plan *plan, const char *what)
{
	const struct net_walk *walk = plan->walk;
	const bool any_up = any_has_carrier(walk);
	int err = 0;

	plan_say(plan, walk->unclear);
	if (!find_forks(plan, any_up))
		return add_stake(plan, walk, any_up, what);
	for (size_t i = 0; err == 0 && i < walk->n; i++)
		if (plan->forks[walk->reached[i]])
			err = add_ways(plan, walk->reached[i], any_up, what);
	return err;
}

/*
 * Adds the stake of the n default routes of one table. Beside those of the main table,
 * which are in main_links, others count only for what is not also there, and only where
 * it is clear what carries them: a VPN has one of its own.
 */
static int add_table(struct plan *plan, const struct net_route *routes, size_t n,
		     const bool *main_links)
{
	const char *family = routes[0].family == AF_INET6 ? "IPv6 " : "";
	const bool is_extra = main_links != NULL;
	char what[320], table[32] = "";

	plan_start(plan);
	for (size_t i = 0; i < n; i++) {
		if (is_extra && routes[i].link != NET_NO_LINK &&
		    main_links[routes[i].link])
			return 0;
		plan_link(plan, routes[i].link);
	}
	if (is_extra && (plan->unclear[0] != '\0' || plan->walk->unclear[0] != '\0' ||
			 !leads_out(plan->walk)))
		return 0;
	if (routes[0].table != RT_TABLE_MAIN)
		snprintf(table, sizeof(table), " of table %u", routes[0].table);
	if (plan->names[0] == '\0')
		snprintf(plan->names, sizeof(plan->names), "unknown interface");
	snprintf(what, sizeof(what), "the %sdefault route%s (%s)", family, table,
		 plan->names);
	return plan_add(plan, what);
}

/* Adds the stakes of the n default routes of one family. */
static int add_family(struct plan *plan, const struct net_route *routes, size_t n)
{
	_cleanup_free_ bool *main_links = NULL;
	size_t len;
	int err = 0;

	if (routes[0].table == RT_TABLE_MAIN) {
		main_links = calloc(plan->walk->network->n_links + 1, sizeof(bool));
		if (main_links == NULL)
			return -ENOMEM;
	}
	for (size_t i = 0; err == 0 && i < n; i += len) {
		for (len = 1; i + len < n && routes[i + len].table == routes[i].table;)
			len++;
		err = add_table(plan, routes + i, len, i > 0 ? main_links : NULL);
		for (size_t j = 0; i == 0 && main_links != NULL && j < len; j++)
			if (routes[j].link != NET_NO_LINK)
				main_links[routes[j].link] = true;
	}
	return err;
}

/* Adds a stake of which only is known that there may be one. */
static int add_unseen(struct stakes *stakes, const char *what, const char *why)
{
	struct stake *stake;
	int err = stakes_add(stakes, FORCE_NETWORK, false, what, &stake);

	return err < 0 ? err : stake_unresolved(stake, "%s", why);
}

/*
 * Starts from all addresses of a family, AF_UNSPEC: any, that a person could reach the
 * host by. Returns how many.
 */
static size_t plan_addresses(struct plan *plan, int family, bool link_local)
{
	const struct network *network = plan->walk->network;
	size_t n = 0;

	plan_start(plan);
	for (size_t i = 0; i < network->n_addresses; i++) {
		const struct net_address *address = &network->addresses[i];

		if (net_address_is_loopback(address) ||
		    net_address_is_link_local(address) != link_local ||
		    (family != AF_UNSPEC && address->family != family))
			continue;
		plan_link(plan, address->link);
		n++;
	}
	return n;
}

/*
 * Without any address the network is down, or not there yet. What it will be is not
 * known; one interface is needed for it.
 */
static int add_interfaces(struct plan *plan)
{
	const struct network *network = plan->walk->network;

	plan_start(plan);
	for (size_t i = 0; i < network->n_links; i++)
		if (net_link_is_physical(&network->links[i]))
			plan_link(plan, i);
	return plan->n == 0 ? 0 : plan_add(plan, "a network interface of the host");
}

/* Without a default route, any address will do. */
static int add_addresses(struct plan *plan, int family)
{
	const char *what = family == AF_INET ? "an IPv4 address of the host" :
					       "an address of the host";

	if (plan->walk->network->addresses_unseen != NULL)
		return add_unseen(plan->stakes, what,
				  plan->walk->network->addresses_unseen);
	if (plan_addresses(plan, family, false) == 0 &&
	    plan_addresses(plan, family, true) == 0)
		return family == AF_UNSPEC ? add_interfaces(plan) : 0;
	/* Bridges of guests have addresses too: they are no doubt about the others. */
	if (leads_out(plan->walk))
		plan->unclear[0] = plan->walk->unclear[0] = '\0';
	return plan_add(plan, what);
}

static int add_session(struct plan *plan, const struct net_session *session)
{
	const struct network *network = plan->walk->network;
	char what[128];

	snprintf(what, sizeof(what), "the %s from %s", net_session_word(session),
		 session->client);
	if (network->addresses_unseen != NULL)
		return add_unseen(plan->stakes, what, network->addresses_unseen);
	plan_start(plan);
	for (size_t i = 0; i < network->n_addresses; i++)
		if (net_session_is_to(network, session, &network->addresses[i]))
			plan_link(plan, network->addresses[i].link);
	if (plan->n == 0 && !session->other)
		plan_say(plan, "no interface has the address that it came in by");
	/*
	 * Somebody else's may come from a guest, through a tunnel, or to an address that
	 * is gone. It is no reason to refuse what the default route can do without.
	 */
	if (session->other && !leads_out(plan->walk))
		return 0;
	if (session->other)
		plan->unclear[0] = plan->walk->unclear[0] = '\0';
	return plan_add(plan, what);
}

static int add_routes(struct plan *plan)
{
	const struct network *network = plan->walk->network;
	const struct net_route *routes = network->routes;
	bool has_ipv4 = false;
	size_t len;
	int err = 0;

	for (size_t i = 0; err == 0 && i < network->n_routes; i += len) {
		for (len = 1; i + len < network->n_routes &&
			      routes[i + len].family == routes[i].family;)
			len++;
		has_ipv4 = has_ipv4 || routes[i].family == AF_INET;
		err = add_family(plan, routes + i, len);
	}
	if (err < 0 || has_ipv4)
		return err;
	/* One for IPv6 any router brings along, and nobody may know of it. */
	return add_addresses(plan, network->n_routes > 0 ? AF_INET : AF_UNSPEC);
}

static int add_all(struct plan *plan)
{
	const struct network *network = plan->walk->network;
	int err;

	if (network->routes_unseen != NULL)
		err = add_unseen(plan->stakes, "the default route",
				 network->routes_unseen);
	else
		err = add_routes(plan);
	if (err == 0 && network->sessions_unseen != NULL)
		err = add_unseen(plan->stakes, "the SSH session",
				 network->sessions_unseen);
	for (size_t i = 0; err == 0 && i < network->n_sessions; i++)
		err = add_session(plan, &network->sessions[i]);
	return err;
}

static void plan_free(struct plan *plan)
{
	free(plan->forks);
	free(plan->begin);
	free(plan->started);
}

static int plan_new(struct net_walk *walk, struct net_walk *way, struct stakes *stakes,
		    struct plan *ret_plan)
{
	const size_t n = walk->network->n_links + 1;
	struct plan plan = { .walk = walk, .way = way, .stakes = stakes };

	plan.forks = calloc(n, sizeof(*plan.forks));
	plan.started = calloc(n, sizeof(*plan.started));
	plan.begin = calloc(n, sizeof(*plan.begin));
	if (plan.forks == NULL || plan.begin == NULL || plan.started == NULL) {
		plan_free(&plan);
		return -ENOMEM;
	}
	*ret_plan = plan;
	return 0;
}

int network_stakes(const struct network *network, struct stakes *stakes)
{
	struct net_walk walk = { 0 }, way = { 0 };
	struct plan plan = { 0 };
	int err;

	if (network->links_unseen != NULL)
		return add_unseen(stakes, "the network of the host",
				  network->links_unseen);
	err = net_walk_new(network, &walk);
	if (err == 0)
		err = net_walk_new(network, &way);
	if (err == 0)
		err = plan_new(&walk, &way, stakes, &plan);
	if (err == 0)
		err = add_all(&plan);
	plan_free(&plan);
	net_walk_free(&way);
	net_walk_free(&walk);
	return err;
}
