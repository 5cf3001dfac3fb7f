/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines to the kernel log, of which none may get lost. */
#ifndef PTBIND_KERNEL_LOG_H
#define PTBIND_KERNEL_LOG_H

#include "util.h"

enum log_level {
	LOG_FAILED = 3,  /* KERN_ERR: shown on the console even with "quiet" */
	LOG_REFUSED = 4, /* KERN_WARNING */
	LOG_WANTED = 6,  /* KERN_INFO */
};

struct kernel_log {
	int fd;
	unsigned int n_lines; /* since it was opened */
};

/* Writes "ptbind: " and the text as one line; to stderr where there is no kernel log. */
_printf_(3, 4) void kernel_log(struct kernel_log *log, enum log_level level,
			       const char *format, ...);
void kernel_log_close(struct kernel_log *log);

#define KERNEL_LOG_CLOSED ((struct kernel_log){ .fd = -1 })

#endif
