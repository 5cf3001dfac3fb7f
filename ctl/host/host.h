/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host as it is now: its PCI functions, what it uses them for, what it cannot lose.
 */
#ifndef PTBIND_HOST_H
#define PTBIND_HOST_H

#include <stdbool.h>

#include "allowlist.h"
#include "guest/configured.h"
#include "machine.h"
#include "notes.h"
#include "result.h"
#include "stakes.h"
#include "sysfs.h"
#include "uses.h"
#include "util.h"

struct host {
	const char *root; /* empty: "/" */
	struct sysfs sysfs;
	struct machine machine; /* every function, with all facts that can be read */
	struct uses uses;       /* sorted */
	struct stakes stakes;
	struct configured_guests guests;
	struct notes unseen; /* what could not be seen, and why: sentences */
	bool unprivileged;   /* read by another than root, who sees less */
};

/*
 * Reads the host below root, which must outlive *ret_host. What cannot be read is noted
 * in unseen, and is unresolved where a stake depends on it. Returns 0 or a negative errno
 * with which not even the functions can be listed; host_free() is then not needed.
 */
_must_check_ int host_read(const char *root, struct host *ret_host);

/* Frees what the host owns, not the structure itself. */
void host_free(struct host *host);

/*
 * Looks for what the host uses its functions for: each adds its uses and stakes, and
 * notes what it cannot see. Return 0 or -ENOMEM.
 */
_must_check_ int network_look(struct host *host);
_must_check_ int storage_look(struct host *host);
_must_check_ int usb_look(struct host *host);     /* with keyboards */
_must_check_ int display_look(struct host *host); /* with the serial console */
_must_check_ int sound_look(struct host *host);   /* and Thunderbolt, serial ports */

/* Is any function in an IOMMU group? If none is, the IOMMU is off or missing. */
bool host_has_groups(const struct host *host);

/* A list, and what the next boot makes of it. */
struct next_boot {
	struct allowlist list;
	struct outcome *outcomes; /* one for each line */
	int error; /* why there is no list, a negative errno: of file_read(); 0: there is
		    */
};

/*
 * Reads today's list below the host's root and plans with it as the next boot will, if
 * its command line says nothing to ptbind. Returns 0 or -ENOMEM.
 */
_must_check_ int next_boot_read(const struct host *host, struct next_boot *ret_next);

/*
 * The same for a list that is at hand: data becomes the list's, as in allowlist_parse().
 * Returns 0 or -ENOMEM.
 */
_must_check_ int next_boot_plan(const struct host *host, char *data, size_t size,
				struct next_boot *ret_next);

/*
 * The same for a list with lines for n functions behind it: those are its last n lines.
 * The list stays the caller's. Returns 0 or -ENOMEM.
 */
_must_check_ int next_boot_plan_more(const struct host *host,
				     const struct allowlist *list,
				     const struct pci_address *functions, size_t n,
				     struct next_boot *ret_next);

/* The function that vfio-pci gets for line i, or NULL where it gets none. */
const struct pci_function *next_boot_function(const struct host *host,
					      const struct next_boot *next, size_t i);

/*
 * The function of line i where a pin of it could not be read for want of privilege: root
 * can, and so can the next boot, which may well bind it. NULL where that is not so.
 */
const struct pci_function *next_boot_unjudged(const struct host *host,
					      const struct next_boot *next, size_t i);

/* Frees what it owns, not the structure itself. */
void next_boot_free(struct next_boot *next);

#endif
