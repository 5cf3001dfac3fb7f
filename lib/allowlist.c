// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser of the allowlist: bytes in, lines and their errors out; no I/O. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allowlist.h"

#define UTF8_BOM "\xef\xbb\xbf"

/* A word of a line, or a part of one. */
struct word {
	const char *text;
	size_t len;
	size_t column; /* of its first byte, from 1 */
};

static const struct {
	const char *name;
	enum allowlist_force flag;
} forces[] = {
	{ "network", FORCE_NETWORK },   { "disk", FORCE_DISK },
	{ "keyboard", FORCE_KEYBOARD }, { "display", FORCE_DISPLAY },
	{ "group", FORCE_GROUP },
};

const char *allowlist_force_word(enum allowlist_force guard)
{
	for (size_t i = 0; i < ARRAY_SIZE(forces); i++)
		if (forces[i].flag == guard)
			return forces[i].name;
	return "";
}

/* A word as arguments of "%.*s", cut so that what was expected still fits behind it. */
#define SHOWN(word) (int)((word)->len < 40 ? (word)->len : 40), (word)->text

_printf_(3, 4) static int fail(struct allowlist_line *line, size_t column,
			       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(line->error, sizeof(line->error), format, args);
	va_end(args);
	line->column = (unsigned int)column;
	return -EINVAL;
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static bool is_printable(char ch)
{
	return ch > ' ' && ch <= '~';
}

static bool word_is(const struct word *word, const char *literal)
{
	return word->len == strlen(literal) &&
	       memcmp(word->text, literal, word->len) == 0;
}

/* Takes the next word of the first len bytes of a line; false at their end. */
static bool next_word(const struct allowlist_line *line, size_t len, size_t *pos,
		      struct word *ret_word)
{
	size_t start;

	while (*pos < len && is_blank(line->text[*pos]))
		(*pos)++;
	start = *pos;
	while (*pos < len && !is_blank(line->text[*pos]))
		(*pos)++;

	*ret_word = (struct word){ line->text + start, *pos - start, start + 1 };
	return *pos > start;
}

/* Reads exactly n hexadecimal digits. */
static bool parse_hex(const char *text, unsigned int n, uint16_t *ret_value)
{
	uint16_t value = 0;

	for (unsigned int i = 0; i < n; i++) {
		static const char digits[] = "0123456789abcdef";
		char ch = text[i];
		const char *digit;

		if (ch >= 'A' && ch <= 'F')
			ch = (char)(ch - 'A' + 'a');
		digit = ch != '\0' ? strchr(digits, ch) : NULL;
		if (digit == NULL)
			return false;
		value = (uint16_t)(value << 4 | (digit - digits));
	}

	*ret_value = value;
	return true;
}

static int parse_id(struct allowlist_line *line, const struct word *value,
		    struct pci_id *ret_id)
{
	struct pci_id id;

	if (value->len != strlen("8086:125c") || value->text[4] != ':' ||
	    !parse_hex(value->text, 4, &id.vendor) ||
	    !parse_hex(value->text + 5, 4, &id.device))
		return fail(
			line, value->column,
			"'%.*s' is no ID; expected VVVV:DDDD, four hexadecimal digits "
			"each, as lspci -n prints it",
			SHOWN(value));

	*ret_id = id;
	return 0;
}

static int parse_dsn(struct allowlist_line *line, const struct word *value,
		     uint64_t *ret_dsn)
{
	uint64_t dsn = 0;
	uint16_t byte;

	if (value->len != DSN_STRSIZE - 1)
		goto bad;
	for (unsigned int i = 0; i < sizeof(dsn); i++) {
		const char *text = value->text + (size_t)i * 3;

		if (!parse_hex(text, 2, &byte) || (i < sizeof(dsn) - 1 && text[2] != '-'))
			goto bad;
		dsn = dsn << 8 | byte;
	}
	if (dsn == 0 || dsn == UINT64_MAX)
		return fail(line, value->column,
			    "a serial number of only zeros or ones tells no card from "
			    "another; expected a real one, or no dsn=");

	*ret_dsn = dsn;
	return 0;

bad:
	return fail(line, value->column,
		    "'%.*s' is no serial number; expected eight bytes as lspci -v prints "
		    "them: 20-7c-14-ff-ff-f4-78-71",
		    SHOWN(value));
}

static int parse_path(struct allowlist_line *line, const struct word *value,
		      struct pci_path *ret_path)
{
	struct parse_error error;
	int err;

	err = pci_path_parse(value->text, value->len, ret_path, &error);
	if (err < 0)
		return fail(line, value->column + error.offset, "%s", error.message);
	return 0;
}

static int parse_force(struct allowlist_line *line, const struct word *value,
		       unsigned int *ret_force)
{
	size_t start = 0;

	for (size_t end = 0; end <= value->len; end++) {
		struct word name = { value->text + start, end - start,
				     value->column + start };
		unsigned int flag = 0;

		if (end < value->len && value->text[end] != ',')
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(forces); i++)
			if (word_is(&name, forces[i].name))
				flag = forces[i].flag;
		if (flag == 0)
			return fail(
				line, name.column,
				"'%.*s' is no guard; expected network, disk, keyboard, "
				"display or group, separated by commas",
				SHOWN(&name));
		*ret_force |= flag;
		start = end + 1;
	}
	return 0;
}

