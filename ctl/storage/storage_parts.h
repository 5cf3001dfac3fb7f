/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that a graph is made of, in the order in which they are made. */
#ifndef PTBIND_STORAGE_PARTS_H
#define PTBIND_STORAGE_PARTS_H

#include "storage_graph.h"
#include "util.h"

/* Keys of one table, told apart by how they start. */
#define KEY_POOL "pool "
#define KEY_GROUP "group "
#define KEY_MEMBER "member " /* of btrfs */
#define KEY_MOUNT "mount "
#define KEY_FSTAB "fstab "

/* Makes the keys of all nodes and of mount points. Returns 0 or -ENOMEM. */
_must_check_ int storage_make_keys(struct storage_graph *graph);

/* The first of the *ret_n keys whose text is these two, one behind the other. */
const struct storage_key *storage_find_keys(const struct storage_graph *graph,
					    const char *prefix, const char *rest,
					    size_t *ret_n);

/* Finds a block device by the kernel's name. */
bool storage_find_block(const struct storage_graph *graph, const char *name,
			size_t *ret_node);

/*
 * Writes a tag as it is among the keys: without quotes, UUIDs in lower case, as people
 * write those of FAT either way. It belongs to the caller; NULL: source is no tag.
 * Returns 0 or -ENOMEM.
 */
_must_check_ int storage_tag_key(const char *source, char **ret_key);

/* Says what is not known; only the first sentence is kept. Returns 0 or -ENOMEM. */
_must_check_ _printf_(2, 3) int storage_say_unknown(char **unknown, const char *format,
						    ...);

/*
 * Places all mounts, or all else: the paths of others are found by the mounts. Returns 0
 * or -ENOMEM.
 */
_must_check_ int storage_place_entries(struct storage_graph *graph, bool mounts);

/*
 * Adds the pool of a dataset, which is what comes before the first slash. entry is what
 * names it, or NULL. Returns 0 or -ENOMEM.
 */
_must_check_ int storage_place_dataset(const struct storage_graph *graph,
				       const struct storage_entry *entry,
				       const char *dataset,
				       struct storage_places *places);

/* Adds where the mount is that holds a file or directory. Returns 0 or -ENOMEM. */
_must_check_ int storage_place_path(const struct storage_graph *graph, const char *path,
				    struct storage_places *places);

/* Makes the edges, once mounts are placed. Returns 0 or -ENOMEM. */
_must_check_ int storage_make_edges(struct storage_graph *graph);

/* The first of n edges that does not come from a node below this one. */
size_t storage_first_edge(const struct storage_edge *edges, size_t n, size_t node);

bool storage_is_volume_group(const struct storage_graph *graph, size_t node);

#endif
