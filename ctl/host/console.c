// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading which consoles the kernel has. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"

#define ACTIVE_PATH "/sys/class/tty/console/active"
#define CONSOLES_PATH "/proc/consoles"
#define CONSOLES_MAX 65536

/* Adds a name of len bytes. Returns 0 or -ENOMEM. */
static int add_name(struct tree_names *names, const char *name, size_t len)
{
	_cleanup_free_ char *copy = strndup(name, len);

	return copy == NULL ? -ENOMEM : tree_names_add(names, copy);
}

/* One line of names with blanks between them. */
static int parse_active(const char *text, struct tree_names *names)
{
	int err = 0;

	while (err == 0 && *text != '\0') {
		const size_t len = strcspn(text, " ");

		if (len > 0)
			err = add_name(names, text, len);
		text += len;
		text += strspn(text, " ");
	}
	return err;
}

/*
 * A line for each console: "ttyS0                -W- (EC  p a)    4:64". One without a
 * device number is no terminal, such as netcon0 (Documentation/filesystems/proc.rst).
 */
static int parse_consoles(const char *text, struct tree_names *names)
{
	int err = 0;

	while (err == 0 && *text != '\0') {
		const size_t line_len = strcspn(text, "\n");
		const char *end = text + line_len;
		const char *flags = memchr(text, '(', line_len);
		const char *close =
			flags == NULL ? NULL : memchr(flags, ')', (size_t)(end - flags));

		if (close != NULL && text[0] != '(' && flags[1] == 'E' &&
		    memchr(close, ':', (size_t)(end - close)) != NULL)
			err = add_name(names, text, strcspn(text, " ("));
		text = *end == '\0' ? end : end + 1;
	}
	return err;
}

static int read_names(const char *root, struct tree_names *names)
{
	_cleanup_free_ char *consoles = NULL;
	char active[TREE_VALUE_SIZE];
	size_t size;
	int err;

	err = tree_value(root, ACTIVE_PATH, active);
	if (err == 0)
		return parse_active(active, names);
	err = tree_read(root, CONSOLES_PATH, CONSOLES_MAX, &consoles, &size);
	return err < 0 ? err : parse_consoles(consoles, names);
}

int consoles_read(const char *root, struct tree_names *ret_names)
{
	struct tree_names names = { 0 };
	int err = read_names(root, &names);

	if (err < 0)
		tree_names_free(&names);
	else
		*ret_names = names;
	return err;
}

bool console_is_serial(const char *name)
{
	static const char *const prefixes[] = { "ttyS", "ttyAMA", "ttyUSB", "hvc" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const size_t len = strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], len) == 0 && name[len] != '\0' &&
		    strspn(name + len, "0123456789") == strlen(name + len))
			return true;
	}
	return false;
}

bool consoles_have(const struct tree_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->entries[i], name) == 0)
			return true;
	return false;
}
