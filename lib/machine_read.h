/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions of a machine have to be read, and reading them. */
#ifndef PTBIND_MACHINE_READ_H
#define PTBIND_MACHINE_READ_H

#include <stdbool.h>

#include "allowlist.h"
#include "machine.h"
#include "sysfs.h"
#include "util.h"

/*
 * Reads what judging the list takes: the functions that it names, with the facts that
 * each line asks for and those in facts (enum fact) besides, and their neighbours in the
 * same IOMMU groups; with everything, all functions there are. A function that cannot be
 * read is there with its error. Returns 0 or a negative errno.
 */
_must_check_ int machine_read(const struct sysfs *sysfs, const struct allowlist *list,
			      unsigned int facts, bool everything,
			      struct machine *ret_machine);

#endif
