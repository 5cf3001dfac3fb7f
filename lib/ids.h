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

/* Does an entry of ids= name a subsystem, so that the functions' own are needed? */
bool ids_name_subsystems(const char *options);

#endif
