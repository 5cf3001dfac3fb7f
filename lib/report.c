// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report as JSON text; no I/O. Written by hand, since the boot-time program is to
 * stay small and this is all the JSON that it has; it reads none.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

static const char *const state_words[] = {
	[REPORT_DONE] = "done",
	[REPORT_DISABLED] = "disabled",
	[REPORT_REFUSED] = "refused",
	[REPORT_TIMEOUT] = "timeout",
};

/*
 * Length of the UTF-8 sequence at s, 0 where it is none (RFC 3629, section 4, which
 * excludes surrogates and overlong forms).
 */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	size_t n = s[0] < 0x80 ? 1 :
		   s[0] < 0xc2 ? 0 :
		   s[0] < 0xe0 ? 2 :
		   s[0] < 0xf0 ? 3 :
		   s[0] < 0xf5 ? 4 :
				 0;

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* Writes a JSON string; bytes that are no UTF-8 become U+FFFD (RFC 8259, section 7). */
static void put_string_n(FILE *f, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', f);
	while (len > 0) {
		size_t n = utf8_length(s, len);

		if (n == 0)
			fputs("\\ufffd", f);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s);
		else
			fwrite(s, 1, n, f);
		n = n > 0 ? n : 1;
		s += n;
		len -= n;
	}
	putc('"', f);
}

static void put_string(FILE *f, const char *text)
{
	put_string_n(f, text, strlen(text));
}

static void put_string_or_null(FILE *f, const char *text)
{
	if (text[0] == '\0')
		fputs("null", f);
	else
		put_string(f, text);
}

static void put_warnings(FILE *f, unsigned int warnings)
{
	const char *separator = "";

	putc('[', f);
	for (unsigned int w = 1; w <= WARNING_LAST; w <<= 1) {
		if (!(warnings & w))
			continue;
		fprintf(f, "%s\"%s\"", separator, warning_word((enum warning)w));
		separator = ", ";
	}
	putc(']', f);
}

static void put_function(FILE *f, const struct allowlist_line *line,
			 const struct outcome *outcome)
{
	char address[PCI_ADDRESS_STRSIZE] = "";

	if (outcome->has_address)
		pci_address_format(&outcome->address, address);

	fprintf(f, "    {\"line\": %u, \"text\": ", line->number);
	put_string_n(f, line->text, line->len);
	fputs(",\n     \"address\": ", f);
	put_string_or_null(f, address);
	fprintf(f, ", \"result\": \"%s\", \"ok\": %s,\n     \"driver\": ",
		result_word(outcome->result), outcome->ok ? "true" : "false");
	put_string_or_null(f, outcome->driver);
	fputs(", \"was\": ", f);
	put_string_or_null(f, outcome->was);
	fprintf(f, ", \"errno\": %d, \"warnings\": ", outcome->error);
	put_warnings(f, outcome->warnings);
	fputs(",\n     \"message\": ", f);
	put_string(f, outcome->message);
	putc('}', f);
}

int report_format(const struct report *report, char **ret_text, size_t *ret_size)
{
	const struct allowlist *list = report->list;
	char *text = NULL;
	size_t size = 0;
	FILE *f;
	bool failed;

	f = open_memstream(&text, &size);
	if (f == NULL)
		return -ENOMEM;

	fprintf(f, "{\n  \"version\": %d,\n  \"state\": \"%s\",\n  \"reason\": ",
		REPORT_VERSION, state_words[report->state]);
	put_string(f, report->reason);
	fputs(",\n  \"kernel\": ", f);
	put_string(f, report->kernel);
	fprintf(f, ",\n  \"elapsed_us\": %" PRIu64 ",\n  \"functions\": [",
		report->elapsed_us);
	for (size_t i = 0; i < list->n_lines; i++) {
		fputs(i == 0 ? "\n" : ",\n", f);
		put_function(f, &list->lines[i], &report->outcomes[i]);
	}
	fputs(list->n_lines > 0 ? "\n  ],\n  \"warnings\": " : "],\n  \"warnings\": ", f);
	put_warnings(f, report->warnings);
	fputs(",\n  \"notes\": [", f);
	for (size_t i = 0; i < report->n_notes; i++) {
		fputs(i == 0 ? "" : ", ", f);
		put_string(f, report->notes[i]);
	}
	fputs("]\n}\n", f);

	failed = ferror(f);
	if (fclose(f) != 0 || failed) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	*ret_size = size;
	return 0;
}
