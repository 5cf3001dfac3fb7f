// SPDX-License-Identifier: GPL-2.0-or-later
/* Following block devices, file systems and pools down to what carries them. */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array.h"
#include "storage_graph.h"

/* The partition type of ZFS on Linux in a GPT: gdisk's bf01. */
#define ZFS_TYPE "6a898cc3-1dd2-11b2-99a6-080020736631"

/* Keys of one table, told apart by how they start. */
#define KEY_POOL "pool "
#define KEY_GROUP "group "
#define KEY_MEMBER "member " /* of btrfs */
#define KEY_MOUNT "mount "
#define KEY_FSTAB "fstab "

static int compare_keys(const void *a, const void *b)
{
	const struct storage_key *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order != 0 ? order : (x->value > y->value) - (x->value < y->value);
}

_printf_(3, 4) static int add_key(struct storage_graph *graph, size_t value,
				  const char *format, ...)
{
	struct storage_key *keys =
		array_grow(graph->keys, graph->n_keys, sizeof(*graph->keys));
	struct storage_key key = { .value = value };
	va_list args;
	int n;

	if (keys == NULL)
		return -ENOMEM;
	graph->keys = keys;
	va_start(args, format);
	n = vasprintf(&key.text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	keys[graph->n_keys++] = key;
	return 0;
}

/* Compares a key with a text that is in two parts. */
static int compare_key(const struct storage_key *key, const char *prefix,
		       const char *rest)
{
	const size_t len = strlen(prefix);
	int order = strncmp(key->text, prefix, len);

	return order != 0 ? order : strcmp(key->text + len, rest);
}

/* The first of the *ret_n keys with this text. */
static const struct storage_key *find_keys(const struct storage_graph *graph,
					   const char *prefix, const char *rest,
					   size_t *ret_n)
{
	size_t low = 0, high = graph->n_keys, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_key(&graph->keys[middle], prefix, rest) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	while (end < graph->n_keys && compare_key(&graph->keys[end], prefix, rest) == 0)
		end++;
	*ret_n = end - low;
	return end > low ? &graph->keys[low] : NULL;
}

const struct storage_key *storage_at(const struct storage_graph *graph,
				     enum storage_origin origin, const char *target,
				     size_t *ret_n)
{
	return find_keys(graph, origin == STORAGE_MOUNT ? KEY_MOUNT : KEY_FSTAB, target,
			 ret_n);
}

const struct block *storage_block(const struct storage_graph *graph, size_t node)
{
	return node < graph->storage->n_blocks ? &graph->storage->blocks[node] : NULL;
}

const struct storage_group *storage_group(const struct storage_graph *graph, size_t node)
{
	const size_t n = graph->storage->n_blocks;

	return node < n ? NULL : &graph->storage->groups[node - n];
}

static int compare_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct block *)element)->name);
}

/* Finds a block device by the kernel's name. */
static bool find_block(const struct storage_graph *graph, const char *name,
		       size_t *ret_node)
{
	const struct storage *storage = graph->storage;
	const struct block *block =
		storage->n_blocks == 0 ? NULL :
					 bsearch(name, storage->blocks, storage->n_blocks,
						 sizeof(*storage->blocks), compare_name);

	if (block == NULL)
		return false;
	*ret_node = (size_t)(block - storage->blocks);
	return true;
}

int storage_places_add(struct storage_places *places, size_t node)
{
	size_t *nodes;

	for (size_t i = 0; i < places->n; i++)
		if (places->nodes[i] == node)
			return 0;
	nodes = array_grow(places->nodes, places->n, sizeof(*nodes));
	if (nodes == NULL)
		return -ENOMEM;
	places->nodes = nodes;
	nodes[places->n++] = node;
	return 0;
}

void storage_places_free(struct storage_places *places)
{
	free(places->nodes);
	free(places->unknown);
	*places = (struct storage_places){ 0 };
}

/* Says what is not known; only the first sentence is kept. Returns 0 or -ENOMEM. */
_printf_(2, 3) static int say_unknown(char **unknown, const char *format, ...)
{
	va_list args;
	int n;

	if (*unknown != NULL)
		return 0;
	va_start(args, format);
	n = vasprintf(unknown, format, args);
	va_end(args);
	if (n >= 0)
		return 0;
	*unknown = NULL;
	return -ENOMEM;
}

