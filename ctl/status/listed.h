/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listed functions: what this boot's list and today's list name, and what came of it.
 */
#ifndef PTBIND_LISTED_H
#define PTBIND_LISTED_H

#include <stdbool.h>
#include <stddef.h>

#include "allowlist.h"
#include "boot_report.h"
#include "functions.h"
#include "notes.h"
#include "sysfs.h"
#include "util.h"

/* A line and the functions that it names today; the texts belong to report and list. */
struct listed_line {
	struct pci_functions functions;
	unsigned int number;
	const char *text;    /* the line */
	size_t len;          /* of text */
	const char *result;  /* in this boot; NULL: a line of today's list */
	const char *message; /* empty: nothing to say */
};

struct listed {
	struct listed_line *lines;
	size_t n;
};

/*
 * Finds what a line that did not parse is about, if its first word can be understood as a
 * whole: an address, a path, or a slot whose function number is bad or missing. Part of a
 * word is not enough: 00:04:00.0 is not about the slot 00:04. False otherwise.
 */
bool listed_guess(const char *text, size_t len, struct pci_path *ret_path,
		  bool *ret_whole_slot);

/*
 * Add the lines of the report of this boot, and of today's list, that come to a function
 * today. Paths are followed in sysfs, NULL where that is not there; one that cannot be
 * followed becomes a problem, and so does a line of which nobody knows what it is about.
 * Return 0 or -ENOMEM.
 */
_must_check_ int listed_add_report(const struct boot_report *report,
				   const struct sysfs *sysfs, struct listed *listed,
				   struct notes *problems);
_must_check_ int listed_add_list(const struct allowlist *list, const struct sysfs *sysfs,
				 struct listed *listed, struct notes *problems);

/* Frees what it owns, not the structure itself. */
void listed_free(struct listed *listed);

#endif
