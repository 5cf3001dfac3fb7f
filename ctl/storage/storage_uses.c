// SPDX-License-Identifier: GPL-2.0-or-later
/* What disks are used for, in words. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array.h"
#include "storage_judge.h"

/* More than these a line of a list cannot bear. */
#define THINGS_MAX 8

/* In the order in which they are told. */
enum rank {
	RANK_ROOT,
	RANK_VITAL,
	RANK_SWAP,
	RANK_POOL,
	RANK_MOUNT,
	RANK_IDLE, /* what is there, but not in use */
};

/* Something that rests right on a node. */
struct thing {
	size_t node;
	enum rank rank;
	char *text;
};

struct things {
	struct thing *entries; /* by node */
	size_t n;
};

bool storage_is_vital(const char *target)
{
	static const char *const vital[] = { "/",     "/usr",      "/var",
					     "/boot", "/boot/efi", "/efi" };

	for (size_t i = 0; i < ARRAY_SIZE(vital); i++)
		if (strcmp(target, vital[i]) == 0)
			return true;
	return false;
}

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The word for what made a device-mapper device, by its UUID. */
static const char *mapper_word(const char *uuid)
{
	if (uuid == NULL)
		return "mapping";
	if (starts(uuid, "LVM-"))
		return "LVM";
	if (starts(uuid, "CRYPT-LUKS"))
		return "LUKS";
	if (starts(uuid, "CRYPT-"))
		return "dm-crypt";
	if (starts(uuid, "mpath-"))
		return "multipath";
	return "mapping";
}

void storage_kind(const struct storage_graph *graph, size_t node,
		  char ret_text[static STORAGE_KIND_SIZE])
{
	const struct block *block = storage_block(graph, node);
	const char *word = NULL, *name;

	ret_text[0] = '\0';
	if (block == NULL) {
		const struct storage_group *group = storage_group(graph, node);

		if (group->kind == STORAGE_POOL)
			snprintf(ret_text, STORAGE_KIND_SIZE, "ZFS %s", group->name);
		else if (storage_is_divided(group))
			snprintf(ret_text, STORAGE_KIND_SIZE, "btrfs");
		return;
	}
	name = block->name;
	if (block->texts[BLOCK_DM_NAME] != NULL) {
		word = mapper_word(block->texts[BLOCK_DM_UUID]);
		name = block->texts[BLOCK_DM_NAME];
	} else if (starts(name, "md")) {
		word = "RAID";
	} else if (starts(name, "zd")) {
		word = "ZFS volume";
	} else if (starts(name, "bcache") || starts(name, "loop")) {
		snprintf(ret_text, STORAGE_KIND_SIZE, "%s", name);
	}
	if (word != NULL)
		snprintf(ret_text, STORAGE_KIND_SIZE, "%s %s", word, name);
}

/* Adds a thing; kind goes behind the text, in parentheses, and may be empty. */
static int add_thing(struct things *things, size_t node, enum rank rank, const char *text,
		     const char *kind)
{
	struct thing *entries =
		array_grow(things->entries, things->n, sizeof(*things->entries));
	struct thing thing = { .node = node, .rank = rank };
	const bool has_kind = kind[0] != '\0';

	if (entries == NULL)
		return -ENOMEM;
	things->entries = entries;
	if (asprintf(&thing.text, "%s%s%s%s", text, has_kind ? " (" : "", kind,
		     has_kind ? ")" : "") < 0)
		return -ENOMEM;
	entries[things->n++] = thing;
	return 0;
}

/* Of bind mounts only whole file systems are told, besides btrfs's and ZFS's parts. */
static bool is_part(const struct storage_entry *entry)
{
	return entry->subtree[0] != '\0' && strcmp(entry->subtree, "/") != 0 &&
	       strcmp(entry->type, "btrfs") != 0 && strcmp(entry->type, "zfs") != 0;
}

