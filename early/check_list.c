// SPDX-License-Identifier: GPL-2.0-or-later
/* Judging an allowlist before it goes into an image. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "allowlist.h"
#include "boot.h"
#include "file.h"

/* Whoever can write the list decides which devices the host loses. */
static bool check_owner(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	if (st.st_uid != 0) {
		fprintf(stderr, "%s: owned by user %u; expected root: 'chown root %s'\n",
			path, (unsigned int)st.st_uid, path);
		return false;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		fprintf(stderr,
			"%s: mode %04o lets others than root write it; expected 0644 or "
			"stricter: 'chmod go-w %s'\n",
			path, (unsigned int)(st.st_mode & 07777), path);
		return false;
	}
	return true;
}

static bool check_lines(const char *path, const struct allowlist *list)
{
	for (size_t i = 0; i < list->n_lines; i++)
		if (list->lines[i].column != 0)
			fprintf(stderr, "%s:%u:%u: %s\n", path, list->lines[i].number,
				list->lines[i].column, list->lines[i].error);
	return list->n_bad == 0;
}

int check_list(const char *path)
{
	struct allowlist list = { 0 };
	bool is_good;
	char *data;
	size_t size;
	int err;

	err = file_read(path, ALLOWLIST_SIZE_MAX, &data, &size);
	if (err == 0)
		err = allowlist_parse(data, size, &list);
	if (err < 0) {
		fprintf(stderr, "%s: %s", path, file_read_error(err));
		if (err == -EFBIG)
			fprintf(stderr, "; expected at most %d bytes",
				ALLOWLIST_SIZE_MAX);
		fputc('\n', stderr);
		return EXIT_UNUSABLE;
	}

	/* Both, so that one run tells all that is to be mended. */
	is_good = check_owner(path);
	is_good &= check_lines(path, &list);
	allowlist_free(&list);
	return is_good ? EXIT_AS_WANTED : EXIT_NOT_AS_WANTED;
}
