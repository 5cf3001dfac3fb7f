/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the report of this boot, whose schema is in ptbind-early(8). */
#ifndef PTBIND_BOOT_REPORT_H
#define PTBIND_BOOT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "util.h"

/* Far above what a list of ALLOWLIST_LINES_MAX lines makes. */
#define BOOT_REPORT_MAX 67108864

/* One element of "functions"; the texts belong to the report. */
struct boot_report_line {
	unsigned int number; /* of the line in the list */
	const char *text;    /* the line itself */
	bool has_address;
	struct pci_address address;
	const char *result;
	const char *message;          /* empty: nothing to say */
	bool ok;                      /* as the owner wanted it */
	const char *driver;           /* at the end of the boot; NULL: none */
	const char *was;              /* before; NULL: none */
	struct json_object *warnings; /* an array of words, or NULL */
};

enum boot_report_status {
	BOOT_REPORT_MISSING, /* ptbind-early did not run */
	BOOT_REPORT_BROKEN,  /* there is one, but it cannot be read */
	BOOT_REPORT_READ,    /* only then the report holds anything */
};

struct boot_report {
	enum boot_report_status status;
	struct json_object *json; /* owns the texts */
	const char *state;
	const char *reason; /* why the state is not "done"; else empty */
	struct boot_report_line *lines;
	size_t n_lines;
	const char *kernel;           /* its release; empty: not known */
	uint64_t elapsed_us;          /* microseconds; 0: not known */
	struct json_object *warnings; /* of the boot as a whole: an array, or NULL */
	struct json_object *notes;    /* likewise, sentences */
};

/*
 * Parses the size bytes of a report; a NUL follows them. Returns 0; -EBADMSG where it is
 * none of version 1, with what is wrong, a literal, in *ret_error; or -ENOMEM.
 */
_must_check_ int boot_report_parse(const char *text, size_t size,
				   struct boot_report *ret_report,
				   const char **ret_error);

/* Has the boot as a whole this warning? */
bool boot_report_warns(const struct boot_report *report, const char *word);

/* Frees what the report owns, not the structure itself. */
void boot_report_free(struct boot_report *report);

#endif
