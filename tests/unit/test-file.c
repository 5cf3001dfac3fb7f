// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading and replacing whole files, in a temporary directory. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "unit.h"

#define MIB (1024 * 1024)

static char dir[] = "/tmp/ptbind-test-file-XXXXXX";
static char path[PATH_MAX], other[PATH_MAX];

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/file.new", dir);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return rmdir(dir);
}

static int remove_files(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)rmdir(path);
	(void)unlink(other);
	return 0;
}

static void write_file(const char *name, size_t size)
{
	char *data = malloc(size + 1);
	FILE *f = fopen(name, "w");

	assert_true(data != NULL && f != NULL);
	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i % 251);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
	free(data);
}

/* Sizes around what the buffer grows by, and around the limit. */
static void sizes(void **state)
{
	static const size_t sizes_[] = { 0, 1, 4095, 4096, 4097, 8192, MIB - 1, MIB };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes_); i++) {
		char *data;
		size_t size;

		write_file(path, sizes_[i]);
		assert_int_equal(file_read(path, MIB, &data, &size), 0);
		assert_int_equal(size, sizes_[i]);
		assert_int_equal(data[size], '\0');
		for (size_t j = 0; j < size; j++)
			if (data[j] != (char)(j % 251))
				fail_msg("byte %zu of %zu differs", j, size);
		free(data);
	}
}

static void above_the_limit(void **state)
{
	static const size_t sizes_[] = { MIB + 1, 10 * MIB };
	char *data = NULL;
	size_t size = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes_); i++) {
		write_file(path, sizes_[i]);
		assert_int_equal(file_read(path, MIB, &data, &size), -EFBIG);
		assert_null(data);
		assert_int_equal(size, 42);
	}
	assert_string_equal(file_read_error(-EFBIG), "is too large");
}

/* The files of /proc say that they are empty. */
static void file_without_a_size(void **state)
{
	char *data;
	size_t size;

	(void)state;
	assert_int_equal(file_read("/proc/self/status", MIB, &data, &size), 0);
	assert_true(size > 0);
	assert_int_equal(strlen(data), size);
	free(data);
	assert_int_equal(file_read("/proc/self/status", 10, &data, &size), -EFBIG);
}

static void what_is_no_file(void **state)
{
	char *data;
	size_t size;

	(void)state;
	assert_int_equal(file_read(path, MIB, &data, &size), -ENOENT);
	assert_string_equal(file_read_error(-ENOENT), "No such file or directory");
	assert_int_equal(file_read(dir, MIB, &data, &size), -EISDIR);
	assert_string_equal(file_read_error(-EISDIR), "is a directory; expected a file");
	assert_int_equal(file_read("/dev/zero", MIB, &data, &size), -EINVAL);
	assert_int_equal(file_read("/dev/null", MIB, &data, &size), -EINVAL);
	assert_string_equal(file_read_error(-EINVAL),
			    "is not a regular file; expected one");
	/* Nobody writes to it: it must not be waited for. */
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(5);
	assert_int_equal(file_read(path, MIB, &data, &size), -EINVAL);
	alarm(0);
}

static void follows_links(void **state)
{
	char *data;
	size_t size;

	(void)state;
	write_file(other, 3);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(file_read(path, MIB, &data, &size), 0);
	assert_int_equal(size, 3);
	free(data);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(file_read(path, MIB, &data, &size), -ENOENT);
}

static void check_content(const char *expected)
{
	char *data;
	size_t size;

	assert_int_equal(file_read(path, MIB, &data, &size), 0);
	assert_string_equal(data, expected);
	free(data);
}

static void replaces(void **state)
{
	mode_t mask = umask(0077);
	struct stat st;

	(void)state;
	assert_int_equal(file_replace(path, "one", 3), 0);
	umask(mask);
	check_content("one");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(access(other, F_OK), -1);

	/* What is left of an attempt that was cut short does not matter. */
	write_file(other, 1000);
	assert_int_equal(file_replace(path, "two!", 4), 0);
	check_content("two!");
	assert_int_equal(file_replace(path, NULL, 0), 0);
	check_content("");
}

/* Whoever has the old file open goes on reading it whole. */
static void old_content_stays(void **state)
{
	char text[8] = "";
	int fd;

	(void)state;
	assert_int_equal(file_replace(path, "one", 3), 0);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(file_replace(path, "two", 3), 0);
	assert_int_equal(read(fd, text, sizeof(text) - 1), 3);
	close(fd);
	assert_string_equal(text, "one");
}

static void cannot_replace(void **state)
{
	char long_path[PATH_MAX + 1];

	(void)state;
	assert_int_equal(file_replace("/nonexistent/file", "x", 1), -ENOENT);
	memset(long_path, 'x', sizeof(long_path));
	long_path[PATH_MAX - 4] = '\0';
	assert_int_equal(file_replace(long_path, "x", 1), -ENAMETOOLONG);

	/* A link in the place of the new file is not followed. */
	assert_int_equal(symlink("nowhere", other), 0);
	assert_int_equal(file_replace(path, "x", 1), -ELOOP);
	assert_int_equal(unlink(other), 0);

	/* Nothing is left behind when the last step fails. */
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(file_replace(path, "x", 1), -EISDIR);
	assert_int_equal(access(other, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(sizes, remove_files),
		cmocka_unit_test_teardown(above_the_limit, remove_files),
		cmocka_unit_test_teardown(file_without_a_size, remove_files),
		cmocka_unit_test_teardown(what_is_no_file, remove_files),
		cmocka_unit_test_teardown(follows_links, remove_files),
		cmocka_unit_test_teardown(replaces, remove_files),
		cmocka_unit_test_teardown(old_content_stays, remove_files),
		cmocka_unit_test_teardown(cannot_replace, remove_files),
	};

	return run_unit_tests("file", tests, set_up, tear_down);
}
