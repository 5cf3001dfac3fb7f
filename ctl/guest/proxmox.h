/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI devices in the configuration of Proxmox VE: hostpciN lines of virtual machines, and
 * the cluster's resource mappings. The syntax is that of PVE::QemuServer::PCI (hostpci),
 * PVE::QemuServer::parse_vm_config (sections), PVE::SectionConfig (the mapping file) and
 * PVE::JSONSchema::parse_property_string (a=b,c=d).
 */
#ifndef PTBIND_PROXMOX_H
#define PTBIND_PROXMOX_H

#include <stdbool.h>
#include <stddef.h>

#include "guest.h"
#include "util.h"

#define QEMU_SERVER_CONF_MAX 1048576 /* the most that pmxcfs stores in one file */
#define PCI_CFG_PATH "/etc/pve/mapping/pci.cfg"

/* One hostpciN line. Either host, mapping or error is set. */
struct hostpci {
	char *line;    /* the line, cut to what a message can bear */
	char *host;    /* addresses, separated by ';' */
	char *mapping; /* name of a resource mapping */
	/*
	 * The guest gets a mediated device, which the function's host driver makes:
	 * the function stays with that (PVE::QemuServer::PCI::prepare_pci_device).
	 */
	bool mediated;
	const char *error; /* what is wrong with the line; a literal */
};

struct hostpci_list {
	struct hostpci *entries;
	size_t n;
};

/*
 * Can these bytes be a virtual machine's configuration? It has at least one "KEY: VALUE"
 * of those that machines commonly have, and no NUL byte.
 */
bool hostpci_is_config(const char *text, size_t size);

/*
 * Finds the hostpciN lines of the size bytes of a virtual machine's configuration. Those
 * of snapshots and of changes that are pending, which have sections of their own, are not
 * current and left out. A template has none: Proxmox VE starts it for backups only, and
 * without its devices (PVE::QemuServer::config_to_command). Returns 0 or -ENOMEM.
 */
_must_check_ int hostpci_parse(const char *text, size_t size,
			       struct hostpci_list *ret_list);

/* Frees what the list owns, not the structure itself. */
void hostpci_free(struct hostpci_list *list);

/*
 * Adds the addresses of a line with host= to a guest. One that does not parse becomes a
 * problem of the guest. Returns 0 or -ENOMEM.
 */
_must_check_ int hostpci_add_host(const struct hostpci *hostpci, struct guest *guest);

/*
 * Adds the addresses that a line with mapping= may come to on a node of the cluster:
 * every candidate, as Proxmox VE takes the first one that is free when the guest starts.
 * text holds the size bytes of the mapping file. A mapping that is not there, or not for
 * this node, becomes a problem of the guest. Returns 0 or -ENOMEM.
 */
_must_check_ int hostpci_add_mapping(const struct hostpci *hostpci, const char *text,
				     size_t size, const char *node, struct guest *guest);

#endif
