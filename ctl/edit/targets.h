/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that are to be listed, and the lines for them. */
#ifndef PTBIND_TARGETS_H
#define PTBIND_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "change.h"
#include "functions.h"
#include "util.h"

struct targets {
	const struct pci_function **functions; /* of the machine, each once */
	size_t n;
	bool *has; /* for each function of the machine: is it among them? */
};

/*
 * Add one function, those of a slot that there are, or the one at a path. What is absent,
 * a bridge or cannot be read becomes an error of the change, and is not added; source
 * says in it where the name comes from, or is empty. A slot's bridges are left out with a
 * warning if it has anything else. Return 0 or -ENOMEM.
 */
_must_check_ int targets_add(struct targets *targets, struct change *change,
			     const struct pci_functions *functions, const char *source);
_must_check_ int targets_add_path(struct targets *targets, struct change *change,
				  const struct pci_path *path, const char *source);

/*
 * Makes the edits that list the functions with every pin they have, in the way that the
 * options ask for, and plans with them. A function whose line holds is as wanted already:
 * its line only gets the words of --optional and --force, and pins if it has none at all.
 * One whose line does not hold becomes an error of the change. Returns 0 or -ENOMEM.
 */
_must_check_ int targets_list(const struct targets *targets, struct change *change);

/* Frees what the targets own, not the structure itself. */
void targets_free(struct targets *targets);

#endif