/* Marks a pin as given; a second one of the same kind would silently win otherwise. */
static int take_pin(struct allowlist_line *line, const struct word *word,
		    enum allowlist_pin pin)
{
	if (line->pins & pin)
		return fail(line, word->column,
			    "'%.*s' comes twice on this line; expected it once",
			    SHOWN(word));
	line->pins |= pin;
	return 0;
}

/* Does the word start with name? If so, value is what follows it. */
static bool word_starts(const struct word *word, const char *name, struct word *ret_value)
{
	size_t len = strlen(name);

	if (word->len < len || memcmp(word->text, name, len) != 0)
		return false;
	*ret_value =
		(struct word){ word->text + len, word->len - len, word->column + len };
	return true;
}

static int parse_word(struct allowlist_line *line, const struct word *word)
{
	struct word value;
	int err;

	if (word_is(word, "optional")) {
		line->optional = true;
		return 0;
	}
	if (word_starts(word, "id=", &value)) {
		err = take_pin(line, word, PIN_ID);
		return err < 0 ? err : parse_id(line, &value, &line->id);
	}
	if (word_starts(word, "subsystem=", &value)) {
		err = take_pin(line, word, PIN_SUBSYSTEM);
		return err < 0 ? err : parse_id(line, &value, &line->subsystem);
	}
	if (word_starts(word, "dsn=", &value)) {
		err = take_pin(line, word, PIN_DSN);
		return err < 0 ? err : parse_dsn(line, &value, &line->dsn);
	}
	if (word_starts(word, "path=", &value)) {
		err = take_pin(line, word, PIN_PATH);
		return err < 0 ? err : parse_path(line, &value, &line->path);
	}
	if (word_starts(word, "force=", &value))
		return parse_force(line, &value, &line->force);

	return fail(
		line, word->column,
		"'%.*s' is not known; expected id=, subsystem=, dsn=, path=, optional or "
		"force=",
		SHOWN(word));
}

/* Refuses bytes that no line may hold; a comment may hold anything but NUL. */
static int check_bytes(struct allowlist_line *line, size_t len, size_t content_len)
{
	const char *nul = memchr(line->text, '\0', len);

	if (nul != NULL)
		return fail(line, (size_t)(nul - line->text) + 1,
			    "a NUL byte; expected a text file");
	if (memchr(line->text, '\r', len) != NULL)
		return fail(
			line,
			(size_t)((const char *)memchr(line->text, '\r', len) -
				 line->text) +
				1,
			"a carriage return inside a line; expected lines that end in LF or CR LF");
	if (content_len > ALLOWLIST_LINE_MAX)
		return fail(line, ALLOWLIST_LINE_MAX + 1,
			    "the line is too long; expected at most %d bytes",
			    ALLOWLIST_LINE_MAX);
	for (size_t i = 0; i < content_len; i++)
		if (!is_blank(line->text[i]) && !is_printable(line->text[i]))
			return fail(line, i + 1,
				    "byte %#04x; expected plain ASCII outside comments",
				    (unsigned char)line->text[i]);
	return 0;
}

