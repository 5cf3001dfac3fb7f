// SPDX-License-Identifier: GPL-2.0-or-later
/* Giving and taking the permission for one start. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allow.h"
#include "paths.h"
#include "tree.h"

#define ALLOW_DIR RUN_DIR "/allow"

const char *allow_check_name(const char *guest)
{
	if (guest[0] == '\0')
		return "the name of the guest is empty";
	if (strlen(guest) > NAME_MAX)
		return "the name of the guest is longer than that of a file can be";
	if (strchr(guest, '/') != NULL)
		return "the name of the guest has a '/' in it";
	if (strcmp(guest, ".") == 0 || strcmp(guest, "..") == 0)
		return "'.' and '..' name no guest";
	for (const char *s = guest; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return "the name of the guest has a control character in it";
	return NULL;
}

/* Opens the directory of permissions, in which nobody but root may write. */
static int open_dir(const char *root)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, err = tree_path(root, ALLOW_DIR, path, sizeof(path));

	if (err < 0)
		return err;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && st.st_uid == 0 && (st.st_mode & 0022) == 0)
		return fd;
	close(fd);
	return -EPERM;
}

int allow_give(const char *root, const char *guest)
{
	_cleanup_close_ int dir_fd = -1, fd = -1;
	int err;

	if (allow_check_name(guest) != NULL)
		return -EINVAL;
	err = tree_make_dir(root, RUN_DIR, 0755);
	if (err == 0)
		err = tree_make_dir(root, ALLOW_DIR, 0700);
	if (err < 0)
		return err;
	dir_fd = open_dir(root);
	if (dir_fd < 0)
		return dir_fd;
	fd = openat(dir_fd, guest, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : 0;
}

int allow_take(const char *root, const char *guest)
{
	_cleanup_close_ int dir_fd = -1;

	if (allow_check_name(guest) != NULL)
		return -EINVAL;
	dir_fd = open_dir(root);
	if (dir_fd < 0)
		return dir_fd;
	return unlinkat(dir_fd, guest, 0) < 0 ? -errno : 0;
}
