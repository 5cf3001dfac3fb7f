// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which physical volumes make up a volume group: as LVM noted it when they appeared, and
 * when it last changed the group.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
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

/*
 * A file for each group, with all that the group has: vgcfgbackup(8). udev's rules do not
 * look at a volume again that was taken into a group while the host runs.
 */
#define BACKUP_DIR "/etc/lvm/backup"
#define BACKUP_MAX 16777216
#define BACKUP_ID "id = \""

#define PVID_SIZE 33

struct volume {
	char id[PVID_SIZE];
	size_t block;
};

struct membership {
	char *group;
	const struct block *block;
};

struct volumes {
	struct storage *storage;
	struct volume *entries; /* by id */
	size_t n;
	struct membership *members;
	size_t n_members;
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

static int find_volumes(struct storage *storage, struct volumes *ret_volumes)
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

static int add_membership(struct volumes *volumes, const struct block *block,
			  const char *group)
{
	struct membership *members =
		array_grow(volumes->members, volumes->n_members, sizeof(*members));

	if (members == NULL)
		return -ENOMEM;
	volumes->members = members;
	members[volumes->n_members].block = block;
	members[volumes->n_members].group = strdup(group);
	if (members[volumes->n_members].group == NULL)
		return -ENOMEM;
	volumes->n_members++;
	return 0;
}

/* Where they differ, a volume is of each group that somebody says it is of. */
static int set_group(struct volumes *volumes, const struct volume *volume,
		     const char *name)
{
	struct block *block = &volumes->storage->blocks[volume->block];
	int err = add_membership(volumes, block, name);

	if (err < 0 || block->texts[BLOCK_VOLUME_GROUP] != NULL)
		return err;
	return block_set(block, BLOCK_VOLUME_GROUP, name);
}

/* The same for the volume of a UUID, if it is there. */
static int set_group_of(struct volumes *volumes, const char *uuid, const char *name)
{
	struct volume key = { .block = 0 };
	const struct volume *volume;

	if (!copy_id(uuid, key.id))
		return 0;
	volume = bsearch(&key, volumes->entries, volumes->n, sizeof(key), compare_ids);
	return volume == NULL ? 0 : set_group(volumes, volume, name);
}

/* What udev says. */
static int read_udev(struct volumes *volumes)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < volumes->storage->n_blocks; i++) {
		const struct block *block = &volumes->storage->blocks[i];

		if (block->texts[BLOCK_VOLUME_GROUP] != NULL)
			err = add_membership(volumes, block,
					     block->texts[BLOCK_VOLUME_GROUP]);
	}
	return err;
}

/* Takes the group's name from the file of a volume. */
static int read_online(const char *root, struct volumes *volumes,
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
static int read_lookup(const char *root, struct volumes *volumes, const char *name)
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
	     line = strtok_r(NULL, "\n", &save))
		err = set_group_of(volumes, line, name);
	return err;
}

/* The same from a backup, which has UUIDs of logical volumes as well: no one's here. */
static int read_backup(const char *root, struct volumes *volumes, const char *name)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX], *save = NULL;
	size_t size;
	int err;

	if (snprintf(path, sizeof(path), BACKUP_DIR "/%s", name) >= (int)sizeof(path))
		return 0;
	err = tree_read(root, path, BACKUP_MAX, &data, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (char *line = strtok_r(data, "\n", &save); err == 0 && line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t");
		if (strncmp(line, BACKUP_ID, strlen(BACKUP_ID)) != 0)
			continue;
		line += strlen(BACKUP_ID);
		line[strcspn(line, "\"")] = '\0';
		err = set_group_of(volumes, line, name);
	}
	return err;
}

/* Calls read for each name in a directory; returns its error, 0, or why there is none. */
static int read_each(const char *root, const char *path, struct volumes *volumes,
		     int (*read)(const char *root, struct volumes *volumes,
				 const char *name))
{
	struct tree_names names = { 0 };
	int err = tree_list(root, path, &names);

	for (size_t i = 0; err == 0 && i < names.n; i++)
		err = read(root, volumes, names.entries[i]);
	tree_names_free(&names);
	return err;
}

static bool any_nameless(const struct volumes *volumes)
{
	const struct block *blocks = volumes->storage->blocks;

	for (size_t i = 0; i < volumes->n; i++)
		if (blocks[volumes->entries[i].block].texts[BLOCK_VOLUME_GROUP] == NULL)
			return true;
	return false;
}

static int read_memberships(const char *root, struct volumes *volumes,
			    struct notes *unseen)
{
	int err = read_udev(volumes), denied;

	for (size_t i = 0; err == 0 && i < volumes->n; i++)
		err = read_online(root, volumes, &volumes->entries[i]);
	if (err < 0 || volumes->n == 0)
		return err;
	err = read_each(root, PVS_LOOKUP, volumes, read_lookup);
	if (err == -ENOMEM)
		return err;
	denied = read_each(root, BACKUP_DIR, volumes, read_backup);
	if (denied >= 0 || denied == -ENOMEM || !any_nameless(volumes))
		return denied == -ENOMEM ? denied : 0;
	return notes_add(unseen, "which volume group some LVM volumes are of: %s: %s",
			 BACKUP_DIR, strerror(-denied));
}

static int compare_members(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;
	int order = strcmp(x->group, y->group);

	return order != 0 ? order : strcmp(x->block->name, y->block->name);
}

/* Adds a group for each name, with its members; they are sorted. */
static int add_groups(const struct volumes *volumes)
{
	const struct membership *last = NULL;
	struct storage *storage = volumes->storage;
	int err = 0;

	for (size_t i = 0; err == 0 && i < volumes->n_members; i++) {
		const struct membership *member = &volumes->members[i];

		if (last != NULL && compare_members(last, member) == 0)
			continue;
		if (last == NULL || strcmp(last->group, member->group) != 0)
			err = storage_add_group(storage, STORAGE_VOLUME_GROUP,
						member->group, "");
		if (err == 0)
			err = tree_names_add(
				&storage->groups[storage->n_groups - 1].members,
				member->block->name);
		last = member;
	}
	return err;
}

static void volumes_free(struct volumes *volumes)
{
	for (size_t i = 0; i < volumes->n_members; i++)
		free(volumes->members[i].group);
	free(volumes->members);
	free(volumes->entries);
}

int storage_read_volume_groups(const char *root, struct storage *storage,
			       struct notes *unseen)
{
	struct volumes volumes;
	int err = find_volumes(storage, &volumes);

	if (err < 0)
		return err;
	err = read_memberships(root, &volumes, unseen);
	if (volumes.n_members > 0)
		qsort(volumes.members, volumes.n_members, sizeof(*volumes.members),
		      compare_members);
	if (err == 0)
		err = add_groups(&volumes);
	volumes_free(&volumes);
	return err;
}
