// SPDX-License-Identifier: GPL-2.0-or-later
/* Printing findings. */

#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check_print.h"
#include "edit/store.h"
#include "output.h"
#include "tree.h"

#define COLUMNS 80
#define GOOD_LIST STORE_STATE_DIR "/allowlist.good"

/* How many columns the len bytes of a word take, if each character takes one. */
static size_t width_of(const char *word, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++)
		width += ((unsigned char)word[i] & 0xc0) != 0x80;
	return width;
}

static void print_bytes(FILE *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char ch = (unsigned char)text[i];

		fputc(ch < ' ' || ch == 0x7f ? '?' : ch, f);
	}
}

/* Prints text between indent and the last column; label stands before its first line. */
static void print_wrapped(FILE *f, const char *label, size_t indent, const char *text)
{
	size_t column = indent;
	const char *word = text + strspn(text, " ");

	fprintf(f, "%-*s", (int)indent, label);
	while (*word != '\0') {
		const size_t len = strcspn(word, " "), width = width_of(word, len);

		if (column > indent && column + 1 + width > COLUMNS) {
			fprintf(f, "\n%*s", (int)indent, "");
			column = indent;
		}
		if (column > indent) {
			fputc(' ', f);
			column++;
		}
		print_bytes(f, word, len);
		column += width;
		word += len;
		word += strspn(word, " ");
	}
	fputc('\n', f);
}

static enum output_colour colour_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_ERROR:
		return COLOUR_RED;
	case SEVERITY_WARNING:
		return COLOUR_YELLOW;
	case SEVERITY_NOTE:
		break;
	}
	return COLOUR_BOLD;
}

/*
 * Puts the findings in order: by severity, then those of one kind together, the kind that
 * the check found first before the others. There are few kinds, however many findings.
 */
static int sort_findings(const struct findings *findings,
			 const struct finding ***ret_sorted)
{
	_cleanup_free_ bool *taken = calloc(findings->n + 1, sizeof(*taken));
	const struct finding **sorted;
	size_t n = 0;

	sorted = calloc(findings->n + 1, sizeof(const struct finding *));
	if (taken == NULL || sorted == NULL) {
		free(sorted);
		return -ENOMEM;
	}
	for (int severity = SEVERITY_ERROR; severity <= SEVERITY_NOTE; severity++) {
		for (size_t i = 0; i < findings->n; i++) {
			const struct finding_kind *kind = findings->entries[i].kind;

			if (taken[i] || (int)kind->severity != severity)
				continue;
			for (size_t j = i; j < findings->n; j++) {
				if (findings->entries[j].kind != kind)
					continue;
				taken[j] = true;
				sorted[n++] = &findings->entries[j];
			}
		}
	}
	*ret_sorted = sorted;
	return 0;
}

/* Prints n findings of one kind: why it matters, and what to do, only once. */
static void print_kind(FILE *f, const struct finding *const *findings, size_t n)
{
	const struct finding_kind *kind = findings[0]->kind;
	bool advised = true;

	fprintf(f, "%s%s:%s %s\n", output_colour(f, colour_of(kind->severity)),
		severity_word(kind->severity), output_colour(f, COLOUR_NONE), kind->code);
	for (size_t i = 0; i < n; i++) {
		print_wrapped(f, "", 2, findings[i]->evidence);
		if (findings[i]->advice != NULL)
			print_wrapped(f, "    do: ", 8, findings[i]->advice);
		else
			advised = false;
	}
	print_wrapped(f, "  why: ", 7, kind->why);
	if (!advised)
		print_wrapped(f, "  do:  ", 7, kind->what);
	fputc('\n', f);
}

static void print_count(FILE *f, const char **separator, size_t n, enum severity severity)
{
	if (n == 0)
		return;
	fprintf(f, "%s%zu %s%s", *separator, n, severity_word(severity),
		n == 1 ? "" : "s");
	*separator = ", ";
}

