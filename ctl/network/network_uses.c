// SPDX-License-Identifier: GPL-2.0-or-later
/* What interfaces are used for, in a few words. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "network.h"
#include "network_walk.h"

/* So far up, and to so many interfaces, is looked for what rests on one. */
#define CHAIN_MAX 8
#define ABOVE_MAX 256
/* So many addresses are written out. */
#define ADDRESSES_MAX 3

/* What an interface carries. */
enum carried {
	CARRIES_DEFAULT = 1 << 0,
	CARRIES_DEFAULT6 = 1 << 1,
	CARRIES_SSH = 1 << 2,
	CARRIES_WEB = 1 << 3,
};

struct telling {
	const struct network *network;
	unsigned char *carries; /* enum carried, for each link */
	/* By link; those of link i are by_link[first_address[i]] and on. */
	const struct net_address **by_link;
	size_t *first_address;
	size_t *best;       /* what choose_upper() chose; or NET_NO_LINK */
	unsigned int *seen; /* for each link the last find_above() that came there */
	unsigned int round;
};

/* An interface and all above it that is looked at. */
struct above {
	size_t links[ABOVE_MAX];
	size_t n;
	bool more;
};

static unsigned int route_bit(const struct net_route *route)
{
	return route->family == AF_INET6 ? CARRIES_DEFAULT6 : CARRIES_DEFAULT;
}

static void mark(struct telling *telling, struct net_walk *walk, unsigned int bit)
{
	for (size_t i = 0; i < walk->n; i++)
		telling->carries[walk->reached[i]] |= (unsigned char)bit;
}

static void mark_routes(struct telling *telling, struct net_walk *walk, unsigned int bit)
{
	const struct network *network = telling->network;

	net_walk_start(walk);
	for (size_t i = 0; i < network->n_routes; i++)
		if (route_bit(&network->routes[i]) == bit &&
		    network->routes[i].link != NET_NO_LINK)
			net_walk_from(walk, network->routes[i].link);
	mark(telling, walk, bit);
}

static void mark_sessions(struct telling *telling, struct net_walk *walk, bool by_web)
{
	const struct network *network = telling->network;

	net_walk_start(walk);
	for (size_t i = 0; i < network->n_sessions; i++)
		for (size_t j = 0; j < network->n_addresses; j++)
			if (network->sessions[i].by_web == by_web &&
			    network->addresses[j].link != NET_NO_LINK &&
			    net_session_is_to(network, &network->sessions[i],
					      &network->addresses[j]))
				net_walk_from(walk, network->addresses[j].link);
	mark(telling, walk, by_web ? CARRIES_WEB : CARRIES_SSH);
}

static int mark_all(struct telling *telling)
{
	struct net_walk walk;
	int err = net_walk_new(telling->network, &walk);

	if (err < 0)
		return err;
	mark_routes(telling, &walk, CARRIES_DEFAULT);
	mark_routes(telling, &walk, CARRIES_DEFAULT6);
	mark_sessions(telling, &walk, false);
	mark_sessions(telling, &walk, true);
	net_walk_free(&walk);
	return 0;
}

/* IPv4 before IPv6, and otherwise as the kernel has them. */
static int compare_addresses(const void *a, const void *b)
{
	const struct net_address *x = *(const struct net_address *const *)a;
	const struct net_address *y = *(const struct net_address *const *)b;

	if (x->link != y->link)
		return x->link > y->link ? 1 : -1;
	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	return (x > y) - (x < y);
}

static void sort_addresses(struct telling *telling)
{
	const struct network *network = telling->network;
	size_t n = 0;

	for (size_t i = 0; i < network->n_addresses; i++)
		if (network->addresses[i].link != NET_NO_LINK)
			telling->by_link[n++] = &network->addresses[i];
	if (n > 0)
		qsort(telling->by_link, n, sizeof(telling->by_link[0]),
		      compare_addresses);
	for (size_t i = 0; i < n; i++)
		telling->first_address[telling->by_link[i]->link + 1]++;
	for (size_t i = 0; i < network->n_links; i++)
		telling->first_address[i + 1] += telling->first_address[i];
}