/* Parses one line of len bytes; false where it holds nothing but blanks and comment. */
static bool parse_line(struct allowlist_line *line, size_t len)
{
	const char *comment = memchr(line->text, '#', len);
	size_t content_len = comment != NULL ? (size_t)(comment - line->text) : len;
	struct word word;
	size_t pos = 0;

	line->len = len < ALLOWLIST_LINE_MAX ? len : ALLOWLIST_LINE_MAX;
	if (check_bytes(line, len, content_len) < 0)
		return true;
	if (!next_word(line, content_len, &pos, &word))
		return false;
	if (parse_path(line, &word, &line->where) < 0)
		return true;
	while (next_word(line, content_len, &pos, &word))
		if (parse_word(line, &word) < 0)
			return true;
	return true;
}

/* Adds a line to the list. */
static int append_line(struct allowlist *list, const struct allowlist_line *line)
{
	struct allowlist_line *lines;

	/* Doubles whenever the number of lines is a power of two. */
	if ((list->n_lines & (list->n_lines - 1)) == 0) {
		size_t n = list->n_lines == 0 ? 1 : list->n_lines * 2;

		lines = reallocarray(list->lines, n, sizeof(*lines));
		if (lines == NULL)
			return -ENOMEM;
		list->lines = lines;
	}
	list->lines[list->n_lines++] = *line;
	list->n_bad += line->column != 0;
	return 0;
}

int allowlist_parse(char *data, size_t size, struct allowlist *ret_list)
{
	struct allowlist list = { .data = data, .size = size };
	size_t pos = 0;
	int err;

	if (size >= strlen(UTF8_BOM) && memcmp(data, UTF8_BOM, strlen(UTF8_BOM)) == 0)
		pos = strlen(UTF8_BOM);

	for (unsigned int number = 1; pos < size; number++) {
		struct allowlist_line line = { .number = number, .text = data + pos };
		const char *newline = memchr(data + pos, '\n', size - pos);
		size_t len = newline != NULL ? (size_t)(newline - line.text) : size - pos;

		pos += len + 1;
		/* Lists that were edited on Windows end their lines in CR LF. */
		if (len > 0 && line.text[len - 1] == '\r')
			len--;
		if (!parse_line(&line, len))
			continue;
		if (list.n_lines == ALLOWLIST_LINES_MAX) {
			fail(&line, 1, "too many functions; expected at most %d",
			     ALLOWLIST_LINES_MAX);
			pos = size;
		}
		err = append_line(&list, &line);
		if (err < 0) {
			allowlist_free(&list);
			return err;
		}
	}

	*ret_list = list;
	return 0;
}

void allowlist_free(struct allowlist *list)
{
	free(list->lines);
	free(list->data);
	*list = (struct allowlist){ 0 };
}

char *allowlist_line_words(const struct allowlist_line *line, char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < line->len && line->text[i] != '#' && n + 2 < size; i++) {
		char ch = line->text[i];

		if (is_printable(ch))
			text[n++] = ch;
		else if (!is_blank(ch))
			text[n++] = '?';
		else if (n > 0 && text[n - 1] != ' ')
			text[n++] = ' ';
	}
	if (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

void dsn_format(uint64_t dsn, char ret_text[static DSN_STRSIZE])
{
	char *end = ret_text;

	for (int shift = 56; shift >= 0; shift -= 8)
		end += sprintf(end, "%s%02x", shift == 56 ? "" : "-",
			       (unsigned int)(dsn >> shift & 0xff));
}
