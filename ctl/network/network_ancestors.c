// SPDX-License-Identifier: GPL-2.0-or-later
/* The SSH sessions that this process runs in. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "network_read.h"
#include "tree.h"

#define VARIABLE "SSH_CONNECTION="

/* Arguments and environment of a program together are at most so long, execve(2). */
#define ENVIRON_MAX (6 << 20)
/* Nobody is so deep in shells; a loop cannot be, but while processes come and go. */
#define ANCESTORS_MAX 256

/* What is found on the way up. */
struct search {
	struct network *network;
	bool ssh_server; /* one of the ancestors is */
	int error;       /* the environment of one cannot be read: a negative errno */
};

static int add_value(struct network *network, const char *value)
{
	struct net_session session;
	int err = net_session_parse(value, &session);

	if (err == -EINVAL)
		return network_unseen(&network->sessions_unseen,
				      "SSH_CONNECTION in the environment is not "
				      "understood");
	if (err < 0)
		return err;
	err = network_add_session(network, &session);
	net_session_free(&session);
	return err;
}

/* Looks through the variables of a process, each ending with a NUL. */
static int look_through(struct search *search, const char *data, size_t size)
{
	const size_t len = strlen(VARIABLE);
	int err = 0;

	for (size_t i = 0; err == 0 && i < size; i += strlen(data + i) + 1)
		if (strncmp(data + i, VARIABLE, len) == 0)
			err = add_value(search->network, data + i + len);
	return err;
}

static int read_environ(struct search *search, unsigned int pid)
{
	_cleanup_free_ char *data = NULL;
	char path[64];
	size_t size;
	int err;

	snprintf(path, sizeof(path), "/proc/%u/environ", pid);
	err = tree_read("", path, ENVIRON_MAX, &data, &size);
	if (err == -ENOMEM)
		return err;
	if (err == 0)
		return look_through(search, data, size);
	search->error = err;
	return 0;
}

/*
 * Reads the name and the parent of a process from its stat file, proc(5). Returns the
 * parent, 0 where there is none or it cannot be read.
 */
static unsigned int read_parent(struct search *search, unsigned int pid)
{
	char path[64], stat[TREE_VALUE_SIZE];
	const char *name, *end;
	unsigned long parent;
	int err;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	err = tree_value("", path, stat);
	if (err < 0) {
		search->error = err;
		return 0;
	}
	/* The name is in parentheses, and may have others in it. */
	name = strchr(stat, '(');
	end = strrchr(stat, ')');
	if (name == NULL || end == NULL || strlen(end) < strlen(") S 0"))
		return 0;
	if (network_is_ssh_server(name + 1))
		search->ssh_server = true;
	parent = strtoul(end + strlen(") S "), NULL, 10);
	return parent > (unsigned long)INT32_MAX ? 0 : (unsigned int)parent;
}

int network_read_sessions(struct network *network)
{
	struct search search = { .network = network };
	const char *own = getenv("SSH_CONNECTION");
	unsigned int pid = (unsigned int)getppid();
	int err = 0;

	if (own != NULL)
		err = add_value(network, own);
	for (size_t i = 0; err == 0 && pid > 0 && i < ANCESTORS_MAX; i++) {
		err = read_environ(&search, pid);
		pid = read_parent(&search, pid);
	}
	if (err < 0 || network->n_sessions > 0 || !search.ssh_server)
		return err;
	if (search.error < 0)
		return network_unseen(&network->sessions_unseen,
				      "there is an SSH session, but who it is from could "
				      "not be read below /proc: %s",
				      strerror(-search.error));
	return network_unseen(
		&network->sessions_unseen,
		"there is an SSH session, but no SSH_CONNECTION says who it "
		"is from");
}
