// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and replacing the allowlist, and its backups. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "allowlist.h"
#include "file.h"
#include "paths.h"
#include "store.h"
#include "tree.h"

#define LIST_DIR "/etc/ptbind"
#define LIST_NAME "allowlist"

/* Beside the file that it becomes; found there later, it is left over from a crash. */
#define TEMPORARY_NAME ".new"

/* Another ptbind reads the host and writes two small files. */
#define LOCK_WAIT_MS 10000
#define LOCK_POLL_MS 50

#define BACKUP_NUMBER_MAX 99999999

/* Notes why something failed. Returns -EBADMSG or -ENOMEM. */
static int note_errno(struct notes *problems, const char *root, const char *path,
		      const char *name, int err)
{
	if (err == -ENOMEM)
		return err;
	err = notes_add(problems, "%s%s%s%s: %s", root, path, name[0] != '\0' ? "/" : "",
			name, strerror(-err));
	return err < 0 ? err : -EBADMSG;
}

/* Makes the directory at a path, and those above it that are missing. */
static int make_dirs(const char *root, const char *path, mode_t mode)
{
	char joined[PATH_MAX];
	int err = tree_path(root, path, joined, sizeof(joined));

	if (err < 0)
		return err;
	for (char *slash = joined + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		if (mkdir(joined, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return tree_make_dir(root, path, mode);
}

static int open_dir(const char *root, const char *path)
{
	char joined[PATH_MAX];
	int err = tree_path(root, path, joined, sizeof(joined));
	int fd;

	if (err < 0)
		return err;
	fd = open(joined, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Notes what lets others than root change a file or directory. */
static int check_owner(const char *root, const char *path, const struct stat *st,
		       struct notes *problems)
{
	int err;

	if (st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return 0;
	if (st->st_uid != 0)
		err = notes_add(
			problems,
			"%s%s: owned by user %u; expected root: 'chown root %s%s'", root,
			path, (unsigned int)st->st_uid, root, path);
	else
		err = notes_add(
			problems,
			"%s%s: mode %04o lets others than root write it; expected "
			"%s or stricter: 'chmod go-w %s%s'",
			root, path, (unsigned int)(st->st_mode & 07777),
			S_ISDIR(st->st_mode) ? "0755" : "0644", root, path);
	return err < 0 ? err : -EBADMSG;
}

static int check_dir(const char *root, const char *path, struct notes *problems)
{
	_cleanup_close_ int fd = open_dir(root, path);
	struct stat st;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return note_errno(problems, root, path, "", fd);
	if (fstat(fd, &st) < 0)
		return note_errno(problems, root, path, "", -errno);
	return check_owner(root, path, &st, problems);
}

/* Waits for its turn. */
static int lock(int fd)
{
	for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += LOCK_POLL_MS) {
		const struct timespec pause = { .tv_nsec = LOCK_POLL_MS * 1000000L };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= LOCK_WAIT_MS)
			return -EWOULDBLOCK;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

/* The directory of the state, into which root alone can look, serves as the lock. */
static int take_lock(const char *root, struct notes *problems, int *ret_fd)
{
	int fd = open_dir(root, STORE_STATE_DIR);
	int err = fd < 0 ? fd : lock(fd);

	if (err == 0) {
		*ret_fd = fd;
		return 0;
	}
	cleanup_close(&fd);
	if (err == -EWOULDBLOCK) {
		err = notes_add(
			problems,
			"another ptbind has been changing the list for %d seconds: "
			"it holds the lock on %s%s; try again when it is done",
			LOCK_WAIT_MS / 1000, root, STORE_STATE_DIR);
		return err < 0 ? err : -EBADMSG;
	}
	return note_errno(problems, root, STORE_STATE_DIR, "", err);
}

static int prepare(const char *root, struct notes *problems, int *ret_lock_fd)
{
	static const struct {
		const char *path;
		mode_t mode;
	} dirs[] = {
		{ LIST_DIR, 0755 },
		{ STORE_STATE_DIR, 0700 },
		{ STORE_BACKUP_DIR, 0700 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		int err = make_dirs(root, dirs[i].path, dirs[i].mode);

		if (err < 0)
			return note_errno(problems, root, dirs[i].path, "", err);
		err = check_dir(root, dirs[i].path, problems);
		if (err < 0)
			return err;
	}
	return take_lock(root, problems, ret_lock_fd);
}

static int note_list(struct store *store, struct notes *problems, const char *what)
{
	int err = notes_add(problems, "%s%s: %s", store->root, ALLOWLIST_PATH, what);

	return err < 0 ? err : -EBADMSG;
}

static int read_list(struct store *store, struct notes *problems)
{
	char path[PATH_MAX];
	int err = tree_path(store->root, ALLOWLIST_PATH, path, sizeof(path));

	if (err == 0 && lstat(path, &store->st) < 0)
		err = -errno;
	if (err == -ENOENT) {
		store->is_missing = true;
		return 0;
	}
	if (err < 0)
		return note_errno(problems, store->root, ALLOWLIST_PATH, "", err);
	if (S_ISLNK(store->st.st_mode))
		return note_list(store, problems,
				 "is a symbolic link; expected the file itself, as its "
				 "replacement would not be where the link leads");
	if (!S_ISREG(store->st.st_mode))
		return note_list(store, problems, "is not a regular file; expected one");
	err = check_owner(store->root, ALLOWLIST_PATH, &store->st, problems);
	if (err < 0)
		return err;
	err = file_read(path, ALLOWLIST_SIZE_MAX, &store->data, &store->size);
	if (err < 0 && err != -ENOMEM)
		return note_list(store, problems, file_read_error(err));
	return err;
}

int store_open(const char *root, bool to_change, struct notes *problems,
	       struct store *ret_store)
{
	struct store store = { .root = root, .lock_fd = -1 };
	int err;

	if (to_change)
		err = prepare(root, problems, &store.lock_fd);
	else
		err = check_dir(root, LIST_DIR, problems);
	if (err == 0)
		err = read_list(&store, problems);
	if (err < 0)
		store_close(&store);
	else
		*ret_store = store;
	return err;
}

/* Fills a file that only its owner sees so far. Where st is given: with its owner, mode.
 */
static int fill(int fd, const char *data, size_t size, const struct stat *st)
{
	int err = file_write(fd, data, size);

	if (err == 0 && st != NULL && fchown(fd, st->st_uid, st->st_gid) < 0)
		err = -errno;
	if (err == 0 && st != NULL && fchmod(fd, st->st_mode & 07777) < 0)
		err = -errno;
	/* Before it gets its name: a name without content would be all that is left. */
	if (err == 0 && fsync(fd) < 0)
		err = -errno;
	return err;
}

int store_write_file(int dir_fd, const char *name, const char *data, size_t size,
		     const struct stat *st)
{
	_cleanup_close_ int fd = -1;
	int err;

	if (unlinkat(dir_fd, TEMPORARY_NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dir_fd, TEMPORARY_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	err = fill(fd, data, size, st);
	if (err == 0 && renameat(dir_fd, TEMPORARY_NAME, dir_fd, name) < 0)
		err = -errno;
	if (err < 0) {
		(void)unlinkat(dir_fd, TEMPORARY_NAME, 0);
		return err;
	}
	return fsync(dir_fd) < 0 ? -errno : 0;
}

/* The number of a backup, by its name; 0 where it is none. */
static unsigned long backup_number(const char *name)
{
	char *end;

	if (strlen(name) != STORE_BACKUP_STRSIZE - 1 ||
	    strspn(name, "0123456789") != strlen("00000001") || name[8] != '-')
		return 0;
	return strtoul(name, &end, 10);
}

/* Lists the backups, the oldest first. */
static int list_backups(const struct store *store, struct tree_names *ret_names)
{
	struct tree_names names;
	size_t n = 0;
	int err = tree_list(store->root, STORE_BACKUP_DIR, &names);

	if (err < 0)
		return err;
	for (size_t i = 0; i < names.n; i++) {
		if (backup_number(names.entries[i]) > 0)
			names.entries[n++] = names.entries[i];
		else
			free(names.entries[i]);
	}
	names.n = n;
	*ret_names = names;
	return 0;
}

/* Names the next backup. The number orders them: a clock may be set back. */
static int name_backup(const struct store *store,
		       char ret_backup[static STORE_BACKUP_STRSIZE])
{
	unsigned long number = 1;
	struct tree_names names;
	char when[32];
	time_t now = time(NULL);
	struct tm tm;
	int n, err;

	err = list_backups(store, &names);
	if (err < 0)
		return err;
	if (names.n > 0)
		number = backup_number(names.entries[names.n - 1]) + 1;
	tree_names_free(&names);
	if (number > BACKUP_NUMBER_MAX || gmtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm) == 0)
		return -EOVERFLOW;
	n = snprintf(ret_backup, STORE_BACKUP_STRSIZE, "%08lu-%s", number, when);
	return n < 0 || (size_t)n >= STORE_BACKUP_STRSIZE ? -EOVERFLOW : 0;
}

static int make_backup(const struct store *store, int dir_fd, char *backup)
{
	int err = name_backup(store, backup);

	return err < 0 ? err :
			 store_write_file(dir_fd, backup, store->data, store->size, NULL);
}

/* Is the list still the file that was read? An editor knows nothing of the lock. */
static bool is_unchanged(const struct store *store, int dir_fd)
{
	struct stat st;

	if (fstatat(dir_fd, LIST_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && store->is_missing;
	return !store->is_missing && st.st_dev == store->st.st_dev &&
	       st.st_ino == store->st.st_ino && st.st_size == store->st.st_size &&
	       st.st_mtim.tv_sec == store->st.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == store->st.st_mtim.tv_nsec;
}

static int replace_list(struct store *store, const char *data, size_t size,
			struct notes *problems)
{
	static const struct stat fresh = { .st_mode = 0644 };
	_cleanup_close_ int dir_fd = open_dir(store->root, LIST_DIR);
	int err;

	if (dir_fd < 0)
		return note_errno(problems, store->root, LIST_DIR, "", dir_fd);
	if (!is_unchanged(store, dir_fd))
		return note_list(store, problems,
				 "was changed by something else meanwhile; it is left as "
				 "it is now: try again");
	err = store_write_file(dir_fd, LIST_NAME, data, size,
			       store->is_missing ? &fresh : &store->st);
	return err < 0 ? note_errno(problems, store->root, ALLOWLIST_PATH, "", err) : 0;
}

/* Removes the oldest backups, as far as there are too many. */
static int prune_backups(const struct store *store)
{
	struct tree_names names;
	int err = list_backups(store, &names);

	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i + STORE_BACKUPS_MAX < names.n; i++)
		err = store_drop_backup(store, names.entries[i]);
	tree_names_free(&names);
	return err;
}

int store_replace(struct store *store, const char *data, size_t size,
		  struct notes *problems, char ret_backup[static STORE_BACKUP_STRSIZE])
{
	_cleanup_close_ int dir_fd = open_dir(store->root, STORE_BACKUP_DIR);
	char backup[STORE_BACKUP_STRSIZE];
	int err = dir_fd < 0 ? dir_fd : make_backup(store, dir_fd, backup);

	if (err < 0)
		return note_errno(problems, store->root, STORE_BACKUP_DIR, "", err);
	err = replace_list(store, data, size, problems);
	if (err < 0) {
		(void)unlinkat(dir_fd, backup, 0);
		return err;
	}
	memcpy(ret_backup, backup, sizeof(backup));
	err = prune_backups(store);
	if (err < 0)
		err = note_errno(problems, store->root, STORE_BACKUP_DIR, "", err);
	return err == -EBADMSG ? 0 : err;
}

static int read_backup(const struct store *store, const char *name, char **ret_data,
		       size_t *ret_size)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", STORE_BACKUP_DIR, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return tree_read(store->root, path, ALLOWLIST_SIZE_MAX, ret_data, ret_size);
}

/* Reads the latest of the backups that differs from the list. */
static int find_backup(const struct store *store, const struct tree_names *names,
		       struct notes *problems, char *ret_backup, char **ret_data,
		       size_t *ret_size)
{
	for (size_t i = names->n; i > 0; i--) {
		const char *name = names->entries[i - 1];
		char *data;
		size_t size;
		int err = read_backup(store, name, &data, &size);

		if (err < 0)
			return note_errno(problems, store->root, STORE_BACKUP_DIR, name,
					  err);
		/* A crash between backup and replacement leaves one that is the list. */
		if (size == store->size &&
		    (size == 0 || memcmp(data, store->data, size) == 0)) {
			free(data);
			continue;
		}
		memcpy(ret_backup, name, STORE_BACKUP_STRSIZE);
		*ret_data = data;
		*ret_size = size;
		return 0;
	}
	return -ENOENT;
}

int store_last_backup(const struct store *store, struct notes *problems,
		      char ret_backup[static STORE_BACKUP_STRSIZE], char **ret_data,
		      size_t *ret_size)
{
	struct tree_names names;
	int err = list_backups(store, &names);

	if (err < 0)
		return note_errno(problems, store->root, STORE_BACKUP_DIR, "", err);
	err = find_backup(store, &names, problems, ret_backup, ret_data, ret_size);
	tree_names_free(&names);
	return err;
}

int store_drop_backup(const struct store *store, const char *backup)
{
	_cleanup_close_ int dir_fd = open_dir(store->root, STORE_BACKUP_DIR);

	if (dir_fd < 0)
		return dir_fd;
	return unlinkat(dir_fd, backup, 0) < 0 ? -errno : 0;
}

void store_close(struct store *store)
{
	cleanup_close(&store->lock_fd);
	free(store->data);
	*store = (struct store){ .lock_fd = -1 };
}