/*
 * The same of what an entry names and is not there now: where it is none of a network, it
 * will be on a disk of this machine. entry is NULL where nobody knows.
 */
_printf_(3, 4) static int say_absent(struct storage_places *places,
				     const struct storage_entry *entry,
				     const char *format, ...)
{
	va_list args;
	int n;

	if (places->unknown != NULL)
		return 0;
	va_start(args, format);
	n = vasprintf(&places->unknown, format, args);
	va_end(args);
	if (n < 0) {
		places->unknown = NULL;
		return -ENOMEM;
	}
	places->is_local = entry != NULL && !entry->is_active && !entry->is_remote;
	return 0;
}

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = (char)tolower((unsigned char)*text);
}

static int add_tag(struct storage_graph *graph, size_t node, const char *name,
		   const char *value, bool fold)
{
	int err = value == NULL ? 0 : add_key(graph, node, "%s=%s", name, value);

	if (err == 0 && value != NULL && fold)
		lower(graph->keys[graph->n_keys - 1].text + strlen(name));
	return err;
}

/* The names of a block device; /dev has '/' where the kernel has '!'. */
static int add_block_keys(struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	int err;

	err = add_key(graph, node, "%u:%u", block->major, block->minor);
	if (err == 0)
		err = add_key(graph, node, "/dev/%s", block->name);
	if (err < 0)
		return err;
	for (char *s = graph->keys[graph->n_keys - 1].text; *s != '\0'; s++)
		if (*s == '!')
			*s = '/';
	if (block->texts[BLOCK_DM_NAME] != NULL)
		err = add_key(graph, node, "/dev/mapper/%s", block->texts[BLOCK_DM_NAME]);
	for (size_t i = 0; err == 0 && i < block->links.n; i++)
		err = add_key(graph, node, "/dev/%s", block->links.entries[i]);
	if (err == 0)
		err = add_tag(graph, node, "UUID", block->texts[BLOCK_FS_UUID], true);
	if (err == 0)
		err = add_tag(graph, node, "LABEL", block->texts[BLOCK_FS_LABEL], false);
	if (err == 0)
		err = add_tag(graph, node, "PARTUUID", block->texts[BLOCK_PART_UUID],
			      true);
	if (err == 0)
		err = add_tag(graph, node, "PARTLABEL", block->texts[BLOCK_PART_NAME],
			      false);
	return err;
}

bool storage_is_divided(const struct storage_group *group)
{
	return group->kind == STORAGE_BTRFS && group->members.n + group->others.n > 1;
}

static int add_member_keys(struct storage_graph *graph, size_t node,
			   const struct tree_names *names)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < names->n; i++)
		err = add_key(graph, node, KEY_MEMBER "%s", names->entries[i]);
	return err;
}

static int add_group_keys(struct storage_graph *graph, size_t node)
{
	const struct storage_group *group = storage_group(graph, node);
	int err = 0;

	if (group->kind == STORAGE_POOL)
		return add_key(graph, node, KEY_POOL "%s", group->name);
	if (group->kind == STORAGE_VOLUME_GROUP)
		return add_key(graph, node, KEY_GROUP "%s", group->name);
	/* With one device it is as any other file system. */
	if (storage_is_divided(group)) {
		err = add_member_keys(graph, node, &group->members);
		if (err == 0)
			err = add_member_keys(graph, node, &group->others);
	}
	return err;
}

static int make_keys(struct storage_graph *graph)
{
	const struct storage *storage = graph->storage;
	int err = 0;

	for (size_t i = 0; err == 0 && i < storage->n_blocks; i++)
		err = add_block_keys(graph, i);
	for (size_t i = storage->n_blocks; err == 0 && i < graph->n_nodes; i++)
		err = add_group_keys(graph, i);
	for (size_t i = 0; err == 0 && i < storage->n_entries; i++) {
		const struct storage_entry *entry = &storage->entries[i];

		if (entry->origin == STORAGE_MOUNT)
			err = add_key(graph, i, KEY_MOUNT "%s", entry->target);
		else if (entry->origin == STORAGE_FSTAB)
			err = add_key(graph, i, KEY_FSTAB "%s", entry->target);
	}
	if (graph->n_keys > 0)
		qsort(graph->keys, graph->n_keys, sizeof(*graph->keys), compare_keys);
	return err;
}

