// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading assignments as sh(1) does; there is no interpreter here. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell_text.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS "0123456789"

/* A word while it is read. */
struct word {
	const struct shell_text *text;
	struct shell_assignment *assignment;
	const char *from;
	char *to;
	char quote;
};

static bool is_one_of(char ch, const char *set)
{
	return ch != '\0' && strchr(set, ch) != NULL;
}

/* Takes a variable of a name that is expanded. */
static void expand(struct word *word, const char *name, size_t len)
{
	struct shell_assignment *assignment = word->assignment;
	const char *const *known = word->text->known;

	while (*known != NULL &&
	       (strlen(*known) != len || memcmp(*known, name, len) != 0))
		known++;
	if (*known == NULL)
		assignment->is_unclear = true;
	if (len == assignment->name_len && memcmp(name, assignment->name, len) == 0)
		assignment->repeats = true;
}

/* Goes behind a command: to the ')' that closes it, or to the next '`'. */
static void skip_command(struct word *word, char open, char close)
{
	unsigned int depth = 1;
	char quote = '\0';

	word->assignment->is_unclear = true;
	for (; *word->from != '\0' && depth > 0; word->from++) {
		const char ch = *word->from;

		if (ch == '\\' && quote != '\'' && word->from[1] != '\0')
			word->from++;
		else if (quote != '\0' && ch == quote)
			quote = '\0';
		else if (quote != '\0')
			continue;
		else if (open != close && is_one_of(ch, "'\""))
			quote = ch;
		else if (ch == close)
			depth--;
		else if (ch == open)
			depth++;
	}
}

/* ${NAME} or ${NAME:-x}, of which the second is not done here. */
static void take_braces(struct word *word)
{
	const size_t len = strspn(word->from, LETTERS DIGITS);

	expand(word, word->from, len);
	word->from += len;
	if (*word->from != '}')
		word->assignment->is_unclear = true;
	word->from += strcspn(word->from, "}");
	word->from += *word->from == '}';
}

/* What stands behind a dollar. */
static void take_dollar(struct word *word)
{
	const size_t len =
		is_one_of(*word->from, DIGITS) ? 1 : strspn(word->from, LETTERS DIGITS);

	if (*word->from == '(') {
		word->from++;
		skip_command(word, '(', ')');
	} else if (*word->from == '{') {
		word->from++;
		take_braces(word);
	} else if (len > 0) {
		expand(word, word->from, len);
		word->from += len;
	} else if (is_one_of(*word->from, "?#*@!-$")) {
		word->assignment->is_unclear = true;
		word->from++;
	} else {
		*word->to++ = '$';
	}
}

/* What stands behind a backslash: between double quotes it escapes only some. */
static void take_backslash(struct word *word)
{
	if (*word->from == '\n') {
		word->from++;
		return;
	}
	if (*word->from == '\0' ||
	    (word->quote == '"' && !is_one_of(*word->from, "$`\"\\")))
		*word->to++ = '\\';
	else
		*word->to++ = *word->from++;
}

static void take_char(struct word *word)
{
	const char ch = *word->from++;

	if (word->quote == '\0' && is_one_of(ch, "'\""))
		word->quote = ch;
	else if (word->quote != '\0' && ch == word->quote)
		word->quote = '\0';
	else if (word->quote == '\'' || !is_one_of(ch, "\\$`"))
		*word->to++ = (char)(ch == '\n' ? ' ' : ch);
	else if (ch == '\\')
		take_backslash(word);
	else if (ch == '$')
		take_dollar(word);
	else
		skip_command(word, '`', '`');
}

/* Reads the value, up to what ends a word. */
static int take_value(struct shell_text *text, struct shell_assignment *assignment)
{
	struct word word = { .text = text, .assignment = assignment, .from = text->rest };

	assignment->value = malloc(strlen(text->rest) + 1);
	if (assignment->value == NULL)
		return -ENOMEM;
	word.to = assignment->value;
	while (*word.from != '\0' &&
	       (word.quote != '\0' || !is_one_of(*word.from, " \t\r\n;&|<>()")))
		take_char(&word);
	*word.to = '\0';
	for (const char *s = text->rest; s < word.from; s++)
		text->line += *s == '\n';
	text->rest = word.from;
	return 1;
}

int shell_next_assignment(struct shell_text *text,
			  struct shell_assignment *ret_assignment)
{
	while (*text->rest != '\0') {
		const char *word = text->rest;
		const size_t len = strspn(word, LETTERS DIGITS);

		if (*word == '\n')
			text->line++;
		if (is_one_of(*word, " \t\r\n;&")) {
			text->rest++;
			continue;
		}
		if (len > 0 && word[len] == '=' && !is_one_of(*word, DIGITS)) {
			*ret_assignment = (struct shell_assignment){ .name = word,
								     .name_len = len,
								     .line = text->line };
			text->rest += len + 1;
			return take_value(text, ret_assignment);
		}
		/* Behind "export" and "then" may be one; a command is passed over. */
		if (len > 0 && is_one_of(word[len], " \t\n;"))
			text->rest += len;
		else
			text->rest += strcspn(word, "\n");
	}
	return 0;
}
