/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms in which 'ptbind list' shows functions. */
#ifndef PTBIND_LIST_H
#define PTBIND_LIST_H

#include <stddef.h>

#include "inventory.h"
#include "names.h"
#include "output.h"
#include "util.h"

/* Of a line that another than root cannot judge. */
#define LIST_UNJUDGED "only root can see whether it holds"

/* What is shown. */
struct list_view {
	const struct inventory *inventory;
	const struct names *names;
	const struct inventory_row *rows; /* a part of the inventory */
	size_t n_rows;
	size_t n_hidden; /* bridges that were left out */
};

/* Print functions as a table, each in detail, or as JSON. Return 0 or -ENOMEM. */
_must_check_ int list_print_table(const struct list_view *view);
_must_check_ int list_print_details(const struct list_view *view);
_must_check_ int list_print_json(const struct list_view *view);

/* A line for people about a function, with its colour. */
struct remark {
	enum output_colour colour;
	char *text;
};

struct remarks {
	struct remark *entries;
	size_t n;
};

/*
 * Says what the host uses a function for and needs it for, why its line is refused, and
 * that nothing resets it. Returns 0 or -ENOMEM; *remarks is to be freed in both cases.
 */
_must_check_ int remarks_make(const struct inventory *inventory,
			      const struct inventory_entry *entry,
			      struct remarks *remarks);

/* Adds a remark. Returns 0 or -ENOMEM. */
_must_check_ _printf_(3, 4) int remarks_add(struct remarks *remarks,
					    enum output_colour colour, const char *format,
					    ...);

/*
 * Adds a text as remarks of so many columns at most, see list_wrap(). Returns 0 or
 * -ENOMEM.
 */
_must_check_ int remarks_wrap(struct remarks *remarks, enum output_colour colour,
			      const char *text, size_t width);

/* Frees what the remarks own, not the structure itself. */
void remarks_free(struct remarks *remarks);

/*
 * Writes what a function is: "Ethernet controller: Intel Corporation Ethernet Controller
 * I226-V", as far as there are names. Returns it, allocated, or NULL: no memory.
 */
char *list_title(const struct names *names, const struct pci_function *function);

/*
 * How many bytes of a text fit into so many columns of a terminal: up to a blank, if
 * there is one, and at least a character. All of them, where width is 0.
 */
size_t list_wrap(const char *text, size_t width);

/* How many columns a text takes; one for a byte that is no character. */
size_t list_columns(const char *text);

/*
 * The columns that standard output has: COLUMNS of the environment, or else those of the
 * terminal; 0 where it is none, so that lines may be as long as they are.
 */
size_t list_width(void);

#endif
