// SPDX-License-Identifier: GPL-2.0-or-later
/* Following block devices, file systems and pools down to what carries them. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage_parts.h"

/* The partition type of ZFS on Linux in a GPT: gdisk's bf01. */
#define ZFS_TYPE "6a898cc3-1dd2-11b2-99a6-080020736631"

const struct block *storage_block(const struct storage_graph *graph, size_t node)
{
	return node < graph->storage->n_blocks ? &graph->storage->blocks[node] : NULL;
}

const struct storage_group *storage_group(const struct storage_graph *graph, size_t node)
{
	const size_t n = graph->storage->n_blocks;

	return node < n ? NULL : &graph->storage->groups[node - n];
}

bool storage_is_divided(const struct storage_group *group)
{
	return group->kind == STORAGE_BTRFS && group->members.n + group->others.n > 1;
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
	       storage_find_block(graph, block->texts[BLOCK_PARENT], &disk);
}

/* Where the way down ends at no function, it must be known why. */
static int judge_bottom(struct storage_graph *graph, size_t node)
{
	const struct block *block = storage_block(graph, node);
	char **unknown = &graph->unknown[node];

	if (!storage_is_bottom(graph, node))
		return 0;
	if (block == NULL)
		return storage_say_unknown(unknown,
					   "no disk is known that belongs to it");
	if (block->bus == BLOCK_ON_NETWORK)
		return storage_say_unknown(unknown, "it comes over the network (%s)",
					   block->name);
	/* A loop device in memory, or one whose file could not be followed. */
	if (block->bus == BLOCK_VIRTUAL && block->texts[BLOCK_BACKING_FILE] == NULL)
		return storage_say_unknown(unknown, "it cannot be seen what carries %s",
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
			err = storage_say_unknown(&graph->unknown[i], "%s", unknown);
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
		      storage_make_keys(&graph);
	if (err == 0)
		err = storage_place_entries(&graph, true);
	if (err == 0)
		err = storage_make_edges(&graph);
	if (err == 0)
		err = storage_place_entries(&graph, false);
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

		for (size_t e = storage_first_edge(edges, n, from);
		     e < n && edges[e].from == from; e++) {
			const struct block *block = storage_block(graph, edges[e].to);

			if (up && block != NULL &&
			    block->texts[BLOCK_BACKING_FILE] != NULL)
				continue;
			if (into_groups || !storage_is_volume_group(graph, edges[e].to))
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
