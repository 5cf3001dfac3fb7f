/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that the gate has to know, read from the guest, the boot and the machine. */
#ifndef PTBIND_GATE_READ_H
#define PTBIND_GATE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "allowlist.h"
#include "gate_judge.h"
#include "guest/guest.h"
#include "notes.h"
#include "status/boot_report.h"
#include "status/listed.h"
#include "util.h"

/* A function that the hypervisor would take for the guest. */
struct gate_function {
	struct pci_address address;
	const char *source;       /* what of the guest's configuration leads to it */
	bool by_group;            /* it only shares an IOMMU group with... */
	struct pci_address named; /* ...this one, which the configuration names */
	bool has_claim;           /* something is recorded of it since boot: */
	struct gate_claim claim;
};

struct gate_input {
	struct guest guest;
	bool takes_groups; /* the hypervisor takes the IOMMU groups of its devices */
	struct gate_function *functions; /* those that there are of its devices, once */
	size_t n_functions;
	struct boot_report report;
	struct allowlist list;
	struct listed listed;
	struct notes problems; /* what could not be read of boot and machine */
};

/*
 * Read the devices of a guest: of a virtual machine of Proxmox VE below root, and of a
 * libvirt domain whose XML is in a stream. What cannot be read becomes a problem of the
 * guest. Return 0 or -ENOMEM; *input is to be freed in both cases.
 */
_must_check_ int gate_read_proxmox(const char *root, const char *vmid,
				   struct gate_input *input);
_must_check_ int gate_read_libvirt(FILE *xml, struct gate_input *input);

/*
 * Reads the rest: report, today's list, and, of the machine below root, which functions
 * the slots and IOMMU groups of the guest have and where paths lead. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int gate_read_host(const char *root, struct gate_input *input);

/* On a node of Proxmox VE: is there a virtual machine of this VMID? Elsewhere: true. */
bool gate_knows_proxmox(const char *root, const char *guest);

/* Is anything listed, or may it be, as a list could not be read? */
bool gate_has_listed(const struct gate_input *input);

/* Frees what the input owns, not the structure itself. */
void gate_input_free(struct gate_input *input);

#endif
