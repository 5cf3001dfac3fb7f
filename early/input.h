/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides before any device is looked at: command line, allowlist, kind of kernel.
 */
#ifndef PTBIND_INPUT_H
#define PTBIND_INPUT_H

#include <stdbool.h>

#include "allowlist.h"
#include "cmdline.h"
#include "util.h"

struct input {
	struct cmdline cmdline;
	struct allowlist list;
	bool has_list;        /* the file is there; without it the list is empty */
	bool crash_kernel;    /* started by kdump */
	const char *disabled; /* why nothing is to be touched; NULL: go ahead */
	char problem[256];    /* after a failure: what could not be read */
};

/*
 * Reads the input of the tree below root. Returns 0, or a negative errno with a sentence
 * in problem; *ret_input is to be freed in both cases.
 */
_must_check_ int input_read(const char *root, struct input *ret_input);

/* Frees what the input owns, not the structure itself. */
void input_free(struct input *input);

#endif
