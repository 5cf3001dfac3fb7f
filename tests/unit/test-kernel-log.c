// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of writing to the kernel log. The linker puts our open() in the place of the real
 * one (--wrap=open), so that a file in memory stands in for /dev/kmsg.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel_log.h"
#include "unit.h"

static int log_fd = -1;       /* what stands in for /dev/kmsg */
static unsigned int n_opened; /* how often it was opened */
static bool is_missing;       /* there is no /dev/kmsg */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, "/dev/kmsg") != 0)
		return __real_open(path, flags, 0);
	n_opened++;
	if (is_missing) {
		errno = ENOENT;
		return -1;
	}
	assert_int_equal(flags & O_ACCMODE, O_WRONLY);
	return dup(log_fd);
}

static int set_up(void **state)
{
	(void)state;
	log_fd = memfd_create("kmsg", MFD_CLOEXEC);
	n_opened = 0;
	is_missing = false;
	return log_fd < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	return close(log_fd);
}

/* All that was written so far. */
static const char *written(void)
{
	static char text[65536];
	ssize_t n = pread(log_fd, text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static void levels(void **state)
{
	struct kernel_log log = KERNEL_LOG_CLOSED;

	(void)state;
	kernel_log(&log, LOG_WANTED, "%d listed", 4);
	assert_string_equal(written(), "<6>ptbind: 4 listed");
	kernel_log(&log, LOG_REFUSED, "x");
	kernel_log(&log, LOG_FAILED, "y");
	assert_string_equal(written(), "<6>ptbind: 4 listed<4>ptbind: x<3>ptbind: y");
	kernel_log_close(&log);
	kernel_log_close(&log);
}

/* The kernel drops the eleventh line that comes through one open file. */
static void reopens_before_lines_are_dropped(void **state)
{
	struct kernel_log log = KERNEL_LOG_CLOSED;
	unsigned int in_this_file = 0, opened = 0;

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		kernel_log(&log, LOG_WANTED, "line %u.", i);
		in_this_file = n_opened != opened ? 1 : in_this_file + 1;
		opened = n_opened;
		assert_true(in_this_file < 10);
	}
	kernel_log_close(&log);
	assert_non_null(strstr(written(), "line 0."));
	assert_non_null(strstr(written(), "line 99."));
}

/* The kernel refuses lines above 1024 bytes less its own prefix. */
static void long_lines_are_cut(void **state)
{
	struct kernel_log log = KERNEL_LOG_CLOSED;

	(void)state;
	kernel_log(&log, LOG_WANTED, "%2000d", 1);
	kernel_log_close(&log);
	assert_true(strlen(written()) > 800);
	assert_true(strlen(written()) < 992);
}

/* Without a kernel log the lines go to stderr. */
static void no_kernel_log(void **state)
{
	struct kernel_log log = KERNEL_LOG_CLOSED;
	int saved = dup(STDERR_FILENO);

	(void)state;
	is_missing = true;
	dup2(log_fd, STDERR_FILENO);
	kernel_log(&log, LOG_FAILED, "lost");
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	kernel_log_close(&log);
	assert_string_equal(written(), "ptbind: lost\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(levels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reopens_before_lines_are_dropped, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(long_lines_are_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_kernel_log, set_up, tear_down),
	};

	return run_unit_tests("kernel log", tests, NULL, NULL);
}
