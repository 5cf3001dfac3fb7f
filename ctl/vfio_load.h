/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading vfio-pci on the running host. */
#ifndef PTBIND_VFIO_LOAD_H
#define PTBIND_VFIO_LOAD_H

#include "plan.h"
#include "result.h"
#include "util.h"

#define VFIO_DRIVER "vfio-pci"

/*
 * Loads vfio-pci and what it needs the way ptbind-early does: with the options and soft
 * dependencies of modprobe.d, without running "install" lines, and without those entries
 * of ids= that match a function of the plan, which would take its unlisted twins. Returns
 * 0, also where it is built in or loaded; or a negative errno, -EPERM where the kernel
 * was told not to initialise it.
 */
_must_check_ int vfio_load(const struct plan_input *input, struct outcome *outcomes);

#endif