/* Adds all nodes that have a key; none has: *ret_found is false. */
static int place_key(const struct storage_graph *graph, const char *text,
		     struct storage_places *places, bool *ret_found)
{
	size_t n;
	const struct storage_key *keys = find_keys(graph, "", text, &n);
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = storage_places_add(places, keys[i].value);
	*ret_found = n > 0;
	return err;
}

/*
 * Writes a tag as it is among the keys: without quotes, UUIDs in lower case, as people
 * write those of FAT either way. NULL in *ret_key: it is no tag.
 */
static int tag_key(const char *source, char **ret_key)
{
	static const struct {
		const char *name, *key;
		bool fold;
	} tags[] = {
		{ "UUID=", "UUID=", true },
		{ "LABEL=", "LABEL=", false },
		{ "PARTUUID=", "PARTUUID=", true },
		{ "PARTLABEL=", "PARTLABEL=", false },
		{ "ID=", "/dev/disk/by-id/", false },
	};

	*ret_key = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		const char *value = source + strlen(tags[i].name);
		size_t len;

		if (strncmp(source, tags[i].name, strlen(tags[i].name)) != 0)
			continue;
		len = strlen(value);
		if (len >= 2 && (value[0] == '"' || value[0] == '\'') &&
		    value[len - 1] == value[0]) {
			value++;
			len -= 2;
		}
		if (asprintf(ret_key, "%s%.*s", tags[i].key, (int)len, value) < 0) {
			*ret_key = NULL;
			return -ENOMEM;
		}
		if (tags[i].fold)
			lower(*ret_key + strlen(tags[i].key));
		break;
	}
	return 0;
}

static int place_number(const struct storage_graph *graph,
			const struct storage_entry *entry, struct storage_places *places,
			bool *ret_found)
{
	char text[32];

	snprintf(text, sizeof(text), "%u:%u", entry->major, entry->minor);
	return place_key(graph, text, places, ret_found);
}

/* A device of /dev, or a tag. */
static int place_device(const struct storage_graph *graph,
			const struct storage_entry *entry, const char *source,
			struct storage_places *places)
{
	_cleanup_free_ char *tag = NULL;
	bool found = false;
	int err;

	err = tag_key(source, &tag);
	if (err == 0)
		err = place_key(graph, tag != NULL ? tag : source, places, &found);
	if (err == 0 && !found && entry->major != 0)
		err = place_number(graph, entry, places, &found);
	if (err == 0 && !found)
		err = say_absent(places, entry, "there is no block device %s now",
				 source);
	return err;
}

/* A dataset: its pool is what comes before the first slash. */
static int place_dataset(const struct storage_graph *graph,
			 const struct storage_entry *entry, const char *dataset,
			 struct storage_places *places)
{
	const int len = (int)strcspn(dataset, "/@");
	_cleanup_free_ char *key = NULL;
	bool found = false;
	int err;

	if (asprintf(&key, KEY_POOL "%.*s", len, dataset) < 0) {
		key = NULL;
		return -ENOMEM;
	}
	err = place_key(graph, key, places, &found);
	if (err == 0 && !found)
		err = say_absent(places, entry, "the ZFS pool %.*s is not imported now",
				 len, dataset);
	return err;
}

/* Puts btrfs file systems of several devices in the place of those devices. */
static int raise_to_groups(const struct storage_graph *graph,
			   struct storage_places *places)
{
	struct storage_places raised = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < places->n; i++) {
		const struct block *block = storage_block(graph, places->nodes[i]);
		char key[300];
		bool found = false;

		if (block != NULL && snprintf(key, sizeof(key), KEY_MEMBER "%s",
					      block->name) < (int)sizeof(key))
			err = place_key(graph, key, &raised, &found);
		if (err == 0 && !found)
			err = storage_places_add(&raised, places->nodes[i]);
	}
	if (err < 0) {
		storage_places_free(&raised);
		return err;
	}
	free(places->nodes);
	places->nodes = raised.nodes;
	places->n = raised.n;
	return 0;
}

