/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens at boot, from the command line to the report. */
#ifndef PTBIND_BOOT_H
#define PTBIND_BOOT_H

#include "paths.h"

#define CMDLINE_PATH "/proc/cmdline"

/* Exit status, the same for all that ptbind-early does. */
enum exit_status {
	EXIT_AS_WANTED = 0, /* with warnings, disabled, or optional and absent, too */
	EXIT_NOT_AS_WANTED = 1,
	EXIT_UNUSABLE = 2, /* wrong usage, or a list that could not be read */
};

/* Binds what the allowlist of the image says, and reports. Returns an exit status. */
int boot(void);

/* Prints the plan for the tree below root and touches nothing. Returns an exit status. */
int dry_run(const char *root);

/* Judges the allowlist at path, as the hook does. Returns an exit status. */
int check_list(const char *path);

#endif
