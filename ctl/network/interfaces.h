/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of interfaces(5), as lines. */
#ifndef PTBIND_INTERFACES_H
#define PTBIND_INTERFACES_H

#include <stddef.h>

#include "tree.h"
#include "util.h"

struct interfaces_line {
	const char *path;  /* of the file, below the root */
	unsigned int line; /* its number there, from 1 */
	/* With the lines that it goes on in, a line end between them; not empty, no
	 * comment. */
	char *text;
};

/* A file, or a directory of such, that cannot be read. */
struct interfaces_unread {
	const char *path;
	int error; /* a negative errno */
};

struct interfaces {
	struct interfaces_line *lines; /* in the order in which ifup(8) reads them */
	size_t n;
	struct interfaces_unread *unread;
	size_t n_unread;
	struct tree_names paths; /* of all files and directories; each is read once */
};

/*
 * Reads /etc/network/interfaces below a root as the next boot has it, and in the place of
 * each "source" and "source-directory" what they name. Returns 0 or -ENOMEM.
 */
_must_check_ int interfaces_read(const char *root, struct interfaces *ret_interfaces);

/* Frees what they own, not the structure itself. */
void interfaces_free(struct interfaces *interfaces);

#endif