/* The mount that holds a path, or NULL. The last one at a mount point is to be seen. */
static const struct storage_places *holder_of(const struct storage_graph *graph,
					      const char *path)
{
	_cleanup_free_ char *rest = strdup(path);

	while (rest != NULL && rest[0] == '/') {
		size_t n;
		const struct storage_key *keys =
			storage_at(graph, STORAGE_MOUNT, rest, &n);
		char *slash = strrchr(rest, '/');

		if (n > 0)
			return &graph->places[keys[n - 1].value];
		if (strcmp(rest, "/") == 0)
			break;
		slash[slash == rest ? 1 : 0] = '\0';
	}
	return NULL;
}

/* A file or directory is where the mount is that holds it. */
static int place_path(const struct storage_graph *graph, const char *path,
		      struct storage_places *places)
{
	const struct storage_places *holder = holder_of(graph, path);
	int err = 0;

	if (holder == NULL)
		return say_unknown(&places->unknown, "no mount is known that holds %s",
				   path);
	for (size_t i = 0; err == 0 && i < holder->n; i++)
		err = storage_places_add(places, holder->nodes[i]);
	if (err == 0 && holder->unknown != NULL)
		err = say_unknown(&places->unknown, "%s", holder->unknown);
	return err;
}

/* Bcachefs names all its devices: "/dev/sda:/dev/sdb". */
static int place_devices(const struct storage_graph *graph,
			 const struct storage_entry *entry, struct storage_places *places)
{
	_cleanup_free_ char *sources = strdup(entry->source);
	char *save = NULL;
	int err = 0;

	if (sources == NULL)
		return -ENOMEM;
	for (const char *source = strtok_r(sources, ":", &save);
	     err == 0 && source != NULL; source = strtok_r(NULL, ":", &save))
		err = place_device(graph, entry, source, places);
	return err;
}

/* A mount whose file system has no number of a block device. */
static int place_unnumbered(const struct storage_graph *graph,
			    const struct storage_entry *entry,
			    struct storage_places *places)
{
	/* Whatever libmount says of them: they show files of somewhere else. */
	static const char *const opaque[] = { "overlay", "aufs", "virtiofs" };

	if (entry->medium == STORAGE_ON_NETWORK)
		return say_unknown(&places->unknown, "it comes over the network (%s)",
				   entry->type);
	for (size_t i = 0; i < ARRAY_SIZE(opaque); i++)
		if (strcmp(entry->type, opaque[i]) == 0)
			return say_unknown(&places->unknown,
					   "its file system (%s) does not tell where its "
					   "files are",
					   entry->type);
	if (strcmp(entry->type, "bcachefs") == 0)
		return place_devices(graph, entry, places);
	if (strncmp(entry->source, "/dev/", 5) == 0)
		return place_device(graph, entry, entry->source, places);
	if (entry->medium == STORAGE_ON_NOTHING)
		return 0;
	return say_unknown(&places->unknown,
			   "its file system (%s) names no block device (%s)", entry->type,
			   entry->source);
}

static int place_mount(const struct storage_graph *graph,
		       const struct storage_entry *entry, struct storage_places *places)
{
	bool found = false;
	int err;

	if (strcmp(entry->type, "zfs") == 0)
		return place_dataset(graph, entry, entry->source, places);
	if (entry->major == 0)
		return place_unnumbered(graph, entry, places);
	err = place_number(graph, entry, places, &found);
	if (err == 0 && !found)
		err = say_unknown(&places->unknown,
				  "its block device %u:%u is not in /sys/class/block",
				  entry->major, entry->minor);
	return err;
}

