// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the allowlist's file and its backups. Needs root, who owns the list. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "allowlist.h"
#include "edit/store.h"
#include "file.h"
#include "paths.h"
#include "tree.h"
#include "unit.h"

#define LIST_DIR "/etc/ptbind"

static char root[] = "/tmp/ptbind-test-store-XXXXXX";

static const char *below(const char *path)
{
	static char joined[PATH_MAX];

	assert_int_equal(tree_path(root, path, joined, sizeof(joined)), 0);
	return joined;
}

static void put(const char *path, const char *text, mode_t mode)
{
	int fd = open(below(path), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void check_file(const char *path, const char *expected)
{
	char *data;
	size_t size;

	assert_int_equal(tree_read(root, path, ALLOWLIST_SIZE_MAX, &data, &size), 0);
	assert_string_equal(data, expected);
	free(data);
}

static size_t count(const char *path)
{
	struct tree_names names;
	size_t n;

	assert_int_equal(tree_list(root, path, &names), 0);
	n = names.n;
	tree_names_free(&names);
	return n;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(below(path), &st), 0);
	return st.st_mode & 07777;
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int setup(void **state)
{
	(void)state;
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	return mkdtemp(root) == NULL || mkdir(below("/etc"), 0755) < 0 ||
	       mkdir(below(LIST_DIR), 0755) < 0;
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void open_good(bool to_change, struct store *store)
{
	struct notes problems = { 0 };

	assert_int_equal(store_open(root, to_change, &problems, store), 0);
	assert_int_equal(problems.n, 0);
}

/* Replaces the list; the backup is expected to hold what was there before. */
static void replace(const char *text)
{
	char backup[STORE_BACKUP_STRSIZE], path[PATH_MAX];
	struct notes problems = { 0 };
	struct store store;
	char *before;

	open_good(true, &store);
	before = strdup(store.data != NULL ? store.data : "");
	assert_non_null(before);
	assert_int_equal(store_replace(&store, text, strlen(text), &problems, backup), 0);
	assert_int_equal(problems.n, 0);
	store_close(&store);
	check_file(ALLOWLIST_PATH, text);
	snprintf(path, sizeof(path), "%s/%s", STORE_BACKUP_DIR, backup);
	check_file(path, before);
	assert_int_equal(mode_of(path), 0600);
	free(before);
}

static void check_refused(const char *reason)
{
	struct notes problems = { 0 };
	struct store store;

	assert_int_equal(store_open(root, true, &problems, &store), -EBADMSG);
	assert_int_equal(problems.n, 1);
	if (strstr(problems.lines[0], reason) == NULL)
		fail_msg("'%s' does not say '%s'", problems.lines[0], reason);
	notes_free(&problems);
	assert_int_equal(store_open(root, false, &problems, &store), -EBADMSG);
	notes_free(&problems);
}

static void missing_list(void **state)
{
	struct store store;

	(void)state;
	open_good(false, &store);
	assert_true(store.is_missing);
	assert_int_equal(store.size, 0);
	store_close(&store);
	/* Looking makes nothing. */
	assert_int_equal(count(""), 1);

	umask(0077);
	replace("new\n");
	umask(0022);
	assert_int_equal(mode_of(ALLOWLIST_PATH), 0644);
	assert_int_equal(mode_of(STORE_STATE_DIR), 0700);
	assert_int_equal(mode_of(STORE_BACKUP_DIR), 0700);
}

static void mode_and_owner_stay(void **state)
{
	struct stat st;

	(void)state;
	put(ALLOWLIST_PATH, "old\n", 0640);
	assert_int_equal(chown(below(ALLOWLIST_PATH), 0, 7), 0);
	replace("new\n");
	assert_int_equal(stat(below(ALLOWLIST_PATH), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_gid, 7);
	assert_int_equal(count(LIST_DIR), 1);
}

static void unsafe_lists(void **state)
{
	(void)state;
	put(ALLOWLIST_PATH, "old\n", 0664);
	check_refused("chmod go-w");
	put(ALLOWLIST_PATH, "old\n", 0646);
	check_refused("chmod go-w");
	put(ALLOWLIST_PATH, "old\n", 0644);
	assert_int_equal(chown(below(ALLOWLIST_PATH), 1, 0), 0);
	check_refused("chown root");
	assert_int_equal(chown(below(ALLOWLIST_PATH), 0, 0), 0);
	assert_int_equal(chmod(below(LIST_DIR), 0777), 0);
	check_refused("/etc/ptbind: mode 0777");
	assert_int_equal(chmod(below(LIST_DIR), 0755), 0);

	put("/elsewhere", "old\n", 0644);
	assert_int_equal(unlink(below(ALLOWLIST_PATH)), 0);
	assert_int_equal(symlink("../../elsewhere", below(ALLOWLIST_PATH)), 0);
	check_refused("symbolic link");
	assert_int_equal(unlink(below(ALLOWLIST_PATH)), 0);
	assert_int_equal(mkfifo(below(ALLOWLIST_PATH), 0644), 0);
	check_refused("not a regular file");
	assert_int_equal(unlink(below(ALLOWLIST_PATH)), 0);
	assert_int_equal(mkdir(below(ALLOWLIST_PATH), 0755), 0);
	check_refused("not a regular file");
	check_file("/elsewhere", "old\n");
}

static void too_large(void **state)
{
	(void)state;
	put(ALLOWLIST_PATH, "", 0644);
	assert_int_equal(truncate(below(ALLOWLIST_PATH), ALLOWLIST_SIZE_MAX + 1), 0);
	check_refused("too large");
}

/* What a crash left behind is in nobody's way, not even as a link. */
static void leftovers(void **state)
{
	(void)state;
	put(ALLOWLIST_PATH, "1\n", 0644);
	replace("2\n");
	put("/elsewhere", "mine\n", 0644);
	put(STORE_BACKUP_DIR "/.new", "half", 0600);
	assert_int_equal(symlink("../../elsewhere", below(LIST_DIR "/.new")), 0);
	replace("3\n");
	check_file("/elsewhere", "mine\n");
	assert_int_equal(count(LIST_DIR), 1);
	assert_int_equal(count(STORE_BACKUP_DIR), 2);
}

static void changed_meanwhile(void **state)
{
	char backup[STORE_BACKUP_STRSIZE];
	struct notes problems = { 0 };
	struct store store;

	(void)state;
	put(ALLOWLIST_PATH, "old\n", 0644);
	open_good(true, &store);
	put(ALLOWLIST_PATH, "by hand\n", 0644);
	assert_int_equal(store_replace(&store, "new\n", 4, &problems, backup), -EBADMSG);
	assert_non_null(strstr(problems.lines[0], "meanwhile"));
	notes_free(&problems);
	store_close(&store);
	check_file(ALLOWLIST_PATH, "by hand\n");
	assert_int_equal(count(STORE_BACKUP_DIR), 0);

	/* In place, as large as it was. */
	assert_int_equal(utimensat(AT_FDCWD, below(ALLOWLIST_PATH),
				   (struct timespec[2]){ { 0 }, { 0 } }, 0),
			 0);
	open_good(true, &store);
	put(ALLOWLIST_PATH, "by foot\n", 0644);
	assert_int_equal(store_replace(&store, "new\n", 4, &problems, backup), -EBADMSG);
	notes_free(&problems);
	store_close(&store);
	check_file(ALLOWLIST_PATH, "by foot\n");

	/* A list that was not there. */
	assert_int_equal(unlink(below(ALLOWLIST_PATH)), 0);
	open_good(true, &store);
	put(ALLOWLIST_PATH, "by hand\n", 0644);
	assert_int_equal(store_replace(&store, "new\n", 4, &problems, backup), -EBADMSG);
	notes_free(&problems);
	store_close(&store);
	check_file(ALLOWLIST_PATH, "by hand\n");
}

/* In a process of its own: no file may grow beyond max bytes. */
static int replace_with_limit(rlim_t max, const char *text)
{
	const struct rlimit limit = { max, max };
	char backup[STORE_BACKUP_STRSIZE];
	struct notes problems = { 0 };
	struct store store;
	int err;

	signal(SIGXFSZ, SIG_IGN);
	if (store_open(root, true, &problems, &store) < 0 ||
	    setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 1;
	err = store_replace(&store, text, strlen(text), &problems, backup);
	store_close(&store);
	if (err != -EBADMSG || problems.n != 1)
		return 2;
	notes_free(&problems);
	return 0;
}

static void check_no_space(rlim_t max, const char *text)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(replace_with_limit(max, text));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	check_file(ALLOWLIST_PATH, "the old list\n");
	assert_int_equal(count(LIST_DIR), 1);
	assert_int_equal(count(STORE_BACKUP_DIR), 0);
}

static void no_space(void **state)
{
	(void)state;
	put(ALLOWLIST_PATH, "the old list\n", 0644);
	/* For the new list; then for the backup. */
	check_no_space(20, "the new list, which is longer\n");
	check_no_space(5, "new\n");
}

static void backups(void **state)
{
	char text[16], path[PATH_MAX];
	struct tree_names names;

	(void)state;
	for (int i = 0; i < 35; i++) {
		snprintf(text, sizeof(text), "list %d\n", i);
		replace(text);
		if (i == 0)
			put(STORE_BACKUP_DIR "/mine", "by hand\n", 0600);
	}
	assert_int_equal(tree_list(root, STORE_BACKUP_DIR, &names), 0);
	assert_int_equal(names.n, STORE_BACKUPS_MAX + 1);
	assert_memory_equal(names.entries[0], "00000006-20", 11);
	assert_memory_equal(names.entries[29], "00000035-20", 11);
	assert_string_equal(names.entries[30], "mine");
	snprintf(path, sizeof(path), "%s/%s", STORE_BACKUP_DIR, names.entries[29]);
	check_file(path, "list 33\n");
	tree_names_free(&names);
}

static void check_last(const char *expected)
{
	char backup[STORE_BACKUP_STRSIZE];
	struct notes problems = { 0 };
	struct store store;
	char *data;
	size_t size;
	int err;

	open_good(true, &store);
	err = store_last_backup(&store, &problems, backup, &data, &size);
	assert_int_equal(problems.n, 0);
	if (expected == NULL) {
		assert_int_equal(err, -ENOENT);
	} else {
		assert_int_equal(err, 0);
		assert_string_equal(data, expected);
		assert_int_equal(store_drop_backup(&store, backup), 0);
		free(data);
	}
	store_close(&store);
}

static void last_backup(void **state)
{
	(void)state;
	check_last(NULL);
	put(ALLOWLIST_PATH, "1\n", 0644);
	check_last(NULL);
	replace("2\n");
	replace("3\n");
	/* As after a crash between backup and replacement. */
	put(STORE_BACKUP_DIR "/00000003-20260101T000000Z", "3\n", 0600);
	put(STORE_BACKUP_DIR "/00000004-x", "no backup\n", 0600);
	put(STORE_BACKUP_DIR "/.new", "half", 0600);
	check_last("2\n");
	check_last("1\n");
	check_last(NULL);
}

/* Two at once: the second waits until the first is done. */
static void locked(void **state)
{
	struct store store;
	struct timespec start, end;
	pid_t pid;
	int status;

	(void)state;
	put(ALLOWLIST_PATH, "old\n", 0644);
	open_good(true, &store);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct timespec pause = { .tv_nsec = 300000000 };
		char backup[STORE_BACKUP_STRSIZE];
		struct notes problems = { 0 };

		(void)nanosleep(&pause, NULL);
		status = store_replace(&store, "first\n", 6, &problems, backup);
		store_close(&store);
		_exit(status == 0 ? 0 : 1);
	}
	/* The lock is with the child now as well. */
	store_close(&store);
	clock_gettime(CLOCK_MONOTONIC, &start);
	open_good(true, &store);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_string_equal(store.data, "first\n");
	assert_true(end.tv_sec - start.tv_sec < 5);
	store_close(&store);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(missing_list), TEST(mode_and_owner_stay),
		TEST(unsafe_lists), TEST(too_large),
		TEST(leftovers),    TEST(changed_meanwhile),
		TEST(no_space),     TEST(backups),
		TEST(last_backup),  TEST(locked),
	};

	return run_unit_tests("store", tests, NULL, NULL);
}
