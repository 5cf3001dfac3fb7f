// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the records of what became of functions since boot. */

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "file.h"
#include "status/claims.h"
#include "unit.h"

static char root[64];

static int make_root(void **state)
{
	char path[96];

	(void)state;
	strcpy(root, "/tmp/ptbind-test-claims-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/run", root);
	if (mkdir(path, 0755) < 0)
		return -1;
	strcat(path, "/ptbind");
	return mkdir(path, 0755);
}

static int remove_root(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void round_trip(void **state)
{
	const struct pci_address address = address_of("10000:e1:00.7");
	struct claim written = { "mismatch", "expected this; found: that" };
	struct claim read = { "x", "x" };
	char path[128];
	struct stat st;

	(void)state;
	assert_int_equal(claims_read(root, &address, &read), -ENOENT);
	assert_string_equal(read.result, "x");
	assert_int_equal(claims_write(root, &address, &written), 0);
	assert_int_equal(claims_read(root, &address, &read), 0);
	assert_string_equal(read.result, "mismatch");
	assert_string_equal(read.message, "expected this; found: that");
	assert_false(claim_is_bound(&read));

	/* The newest counts, and as long a message as there is fits. */
	strcpy(written.result, "already-bound");
	memset(written.message, 'm', sizeof(written.message) - 1);
	assert_int_equal(claims_write(root, &address, &written), 0);
	assert_int_equal(claims_read(root, &address, &read), 0);
	assert_true(claim_is_bound(&read));
	assert_int_equal(strlen(read.message), sizeof(written.message) - 1);
	snprintf(path, sizeof(path), "%s" CLAIMS_DIR "/10000:e1:00.7", root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	snprintf(path, sizeof(path), "%s" CLAIMS_DIR, root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0022, 0);
}

/* Half a record lets no guest start: it is not taken for one. */
static void broken(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} cases[] = {
		{ "", 0 },
		{ "bound", 5 },
		{ "bound\n", 6 },
		{ "\n\n", 2 },
		{ "bound\nx", 7 },
		{ "bound\n\nmore\n", 12 },
		{ "bo\0nd\n\n", 7 },
		{ "a result that is far too long to be one\n\n", 41 },
	};
	const struct pci_address address = address_of("04:00.0");
	const struct claim good = { "bound", "" };
	struct claim read;
	char path[128];

	(void)state;
	assert_int_equal(claims_write(root, &address, &good), 0);
	assert_int_equal(claims_read(root, &address, &read), 0);
	assert_true(claim_is_bound(&read));
	snprintf(path, sizeof(path), "%s" CLAIMS_DIR "/0000:04:00.0", root);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(file_replace(path, cases[i].bytes, cases[i].size), 0);
		assert_int_equal(claims_read(root, &address, &read), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(round_trip, make_root, remove_root),
		cmocka_unit_test_setup_teardown(broken, make_root, remove_root),
	};

	return run_unit_tests("claims", tests, NULL, NULL);
}
