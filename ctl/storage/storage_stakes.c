// SPDX-License-Identifier: GPL-2.0-or-later
/* What of its storage the host must not lose. */

#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storage_judge.h"

struct judging {
	struct storage_graph *graph;
	struct stakes *stakes;
	void *seen; /* tsearch() tree of texts: what there is a stake for already */
	bool *held; /* for each node: a stake rests right on it */
	struct pci_address
		*functions; /* all that carry block devices, sorted, each once */
	size_t n_functions;
	size_t *told; /* for each of them: in which stake it was last told, from 1 */
};

static int compare_functions(const void *a, const void *b)
{
	return pci_address_compare(a, b);
}

static int find_functions(struct judging *judging)
{
	const struct storage *storage = judging->graph->storage;
	size_t n = 0, n_unique = 0;

	for (size_t i = 0; i < storage->n_blocks; i++)
		n += storage->blocks[i].n_functions;
	judging->functions = calloc(n + 1, sizeof(*judging->functions));
	judging->told = calloc(n + 1, sizeof(*judging->told));
	if (judging->functions == NULL || judging->told == NULL)
		return -ENOMEM;
	n = 0;
	for (size_t i = 0; i < storage->n_blocks; i++)
		for (size_t j = 0; j < storage->blocks[i].n_functions; j++)
			judging->functions[n++] = storage->blocks[i].functions[j];
	qsort(judging->functions, n, sizeof(*judging->functions), compare_functions);
	for (size_t i = 0; i < n; i++)
		if (n_unique == 0 ||
		    pci_address_compare(&judging->functions[i],
					&judging->functions[n_unique - 1]) != 0)
			judging->functions[n_unique++] = judging->functions[i];
	judging->n_functions = n_unique;
	return 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Is it the first time? 1, 0 or -ENOMEM. */
_printf_(2, 3) static int see(struct judging *judging, const char *format, ...)
{
	char *text, **found;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	found = tsearch(text, &judging->seen, compare_texts);
	if (found == NULL || *found != text) {
		free(text);
		return found == NULL ? -ENOMEM : 0;
	}
	return 1;
}

/* Does the way down from the places of a walk end at anything that can be lost? */
static bool can_be_lost(const struct judging *judging, size_t n)
{
	const struct storage_graph *graph = judging->graph;

	for (size_t i = 0; i < n; i++) {
		const struct block *block = storage_block(graph, graph->queue[i]);

		if (graph->unknown[graph->queue[i]] != NULL ||
		    (block != NULL && block->n_functions > 0))
			return true;
	}
	return false;
}

/* Adds a disk with its functions, and behind its name what it has to do with the stake.
 */
static int add_disk(const struct judging *judging, struct stake *stake,
		    const struct block *block, const char *relation)
{
	char carrier[NAME_MAX + 64];
	int err = 0;

	snprintf(carrier, sizeof(carrier), "%s%s", block->name, relation);
	for (size_t i = 0; err == 0 && i < block->n_functions; i++) {
		const struct pci_address *function = bsearch(
			&block->functions[i], judging->functions, judging->n_functions,
			sizeof(*function), compare_functions);
		size_t *told = &judging->told[function - judging->functions];

		/* A stake that is on thousands of them must not look through them all. */
		if (*told == judging->stakes->n)
			continue;
		*told = judging->stakes->n;
		err = stake_append_function(stake, function, carrier);
	}
	return err;
}

/* Says of the node at this place of a walk why it was reached; empty: it is needed. */
static const char *relation_of(const struct storage_reach *reach, size_t i)
{
	if (i >= reach->certain)
		return ", which may belong to it";
	return i >= reach->direct ? ", of its volume group" : "";
}

static int add_carriers(const struct judging *judging, struct stake *stake, size_t n,
			const struct storage_reach *reach)
{
	const struct storage_graph *graph = judging->graph;
	bool is_local = true;
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++) {
		const size_t node = graph->queue[i];
		const struct block *block = storage_block(graph, node);

		/* A partition hangs on its disk's functions; it is the disk that is told.
		 */
		if (block != NULL && storage_is_bottom(graph, node))
			err = add_disk(judging, stake, block, relation_of(reach, i));
		if (err < 0 || graph->unknown[node] == NULL)
			continue;
		is_local = is_local && graph->is_local[node];
		err = stake_unresolved(stake, "%s", graph->unknown[node]);
	}
	stake->is_local = is_local;
	return err;
}

