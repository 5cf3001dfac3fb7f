// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading grub.cfg, custom.cfg and GRUB's environment block. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "grub_files.h"
#include "text.h"
#include "tree.h"

#define MENU_SIZE_MAX 4194304
#define GRUBENV_SIZE_MAX 65536

/* Reads one menu. Returns 0 or -ENOMEM; any other error is the file's. */
static int read_menu(const char *root, const char *dir, const char *name,
		     struct grub_file *file)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int err;

	if (asprintf(&file->path, "%s/%s", dir, name) < 0) {
		file->path = NULL;
		return -ENOMEM;
	}
	err = tree_read(root, file->path, MENU_SIZE_MAX, &text, &size);
	if (err == 0)
		return grub_menu_parse(text, &file->menu);
	file->error = err;
	return err == -ENOMEM ? err : 0;
}

/* Takes a variable of the environment block if a line sets it. */
static int take_variable(const char *line, const char *name, char **value)
{
	const size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 || line[len] != '=')
		return 0;
	return text_set(value, line + len + 1);
}

/* Without the file nothing is saved. */
static int read_grubenv(const char *root, const char *dir, char **saved, char **next)
{
	_cleanup_free_ char *text = NULL, *path = NULL;
	char *rest, *line;
	size_t size;
	int err;

	if (asprintf(&path, "%s/grubenv", dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	err = tree_read(root, path, GRUBENV_SIZE_MAX, &text, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	rest = text;
	while (err == 0 && (line = strsep(&rest, "\n")) != NULL) {
		err = take_variable(line, "saved_entry", saved);
		if (err == 0)
			err = take_variable(line, "next_entry", next);
	}
	return err;
}

/* Finds what is chosen in one of the menus. */
static bool find_in(struct grub_files *files, const struct grub_file *file)
{
	const size_t i = grub_menu_find(&file->menu, files->chosen);

	if (i == GRUB_NONE)
		return false;
	files->default_file = file;
	files->default_entry = &file->menu.entries[i];
	return true;
}

static void find_default(struct grub_files *files)
{
	const struct grub_menu *menu = &files->main.menu;
	const bool is_number =
		files->chosen[strspn(files->chosen, "0123456789>")] == '\0';
	size_t first;

	/* Numbers count what grub.cfg has; custom.cfg has titles and IDs. */
	if (find_in(files, &files->main) ||
	    (!is_number && find_in(files, &files->custom)))
		return;
	files->is_missing = strcmp(files->chosen, "0") != 0;
	first = grub_menu_first(menu);
	if (first == GRUB_NONE)
		return;
	files->default_file = &files->main;
	files->default_entry = &menu->entries[first];
}

static int choose(struct grub_files *files, const char *saved)
{
	const char *chosen = files->main.menu.chosen;

	if (chosen != NULL && strcmp(chosen, "${saved_entry}") == 0)
		chosen = saved;
	return text_set(&files->chosen,
			chosen != NULL && chosen[0] != '\0' ? chosen : "0");
}

static int read_all(const char *root, const char *dir, struct grub_files *files)
{
	_cleanup_free_ char *saved = NULL;
	int err;

	err = text_set(&files->next, "");
	if (err == 0)
		err = read_menu(root, dir, "grub.cfg", &files->main);
	if (err == 0)
		err = read_menu(root, dir, "custom.cfg", &files->custom);
	if (err == 0)
		err = read_grubenv(root, dir, &saved, &files->next);
	return err == 0 ? choose(files, saved) : err;
}

int grub_files_read(const char *root, const char *dir, struct grub_files *ret_files)
{
	int err;

	*ret_files = (struct grub_files){ 0 };
	err = read_all(root, dir, ret_files);
	if (err < 0)
		grub_files_free(ret_files);
	else if (ret_files->main.menu.n > 0)
		find_default(ret_files);
	return err;
}

bool grub_entry_is_recovery(const struct grub_entry *entry)
{
	return strncmp(entry->id, RECOVERY_ID_PREFIX, strlen(RECOVERY_ID_PREFIX)) == 0;
}

bool grub_entry_is_custom(const struct grub_file *file, const struct grub_entry *entry)
{
	const char *name = strrchr(file->path, '/');

	return strcmp(name, "/custom.cfg") == 0 ||
	       strstr(entry->source, "custom") != NULL;
}

static void free_file(struct grub_file *file)
{
	free(file->path);
	grub_menu_free(&file->menu);
}

void grub_files_free(struct grub_files *files)
{
	free_file(&files->main);
	free_file(&files->custom);
	free(files->chosen);
	free(files->next);
	*files = (struct grub_files){ 0 };
}
