/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as the plan sees it: facts about PCI functions, once they are read. */
#ifndef PTBIND_MACHINE_H
#define PTBIND_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "allowlist.h"
#include "result.h"
#include "util.h"

#define PCI_HEADER_TYPE_ENDPOINT 0 /* PCI Local Bus 3.0, 6.2.1 */

/* Class codes, PCI Code and ID Assignment 1.11, 1.7; the low byte is the interface. */
#define PCI_CLASS_HOST_BRIDGE 0x0600
#define PCI_CLASS_PCI_BRIDGE 0x0604

/* Facts that cost extra reading, and are read only where a line asks for them. */
enum fact {
	FACT_IDENTITY = 1 << 0, /* IDs, header type, driver, group */
	FACT_SUBSYSTEM = 1 << 1,
	FACT_DSN = 1 << 2,
	FACT_PATH = 1 << 3,
};

struct pci_function {
	struct pci_address address;
	unsigned int facts; /* enum fact: which of them were asked for */
	int error;          /* negative errno: the identity could not be read */
	struct pci_id id;
	uint32_t class;                /* 24 bits */
	uint8_t header_type;           /* without the multifunction bit */
	char driver[DRIVER_NAME_SIZE]; /* empty: none */
	int group;                     /* number of its IOMMU group; negative: none */
	int subsystem_error;           /* negative errno: could not be read */
	struct pci_id subsystem;
	int dsn_error; /* -ENOENT: it has none; else: could not be read */
	uint64_t dsn;
	int path_error; /* negative errno: could not be read */
	struct pci_path path;
	/*
	 * It is there only while another function has its driver. FACT_PATH: that makes
	 * the PCI domain it lies in, as Intel's VMD does. Others may find out more.
	 */
	bool is_behind;
	struct pci_address behind; /* where is_behind */
};

struct machine {
	struct pci_function *functions; /* by address, each once */
	size_t n_functions;
	struct pci_function **by_path; /* those whose path is known, by path */
	size_t n_by_path;
	bool complete; /* holds every function there is */
};

/*
 * Takes ownership of n functions in any order (allocated with malloc(), or NULL where n
 * is 0), also on failure, and makes a machine of them. Returns 0 or -ENOMEM.
 */
_must_check_ int machine_new(struct pci_function *functions, size_t n, bool complete,
			     struct machine *ret_machine);

/* Frees what the machine owns, not the structure itself. */
void machine_free(struct machine *machine);

/* The function at an address, or at a path; NULL where there is none. */
const struct pci_function *machine_at(const struct machine *machine,
				      const struct pci_address *address);
const struct pci_function *machine_at_path(const struct machine *machine,
					   const struct pci_path *path);

/* The function that a line of the allowlist names, by address or by path; or NULL. */
const struct pci_function *machine_at_line(const struct machine *machine,
					   const struct allowlist_line *line);

/*
 * The one function with the serial number that a line pins, wherever it is now; NULL
 * where there is none, or more than one. A card has one serial number for all its ports,
 * so that the function number must be the line's as well.
 */
const struct pci_function *machine_find_pinned(const struct machine *machine,
					       const struct allowlist_line *line);

/* Vfio-pci takes no bridge, and a host without its bridges loses all behind them. */
bool pci_function_is_bridge(const struct pci_function *function);

/* The facts that must be read to judge a line. */
unsigned int facts_of_line(const struct allowlist_line *line);

#endif
