// SPDX-License-Identifier: GPL-2.0-or-later
/* Which physical volumes make up a volume group, as LVM noted it when they appeared. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage.h"

/*
 * A file for each physical volume that is there, of its UUID without dashes:
 * "MAJOR:MINOR\nvg:NAME\n…"; and one for each group of which some have no metadata to
 * tell the group's name, with the UUIDs of all: lib/device/online.c and tools/pvscan.c
 * of lvm2.
 */
#define PVS_ONLINE "/run/lvm/pvs_online"
#define PVS_LOOKUP "/run/lvm/pvs_lookup"
#define PVS_ONLINE_MAX 4096
#define PVS_LOOKUP_MAX 1048576

#define PVID_SIZE 33

struct volume {
	char id[PVID_SIZE];
	size_t block;
};

struct volumes {
	const struct storage *storage;
	struct volume *entries;
	size_t n;
};

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct volume *)a)->id, ((const struct volume *)b)->id);
}

/* Writes a UUID without its dashes; false: it is none of LVM's. */
static bool copy_id(const char *uuid, char ret_id[static PVID_SIZE])
{
	size_t n = 0;

	for (; *uuid != '\0'; uuid++) {
		if (*uuid == '-')
			continue;
		if (n == PVID_SIZE - 1)
			return false;
		ret_id[n++] = *uuid;
	}
	ret_id[n] = '\0';
	return n == PVID_SIZE - 1;
}

static int find_volumes(const struct storage *storage, struct volumes *ret_volumes)
{
	struct volumes volumes = { .storage = storage };

	volumes.entries = calloc(storage->n_blocks + 1, sizeof(*volumes.entries));
	if (volumes.entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < storage->n_blocks; i++) {
		const char *type = storage->blocks[i].texts[BLOCK_FS_TYPE];
		const char *uuid = storage->blocks[i].texts[BLOCK_FS_UUID];
		struct volume *volume = &volumes.entries[volumes.n];

		if (type == NULL || uuid == NULL || strcmp(type, "LVM2_member") != 0 ||
		    !copy_id(uuid, volume->id))
			continue;
		volume->block = i;
		volumes.n++;
	}
	if (volumes.n > 0)
		qsort(volumes.entries, volumes.n, sizeof(*volumes.entries), compare_ids);
	*ret_volumes = volumes;
	return 0;
}

static int set_group(const struct volumes *volumes, const struct volume *volume,
		     const char *name)
{
	struct block *block = &volumes->storage->blocks[volume->block];

	if (block->texts[BLOCK_VOLUME_GROUP] != NULL)
		return 0;
	return block_set(block, BLOCK_VOLUME_GROUP, name);
}

/* Takes the group's name from the file of a volume. */
static int read_online(const char *root, const struct volumes *volumes,
		       const struct volume *volume)
{
	_cleanup_free_ char *data = NULL;
	char path[128], *save = NULL;
	size_t size;
	int err;

	snprintf(path, sizeof(path), PVS_ONLINE "/%s", volume->id);
	err = tree_read(root, path, PVS_ONLINE_MAX, &data, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (const char *line = strtok_r(data, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "vg:", 3) == 0)
			return set_group(volumes, volume, line + 3);
	return 0;
}

/* Takes the volumes of a group from its file. */
static int read_lookup(const char *root, const struct volumes *volumes, const char *name)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX], *save = NULL;
	size_t size;
	int err;

	if (volumes->n == 0 ||
	    snprintf(path, sizeof(path), PVS_LOOKUP "/%s", name) >= (int)sizeof(path))
		return 0;
	err = tree_read(root, path, PVS_LOOKUP_MAX, &data, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (const char *line = strtok_r(data, "\n", &save); err == 0 && line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		const struct volume *volume;
		struct volume key = { .block = 0 };

		if (!copy_id(line, key.id))
			continue;
		volume = bsearch(&key, volumes->entries, volumes->n, sizeof(key),
				 compare_ids);
		if (volume != NULL)
			err = set_group(volumes, volume, name);
	}
	return err;
}

static int read_names(const char *root, struct storage *storage)
{
	struct tree_names names = { 0 };
	struct volumes volumes;
	int err = find_volumes(storage, &volumes);

	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < volumes.n; i++)
		err = read_online(root, &volumes, &volumes.entries[i]);
	if (err == 0 && tree_list(root, PVS_LOOKUP, &names) == -ENOMEM)
		err = -ENOMEM;
	for (size_t i = 0; err == 0 && i < names.n; i++)
		err = read_lookup(root, &volumes, names.entries[i]);
	tree_names_free(&names);
	free(volumes.entries);
	return err;
}

static int compare_groups(const void *a, const void *b)
{
	const struct block *x = *(struct block *const *)a, *y = *(struct block *const *)b;
	int order = strcmp(x->texts[BLOCK_VOLUME_GROUP], y->texts[BLOCK_VOLUME_GROUP]);

	return order != 0 ? order : strcmp(x->name, y->name);
}

/* Adds a block device to the last group, or, where it is of another, a new one. */
static int add_member(struct storage *storage, const struct block *block)
{
	const char *name = block->texts[BLOCK_VOLUME_GROUP];
	const struct storage_group *last =
		storage->n_groups == 0 ? NULL : &storage->groups[storage->n_groups - 1];
	int err = 0;

	if (last == NULL || last->kind != STORAGE_VOLUME_GROUP ||
	    strcmp(last->name, name) != 0)
		err = storage_add_group(storage, STORAGE_VOLUME_GROUP, name, "");
	if (err == 0)
		err = storage_add_name(&storage->groups[storage->n_groups - 1].members,
				       block->name);
	return err;
}

int storage_read_volume_groups(const char *root, struct storage *storage)
{
	_cleanup_free_ const struct block **members = NULL;
	size_t n = 0;
	int err = read_names(root, storage);

	if (err < 0)
		return err;
	members = calloc(storage->n_blocks + 1, sizeof(const struct block *));
	if (members == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < storage->n_blocks; i++)
		if (storage->blocks[i].texts[BLOCK_VOLUME_GROUP] != NULL)
			members[n++] = &storage->blocks[i];
	qsort(members, n, sizeof(members[0]), compare_groups);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = add_member(storage, members[i]);
	return err;
}
