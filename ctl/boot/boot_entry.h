/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot loader entries of type 1, of the UAPI Group's Boot Loader Specification, and the
 * directories that have them: ESPs and the like, as far as they are mounted.
 */
#ifndef PTBIND_BOOT_ENTRY_H
#define PTBIND_BOOT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "notes.h"
#include "tree.h"
#include "util.h"

/* Names of our own entries start so, see hooks/kernel/boot-entries.sh. */
#define RECOVERY_ENTRY_PREFIX "a-pt-off-"

struct boot_entry {
	char *place; /* the directory whose loader/entries it is in: "/boot/efi" */
	char *file;  /* its name */
	char *id;    /* the name without ".conf" and without a counter of tries */
	char *version, *sort_key, *kernel, *options; /* NULL: it has none */
	struct tree_names initrds;                   /* in their order */
	bool is_recovery;                            /* one of ours */
};

struct boot_entries {
	struct boot_entry *entries; /* by place, then by name */
	size_t n;
	/* Directories that have a directory loader, or images of proxmox-boot-tool. */
	struct tree_names places;
	/* ESPs of proxmox-boot-tool that are not mounted, and what cannot be read */
	struct notes unmounted, unreadable;
	struct notes unified; /* paths of unified kernel images, which need no entry */
};

/* Does an entry boot Linux with an image, and is it none of ours for recovery? */
bool boot_entry_is_normal(const struct boot_entry *entry);

/*
 * Is an entry named after its version, as kernel-install(8) and proxmox-boot-tool name
 * theirs, which they make anew? Else a person wrote it.
 */
bool boot_entry_is_made(const struct boot_entry *entry);

/* Reads all entries below root that can be seen now. Returns 0 or -ENOMEM. */
_must_check_ int boot_entries_read(const char *root, struct boot_entries *ret_entries);

/* Frees what they own, not the structure itself. */
void boot_entries_free(struct boot_entries *entries);

#endif
