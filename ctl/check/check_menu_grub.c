// SPDX-License-Identifier: GPL-2.0-or-later
/* The check of GRUB's menu, as it is in grub.cfg, and of the scripts that make it. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "boot/grub_menu.h"
#include "check_menu.h"
#include "file.h"
#include "tree.h"

#define SCRIPTS_DIR "/etc/grub.d"
#define MENU_SIZE_MAX 4194304
#define GRUBENV_SIZE_MAX 65536

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
	const char *path; /* of the menu */
	const struct kernels *kernels;
	const struct grub_menu *menu;
	struct findings *findings;
};

static bool is_recovery(const struct grub_entry *entry)
{
	return strncmp(entry->id, RECOVERY_ID_PREFIX, strlen(RECOVERY_ID_PREFIX)) == 0;
}

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

/* Reads one variable of GRUB's environment block. Empty: it is not set. */
static int read_variable(const struct check *check, const char *name, char *ret_value,
			 size_t size)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], *rest, *line;
	const size_t len = strlen(name);
	size_t text_size;
	int err;

	*ret_value = '\0';
	snprintf(path, sizeof(path), "%.*s/grubenv",
		 (int)(strrchr(check->path, '/') - check->path), check->path);
	err = tree_read(check->host->root, path, GRUBENV_SIZE_MAX, &text, &text_size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (strncmp(line, name, len) == 0 && line[len] == '=')
			snprintf(ret_value, size, "%s", line + len + 1);
	return 0;
}

/* Says what is wrong with the entry that boots by itself. */
static int judge_default(const struct check *check, const char *chosen, size_t i)
{
	const struct grub_entry *entry = &check->menu->entries[i];
	bool disables;
	int err = menu_words_disable(entry->words, &disables);

	if (err < 0 || (!disables && !is_recovery(entry)))
		return err;
	if (!is_recovery(entry)) {
		err = findings_add(check->findings, &menu_disables, "%s:%u: %s: %s",
				   check->path, entry->line, entry->title, entry->words);
		if (err < 0)
			return err;
		return findings_advise(check->findings,
				       "Take them out of /etc/default/grub and "
				       "/etc/default/grub.d, and run 'update-grub'.");
	}
	err = findings_add(check->findings, &menu_default_recovery,
			   "%s: the default '%s' is \"%s\"", check->path, chosen,
			   entry->title);
	if (err < 0)
		return err;
	return findings_advise(check->findings,
			       "Set GRUB_DEFAULT=0 in /etc/default/grub and run "
			       "'update-grub'; or 'grub-set-default 0' if it is saved.");
}

/* The entry that boots when nobody chooses one. */
static int check_default(const struct check *check)
{
	char saved[256];
	const char *chosen = check->menu->chosen;
	size_t i;
	int err;

	err = read_variable(check, "saved_entry", saved, sizeof(saved));
	if (err < 0)
		return err;
	if (chosen == NULL || chosen[0] == '\0')
		chosen = "0";
	if (strcmp(chosen, "${saved_entry}") == 0)
		chosen = saved[0] != '\0' ? saved : "0";
	i = grub_menu_find(check->menu, chosen);
	if (i == GRUB_NONE && strcmp(chosen, "0") != 0) {
		err = findings_add(check->findings, &menu_default_missing,
				   "%s: there is no entry '%s'", check->path, chosen);
		if (err < 0)
			return err;
		i = grub_menu_first(check->menu);
	}
	return i == GRUB_NONE ? 0 : judge_default(check, chosen, i);
}

/* What grub-reboot(8) chose for the next boot. */
static int check_next(const struct check *check)
{
	char next[256];
	size_t i;
	int err;

	err = read_variable(check, "next_entry", next, sizeof(next));
	if (err < 0 || next[0] == '\0')
		return err;
	i = grub_menu_find(check->menu, next);
	if (i == GRUB_NONE || !is_recovery(&check->menu->entries[i]))
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

static int check_files(const struct check *check, const struct grub_entry *entry)
{
	const char *const files[] = { entry->kernel, entry->initrd };
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(files); i++) {
		if (has_file(check, files[i]))
			continue;
		err = findings_add(check->findings, &menu_kernel_missing,
				   "%s:%u: \"%s\" names %s, which is not installed",
				   check->path, entry->line, entry->title, files[i]);
		if (err == 0 && strstr(entry->source, "custom") != NULL)
			err = findings_advise(check->findings,
					      "Correct it in %s, and run 'update-grub'.",
					      entry->source);
	}
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
	for (size_t i = 0; err == 0 && i < check->menu->n; i++)
		err = check_files(check, &check->menu->entries[i]);
	return err;
}

/* Reads a menu; an error that is no -ENOMEM becomes a finding, with *ret_menu empty. */
static int read_menu(const struct check *check, struct grub_menu *ret_menu)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int err;

	err = tree_read(check->host->root, check->path, MENU_SIZE_MAX, &text, &size);
	if (err == -ENOMEM)
		return err;
	if (err < 0)
		return findings_add(check->findings, &menu_not_seen, "%s: %s",
				    check->path, file_read_error(err));
	return grub_menu_parse(text, ret_menu);
}

/* The owner's own entries, which grub.cfg reads when it boots (41_custom). */
static int check_custom(const struct check *menu_check)
{
	struct grub_menu menu = { 0 };
	char path[PATH_MAX];
	struct check check = *menu_check;
	int err;

	snprintf(path, sizeof(path), "%.*s/custom.cfg",
		 (int)(strrchr(check.path, '/') - check.path), check.path);
	if (!tree_has(check.host->root, path))
		return 0;
	check.path = path;
	check.menu = &menu;
	err = read_menu(&check, &menu);
	for (size_t i = 0; err == 0 && i < menu.n; i++) {
		const size_t before = check.findings->n;

		err = check_files(&check, &menu.entries[i]);
		if (err == 0 && check.findings->n > before)
			err = findings_advise(check.findings, "Correct it in %s.", path);
	}
	grub_menu_free(&menu);
	return err;
}

int check_grub_menu(const struct host *host, const char *path,
		    const struct kernels *kernels, struct findings *findings)
{
	struct grub_menu menu = { 0 };
	const struct check check = { host, path, kernels, &menu, findings };
	int err;

	err = read_menu(&check, &menu);
	if (err == 0 && menu.n > 0)
		err = check_all(&check);
	if (err == 0)
		err = check_custom(&check);
	grub_menu_free(&menu);
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
