/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host uses its PCI functions for, in words. */
#ifndef PTBIND_USES_H
#define PTBIND_USES_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "util.h"

enum use_kind {
	USE_NETWORK,
	USE_DISK,
	USE_USB, /* a device behind a USB controller */
	USE_DISPLAY,
	USE_SOUND,
	USE_THUNDERBOLT,
	USE_SERIAL,
};

/* One device of the host that a function carries. */
struct use {
	struct pci_address function;
	enum use_kind kind;
	char *device; /* the kernel's name for it: "enp8s0", "sda", "1-2", "card0" */
	/* What it is and what rests on it, short: "vmbr0 192.168.1.2/24 default route" */
	char *text;
	bool active;  /* the host works with it now: of networks and disks only */
	bool carrier; /* of networks: it has a link, or a virtual function of it has */
};

struct uses {
	struct use *entries;
	size_t n;
};

/* The word for a kind: a literal, "network", "disk", … */
const char *use_kind_word(enum use_kind kind);

/* Adds a use; both texts are copied. Returns 0 or -ENOMEM. */
_must_check_ _printf_(5, 6) int uses_add(struct uses *uses,
					 const struct pci_address *function,
					 enum use_kind kind, const char *device,
					 const char *format, ...);

/* Marks the use that was added last as active. */
void uses_mark_active(struct uses *uses);

/* Orders the uses by function, then kind, then name: uses_of() wants it so. */
void uses_sort(struct uses *uses);

/* The first of the *ret_n uses of a function, which follow one another. */
const struct use *uses_of(const struct uses *uses, const struct pci_address *function,
			  size_t *ret_n);

/* Frees what the uses own, not the structure itself. */
void uses_free(struct uses *uses);

#endif