static void find_above(struct telling *telling, size_t link, struct above *above)
{
	const struct network *network = telling->network;

	*above = (struct above){ .n = 1 };
	above->links[0] = link;
	telling->seen[link] = ++telling->round;
	for (size_t next = 0; next < above->n; next++) {
		const size_t i = above->links[next];

		for (size_t j = network->first_upper[i]; j < network->first_upper[i + 1];
		     j++) {
			if (telling->seen[network->uppers[j]] == telling->round)
				continue;
			if (above->n == ABOVE_MAX) {
				above->more = true;
				return;
			}
			telling->seen[network->uppers[j]] = telling->round;
			above->links[above->n++] = network->uppers[j];
		}
	}
}

static size_t count_addresses(const struct telling *telling, size_t link)
{
	return telling->first_address[link + 1] - telling->first_address[link];
}

/* Is one interface above another more worth naming than a second one? */
static bool matters_more(const struct telling *telling, size_t a, size_t b)
{
	if (telling->carries[a] != telling->carries[b])
		return telling->carries[a] > telling->carries[b];
	return count_addresses(telling, a) > 0 && count_addresses(telling, b) == 0;
}

/* Which of the interfaces directly above one to name; there is one at least. */
static size_t choose_upper(struct telling *telling, size_t link)
{
	const struct network *network = telling->network;
	size_t best = network->uppers[network->first_upper[link]];

	if (telling->best[link] != NET_NO_LINK)
		return telling->best[link];
	for (size_t j = network->first_upper[link]; j < network->first_upper[link + 1];
	     j++)
		if (matters_more(telling, network->uppers[j], best))
			best = network->uppers[j];
	telling->best[link] = best;
	return best;
}

/* ", in bond0 (standby) > vmbr0": the way up, and how many others there are. */
static void tell_chain(FILE *f, struct telling *telling, size_t link)
{
	const struct network *network = telling->network;
	const char *before = ", in ";

	for (size_t depth = 0; depth < CHAIN_MAX; depth++) {
		const size_t n =
			network->first_upper[link + 1] - network->first_upper[link];
		size_t upper;

		if (n == 0)
			return;
		upper = choose_upper(telling, link);
		fprintf(f, "%s%s", before, network->links[upper].name);
		if (network->links[link].standby)
			fputs(" (standby)", f);
		if (n > 1)
			fprintf(f, " and %zu more", n - 1);
		before = " > ";
		link = upper;
	}
}

static void tell_address(FILE *f, const struct telling *telling,
			 const struct net_address *address, size_t link)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(address->family, address->bytes, text, sizeof(text)) == NULL)
		return;
	fprintf(f, ", %s/%u", text, address->prefix);
	if (address->link != link)
		fprintf(f, " on %s", telling->network->links[address->link].name);
}

/* Tells the addresses on the interface and above. Are there any, even link-local ones? */
static bool tell_addresses(FILE *f, const struct telling *telling,
			   const struct above *above)
{
	size_t n = 0, n_local = 0;

	for (size_t i = 0; i < above->n; i++) {
		const size_t link = above->links[i];

		for (size_t j = telling->first_address[link];
		     j < telling->first_address[link + 1]; j++) {
			if (net_address_is_link_local(telling->by_link[j]))
				n_local++;
			else if (n++ < ADDRESSES_MAX)
				tell_address(f, telling, telling->by_link[j],
					     above->links[0]);
		}
	}
	if (n > ADDRESSES_MAX)
		fprintf(f, ", %zu more address%s", n - ADDRESSES_MAX,
			n - ADDRESSES_MAX == 1 ? "" : "es");
	else if (n == 0 && n_local > 0)
		fputs(", link-local address only", f);
	return n + n_local > 0;
}

