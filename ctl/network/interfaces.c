// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the files of interfaces(5). */

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "interfaces.h"

#define INTERFACES_DIR "/etc/network"
#define INTERFACES_PATH INTERFACES_DIR "/interfaces"
#define SOURCE_DEPTH_MAX 8

/*
 * What was changed in the web interface of Proxmox VE and not applied; at boot its
 * service pvenetcommit puts it in the place of the other.
 */
#define INTERFACES_NEW_PATH INTERFACES_DIR "/interfaces.new"
#define PROXMOX_DIR "/etc/pve"

/* Nobody writes a longer one by hand; it is not read. */
#define INTERFACES_SIZE_MAX 1048576

#define BLANKS " \t\r\n\v\f"

struct reader {
	const char *root;
	struct interfaces *interfaces;
};

/*
 * Keeps a path. Returns 1 and the copy, which stays where it is; 0 where it is known; or
 * -ENOMEM.
 */
static int keep_path(struct reader *reader, const char *path, const char **ret_copy)
{
	struct tree_names *paths = &reader->interfaces->paths;
	int err;

	for (size_t i = 0; i < paths->n; i++)
		if (strcmp(paths->entries[i], path) == 0)
			return 0;
	err = tree_names_add(paths, path);
	if (err < 0)
		return err;
	*ret_copy = paths->entries[paths->n - 1];
	return 1;
}

static int add_unread(struct reader *reader, const char *path, int error)
{
	struct interfaces *interfaces = reader->interfaces;
	struct interfaces_unread *unread;

	unread = array_grow(interfaces->unread, interfaces->n_unread, sizeof(*unread));
	if (unread == NULL)
		return -ENOMEM;
	interfaces->unread = unread;
	unread[interfaces->n_unread++] = (struct interfaces_unread){ path, error };
	return 0;
}

static int add_line(struct reader *reader, const char *path, unsigned int number,
		    const char *text)
{
	struct interfaces *interfaces = reader->interfaces;
	struct interfaces_line *lines, *line;

	lines = array_grow(interfaces->lines, interfaces->n, sizeof(*lines));
	if (lines == NULL)
		return -ENOMEM;
	interfaces->lines = lines;
	line = &lines[interfaces->n];
	*line = (struct interfaces_line){ .path = path, .line = number };
	line->text = strdup(text);
	if (line->text == NULL)
		return -ENOMEM;
	interfaces->n++;
	return 0;
}

static int read_file(struct reader *reader, const char *path, unsigned int depth);

/* Of a directory ifup(8) reads the files whose names have just these bytes. */
static bool is_plain_name(const char *name)
{
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789_-") == strlen(name);
}

/* Reads the files of a directory whose names a pattern matches; NULL: all it is for. */
static int read_matching(struct reader *reader, const char *dir, const char *pattern,
			 unsigned int depth)
{
	struct tree_names names = { 0 };
	const char *copy;
	int err;

	err = tree_list(reader->root, dir, &names);
	if (err == -ENOMEM || err == -ENOTDIR)
		return err == -ENOMEM ? err : 0;
	if (err < 0) {
		const int error = err;

		err = keep_path(reader, dir, &copy);
		return err <= 0 ? err : add_unread(reader, copy, error);
	}
	for (size_t i = 0; err == 0 && i < names.n; i++) {
		char path[PATH_MAX];
		int n;

		if (pattern != NULL ?
			    fnmatch(pattern, names.entries[i], FNM_PERIOD) != 0 :
			    !is_plain_name(names.entries[i]))
			continue;
		n = snprintf(path, sizeof(path), "%s/%s", dir, names.entries[i]);
		if (n > 0 && (size_t)n < sizeof(path))
			err = read_file(reader, path, depth);
	}
	tree_names_free(&names);
	return err;
}

