// SPDX-License-Identifier: GPL-2.0-or-later
/* Printing for people and for programs. */

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

/* How many bytes a character of UTF-8 has (RFC 3629, 4); 0: it is none. */
static size_t character_length(const char *text)
{
	static const struct {
		unsigned char from, to, second_from, second_to;
		size_t n;
	} forms[] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *s = (const unsigned char *)text;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t n;

		if (s[0] < forms[i].from || s[0] > forms[i].to)
			continue;
		if (forms[i].n > 1 &&
		    (s[1] < forms[i].second_from || s[1] > forms[i].second_to))
			return 0;
		for (n = 2; n < forms[i].n; n++)
			if ((s[n] & 0xc0) != 0x80)
				return 0;
		return forms[i].n;
	}
	return 0;
}

/* JSON is UTF-8, and names of mounts and devices may be anything. */
void output_json(struct json_object *object)
{
	const char *s = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				JSON_C_TO_STRING_NOSLASHESCAPE);

	while (*s != '\0') {
		size_t n = character_length(s);

		if (n == 0)
			fputc('?', stdout);
		else
			fwrite(s, 1, n, stdout);
		s += n == 0 ? 1 : n;
	}
	fputc('\n', stdout);
	json_object_put(object);
}

bool output_has_colour(FILE *f)
{
	const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no_colour != NULL && no_colour[0] != '\0')
		return false;
	return term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(f));
}

const char *output_colour(FILE *f, enum output_colour colour)
{
	/* Select Graphic Rendition, ECMA-48, 8.3.117. */
	static const char *const sequences[] = {
		[COLOUR_NONE] = "\033[0m",    [COLOUR_RED] = "\033[31m",
		[COLOUR_YELLOW] = "\033[33m", [COLOUR_GREEN] = "\033[32m",
		[COLOUR_BOLD] = "\033[1m",    [COLOUR_FAINT] = "\033[2m",
	};

	return output_has_colour(f) ? sequences[colour] : "";
}

void output_text(FILE *f, const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++)
		fputc(*s < ' ' || *s == 0x7f ? '?' : *s, f);
}
