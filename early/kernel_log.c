// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing to /dev/kmsg (Documentation/ABI/testing/dev-kmsg). */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel_log.h"

/*
 * The kernel drops what comes through one open file beyond 10 lines in 5 seconds
 * (DEFAULT_RATELIMIT_BURST, include/linux/ratelimit_types.h); each open file counts anew.
 */
#define LINES_PER_OPEN 8

/* The kernel refuses lines above 1024 bytes less its own prefix (kernel/printk). */
#define LINE_SIZE 900

void kernel_log(struct kernel_log *log, enum log_level level, const char *format, ...)
{
	char line[LINE_SIZE];
	size_t start, len;
	va_list args;

	start = (size_t)snprintf(line, sizeof(line), "<%d>", level);
	len = start + (size_t)snprintf(line + start, sizeof(line) - start, "ptbind: ");
	va_start(args, format);
	vsnprintf(line + len, sizeof(line) - len, format, args);
	va_end(args);
	len = strlen(line);

	if (log->n_lines % LINES_PER_OPEN == 0) {
		kernel_log_close(log);
		log->fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	}
	log->n_lines++;
	if (log->fd < 0 || write(log->fd, line, len) < 0)
		fprintf(stderr, "%s\n", line + start);
}

void kernel_log_close(struct kernel_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