/* Follows "source PATTERN" and "source-directory DIR". */
static int follow_source(struct reader *reader, const char *word, bool is_dir,
			 unsigned int depth)
{
	char dir[PATH_MAX], *slash;
	int n;

	if (depth == SOURCE_DEPTH_MAX)
		return 0;
	n = snprintf(dir, sizeof(dir), "%s%s", word[0] == '/' ? "" : INTERFACES_DIR "/",
		     word);
	if (n < 0 || (size_t)n >= sizeof(dir))
		return 0;
	if (is_dir)
		return read_matching(reader, dir, NULL, depth + 1);
	slash = strrchr(dir, '/');
	*slash = '\0';
	return read_matching(reader, dir, slash + 1, depth + 1);
}

/* Takes a whole line: what it names is read in its place, anything else is kept. */
static int take_line(struct reader *reader, const char *path, unsigned int number,
		     char *text, unsigned int depth)
{
	static const char source[] = "source", source_dir[] = "source-directory";
	const size_t len = strcspn(text, BLANKS);
	const bool is_dir =
		len == strlen(source_dir) && strncmp(text, source_dir, len) == 0;
	char *word;

	if (!is_dir && (len != strlen(source) || strncmp(text, source, len) != 0))
		return add_line(reader, path, number, text);
	word = text + len;
	word += strspn(word, BLANKS);
	word[strcspn(word, BLANKS)] = '\0';
	return word[0] == '\0' ? 0 : follow_source(reader, word, is_dir, depth);
}

/*
 * Joins a line with those that it goes on in, as one that ends in a backslash does, but a
 * comment. *rest moves behind them, *number becomes that of the last.
 */
static char *join_lines(char **rest, unsigned int *number)
{
	char *text = strsep(rest, "\n"), *end = text + strlen(text);

	text += strspn(text, BLANKS);
	(*number)++;
	while (text[0] != '#' && end > text && end[-1] == '\\' && *rest != NULL) {
		/* The next line starts behind the NUL that strsep() put there. */
		end[-1] = ' ';
		*end = '\n';
		(void)strsep(rest, "\n");
		end += strlen(end);
		(*number)++;
	}
	while (end > text && strchr(BLANKS "\\", end[-1]) != NULL)
		end--;
	*end = '\0';
	return text;
}

static int read_file(struct reader *reader, const char *path, unsigned int depth)
{
	_cleanup_free_ char *data = NULL;
	unsigned int number = 0;
	const char *copy;
	char *rest;
	size_t size;
	int err;

	err = keep_path(reader, path, &copy);
	if (err <= 0)
		return err;
	err = tree_read(reader->root, copy, INTERFACES_SIZE_MAX, &data, &size);
	if (err < 0)
		return err == -ENOMEM ? err :
		       err == -ENOENT ? 0 :
					add_unread(reader, copy, err);
	rest = data;
	while (err == 0 && rest != NULL) {
		const unsigned int first = number + 1;
		char *text = join_lines(&rest, &number);

		if (text[0] != '\0' && text[0] != '#')
			err = take_line(reader, copy, first, text, depth);
	}
	return err;
}

int interfaces_read(const char *root, struct interfaces *ret_interfaces)
{
	struct interfaces interfaces = { 0 };
	struct reader reader = { root, &interfaces };
	const bool is_new =
		tree_has(root, PROXMOX_DIR) && tree_has(root, INTERFACES_NEW_PATH);
	int err = read_file(&reader, is_new ? INTERFACES_NEW_PATH : INTERFACES_PATH, 0);

	if (err < 0)
		interfaces_free(&interfaces);
	else
		*ret_interfaces = interfaces;
	return err;
}

void interfaces_free(struct interfaces *interfaces)
{
	for (size_t i = 0; i < interfaces->n; i++)
		free(interfaces->lines[i].text);
	free(interfaces->lines);
	free(interfaces->unread);
	tree_names_free(&interfaces->paths);
	*interfaces = (struct interfaces){ 0 };
}
