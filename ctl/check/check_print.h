/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings as people and as programs read them. */
#ifndef PTBIND_CHECK_PRINT_H
#define PTBIND_CHECK_PRINT_H

#include <stdio.h>

#include "findings.h"
#include "host/host.h"
#include "util.h"

struct json_object;

/*
 * Prints the findings, errors first, at 80 columns, what could not be seen, and a line
 * that sums up. Returns 0 or -ENOMEM.
 */
_must_check_ int check_print(FILE *f, const struct host *host,
			     const struct next_boot *next,
			     const struct findings *findings);

/* The same as JSON, in the schema of ptbind(8), with one reference; NULL: no memory. */
_must_check_ struct json_object *check_json(const struct host *host,
					    const struct next_boot *next,
					    const struct findings *findings);

#endif