/* Do the images take today's list? With a bad line, or if others can write it, not. */
static bool is_used(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const char *code = findings->entries[i].kind->code;

		if (strcmp(code, "bad-line") == 0 || strcmp(code, "list-owner") == 0)
			return false;
	}
	return true;
}

/* Is line i the first that comes to a function which the next boot binds? */
static bool binds(const struct host *host, const struct next_boot *next, size_t i)
{
	return next->outcomes[i].same_as == i &&
	       next_boot_function(host, next, i) != NULL;
}

static size_t count_unjudged(const struct host *host, const struct next_boot *next)
{
	size_t n = 0;

	for (size_t i = 0; i < next->list.n_lines; i++)
		n += next_boot_unjudged(host, next, i) != NULL;
	return n;
}

/* Writes what the next boot binds, if it goes by the list, as a sentence. */
static int format_bound(const struct host *host, const struct next_boot *next,
			char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	const size_t n_unjudged = count_unjudged(host, next);
	size_t size = 0, n = 0;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < next->list.n_lines; i++)
		n += binds(host, next, i);
	if (n_unjudged > 0)
		fprintf(f, "%zu line%s could not be judged without root%s", n_unjudged,
			n_unjudged == 1 ? "" : "s", n > 0 ? "; " : "");
	if (n > 0 || n_unjudged == 0)
		fprintf(f, "the next boot binds %zu function%s%s", n, n == 1 ? "" : "s",
			n == 0 ? "" : ":");
	for (size_t i = 0; i < next->list.n_lines; i++) {
		char address[PCI_ADDRESS_STRSIZE];

		if (!binds(host, next, i))
			continue;
		pci_address_format(&next->outcomes[i].address, address);
		fprintf(f, " %s", address);
	}
	if (fclose(f) != 0)
		return -ENOMEM;
	*ret_text = text;
	text = NULL;
	return 0;
}

static int print_summary(FILE *f, const struct host *host, const struct next_boot *next,
			 const struct findings *findings)
{
	const size_t errors = findings_count(findings, SEVERITY_ERROR);
	_cleanup_free_ char *bound = NULL, *line = NULL;
	const char *separator = "";
	int err;

	if (findings->n > 0) {
		for (int s = SEVERITY_ERROR; s <= SEVERITY_NOTE; s++)
			print_count(f, &separator,
				    findings_count(findings, (enum severity)s),
				    (enum severity)s);
		fputc('\n', f);
	}
	if (!is_used(findings)) {
		print_wrapped(f, "", 0,
			      tree_has(host->root, GOOD_LIST) ?
				      "today's list goes into no image; the next boot "
				      "uses the last good one, " GOOD_LIST :
				      "today's list goes into no image; the next boot "
				      "uses the last good one, if there is one");
		return 0;
	}
	if (errors > 0)
		return 0;
	err = format_bound(host, next, &bound);
	if (err < 0)
		return err;
	if (asprintf(&line, "%s%s", findings->n == 0 ? "nothing found; " : "no error; ",
		     bound) < 0)
		return -ENOMEM;
	print_wrapped(f, "", 0, line);
	return 0;
}

int check_print(FILE *f, const struct host *host, const struct next_boot *next,
		const struct findings *findings)
{
	_cleanup_free_ const struct finding **sorted = NULL;
	size_t n;
	int err;

	err = sort_findings(findings, &sorted);
	if (err < 0)
		return err;
	for (size_t i = 0; i < findings->n; i += n) {
		n = 1;
		while (i + n < findings->n && sorted[i + n]->kind == sorted[i]->kind)
			n++;
		print_kind(f, sorted + i, n);
	}
	for (size_t i = 0; i < host->unseen.n; i++)
		print_wrapped(f, "not seen: ", 10, host->unseen.lines[i]);
	return print_summary(f, host, next, findings);
}

