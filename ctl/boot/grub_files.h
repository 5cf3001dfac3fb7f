/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of GRUB's menu in one directory, and the entry that boots by itself. */
#ifndef PTBIND_GRUB_FILES_H
#define PTBIND_GRUB_FILES_H

#include <stdbool.h>

#include "grub_menu.h"
#include "util.h"

struct grub_file {
	char *path; /* below the root: "/boot/grub/grub.cfg" */
	struct grub_menu menu;
	int error; /* why it could not be read, of file_read(), with an empty menu; or 0
		    */
};

struct grub_files {
	struct grub_file main;   /* grub.cfg */
	struct grub_file custom; /* custom.cfg, the owner's own entries (41_custom) */
	char *chosen; /* for all boots: of GRUB_DEFAULT, or what is saved; never empty */
	char *next;   /* by grub-reboot(8); empty: nothing */
	bool is_missing; /* what is chosen is no entry, so that GRUB boots the first one
			  */
	const struct grub_file *default_file;
	const struct grub_entry *default_entry; /* what is chosen comes to; NULL: none */
};

/* Reads them from a directory below root. Returns 0 or -ENOMEM. */
_must_check_ int grub_files_read(const char *root, const char *dir,
				 struct grub_files *ret_files);

/* Is it one of our own entries? */
bool grub_entry_is_recovery(const struct grub_entry *entry);

/* Is it written by a person, so that grub-mkconfig(8) does not put it right? */
bool grub_entry_is_custom(const struct grub_file *file, const struct grub_entry *entry);

/* Frees what they own, not the structure itself. */
void grub_files_free(struct grub_files *files);

#endif
