/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files: read with a limit, replaced in one step. */
#ifndef PTBIND_FILE_H
#define PTBIND_FILE_H

#include <stddef.h>

#include "util.h"

/*
 * Reads a file whole, up to max bytes, and puts a NUL behind it that *ret_size does not
 * count. Directories, devices and the like are refused. The caller frees *ret_data.
 * Returns 0, -EFBIG above max, -EISDIR, -EINVAL for other files that are not regular, or
 * a negative errno.
 */
_must_check_ int file_read(const char *path, size_t max, char **ret_data,
			   size_t *ret_size);

/* A sentence for an error of file_read(), as far as errno's own text misleads. */
const char *file_read_error(int err);

/* Writes all of size bytes to a file that is open. Returns 0 or a negative errno. */
_must_check_ int file_write(int fd, const char *data, size_t size);

/*
 * Replaces a file, or makes it, with mode 0644: what reads it sees all of the old content
 * or all of the new. Returns 0 or a negative errno.
 */
_must_check_ int file_replace(const char *path, const char *data, size_t size);

#endif
