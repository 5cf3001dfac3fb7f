// SPDX-License-Identifier: GPL-2.0-or-later
/* Parsing the grub.cfg that grub-mkconfig wrote; it is no interpreter of GRUB's script.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "grub_menu.h"
#include "text.h"

#define BLANKS " \t"

struct parser {
	struct grub_menu *menu;
	char *source;     /* of the section, or NULL */
	size_t submenu;   /* that is open, or GRUB_NONE */
	size_t entry;     /* that is open, or GRUB_NONE */
	bool has_style;   /* timeout_style has been set */
	bool has_timeout; /* behind it, which is the one that holds */
	unsigned int line;
};

/*
 * Cuts the next word out of *text, in place, and moves *text behind it. Quotes go, as the
 * shell and GRUB have them. NULL: there is none.
 */
static char *next_word(char **text)
{
	char *from = *text + strspn(*text, BLANKS), *word = from, *to = from,
	     quote = '\0';

	if (*from == '\0')
		return NULL;
	for (; *from != '\0' && (quote != '\0' || strchr(BLANKS, *from) == NULL);
	     from++) {
		if (*from == quote)
			quote = '\0';
		else if (quote == '\0' && (*from == '\'' || *from == '"'))
			quote = *from;
		else if (*from == '\\' && quote != '\'' && from[1] != '\0')
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*text = *from == '\0' ? from : from + 1;
	*to = '\0';
	return word;
}

/* Fills in what every entry has. */
static int start_texts(struct grub_entry *entry)
{
	char **const texts[] = { &entry->title,  &entry->id,     &entry->source,
				 &entry->kernel, &entry->initrd, &entry->words };
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(texts); i++)
		err = text_set(texts[i], "");
	return err;
}

