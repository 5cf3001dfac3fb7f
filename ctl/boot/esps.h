/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at the ESPs of proxmox-boot-tool, which are not mounted. */
#ifndef PTBIND_ESPS_H
#define PTBIND_ESPS_H

#include "util.h"

/*
 * Mounts those that are not, read-only, in a mount namespace of this process's own: from
 * then on boot_entries_read() sees what is on them. For root, who runs no other program
 * in between. Returns 0; or a negative errno if not all can be seen, -ENOENT where one is
 * missing: which, and why, has been said on standard error. esps_unmount() is to be
 * called in any case.
 */
_must_check_ int esps_mount(void);

void esps_unmount(void);

#endif
