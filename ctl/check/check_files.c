// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of configuration files, and what to say of those that cannot be read. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check_files.h"
#include "file.h"
#include "text.h"
#include "tree.h"

#define BLANKS " \t\r\n\v\f"

static const struct finding_kind not_read = {
	.code = "not-read",
	.severity = SEVERITY_WARNING,
	.why = "What it says was not checked, and may keep the next boot from being good.",
	.what = "Run 'ptbind check' as root; if you are, see what is wrong with the file.",
};

int check_not_read(struct findings *findings, const char *path, int err)
{
	const size_t len = strlen(path);

	if (err == -ENOMEM)
		return err;
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *old = &findings->entries[i];

		if (old->kind == &not_read && strncmp(old->evidence, path, len) == 0 &&
		    old->evidence[len] == ':')
			return 0;
	}
	return findings_add(findings, &not_read, "%s: %s", path, file_read_error(err));
}

int check_not_understood(struct findings *findings, const char *place,
			 const char *variable)
{
	int err = findings_add(findings, &not_read,
			       "%s: %s has in it what only a shell can tell", place,
			       variable);

	if (err < 0)
		return err;
	return findings_advise(findings,
			       "See what words it makes, after 'ptbind apply' or "
			       "'update-grub', with 'grep linux /boot/grub/grub.cfg'.");
}

int check_file_open(const struct host *host, const char *path, struct findings *findings,
		    struct check_file *ret_file)
{
	struct check_file file = { .path = path };
	size_t size;
	int err;

	err = tree_read(host->root, path, CHECK_FILE_MAX, &file.data, &size);
	if (err < 0 && err != -ENOENT)
		err = check_not_read(findings, path, err);
	if (err < 0 && err != -ENOENT)
		return err;
	file.rest = file.data;
	*ret_file = file;
	return 0;
}

char *check_file_next(struct check_file *file)
{
	char *line = strsep(&file->rest, "\n"), *end;

	if (line == NULL || (file->rest == NULL && line[0] == '\0'))
		return NULL;
	file->line++;
	line += strspn(line, BLANKS);
	end = line + strlen(line);
	while (end > line && strchr(BLANKS, end[-1]) != NULL)
		end--;
	*end = '\0';
	return line;
}

void check_file_close(struct check_file *file)
{
	free(file->data);
	*file = (struct check_file){ 0 };
}

int check_files_list(const struct host *host, const char *dir, const char *suffix,
		     struct findings *findings, struct tree_names *ret_paths)
{
	struct tree_names names = { 0 };
	size_t n = 0;
	int err;

	err = tree_list(host->root, dir, &names);
	if (err < 0 && err != -ENOTDIR)
		err = check_not_read(findings, dir, err);
	if (err == -ENOMEM)
		return err;
	for (size_t i = 0; i < names.n; i++) {
		char *name = names.entries[i], *path = NULL;

		if (text_ends_in(name, suffix) &&
		    asprintf(&path, "%s/%s", dir, name) < 0) {
			tree_names_free(&names);
			return -ENOMEM;
		}
		free(name);
		names.entries[i] = NULL;
		if (path != NULL)
			names.entries[n++] = path;
	}
	names.n = n;
	*ret_paths = names;
	return 0;
}

char *check_next_word(char **text)
{
	char *word = *text + strspn(*text, BLANKS);
	size_t len = strcspn(word, BLANKS);

	if (len == 0)
		return NULL;
	*text = word + len + (word[len] != '\0');
	word[len] = '\0';
	return word;
}