static int add_entry(const struct storage_graph *graph, struct things *things, size_t i)
{
	const struct storage_entry *entry = &graph->storage->entries[i];
	const struct storage_places *places = &graph->places[i];
	char kind[STORAGE_KIND_SIZE];
	enum rank rank = RANK_MOUNT;
	const char *text = entry->target;
	int err = 0;

	if (!entry->is_active)
		return 0;
	if (entry->origin == STORAGE_SWAP) {
		rank = RANK_SWAP;
		text = "swap";
	} else if (is_part(entry) && !storage_is_vital(text)) {
		return 0;
	} else if (storage_is_vital(text)) {
		rank = strcmp(text, "/") == 0 ? RANK_ROOT : RANK_VITAL;
	}
	for (size_t j = 0; err == 0 && j < places->n; j++) {
		storage_kind(graph, places->nodes[j], kind);
		/* What is in the file system of a swap file is told of that. */
		if (rank == RANK_SWAP && entry->source[0] == '/' &&
		    !starts(entry->source, "/dev/"))
			snprintf(kind, sizeof(kind), "%s", entry->source);
		err = add_thing(things, places->nodes[j], rank, text, kind);
	}
	return err;
}

/* What a device holds that nothing rests on: by its signature, its type, its name. */
static int add_idle(const struct storage_graph *graph, struct things *things, size_t node)
{
	const struct block *block = storage_block(graph, node);
	const char *type, *label, *part;
	char text[STORAGE_KIND_SIZE];

	if (block == NULL || !storage_is_leaf(graph, node))
		return 0;
	part = block->texts[BLOCK_PART_TYPE];
	if (part != NULL && strcasecmp(part, ESP_TYPE) == 0)
		return add_thing(things, node, RANK_IDLE, "EFI system partition", "");
	storage_kind(graph, node, text);
	if (text[0] != '\0')
		return add_thing(things, node, RANK_IDLE, text, "");
	type = block->texts[BLOCK_FS_TYPE];
	label = block->texts[BLOCK_VOLUME_GROUP];
	if (label == NULL)
		label = block->texts[BLOCK_FS_LABEL];
	if (type == NULL)
		return 0;
	snprintf(text, sizeof(text), "%s%s%s", type, label != NULL ? " " : "",
		 label != NULL ? label : "");
	return add_thing(things, node, RANK_IDLE, text, "");
}

static int compare_by_node(const void *a, const void *b)
{
	const struct thing *x = a, *y = b;

	return (x->node > y->node) - (x->node < y->node);
}

/* The first thing that is not on a node below this one. */
static size_t first_thing(const struct things *things, size_t node)
{
	size_t low = 0, high = things->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (things->entries[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int collect_things(const struct storage_graph *graph, struct things *things)
{
	char pool[STORAGE_KIND_SIZE];
	size_t n_used;
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_entries; i++)
		err = add_entry(graph, things, i);
	for (size_t i = graph->storage->n_blocks; err == 0 && i < graph->n_nodes; i++)
		if (storage_group(graph, i)->kind == STORAGE_POOL) {
			snprintf(pool, sizeof(pool), "pool %s",
				 storage_group(graph, i)->name);
			err = add_thing(things, i, RANK_POOL, pool, "");
		}
	if (err < 0)
		return err;
	if (things->n > 0)
		qsort(things->entries, things->n, sizeof(*things->entries),
		      compare_by_node);
	n_used = things->n;
	for (size_t i = 0; err == 0 && i < graph->storage->n_blocks; i++) {
		const struct things used = { things->entries, n_used };
		const size_t first = first_thing(&used, i);

		if (first == n_used || things->entries[first].node != i)
			err = add_idle(graph, things, i);
	}
	if (things->n > 0)
		qsort(things->entries, things->n, sizeof(*things->entries),
		      compare_by_node);
	return err;
}

static int compare_told(const void *a, const void *b)
{
	const struct thing *x = *(struct thing *const *)a, *y = *(struct thing *const *)b;

	if (x->rank != y->rank)
		return x->rank > y->rank ? 1 : -1;
	return strverscmp(x->text, y->text);
}

static int keep_thing(const struct thing ***told, size_t *n, const struct thing *thing)
{
	const struct thing **grown = array_grow(*told, *n, sizeof(**told));

	if (grown == NULL)
		return -ENOMEM;
	*told = grown;
	grown[(*n)++] = thing;
	return 0;
}

/* Prints the things from *i on that are in use, or idle, and moves *i behind them. */
static void print_things(FILE *f, const struct thing *const *told, size_t n, size_t *i,
			 bool idle)
{
	const char *last = NULL;
	size_t printed = 0, more = 0;

	for (; *i < n && (told[*i]->rank == RANK_IDLE) == idle; (*i)++) {
		if (last != NULL && strcmp(last, told[*i]->text) == 0)
			continue;
		last = told[*i]->text;
		if (printed < THINGS_MAX)
			fprintf(f, "%s%s", printed > 0 ? ", " : "", last);
		else
			more++;
		printed += printed < THINGS_MAX;
	}
	if (more > 0)
		fprintf(f, " and %zu more", more);
}

/* Disks are sold by powers of ten: "500 GB", "1.9 TB". */
static void format_size(uint64_t size, const char *blank, char *ret_text, size_t room)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	uint64_t unit = 1000, tenths;
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && size >= unit * 1000 - unit / 2) {
		unit *= 1000;
		i++;
	}
	tenths = (size + unit / 20) / (unit / 10);
	if (tenths < 100 && tenths % 10 != 0)
		snprintf(ret_text, room, "%" PRIu64 ".%" PRIu64 "%s%s", tenths / 10,
			 tenths % 10, blank, units[i]);
	else
		snprintf(ret_text, room, "%" PRIu64 "%s%s", (size + unit / 2) / unit,
			 blank, units[i]);
}

