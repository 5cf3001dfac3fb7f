// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sessions of a host, by the connections that its SSH servers and web interfaces
 * hold: also those that this process does not run in. Formats: proc_pid_fd(5), and
 * net/ipv4/tcp_ipv4.c and net/ipv6/tcp_ipv6.c of the kernel.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "network_read.h"
#include "text.h"
#include "tree.h"

/* Far above what a host has that is no server of the whole Internet. */
#define TCP_FILE_MAX (64 << 20)

/* Words of a line of /proc/net/tcp and tcp6 that are looked at. */
enum tcp_word { TCP_LOCAL = 1, TCP_REMOTE, TCP_STATE, TCP_INODE = 9, TCP_WORDS };

/* The longest "ADDRESS:PORT" there: 32 digits, a colon, four digits; and a NUL. */
#define END_SIZE 40

/* A socket that a server has. */
struct socket {
	unsigned long inode;
	bool by_web;
};

struct sockets {
	struct socket *entries; /* sorted by inode once all are there */
	size_t n;
	bool hidden; /* those of one could not be read */
};

/* A connection of a server, as the kernel writes it. */
struct connection {
	int family;
	bool by_web;
	char local[END_SIZE], remote[END_SIZE];
};

struct search {
	const char *root;
	struct network *network;
	struct sockets sockets;
	struct connection *connections;
	size_t n_connections;
	bool listening[UINT16_MAX + 1]; /* ports on which something waits for others */
};

bool network_is_ssh_server(const char *process)
{
	/* OpenSSH 9.8 and later have sshd-session and sshd-auth beside sshd. */
	return strncmp(process, "sshd", strlen("sshd")) == 0 ||
	       strncmp(process, "dropbear", strlen("dropbear")) == 0;
}

/* The web interfaces that have a shell: of Proxmox VE, and Cockpit. */
static bool is_web_server(const char *process)
{
	return strncmp(process, "pveproxy", strlen("pveproxy")) == 0 ||
	       strncmp(process, "cockpit-", strlen("cockpit-")) == 0;
}

static int add_socket(struct sockets *sockets, unsigned long inode, bool by_web)
{
	struct socket *entries;

	entries = array_grow(sockets->entries, sockets->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	sockets->entries = entries;
	entries[sockets->n++] = (struct socket){ inode, by_web };
	return 0;
}

/* Adds what an open file is, if it is a socket: a link to "socket:[NUMBER]". */
static int read_open_file(struct search *search, const char *path, bool by_web)
{
	char joined[PATH_MAX], target[64], *end;
	unsigned long inode;
	ssize_t len;

	if (tree_path(search->root, path, joined, sizeof(joined)) < 0)
		return 0;
	len = readlink(joined, target, sizeof(target) - 1);
	/* Files are closed while this looks at them. */
	if (len < 0)
		return 0;
	target[len] = '\0';
	if (strncmp(target, "socket:[", strlen("socket:[")) != 0)
		return 0;
	inode = strtoul(target + strlen("socket:["), &end, 10);
	return strcmp(end, "]") == 0 ? add_socket(&search->sockets, inode, by_web) : 0;
}

static int read_process(struct search *search, const char *pid)
{
	char path[PATH_MAX], name[TREE_VALUE_SIZE];
	struct tree_names files = { 0 };
	int err;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	if (tree_value(search->root, path, name) < 0 ||
	    (!network_is_ssh_server(name) && !is_web_server(name)))
		return 0;
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	err = tree_list(search->root, path, &files);
	if (err == -EACCES || err == -EPERM)
		search->sockets.hidden = true;
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; err == 0 && i < files.n; i++) {
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid, files.entries[i]);
		err = read_open_file(search, path, is_web_server(name));
	}
	tree_names_free(&files);
	return err;
}

static int compare_sockets(const void *a, const void *b)
{
	const struct socket *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int read_processes(struct search *search)
{
	struct sockets *sockets = &search->sockets;
	struct tree_names names = { 0 };
	int err = tree_list(search->root, "/proc", &names);

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; err == 0 && i < names.n; i++)
		if (strspn(names.entries[i], "0123456789") == strlen(names.entries[i]))
			err = read_process(search, names.entries[i]);
	tree_names_free(&names);
	if (sockets->n > 0)
		qsort(sockets->entries, sockets->n, sizeof(*sockets->entries),
		      compare_sockets);
	return err;
}

static const struct socket *find_socket(const struct sockets *sockets,
					unsigned long inode)
{
	const struct socket key = { .inode = inode };

	if (sockets->n == 0)
		return NULL;
	return bsearch(&key, sockets->entries, sockets->n, sizeof(key), compare_sockets);
}

/* The port of "ADDRESS:PORT", in hexadecimal. */
static unsigned int port_of(const char *end)
{
	const char *colon = strchr(end, ':');

	return colon == NULL ? 0 :
			       (unsigned int)strtoul(colon + 1, NULL, 16) & UINT16_MAX;
}

