/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision: which functions vfio-pci is to get, and why the others not. */
#ifndef PTBIND_PLAN_H
#define PTBIND_PLAN_H

#include "allowlist.h"
#include "cmdline.h"
#include "machine.h"
#include "result.h"
#include "util.h"

/* What a plan is made of. All of it is only read, and belongs to the caller. */
struct plan_input {
	const struct cmdline *cmdline;
	const struct allowlist *list;
	const struct machine *machine;
};

/*
 * Decides for each line of the list and writes list->n_lines outcomes: RESULT_BIND, or
 * the result that refuses with its message. Does no I/O, and gives the same answer for
 * the same input. Where a pinned card is not where its line says, the message says where
 * it is, if the machine is complete; where it is not, *ret_search tells that reading all
 * functions and planning again would find out. Returns 0 or -ENOMEM.
 */
_must_check_ int plan_make(const struct plan_input *input, struct outcome *outcomes,
			   bool *ret_search);

/*
 * The function that line i is about, once it is planned: what it names, if it holds or is
 * left out; otherwise the card with the serial number that it pins, wherever that is now.
 * What merely sits at the address of a line that does not hold is none of its business.
 */
const struct pci_function *plan_function(const struct plan_input *input, size_t i,
					 const struct outcome *outcomes);

/* The facts that pt.disable= needs of every function, besides those of its line. */
unsigned int plan_facts(const struct cmdline *cmdline);

/* Does element i of pt.disable= leave out nothing, as no line names its function? */
bool plan_except_is_idle(const struct plan_input *input, size_t i);

/* The outcome of every line where nothing is to be touched; why may be shown to people.
 */
void plan_disable(const struct allowlist *list, struct outcome *outcomes,
		  const char *why);

/*
 * Starts the outcome of each line: pending, with the address where the line has one, or
 * RESULT_BAD_LINE.
 */
void plan_start(const struct allowlist *list, struct outcome *outcomes);

#endif
