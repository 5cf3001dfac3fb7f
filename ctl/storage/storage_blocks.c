// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the block devices of a host out of sysfs. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "storage.h"
#include "storage_udev.h"

#define BLOCK_DIR "/sys/class/block"
#define SECTOR_SIZE 512 /* in sysfs, whatever the device has */

/* Writes BLOCK_DIR/NAME/rest. Names of sysfs are short: it fits. */
static const char *block_path(const struct block *block, const char *rest,
			      char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, BLOCK_DIR "/%s%s", block->name, rest);
	return path;
}

static int read_text(const char *root, struct block *block, const char *attribute,
		     enum block_text which)
{
	char path[PATH_MAX], value[TREE_VALUE_SIZE];

	if (tree_value(root, block_path(block, attribute, path), value) < 0)
		return 0;
	return block_set(block, which, value);
}

/* What is not a disk of its own, or is none that can be used, has no number. */
static bool read_number(const char *root, struct block *block)
{
	char path[PATH_MAX], value[TREE_VALUE_SIZE];
	char *end;

	if (tree_value(root, block_path(block, "/dev", path), value) < 0)
		return false;
	block->major = (unsigned int)strtoul(value, &end, 10);
	if (*end != ':')
		return false;
	block->minor = (unsigned int)strtoul(end + 1, &end, 10);
	if (*end != '\0')
		return false;
	/* Paths of NVMe multipath: the device on top of them stands for them. */
	return tree_value(root, block_path(block, "/hidden", path), value) < 0 ||
	       strcmp(value, "1") != 0;
}

static void read_size(const char *root, struct block *block)
{
	char path[PATH_MAX], value[TREE_VALUE_SIZE];

	if (tree_value(root, block_path(block, "/size", path), value) == 0)
		block->size = strtoull(value, NULL, 10) * SECTOR_SIZE;
}

static int add_function(struct block *block, const struct pci_address *function)
{
	struct pci_address *functions =
		array_grow(block->functions, block->n_functions, sizeof(*functions));

	if (functions == NULL)
		return -ENOMEM;
	block->functions = functions;
	functions[block->n_functions++] = *function;
	return 0;
}

/* "nvme0", but neither "nvme0n1" nor "nvme-subsys0". */
static bool is_controller(const char *name)
{
	return strncmp(name, "nvme", 4) == 0 && name[4] != '\0' &&
	       name[4 + strspn(name + 4, "0123456789")] == '\0';
}

/*
 * A namespace of NVMe with several controllers hangs on the subsystem, which links to
 * them: nvme_init_subsystem() in drivers/nvme/host/core.c.
 */
static int read_controllers(const char *root, const char *subsystem, struct block *block)
{
	struct tree_names names = { 0 };
	int err = tree_list(root, subsystem, &names);

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	block->bus = names.n > 0 ? BLOCK_ON_PCI : BLOCK_VIRTUAL;
	for (size_t i = 0; err == 0 && i < names.n; i++) {
		struct pci_address function;
		char path[PATH_MAX];

		if (!is_controller(names.entries[i]) ||
		    snprintf(path, sizeof(path), "%s/%s", subsystem, names.entries[i]) >=
			    (int)sizeof(path))
			continue;
		if (tree_function(root, path, &function) == 0)
			err = add_function(block, &function);
		else
			block->bus = BLOCK_ON_NETWORK;
	}
	if (block->n_functions == 0 && block->bus == BLOCK_ON_PCI)
		block->bus = BLOCK_VIRTUAL;
	tree_names_free(&names);
	return err;
}

