/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a host below one directory, "/" or a copy of them: /sys, /proc and the
 * rest. What of sysfs is about PCI functions themselves is lib/sysfs.h.
 */
#ifndef PTBIND_TREE_H
#define PTBIND_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "address.h"
#include "util.h"

/* Names in a directory, sorted; without "." and "..". Or others, as they were added. */
struct tree_names {
	char **entries;
	size_t n;
};

/* The longest value of an attribute of sysfs, and its NUL. */
#define TREE_VALUE_SIZE 4096

/*
 * In all that follows root is a directory, or empty for "/", and path starts with a
 * slash. They return 0 or a negative errno, -ENOENT where there is no such file.
 */

/* Writes root and path one behind the other. -ENAMETOOLONG where they do not fit. */
_must_check_ int tree_path(const char *root, const char *path, char *ret_path,
			   size_t size);

/*
 * Reads a file of at most max bytes, as file_read() does; *ret_data ends with a NUL and
 * belongs to the caller.
 */
_must_check_ int tree_read(const char *root, const char *path, size_t max,
			   char **ret_data, size_t *ret_size);

/* Reads an attribute of sysfs, one value, without the white space at its end. */
_must_check_ int tree_value(const char *root, const char *path,
			    char ret_value[static TREE_VALUE_SIZE]);

/* Is there something, whatever it is? */
bool tree_has(const char *root, const char *path);

/* Makes a directory with this mode, whatever the umask; one that is there stays. */
_must_check_ int tree_make_dir(const char *root, const char *path, mode_t mode);

/* Lists a directory; of one that is not there, nothing: 0 with no names. */
_must_check_ int tree_list(const char *root, const char *path,
			   struct tree_names *ret_names);

/* Adds a copy of a name at the end. Returns 0 or -ENOMEM. */
_must_check_ int tree_names_add(struct tree_names *names, const char *name);

/* Frees what the names own, not the structure itself. */
void tree_names_free(struct tree_names *names);

/*
 * Follows all links of a path and writes where it leads, as seen from root: it starts
 * with a slash and has no link in it. Links are expected to stay below root, as those of
 * sysfs do.
 */
_must_check_ int tree_resolve(const char *root, const char *path, char *ret_path,
			      size_t size);

/*
 * Finds the PCI function that a device of sysfs hangs on: the last one on the way to it,
 * through all links. -ENODEV where there is none: a virtual or a platform device.
 */
_must_check_ int tree_function(const char *root, const char *path,
			       struct pci_address *ret_function);

#endif
