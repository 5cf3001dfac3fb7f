// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and replacing whole files. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* Reads until the end of the file: the files of /proc have no size before. */
static int read_all(int fd, size_t max, char **ret_data, size_t *ret_size)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0, room = 4096;

	for (;;) {
		char *larger = realloc(data, room + 1);
		ssize_t n;

		if (larger == NULL)
			return -ENOMEM;
		data = larger;
		n = read(fd, data + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > max)
			return -EFBIG;
		if (size == room)
			room *= 2;
	}

	data[size] = '\0';
	*ret_data = data;
	*ret_size = size;
	data = NULL;
	return 0;
}

int file_read(const char *path, size_t max, char **ret_data, size_t *ret_size)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	/* Without O_NONBLOCK a FIFO in the place of the file would hold up the boot. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > 0 && (size_t)st.st_size > max)
		return -EFBIG;
	return read_all(fd, max, ret_data, ret_size);
}

const char *file_read_error(int err)
{
	switch (err) {
	case -EFBIG:
		return "is too large";
	case -EISDIR:
		return "is a directory; expected a file";
	case -EINVAL:
		return "is not a regular file; expected one";
	default:
		return strerror(-err);
	}
}

int file_write(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int file_replace(const char *path, const char *data, size_t size)
{
	_cleanup_close_ int fd = -1;
	char temporary[PATH_MAX];
	int n, err;

	n = snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;

	err = file_write(fd, data, size);
	/* Not what the umask of the caller makes of it. */
	if (err == 0 && fchmod(fd, 0644) < 0)
		err = -errno;
	if (err == 0 && rename(temporary, path) < 0)
		err = -errno;
	if (err < 0)
		(void)unlink(temporary);
	return err;
}
