// SPDX-License-Identifier: GPL-2.0-or-later
/* The names by which block devices, groups and mounts are found. */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "storage_parts.h"

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

const struct storage_key *storage_find_keys(const struct storage_graph *graph,
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
	return storage_find_keys(graph, origin == STORAGE_MOUNT ? KEY_MOUNT : KEY_FSTAB,
				 target, ret_n);
}

static int compare_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct block *)element)->name);
}

bool storage_find_block(const struct storage_graph *graph, const char *name,
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

int storage_make_keys(struct storage_graph *graph)
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

int storage_tag_key(const char *source, char **ret_key)
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
