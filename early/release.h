/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking the IDs of listed functions from a vfio-pci that was there before. */
#ifndef PTBIND_RELEASE_H
#define PTBIND_RELEASE_H

#include "plan.h"
#include "progress.h"
#include "sysfs.h"
#include "util.h"

/*
 * Removes the dynamic IDs that match the list from vfio-pci, and releases the functions
 * that it holds for one of them and that the list does not give it. What was done goes to
 * progress. Returns 0 or a negative errno.
 */
_must_check_ int release_ids(const struct sysfs *sysfs, const struct plan_input *input,
			     struct progress *progress);

#endif
