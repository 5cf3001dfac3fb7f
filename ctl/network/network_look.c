// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking at the network of the host. */

#include <errno.h>

#include "host/host.h"
#include "network.h"
#include "network_read.h"

static int note_unseen(const struct network *network, struct notes *unseen)
{
	const char *const reasons[] = {
		network->links_unseen,  network->addresses_unseen,
		network->routes_unseen, network->sessions_unseen,
		network->others_unseen,
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(reasons); i++)
		if (reasons[i] != NULL)
			err = notes_add(unseen, "%s", reasons[i]);
	return err;
}

/* Sessions are those of the running host: neither environment nor processes are
 * another's. */
static int read_all(const char *root, struct network *network)
{
	int err;

	if (root[0] != '\0')
		err = network_read_files(root, network);
	else
		err = network_read_kernel(network);
	if (err == 0 && root[0] == '\0')
		err = network_read_sessions(network);
	if (err == 0 && root[0] == '\0')
		err = network_read_servers(root, network);
	return err < 0 ? err : network_join(network);
}

int network_look(struct host *host)
{
	struct network network = { 0 };
	int err;

	err = read_all(host->root, &network);
	if (err == 0)
		err = network_uses(&network, &host->uses);
	if (err == 0)
		err = network_stakes(&network, &host->stakes);
	if (err == 0)
		err = network_configured_stakes(host->root, &network, &host->stakes);
	if (err == 0)
		err = note_unseen(&network, &host->unseen);
	network_free(&network);
	return err;
}
