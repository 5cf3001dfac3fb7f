// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions the lines of the lists come to. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "listed.h"
#include "text.h"

/* The first word of a line, without the comment that may follow it. */
static const char *first_word(const char *text, size_t len, size_t *ret_len)
{
	const size_t indent = text_while(text, len, " \t");

	*ret_len = text_until(text + indent, len - indent, " \t#");
	return text + indent;
}

bool listed_guess(const char *text, size_t len, struct pci_path *ret_path,
		  bool *ret_whole_slot)
{
	static const char hex_digits[] = "0123456789abcdefABCDEF";
	size_t word_len, slot_len, rest_len;
	struct pci_functions functions;
	struct parse_error error;
	struct pci_path path;
	const char *word = first_word(text, len, &word_len);

	if (pci_path_parse(word, word_len, &path, &error) == 0) {
		*ret_path = path;
		*ret_whole_slot = false;
		return true;
	}
	/* A function number that is none leaves the slot. */
	slot_len = text_until(word, word_len, ".");
	rest_len = slot_len < word_len ? word_len - slot_len - 1 : 0;
	if (text_while(word + word_len - rest_len, rest_len, hex_digits) < rest_len)
		return false;
	if (pci_functions_parse(word, slot_len, &functions, &error) < 0)
		return false;
	*ret_path = (struct pci_path){ .first = functions.address };
	*ret_whole_slot = functions.whole_slot;
	return true;
}

static int append_line(struct listed *listed, const struct listed_line *line)
{
	struct listed_line *lines;

	lines = array_grow(listed->lines, listed->n, sizeof(*lines));
	if (lines == NULL)
		return -ENOMEM;
	listed->lines = lines;
	lines[listed->n++] = *line;
	return 0;
}

/* Adds a line that names a path or an address, if there is a function today. */
static int add_path(const struct pci_path *path, const struct sysfs *sysfs,
		    struct listed_line *line, struct listed *listed,
		    struct notes *problems)
{
	char text[PCI_PATH_STRSIZE];
	int err = -ENOENT;

	line->functions.address = path->first;
	if (path->n_steps == 0)
		return append_line(listed, line);

	if (sysfs != NULL)
		err = sysfs_resolve_path(sysfs, path, &line->functions.address);
	if (err == 0)
		return append_line(listed, line);
	if (err == -ENODEV || err == -ENOMEM)
		return err == -ENODEV ? 0 : err;
	pci_path_format(path, text);
	return notes_add(problems, "/sys/bus/pci: where the path %s leads: %s", text,
			 strerror(-err));
}

/* A line that may be about any function. */
static int add_riddle(const struct listed_line *line, struct notes *problems)
{
	const struct allowlist_line as_line = { .text = line->text, .len = line->len };
	char words[ALLOWLIST_LINE_MAX + 1];

	return notes_add(problems,
			 "allowlist line %u %s: %s: names no PCI function; expected "
			 "[DDDD:]BB:DD.F or a path first; correct it, run "
			 "'ptbind apply', and reboot",
			 line->number, line->result != NULL ? "at boot" : "today",
			 allowlist_line_words(&as_line, words, sizeof(words)));
}

static int add_guess(const struct sysfs *sysfs, struct listed_line *line,
		     struct listed *listed, struct notes *problems)
{
	struct pci_path path;

	if (!listed_guess(line->text, line->len, &path, &line->functions.whole_slot))
		return add_riddle(line, problems);
	return add_path(&path, sysfs, line, listed, problems);
}

int listed_add_report(const struct boot_report *report, const struct sysfs *sysfs,
		      struct listed *listed, struct notes *problems)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < report->n_lines; i++) {
		const struct boot_report_line *reported = &report->lines[i];
		struct listed_line line = {
			.functions.address = reported->address,
			.number = reported->number,
			.text = reported->text,
			.len = strlen(reported->text),
			.result = reported->result,
			.message = reported->message,
		};

		if (reported->has_address)
			err = append_line(listed, &line);
		else
			err = add_guess(sysfs, &line, listed, problems);
	}
	return err;
}

int listed_add_list(const struct allowlist *list, const struct sysfs *sysfs,
		    struct listed *listed, struct notes *problems)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < list->n_lines; i++) {
		const struct allowlist_line *today = &list->lines[i];
		struct listed_line line = {
			.number = today->number,
			.text = today->text,
			.len = today->len,
			.message = today->error,
		};

		if (today->column != 0)
			err = add_guess(sysfs, &line, listed, problems);
		else
			err = add_path(&today->where, sysfs, &line, listed, problems);
	}
	return err;
}

void listed_free(struct listed *listed)
{
	free(listed->lines);
	*listed = (struct listed){ 0 };
}