_printf_(3, 4) static int add_stake(struct judging *judging,
				    const struct storage_places *places,
				    const char *format, ...)
{
	_cleanup_free_ char *what = NULL;
	struct stake *stake;
	struct storage_reach reach;
	va_list args;
	size_t n;
	int err;

	for (size_t i = 0; i < places->n; i++)
		judging->held[places->nodes[i]] = true;
	n = storage_walk(judging->graph, places->nodes, places->n, false, &reach);
	if (places->unknown == NULL && !can_be_lost(judging, n))
		return 0;
	va_start(args, format);
	err = vasprintf(&what, format, args);
	va_end(args);
	if (err < 0) {
		what = NULL;
		return -ENOMEM;
	}
	err = stakes_add(judging->stakes, FORCE_DISK, true, what, &stake);
	if (err == 0)
		err = add_carriers(judging, stake, n, &reach);
	if (err < 0 || places->unknown == NULL)
		return err;
	stake->is_local = stake->is_local && places->is_local;
	return stake_unresolved(stake, "%s", places->unknown);
}

static bool share_a_node(const struct storage_places *a, const struct storage_places *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			if (a->nodes[i] == b->nodes[j])
				return true;
	return false;
}

static int merge(struct storage_places *to, const struct storage_places *from)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < from->n; i++)
		err = storage_places_add(to, from->nodes[i]);
	if (err == 0 && from->unknown != NULL) {
		to->is_local = from->is_local && (to->unknown == NULL || to->is_local);
		if (to->unknown == NULL)
			to->unknown = strdup(from->unknown);
		err = to->unknown == NULL ? -ENOMEM : 0;
	}
	return err;
}

/* Finds the entry of the mount that is to be seen at a mount point. */
static bool find_mounted(const struct storage_graph *graph, const char *target,
			 size_t *ret_entry)
{
	const struct storage_key *keys;
	size_t n;

	keys = storage_at(graph, STORAGE_MOUNT, target, &n);
	if (n == 0)
		return false;
	*ret_entry = keys[n - 1].value;
	/* An automount that was not looked into yet says nothing of the disk. */
	return strcmp(graph->storage->entries[*ret_entry].type, "autofs") != 0;
}

/*
 * Where a mount point rests now, and at the next boot. The device that fstab names is the
 * mounted one, where that is among those of the name; what is mounted tells enough where
 * the name leads nowhere. *ret_named: fstab needs a disk for it.
 */
static int places_at(const struct storage_graph *graph, const char *target,
		     struct storage_places *places, bool *ret_named)
{
	const struct storage_key *keys;
	size_t mount = 0, n;
	const bool is_mounted = find_mounted(graph, target, &mount);
	int err = is_mounted ? merge(places, &graph->places[mount]) : 0;

	*ret_named = false;
	keys = storage_at(graph, STORAGE_FSTAB, target, &n);
	for (size_t i = 0; err == 0 && i < n; i++) {
		const struct storage_places *named = &graph->places[keys[i].value];

		if (!graph->storage->entries[keys[i].value].needed ||
		    (named->n == 0 && named->unknown == NULL))
			continue;
		*ret_named = true;
		if (!is_mounted || (named->unknown == NULL &&
				    !share_a_node(&graph->places[mount], named)))
			err = merge(places, named);
	}
	return err;
}

