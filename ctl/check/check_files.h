/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration files, read line by line for the check. */
#ifndef PTBIND_CHECK_FILES_H
#define PTBIND_CHECK_FILES_H

#include "findings.h"
#include "host/host.h"
#include "tree.h"
#include "util.h"

/* Nobody writes a longer one by hand; it is not read. */
#define CHECK_FILE_MAX 1048576

struct check_file {
	const char *path;  /* below the root, the caller's */
	unsigned int line; /* number of the line that came last, from 1 */
	char *data;
	char *rest; /* NULL: no more lines */
};

/*
 * Reads a file below the host's root. One that is not there has no lines; one that cannot
 * be read has none either, which becomes a finding. Returns 0 or -ENOMEM; *ret_file is
 * then to be closed.
 */
_must_check_ int check_file_open(const struct host *host, const char *path,
				 struct findings *findings, struct check_file *ret_file);

/* The next line, without white space around it, which may be changed; NULL at the end. */
char *check_file_next(struct check_file *file);

/* Frees what the file owns, not the structure itself. */
void check_file_close(struct check_file *file);

/*
 * Lists the files of a directory below the host's root whose names end in suffix, sorted,
 * each as a path below the root. Returns 0 or -ENOMEM.
 */
_must_check_ int check_files_list(const struct host *host, const char *dir,
				  const char *suffix, struct findings *findings,
				  struct tree_names *ret_paths);

/* Adds, once, that something could not be read and was not checked. Returns 0 or -ENOMEM.
 */
_must_check_ int check_not_read(struct findings *findings, const char *path, int err);

/* Adds that a variable of a shell's file, at a place, cannot be told without running it.
 * Returns 0 or -ENOMEM. */
_must_check_ int check_not_understood(struct findings *findings, const char *place,
				      const char *variable);

/* Cuts the next word, between blanks, out of *text; NULL at the end. */
char *check_next_word(char **text);

#endif
