/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report of a boot: JSON, version 1, documented in ptbind-early(8). */
#ifndef PTBIND_REPORT_H
#define PTBIND_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "allowlist.h"
#include "result.h"
#include "util.h"

#define REPORT_VERSION 1

enum report_state {
	REPORT_DONE,     /* the plan was carried out, well or not */
	REPORT_DISABLED, /* nothing was touched, as somebody wanted */
	REPORT_REFUSED,  /* nothing was touched, because something is wrong */
	REPORT_TIMEOUT,  /* the worker did not end in time */
};

struct report {
	enum report_state state;
	const char *reason;  /* why it is not done; empty where it is */
	const char *kernel;  /* release of the running kernel */
	uint64_t elapsed_us; /* microseconds from the start to the report */
	const struct allowlist *list;
	const struct outcome *outcomes; /* one for each line of the list */
	unsigned int warnings;          /* enum warning, of the boot as a whole */
	const char *const *notes;       /* sentences for a person */
	size_t n_notes;
};

/* Writes the report as JSON, allocated, to *ret_text. Returns 0 or -ENOMEM. */
_must_check_ int report_format(const struct report *report, char **ret_text,
			       size_t *ret_size);

#endif
