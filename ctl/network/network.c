// SPDX-License-Identifier: GPL-2.0-or-later
/* The network of a host, kept, and its interfaces joined to those they rest on. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "network.h"

int network_add_link(struct network *network, const struct net_link *link)
{
	struct net_link *links, copy = *link;

	links = array_grow(network->links, network->n_links, sizeof(*links));
	if (links == NULL)
		return -ENOMEM;
	network->links = links;
	copy.name = strdup(link->name);
	copy.kind = strdup(link->kind);
	if (copy.name == NULL || copy.kind == NULL) {
		free(copy.name);
		free(copy.kind);
		return -ENOMEM;
	}
	links[network->n_links++] = copy;
	return 0;
}

int network_add_edge(struct network *network, size_t upper, size_t lower)
{
	struct net_edge *edges;

	edges = array_grow(network->edges, network->n_edges, sizeof(*edges));
	if (edges == NULL)
		return -ENOMEM;
	network->edges = edges;
	edges[network->n_edges++] = (struct net_edge){ upper, lower };
	return 0;
}

int network_add_address(struct network *network, const struct net_address *address)
{
	struct net_address *addresses;

	addresses =
		array_grow(network->addresses, network->n_addresses, sizeof(*addresses));
	if (addresses == NULL)
		return -ENOMEM;
	network->addresses = addresses;
	addresses[network->n_addresses++] = *address;
	return 0;
}

int network_add_route(struct network *network, const struct net_route *route)
{
	struct net_route *routes;

	routes = array_grow(network->routes, network->n_routes, sizeof(*routes));
	if (routes == NULL)
		return -ENOMEM;
	network->routes = routes;
	routes[network->n_routes++] = *route;
	return 0;
}

static bool is_known(const struct network *network, const struct net_session *session)
{
	for (size_t i = 0; i < network->n_sessions; i++)
		if ((session->other ||
		     strcmp(network->sessions[i].client, session->client) == 0) &&
		    network->sessions[i].family == session->family &&
		    memcmp(network->sessions[i].server, session->server,
			   sizeof(session->server)) == 0)
			return true;
	return false;
}

int network_add_session(struct network *network, const struct net_session *session)
{
	struct net_session *sessions, copy = *session;

	if (is_known(network, session))
		return 0;
	sessions = array_grow(network->sessions, network->n_sessions, sizeof(*sessions));
	if (sessions == NULL)
		return -ENOMEM;
	network->sessions = sessions;
	copy.client = strdup(session->client);
	copy.zone = session->zone != NULL ? strdup(session->zone) : NULL;
	if (copy.client == NULL || (session->zone != NULL && copy.zone == NULL)) {
		net_session_free(&copy);
		return -ENOMEM;
	}
	sessions[network->n_sessions++] = copy;
	return 0;
}

int network_unseen(char **reason, const char *format, ...)
{
	va_list args;
	int n;

	if (*reason != NULL)
		return 0;
	va_start(args, format);
	n = vasprintf(reason, format, args);
	va_end(args);
	if (n >= 0)
		return 0;
	*reason = NULL;
	return -ENOMEM;
}

static int compare_names(const void *a, const void *b, void *network)
{
	const struct net_link *links = ((const struct network *)network)->links;

	return strcmp(links[*(const size_t *)a].name, links[*(const size_t *)b].name);
}

static int compare_indexes(const void *a, const void *b, void *network)
{
	const struct net_link *links = ((const struct network *)network)->links;
	const int x = links[*(const size_t *)a].index,
		  y = links[*(const size_t *)b].index;

	return (x > y) - (x < y);
}

int network_sort(struct network *network)
{
	const size_t n = network->n_links;

	network->by_name = calloc(n + 1, sizeof(*network->by_name));
	network->by_index = calloc(n + 1, sizeof(*network->by_index));
	if (network->by_name == NULL || network->by_index == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		network->by_name[i] = network->by_index[i] = i;
	qsort_r(network->by_name, n, sizeof(size_t), compare_names, network);
	qsort_r(network->by_index, n, sizeof(size_t), compare_indexes, network);
	return 0;
}

size_t network_named(const struct network *network, const char *name)
{
	size_t low = 0, high = network->n_links;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const size_t link = network->by_name[middle];
		const int order = strcmp(network->links[link].name, name);

		if (order == 0)
			return link;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NET_NO_LINK;
}

size_t network_numbered(const struct network *network, int index)
{
	size_t low = 0, high = network->n_links;

	if (index <= 0)
		return NET_NO_LINK;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const size_t link = network->by_index[middle];

		if (network->links[link].index == index)
			return link;
		if (network->links[link].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return NET_NO_LINK;
}

/* Adds the edges that a link says itself. */
static int add_own_edges(struct network *network, size_t i, size_t datapath)
{
	const struct net_link *link = &network->links[i];
	const size_t master = network_numbered(network, link->master);
	const size_t under = network_numbered(network, link->under);
	int err = 0;

	if (master != NET_NO_LINK)
		err = network_add_edge(network, master, i);
	if (err == 0 && under != NET_NO_LINK && under != i)
		err = network_add_edge(network, i, under);
	/* Which port an internal one leads to, only the flows know: perhaps any. */
	if (err == 0 && datapath != NET_NO_LINK && datapath != i &&
	    strcmp(link->kind, NET_OVS_KIND) == 0)
		err = network_add_edge(network, i, datapath);
	return err;
}

static int compare_edges(const void *a, const void *b)
{
	const struct net_edge *x = a, *y = b;

	if (x->upper != y->upper)
		return x->upper > y->upper ? 1 : -1;
	return (x->lower > y->lower) - (x->lower < y->lower);
}