/* The heading of an entry: menuentry 'TITLE' … $menuentry_id_option 'ID' { */
static int add_entry(struct parser *parser, char *rest, bool is_submenu)
{
	struct grub_menu *menu = parser->menu;
	struct grub_entry *entries, *entry;
	char *word;
	int err;

	entries = array_grow(menu->entries, menu->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	menu->entries = entries;
	entry = &entries[menu->n];
	*entry = (struct grub_entry){ .is_submenu = is_submenu,
				      .parent = parser->submenu,
				      .line = parser->line };
	*(is_submenu ? &parser->submenu : &parser->entry) = menu->n++;
	err = start_texts(entry);
	if (err == 0 && parser->source != NULL)
		err = text_set(&entry->source, parser->source);
	word = next_word(&rest);
	if (err == 0 && word != NULL)
		err = text_set(&entry->title, word);
	while (err == 0 && (word = next_word(&rest)) != NULL) {
		if (strcmp(word, "$menuentry_id_option") != 0 &&
		    strcmp(word, "${menuentry_id_option}") != 0 &&
		    strcmp(word, "--id") != 0)
			continue;
		word = next_word(&rest);
		err = text_set(&entry->id, word != NULL ? word : "");
	}
	return err;
}

static int take_kernel(struct grub_entry *entry, char *rest)
{
	const char *kernel = next_word(&rest);
	int err = text_set(&entry->kernel, kernel != NULL ? kernel : "");

	return err < 0 ? err : text_set(&entry->words, rest);
}

static int take_initrd(struct grub_entry *entry, char *rest)
{
	const char *word, *last = "";

	while ((word = next_word(&rest)) != NULL)
		last = word;
	return text_set(&entry->initrd, last);
}

static int take_set(struct parser *parser, char *rest)
{
	struct grub_menu *menu = parser->menu;
	char *name = next_word(&rest), *value = name != NULL ? strchr(name, '=') : NULL;

	if (value == NULL)
		return 0;
	*value++ = '\0';
	/* The first is that of grub-reboot, if there is one; the other follows. */
	if (strcmp(name, "default") == 0 && strcmp(value, "${next_entry}") != 0)
		return text_set(&menu->chosen, value);
	/* What a boot that failed before sets comes first; the last one holds. */
	if (strcmp(name, "timeout_style") == 0) {
		parser->has_style = true;
		parser->has_timeout = false;
		return text_set(&menu->style, value);
	}
	/* The one behind it; the next is for a GRUB that knows no styles. */
	if (strcmp(name, "timeout") == 0 && !parser->has_timeout) {
		menu->timeout = (int)strtol(value, NULL, 10);
		parser->has_timeout = parser->has_style;
	}
	return 0;
}

/* ### BEGIN /etc/grub.d/10_linux ### */
static int take_section(struct parser *parser, char *rest)
{
	char *word = next_word(&rest);

	if (word == NULL || strcmp(word, "BEGIN") != 0)
		return 0;
	word = next_word(&rest);
	return word == NULL ? 0 : text_set(&parser->source, word);
}

static void close_block(struct parser *parser)
{
	if (parser->entry != GRUB_NONE)
		parser->entry = GRUB_NONE;
	else
		parser->submenu = GRUB_NONE;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

static int take_line(struct parser *parser, char *line)
{
	static const char *const kernels[] = { "linux", "linuxefi", "linux16", NULL };
	static const char *const initrds[] = { "initrd", "initrdefi", "initrd16", NULL };
	static const char *const terminals[] = { "terminal_input", "terminal_output",
						 NULL };
	char *rest = line;
	const char *word = next_word(&rest);

	if (word == NULL)
		return 0;
	if (strcmp(word, "###") == 0)
		return take_section(parser, rest);
	if (strcmp(word, "submenu") == 0 || strcmp(word, "menuentry") == 0)
		return add_entry(parser, rest, *word == 's');
	if (is_one_of(word, terminals) && strstr(rest, "serial") != NULL)
		parser->menu->has_serial = true;
	if (parser->entry == GRUB_NONE && strcmp(word, "set") == 0)
		return take_set(parser, rest);
	if (strcmp(word, "}") == 0)
		close_block(parser);
	if (parser->entry != GRUB_NONE && is_one_of(word, kernels))
		return take_kernel(&parser->menu->entries[parser->entry], rest);
	if (parser->entry != GRUB_NONE && is_one_of(word, initrds))
		return take_initrd(&parser->menu->entries[parser->entry], rest);
	return 0;
}

int grub_menu_parse(char *text, struct grub_menu *ret_menu)
{
	struct grub_menu menu = { 0 };
	struct parser parser = { .menu = &menu,
				 .submenu = GRUB_NONE,
				 .entry = GRUB_NONE };
	char *line;
	int err = 0;

	while (err == 0 && (line = strsep(&text, "\n")) != NULL) {
		parser.line++;
		err = take_line(&parser, line);
	}
	free(parser.source);
	if (err == 0)
		*ret_menu = menu;
	else
		grub_menu_free(&menu);
	return err;
}

/* Finds an element of one menu by the first len bytes of text. */
static size_t find_in(const struct grub_menu *menu, size_t parent, const char *text,
		      size_t len)
{
	const bool is_number = len > 0 && strspn(text, "0123456789") >= len;
	unsigned long number = is_number ? strtoul(text, NULL, 10) : 0;

	for (size_t i = 0; i < menu->n; i++) {
		const struct grub_entry *entry = &menu->entries[i];

		if (entry->parent != parent)
			continue;
		if (is_number && number-- == 0)
			return i;
		if (!is_number &&
		    ((strlen(entry->id) == len && memcmp(entry->id, text, len) == 0) ||
		     (strlen(entry->title) == len &&
		      memcmp(entry->title, text, len) == 0)))
			return i;
	}
	return GRUB_NONE;
}

size_t grub_menu_find(const struct grub_menu *menu, const char *chosen)
{
	size_t parent = GRUB_NONE;

	for (;;) {
		const size_t len = strcspn(chosen, ">");
		const size_t found = find_in(menu, parent, chosen, len);
		if (found == GRUB_NONE || !menu->entries[found].is_submenu)
			return found;
		parent = found;
		chosen += len + (chosen[len] == '>');
		if (*chosen == '\0')
			chosen = "0";
	}
}

size_t grub_menu_first(const struct grub_menu *menu)
{
	return grub_menu_find(menu, "0");
}

void grub_menu_free(struct grub_menu *menu)
{
	for (size_t i = 0; i < menu->n; i++) {
		struct grub_entry *entry = &menu->entries[i];

		free(entry->title);
		free(entry->id);
		free(entry->source);
		free(entry->kernel);
		free(entry->initrd);
		free(entry->words);
	}
	free(menu->entries);
	free(menu->chosen);
	free(menu->style);
	*menu = (struct grub_menu){ 0 };
}
