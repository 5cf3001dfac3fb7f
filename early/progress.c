// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing down what the worker does; no I/O. */

#include <stdarg.h>
#include <stdio.h>

#include "progress.h"

void progress_step(struct progress *progress, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(progress->step, sizeof(progress->step), format, args);
	va_end(args);
}

void progress_note(struct progress *progress, const char *format, ...)
{
	va_list args;

	if (progress->n_notes == PROGRESS_NOTES_MAX) {
		snprintf(progress->notes[PROGRESS_NOTES_MAX - 1],
			 sizeof(progress->notes[0]),
			 "there is more to say than fits here");
		return;
	}
	va_start(args, format);
	vsnprintf(progress->notes[progress->n_notes++], sizeof(progress->notes[0]),
		  format, args);
	va_end(args);
}
