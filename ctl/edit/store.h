/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allowlist as a file: read, replaced in one step, with backups in STORE_BACKUP_DIR.
 * Whatever happens at whatever moment, the list is the old one or the new one, whole, and
 * the old one is in a backup before the new one takes its place.
 */
#ifndef PTBIND_STORE_H
#define PTBIND_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "notes.h"
#include "util.h"

#define STORE_STATE_DIR "/var/lib/ptbind"
#define STORE_BACKUP_DIR STORE_STATE_DIR "/backups"
#define STORE_BACKUPS_MAX 30

struct store {
	const char *root; /* empty: "/"; the caller's */
	int lock_fd;      /* negative: opened for reading only */
	char *data;       /* the list; of one that is missing, nothing */
	size_t size;
	bool is_missing;
	struct stat st; /* of the list as it was read */
};

/*
 * Reads the list below root. To change it, too, it makes the directories that are missing
 * and keeps every other ptbind from changing it until store_close(); for that it waits
 * for some seconds. The list must be a regular file, no link to one, of root, and not
 * writable by others, in a directory of that kind.
 * Returns 0; -EBADMSG once it is noted in problems; or -ENOMEM.
 */
_must_check_ int store_open(const char *root, bool to_change, struct notes *problems,
			    struct store *ret_store);

/*
 * Writes a file in a directory: it has its name when it is whole and on the disk. It gets
 * the owner and the mode of st, or is for its maker alone where that is NULL. Returns 0
 * or a negative errno.
 */
_must_check_ int store_write_file(int dir_fd, const char *name, const char *data,
				  size_t size, const struct stat *st);

/* The name of a backup, in STORE_BACKUP_DIR: a number that counts up, and the time. */
#define STORE_BACKUP_STRSIZE sizeof("00000001-20260101T000000Z")

/*
 * Replaces the list, which was opened to be changed, and writes the name of the backup
 * that was made of the old one. Owner and mode stay; those of a new list are root and
 * 0644. Where the list was changed by something else since it was read, nothing is
 * replaced. Returns 0; -EBADMSG once it is noted in problems: the old list is then in
 * place; or -ENOMEM. What went wrong afterwards is noted with 0.
 */
_must_check_ int store_replace(struct store *store, const char *data, size_t size,
			       struct notes *problems,
			       char ret_backup[static STORE_BACKUP_STRSIZE]);

/*
 * Reads the latest backup that is not what the list is now. *ret_data belongs to the
 * caller. Returns 0; -ENOENT where there is none; -EBADMSG once it is noted; or -ENOMEM.
 */
_must_check_ int store_last_backup(const struct store *store, struct notes *problems,
				   char ret_backup[static STORE_BACKUP_STRSIZE],
				   char **ret_data, size_t *ret_size);

/* Removes a backup that is not needed any more. Returns 0 or a negative errno. */
_must_check_ int store_drop_backup(const struct store *store, const char *backup);

/* Lets others change the list, and frees what the store owns. */
void store_close(struct store *store);

#endif
