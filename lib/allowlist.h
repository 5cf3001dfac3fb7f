/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The allowlist: its grammar, one line a function, see ptbind.allowlist(5). */
#ifndef PTBIND_ALLOWLIST_H
#define PTBIND_ALLOWLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "util.h"

/* A list above this size is not read at all: nobody wrote it by hand. */
#define ALLOWLIST_SIZE_MAX 1048576
#define ALLOWLIST_LINE_MAX 1024
#define ALLOWLIST_LINES_MAX 16384 /* that are neither blank nor comment */

enum allowlist_pin {
	PIN_ID = 1 << 0,
	PIN_SUBSYSTEM = 1 << 1,
	PIN_DSN = 1 << 2,
	PIN_PATH = 1 << 3,
};

/* The guards that the owner overruled on purpose. */
enum allowlist_force {
	FORCE_NETWORK = 1 << 0,
	FORCE_DISK = 1 << 1,
	FORCE_KEYBOARD = 1 << 2,
	FORCE_DISPLAY = 1 << 3,
	FORCE_GROUP = 1 << 4,
};

/* A vendor and device ID, or those of a subsystem. */
struct pci_id {
	uint16_t vendor;
	uint16_t device;
};

static inline bool pci_id_equal(const struct pci_id *a, const struct pci_id *b)
{
	return a->vendor == b->vendor && a->device == b->device;
}

struct allowlist_line {
	unsigned int number; /* in the file, from 1 */
	const char *text;    /* the whole line without its end, in the list's data */
	size_t len;          /* of text, at most ALLOWLIST_LINE_MAX */
	unsigned int column; /* of what is wrong, in bytes from 1; 0: the line is good */
	char error[192];     /* what is wrong and what was expected */
	struct pci_path where; /* what the line names: an address where it has no steps */
	unsigned int pins;     /* enum allowlist_pin: which of the following are set */
	struct pci_id id;
	struct pci_id subsystem;
	uint64_t dsn; /* Device Serial Number, first printed byte on top */
	struct pci_path path;
	bool optional;      /* absence is no error */
	unsigned int force; /* enum allowlist_force */
};

struct allowlist {
	char *data; /* the file as it was read */
	size_t size;
	struct allowlist_line *lines; /* those that are neither blank nor comment */
	size_t n_lines;
	size_t n_bad;
};

/* The word of one guard, as force= has it, a literal. */
const char *allowlist_force_word(enum allowlist_force guard);

/*
 * Parses the size bytes at data, which may hold anything, and takes ownership of data
 * (allocated with malloc(), or NULL where size is 0), also on failure. A line that does
 * not parse is kept, with its error; so is the first above ALLOWLIST_LINES_MAX, and those
 * behind it are not read. Returns 0 or -ENOMEM.
 */
_must_check_ int allowlist_parse(char *data, size_t size, struct allowlist *ret_list);

/* Frees what the list owns, not the list itself. */
void allowlist_free(struct allowlist *list);

/*
 * Writes the words of a line without its comment, separated by single blanks, bytes that
 * are not printable ASCII as '?', cut to size: for messages. Returns text.
 */
char *allowlist_line_words(const struct allowlist_line *line, char *text, size_t size);

/* Writes a serial number the way lspci does: aa-bb-cc-dd-ee-ff-00-11. */
#define DSN_STRSIZE sizeof("00-00-00-00-00-00-00-00")
void dsn_format(uint64_t dsn, char ret_text[static DSN_STRSIZE]);

#endif