static int judge_target(struct judging *judging, const char *target)
{
	struct storage_places places = { 0 };
	char kind[STORAGE_KIND_SIZE] = "";
	bool named;
	int err = see(judging, "mount %s", target);

	if (err <= 0)
		return err;
	err = places_at(judging->graph, target, &places, &named);
	if (places.n > 0)
		storage_kind(judging->graph, places.nodes[0], kind);
	if (err < 0 || (!named && !storage_is_vital(target)))
		; /* nothing that boot needs */
	else if (!storage_is_vital(target))
		err = add_stake(judging, &places, "%s (in /etc/fstab without nofail)",
				target);
	else if (kind[0] != '\0')
		err = add_stake(judging, &places, "%s (%s)", target, kind);
	else
		err = add_stake(judging, &places, "%s", target);
	storage_places_free(&places);
	return err;
}

/* The root is somewhere, also where nothing says so: in a chroot, or below a copy. */
static int judge_root(struct judging *judging)
{
	const struct storage_graph *graph = judging->graph;
	struct storage_places nowhere = { .unknown = NULL };
	char reason[] = "no mount of it is in /proc/self/mountinfo";
	size_t n_mounts, n_named;

	(void)storage_at(graph, STORAGE_MOUNT, "/", &n_mounts);
	(void)storage_at(graph, STORAGE_FSTAB, "/", &n_named);
	if (n_mounts + n_named > 0)
		return judge_target(judging, "/");
	nowhere.unknown = reason;
	return add_stake(judging, &nowhere, "/");
}

static int judge_mounts(struct judging *judging)
{
	static const char *const vital[] = { "/usr", "/var", "/boot", "/boot/efi",
					     "/efi" };
	const struct storage *storage = judging->graph->storage;
	int err = judge_root(judging);

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(vital); i++)
		err = judge_target(judging, vital[i]);
	for (size_t i = 0; err == 0 && i < storage->n_entries; i++)
		if (storage->entries[i].origin == STORAGE_FSTAB &&
		    storage->entries[i].needed)
			err = judge_target(judging, storage->entries[i].target);
	return err;
}

static bool is_device(const struct storage_entry *entry)
{
	return entry->source[0] != '/' || strncmp(entry->source, "/dev/", 5) == 0;
}

/*
 * Active swap comes before fstab's, which is the same if it is on the same device. Boot
 * goes on without what is not there: systemd.special(7), swap.target.
 */
static int judge_swap(struct judging *judging, const struct storage_entry *entry,
		      const struct storage_places *places, struct notes *unseen)
{
	const struct block *block;
	char kind[STORAGE_KIND_SIZE];
	int fresh = places->n == 0 || !is_device(entry) ?
			    see(judging, "swap %s", entry->source) :
			    1;

	for (size_t i = 0; is_device(entry) && fresh > 0 && i < places->n; i++)
		fresh = see(judging, "swap node %zu", places->nodes[i]);
	if (fresh <= 0)
		return fresh;
	if (!is_device(entry))
		return add_stake(judging, places, "the swap file %s", entry->source);
	if (places->n == 0 && !entry->is_active)
		return notes_add(
			unseen, "swap on %s, which /etc/fstab names: it is not there now",
			entry->source);
	if (places->n == 0)
		return add_stake(judging, places, "swap on %s", entry->source);
	storage_kind(judging->graph, places->nodes[0], kind);
	if (kind[0] != '\0')
		return add_stake(judging, places, "swap (%s)", kind);
	block = storage_block(judging->graph, places->nodes[0]);
	return add_stake(judging, places, "swap on /dev/%s",
			 block == NULL ? "" : block->name);
}

/* A key in a file of the root is there as soon as the root is. */
static bool is_on_root(const struct storage_graph *graph,
		       const struct storage_entry *entry,
		       const struct storage_places *places)
{
	size_t root;

	if (entry->source[0] != '/' || is_device(entry))
		return false;
	if (!find_mounted(graph, "/", &root))
		return places->n == 0;
	return share_a_node(places, &graph->places[root]) ||
	       (places->n == 0 && graph->places[root].n == 0);
}

