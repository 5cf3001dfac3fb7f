// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding the kernels that are installed. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kernels.h"
#include "tree.h"

#define KERNEL_PREFIX "vmlinuz-"

/* Is it a copy that somebody keeps? linux-version(1) passes over the first kind, too. */
static bool is_backup(const char *version)
{
	static const char *const ends[] = { ".old", ".bak", ".orig", ".save", "~" };
	const size_t len = strlen(version);

	if (strstr(version, ".dpkg-") != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (len > strlen(ends[i]) &&
		    strcmp(version + len - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

static int add_kernel(const char *root, const char *version, struct kernels *kernels)
{
	struct kernel *kernel = &kernels->entries[kernels->n];
	char path[PATH_MAX];

	kernel->version = strdup(version);
	if (kernel->version == NULL)
		return -ENOMEM;
	kernels->n++;
	snprintf(path, sizeof(path), "/boot/initrd.img-%s", version);
	kernel->has_image = tree_has(root, path);
	snprintf(path, sizeof(path), "/lib/modules/%s", version);
	kernel->has_modules = tree_has(root, path);
	return 0;
}

int kernels_find(const char *root, struct kernels *ret_kernels)
{
	struct kernels kernels = { 0 };
	struct tree_names names;
	int err;

	err = tree_list(root, "/boot", &names);
	if (err < 0)
		return err;
	kernels.entries = calloc(names.n + 1, sizeof(*kernels.entries));
	err = kernels.entries == NULL ? -ENOMEM : 0;
	for (size_t i = 0; err == 0 && i < names.n; i++) {
		const char *name = names.entries[i];
		const char *version = name + strlen(KERNEL_PREFIX);

		if (strncmp(name, KERNEL_PREFIX, strlen(KERNEL_PREFIX)) == 0 &&
		    *version != '\0' && !is_backup(version))
			err = add_kernel(root, version, &kernels);
	}
	tree_names_free(&names);
	if (err == 0)
		*ret_kernels = kernels;
	else
		kernels_free(&kernels);
	return err;
}

void kernels_free(struct kernels *kernels)
{
	for (size_t i = 0; i < kernels->n; i++)
		free(kernels->entries[i].version);
	free(kernels->entries);
	*kernels = (struct kernels){ 0 };
}