/* Adds a member, whose reference it takes. Returns 0 or -ENOMEM. */
static int add_member(struct json_object *object, const char *name,
		      struct json_object *member)
{
	if (member == NULL)
		return -ENOMEM;
	if (json_object_object_add(object, name, member) == 0)
		return 0;
	json_object_put(member);
	return -ENOMEM;
}

static int add_element(struct json_object *array, struct json_object *element)
{
	if (element == NULL)
		return -ENOMEM;
	if (json_object_array_add(array, element) == 0)
		return 0;
	json_object_put(element);
	return -ENOMEM;
}

static struct json_object *json_finding(const struct finding *finding)
{
	const struct finding_kind *kind = finding->kind;
	const char *advice = finding->advice != NULL ? finding->advice : kind->what;
	struct json_object *object = json_object_new_object();

	if (object == NULL)
		return NULL;
	if (add_member(object, "code", json_object_new_string(kind->code)) == 0 &&
	    add_member(object, "severity",
		       json_object_new_string(severity_word(kind->severity))) == 0 &&
	    add_member(object, "evidence", json_object_new_string(finding->evidence)) ==
		    0 &&
	    add_member(object, "why", json_object_new_string(kind->why)) == 0 &&
	    add_member(object, "advice", json_object_new_string(advice)) == 0)
		return object;
	json_object_put(object);
	return NULL;
}

static int fill_findings(struct json_object *array, const struct findings *findings)
{
	_cleanup_free_ const struct finding **sorted = NULL;
	int err;

	err = sort_findings(findings, &sorted);
	for (size_t i = 0; err == 0 && i < findings->n; i++)
		err = add_element(array, json_finding(sorted[i]));
	return err;
}

static int fill_bound(struct json_object *array, const struct host *host,
		      const struct next_boot *next)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < next->list.n_lines; i++) {
		char address[PCI_ADDRESS_STRSIZE];

		if (!binds(host, next, i))
			continue;
		pci_address_format(&next->outcomes[i].address, address);
		err = add_element(array, json_object_new_string(address));
	}
	return err;
}

static int fill_summary(struct json_object *summary, const struct host *host,
			const struct next_boot *next, const struct findings *findings)
{
	static const char *const names[] = { "errors", "warnings", "notes" };
	struct json_object *bound;
	int err = 0;

	for (size_t s = 0; err == 0 && s < ARRAY_SIZE(names); s++)
		err = add_member(summary, names[s],
				 json_object_new_int64((int64_t)findings_count(
					 findings, (enum severity)s)));
	if (err < 0)
		return err;
	err = add_member(summary, "unjudged",
			 json_object_new_int64((int64_t)count_unjudged(host, next)));
	if (err < 0)
		return err;
	err = add_member(summary, "list_used",
			 json_object_new_boolean(is_used(findings)));
	if (err < 0)
		return err;
	bound = json_object_new_array();
	err = add_member(summary, "binds", bound);
	return err == 0 && is_used(findings) ? fill_bound(bound, host, next) : err;
}

static int fill_unseen(struct json_object *array, const struct notes *unseen)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < unseen->n; i++)
		err = add_element(array, json_object_new_string(unseen->lines[i]));
	return err;
}

struct json_object *check_json(const struct host *host, const struct next_boot *next,
			       const struct findings *findings)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *summary = json_object_new_object();
	struct json_object *unseen = json_object_new_array();

	if (object != NULL &&
	    add_member(object, "version", json_object_new_int(OUTPUT_JSON_VERSION)) ==
		    0 &&
	    add_member(object, "findings", list) == 0 &&
	    add_member(object, "summary", summary) == 0 &&
	    add_member(object, "unseen", unseen) == 0 &&
	    fill_findings(list, findings) == 0 &&
	    fill_summary(summary, host, next, findings) == 0 &&
	    fill_unseen(unseen, &host->unseen) == 0)
		return object;
	json_object_put(object);
	return NULL;
}
