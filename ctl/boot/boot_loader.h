/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boot loader this host uses, and who writes its menu. */
#ifndef PTBIND_BOOT_LOADER_H
#define PTBIND_BOOT_LOADER_H

#include <stddef.h>

#include "util.h"

enum boot_loader {
	BOOT_LOADER_UNKNOWN,
	BOOT_LOADER_GRUB,
	BOOT_LOADER_SYSTEMD,      /* entries written by kernel-install */
	BOOT_LOADER_PROXMOX_GRUB, /* GRUB on ESPs of proxmox-boot-tool */
	BOOT_LOADER_PROXMOX_SYSTEMD,
};

/*
 * Finds the boot loader below root: by what proxmox-boot-tool has in its list, by what
 * the boot loader itself told in the EFI variable LoaderInfo (Boot Loader Interface), by
 * the files that are there.
 */
enum boot_loader boot_loader_find(const char *root);

/* Its name, for people: a literal. */
const char *boot_loader_name(enum boot_loader loader);

/*
 * Reads a variable of the Boot Loader Interface, such as "LoaderInfo", as text, with '?'
 * for what is not ASCII. Returns 0 or a negative errno.
 */
_must_check_ int boot_loader_variable(const char *root, const char *name, char *ret_text,
				      size_t size);

#endif