static int judge_crypttab(struct judging *judging, const struct storage_entry *entry,
			  const struct storage_places *places)
{
	int fresh;

	if (entry->part != STORAGE_CIPHERTEXT &&
	    is_on_root(judging->graph, entry, places))
		return 0;
	fresh = see(judging, "crypt %d %s %s", entry->part, entry->target, entry->source);
	if (fresh <= 0)
		return fresh;
	switch (entry->part) {
	case STORAGE_KEY:
		return add_stake(judging, places, "the key of %s (in /etc/crypttab)",
				 entry->target);
	case STORAGE_HEADER:
		return add_stake(judging, places, "the header of %s (in /etc/crypttab)",
				 entry->target);
	case STORAGE_CIPHERTEXT:
		break;
	}
	return add_stake(judging, places, "%s (in /etc/crypttab without nofail)",
			 entry->target);
}

static int judge_entries(struct judging *judging, struct notes *unseen)
{
	const struct storage_graph *graph = judging->graph;
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_entries; i++) {
		const struct storage_entry *entry = &graph->storage->entries[i];
		char reason[256];
		struct storage_places unread = { .unknown = reason };

		if (entry->origin == STORAGE_SWAP && entry->needed) {
			err = judge_swap(judging, entry, &graph->places[i], unseen);
		} else if (entry->origin == STORAGE_CRYPTTAB && entry->needed) {
			err = judge_crypttab(judging, entry, &graph->places[i]);
		} else if (entry->origin == STORAGE_UNREAD) {
			snprintf(reason, sizeof(reason), "it cannot be read: %s",
				 strerror(-entry->error));
			err = add_stake(judging, &unread, "what %s names", entry->source);
		}
	}
	return err;
}

/* Imported pools, and btrfs file systems of several devices that nothing else told. */
static int judge_groups(struct judging *judging)
{
	struct storage_graph *graph = judging->graph;
	int err = 0;

	for (size_t i = graph->storage->n_blocks; err == 0 && i < graph->n_nodes; i++) {
		const struct storage_group *group = storage_group(graph, i);
		const struct storage_places places = { .nodes = &i, .n = 1 };

		if (group->kind == STORAGE_POOL)
			err = add_stake(judging, &places, "the pool %s", group->name);
		else if (storage_is_divided(group) && group->members.n > 0 &&
			 !judging->held[i])
			err = add_stake(judging, &places, "the btrfs file system %s",
					group->label[0] != '\0' ? group->label :
								  group->name);
	}
	return err;
}

/*
 * May LVM have it in a group of the host's? It does not look into logical volumes, ZFS
 * volumes and files, which are guests'.
 */
static bool may_be_volume(const struct block *block)
{
	const char *type = block->texts[BLOCK_FS_TYPE];
	const char *uuid = block->texts[BLOCK_DM_UUID];

	if (type == NULL || strcmp(type, "LVM2_member") != 0 ||
	    block->texts[BLOCK_VOLUME_GROUP] != NULL)
		return false;
	return block->n_functions > 0 || strncmp(block->name, "md", 2) == 0 ||
	       (uuid != NULL && strncmp(uuid, "LVM-", 4) != 0);
}

/* A volume that does not say of which group it is may be of one that is needed. */
static int judge_volumes(struct judging *judging)
{
	const struct storage_graph *graph = judging->graph;
	bool any_group = false;
	int err = 0;

	for (size_t i = graph->storage->n_blocks; i < graph->n_nodes; i++)
		any_group = any_group ||
			    storage_group(graph, i)->kind == STORAGE_VOLUME_GROUP;
	for (size_t i = 0; err == 0 && any_group && i < graph->storage->n_blocks; i++) {
		const struct block *block = storage_block(graph, i);
		const struct storage_places places = { .nodes = &i, .n = 1 };

		if (may_be_volume(block) && storage_is_leaf(graph, i))
			err = add_stake(judging, &places,
					"a volume of an unknown LVM group (%s)",
					block->name);
	}
	return err;
}

/*
 * A journal on a device of its own does not say of which file system it is, and that one
 * does not mount without it: jbd of ext4, xfs_external_log to libblkid.
 */