/* What a file names: fstab, crypttab and the like. */
static int place_named(const struct storage_graph *graph,
		       const struct storage_entry *entry, struct storage_places *places)
{
	_cleanup_free_ char *tag = NULL;
	int err;

	if (entry->medium != STORAGE_ON_DISK)
		return 0;
	if (strcmp(entry->type, "zfs") == 0)
		return place_dataset(graph, entry, entry->source, places);
	err = tag_key(entry->source, &tag);
	if (err < 0)
		return err;
	if (strcmp(entry->type, "bcachefs") == 0 && tag == NULL)
		return place_devices(graph, entry, places);
	if (tag != NULL || strncmp(entry->source, "/dev/", 5) == 0)
		return place_device(graph, entry, entry->source, places);
	/* "//server/share", "server:/export", "tmpfs", "none": no disk. */
	if (entry->source[0] != '/' || entry->source[1] == '/')
		return 0;
	return place_path(graph, entry->source, places);
}

/* Mounts first: the paths of others are found by them. */
static int place_entries(struct storage_graph *graph, bool mounts)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_entries; i++) {
		const struct storage_entry *entry = &graph->storage->entries[i];
		struct storage_places *places = &graph->places[i];

		if ((entry->origin == STORAGE_MOUNT) != mounts ||
		    entry->origin == STORAGE_UNREAD)
			continue;
		err = mounts ? place_mount(graph, entry, places) :
			       place_named(graph, entry, places);
		if (err == 0)
			err = raise_to_groups(graph, places);
	}
	return err;
}

/* Adds that one node rests on another. */
static int add_edge(struct storage_graph *graph, size_t from, size_t to)
{
	struct storage_edge *down =
		array_grow(graph->down, graph->n_down, sizeof(*graph->down));

	if (down == NULL)
		return -ENOMEM;
	graph->down = down;
	down[graph->n_down++] = (struct storage_edge){ from, to };
	return 0;
}

static int add_edges_to(struct storage_graph *graph, size_t from,
			const struct storage_places *places)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < places->n; i++)
		err = add_edge(graph, from, places->nodes[i]);
	if (err == 0 && places->unknown != NULL && graph->unknown[from] == NULL) {
		err = say_unknown(&graph->unknown[from], "%s", places->unknown);
		graph->is_local[from] = places->is_local;
	}
	return err;
}

static int add_names(struct storage_graph *graph, size_t from,
		     const struct tree_names *names)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < names->n; i++) {
		size_t node;

		if (find_block(graph, names->entries[i], &node))
			err = add_edge(graph, from, node);
		else
			err = say_unknown(&graph->unknown[from],
					  "%s, which it is made of, is not in "
					  "/sys/class/block",
					  names->entries[i]);
	}
	return err;
}

/*
 * A ZFS volume has its name in /dev/zvol. That may have blanks, for which udev's zvol_id
 * writes '+', and never has a '+' itself.
 */
static int place_volume(const struct storage_graph *graph, const char *link,
			struct storage_places *places)
{
	_cleanup_free_ char *volume = strdup(link);

	if (volume == NULL)
		return -ENOMEM;
	for (char *s = volume; *s != '\0'; s++)
		if (*s == '+')
			*s = ' ';
	return place_dataset(graph, NULL, volume, places);
}

static int add_volume_edge(struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	struct storage_places places = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < block->links.n; i++)
		if (strncmp(block->links.entries[i], "zvol/", 5) == 0)
			err = place_volume(graph, block->links.entries[i] + 5, &places);
	if (err == 0)
		err = add_edges_to(graph, node, &places);
	storage_places_free(&places);
	return err;
}

/* A member of an imported pool carries it. */
static int add_pool_edge(struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	const char *type = block->texts[BLOCK_FS_TYPE];
	const char *label = block->texts[BLOCK_FS_LABEL];
	struct storage_places pools = { 0 };
	int err = 0;

	if (type == NULL || label == NULL || strcmp(type, "zfs_member") != 0)
		return 0;
	err = place_dataset(graph, NULL, label, &pools);
	for (size_t i = 0; err == 0 && i < pools.n; i++)
		err = add_edge(graph, pools.nodes[i], node);
	storage_places_free(&pools);
	return err;
}

static int add_file_edge(struct storage_graph *graph, size_t node)
{
	const char *path = graph->storage->blocks[node].texts[BLOCK_BACKING_FILE];
	struct storage_places places = { 0 };
	int err;

	if (path == NULL)
		return 0;
	err = place_path(graph, path, &places);
	if (err == 0)
		err = add_edges_to(graph, node, &places);
	storage_places_free(&places);
	return err;
}

