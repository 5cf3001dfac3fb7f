// SPDX-License-Identifier: GPL-2.0-or-later
/* The check of GRUB's menu, as it is in grub.cfg, and of the scripts that make it. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/grub_files.h"
#include "check_menu.h"
#include "file.h"
#include "tree.h"

#define SCRIPTS_DIR "/etc/grub.d"

static const struct finding_kind script_copy = {
	.code = "grub-script-copy",
	.severity = SEVERITY_WARNING,
	.why = "grub-mkconfig runs every executable file in " SCRIPTS_DIR
	       ", also copies and "
	       "backups: they double what is in the menu.",
	.what = "Move it elsewhere, or 'chmod -x' it, and run 'update-grub'.",
};

struct check {
	const struct host *host;
	const struct kernels *kernels;
	const struct grub_files *files;
	const char *path;             /* of grub.cfg, */
	const struct grub_menu *menu; /* and what is in it */
	struct findings *findings;
};

/* Can whoever sits at a keyboard or at a serial port choose an entry? */
static int check_timeout(const struct check *check)
{
	const struct grub_menu *menu = check->menu;
	const char *style = menu->style != NULL ? menu->style : "menu";
	int err;

	if (menu->timeout != 0 && (strcmp(style, "menu") == 0 || menu->has_serial))
		return 0;
	err = findings_add(check->findings, &menu_hidden,
			   "%s: timeout_style=%s, timeout=%d, %s serial console",
			   check->path, style, menu->timeout,
			   menu->has_serial ? "a" : "no");
	if (err < 0)
		return err;
	return findings_advise(check->findings,
			       "Set GRUB_TIMEOUT_STYLE=menu and GRUB_TIMEOUT=5 in "
			       "/etc/default/grub, and run 'update-grub'.");
}

/* Is there our entry for a kernel, and does it boot without passthrough? */
static int find_recovery(const struct check *check, const char *version, bool *ret_found)
{
	char id[PATH_MAX];

	*ret_found = false;
	snprintf(id, sizeof(id), RECOVERY_ID_PREFIX "-%s-advanced", version);
	for (size_t i = 0; i < check->menu->n; i++)
		if (strcmp(check->menu->entries[i].id, id) == 0)
			return menu_words_disable(check->menu->entries[i].words,
						  ret_found);
	return 0;
}

static int check_recovery(const struct check *check)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < check->kernels->n; i++) {
		const struct kernel *kernel = &check->kernels->entries[i];
		bool found;

		err = find_recovery(check, kernel->version, &found);
		if (err < 0 || found)
			continue;
		err = findings_add(check->findings, &menu_no_recovery,
				   "%s: none for the kernel %s", check->path,
				   kernel->version);
	}
	return err;
}

/* Says where an entry is put right. */
static int advise_entry(const struct check *check, const struct grub_file *file,
			const struct grub_entry *entry, const char *what)
{
	findings_mended(check->findings, !grub_entry_is_custom(file, entry));
	if (file == &check->files->custom)
		return findings_advise(check->findings, "%s %s.", what, file->path);
	return findings_advise(check->findings, "%s %s, and run 'update-grub'.", what,
			       grub_entry_is_custom(file, entry) ?
				       entry->source :
				       "/etc/default/grub and /etc/default/grub.d");
}

/* Says what is wrong with the entry that boots by itself. */
static int judge_default(const struct check *check)
{
	const struct grub_file *file = check->files->default_file;
	const struct grub_entry *entry = check->files->default_entry;
	bool disables;
	int err = menu_words_disable(entry->words, &disables);

	if (err < 0 || (!disables && !grub_entry_is_recovery(entry)))
		return err;
	if (!grub_entry_is_recovery(entry)) {
		err = findings_add(check->findings, &menu_disables, "%s:%u: %s: %s",
				   file->path, entry->line, entry->title, entry->words);
		return err == 0 ? advise_entry(check, file, entry, "Take them out of") :
				  err;
	}
	err = findings_add(check->findings, &menu_default_recovery,
			   "%s: the default '%s' is \"%s\"", check->path,
			   check->files->chosen, entry->title);
	if (err < 0)
		return err;
	return findings_advise(check->findings,
			       "Set GRUB_DEFAULT=0 in /etc/default/grub and run "
			       "'update-grub'; or 'grub-set-default 0' if it is saved.");
}

/* The entry that boots when nobody chooses one. */
static int check_default(const struct check *check)
{
	const struct grub_files *files = check->files;
	int err = 0;

	if (files->is_missing)
		err = findings_add(check->findings, &menu_default_missing,
				   "%s: there is no entry '%s'", check->path,
				   files->chosen);
	return err < 0 || files->default_entry == NULL ? err : judge_default(check);
}

/* What grub-reboot(8) chose for the next boot. */
static int check_next(const struct check *check)
{
	const char *next = check->files->next;
	size_t i;
	int err;

	if (next[0] == '\0')
		return 0;
	i = grub_menu_find(check->menu, next);
	if (i == GRUB_NONE || !grub_entry_is_recovery(&check->menu->entries[i]))
		return 0;
	err = findings_add(check->findings, &menu_next_recovery,
			   "grubenv: next_entry=%s, as grub-reboot sets it", next);
	if (err < 0)
		return err;
	return findings_advise(check->findings,
			       "To take it back: grub-editenv - unset next_entry");
}

