/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one module that reads and writes sysfs; all of it through one root directory. */
#ifndef PTBIND_SYSFS_H
#define PTBIND_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "machine.h"
#include "util.h"

struct sysfs {
	int pci_fd; /* DIR/sys/bus/pci */
};

/* Opens DIR/sys/bus/pci below root, a directory. Returns 0 or a negative errno. */
_must_check_ int sysfs_open(const char *root, struct sysfs *ret_sysfs);
void sysfs_close(struct sysfs *sysfs);

/*
 * Reads the facts (enum fact) of one function. Returns 0, or -ENODEV where there is none;
 * what else went wrong is in the function's own errors.
 */
_must_check_ int sysfs_read_function(const struct sysfs *sysfs,
				     const struct pci_address *address,
				     unsigned int facts,
				     struct pci_function *ret_function);

/*
 * Finds the address that a path leads to today. Returns 0, -ENODEV where it leads
 * nowhere, or another negative errno.
 */
_must_check_ int sysfs_resolve_path(const struct sysfs *sysfs,
				    const struct pci_path *path,
				    struct pci_address *ret_address);

/*
 * List functions: all, those in the IOMMU group of one, those bound to a driver. The
 * order is the kernel's; the caller frees *ret_addresses. Return 0 or a negative errno.
 */
_must_check_ int sysfs_list_all(const struct sysfs *sysfs,
				struct pci_address **ret_addresses, size_t *ret_n);
_must_check_ int sysfs_list_group(const struct sysfs *sysfs,
				  const struct pci_address *address,
				  struct pci_address **ret_addresses, size_t *ret_n);
_must_check_ int sysfs_list_bound(const struct sysfs *sysfs, const char *driver,
				  struct pci_address **ret_addresses, size_t *ret_n);

/* Reads the subsystem of a function that has been read without it. */
void sysfs_read_subsystem(const struct sysfs *sysfs, struct pci_function *function);

/*
 * Writes the name of the driver that a function is bound to now, or an empty string.
 * Returns 0, or a negative errno: -ENODEV where the function is gone.
 */
_must_check_ int sysfs_driver_of(const struct sysfs *sysfs,
				 const struct pci_address *address,
				 char ret_driver[static DRIVER_NAME_SIZE]);

/* Is there a PCI driver of this name, as a module or built in? */
bool sysfs_has_driver(const struct sysfs *sysfs, const char *driver);

/*
 * The writes, by the names of their attributes, see Documentation/ABI/testing/
 * sysfs-bus-pci. They return 0 or a negative errno. Success of sysfs_probe() means
 * nothing: read the driver again. sysfs_bind() hands the driver's own error on.
 */
_must_check_ int sysfs_set_override(const struct sysfs *sysfs,
				    const struct pci_address *address,
				    const char *driver);
_must_check_ int sysfs_probe(const struct sysfs *sysfs,
			     const struct pci_address *address);
_must_check_ int sysfs_bind(const struct sysfs *sysfs, const struct pci_address *address,
			    const char *driver);
_must_check_ int sysfs_unbind(const struct sysfs *sysfs,
			      const struct pci_address *address, const char *driver);
/*
 * Vendor and device may be UINT32_MAX, which an ID that matches any has there. -ENODEV
 * where the driver has no such dynamic ID.
 */
_must_check_ int sysfs_remove_id(const struct sysfs *sysfs, const char *driver,
				 uint32_t vendor, uint32_t device);

/*
 * Reads the driver_override of a function, an empty string where it has none. Returns 0
 * or a negative errno: -ENODEV where the function is gone.
 */
_must_check_ int sysfs_override_of(const struct sysfs *sysfs,
				   const struct pci_address *address,
				   char ret_driver[static DRIVER_NAME_SIZE]);

/* Does somebody else want the function on this driver, by its driver_override? */
bool sysfs_override_is(const struct sysfs *sysfs, const struct pci_address *address,
		       const char *driver);

#endif
