// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeping images, and putting them back. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "saved_images.h"

/* What hidden names end in: of an image that is kept, and of a copy that is not whole. */
#define KEPT_END ".ptbind"
#define COPY_END ".ptbind-new"

int free_bytes(const char *path, unsigned long long *ret_bytes)
{
	struct statvfs st;

	if (statvfs(path, &st) < 0)
		return -errno;
	if (st.f_flag & ST_RDONLY)
		return -EROFS;
	*ret_bytes = (unsigned long long)st.f_bfree * st.f_frsize;
	return 0;
}

static int copy_bytes(int from, int to)
{
	char block[65536];

	for (;;) {
		ssize_t n = read(from, block, sizeof(block));

		if (n <= 0)
			return n < 0 ? -errno : 0;
		for (ssize_t done = 0, written; done < n; done += written) {
			written = write(to, block + done, (size_t)(n - done));
			if (written < 0)
				return -errno;
		}
	}
}

/* Gives a copy the times and the mode of its original, and has it written. */
static int copy_attributes(const struct stat *st, int fd)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	if (futimens(fd, times) < 0)
		return -errno;
	/* vfat has no modes to change. */
	if (fchmod(fd, st->st_mode & 07777) < 0 && errno != EPERM)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

static int copy_open(int from, const char *to_path)
{
	_cleanup_close_ int to = -1;
	struct stat st;
	int err;

	if (fstat(from, &st) < 0)
		return -errno;
	(void)unlink(to_path);
	to = open(to_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	err = copy_bytes(from, to);
	return err < 0 ? err : copy_attributes(&st, to);
}

/* A hidden name beside a file: no boot loader's generator looks at it. */
static char *hidden_name(const char *path, const char *end)
{
	const char *name = strrchr(path, '/') + 1;
	char *hidden;

	if (asprintf(&hidden, "%.*s.%s%s", (int)(name - path), path, name, end) < 0)
		return NULL;
	return hidden;
}

/*
 * Copies a file with its mode and times over another or to a new name, in one step, and
 * so that it is on the disk by then.
 */
static int copy_file(const char *from_path, const char *to_path)
{
	_cleanup_free_ char *temporary = hidden_name(to_path, COPY_END);
	_cleanup_close_ int from = -1;
	int err;

	if (temporary == NULL)
		return -ENOMEM;
	from = open(from_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (from < 0)
		return -errno;
	err = copy_open(from, temporary);
	if (err == 0 && rename(temporary, to_path) < 0)
		err = -errno;
	if (err < 0)
		(void)unlink(temporary);
	return err;
}

/* Where an image is kept: beside it, or under its own name in a directory. */
static char *name_saved(const char *path, const char *directory)
{
	char *saved;

	if (directory == NULL)
		return hidden_name(path, KEPT_END);
	if (asprintf(&saved, "%s%s", directory, strrchr(path, '/')) < 0)
		return NULL;
	return saved;
}

/* Another name for the file. */
static int keep_beside(struct saved_image *saved)
{
	saved->saved = name_saved(saved->path, NULL);
	if (saved->saved == NULL)
		return -ENOMEM;
	(void)unlink(saved->saved);
	if (link(saved->path, saved->saved) == 0)
		return 0;
	/* vfat, which has no links. */
	return errno == EPERM || errno == EOPNOTSUPP ?
		       copy_file(saved->path, saved->saved) :
		       -errno;
}

static int keep_away(struct saved_image *saved, const char *directory)
{
	saved->saved = name_saved(saved->path, directory);
	return saved->saved == NULL ? -ENOMEM : copy_file(saved->path, saved->saved);
}

int saved_image_keep(const char *path, bool beside, const char *directory,
		     struct saved_image *ret_saved)
{
	struct saved_image saved = { .path = strdup(path) };
	int err = 0;

	if (saved.path == NULL)
		return -ENOMEM;
	if (lstat(path, &saved.st) < 0)
		err = -errno;
	else if (!S_ISREG(saved.st.st_mode))
		err = -EINVAL;
	else
		err = beside ? keep_beside(&saved) : keep_away(&saved, directory);
	if (err == 0)
		*ret_saved = saved;
	else
		saved_image_free(&saved);
	return err;
}

/* Removes what a copy that was interrupted left. */
static int remove_unfinished(const char *path)
{
	_cleanup_free_ char *temporary = hidden_name(path, COPY_END);

	if (temporary == NULL)
		return -ENOMEM;
	(void)unlink(temporary);
	return 0;
}

int saved_image_find(const char *path, const char *directory,
		     struct saved_image *ret_saved)
{
	struct saved_image saved = { 0 };
	int err = remove_unfinished(path);

	if (err < 0)
		return err;
	saved.path = strdup(path);
	saved.saved = name_saved(path, directory);
	if (saved.path == NULL || saved.saved == NULL)
		err = -ENOMEM;
	else
		err = remove_unfinished(saved.saved);
	if (err == 0 && lstat(saved.saved, &saved.st) < 0)
		err = -errno;
	if (err == 0)
		*ret_saved = saved;
	else
		saved_image_free(&saved);
	return err;
}

bool saved_image_differs(const struct saved_image *saved)
{
	struct stat st;

	return lstat(saved->path, &st) < 0 || st.st_ino != saved->st.st_ino ||
	       st.st_size != saved->st.st_size ||
	       st.st_mtim.tv_sec != saved->st.st_mtim.tv_sec ||
	       st.st_mtim.tv_nsec != saved->st.st_mtim.tv_nsec;
}

/* From another file system. */
static int copy_back(const struct saved_image *saved)
{
	const int err = copy_file(saved->saved, saved->path);

	if (err == 0)
		(void)unlink(saved->saved);
	return err;
}

int saved_image_restore(const struct saved_image *saved)
{
	if (rename(saved->saved, saved->path) == 0) {
		/* Two names of one file are left as they are. */
		(void)unlink(saved->saved);
		return 0;
	}
	return errno == EXDEV ? copy_back(saved) : -errno;
}

void saved_image_drop(struct saved_image *saved)
{
	if (saved->saved != NULL)
		(void)unlink(saved->saved);
	saved_image_free(saved);
}

void saved_image_free(struct saved_image *saved)
{
	free(saved->path);
	free(saved->saved);
	*saved = (struct saved_image){ 0 };
}
