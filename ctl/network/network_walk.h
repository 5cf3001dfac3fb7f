/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an interface down through all that it rests on. Nothing here does I/O. */
#ifndef PTBIND_NETWORK_WALK_H
#define PTBIND_NETWORK_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "network.h"
#include "util.h"

struct net_walk {
	const struct network *network;
	const bool *stops;  /* for each link: not to go on below it; NULL: nowhere */
	unsigned int *seen; /* for each link the walk that came there last */
	unsigned int round;
	size_t *reached; /* the links of this walk, each once */
	size_t n;
	char unclear[256]; /* where it could not go on, a sentence; empty: nowhere */
};

/* Prepares for walks in a joined network. Returns 0 or -ENOMEM. */
_must_check_ int net_walk_new(const struct network *network, struct net_walk *ret_walk);
void net_walk_free(struct net_walk *walk);

/* Starts a walk, which costs nothing, and goes on with it from a link. */
void net_walk_start(struct net_walk *walk);
void net_walk_from(struct net_walk *walk, size_t link);

/* Does the link lead out of the host by itself? */
bool net_link_is_physical(const struct net_link *link);

#endif
