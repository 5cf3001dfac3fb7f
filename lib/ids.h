/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids= parameter of vfio-pci, which takes every function of an ID. */
#ifndef PTBIND_IDS_H
#define PTBIND_IDS_H

#include <stdbool.h>
#include <stddef.h>

#include "plan.h"
#include "result.h"
#include "util.h"

/*
 * Takes the entries out of vfio-pci's ids= that match a function of the list: vfio-pci
 * would take the unlisted twins of that function as well. The listed functions need no
 * entry, they have their driver override.
 *
 * options holds the module's options as libkmod gives them, or NULL; the last ids= among
 * them counts, as in the kernel. Where entries were dropped, *ret_ids is what is left of
 * the value, allocated, and the outcomes of the lines that they match get
 * WARNING_IDS_DROPPED; otherwise *ret_ids is NULL. Returns 0 or -ENOMEM.
 */
_must_check_ int ids_drop_listed(const char *options, const struct plan_input *input,
				 struct outcome *outcomes, char **ret_ids);

/*
 * Cuts the next entry, without blanks around it, out of *ids, the value of an ids=, and
 * moves *ids behind it. Returns false at the end; *ids is then NULL.
 */
_must_check_ bool ids_next_entry(const char **ids, const char **ret_entry,
				 size_t *ret_len);

/* Would vfio-pci take a function for an entry of len bytes? Bridges aside. */
bool ids_entry_matches(const char *entry, size_t len,
		       const struct pci_function *function);

/* Does an entry of ids= name a subsystem, so that the functions' own are needed? */
bool ids_name_subsystems(const char *options);

#endif
