/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one module that reads and writes sysfs; all of it through one root directory. */
#ifndef PTBIND_SYSFS_H
#define PTBIND_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "allowlist.h"
#include "machine.h"
#include "util.h"

struct sysfs {
	int pci_fd; /* DIR/sys/bus/pci */
};

/* Opens DIR/sys/bus/pci below root, a directory. Returns 0 or a negative errno. */
_must_check_ int sysfs_open(const char *root, struct sysfs *ret_sysfs);
void sysfs_close(struct sysfs *sysfs);

/*
 * Reads the facts that judging the list takes: of the functions that it names, and of
 * their neighbours in the same IOMMU groups; with everything, of all functions there are.
 * A function that cannot be read is there with its error. Returns 0 or a negative errno.
 */
_must_check_ int sysfs_read_machine(const struct sysfs *sysfs, const struct allowlist *list,
				    bool everything, struct machine *ret_machine);

/*
 * Reads the facts (enum fact) of one function. Returns 0, or -ENODEV where there is none;
 * what else went wrong is in the function's own errors.
 */
_must_check_ int sysfs_read_function(const struct sysfs *sysfs,
				     const struct pci_address *address, unsigned int facts,
				     struct pci_function *ret_function);

/* Reads the subsystem of a function that has been read without it. */
void sysfs_read_subsystem(const struct sysfs *sysfs, struct pci_function *function);

/*
 * Writes the name of the driver that a function is bound to now, or an empty string.
 * Returns 0, or a negative errno: -ENODEV where the function is gone.
 */
_must_check_ int sysfs_driver_of(const struct sysfs *sysfs, const struct pci_address *address,
				 char ret_driver[static DRIVER_NAME_SIZE]);

/* Is there a PCI driver of this name, as a module or built in? */
bool sysfs_has_driver(const struct sysfs *sysfs, const char *driver);

/*
 * The writes, by the names of their attributes, see Documentation/ABI/testing/
 * sysfs-bus-pci. They return 0 or a negative errno. Success of sysfs_probe() means
 * nothing: read the driver again. sysfs_bind() hands the driver's own error on.
 */
_must_check_ int sysfs_set_override(const struct sysfs *sysfs,
				    const struct pci_address *address, const char *driver);
_must_check_ int sysfs_probe(const struct sysfs *sysfs, const struct pci_address *address);
_must_check_ int sysfs_bind(const struct sysfs *sysfs, const struct pci_address *address,
			    const char *driver);
_must_check_ int sysfs_unbind(const struct sysfs *sysfs, const struct pci_address *address,
			      const char *driver);
/* -ENODEV where the driver has no dynamic ID that fits. */
_must_check_ int sysfs_remove_id(const struct sysfs *sysfs, const char *driver,
				 const struct pci_id *id);

/* Does somebody else want the function on this driver, by its driver_override? */
bool sysfs_override_is(const struct sysfs *sysfs, const struct pci_address *address,
		       const char *driver);

/* Lists the functions that are bound to a driver; the caller frees *ret_addresses. */
_must_check_ int sysfs_bound_to(const struct sysfs *sysfs, const char *driver,
				struct pci_address **ret_addresses, size_t *ret_n);

#endif
