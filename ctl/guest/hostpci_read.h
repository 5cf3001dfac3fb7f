/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hostpci lines of a virtual machine of Proxmox VE, with what its host adds to them.
 */
#ifndef PTBIND_HOSTPCI_READ_H
#define PTBIND_HOSTPCI_READ_H

#include "guest.h"
#include "notes.h"
#include "util.h"

#define QEMU_SERVER_DIR "/etc/pve/qemu-server"

/*
 * Reads a file below root. Where that fails it notes why, but for a file that is missing
 * and may be: -ENOENT. Returns 0, -ENOENT, -EBADMSG once it is noted, or -ENOMEM.
 */
_must_check_ int read_below(const char *root, const char *path, size_t max,
			    bool may_be_missing, struct notes *problems, char **ret_data,
			    size_t *ret_size);

/*
 * Adds the devices of a configuration, the size bytes at text, to a guest; name is what
 * to call it. Resource mappings are read below root. What cannot be read or understood
 * becomes a problem of the guest. Returns 0 or -ENOMEM.
 */
_must_check_ int hostpci_read(const char *root, const char *name, const char *text,
			      size_t size, struct guest *guest);

#endif