static int judge_journals(struct judging *judging)
{
	const struct storage_graph *graph = judging->graph;
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_blocks; i++) {
		const struct block *block = storage_block(graph, i);
		const struct storage_places places = { .nodes = &i, .n = 1 };
		const char *type = block->texts[BLOCK_FS_TYPE];

		if (type != NULL &&
		    (strcmp(type, "jbd") == 0 || strcmp(type, "xfs_external_log") == 0))
			err = add_stake(judging, &places,
					"the journal of a file system (%s)", block->name);
	}
	return err;
}

static int judge_esp(struct judging *judging, size_t node)
{
	const struct storage_places places = { .nodes = &node, .n = 1 };
	const struct block *block = storage_block(judging->graph, node);

	if (judging->held[node] || block == NULL)
		return 0;
	return add_stake(judging, &places, "the EFI system partition /dev/%s",
			 block->name);
}

/*
 * One that proxmox-boot-tool cannot find either is left behind by a disk that was
 * replaced, as long as there are others.
 */
static int judge_missing_esps(struct judging *judging, bool any_found,
			      struct notes *unseen)
{
	const struct storage_graph *graph = judging->graph;
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_entries; i++) {
		const struct storage_entry *entry = &graph->storage->entries[i];

		if (entry->origin != STORAGE_ESP || graph->places[i].n > 0)
			continue;
		if (any_found)
			err = notes_add(
				unseen,
				"the EFI system partition %s, which "
				"/etc/kernel/proxmox-boot-uuids names: it is not "
				"there now ('proxmox-boot-tool clean' forgets it)",
				entry->source);
		else
			err = add_stake(judging, &graph->places[i],
					"the EFI system partition %s (in "
					"/etc/kernel/proxmox-boot-uuids)",
					entry->source);
	}
	return err;
}

static bool is_esp(const struct storage_graph *graph, size_t node)
{
	const char *type = graph->storage->blocks[node].texts[BLOCK_PART_TYPE];

	return type != NULL && strcasecmp(type, ESP_TYPE) == 0;
}

/*
 * Where the host mounts or lists none of its own, any may be the one that it boots from.
 * Otherwise the others are somebody else's: a guest's disk has one as well. A BIOS boots
 * from none.
 */
static int judge_unknown_esps(struct judging *judging)
{
	const size_t n = judging->graph->storage->n_blocks;
	int err = 0;

	if (!judging->graph->storage->by_uefi)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (is_esp(judging->graph, i) && judging->held[i])
			return 0;
	for (size_t i = 0; err == 0 && i < n; i++)
		if (is_esp(judging->graph, i))
			err = judge_esp(judging, i);
	return err;
}

static int judge_esps(struct judging *judging, struct notes *unseen)
{
	const struct storage_graph *graph = judging->graph;
	bool any_found = false;
	int err = 0;

	for (size_t i = 0; err == 0 && i < graph->storage->n_entries; i++) {
		if (graph->storage->entries[i].origin != STORAGE_ESP)
			continue;
		for (size_t j = 0; err == 0 && j < graph->places[i].n; j++) {
			any_found = true;
			err = judge_esp(judging, graph->places[i].nodes[j]);
		}
	}
	if (err == 0 && !any_found)
		err = judge_unknown_esps(judging);
	return err < 0 ? err : judge_missing_esps(judging, any_found, unseen);
}

int storage_add_stakes(struct storage_graph *graph, struct stakes *stakes,
		       struct notes *unseen)
{
	struct judging judging = { .graph = graph, .stakes = stakes };
	int err;

	judging.held = calloc(graph->n_nodes + 1, sizeof(*judging.held));
	if (judging.held == NULL)
		return -ENOMEM;
	err = find_functions(&judging);
	if (err == 0)
		err = judge_mounts(&judging);
	if (err == 0)
		err = judge_entries(&judging, unseen);
	if (err == 0)
		err = judge_groups(&judging);
	if (err == 0)
		err = judge_volumes(&judging);
	if (err == 0)
		err = judge_journals(&judging);
	if (err == 0)
		err = judge_esps(&judging, unseen);
	tdestroy(judging.seen, free);
	free(judging.held);
	free(judging.functions);
	free(judging.told);
	return err;
}
