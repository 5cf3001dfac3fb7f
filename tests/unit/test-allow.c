// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the permission for one start. Needs root, who alone may give it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/allow.h"
#include "unit.h"

static char root[64];

static int make_root(void **state)
{
	char path[PATH_MAX];

	(void)state;
	strcpy(root, "/tmp/ptbind-test-allow-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/run", root);
	return mkdir(path, 0755);
}

static int remove_root(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

/* The path of something below the root. */
static const char *below(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void check_mode(const char *name, mode_t expected)
{
	struct stat st;

	assert_int_equal(lstat(below(name), &st), 0);
	assert_int_equal(st.st_mode, expected);
	assert_int_equal(st.st_uid, 0);
}

static void once(void **state)
{
	(void)state;
	assert_int_equal(allow_take(root, "100"), -ENOENT);
	assert_int_equal(allow_give(root, "100"), 0);
	assert_int_equal(allow_take(root, "101"), -ENOENT);
	assert_int_equal(allow_take(root, "10"), -ENOENT);
	assert_int_equal(allow_take(root, "100"), 0);
	assert_int_equal(allow_take(root, "100"), -ENOENT);
}

/* Given twice, it still is for one start. */
static void twice(void **state)
{
	(void)state;
	assert_int_equal(allow_give(root, "a guest"), 0);
	assert_int_equal(allow_give(root, "a guest"), 0);
	assert_int_equal(allow_take(root, "a guest"), 0);
	assert_int_equal(allow_take(root, "a guest"), -ENOENT);
}

static void modes(void **state)
{
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(allow_give(root, "100"), 0);
	check_mode("run/ptbind", S_IFDIR | 0755);
	check_mode("run/ptbind/allow", S_IFDIR | 0700);
	check_mode("run/ptbind/allow/100", S_IFREG | 0600);
	assert_int_equal(remove_root(NULL), 0);

	assert_int_equal(make_root(NULL), 0);
	umask(0777);
	assert_int_equal(allow_give(root, "100"), 0);
	umask(mask);
	check_mode("run/ptbind", S_IFDIR | 0755);
	check_mode("run/ptbind/allow", S_IFDIR | 0700);
}

/* What the boot made stays as it is. */
static void directory_of_the_boot(void **state)
{
	(void)state;
	assert_int_equal(mkdir(below("run/ptbind"), 0755), 0);
	assert_int_equal(chmod(below("run/ptbind"), 0711), 0);
	assert_int_equal(allow_give(root, "100"), 0);
	check_mode("run/ptbind", S_IFDIR | 0711);
}

static void others_may_write(void **state)
{
	static const mode_t bad[] = { 0770, 0707, 0777 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(allow_give(root, "100"), 0);
		assert_int_equal(chmod(below("run/ptbind/allow"), bad[i]), 0);
		assert_int_equal(allow_take(root, "100"), -EPERM);
		assert_int_equal(allow_give(root, "101"), -EPERM);
		assert_int_equal(chmod(below("run/ptbind/allow"), 0700), 0);
	}
	assert_int_equal(chown(below("run/ptbind/allow"), 12345, 12345), 0);
	assert_int_equal(allow_take(root, "100"), -EPERM);
	assert_int_equal(chown(below("run/ptbind/allow"), 0, 0), 0);
	assert_int_equal(allow_take(root, "100"), 0);
}

static void links(void **state)
{
	char target[PATH_MAX];

	(void)state;
	assert_int_equal(mkdir(below("run/ptbind"), 0755), 0);
	assert_int_equal(mkdir(below("other"), 0700), 0);
	snprintf(target, sizeof(target), "%s/other", root);
	assert_int_equal(symlink(target, below("run/ptbind/allow")), 0);
	assert_true(allow_give(root, "100") < 0);
	assert_true(allow_take(root, "100") < 0);
	assert_int_equal(access(below("other/100"), F_OK), -1);
	assert_int_equal(unlink(below("run/ptbind/allow")), 0);

	/* One in the place of a permission is removed, not followed. */
	assert_int_equal(mkdir(below("run/ptbind/allow"), 0700), 0);
	assert_int_equal(symlink(target, below("run/ptbind/allow/100")), 0);
	assert_true(allow_give(root, "100") < 0);
	assert_int_equal(allow_take(root, "100"), 0);
	assert_int_equal(access(target, F_OK), 0);
}

static void no_directory(void **state)
{
	char longer[PATH_MAX + 1];

	(void)state;
	assert_int_equal(allow_give(below("none"), "100"), -ENOENT);
	assert_int_equal(allow_take(below("none"), "100"), -ENOENT);
	memset(longer, '/', PATH_MAX);
	longer[PATH_MAX] = '\0';
	assert_int_equal(allow_give(longer, "100"), -ENAMETOOLONG);
	assert_int_equal(allow_take(longer, "100"), -ENAMETOOLONG);
}

static void names(void **state)
{
	static const char *const good[] = { "100", "a guest", ".x",
					    "...", "-x",      "d\xc3\xa9j\xc3\xa0",
					    "it's" };
	static const char *const bad[] = { "",    ".",   "..", "/",      "../x",
					   "a/b", "x\n", "\t", "\x1b[m", "\x7f" };
	char name[NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_null(allow_check_name(good[i]));
		assert_int_equal(allow_give(root, good[i]), 0);
		assert_int_equal(allow_take(root, good[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_non_null(allow_check_name(bad[i]));
		assert_int_equal(allow_give(root, bad[i]), -EINVAL);
		assert_int_equal(allow_take(root, bad[i]), -EINVAL);
	}
	memset(name, 'x', sizeof(name));
	name[NAME_MAX] = '\0';
	assert_null(allow_check_name(name));
	assert_int_equal(allow_give(root, name), 0);
	name[NAME_MAX] = 'x';
	name[NAME_MAX + 1] = '\0';
	assert_non_null(allow_check_name(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once, make_root, remove_root),
		cmocka_unit_test_setup_teardown(twice, make_root, remove_root),
		cmocka_unit_test_setup_teardown(modes, make_root, remove_root),
		cmocka_unit_test_setup_teardown(directory_of_the_boot, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(others_may_write, make_root, remove_root),
		cmocka_unit_test_setup_teardown(links, make_root, remove_root),
		cmocka_unit_test_setup_teardown(no_directory, make_root, remove_root),
		cmocka_unit_test_setup_teardown(names, make_root, remove_root),
	};

	return run_unit_tests("allow", tests, NULL, NULL);
}
