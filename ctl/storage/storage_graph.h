/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rests on what: from mount points down to disks, and back up. Does no I/O. */
#ifndef PTBIND_STORAGE_GRAPH_H
#define PTBIND_STORAGE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "storage.h"
#include "util.h"

/* The nodes that an entry rests on, which may be none: it is on no disk. */
struct storage_places {
	size_t *nodes;
	size_t n;
	char *unknown; /* why not all of them are known, a sentence; NULL: they are */
	bool is_local; /* what is unknown does not come over the network */
};

struct storage_key {
	char *text;
	size_t value;
};

struct storage_edge {
	size_t from;
	size_t to;
};

/* A node is a block device, by its index, or behind those a group. */
struct storage_graph {
	const struct storage *storage;
	size_t n_nodes;
	char **unknown; /* for each node why it is not known what is below; NULL: it is */
	bool *is_local; /* for each node: what is unknown is no matter of the network */
	struct storage_places *places;  /* for each entry */
	struct storage_places doubtful; /* what may belong to any of the pools */
	struct storage_key *keys;       /* by which nodes and entries are found, sorted */
	size_t n_keys;
	struct storage_edge *down; /* sorted; "from" rests on "to" */
	size_t n_down;
	struct storage_edge *up; /* the same, turned round, without volume groups */
	size_t n_up;
	size_t *queue; /* nodes of the last walk, in the order they were reached */
	unsigned int *marks;
	unsigned int mark;
};

/*
 * Follows everything that was read; storage must outlive the graph. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int storage_graph_make(const struct storage *storage,
				    struct storage_graph *ret_graph);

/* Frees what the graph owns, not the structure itself. */
void storage_graph_free(struct storage_graph *graph);

/* How many nodes of a walk down come before others, in this order. */
struct storage_reach {
	size_t direct;  /* before what only completes a volume group */
	size_t certain; /* before what may belong to a pool */
};

/*
 * Walks from n nodes down, or up, and writes each node that is reached, the first ones
 * included, once to the queue. Returns how many there are. Loop devices are not walked up
 * into: what is in a file is not what the disk is for.
 *
 * Down, a logical volume rests on what it is made of, and on all else of its volume group
 * as well; a pool on what is known to belong to it, and maybe on what does not tell.
 * *ret_reach, which may be NULL, says where each of these begins.
 */
size_t storage_walk(struct storage_graph *graph, const size_t *nodes, size_t n, bool up,
		    struct storage_reach *ret_reach);

/* Does nothing rest on a node, or a node on nothing? */
bool storage_is_leaf(const struct storage_graph *graph, size_t node);
bool storage_is_bottom(const struct storage_graph *graph, size_t node);

/* The block device of a node, or NULL; its group, or NULL. */
const struct block *storage_block(const struct storage_graph *graph, size_t node);
const struct storage_group *storage_group(const struct storage_graph *graph, size_t node);

/* Is it a btrfs file system of several devices? */
bool storage_is_divided(const struct storage_group *group);

/*
 * The *ret_n entries of an origin (mounts or fstab) for a mount point, in file order;
 * NULL where there is none.
 */
const struct storage_key *storage_at(const struct storage_graph *graph,
				     enum storage_origin origin, const char *target,
				     size_t *ret_n);

/* Adds a node that is not there yet. Returns 0 or -ENOMEM. */
_must_check_ int storage_places_add(struct storage_places *places, size_t node);
void storage_places_free(struct storage_places *places);

#endif
