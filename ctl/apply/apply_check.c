// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether today's list may be applied. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "cmd.h"
#include "file.h"
#include "output.h"
#include "paths.h"
#include "run_program.h"
#include "tree.h"

#define EARLY "/usr/lib/ptbind/ptbind-early"
#define UPDATE_CONF "/etc/initramfs-tools/update-initramfs.conf"

/* What update-initramfs.conf(5) says last of update_initramfs=. */
static bool updates_are_off(const char *root)
{
	static const char key[] = "update_initramfs=";
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	bool off = false;
	size_t size;

	if (tree_read(root, UPDATE_CONF, 65536, &text, &size) < 0)
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t");
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		line += strlen(key);
		line += strspn(line, "\"'");
		off = strncmp(line, "no", 2) == 0 && strchr("\"' \t#", line[2]) != NULL;
	}
	return off;
}

/* Says why images cannot be built here, a sentence, or returns NULL. */
static const char *cannot_build(const struct apply *apply)
{
	const char *root = apply->host.root;

	if (!run_program_exists(root, "update-initramfs"))
		return "there is no update-initramfs: images of dracut and others are not "
		       "supported; install initramfs-tools";
	if (updates_are_off(root))
		return UPDATE_CONF " says update_initramfs=no, so that update-initramfs "
				   "changes nothing; set it to yes, or build the images "
				   "as this host does";
	if (apply->rebuild.n == 0)
		return "there is no kernel in /boot";
	return NULL;
}

/* Does the judge that the initramfs hook asks find the list good, too? */
static bool list_is_good(const struct apply *apply)
{
	static const char *const argv[] = { EARLY, "--check-list", ALLOWLIST_PATH, NULL };

	if (apply->next.error == -ENOENT)
		return true;
	if (apply->next.error != 0) {
		fprintf(stderr, "ptbind: " ALLOWLIST_PATH ": %s\n",
			file_read_error(apply->next.error));
		return false;
	}
	for (size_t i = 0; i < apply->next.list.n_lines; i++) {
		const struct allowlist_line *line = &apply->next.list.lines[i];

		if (line->column != 0)
			fprintf(stderr, "ptbind: " ALLOWLIST_PATH ":%u:%u: %s\n",
				line->number, line->column, line->error);
	}
	if (apply->next.list.n_bad > 0)
		return false;
	return apply->host.root[0] != '\0' || run_program(argv) == 0;
}

int apply_refuse(const char *why)
{
	fprintf(stderr, "ptbind: not applied: %s\n", why);
	return EXIT_NOT_AS_WANTED;
}

int apply_check(struct apply *apply)
{
	const char *why = cannot_build(apply);
	int err;

	if (why != NULL)
		return apply_refuse(why);
	if (!list_is_good(apply)) {
		(void)apply_refuse("the list cannot be used as it is");
		return EXIT_UNUSABLE;
	}
	/* What the guards object to is among the findings. */
	err = check_everything(&apply->host, &apply->next, &apply->findings);
	if (err < 0)
		return err;
	if (apply_print_errors(&apply->findings) > 0)
		return apply_refuse("the next boot would not be good");
	return EXIT_AS_WANTED;
}
