// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading modprobe's configuration through libkmod, and where it says what. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_files.h"
#include "cmdline.h"
#include "modprobe_config.h"

/* Where modprobe.d is, the first for what counts most: modprobe.d(5). */
static const char *const config_dirs[] = {
	"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

/*
 * Makes a context of the configuration below root; with NULL, of none. What libkmod does
 * not understand of it, it says on standard error, with file and line. Its directory of
 * modules is one without a modules.softdep, so that only what the owner wrote counts.
 */
static int open_config(const char *root, struct kmod_ctx **ret_ctx)
{
	char dirs[ARRAY_SIZE(config_dirs)][PATH_MAX], modules[PATH_MAX];
	const char *paths[ARRAY_SIZE(config_dirs) + 1] = { NULL };
	int err = 0;

	for (size_t i = 0; root != NULL && err == 0 && i < ARRAY_SIZE(dirs); i++) {
		err = tree_path(root, config_dirs[i], dirs[i], sizeof(dirs[i]));
		paths[i] = dirs[i];
	}
	if (err == 0)
		err = tree_path(root != NULL ? root : "", "/lib/modules", modules,
				sizeof(modules));
	if (err < 0)
		return err;
	*ret_ctx = kmod_new(modules, paths);
	if (*ret_ctx == NULL)
		return -ENOMEM;
	return 0;
}

static size_t count(modprobe_config_get_t *get, const struct kmod_ctx *ctx)
{
	struct kmod_config_iter *iter = get(ctx);
	size_t n = 0;

	while (iter != NULL && kmod_config_iter_next(iter))
		n++;
	kmod_config_iter_free_iter(iter);
	return n;
}

/* Is there a file of this name in a directory that counts more? There are few. */
static bool is_shadowed(const struct tree_names *files, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; i < files->n; i++)
		if (strcmp(strrchr(files->entries[i], '/'), name) == 0)
			return true;
	return false;
}

/* Lists the files that libkmod reads: of two with one name the first counts. */
static int list_files(struct modprobe_config *config)
{
	struct tree_names *all = &config->files;
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(config_dirs); i++) {
		struct tree_names paths = { 0 };
		char **entries;

		err = check_files_list(config->host, config_dirs[i], ".conf",
				       config->findings, &paths);
		if (err < 0)
			return err;
		entries =
			reallocarray(all->entries, all->n + paths.n + 1, sizeof(char *));
		if (entries == NULL) {
			tree_names_free(&paths);
			return -ENOMEM;
		}
		all->entries = entries;
		for (size_t j = 0; j < paths.n; j++) {
			if (is_shadowed(all, paths.entries[j]))
				free(paths.entries[j]);
			else
				entries[all->n++] = paths.entries[j];
		}
		free(paths.entries);
	}
	return 0;
}

int modprobe_config_read(const struct host *host, struct findings *findings,
			 struct modprobe_config *ret_config)
{
	struct modprobe_config config = { .host = host, .findings = findings };
	int err;

	err = open_config(host->root, &config.ctx);
	if (err == 0)
		err = open_config(NULL, &config.bare);
	if (err == 0)
		err = list_files(&config);
	if (err < 0)
		modprobe_config_free(&config);
	else
		*ret_config = config;
	return err;
}

void modprobe_config_free(struct modprobe_config *config)
{
	tree_names_free(&config->files);
	kmod_unref(config->bare);
	kmod_unref(config->ctx);
	*config = (struct modprobe_config){ .host = NULL };
}

/* Is the line a command for a module whose rest has this word in it? */
static bool line_matches(char *line, const char *command, const char *module,
			 const char *part)
{
	const char *word = check_next_word(&line);

	if (word == NULL || strcmp(word, command) != 0)
		return false;
	word = check_next_word(&line);
	return word != NULL && cmdline_same_name(word, module) &&
	       (part == NULL || strstr(line, part) != NULL);
}

int modprobe_config_line(const struct modprobe_config *config, const char *command,
			 const char *module, const char *part, char *ret_where,
			 size_t size)
{
	snprintf(ret_where, size, "modprobe.d");
	for (size_t i = 0; i < config->files.n; i++) {
		struct check_file file;
		char *line;
		int err;

		err = check_file_open(config->host, config->files.entries[i],
				      config->findings, &file);
		if (err < 0)
			return err;
		while ((line = check_file_next(&file)) != NULL) {
			const size_t len = strlen(line);
			/* A line that ends in a backslash goes on in the next. */
			const bool goes_on = len > 0 && line[len - 1] == '\\';

			if (line_matches(line, command, module, goes_on ? NULL : part))
				snprintf(ret_where, size, "%s:%u", file.path, file.line);
		}
		check_file_close(&file);
	}
	return 0;
}

int modprobe_config_each(const struct modprobe_config *config, modprobe_config_get_t *get,
			 modprobe_config_visit_t *visit, void *data)
{
	const size_t all = count(get, config->ctx), alien = count(get, config->bare);
	struct kmod_config_iter *iter = get(config->ctx);
	int err = iter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; err == 0 && i + alien < all && kmod_config_iter_next(iter);
	     i++)
		err = visit(data, kmod_config_iter_get_key(iter),
			    kmod_config_iter_get_value(iter));
	kmod_config_iter_free_iter(iter);
	return err;
}
