/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving vfio-pci one function that nobody has, on a running host. */
#ifndef PTBIND_CLAIM_BIND_H
#define PTBIND_CLAIM_BIND_H

#include <stdbool.h>

#include "plan.h"
#include "result.h"
#include "sysfs.h"

/*
 * Carries out the plan for the function of outcomes[0], which is RESULT_BIND, and writes
 * there what came of it. A function that has a driver keeps it, and so does one its
 * driver override: somebody gave it. may_load says whether vfio-pci may be loaded; it is
 * not where sysfs is not that of this host.
 */
void claim_bind(const struct sysfs *sysfs, const struct plan_input *input,
		struct outcome *outcomes, bool may_load);

#endif