static void tell_medium(FILE *f, const struct net_link *link)
{
	if (link->usb)
		fputs("USB, ", f);
	if (link->wifi)
		fputs("Wi-Fi, ", f);
	if (link->infiniband)
		fputs("InfiniBand, ", f);
	if (link->is_vf) {
		char text[PCI_ADDRESS_STRSIZE];

		pci_address_format(&link->physical_function, text);
		fprintf(f, "VF of %s, ", text);
	}
}

static void tell_carried(FILE *f, unsigned int carries)
{
	if (carries & CARRIES_DEFAULT)
		fputs(", default route", f);
	else if (carries & CARRIES_DEFAULT6)
		fputs(", IPv6 default route", f);
	if (carries & CARRIES_SSH)
		fputs(", SSH session", f);
	if (carries & CARRIES_WEB)
		fputs(", web session", f);
}

/* Returns whether the host works with it: it has carrier, and something rests on it. */
static bool tell_link(FILE *f, struct telling *telling, size_t i)
{
	const struct network *network = telling->network;
	const struct net_link *link = &network->links[i];
	struct above above;
	bool has_address, unused;

	find_above(telling, i, &above);
	tell_medium(f, link);
	fputs(!link->up ? "down" : link->carrier ? "up" : "no carrier", f);
	tell_chain(f, telling, i);
	has_address = tell_addresses(f, telling, &above);
	tell_carried(f, telling->carries[i]);
	unused = !above.more && above.n == 1 && !has_address && telling->carries[i] == 0;
	if (above.more)
		fputs(", and more above", f);
	else if (unused)
		fputs(network->addresses_unseen != NULL ? ", addresses not seen" :
							  ", unused",
		      f);
	return !unused && link->carrier;
}

/* A virtual function may have a link where its physical function is not even up. */
static bool has_carrier(const struct network *network, const struct net_link *link)
{
	for (size_t i = 0; !link->carrier && i < network->n_links; i++)
		if (network->links[i].is_vf && network->links[i].carrier &&
		    pci_address_compare(&network->links[i].physical_function,
					&link->function) == 0)
			return true;
	return link->carrier;
}

static int add_use(struct telling *telling, size_t i, struct uses *uses)
{
	const struct net_link *link = &telling->network->links[i];
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	bool active;
	int err;

	if (f == NULL)
		return -ENOMEM;
	active = tell_link(f, telling, i);
	if (fclose(f) != 0)
		return -ENOMEM;
	err = uses_add(uses, &link->function, USE_NETWORK, link->name, "%s", text);
	if (err < 0)
		return err;
	if (active)
		uses_mark_active(uses);
	uses->entries[uses->n - 1].carrier =
		has_carrier(telling->network, &telling->network->links[i]);
	return 0;
}

static void telling_free(struct telling *telling)
{
	free(telling->carries);
	free(telling->by_link);
	free(telling->first_address);
	free(telling->best);
	free(telling->seen);
}

/* Makes room, and finds out all that is not about one interface. */
static int telling_new(const struct network *network, struct telling *ret_telling)
{
	const size_t n = network->n_links + 1;
	struct telling telling = { .network = network };
	int err = -ENOMEM;

	telling.carries = calloc(n, sizeof(*telling.carries));
	telling.by_link = calloc(network->n_addresses + 1, sizeof(struct net_address *));
	telling.first_address = calloc(n, sizeof(*telling.first_address));
	telling.best = malloc(n * sizeof(*telling.best));
	telling.seen = calloc(n, sizeof(*telling.seen));
	if (telling.carries != NULL && telling.by_link != NULL && telling.best != NULL &&
	    telling.first_address != NULL && telling.seen != NULL) {
		for (size_t i = 0; i < n; i++)
			telling.best[i] = NET_NO_LINK;
		sort_addresses(&telling);
		err = mark_all(&telling);
	}
	if (err < 0)
		telling_free(&telling);
	else
		*ret_telling = telling;
	return err;
}

int network_uses(const struct network *network, struct uses *uses)
{
	struct telling telling;
	int err = telling_new(network, &telling);

	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < network->n_links; i++)
		if (network->links[i].place == NET_ON_PCI)
			err = add_use(&telling, i, uses);
	telling_free(&telling);
	return err;
}