/*
 * A logical volume is activated at boot once all of its group is there. Its mapping is
 * called GROUP-VOLUME, with each dash in them doubled: dm_build_dm_name() of lvm2.
 */
static int add_volume_group_edge(struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	const char *uuid = block->texts[BLOCK_DM_UUID];
	const char *name = block->texts[BLOCK_DM_NAME];
	const struct storage_key *keys;
	char group[256];
	size_t len = 0, n;

	if (uuid == NULL || name == NULL || strncmp(uuid, "LVM-", 4) != 0)
		return 0;
	for (; *name != '\0' && len < sizeof(group) - 1; name++) {
		if (*name == '-' && *++name != '-')
			break;
		group[len++] = *name;
	}
	group[len] = '\0';
	keys = find_keys(graph, KEY_GROUP, group, &n);
	return n == 0 ? 0 : add_edge(graph, node, keys[0].value);
}

static int add_block_edges(struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	const char *parent = block->texts[BLOCK_PARENT];
	size_t disk;
	int err = 0;

	if (parent != NULL && find_block(graph, parent, &disk))
		err = add_edge(graph, node, disk);
	if (err == 0)
		err = add_names(graph, node, &block->slaves);
	if (err == 0)
		err = add_volume_edge(graph, node);
	if (err == 0)
		err = add_pool_edge(graph, node);
	if (err == 0)
		err = add_file_edge(graph, node);
	if (err == 0)
		err = add_volume_group_edge(graph, node);
	return err;
}

static bool is_volume_group(const struct storage_graph *graph, size_t node)
{
	const struct storage_group *group = storage_group(graph, node);

	return group != NULL && group->kind == STORAGE_VOLUME_GROUP;
}

static int compare_edges(const void *a, const void *b)
{
	const struct storage_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from > y->from ? 1 : -1;
	return (x->to > y->to) - (x->to < y->to);
}

static int make_edges(struct storage_graph *graph)
{
	const size_t n_blocks = graph->storage->n_blocks;
	int err = 0;

	for (size_t i = 0; err == 0 && i < n_blocks; i++)
		err = add_block_edges(graph, i);
	for (size_t i = n_blocks; err == 0 && i < graph->n_nodes; i++)
		err = add_names(graph, i, &storage_group(graph, i)->members);
	if (err < 0)
		return err;
	graph->up = calloc(graph->n_down + 1, sizeof(*graph->up));
	if (graph->up == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < graph->n_down; i++) {
		const struct storage_edge *edge = &graph->down[i];

		if (!is_volume_group(graph, edge->from) &&
		    !is_volume_group(graph, edge->to))
			graph->up[graph->n_up++] =
				(struct storage_edge){ edge->to, edge->from };
	}
	/* What a file system is not mounted with carries nothing of it now. */
	for (size_t i = n_blocks; err == 0 && i < graph->n_nodes; i++)
		err = add_names(graph, i, &storage_group(graph, i)->others);
	if (err == 0 && graph->n_down > 0) {
		qsort(graph->down, graph->n_down, sizeof(*graph->down), compare_edges);
		qsort(graph->up, graph->n_up, sizeof(*graph->up), compare_edges);
	}
	return err;
}