/* Model and size, which many a model tells already. */
static void print_disk(FILE *f, const struct block *block)
{
	const char *vendor = block->texts[BLOCK_VENDOR];
	const char *model = block->texts[BLOCK_MODEL];
	char size[64], tight[64];

	/* SCSI calls SATA disks so; virtio has a number there. */
	if (vendor != NULL && strcmp(vendor, "ATA") != 0 && !starts(vendor, "0x"))
		fprintf(f, "%s ", vendor);
	fprintf(f, "%s", model != NULL ? model : "disk");
	if (block->size == 0) {
		fprintf(f, " without medium");
		return;
	}
	format_size(block->size, " ", size, sizeof(size));
	format_size(block->size, "", tight, sizeof(tight));
	if (model == NULL ||
	    (strstr(model, size) == NULL && strstr(model, tight) == NULL))
		fprintf(f, " %s", size);
}

static void print_use(FILE *f, const struct block *block, const struct thing *const *told,
		      size_t n)
{
	bool is_used;
	size_t i = 0;

	print_disk(f, block);
	fputs(": ", f);
	print_things(f, told, n, &i, false);
	if (i == 0)
		fputs("no file system in use", f);
	if (i == n)
		return;
	is_used = i > 0;
	fputs(is_used ? "; not in use: " : " (", f);
	print_things(f, told, n, &i, true);
	if (!is_used)
		fputc(')', f);
}

static int add_use(const struct block *block, const struct thing *const *told, size_t n,
		   struct uses *uses)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int err = 0;

	if (f == NULL)
		return -ENOMEM;
	print_use(f, block, told, n);
	if (fclose(f) != 0)
		return -ENOMEM;
	for (size_t i = 0; err == 0 && i < block->n_functions; i++) {
		err = uses_add(uses, &block->functions[i], USE_DISK, block->name, "%s",
			       text);
		/* What is in use comes first. */
		if (err == 0 && n > 0 && told[0]->rank != RANK_IDLE)
			uses_mark_active(uses);
	}
	return err;
}

static int add_disk(struct storage_graph *graph, const struct things *things, size_t disk,
		    struct uses *uses)
{
	const struct block *block = storage_block(graph, disk);
	_cleanup_free_ const struct thing **told = NULL;
	size_t n_reached = storage_walk(graph, &disk, 1, true, NULL), n = 0;
	int err = 0;

	for (size_t i = 0; err == 0 && i < n_reached; i++) {
		const size_t node = graph->queue[i];

		for (size_t j = first_thing(things, node);
		     err == 0 && j < things->n && things->entries[j].node == node; j++)
			err = keep_thing(&told, &n, &things->entries[j]);
	}
	if (err < 0)
		return err;
	/* An empty drive is of no use. */
	if (starts(block->name, "sr") && !block->has_disc && n == 0)
		return 0;
	if (n > 0)
		qsort(told, n, sizeof(*told), compare_told);
	return add_use(block, told, n, uses);
}

int storage_add_uses(struct storage_graph *graph, struct uses *uses)
{
	struct things things = { 0 };
	int err = collect_things(graph, &things);

	for (size_t i = 0; err == 0 && i < graph->storage->n_blocks; i++)
		if (graph->storage->blocks[i].n_functions > 0 &&
		    storage_is_bottom(graph, i))
			err = add_disk(graph, &things, i, uses);
	for (size_t i = 0; i < things.n; i++)
		free(things.entries[i].text);
	free(things.entries);
	return err;
}
