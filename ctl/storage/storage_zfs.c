// SPDX-License-Identifier: GPL-2.0-or-later
/* The pools of ZFS that are imported, and members of pools that are files. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "storage.h"

#define POOL_DIR "/proc/spl/kstat/zfs"
/* The pools that are imported at boot, with their members, but no caches and spares. */
#define POOL_CACHE "/etc/zfs/zpool.cache"
#define POOL_CACHE_MAX 16777216

/* Imported pools are the directories there; what is about ZFS as a whole are files. */
static int read_pool(const char *root, const char *name, struct storage *storage)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), POOL_DIR "/%s/.", name) >= (int)sizeof(path) ||
	    !tree_has(root, path))
		return 0;
	return storage_add_group(storage, STORAGE_POOL, name, "");
}

/*
 * A string called "path" in that file, an nvlist as a little-endian machine has it in
 * memory: size of the name, reserved, one value, DATA_TYPE_STRING, the name in steps of
 * eight bytes; the value is behind it. nvpair_t in sys/nvpair.h of OpenZFS.
 */
static const char pool_path[] = "\5\0\0\0\1\0\0\0\x09\0\0\0path\0\0\0";

/* No label and no device tells of members that are files. */
static int read_pool_files(const char *root, struct storage *storage,
			   struct notes *unseen)
{
	const struct storage_entry entry = { .origin = STORAGE_VDEV };
	_cleanup_free_ char *data = NULL;
	const char *found;
	size_t size;
	int err;

	err = tree_read(root, POOL_CACHE, POOL_CACHE_MAX, &data, &size);
	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return storage_add_unread(storage, POOL_CACHE, err, unseen);
	found = memmem(data, size, pool_path, sizeof(pool_path));
	while (err == 0 && found != NULL) {
		const struct storage_words words = { .source =
							     found + sizeof(pool_path) };

		if (strncmp(words.source, "/dev/", 5) != 0)
			err = storage_add_entry(storage, &entry, &words);
		found = memmem(words.source, size - (size_t)(words.source - data),
			       pool_path, sizeof(pool_path));
	}
	return err;
}

int storage_read_pools(const char *root, struct storage *storage, struct notes *unseen)
{
	int err = storage_read_groups(root, POOL_DIR, read_pool, storage, unseen);

	return err < 0 ? err : read_pool_files(root, storage, unseen);
}
