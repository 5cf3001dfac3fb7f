// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network as the running kernel tells it, by rtnetlink(7) through libnl. The caches
 * of libnl-route would hold every route, of which a router has a million, and libnl 3.7
 * knows no next hop objects: so the messages are read as they come.
 */

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "network_read.h"

/* What changes while it is dumped is dumped again, this often. */
#define DUMP_TRIES 10

/* A next hop that routes share, ip-nexthop(8), or a member of a group of them. */
struct nexthop {
	uint32_t id;
	int index;       /* of its interface; 0: none */
	uint32_t member; /* of this group: id of another; 0: no group */
};

/* A default route by next hop object, until these are known. */
struct pending {
	struct net_route route;
	uint32_t nexthop;
};

struct reader {
	struct network *network;
	struct nl_sock *socket;
	struct nexthop *nexthops;
	size_t n_nexthops;
	struct pending *pending;
	size_t n_pending;
	int family; /* of the routes that are being dumped */
	int err;    /* of a callback: -ENOMEM */
};

typedef int take_message(struct reader *reader, struct nlmsghdr *message);

struct dump {
	struct reader *reader;
	take_message *take;
};

static int on_message(struct nl_msg *message, void *data)
{
	struct dump *dump = data;
	const int err = dump->take(dump->reader, nlmsg_hdr(message));

	if (err == 0)
		return NL_OK;
	dump->reader->err = err;
	return NL_STOP;
}

/* Asks for all objects of a kind. Returns 0, -ENOMEM, or a positive error of libnl. */
static int dump_all(struct reader *reader, int type, void *header, size_t size,
		    take_message *take)
{
	struct dump dump = { reader, take };
	int err;

	err = nl_socket_modify_cb(reader->socket, NL_CB_VALID, NL_CB_CUSTOM, on_message,
				  &dump);
	if (err == 0)
		err = nl_send_simple(reader->socket, type, NLM_F_DUMP, header, size);
	if (err >= 0)
		err = nl_recvmsgs_default(reader->socket);
	if (reader->err < 0)
		return reader->err;
	return err < 0 ? -err : 0;
}

static int get_number(const struct nlattr *attribute)
{
	return attribute != NULL ? (int)nla_get_u32(attribute) : 0;
}

/* Reads what the kind of a link, and of its master, have to say. */
static int read_kind(struct nlattr *info, struct net_link *link)
{
	static const struct nla_policy policy[IFLA_INFO_MAX + 1] = {
		[IFLA_INFO_KIND] = { .type = NLA_NUL_STRING },
		[IFLA_INFO_SLAVE_KIND] = { .type = NLA_NUL_STRING },
	};
	static const struct nla_policy bond_policy[IFLA_BOND_SLAVE_MAX + 1] = {
		[IFLA_BOND_SLAVE_STATE] = { .type = NLA_U8 },
	};
	struct nlattr *attributes[IFLA_INFO_MAX + 1];
	struct nlattr *bond[IFLA_BOND_SLAVE_MAX + 1];
	int err;

	err = nla_parse_nested(attributes, IFLA_INFO_MAX, info, policy);
	if (err < 0)
		return err;
	if (attributes[IFLA_INFO_KIND] != NULL)
		link->kind = nla_get_string(attributes[IFLA_INFO_KIND]);
	if (attributes[IFLA_INFO_SLAVE_KIND] == NULL ||
	    attributes[IFLA_INFO_SLAVE_DATA] == NULL ||
	    nla_strcmp(attributes[IFLA_INFO_SLAVE_KIND], "bond") != 0)
		return 0;
	err = nla_parse_nested(bond, IFLA_BOND_SLAVE_MAX,
			       attributes[IFLA_INFO_SLAVE_DATA], bond_policy);
	if (err == 0 && bond[IFLA_BOND_SLAVE_STATE] != NULL)
		link->standby =
			nla_get_u8(bond[IFLA_BOND_SLAVE_STATE]) == BOND_STATE_BACKUP;
	return err;
}

/* Those that have a peer in IFLA_LINK, which they do not rest on. */
static bool has_peer(const char *kind)
{
	return strcmp(kind, "veth") == 0 || strcmp(kind, "netkit") == 0 ||
	       strcmp(kind, "vxcan") == 0;
}

