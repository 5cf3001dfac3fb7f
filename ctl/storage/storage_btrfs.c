// SPDX-License-Identifier: GPL-2.0-or-later
/* Which block devices make up a btrfs file system: mounted, and by what is on them. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage.h"

/* Those that are mounted, each with the devices that it is mounted with. */
#define BTRFS_DIR "/sys/fs/btrfs"

/* Beside file systems there is "features". */
static int read_mounted(const char *root, const char *name, struct storage *storage)
{
	char path[PATH_MAX], label[TREE_VALUE_SIZE];
	int err;

	if (snprintf(path, sizeof(path), BTRFS_DIR "/%s/label", name) >=
		    (int)sizeof(path) ||
	    tree_value(root, path, label) < 0)
		label[0] = '\0';
	if (snprintf(path, sizeof(path), BTRFS_DIR "/%s/devices", name) >=
		    (int)sizeof(path) ||
	    !tree_has(root, path))
		return 0;
	err = storage_add_group(storage, STORAGE_BTRFS, name, label);
	if (err == 0 &&
	    tree_list(root, path, &storage->groups[storage->n_groups - 1].members) ==
		    -ENOMEM)
		err = -ENOMEM;
	return err;
}

static bool has_name(const struct tree_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->entries[i], name) == 0)
			return true;
	return false;
}

/* The group of a UUID, or NULL. */
static struct storage_group *find_group(struct storage *storage, const char *uuid)
{
	for (size_t i = 0; i < storage->n_groups; i++)
		if (storage->groups[i].kind == STORAGE_BTRFS &&
		    strcmp(storage->groups[i].name, uuid) == 0)
			return &storage->groups[i];
	return NULL;
}

/* Adds the n block devices of one UUID to its group, where they are not in it. */
static int add_others(struct storage *storage, const struct block *const *blocks,
		      size_t n)
{
	const char *uuid = blocks[0]->texts[BLOCK_FS_UUID];
	const char *label = blocks[0]->texts[BLOCK_FS_LABEL];
	struct storage_group *group = find_group(storage, uuid);
	int err = 0;

	if (group == NULL && n > 1) {
		err = storage_add_group(storage, STORAGE_BTRFS, uuid,
					label == NULL ? "" : label);
		group = find_group(storage, uuid);
	}
	for (size_t i = 0; err == 0 && group != NULL && i < n; i++)
		if (!has_name(&group->members, blocks[i]->name))
			err = tree_names_add(&group->others, blocks[i]->name);
	return err;
}

static int compare_uuids(const void *a, const void *b)
{
	const struct block *x = *(struct block *const *)a, *y = *(struct block *const *)b;
	int order = strcmp(x->texts[BLOCK_FS_UUID], y->texts[BLOCK_FS_UUID]);

	return order != 0 ? order : strcmp(x->name, y->name);
}

static bool same_uuid(const struct block *a, const struct block *b)
{
	return strcmp(a->texts[BLOCK_FS_UUID], b->texts[BLOCK_FS_UUID]) == 0;
}

int storage_read_btrfs(const char *root, struct storage *storage, struct notes *unseen)
{
	_cleanup_free_ const struct block **blocks = NULL;
	size_t n = 0, len;
	int err = storage_read_groups(root, BTRFS_DIR, read_mounted, storage, unseen);

	if (err < 0)
		return err;
	blocks = calloc(storage->n_blocks + 1, sizeof(const struct block *));
	if (blocks == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < storage->n_blocks; i++) {
		const struct block *block = &storage->blocks[i];

		if (block->texts[BLOCK_FS_TYPE] != NULL &&
		    strcmp(block->texts[BLOCK_FS_TYPE], "btrfs") == 0 &&
		    block->texts[BLOCK_FS_UUID] != NULL)
			blocks[n++] = block;
	}
	qsort(blocks, n, sizeof(blocks[0]), compare_uuids);
	for (size_t i = 0; err == 0 && i < n; i += len) {
		for (len = 1; i + len < n && same_uuid(blocks[i + len], blocks[i]);)
			len++;
		err = add_others(storage, blocks + i, len);
	}
	return err;
}