/*
 * Writes the address of "ADDRESS:PORT" for people: each 32 bits of it are written as a
 * number of this machine. Returns false where it is none.
 */
static bool format_address(int family, const char *end,
			   char ret_text[static INET6_ADDRSTRLEN])
{
	const size_t n_digits = family == AF_INET ? 8 : 32;
	uint32_t words[4];

	if (strspn(end, "0123456789ABCDEF") != n_digits || end[n_digits] != ':')
		return false;
	for (size_t i = 0; i < n_digits / 8; i++) {
		char digits[9] = { 0 };

		memcpy(digits, end + i * 8, 8);
		words[i] = (uint32_t)strtoul(digits, NULL, 16);
	}
	return inet_ntop(family, words, ret_text, INET6_ADDRSTRLEN) != NULL;
}

/* Takes one line of the kernel's table of sockets; its first one has only titles. */
static int take_socket(struct search *search, int family, char *line)
{
	struct connection connection = { .family = family }, *connections;
	const struct socket *socket;
	char *words[TCP_WORDS];
	unsigned long state;

	if (text_split(line, words, TCP_WORDS) < TCP_WORDS)
		return 0;
	state = strtoul(words[TCP_STATE], NULL, 16);
	socket = find_socket(&search->sockets, strtoul(words[TCP_INODE], NULL, 10));
	if (state == TCP_LISTEN)
		search->listening[port_of(words[TCP_LOCAL])] = true;
	if (state != TCP_ESTABLISHED || socket == NULL)
		return 0;
	connection.by_web = socket->by_web;
	snprintf(connection.local, END_SIZE, "%s", words[TCP_LOCAL]);
	snprintf(connection.remote, END_SIZE, "%s", words[TCP_REMOTE]);
	connections = array_grow(search->connections, search->n_connections,
				 sizeof(*connections));
	if (connections == NULL)
		return -ENOMEM;
	search->connections = connections;
	connections[search->n_connections++] = connection;
	return 0;
}

/* Reads a table of sockets; a kernel without IPv6 has just one. */
static int read_sockets(struct search *search, int family, const char *path)
{
	_cleanup_free_ char *data = NULL;
	char *save = NULL;
	size_t size;
	int err = tree_read(search->root, path, TCP_FILE_MAX, &data, &size);

	if (err == -ENOENT)
		return 0;
	if (err < 0 && err != -ENOMEM)
		return network_unseen(&search->network->others_unseen,
				      "sessions: %s could not be read: %s", path,
				      strerror(-err));
	for (char *line = err == 0 ? strtok_r(data, "\n", &save) : NULL;
	     err == 0 && line != NULL; line = strtok_r(NULL, "\n", &save))
		err = take_socket(search, family, line);
	return err;
}

static bool is_loopback(const struct net_session *session)
{
	struct net_address address = { .family = session->family };

	memcpy(address.bytes, session->server, sizeof(address.bytes));
	return net_address_is_loopback(&address);
}

/*
 * Adds the session of a connection that somebody made to the host. A server also
 * makes some itself, for what it forwards; those have a port of their own at this end.
 */
static int add_session(struct search *search, const struct connection *connection)
{
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN], text[128];
	struct net_session session;
	int err;

	if (!search->listening[port_of(connection->local)] ||
	    !format_address(connection->family, connection->local, server) ||
	    !format_address(connection->family, connection->remote, client))
		return 0;
	snprintf(text, sizeof(text), "%s %u %s %u", client, port_of(connection->remote),
		 server, port_of(connection->local));
	err = net_session_parse(text, &session);
	if (err < 0)
		return err == -EINVAL ? 0 : err;
	session.other = true;
	session.by_web = connection->by_web;
	/* One that the host has with itself needs no card. */
	if (!is_loopback(&session) && strcmp(client, server) != 0)
		err = network_add_session(search->network, &session);
	net_session_free(&session);
	return err;
}

static int find_sessions(struct search *search)
{
	int err = read_processes(search);

	if (err == 0)
		err = read_sockets(search, AF_INET, "/proc/net/tcp");
	if (err == 0)
		err = read_sockets(search, AF_INET6, "/proc/net/tcp6");
	for (size_t i = 0; err == 0 && i < search->n_connections; i++)
		err = add_session(search, &search->connections[i]);
	if (err == 0 && search->sockets.hidden)
		err = network_unseen(&search->network->others_unseen,
				     "sessions of others: only root can see the "
				     "connections of SSH servers and web interfaces");
	return err;
}

int network_read_servers(const char *root, struct network *network)
{
	struct search *search = calloc(1, sizeof(*search));
	int err;

	if (search == NULL)
		return -ENOMEM;
	search->root = root;
	search->network = network;
	err = find_sessions(search);
	free(search->sockets.entries);
	free(search->connections);
	free(search);
	return err;
}
