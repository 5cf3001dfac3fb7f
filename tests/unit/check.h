/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host below a temporary directory, for the tests of the parts of the check. */
#ifndef PTBIND_UNIT_CHECK_H
#define PTBIND_UNIT_CHECK_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/findings.h"
#include "host/host.h"
#include "unit.h"

struct check_fixture {
	char root[64];
	struct host host;
	struct next_boot next;
	struct findings findings;
	char text[8192]; /* the findings, a line each: "SEVERITY CODE EVIDENCE" */
};

/* Makes a host of n functions whose list is a text; its machine is copied. */
static inline void fixture_start(struct check_fixture *fixture,
				 const struct pci_function *functions, size_t n,
				 const char *list)
{
	char *data = strdup(list);

	*fixture = (struct check_fixture){ .root = "/tmp/ptbind-check-XXXXXX" };
	assert_non_null(mkdtemp(fixture->root));
	fixture->host.root = fixture->root;
	make_machine(functions, n, true, &fixture->host.machine);
	assert_non_null(data);
	assert_int_equal(
		next_boot_plan(&fixture->host, data, strlen(list), &fixture->next), 0);
}

/* Makes a host of three cards, of which 05:00.0 is listed. */
static inline void fixture_start_cards(struct check_fixture *fixture,
				       const char *const addresses[static 3])
{
	struct pci_function functions[3];

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		functions[i] = card_at(addresses[i], addresses[i]);
	fixture_start(fixture, functions, 3, "05:00.0 id=8086:125c\n");
}

/* Makes the directories above a path below the root, and writes where it is. */
static inline void fixture_path(const struct check_fixture *fixture, const char *path,
				char *ret_path, size_t size)
{
	snprintf(ret_path, size, "%s%s", fixture->root, path);
	for (char *s = ret_path + strlen(fixture->root) + 1; *s != '\0'; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		assert_true(mkdir(ret_path, 0755) == 0 || errno == EEXIST);
		*s = '/';
	}
}

static inline void fixture_write_bytes(const struct check_fixture *fixture,
				       const char *path, const void *bytes, size_t size)
{
	char joined[512];
	FILE *f;

	fixture_path(fixture, path, joined, sizeof(joined));
	f = fopen(joined, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static inline void fixture_write(const struct check_fixture *fixture, const char *path,
				 const char *text)
{
	fixture_write_bytes(fixture, path, text, strlen(text));
}

static inline void fixture_link(const struct check_fixture *fixture, const char *target,
				const char *path)
{
	char joined[512];

	fixture_path(fixture, path, joined, sizeof(joined));
	assert_int_equal(symlink(target, joined), 0);
}

/* Runs a part of the check; what it found, a line each, is in the fixture's text. */
static inline const char *fixture_check(struct check_fixture *fixture,
					int (*check)(const struct host *,
						     const struct next_boot *,
						     struct findings *))
{
	size_t len = 0;

	findings_free(&fixture->findings);
	configured_guests_free(&fixture->host.guests);
	assert_int_equal(configured_guests_read(fixture->root, &fixture->host.guests), 0);
	assert_int_equal(check(&fixture->host, &fixture->next, &fixture->findings), 0);
	fixture->text[0] = '\0';
	for (size_t i = 0; i < fixture->findings.n; i++) {
		const struct finding *finding = &fixture->findings.entries[i];

		assert_true(len < sizeof(fixture->text));
		len += (size_t)snprintf(fixture->text + len, sizeof(fixture->text) - len,
					"%s %s %s\n",
					severity_word(finding->kind->severity),
					finding->kind->code, finding->evidence);
	}
	return fixture->text;
}

static inline int fixture_remove(const char *path, const struct stat *st, int type,
				 struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void fixture_end(struct check_fixture *fixture)
{
	findings_free(&fixture->findings);
	next_boot_free(&fixture->next);
	machine_free(&fixture->host.machine);
	uses_free(&fixture->host.uses);
	stakes_free(&fixture->host.stakes);
	configured_guests_free(&fixture->host.guests);
	assert_int_equal(nftw(fixture->root, fixture_remove, 16, FTW_DEPTH | FTW_PHYS),
			 0);
}

#endif