/* The first edge that does not come from a node below this one. */
static size_t first_edge(const struct storage_edge *edges, size_t n, size_t node)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (edges[middle].from < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_edge(const struct storage_edge *edges, size_t n, size_t node)
{
	const size_t i = first_edge(edges, n, node);

	return i < n && edges[i].from == node;
}

bool storage_is_leaf(const struct storage_graph *graph, size_t node)
{
	return !has_edge(graph->up, graph->n_up, node);
}

bool storage_is_bottom(const struct storage_graph *graph, size_t node)
{
	return !has_edge(graph->down, graph->n_down, node);
}

/*
 * May it be a member of a pool, and does not tell of which? With the name of a pool
 * nothing more needs to be known. Labels of caches and spares have none, and on those
 * that ZFS made the partition for libblkid does not even see a label: the type of the
 * partition tells.
 */
static bool is_doubtful(const struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	const char *type = block->texts[BLOCK_FS_TYPE];
	const char *part = block->texts[BLOCK_PART_TYPE];
	size_t disk;

	if (block->is_ambivalent)
		return true;
	if (type != NULL)
		return strcmp(type, "zfs_member") == 0 &&
		       block->texts[BLOCK_FS_LABEL] == NULL;
	if (part != NULL)
		return strcasecmp(part, ZFS_TYPE) == 0 || strcmp(part, "0xbf") == 0;
	/*
	 * Of a partition udev always tells the type, but with signatures of several
	 * kinds nothing at all: builtin_blkid() in systemd's udev.
	 */
	return block->texts[BLOCK_PARENT] != NULL &&
	       find_block(graph, block->texts[BLOCK_PARENT], &disk);
}

/* Where the way down ends at no function, it must be known why. */
static int judge_bottom(struct storage_graph *graph, size_t node)
{
	const struct block *block = storage_block(graph, node);
	char **unknown = &graph->unknown[node];

	if (!storage_is_bottom(graph, node))
		return 0;
	if (block == NULL)
		return say_unknown(unknown, "no disk is known that belongs to it");
	if (block->bus == BLOCK_ON_NETWORK)
		return say_unknown(unknown, "it comes over the network (%s)",
				   block->name);
	/* A loop device in memory, or one whose file could not be followed. */
	if (block->bus == BLOCK_VIRTUAL && block->texts[BLOCK_BACKING_FILE] == NULL)
		return say_unknown(unknown, "it cannot be seen what carries %s",
				   block->name);
	return 0;
}

/* Marks what is mounted, swapped to or named, and hence no member of a pool. */
static bool *mark_placed(const struct storage_graph *graph)
{
	bool *placed = calloc(graph->n_nodes + 1, sizeof(*placed));

	for (size_t i = 0; placed != NULL && i < graph->storage->n_entries; i++)
		for (size_t j = 0; j < graph->places[i].n; j++)
			placed[graph->places[i].nodes[j]] = true;
	return placed;
}

static bool is_pool(const struct storage_graph *graph, size_t node)
{
	const struct storage_group *group = storage_group(graph, node);

	return group != NULL && group->kind == STORAGE_POOL;
}

/* Says of each pool what is not known of all. */
static int say_of_pools(struct storage_graph *graph, const char *unknown)
{
	int err = 0;

	for (size_t i = graph->storage->n_blocks; err == 0 && i < graph->n_nodes; i++)
		if (is_pool(graph, i))
			err = say_unknown(&graph->unknown[i], "%s", unknown);
	return err;
}

/* Files that belong to pools. */
static int doubt_files(struct storage_graph *graph)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_entries; i++) {
		const struct storage_places *places = &graph->places[i];

		if (graph->storage->entries[i].origin != STORAGE_VDEV)
			continue;
		for (size_t j = 0; err == 0 && j < places->n; j++)
			err = storage_places_add(&graph->doubtful, places->nodes[j]);
		if (err == 0 && places->unknown != NULL)
			err = say_of_pools(graph, places->unknown);
	}
	return err;
}

/* What may belong to a pool, and does not say to which, may belong to each. */
static int doubt_pools(struct storage_graph *graph)
{
	const struct storage *storage = graph->storage;
	_cleanup_free_ bool *placed = mark_placed(graph);
	bool any_remote = false;
	int err = 0;

	if (placed == NULL)
		return -ENOMEM;
	for (size_t i = 0; err == 0 && i < storage->n_blocks; i++) {
		any_remote = any_remote || storage->blocks[i].bus == BLOCK_ON_NETWORK;
		if (!placed[i] && storage_is_leaf(graph, i) && is_doubtful(graph, i))
			err = storage_places_add(&graph->doubtful, i);
	}
	if (err == 0)
		err = doubt_files(graph);
	for (size_t i = storage->n_blocks; i < graph->n_nodes; i++)
		if (is_pool(graph, i))
			graph->is_local[i] = !any_remote;
	return err;
}

