// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeping the last good list, and putting it back. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allowlist.h"
#include "file.h"
#include "good_list.h"

int good_list_read(char **ret_data, size_t *ret_size)
{
	return file_read(GOOD_LIST, ALLOWLIST_SIZE_MAX, ret_data, ret_size);
}

/* Writes it, as the initramfs hook does. */
static int write_list(const char *data, size_t size)
{
	static const struct stat st = { .st_mode = 0644 };
	_cleanup_close_ int dir_fd =
		open(STORE_STATE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir_fd < 0)
		return -errno;
	return store_write_file(dir_fd, GOOD_NAME, data, size, &st);
}

int good_list_keep(const struct next_boot *next)
{
	const struct allowlist *list = &next->list;
	_cleanup_free_ char *good = NULL;
	size_t size;

	if (next->error != 0)
		return 0;
	if (good_list_read(&good, &size) == 0 && size == list->size &&
	    (size == 0 || memcmp(good, list->data, size) == 0))
		return 0;
	return write_list(list->data, list->size);
}

int good_list_restore(const char *data, size_t size)
{
	if (data != NULL)
		return write_list(data, size);
	return unlink(GOOD_LIST) < 0 && errno != ENOENT ? -errno : 0;
}
