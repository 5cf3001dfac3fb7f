/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network of a host as plain values: its interfaces and what they rest on, addresses,
 * default routes, sessions. Nothing here does I/O.
 */
#ifndef PTBIND_NETWORK_H
#define PTBIND_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "host/stakes.h"
#include "host/uses.h"
#include "util.h"

/* Instead of the index of an interface: none, or one that is not known. */
#define NET_NO_LINK SIZE_MAX

/* Open vSwitch calls its datapath in the kernel so: the master of all its ports. */
#define NET_OVS_DATAPATH "ovs-system"
#define NET_OVS_KIND "openvswitch"

/* Where an interface is in the tree of devices. */
enum net_place {
	NET_VIRTUAL, /* it has no device */
	NET_ON_PCI,
	NET_OFF_PCI, /* its device is behind no PCI function: no list can take it */
	NET_UNKNOWN, /* it has one, but nobody knows where */
};

struct net_link {
	char *name; /* may hold any byte but '/' and those isspace() knows */
	char *kind; /* as rtnetlink and ip(8) call it: "bridge"; empty: none */
	int index;  /* the kernel's number for it; 0: not known */
	int master; /* that of the bridge or bond it is in; 0: none, or an edge says it */
	int under;  /* that of the interface it is made on; likewise */
	bool up;
	bool carrier;
	bool standby;            /* a bond has it, and does not use it now */
	unsigned long min_links; /* a bond has carrier with so many members at least */
	bool under_hidden;       /* what it is made on is in another network namespace */
	bool loopback;
	bool wifi;
	bool usb;
	bool infiniband;
	enum net_place place;
	struct pci_address function; /* where place is NET_ON_PCI */
	bool is_vf;
	struct pci_address physical_function; /* where is_vf */
};

/* One interface rests on another: a bridge on its ports, a VLAN on what it is made on. */
struct net_edge {
	size_t upper, lower;
};

struct net_address {
	size_t link; /* may be NET_NO_LINK */
	int family;
	uint8_t bytes[16]; /* in network order; 4 of them for AF_INET */
	unsigned int prefix;
};

/* Which part of all destinations a route covers. */
enum net_part {
	NET_ALL,
	NET_LOWER_HALF, /* 0.0.0.0/1, ::/1: VPNs split the default route in two */
	NET_UPPER_HALF,
};

struct net_route {
	int family;
	uint32_t table; /* RT_TABLE_MAIN where tables cannot be told apart */
	size_t link;    /* may be NET_NO_LINK */
	enum net_part part;
	bool by_dhcp; /* it is only configured, and depends on an answer */
};

struct net_session {
	char *client; /* its address, for people */
	int family;
	uint8_t server[16]; /* the host's own address, as in struct net_address */
	char *zone;         /* the interface that is written behind it; or NULL */
	bool other;         /* somebody else's: this process does not run in it */
	bool by_web;        /* of a web interface of the host; else SSH */
};

struct network {
	struct net_link *links;
	size_t n_links;
	struct net_edge *edges;
	size_t n_edges;
	struct net_address *addresses;
	size_t n_addresses;
	struct net_route *routes; /* default routes of all tables */
	size_t n_routes;
	struct net_session *sessions;
	size_t n_sessions;
	/* Why they are not all known, sentences; NULL: they are. */
	char *links_unseen;
	char *addresses_unseen;
	char *routes_unseen;
	char *sessions_unseen;
	char *others_unseen; /* of sessions: there may be more; none of this process's */

	size_t *by_name, *by_index; /* of network_sort() */
	/* Of network_join(): the uppers of link i are uppers[first_upper[i]] and on. */
	size_t *uppers, *first_upper;
	size_t *lowers, *first_lower;
};

/*
 * Add one element. A link's name and kind are copied, as are a session's texts. A session
 * between the same two addresses as one before is not added, nor is somebody else's to
 * the same address of the host. Return 0 or -ENOMEM.
 */
_must_check_ int network_add_link(struct network *network, const struct net_link *link);
_must_check_ int network_add_edge(struct network *network, size_t upper, size_t lower);
_must_check_ int network_add_address(struct network *network,
				     const struct net_address *address);
_must_check_ int network_add_route(struct network *network,
				   const struct net_route *route);
_must_check_ int network_add_session(struct network *network,
				     const struct net_session *session);

/* Keeps a sentence in one of the *_unseen, the first only. Returns 0 or -ENOMEM. */
_must_check_ _printf_(2, 3) int network_unseen(char **reason, const char *format, ...);

/* Makes links findable, once all are added. Returns 0 or -ENOMEM. */
_must_check_ int network_sort(struct network *network);

/* The link of a name, or of a number of the kernel's; or NET_NO_LINK. */
size_t network_named(const struct network *network, const char *name);
size_t network_numbered(const struct network *network, int index);

/*
 * Joins the links, once all edges are added: those that master and under say, and those
 * from Open vSwitch's interfaces to its datapath, join them. Routes are sorted by family
 * and table, the main one first; halves that make no whole are dropped. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int network_join(struct network *network);

/* Frees what the network owns, not the structure itself. */
void network_free(struct network *network);

/* Is an address one of the link alone: 169.254.0.0/16, fe80::/10, or of the host? */
bool net_address_is_link_local(const struct net_address *address);
bool net_address_is_loopback(const struct net_address *address);

/*
 * Parses the value of SSH_CONNECTION, "CLIENT PORT SERVER PORT", ssh(1): addresses may
 * have a %zone, and IPv4 ones may be written as IPv6. Returns 0 with texts that the
 * caller frees, -EINVAL or -ENOMEM.
 */
_must_check_ int net_session_parse(const char *text, struct net_session *ret_session);
void net_session_free(struct net_session *session);

/* What kind of session it is, a literal: "SSH session", "web session". */
const char *net_session_word(const struct net_session *session);

/* Did the session come in by this address? */
bool net_session_is_to(const struct network *network, const struct net_session *session,
		       const struct net_address *address);

/*
 * What the host must not lose of a joined network. A stake of which an interface off PCI
 * has a part cannot be lost, and is not added. Returns 0 or -ENOMEM.
 */
_must_check_ int network_stakes(const struct network *network, struct stakes *stakes);

/* What each PCI function is used for. Returns 0 or -ENOMEM. */
_must_check_ int network_uses(const struct network *network, struct uses *uses);

#endif