/* Is a file there that GRUB would load? The path in the menu may be without "/boot". */
static bool has_file(const struct check *check, const char *path)
{
	const char *name = strrchr(path, '/');
	char in_boot[PATH_MAX];

	/* What is computed, on another device, or no kernel of this host's naming. */
	if (path[0] != '/' || strchr(path, '$') != NULL ||
	    (strncmp(name, "/vmlinuz", strlen("/vmlinuz")) != 0 &&
	     strncmp(name, "/initrd.img", strlen("/initrd.img")) != 0))
		return true;
	snprintf(in_boot, sizeof(in_boot), "/boot%s", name);
	return tree_has(check->host->root, in_boot) || tree_has(check->host->root, name);
}

static int check_files(const struct check *check, const struct grub_file *file,
		       const struct grub_entry *entry)
{
	const char *const names[] = { entry->kernel, entry->initrd };
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(names); i++) {
		if (has_file(check, names[i]))
			continue;
		err = findings_add(check->findings,
				   entry == check->files->default_entry ?
					   &menu_default_kernel_missing :
					   &menu_kernel_missing,
				   "%s:%u: \"%s\" names %s, which is not installed",
				   file->path, entry->line, entry->title, names[i]);
		if (err == 0 && grub_entry_is_custom(file, entry))
			err = advise_entry(check, file, entry, "Correct it in");
	}
	return err;
}

static int check_all_files(const struct check *check, const struct grub_file *file)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < file->menu.n; i++)
		err = check_files(check, file, &file->menu.entries[i]);
	return err;
}

static int check_all(const struct check *check)
{
	int err = check_timeout(check);

	if (err == 0)
		err = check_recovery(check);
	if (err == 0)
		err = check_default(check);
	if (err == 0)
		err = check_next(check);
	return err == 0 ? check_all_files(check, &check->files->main) : err;
}

/* Notes a menu that could not be read. */
static int check_read(const struct grub_file *file, struct findings *findings)
{
	return file->error == 0 ? 0 :
				  findings_add(findings, &menu_not_seen, "%s: %s",
					       file->path, file_read_error(file->error));
}

int check_grub_menu(const struct host *host, const char *dir,
		    const struct kernels *kernels, struct findings *findings)
{
	struct grub_files files;
	struct check check = {
		.host = host, .kernels = kernels, .files = &files, .findings = findings
	};
	int err;

	err = grub_files_read(host->root, dir, &files);
	if (err < 0)
		return err;
	check.path = files.main.path;
	check.menu = &files.main.menu;
	err = check_read(&files.main, findings);
	if (err == 0 && files.main.menu.n > 0)
		err = check_all(&check);
	/* Mostly there is none. */
	if (err == 0 && files.custom.error != -ENOENT)
		err = check_read(&files.custom, findings);
	if (err == 0)
		err = check_all_files(&check, &files.custom);
	grub_files_free(&files);
	return err;
}

/* Does grub-mkconfig pass over a file of this name (grub_file_is_not_garbage)? */
static bool is_passed_over(const char *name)
{
	const size_t len = strlen(name);

	return name[len - 1] == '~' || (name[0] == '#' && name[len - 1] == '#') ||
	       strstr(name, ".dpkg-") != NULL || strncmp(name, "README", 6) == 0 ||
	       (len >= 4 && strcmp(name + len - 4, ".sig") == 0) ||
	       (len >= 7 && (strcmp(name + len - 7, ".rpmnew") == 0)) ||
	       (len >= 8 && (strcmp(name + len - 8, ".rpmsave") == 0));
}

/* Is it a copy of another script: does it start with that one's name, or end like one? */
static bool is_copy(const struct tree_names *names, size_t i)
{
	static const char *const ends[] = { ".bak",  ".old",    ".orig",     ".save",
					    ".ORIG", ".backup", ".disabled", ".distrib" };
	const char *name = names->entries[i];
	const size_t len = strlen(name);

	for (size_t k = 0; k < ARRAY_SIZE(ends); k++)
		if (len > strlen(ends[k]) &&
		    strcmp(name + len - strlen(ends[k]), ends[k]) == 0)
			return true;
	/* Sorted: "10_linux" comes before "10_linux.1" and "10_linux-mine". */
	for (size_t k = 0; k < i; k++) {
		const size_t other = strlen(names->entries[k]);

		if (strncmp(name, names->entries[k], other) == 0 && name[other] != '\0' &&
		    strchr(".- ", name[other]) != NULL)
			return true;
	}
	return false;
}

static bool is_run(const char *root, const char *name)
{
	char path[PATH_MAX], joined[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), SCRIPTS_DIR "/%s", name);
	return !is_passed_over(name) &&
	       tree_path(root, path, joined, sizeof(joined)) == 0 &&
	       stat(joined, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0;
}

int check_grub_scripts(const struct host *host, struct findings *findings)
{
	struct tree_names names;
	int err;

	err = tree_list(host->root, SCRIPTS_DIR, &names);
	if (err < 0)
		return err == -ENOMEM ? err :
					findings_add(findings, &menu_not_seen,
						     SCRIPTS_DIR ": %s", strerror(-err));
	for (size_t i = 0; err == 0 && i < names.n; i++)
		if (is_copy(&names, i) && is_run(host->root, names.entries[i]))
			err = findings_add(findings, &script_copy,
					   SCRIPTS_DIR "/%s: it is executable",
					   names.entries[i]);
	tree_names_free(&names);
	return err;
}
