// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding out on which devices and groups lies what is mounted, swapped to or named. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "storage_parts.h"

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

int storage_say_unknown(char **unknown, const char *format, ...)
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

/* Adds all nodes that have a key; none has: *ret_found is false. */
static int place_key(const struct storage_graph *graph, const char *text,
		     struct storage_places *places, bool *ret_found)
{
	size_t n;
	const struct storage_key *keys = storage_find_keys(graph, "", text, &n);
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = storage_places_add(places, keys[i].value);
	*ret_found = n > 0;
	return err;
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

	err = storage_tag_key(source, &tag);
	if (err == 0)
		err = place_key(graph, tag != NULL ? tag : source, places, &found);
	if (err == 0 && !found && entry->major != 0)
		err = place_number(graph, entry, places, &found);
	if (err == 0 && !found)
		err = say_absent(places, entry, "there is no block device %s now",
				 source);
	return err;
}

int storage_place_dataset(const struct storage_graph *graph,
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

int storage_place_path(const struct storage_graph *graph, const char *path,
		       struct storage_places *places)
{
	const struct storage_places *holder = holder_of(graph, path);
	int err = 0;

	if (holder == NULL)
		return storage_say_unknown(&places->unknown,
					   "no mount is known that holds %s", path);
	for (size_t i = 0; err == 0 && i < holder->n; i++)
		err = storage_places_add(places, holder->nodes[i]);
	if (err == 0 && holder->unknown != NULL)
		err = storage_say_unknown(&places->unknown, "%s", holder->unknown);
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
		return storage_say_unknown(&places->unknown,
					   "it comes over the network (%s)", entry->type);
	for (size_t i = 0; i < ARRAY_SIZE(opaque); i++)
		if (strcmp(entry->type, opaque[i]) == 0)
			return storage_say_unknown(
				&places->unknown,
				"its file system (%s) does not tell where its "
				"files are",
				entry->type);
	if (strcmp(entry->type, "bcachefs") == 0)
		return place_devices(graph, entry, places);
	if (strncmp(entry->source, "/dev/", 5) == 0)
		return place_device(graph, entry, entry->source, places);
	if (entry->medium == STORAGE_ON_NOTHING)
		return 0;
	return storage_say_unknown(&places->unknown,
				   "its file system (%s) names no block device (%s)",
				   entry->type, entry->source);
}

static int place_mount(const struct storage_graph *graph,
		       const struct storage_entry *entry, struct storage_places *places)
{
	bool found = false;
	int err;

	if (strcmp(entry->type, "zfs") == 0)
		return storage_place_dataset(graph, entry, entry->source, places);
	if (entry->major == 0)
		return place_unnumbered(graph, entry, places);
	err = place_number(graph, entry, places, &found);
	if (err == 0 && !found)
		err = storage_say_unknown(
			&places->unknown,
			"its block device %u:%u is not in /sys/class/block", entry->major,
			entry->minor);
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
		return storage_place_dataset(graph, entry, entry->source, places);
	err = storage_tag_key(entry->source, &tag);
	if (err < 0)
		return err;
	if (strcmp(entry->type, "bcachefs") == 0 && tag == NULL)
		return place_devices(graph, entry, places);
	if (tag != NULL || strncmp(entry->source, "/dev/", 5) == 0)
		return place_device(graph, entry, entry->source, places);
	/* "//server/share", "server:/export", "tmpfs", "none": no disk. */
	if (entry->source[0] != '/' || entry->source[1] == '/')
		return 0;
	return storage_place_path(graph, entry->source, places);
}

int storage_place_entries(struct storage_graph *graph, bool mounts)
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