static int unreadable(char **reason, const char *what, const char *why)
{
	return network_unseen(reason, "%s could not be read: %s", what, why);
}

static int take_link(struct reader *reader, struct nlmsghdr *message)
{
	static const struct nla_policy policy[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = { .type = NLA_NUL_STRING },
		[IFLA_MASTER] = { .type = NLA_U32 },
		[IFLA_LINK] = { .type = NLA_U32 },
		[IFLA_LINK_NETNSID] = { .type = NLA_U32 },
		[IFLA_CARRIER] = { .type = NLA_U8 },
		[IFLA_LINKINFO] = { .type = NLA_NESTED },
	};
	const struct ifinfomsg *header = nlmsg_data(message);
	struct nlattr *attributes[IFLA_MAX + 1];
	char no_kind[] = "";
	struct net_link link = { .kind = no_kind };
	int err;

	/* Dumps of AF_UNSPEC may have other messages in between. */
	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	err = nlmsg_parse(message, sizeof(*header), attributes, IFLA_MAX, policy);
	if (err == 0 && attributes[IFLA_LINKINFO] != NULL)
		err = read_kind(attributes[IFLA_LINKINFO], &link);
	if (err < 0 || attributes[IFLA_IFNAME] == NULL)
		return unreadable(&reader->network->links_unseen, "network interfaces",
				  "a message of the kernel is not understood");
	link.name = nla_get_string(attributes[IFLA_IFNAME]);
	link.index = header->ifi_index;
	link.master = get_number(attributes[IFLA_MASTER]);
	link.under_hidden = attributes[IFLA_LINK_NETNSID] != NULL;
	if (!link.under_hidden && !has_peer(link.kind))
		link.under = get_number(attributes[IFLA_LINK]);
	link.up = header->ifi_flags & IFF_UP;
	link.carrier = attributes[IFLA_CARRIER] != NULL ?
			       link.up && nla_get_u8(attributes[IFLA_CARRIER]) != 0 :
			       (header->ifi_flags & IFF_LOWER_UP) != 0;
	link.loopback = header->ifi_flags & IFF_LOOPBACK;
	link.infiniband = header->ifi_type == ARPHRD_INFINIBAND;
	network_read_device("", &link);
	return network_add_link(reader->network, &link);
}

static int take_address(struct reader *reader, struct nlmsghdr *message)
{
	const struct ifaddrmsg *header = nlmsg_data(message);
	struct nlattr *attributes[IFA_MAX + 1], *bytes;
	struct net_address address = { 0 };
	size_t size;

	if (message->nlmsg_type != RTM_NEWADDR ||
	    (header->ifa_family != AF_INET && header->ifa_family != AF_INET6))
		return 0;
	size = header->ifa_family == AF_INET ? 4 : 16;
	if (nlmsg_parse(message, sizeof(*header), attributes, IFA_MAX, NULL) < 0)
		return unreadable(&reader->network->addresses_unseen, "addresses",
				  "a message of the kernel is not understood");
	/* Where they differ, the other one is the peer's. */
	bytes = attributes[IFA_LOCAL] != NULL ? attributes[IFA_LOCAL] :
						attributes[IFA_ADDRESS];
	if (bytes == NULL || (size_t)nla_len(bytes) != size)
		return unreadable(&reader->network->addresses_unseen, "addresses",
				  "a message of the kernel is not understood");
	address.family = header->ifa_family;
	address.prefix = header->ifa_prefixlen;
	address.link = network_numbered(reader->network, (int)header->ifa_index);
	memcpy(address.bytes, nla_data(bytes), size);
	return network_add_address(reader->network, &address);
}

/* Which part of all destinations does a route cover? False: only a small one. */
static bool find_part(const struct rtmsg *header, const struct nlattr *destination,
		      enum net_part *ret_part)
{
	const uint8_t first = destination != NULL && nla_len(destination) > 0 ?
				      *(const uint8_t *)nla_data(destination) :
				      0;

	switch (header->rtm_dst_len) {
	case 0:
		*ret_part = NET_ALL;
		return true;
	case 1:
		*ret_part = first & 0x80 ? NET_UPPER_HALF : NET_LOWER_HALF;
		return true;
	case 3:
		/* 2000::/3: all unicast addresses that IANA has given out. */
		*ret_part = NET_ALL;
		return header->rtm_family == AF_INET6 && first == 0x20;
	default:
		return false;
	}
}

