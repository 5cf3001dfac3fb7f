// SPDX-License-Identifier: GPL-2.0-or-later
/* Having diff(1) compare two texts that are no files. */

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diff.h"

/* What diff exits with, POSIX: 0 the same, 1 different, above: trouble. */
#define DIFF_TROUBLE 2

/* Writes a text to a file and goes back to its start. */
static int fill(int fd, const struct diff_text *text)
{
	size_t done = 0;

	while (done < text->size) {
		ssize_t n = write(fd, text->data + done, text->size - done);

		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int run_diff(char *const argv[])
{
	int status, err;
	pid_t pid;

	/* Ours comes before that of diff. */
	if (fflush(stdout) != 0)
		return -errno;
	err = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (err != 0)
		return -err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) < DIFF_TROUBLE ? 0 : -EIO;
}

int diff_print(const struct diff_text *a, const struct diff_text *b)
{
	/* Files in memory, which diff inherits. */
	_cleanup_close_ int fd_a = memfd_create("ptbind", 0);
	_cleanup_close_ int fd_b = memfd_create("ptbind", 0);
	char diff[] = "diff", unified[] = "--unified", text[] = "--text";
	char label[] = "--label", path_a[32], path_b[32];
	char *const argv[] = { diff,  unified,  text,   label,  a->label,
			       label, b->label, path_a, path_b, NULL };
	int err;

	if (fd_a < 0 || fd_b < 0)
		return -errno;
	err = fill(fd_a, a);
	if (err == 0)
		err = fill(fd_b, b);
	if (err < 0)
		return err;
	snprintf(path_a, sizeof(path_a), "/dev/fd/%d", fd_a);
	snprintf(path_b, sizeof(path_b), "/dev/fd/%d", fd_b);
	return run_diff(argv);
}
