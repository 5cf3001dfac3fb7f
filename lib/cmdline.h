/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel command line says to ptbind. */
#ifndef PTBIND_CMDLINE_H
#define PTBIND_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "util.h"

#define CMDLINE_TIMEOUT_DEFAULT 30 /* seconds */
#define CMDLINE_TIMEOUT_MAX 600    /* seconds; a boot that waits longer looks dead */

struct cmdline {
	bool disable;            /* touch nothing at all */
	char reason[96];         /* the parameter that said so; empty without one */
	struct pci_path *except; /* functions to leave out, from pt.disable=ADDR,… */
	size_t n_except;
	unsigned int timeout; /* seconds the worker may take */
	char **notes;         /* a sentence for each parameter that is ignored */
	size_t n_notes;
};

/*
 * Reads the parameters of ptbind and those that keep vfio-pci from loading out of text,
 * the content of /proc/cmdline, with the kernel's own rules: blanks separate, double
 * quotes keep blanks together, nothing behind a lone "--" belongs to the kernel
 * (next_arg() and parse_args() in lib/cmdline.c and kernel/params.c).
 * Returns 0 or -ENOMEM.
 */
_must_check_ int cmdline_parse(const char *text, struct cmdline *ret_cmdline);

/*
 * Cuts the next parameter out of *text, in place, and moves *text behind it; *ret_value
 * is NULL where there is no '='. The quotes that the kernel removes are removed: one
 * around the whole parameter, or one around the value. Returns false at the end.
 */
_must_check_ bool cmdline_next(char **text, char **ret_name, char **ret_value);

/* Compares names as the kernel does: '-' and '_' are the same (kernel/params.c). */
bool cmdline_same_name(const char *a, const char *b);

/* Frees what the command line owns, not the structure itself. */
void cmdline_free(struct cmdline *cmdline);

#endif