static int add_route_by(struct reader *reader, struct net_route *route, int index)
{
	route->link = network_numbered(reader->network, index);
	return network_add_route(reader->network, route);
}

/* Adds a route for each of several next hops. */
static int add_multipath(struct reader *reader, struct net_route *route,
			 struct nlattr *multipath)
{
	struct rtnexthop *hop = nla_data(multipath);
	int left = nla_len(multipath), err = 0;

	/* RTNH_OK() looks at the header before it knows that there is one. */
	while (err == 0 && left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		err = add_route_by(reader, route, hop->rtnh_ifindex);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return err;
}

static int add_pending(struct reader *reader, const struct net_route *route, uint32_t id)
{
	struct pending *pending;

	pending = array_grow(reader->pending, reader->n_pending, sizeof(*pending));
	if (pending == NULL)
		return -ENOMEM;
	reader->pending = pending;
	pending[reader->n_pending++] = (struct pending){ *route, id };
	return 0;
}

static int take_route(struct reader *reader, struct nlmsghdr *message)
{
	static const struct nla_policy policy[RTA_MAX + 1] = {
		[RTA_OIF] = { .type = NLA_U32 },
		[RTA_TABLE] = { .type = NLA_U32 },
		[RTA_NH_ID] = { .type = NLA_U32 },
	};
	const struct rtmsg *header = nlmsg_data(message);
	struct nlattr *attributes[RTA_MAX + 1];
	struct net_route route = { .link = NET_NO_LINK };

	/* Without IPv6, a dump of its routes has those of all families. */
	if (message->nlmsg_type != RTM_NEWROUTE || header->rtm_family != reader->family ||
	    header->rtm_type != RTN_UNICAST || header->rtm_flags & RTM_F_CLONED ||
	    header->rtm_dst_len > 3)
		return 0;
	if (nlmsg_parse(message, sizeof(*header), attributes, RTA_MAX, policy) < 0)
		return unreadable(&reader->network->routes_unseen, "routes",
				  "a message of the kernel is not understood");
	if (!find_part(header, attributes[RTA_DST], &route.part))
		return 0;
	route.family = header->rtm_family;
	route.table = attributes[RTA_TABLE] != NULL ? nla_get_u32(attributes[RTA_TABLE]) :
						      header->rtm_table;
	if (attributes[RTA_MULTIPATH] != NULL)
		return add_multipath(reader, &route, attributes[RTA_MULTIPATH]);
	if (attributes[RTA_OIF] == NULL && attributes[RTA_NH_ID] != NULL)
		return add_pending(reader, &route, nla_get_u32(attributes[RTA_NH_ID]));
	return add_route_by(reader, &route, get_number(attributes[RTA_OIF]));
}

static int add_nexthop(struct reader *reader, const struct nexthop *nexthop)
{
	struct nexthop *nexthops;

	nexthops = array_grow(reader->nexthops, reader->n_nexthops, sizeof(*nexthops));
	if (nexthops == NULL)
		return -ENOMEM;
	reader->nexthops = nexthops;
	nexthops[reader->n_nexthops++] = *nexthop;
	return 0;
}

static int take_nexthop(struct reader *reader, struct nlmsghdr *message)
{
	static const struct nla_policy policy[NHA_MAX + 1] = {
		[NHA_ID] = { .type = NLA_U32 },
		[NHA_OIF] = { .type = NLA_U32 },
	};
	struct nlattr *attributes[NHA_MAX + 1], *group;
	struct nexthop nexthop = { 0 };
	const struct nexthop_grp *members;
	size_t n;
	int err = 0;

	if (message->nlmsg_type != RTM_NEWNEXTHOP ||
	    nlmsg_parse(message, sizeof(struct nhmsg), attributes, NHA_MAX, policy) < 0 ||
	    attributes[NHA_ID] == NULL)
		return 0;
	nexthop.id = nla_get_u32(attributes[NHA_ID]);
	nexthop.index = get_number(attributes[NHA_OIF]);
	group = attributes[NHA_GROUP];
	if (group == NULL)
		return add_nexthop(reader, &nexthop);
	members = nla_data(group);
	n = (size_t)nla_len(group) / sizeof(*members);
	for (size_t i = 0; err == 0 && i < n; i++) {
		nexthop.member = members[i].id;
		err = add_nexthop(reader, &nexthop);
	}
	return err;
}

static int compare_nexthops(const void *a, const void *b)
{
	const struct nexthop *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The first of the elements for a next hop, which follow one another; or their end. */
static const struct nexthop *find_nexthop(const struct reader *reader, uint32_t id)
{
	size_t low = 0, high = reader->n_nexthops;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (reader->nexthops[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return reader->nexthops + low;
}

/* Adds a route for each interface of a next hop object; groups have no groups in them. */
static int resolve(struct reader *reader, struct net_route *route, uint32_t id, bool deep)
{
	const struct nexthop *end = reader->nexthops + reader->n_nexthops;
	const struct nexthop *hop = find_nexthop(reader, id);
	int err = 0;

	if (reader->n_nexthops == 0 || hop == end || hop->id != id)
		return add_route_by(reader, route, 0);
	for (; err == 0 && hop < end && hop->id == id; hop++) {
		if (hop->member != 0 && deep)
			err = resolve(reader, route, hop->member, false);
		else
			err = add_route_by(reader, route, hop->index);
	}
	return err;
}

static int resolve_pending(struct reader *reader)
{
	struct nhmsg header = { .nh_family = AF_UNSPEC };
	int err;

	if (reader->n_pending == 0)
		return 0;
	/* Where they cannot be had, the routes are there with no known interface. */
	err = dump_all(reader, RTM_GETNEXTHOP, &header, sizeof(header), take_nexthop);
	if (err == -ENOMEM || err == NLE_DUMP_INTR)
		return err;
	if (reader->n_nexthops > 0)
		qsort(reader->nexthops, reader->n_nexthops, sizeof(*reader->nexthops),
		      compare_nexthops);
	err = 0;
	for (size_t i = 0; err == 0 && i < reader->n_pending; i++)
		err = resolve(reader, &reader->pending[i].route,
			      reader->pending[i].nexthop, true);
	return err;
}

static int dump_routes(struct reader *reader)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(families); i++) {
		struct rtmsg header = { .rtm_family = (unsigned char)families[i] };

		reader->family = families[i];
		err = dump_all(reader, RTM_GETROUTE, &header, sizeof(header), take_route);
	}
	return err != 0 ? err : resolve_pending(reader);
}

/* Keeps an error of libnl as the reason why something is not known. */
static int keep_error(char **reason, const char *what, int err)
{
	if (err <= 0 || err == NLE_DUMP_INTR)
		return err;
	return unreadable(reason, what, nl_geterror(err));
}

/* Reads all of it once. Returns as dump_all(), NLE_DUMP_INTR where it has to be again. */
static int read_once(struct reader *reader)
{
	struct network *network = reader->network;
	struct ifinfomsg links = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg addresses = { .ifa_family = AF_UNSPEC };
	int err;

	err = dump_all(reader, RTM_GETLINK, &links, sizeof(links), take_link);
	err = keep_error(&network->links_unseen, "network interfaces", err);
	if (err == 0)
		err = network_sort(network);
	if (err != 0)
		return err;
	err = dump_all(reader, RTM_GETADDR, &addresses, sizeof(addresses), take_address);
	err = keep_error(&network->addresses_unseen, "addresses", err);
	if (err != 0)
		return err;
	return keep_error(&network->routes_unseen, "routes", dump_routes(reader));
}

static int read_with_socket(struct network *network)
{
	struct reader reader = { .network = network, .socket = nl_socket_alloc() };
	int err;

	if (reader.socket == NULL)
		return -ENOMEM;
	err = nl_connect(reader.socket, NETLINK_ROUTE);
	if (err < 0) {
		err = keep_error(&network->links_unseen, "network interfaces", -err);
		err = err != 0 ? err : network_sort(network);
	} else {
		err = read_once(&reader);
	}
	nl_socket_free(reader.socket);
	free(reader.nexthops);
	free(reader.pending);
	return err;
}

int network_read_kernel(struct network *network)
{
	int err;

	for (int i = 0; i < DUMP_TRIES; i++) {
		err = read_with_socket(network);
		if (err != NLE_DUMP_INTR)
			return err;
		network_free(network);
	}
	err = unreadable(&network->links_unseen, "network interfaces",
			 "they change all the time");
	return err < 0 ? err : network_sort(network);
}
