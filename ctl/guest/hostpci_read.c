// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the devices of a virtual machine of Proxmox VE on its host. */

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "file.h"
#include "hostpci_read.h"
#include "proxmox.h"

#define HOSTNAME_PATH "/proc/sys/kernel/hostname"
#define HOSTNAME_FILE_MAX 4096

int read_below(const char *root, const char *path, size_t max, bool may_be_missing,
	       struct notes *problems, char **ret_data, size_t *ret_size)
{
	char joined[PATH_MAX];
	int n = snprintf(joined, sizeof(joined), "%s%s", root, path);
	int err = -ENAMETOOLONG;

	if (n >= 0 && (size_t)n < sizeof(joined))
		err = file_read(joined, max, ret_data, ret_size);
	if (err == 0 || err == -ENOMEM || (err == -ENOENT && may_be_missing))
		return err;
	err = notes_add(problems, "%s%s: %s", root, path, file_read_error(err));
	return err < 0 ? err : -EBADMSG;
}

/* Reads the name of this node of the cluster, as PVE::INotify::nodename() has it. */
static int read_node(const char *root, struct notes *problems, char **ret_node)
{
	size_t size;
	int err;

	err = read_below(root, HOSTNAME_PATH, HOSTNAME_FILE_MAX, false, problems,
			 ret_node, &size);
	if (err == 0)
		(*ret_node)[strcspn(*ret_node, ".\n")] = '\0';
	return err;
}

static int add_mapping(const char *root, const struct hostpci *hostpci,
		       struct guest *guest)
{
	_cleanup_free_ char *text = NULL, *node = NULL;
	size_t size;
	int err;

	err = read_node(root, &guest->problems, &node);
	if (err == 0)
		err = read_below(root, PCI_CFG_PATH, QEMU_SERVER_CONF_MAX, false,
				 &guest->problems, &text, &size);
	if (err == 0)
		err = hostpci_add_mapping(hostpci, text, size, node, guest);
	return err == -EBADMSG ? 0 : err;
}

static int add_hostpci(const char *root, const struct hostpci *hostpci,
		       struct guest *guest)
{
	if (hostpci->error != NULL)
		return notes_add(&guest->problems, "%s: %s", hostpci->line,
				 hostpci->error);
	if (hostpci->mediated)
		return notes_add(&guest->remarks,
				 "%s: a mediated device (mdev=): the function stays with "
				 "its host driver",
				 hostpci->line);
	if (hostpci->mapping != NULL)
		return add_mapping(root, hostpci, guest);
	return hostpci_add_host(hostpci, guest);
}

int hostpci_read(const char *root, const char *name, const char *text, size_t size,
		 struct guest *guest)
{
	struct hostpci_list list;
	int err;

	err = hostpci_parse(text, size, &list);
	if (err < 0)
		return err;
	if (list.n > GUEST_DEVICES_MAX)
		err = notes_add(&guest->problems, "%s: more than %d hostpci lines", name,
				GUEST_DEVICES_MAX);
	for (size_t i = 0; err == 0 && i < list.n && i < GUEST_DEVICES_MAX; i++)
		err = add_hostpci(root, &list.entries[i], guest);
	hostpci_free(&list);
	return err;
}
