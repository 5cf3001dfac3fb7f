// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the configured kernel command line. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "boot_words.h"
#include "check_files.h"
#include "cmdline.h"
#include "shell_text.h"
#include "text.h"
#include "tree.h"

#define GRUB_PATH "/etc/default/grub"
#define GRUB_DIR "/etc/default/grub.d"
#define KERNEL_CMDLINE_PATH "/etc/kernel/cmdline"
#define VENDOR_CMDLINE_PATH "/usr/lib/kernel/cmdline"

/* In the order in which 10_linux puts them behind one another. */
static const char *const variables[] = { "GRUB_CMDLINE_LINUX",
					 "GRUB_CMDLINE_LINUX_DEFAULT", NULL };

static int add_piece(struct boot_words *words, const char *text, const char *path,
		     unsigned int line)
{
	struct boot_piece piece = { 0 }, *pieces;

	pieces = array_grow(words->pieces, words->n, sizeof(*pieces));
	if (pieces == NULL)
		return -ENOMEM;
	words->pieces = pieces;
	piece.text = strdup(text);
	if (piece.text == NULL)
		return -ENOMEM;
	if ((line > 0 ? asprintf(&piece.source, "%s:%u", path, line) :
			asprintf(&piece.source, "%s", path)) < 0) {
		free(piece.text);
		return -ENOMEM;
	}
	pieces[words->n++] = piece;
	return 0;
}

static void forget_pieces(struct boot_words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		free(words->pieces[i].text);
		free(words->pieces[i].source);
	}
	free(words->pieces);
	words->pieces = NULL;
	words->n = 0;
}

/* Takes an assignment to a variable: it replaces those before that it does not repeat. */
static int take_assignment(const struct shell_assignment *assignment, const char *path,
			   struct boot_words *words)
{
	int err;

	if (!assignment->repeats)
		forget_pieces(words);
	err = add_piece(words, assignment->value, path, assignment->line);
	if (err == 0)
		words->pieces[words->n - 1].is_unclear = assignment->is_unclear;
	return err;
}

/* Reads the assignments to one variable in one file. */
static int read_variable(const struct host *host, const char *path, const char *name,
			 struct findings *findings, struct boot_words *words)
{
	struct shell_text text = { .line = 1, .known = variables };
	struct shell_assignment assignment;
	struct check_file file;
	int err;

	err = check_file_open(host, path, findings, &file);
	if (err < 0)
		return err;
	text.rest = file.data != NULL ? file.data : "";
	while ((err = shell_next_assignment(&text, &assignment)) > 0) {
		if (assignment.name_len == strlen(name) &&
		    memcmp(assignment.name, name, assignment.name_len) == 0)
			err = take_assignment(&assignment, path, words);
		free(assignment.value);
		if (err < 0)
			break;
	}
	check_file_close(&file);
	return err;
}

/* Tells of what only a shell knows. */
static int check_unclear(const struct boot_words *words, const char *name,
			 struct findings *findings)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < words->n; i++)
		if (words->pieces[i].is_unclear)
			err = check_not_understood(findings, words->pieces[i].source,
						   name);
	return err;
}

static int append_pieces(struct boot_words *words, struct boot_words *more)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < more->n; i++)
		err = add_piece(words, more->pieces[i].text, more->pieces[i].source, 0);
	forget_pieces(more);
	return err;
}

static int read_grub(const struct host *host, struct findings *findings,
		     struct boot_words *words)
{
	struct tree_names paths = { 0 };
	int err;

	err = check_files_list(host, GRUB_DIR, ".cfg", findings, &paths);
	for (size_t v = 0; err == 0 && variables[v] != NULL; v++) {
		struct boot_words own = { .n = 0 };

		err = read_variable(host, GRUB_PATH, variables[v], findings, &own);
		for (size_t i = 0; err == 0 && i < paths.n; i++)
			err = read_variable(host, paths.entries[i], variables[v],
					    findings, &own);
		if (err == 0)
			err = check_unclear(&own, variables[v], findings);
		if (err == 0)
			err = append_pieces(words, &own);
		forget_pieces(&own);
	}
	tree_names_free(&paths);
	return err;
}

/* Reads a file that holds nothing but words. */
static int read_plain(const struct host *host, const char *path,
		      struct findings *findings, struct boot_words *words)
{
	struct check_file file;
	char *line;
	int err;

	err = check_file_open(host, path, findings, &file);
	if (err < 0)
		return err;
	while (err == 0 && (line = check_file_next(&file)) != NULL)
		if (line[0] != '\0' && line[0] != '#')
			err = add_piece(words, line, path, file.line);
	check_file_close(&file);
	return err;
}

/* Without a boot loader that is known, GRUB's configuration tells of it. */
static bool uses_grub(const struct host *host, enum boot_loader loader)
{
	return loader == BOOT_LOADER_GRUB || loader == BOOT_LOADER_PROXMOX_GRUB ||
	       (loader == BOOT_LOADER_UNKNOWN && tree_has(host->root, GRUB_PATH));
}

int boot_words_read(const struct host *host, struct findings *findings,
		    struct boot_words *words)
{
	words->loader = boot_loader_find(host->root);
	words->by_grub = uses_grub(host, words->loader);
	if (words->by_grub)
		return read_grub(host, findings, words);
	if (tree_has(host->root, KERNEL_CMDLINE_PATH))
		return read_plain(host, KERNEL_CMDLINE_PATH, findings, words);
	if (tree_has(host->root, VENDOR_CMDLINE_PATH))
		return read_plain(host, VENDOR_CMDLINE_PATH, findings, words);
	words->from_running = true;
	return read_plain(host, "/proc/cmdline", findings, words);
}

const struct boot_piece *boot_words_find(const struct boot_words *words, const char *name,
					 const char *value)
{
	const struct boot_piece *found = NULL;

	for (size_t i = 0; i < words->n; i++) {
		_cleanup_free_ char *copy = strdup(words->pieces[i].text);
		char *rest = copy, *n, *v;

		while (copy != NULL && cmdline_next(&rest, &n, &v))
			if (cmdline_same_name(n, name) &&
			    (value == NULL ||
			     (v != NULL && text_list_has(v, value, strlen(value)))))
				found = &words->pieces[i];
	}
	return found;
}

void boot_words_free(struct boot_words *words)
{
	forget_pieces(words);
}
