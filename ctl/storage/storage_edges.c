// SPDX-License-Identifier: GPL-2.0-or-later
/* What rests on what among block devices and groups. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "storage_parts.h"

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
		err = storage_say_unknown(&graph->unknown[from], "%s", places->unknown);
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

		if (storage_find_block(graph, names->entries[i], &node))
			err = add_edge(graph, from, node);
		else
			err = storage_say_unknown(&graph->unknown[from],
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
	return storage_place_dataset(graph, NULL, volume, places);
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
	err = storage_place_dataset(graph, NULL, label, &pools);
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
	err = storage_place_path(graph, path, &places);
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
	keys = storage_find_keys(graph, KEY_GROUP, group, &n);
	return n == 0 ? 0 : add_edge(graph, node, keys[0].value);
}

static int add_block_edges(struct storage_graph *graph, size_t node)
{
	const struct block *block = &graph->storage->blocks[node];
	const char *parent = block->texts[BLOCK_PARENT];
	size_t disk;
	int err = 0;

	if (parent != NULL && storage_find_block(graph, parent, &disk))
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

bool storage_is_volume_group(const struct storage_graph *graph, size_t node)
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

int storage_make_edges(struct storage_graph *graph)
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

		if (!storage_is_volume_group(graph, edge->from) &&
		    !storage_is_volume_group(graph, edge->to))
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

size_t storage_first_edge(const struct storage_edge *edges, size_t n, size_t node)
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
	const size_t i = storage_first_edge(edges, n, node);

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
