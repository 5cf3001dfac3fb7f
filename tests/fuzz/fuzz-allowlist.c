// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the allowlist's parser, and the JSON of what it made of the bytes. */

#include "allowlist.h"
#include "fuzz.h"
#include "plan.h"
#include "report.h"

static void check_line(const struct allowlist *list, const struct allowlist_line *line)
{
	char path[PCI_PATH_STRSIZE], words[ALLOWLIST_LINE_MAX + 1];
	struct parse_error error;
	struct pci_path again;

	CHECK(line->text >= list->data &&
	      line->text + line->len <= list->data + list->size);
	CHECK(line->len <= ALLOWLIST_LINE_MAX);
	CHECK(strlen(allowlist_line_words(line, words, sizeof(words))) <= line->len);
	if (line->column != 0) {
		CHECK(line->error[0] != '\0');
		return;
	}
	/* What was read prints as something that reads the same. */
	pci_path_format(&line->where, path);
	CHECK(pci_path_parse(path, strlen(path), &again, &error) == 0);
	CHECK(pci_path_compare(&line->where, &again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome *outcomes;
	struct allowlist list;
	struct report report = { .reason = "", .kernel = "", .list = &list };
	size_t n_bad = 0, text_size;
	char *copy = NULL, *text;

	/* Of the exact size, so that a read behind the end is seen. */
	if (size > 0) {
		copy = malloc(size);
		CHECK(copy != NULL);
		memcpy(copy, data, size);
	}
	if (allowlist_parse(copy, size, &list) < 0)
		return 0;
	for (size_t i = 0; i < list.n_lines; i++) {
		check_line(&list, &list.lines[i]);
		CHECK(list.lines[i].number > (i > 0 ? list.lines[i - 1].number : 0));
		n_bad += list.lines[i].column != 0;
	}
	CHECK(n_bad == list.n_bad);
	CHECK(size == 0 || memcmp(list.data, data, size) == 0);

	outcomes = calloc(list.n_lines + 1, sizeof(*outcomes));
	CHECK(outcomes != NULL);
	plan_start(&list, outcomes);
	report.outcomes = outcomes;
	CHECK(report_format(&report, &text, &text_size) == 0);
	CHECK(memchr(text, '\0', text_size) == NULL);
	free(text);
	free(outcomes);
	allowlist_free(&list);
	return 0;
}
