/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that may hang in the kernel, done in a process that can be given up. */
#ifndef PTBIND_WORKER_H
#define PTBIND_WORKER_H

#include "util.h"

enum worker_end {
	WORKER_DONE,
	WORKER_TIMEOUT, /* it is still in the kernel; it will do nothing more */
	WORKER_DIED,    /* *ret_signal tells of which signal */
};

/*
 * Runs work(context) in a child process and waits for at most timeout seconds. What the
 * work has to say goes through memory that is shared (mmap() with MAP_SHARED). Returns 0
 * with *ret_end set, or a negative errno if the child could not be started.
 */
_must_check_ int worker_run(void (*work)(void *context), void *context,
			    unsigned int timeout, enum worker_end *ret_end,
			    int *ret_signal);

#endif