/* An edge may have been seen from both of its ends. */
static void sort_edges(struct network *network)
{
	size_t n = 0;

	if (network->n_edges == 0)
		return;
	qsort(network->edges, network->n_edges, sizeof(*network->edges), compare_edges);
	for (size_t i = 0; i < network->n_edges; i++)
		if (n == 0 ||
		    compare_edges(&network->edges[n - 1], &network->edges[i]) != 0)
			network->edges[n++] = network->edges[i];
	network->n_edges = n;
}

/* Turns counts, each one element behind its own, into where each begins. */
static void sum_up(size_t *first, size_t n)
{
	for (size_t i = 0; i < n; i++)
		first[i + 1] += first[i];
}

/* Fills first_* and then the neighbours, in the order of the edges. */
static void fill_neighbours(struct network *network)
{
	const size_t n = network->n_links;

	for (size_t i = 0; i < network->n_edges; i++) {
		network->first_lower[network->edges[i].upper + 1]++;
		network->first_upper[network->edges[i].lower + 1]++;
	}
	sum_up(network->first_lower, n);
	sum_up(network->first_upper, n);
	for (size_t i = 0; i < network->n_edges; i++) {
		const struct net_edge *edge = &network->edges[i];

		network->lowers[network->first_lower[edge->upper]++] = edge->lower;
		network->uppers[network->first_upper[edge->lower]++] = edge->upper;
	}
	/* Each now is where the next began. */
	memmove(network->first_lower + 1, network->first_lower, n * sizeof(size_t));
	memmove(network->first_upper + 1, network->first_upper, n * sizeof(size_t));
	network->first_lower[0] = network->first_upper[0] = 0;
}

static int compare_routes(const void *a, const void *b)
{
	const struct net_route *x = a, *y = b;
	const bool x_main = x->table == RT_TABLE_MAIN, y_main = y->table == RT_TABLE_MAIN;

	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	if (x_main != y_main)
		return x_main ? -1 : 1;
	if (x->table != y->table)
		return x->table > y->table ? 1 : -1;
	return (x->link > y->link) - (x->link < y->link);
}

static bool same_table(const struct net_route *a, const struct net_route *b)
{
	return a->family == b->family && a->table == b->table;
}

/* Drops half default routes where their table has not the other half. */
static void keep_defaults(struct network *network)
{
	struct net_route *routes = network->routes;
	size_t kept = 0, end;

	for (size_t i = 0; i < network->n_routes; i = end) {
		const struct net_route first = routes[i];
		unsigned int parts = 0;
		bool both;

		for (end = i; end < network->n_routes && same_table(&routes[end], &first);
		     end++)
			parts |= 1U << routes[end].part;
		both = parts & 1U << NET_LOWER_HALF && parts & 1U << NET_UPPER_HALF;
		for (size_t j = i; j < end; j++)
			if (both || routes[j].part == NET_ALL)
				routes[kept++] = routes[j];
	}
	network->n_routes = kept;
}

int network_join(struct network *network)
{
	const size_t datapath = network_named(network, NET_OVS_DATAPATH);
	int err = 0;

	for (size_t i = 0; err == 0 && i < network->n_links; i++)
		err = add_own_edges(network, i, datapath);
	if (err < 0)
		return err;
	sort_edges(network);
	if (network->n_routes > 0)
		qsort(network->routes, network->n_routes, sizeof(*network->routes),
		      compare_routes);
	keep_defaults(network);
	network->first_upper = calloc(network->n_links + 1, sizeof(size_t));
	network->first_lower = calloc(network->n_links + 1, sizeof(size_t));
	network->uppers = calloc(network->n_edges + 1, sizeof(size_t));
	network->lowers = calloc(network->n_edges + 1, sizeof(size_t));
	if (network->first_upper == NULL || network->first_lower == NULL ||
	    network->uppers == NULL || network->lowers == NULL)
		return -ENOMEM;
	fill_neighbours(network);
	return 0;
}

void network_free(struct network *network)
{
	for (size_t i = 0; i < network->n_links; i++) {
		free(network->links[i].name);
		free(network->links[i].kind);
	}
	for (size_t i = 0; i < network->n_sessions; i++)
		net_session_free(&network->sessions[i]);
	free(network->links);
	free(network->edges);
	free(network->addresses);
	free(network->routes);
	free(network->sessions);
	free(network->links_unseen);
	free(network->addresses_unseen);
	free(network->routes_unseen);
	free(network->sessions_unseen);
	free(network->others_unseen);
	free(network->by_name);
	free(network->by_index);
	free(network->uppers);
	free(network->first_upper);
	free(network->lowers);
	free(network->first_lower);
	*network = (struct network){ 0 };
}

bool net_address_is_link_local(const struct net_address *address)
{
	const uint8_t *b = address->bytes;

	if (address->family == AF_INET)
		return b[0] == 169 && b[1] == 254;
	return b[0] == 0xfe && (b[1] & 0xc0) == 0x80;
}

bool net_address_is_loopback(const struct net_address *address)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (address->family == AF_INET)
		return address->bytes[0] == 127;
	return memcmp(address->bytes, loopback, sizeof(loopback)) == 0;
}

bool net_session_is_to(const struct network *network, const struct net_session *session,
		       const struct net_address *address)
{
	const size_t size = session->family == AF_INET ? 4 : 16;

	if (address->family != session->family ||
	    memcmp(address->bytes, session->server, size) != 0)
		return false;
	return session->zone == NULL || address->link == NET_NO_LINK ||
	       strcmp(network->links[address->link].name, session->zone) == 0;
}
