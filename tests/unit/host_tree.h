/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host below a temporary directory, built file by file, for tests of what looks at it.
 */
#ifndef PTBIND_HOST_TREE_H
#define PTBIND_HOST_TREE_H

#include "unit.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"

#define HOST_TREE_FUNCTIONS_MAX 16

struct host_tree {
	char root[64];
	struct pci_function functions[HOST_TREE_FUNCTIONS_MAX];
	size_t n_functions;
	struct host host;
};

/* For cmocka's setup: makes an empty directory. */
static inline int host_tree_setup(void **state)
{
	struct host_tree *tree = calloc(1, sizeof(*tree));

	if (tree == NULL)
		return -1;
	snprintf(tree->root, sizeof(tree->root), "/tmp/test-host-XXXXXX");
	if (mkdtemp(tree->root) == NULL) {
		free(tree);
		return -1;
	}
	tree->host.root = tree->root;
	*state = tree;
	return 0;
}

static inline int host_tree_remove(const char *path, const struct stat *status, int type,
				   struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

/* For cmocka's teardown. */
static inline int host_tree_teardown(void **state)
{
	struct host_tree *tree = *state;

	assert_int_equal(nftw(tree->root, host_tree_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	machine_free(&tree->host.machine);
	uses_free(&tree->host.uses);
	stakes_free(&tree->host.stakes);
	notes_free(&tree->host.unseen);
	configured_guests_free(&tree->host.guests);
	free(tree);
	return 0;
}

static inline void host_tree_mkdirs(const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", file);
	for (char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

/* Writes size bytes to DIR/NAME. */
static inline void put_bytes(struct host_tree *tree, const char *dir, const char *name,
			     const void *bytes, size_t size)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s/%s", tree->root, dir, name);
	host_tree_mkdirs(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

/* Writes a value and the line end that the kernel puts behind it. */
static inline void put(struct host_tree *tree, const char *dir, const char *name,
		       const char *value)
{
	char line[4096];

	snprintf(line, sizeof(line), "%s\n", value);
	put_bytes(tree, dir, name, line, strlen(line));
}

/* Makes a device's directory, and its link LINK_DIR/NAME as sysfs writes it. */
static inline void put_device(struct host_tree *tree, const char *link_dir,
			      const char *device)
{
	char path[PATH_MAX], target[PATH_MAX] = "";
	const char *name = strrchr(device, '/') + 1;

	put(tree, device, "uevent", "");
	/* From the directory of the link up to /sys. */
	for (const char *s = link_dir + strlen("/sys"); *s != '\0'; s++)
		if (*s == '/')
			strcat(target, "../");
	strcat(target, device + strlen("/sys/"));
	snprintf(path, sizeof(path), "%s%s/%s", tree->root, link_dir, name);
	host_tree_mkdirs(path);
	assert_int_equal(symlink(target, path), 0);
}

/*
 * Adds a PCI function to the machine, in an IOMMU group of its own; they come in the
 * order of their addresses.
 */
static inline struct pci_function *put_function(struct host_tree *tree,
						const char *address, uint32_t class,
						const char *driver)
{
	struct pci_function *function = &tree->functions[tree->n_functions++];

	assert_true(tree->n_functions <= HOST_TREE_FUNCTIONS_MAX);
	*function = card_at(address, address);
	function->class = class;
	function->group = (int)tree->n_functions;
	snprintf(function->driver, sizeof(function->driver), "%s", driver);
	return function;
}

/* Has a host looked at by one of its functions. */
static inline void look_at(struct host_tree *tree, int (*look)(struct host *))
{
	make_machine(tree->functions, tree->n_functions, true, &tree->host.machine);
	assert_int_equal(look(&tree->host), 0);
	uses_sort(&tree->host.uses);
}

/* Expects a use at this place of the order. */
static inline void check_use(const struct host_tree *tree, size_t i, const char *address,
			     enum use_kind kind, const char *device, const char *text)
{
	const struct use *use = &tree->host.uses.entries[i];
	char found[PCI_ADDRESS_STRSIZE];

	assert_true(i < tree->host.uses.n);
	pci_address_format(&use->function, found);
	assert_string_equal(found, address);
	assert_int_equal(use->kind, kind);
	assert_string_equal(use->device, device);
	assert_string_equal(use->text, text);
}

/* Expects that the only stake has n carriers; it is what the others are checked on. */
static inline const struct stake *check_stake(const struct host_tree *tree,
					      const char *what, size_t n)
{
	const struct stake *stake = tree->host.stakes.entries;

	assert_int_equal(tree->host.stakes.n, 1);
	assert_string_equal(stake->what, what);
	assert_int_equal(stake->n, n);
	return stake;
}

static inline void check_carrier(const struct stake *stake, size_t i, const char *address,
				 const char *carrier)
{
	char found[PCI_ADDRESS_STRSIZE];

	assert_true(i < stake->n);
	pci_address_format(&stake->functions[i], found);
	assert_string_equal(found, address);
	assert_string_equal(stake->carriers[i], carrier);
}

#endif
