/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the network of a host: of the running kernel, or of files. */
#ifndef PTBIND_NETWORK_READ_H
#define PTBIND_NETWORK_READ_H

#include "network.h"
#include "util.h"

/*
 * Read links, addresses and routes into an empty network, sorted and not yet joined. What
 * cannot be read is said in its *_unseen. Return 0 or -ENOMEM.
 */

/* Of the running kernel by rtnetlink(7); of devices from /sys. */
_must_check_ int network_read_kernel(struct network *network);

/*
 * Below a directory, from sys/class/net and proc/net. That has the main table for IPv4,
 * and of several next hops the first.
 */
_must_check_ int network_read_files(const char *root, struct network *network);

/* The part of it that is in proc/net: routes and addresses, of links that are there. */
_must_check_ int network_read_proc(const char *root, struct network *network);

/*
 * Finds out from DIR/sys/class/net what device is behind a link: place and so on; and of
 * a bond its min_links.
 */
void network_read_device(const char *root, struct net_link *link);

/*
 * Adds the SSH sessions that this process was started in: what SSH_CONNECTION says in its
 * environment and in those of its ancestors, as sudo(8) drops it. Returns 0 or -ENOMEM.
 */
_must_check_ int network_read_sessions(struct network *network);

/*
 * Adds the sessions that SSH servers and web interfaces of the host have connections for,
 * whoever's they are, from DIR/proc. Without root there are none to be seen, which is
 * said in others_unseen. Returns 0 or -ENOMEM.
 */
_must_check_ int network_read_servers(const char *root, struct network *network);

/*
 * Adds what the host must not lose of the network that ifupdown sets up at the next boot
 * by its configuration below root, as far as that is more than the network of now says.
 * Returns 0 or -ENOMEM.
 */
_must_check_ int network_configured_stakes(const char *root, const struct network *now,
					   struct stakes *stakes);

/* Is this the name of a process of an SSH server, as in /proc/PID/comm? */
bool network_is_ssh_server(const char *process);

#endif