int storage_graph_make(const struct storage *storage, struct storage_graph *ret_graph)
{
	struct storage_graph graph = {
		.storage = storage,
		.n_nodes = storage->n_blocks + storage->n_groups,
	};
	int err;

	graph.unknown = calloc(graph.n_nodes + 1, sizeof(*graph.unknown));
	graph.is_local = calloc(graph.n_nodes + 1, sizeof(*graph.is_local));
	graph.places = calloc(storage->n_entries + 1, sizeof(*graph.places));
	graph.queue = calloc(graph.n_nodes + 1, sizeof(*graph.queue));
	graph.marks = calloc(graph.n_nodes + 1, sizeof(*graph.marks));
	err = graph.unknown == NULL || graph.is_local == NULL || graph.places == NULL ||
			      graph.queue == NULL || graph.marks == NULL ?
		      -ENOMEM :
		      make_keys(&graph);
	if (err == 0)
		err = place_entries(&graph, true);
	if (err == 0)
		err = make_edges(&graph);
	if (err == 0)
		err = place_entries(&graph, false);
	for (size_t i = 0; err == 0 && i < graph.n_nodes; i++)
		err = judge_bottom(&graph, i);
	if (err == 0)
		err = doubt_pools(&graph);
	if (err < 0)
		storage_graph_free(&graph);
	else
		*ret_graph = graph;
	return err;
}

void storage_graph_free(struct storage_graph *graph)
{
	for (size_t i = 0; graph->unknown != NULL && i < graph->n_nodes; i++)
		free(graph->unknown[i]);
	for (size_t i = 0; graph->places != NULL && i < graph->storage->n_entries; i++)
		storage_places_free(&graph->places[i]);
	for (size_t i = 0; i < graph->n_keys; i++)
		free(graph->keys[i].text);
	free(graph->unknown);
	free(graph->is_local);
	free(graph->places);
	free(graph->keys);
	storage_places_free(&graph->doubtful);
	free(graph->down);
	free(graph->up);
	free(graph->queue);
	free(graph->marks);
	*graph = (struct storage_graph){ 0 };
}

static size_t reach(struct storage_graph *graph, size_t n, size_t node)
{
	if (graph->marks[node] == graph->mark)
		return n;
	graph->marks[node] = graph->mark;
	graph->queue[n] = node;
	return n + 1;
}

/* Goes on with a walk, from its first node to its end, which is returned. */
static size_t walk_on(struct storage_graph *graph, size_t end, bool up, bool into_groups)
{
	const struct storage_edge *edges = up ? graph->up : graph->down;
	const size_t n = up ? graph->n_up : graph->n_down;

	for (size_t i = 0; i < end; i++) {
		const size_t from = graph->queue[i];

		for (size_t e = first_edge(edges, n, from);
		     e < n && edges[e].from == from; e++) {
			const struct block *block = storage_block(graph, edges[e].to);

			if (up && block != NULL &&
			    block->texts[BLOCK_BACKING_FILE] != NULL)
				continue;
			if (into_groups || !is_volume_group(graph, edges[e].to))
				end = reach(graph, end, edges[e].to);
		}
	}
	return end;
}

/* Goes on to what may belong to the pools among the first nodes of a walk. */
static size_t walk_doubts(struct storage_graph *graph, size_t end)
{
	const size_t n = end;

	for (size_t i = 0; i < n; i++) {
		if (!is_pool(graph, graph->queue[i]))
			continue;
		for (size_t j = 0; j < graph->doubtful.n; j++)
			end = reach(graph, end, graph->doubtful.nodes[j]);
		break;
	}
	return walk_on(graph, end, false, true);
}

size_t storage_walk(struct storage_graph *graph, const size_t *nodes, size_t n, bool up,
		    struct storage_reach *ret_reach)
{
	struct storage_reach reached = { 0 };
	size_t end = 0;

	/* Each walk marks with a number of its own, so that cycles end. */
	graph->mark++;
	for (size_t i = 0; i < n; i++)
		end = reach(graph, end, nodes[i]);
	end = walk_on(graph, end, up, false);
	reached.direct = end;
	if (!up)
		end = walk_on(graph, end, up, true);
	reached.certain = end;
	if (!up)
		end = walk_doubts(graph, end);
	if (ret_reach != NULL)
		*ret_reach = reached;
	return end;
}
