/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What 'ptbind status' reads and prints. */
#ifndef PTBIND_STATUS_H
#define PTBIND_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#include "allowlist.h"
#include "boot_report.h"
#include "list_diff.h"
#include "notes.h"
#include "status_judge.h"
#include "util.h"

struct status_line {
	const struct boot_report_line *reported;
	struct status_facts now;
	struct status_verdict verdict;
};

struct status {
	struct boot_report report;
	const char *report_error; /* why it is broken; empty: it is not */
	bool in_container;
	struct status_line *lines; /* one for each of the report */
	struct allowlist used;     /* the list of this boot */
	struct allowlist today;
	int used_error;  /* negative errno: that list could not be read */
	int today_error; /* the same for today's; -ENOENT: there is none, as if empty */
	struct list_diff diff;
};

/*
 * Reads all of it below root, which must outlive *ret_status. Returns 0 or -ENOMEM;
 * what cannot be read is in the status.
 */
_must_check_ int status_read(const char *root, struct status *ret_status);

/* Frees what the status owns, not the structure itself. */
void status_free(struct status *status);

/* Is all as wanted now? */
bool status_is_ok(const struct status *status);

/* "done", "disabled", "refused" or "timeout" as in the report; "missing", "broken". */
const char *status_state(const struct status *status);

/* Print it on standard output, for a person or as JSON. Return 0 or -ENOMEM. */
void status_print(const struct status *status);
_must_check_ int status_print_json(const struct status *status);

#endif
