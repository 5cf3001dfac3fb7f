// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's files below one directory. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array.h"
#include "file.h"
#include "tree.h"

int tree_path(const char *root, const char *path, char *ret_path, size_t size)
{
	int n = snprintf(ret_path, size, "%s%s", root, path);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int tree_read(const char *root, const char *path, size_t max, char **ret_data,
	      size_t *ret_size)
{
	char joined[PATH_MAX];
	int err = tree_path(root, path, joined, sizeof(joined));

	return err < 0 ? err : file_read(joined, max, ret_data, ret_size);
}

int tree_value(const char *root, const char *path, char ret_value[static TREE_VALUE_SIZE])
{
	_cleanup_close_ int fd = -1;
	char joined[PATH_MAX];
	ssize_t n;
	int err;

	err = tree_path(root, path, joined, sizeof(joined));
	if (err < 0)
		return err;
	fd = open(joined, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	n = read(fd, ret_value, TREE_VALUE_SIZE - 1);
	if (n < 0)
		return -errno;
	while (n > 0 && strchr(" \t\n", ret_value[n - 1]) != NULL)
		n--;
	ret_value[n] = '\0';
	return 0;
}

bool tree_has(const char *root, const char *path)
{
	char joined[PATH_MAX];

	return tree_path(root, path, joined, sizeof(joined)) == 0 &&
	       access(joined, F_OK) == 0;
}

int tree_make_dir(const char *root, const char *path, mode_t mode)
{
	char joined[PATH_MAX];
	int err = tree_path(root, path, joined, sizeof(joined));

	if (err < 0)
		return err;
	if (mkdir(joined, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(joined, mode) < 0 ? -errno : 0;
}

static int keep_name(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int compare_entries(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Takes the names out of n entries, which it frees. Returns 0 or -ENOMEM. */
static int take_names(struct dirent **entries, size_t n, struct tree_names *ret_names)
{
	struct tree_names names = { .entries = calloc(n + 1, sizeof(char *)) };
	int err = names.entries == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < n; i++) {
		if (err == 0) {
			names.entries[names.n] = strdup(entries[i]->d_name);
			err = names.entries[names.n] == NULL ? -ENOMEM : 0;
			names.n += err == 0;
		}
		free(entries[i]);
	}
	if (err < 0)
		tree_names_free(&names);
	else
		*ret_names = names;
	return err;
}

int tree_list(const char *root, const char *path, struct tree_names *ret_names)
{
	struct dirent **entries;
	char joined[PATH_MAX];
	int n, err;

	err = tree_path(root, path, joined, sizeof(joined));
	if (err < 0)
		return err;
	n = scandir(joined, &entries, keep_name, compare_entries);
	if (n < 0 && errno != ENOENT)
		return -errno;
	if (n < 0) {
		*ret_names = (struct tree_names){ 0 };
		return 0;
	}
	err = take_names(entries, (size_t)n, ret_names);
	free(entries);
	return err;
}

int tree_names_add(struct tree_names *names, const char *name)
{
	char **entries = array_grow(names->entries, names->n, sizeof(*entries));

	if (entries == NULL)
		return -ENOMEM;
	names->entries = entries;
	entries[names->n] = strdup(name);
	if (entries[names->n] == NULL)
		return -ENOMEM;
	names->n++;
	return 0;
}

void tree_names_free(struct tree_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->entries[i]);
	free(names->entries);
	*names = (struct tree_names){ 0 };
}

int tree_resolve(const char *root, const char *path, char *ret_path, size_t size)
{
	char joined[PATH_MAX], real[PATH_MAX];
	size_t len = 0;
	int err;

	err = tree_path(root, path, joined, sizeof(joined));
	if (err < 0)
		return err;
	if (realpath(joined, real) == NULL)
		return -errno;
	if (root[0] != '\0') {
		char real_root[PATH_MAX];

		if (realpath(root, real_root) == NULL)
			return -errno;
		len = strcmp(real_root, "/") == 0 ? 0 : strlen(real_root);
		if (strncmp(real, real_root, len) != 0 || real[len] != '/')
			return -EXDEV;
	}
	if (strlen(real + len) >= size)
		return -ENAMETOOLONG;
	memcpy(ret_path, real + len, strlen(real + len) + 1);
	return 0;
}

int tree_function(const char *root, const char *path, struct pci_address *ret_function)
{
	char resolved[PATH_MAX], *save = NULL;
	bool found = false;
	int err;

	err = tree_resolve(root, path, resolved, sizeof(resolved));
	if (err < 0)
		return err;
	for (const char *s = strtok_r(resolved, "/", &save); s != NULL;
	     s = strtok_r(NULL, "/", &save)) {
		struct parse_error error;

		if (pci_address_parse(s, strlen(s), ret_function, &error) == 0)
			found = true;
	}
	return found ? 0 : -ENODEV;
}
