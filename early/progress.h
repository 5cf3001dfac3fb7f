/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the worker tells its parent, in memory that both share. */
#ifndef PTBIND_PROGRESS_H
#define PTBIND_PROGRESS_H

#include <stddef.h>

#include "result.h"
#include "util.h"

#define VFIO_DRIVER "vfio-pci"

#define PROGRESS_NOTES_MAX 16

struct progress {
	char step[128];        /* what is being done right now, for "while …" */
	int error;             /* negative errno that ended the work early */
	unsigned int warnings; /* enum warning, of the boot as a whole */
	size_t n_notes;
	char notes[PROGRESS_NOTES_MAX][256]; /* sentences for a person */
	struct outcome outcomes[];           /* one for each line of the list */
};

/* Says what is being done from now on. */
_printf_(2, 3) void progress_step(struct progress *progress, const char *format, ...);

/* Adds a note; where they get too many, the last one says so. */
_printf_(2, 3) void progress_note(struct progress *progress, const char *format, ...);

#endif
