// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading a host's files, below a directory that is made for them. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tree.h"
#include "unit.h"

struct fixture {
	char root[64];
};

static void path_in(const struct fixture *f, const char *path, char *joined)
{
	assert_int_equal(tree_path(f->root, path, joined, PATH_MAX), 0);
}

static void put(const struct fixture *f, const char *path, const char *content)
{
	char joined[PATH_MAX];
	FILE *file;

	path_in(f, path, joined);
	file = fopen(joined, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_directory(const struct fixture *f, const char *path)
{
	char joined[PATH_MAX];

	path_in(f, path, joined);
	assert_int_equal(mkdir(joined, 0755), 0);
}

static void make_link(const struct fixture *f, const char *target, const char *path)
{
	char joined[PATH_MAX];

	path_in(f, path, joined);
	assert_int_equal(symlink(target, joined), 0);
}

static int set_up(void **state)
{
	static const char *const directories[] = {
		"/sys",
		"/sys/class",
		"/sys/class/net",
		"/sys/devices",
		"/sys/devices/virtual",
		"/sys/devices/pci0000:00",
		"/sys/devices/pci0000:00/0000:00:1c.0",
		"/sys/devices/pci0000:00/0000:00:1c.0/0000:04:00.0",
		"/sys/devices/pci0000:00/0000:00:1c.0/0000:04:00.0/eth0",
	};
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->root, "/tmp/ptbind-test-tree.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		make_directory(f, directories[i]);
	make_link(f, "../../devices/pci0000:00/0000:00:1c.0/0000:04:00.0/eth0",
		  "/sys/class/net/eth0");
	make_link(f, "../../devices/virtual", "/sys/class/net/lo");
	make_link(f, "../../../../../../../../../..", "/sys/class/net/out");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];
	int status;

	snprintf(command, sizeof(command), "rm -rf '%s'", f->root);
	status = system(command);
	free(f);
	return status;
}

static void values(void **state)
{
	const struct fixture *f = *state;
	char value[TREE_VALUE_SIZE], *data;
	size_t size;

	put(f, "/sys/value", "flr bus \n\n");
	assert_int_equal(tree_value(f->root, "/sys/value", value), 0);
	assert_string_equal(value, "flr bus");
	put(f, "/sys/empty", "");
	assert_int_equal(tree_value(f->root, "/sys/empty", value), 0);
	assert_string_equal(value, "");
	assert_int_equal(tree_value(f->root, "/sys/absent", value), -ENOENT);
	assert_int_equal(tree_value(f->root, "/sys/class", value), -EISDIR);
	assert_int_equal(tree_read(f->root, "/sys/value", 100, &data, &size), 0);
	assert_string_equal(data, "flr bus \n\n");
	assert_int_equal(size, 10);
	free(data);
	assert_int_equal(tree_read(f->root, "/sys/value", 9, &data, &size), -EFBIG);
	assert_true(tree_has(f->root, "/sys/value"));
	assert_false(tree_has(f->root, "/sys/absent"));
}

static void names(void **state)
{
	const struct fixture *f = *state;
	struct tree_names names;

	assert_int_equal(tree_list(f->root, "/sys/class/net", &names), 0);
	assert_int_equal(names.n, 3);
	assert_string_equal(names.entries[0], "eth0");
	assert_string_equal(names.entries[1], "lo");
	assert_string_equal(names.entries[2], "out");
	tree_names_free(&names);
	assert_int_equal(names.n, 0);

	assert_int_equal(tree_list(f->root, "/sys/class/absent", &names), 0);
	assert_int_equal(names.n, 0);
	tree_names_free(&names);
	put(f, "/sys/file", "");
	assert_int_equal(tree_list(f->root, "/sys/file", &names), -ENOTDIR);
}

static void links(void **state)
{
	const struct fixture *f = *state;
	struct pci_address address, expected = address_of("0000:04:00.0");
	char path[PATH_MAX];

	assert_int_equal(tree_resolve(f->root, "/sys/class/net/eth0", path, sizeof(path)),
			 0);
	assert_string_equal(path,
			    "/sys/devices/pci0000:00/0000:00:1c.0/0000:04:00.0/eth0");
	assert_int_equal(tree_resolve(f->root, "/sys/class/net/eth0", path, 10),
			 -ENAMETOOLONG);
	assert_int_equal(tree_resolve(f->root, "/sys/class/net/no", path, sizeof(path)),
			 -ENOENT);
	assert_int_equal(tree_resolve(f->root, "/sys/class/net/out", path, sizeof(path)),
			 -EXDEV);

	assert_int_equal(tree_function(f->root, "/sys/class/net/eth0", &address), 0);
	assert_int_equal(pci_address_compare(&address, &expected), 0);
	assert_int_equal(tree_function(f->root, "/sys/class/net/lo", &address), -ENODEV);
	assert_int_equal(tree_function(f->root, "/sys/class/net/no", &address), -ENOENT);
}

/* A root that is itself reached by a link is a root like any other. */
static void linked_root(void **state)
{
	const struct fixture *f = *state;
	char root[PATH_MAX], path[PATH_MAX];

	make_link(f, ".", "/self");
	path_in(f, "/self", root);
	assert_int_equal(tree_resolve(root, "/sys/class/net/lo", path, sizeof(path)), 0);
	assert_string_equal(path, "/sys/devices/virtual");
	assert_int_equal(tree_resolve("", f->root, path, sizeof(path)), 0);
	assert_string_equal(path, f->root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(names),
		cmocka_unit_test(links),
		cmocka_unit_test(linked_root),
	};

	return run_unit_tests("tree", tests, set_up, tear_down);
}