static bool has_prefix(const char *name, const char *const *prefixes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* What a device that no PCI function carries hangs on. */
static enum block_bus other_bus(const char *name, const char *path)
{
	static const char *const remote[] = { "nbd", "rbd", "drbd", "etherd!" };
	static const char *const memory[] = { "zram", "ram" };

	if (has_prefix(name, remote, ARRAY_SIZE(remote)))
		return BLOCK_ON_NETWORK;
	/* iSCSI in software, NVMe over fabrics, FCoE in software. */
	if (strstr(path, "/session") != NULL || strstr(path, "/nvme-fabrics/") != NULL ||
	    strstr(path, "/net/") != NULL)
		return BLOCK_ON_NETWORK;
	if (has_prefix(name, memory, ARRAY_SIZE(memory)))
		return BLOCK_ELSEWHERE;
	return strstr(path, "/devices/virtual/") != NULL ? BLOCK_VIRTUAL :
							   BLOCK_ELSEWHERE;
}

/* Cuts the last part off a path, and returns where it began; NULL: there is none left. */
static char *cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

static int read_place(const char *root, struct block *block)
{
	char link[PATH_MAX], path[PATH_MAX];
	struct pci_address function;
	const char *parent;

	block->bus = BLOCK_VIRTUAL;
	if (tree_resolve(root, block_path(block, "", link), path, sizeof(path)) < 0)
		return 0;
	if (tree_function(root, link, &function) == 0) {
		block->bus = BLOCK_ON_PCI;
		if (add_function(block, &function) < 0)
			return -ENOMEM;
	} else {
		block->bus = other_bus(block->name, path);
	}
	if (cut_last(path) == NULL)
		return 0;
	if (strstr(path, "/nvme-subsystem/") != NULL &&
	    strncmp(strrchr(path, '/'), "/nvme-subsys", 12) == 0)
		return read_controllers(root, path, block);
	parent = strrchr(path, '/');
	return block_set(block, BLOCK_PARENT, parent == NULL ? "" : parent + 1);
}

static int read_texts(const char *root, struct block *block)
{
	static const struct {
		const char *attribute;
		enum block_text text;
	} attributes[] = {
		{ "/device/name", BLOCK_MODEL }, /* MMC */
		{ "/device/model", BLOCK_MODEL },
		{ "/device/vendor", BLOCK_VENDOR },
		{ "/dm/name", BLOCK_DM_NAME },
		{ "/dm/uuid", BLOCK_DM_UUID },
		{ "/loop/backing_file", BLOCK_BACKING_FILE },
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(attributes); i++)
		err = read_text(root, block, attributes[i].attribute, attributes[i].text);
	return err;
}

static int read_block(const char *root, struct storage_udev *udev, struct block *block)
{
	char path[PATH_MAX];
	int err;

	read_size(root, block);
	err = read_place(root, block);
	if (err == 0)
		err = read_texts(root, block);
	if (err == 0 && tree_list(root, block_path(block, "/slaves", path),
				  &block->slaves) == -ENOMEM)
		err = -ENOMEM;
	if (err == 0)
		err = storage_udev_read(udev, block);
	return err;
}

static int read_names(const char *root, struct storage_udev *udev,
		      const struct tree_names *names, struct storage *storage)
{
	int err = 0;

	storage->blocks = calloc(names->n + 1, sizeof(*storage->blocks));
	if (storage->blocks == NULL)
		return -ENOMEM;
	for (size_t i = 0; err == 0 && i < names->n; i++) {
		struct block *block = &storage->blocks[storage->n_blocks];

		*block = (struct block){ .name = strdup(names->entries[i]) };
		if (block->name == NULL)
			return -ENOMEM;
		if (!read_number(root, block)) {
			free(block->name);
			continue;
		}
		storage->n_blocks++;
		err = read_block(root, udev, block);
	}
	return err;
}

int storage_read_blocks(const char *root, struct storage *storage, struct notes *unseen)
{
	struct tree_names names = { 0 };
	struct storage_udev udev;
	int err;

	err = tree_list(root, BLOCK_DIR, &names);
	if (err < 0 && err != -ENOMEM)
		return notes_add(unseen, "block devices: " BLOCK_DIR ": %s",
				 strerror(-err));
	if (err < 0)
		return err;
	err = storage_udev_open(root, &udev);
	if (err == 0) {
		err = read_names(root, &udev, &names, storage);
		if (err == 0 && udev.denied != 0)
			err = notes_add(unseen,
					"what is on some block devices: udev does not "
					"know them, and they cannot be opened: %s",
					strerror(udev.denied));
		storage_udev_close(&udev);
	}
	tree_names_free(&names);
	return err;
}
