// SPDX-License-Identifier: GPL-2.0-or-later
/* What the host uses its disks for: read, followed, and told to the guards. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/host.h"
#include "storage.h"
#include "storage_graph.h"
#include "storage_judge.h"

/* The kernel has it wherever UEFI started it: drivers/firmware/efi/efi.c. */
#define EFI_DIR "/sys/firmware/efi"

bool storage_root_is_real(const char *root)
{
	return root[0] == '\0' || strcmp(root, "/") == 0;
}

int block_set(struct block *block, enum block_text which, const char *text)
{
	char *copy = NULL;

	if (text[0] != '\0') {
		copy = strdup(text);
		if (copy == NULL)
			return -ENOMEM;
	}
	free(block->texts[which]);
	block->texts[which] = copy;
	return 0;
}

/* Reads all of it. Returns 0 or -ENOMEM. */
static int read_all(const char *root, struct storage *ret_storage, struct notes *unseen)
{
	struct storage storage = { .by_uefi = tree_has(root, EFI_DIR) };
	int err;

	err = storage_read_blocks(root, &storage, unseen);
	if (err == 0)
		err = storage_read_entries(root, &storage, unseen);
	if (err == 0)
		err = storage_read_pools(root, &storage, unseen);
	if (err == 0)
		err = storage_read_btrfs(root, &storage, unseen);
	if (err == 0)
		err = storage_read_volume_groups(root, &storage, unseen);
	if (err < 0)
		storage_free(&storage);
	else
		*ret_storage = storage;
	return err;
}

static void block_free(struct block *block)
{
	free(block->name);
	free(block->functions);
	tree_names_free(&block->slaves);
	tree_names_free(&block->links);
	for (size_t i = 0; i < BLOCK_TEXTS; i++)
		free(block->texts[i]);
}

void storage_free(struct storage *storage)
{
	for (size_t i = 0; i < storage->n_blocks; i++)
		block_free(&storage->blocks[i]);
	for (size_t i = 0; i < storage->n_entries; i++) {
		free(storage->entries[i].source);
		free(storage->entries[i].target);
		free(storage->entries[i].type);
		free(storage->entries[i].subtree);
	}
	for (size_t i = 0; i < storage->n_groups; i++) {
		free(storage->groups[i].name);
		free(storage->groups[i].label);
		tree_names_free(&storage->groups[i].members);
		tree_names_free(&storage->groups[i].others);
	}
	free(storage->blocks);
	free(storage->entries);
	free(storage->groups);
	*storage = (struct storage){ 0 };
}

int storage_look(struct host *host)
{
	struct storage_graph graph;
	struct storage storage;
	int err;

	err = read_all(host->root, &storage, &host->unseen);
	if (err < 0)
		return err;
	err = storage_graph_make(&storage, &graph);
	if (err == 0) {
		err = storage_add_stakes(&graph, &host->stakes, &host->unseen);
		if (err == 0)
			err = storage_add_uses(&graph, &host->uses);
		storage_graph_free(&graph);
	}
	storage_free(&storage);
	return err;
}
