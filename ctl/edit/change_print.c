// SPDX-License-Identifier: GPL-2.0-or-later
/* Printing a change of the allowlist. */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change_print.h"
#include "diff.h"
#include "guards/guards_print.h"
#include "output.h"
#include "paths.h"

/* A line of one list, and whether the other list has it, too. */
struct pairing {
	const struct allowlist_line *line;
	bool paired;
};

int change_print_diff(const struct change *change)
{
	char a[PATH_MAX], b[PATH_MAX];
	const struct diff_text old = { a, change->store.data, change->store.size };
	const struct diff_text new = { b, change->after.list.data,
				       change->after.list.size };

	if (change->options->json)
		return 0;
	snprintf(a, sizeof(a), "%s" ALLOWLIST_PATH, change->options->root);
	snprintf(b, sizeof(b), "%s" ALLOWLIST_PATH " (changed)", change->options->root);
	return diff_print(&old, &new);
}

static int compare_texts(const void *a, const void *b)
{
	const struct allowlist_line *x = ((const struct pairing *)a)->line;
	const struct allowlist_line *y = ((const struct pairing *)b)->line;
	int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (order == 0)
		order = (x->len > y->len) - (x->len < y->len);
	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct allowlist_line *x = ((const struct pairing *)a)->line;
	const struct allowlist_line *y = ((const struct pairing *)b)->line;

	return (x->number > y->number) - (x->number < y->number);
}

static struct pairing *sort_lines(const struct allowlist *list)
{
	struct pairing *pairings = calloc(list->n_lines + 1, sizeof(*pairings));

	if (pairings == NULL)
		return NULL;
	for (size_t i = 0; i < list->n_lines; i++)
		pairings[i].line = &list->lines[i];
	qsort(pairings, list->n_lines, sizeof(*pairings), compare_texts);
	return pairings;
}

/* Pairs equal lines of two sorted lists, then sorts both by number again. */
static void pair_lines(struct pairing *a, size_t n_a, struct pairing *b, size_t n_b)
{
	for (size_t i = 0, j = 0; i < n_a && j < n_b;) {
		const struct allowlist_line *x = a[i].line, *y = b[j].line;
		int order = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

		if (order == 0)
			order = (x->len > y->len) - (x->len < y->len);
		if (order == 0) {
			a[i].paired = true;
			b[j].paired = true;
		}
		i += order <= 0;
		j += order >= 0;
	}
	qsort(a, n_a, sizeof(*a), compare_numbers);
	qsort(b, n_b, sizeof(*b), compare_numbers);
}

/* Finds which lines go and which come. Returns 0 or -ENOMEM. */
static int pair_lists(const struct change *change, struct pairing **ret_before,
		      struct pairing **ret_after)
{
	struct pairing *before = sort_lines(&change->before.list);
	struct pairing *after = sort_lines(&change->after.list);

	if (before == NULL || after == NULL) {
		free(before);
		free(after);
		return -ENOMEM;
	}
	pair_lines(before, change->before.list.n_lines, after,
		   change->after.list.n_lines);
	*ret_before = before;
	*ret_after = after;
	return 0;
}

/* Line i of a list as an object: line, address, text. */
static struct json_object *line_json(const struct next_boot *next, size_t i)
{
	const struct allowlist_line *line = &next->list.lines[i];
	struct json_object *object = json_object_new_object();
	char words[ALLOWLIST_LINE_MAX + 1], address[PCI_ADDRESS_STRSIZE];

	pci_address_format(&next->outcomes[i].address, address);
	json_object_object_add(object, "line", json_object_new_int64(line->number));
	json_object_object_add(
		object, "address",
		next->outcomes[i].has_address ? json_object_new_string(address) : NULL);
	json_object_object_add(
		object, "text",
		json_object_new_string(allowlist_line_words(line, words, sizeof(words))));
	return object;
}

static void add_lines(struct json_object *object, const char *name,
		      const struct next_boot *next, const struct pairing *pairings)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < next->list.n_lines; i++)
		if (!pairings[i].paired)
			json_object_array_add(array, line_json(next, i));
	json_object_object_add(object, name, array);
}

static void add_notes(struct json_object *object, const char *name,
		      const struct notes *notes)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < notes->n; i++)
		json_object_array_add(array, json_object_new_string(notes->lines[i]));
	json_object_object_add(object, name, array);
}

static void add_objections(struct json_object *object, const struct change *change)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < change->objections.n; i++) {
		const struct objection *objection = &change->objections.entries[i];
		struct json_object *entry = objection_json(&change->after, objection);

		json_object_object_add(
			entry, "new",
			json_object_new_boolean(change_is_new(change, objection)));
		json_object_array_add(array, entry);
	}
	json_object_object_add(object, "objections", array);
}

static void print_json(const struct change *change, const struct pairing *before,
		       const struct pairing *after)
{
	struct json_object *object = json_object_new_object();
	char path[PATH_MAX];

	json_object_object_add(object, "version",
			       json_object_new_int(OUTPUT_JSON_VERSION));
	json_object_object_add(object, "changed",
			       json_object_new_boolean(change->changed));
	json_object_object_add(object, "dry_run",
			       json_object_new_boolean(change->options->dry_run));
	json_object_object_add(object, "refused",
			       json_object_new_boolean(change->refused));
	add_lines(object, "removed", &change->before, before);
	add_lines(object, "added", &change->after, after);
	add_objections(object, change);
	add_notes(object, "already", &change->done);
	add_notes(object, "warnings", &change->warnings);
	add_notes(object, "errors", &change->errors);
	add_notes(object, "unseen", &change->host.unseen);
	snprintf(path, sizeof(path), STORE_BACKUP_DIR "/%s", change->backup);
	json_object_object_add(object, "backup",
			       change->backup[0] == '\0' ? NULL :
							   json_object_new_string(path));
	output_json(object);
}

static void print_lines(const char *what, const struct allowlist *list,
			const struct pairing *pairings)
{
	char words[ALLOWLIST_LINE_MAX + 1];

	for (size_t i = 0; i < list->n_lines; i++)
		if (!pairings[i].paired)
			printf("%s line %u: %s\n", what, list->lines[i].number,
			       allowlist_line_words(&list->lines[i], words,
						    sizeof(words)));
}

/* What was done, on standard output. */
static void print_done(const struct change *change, const struct pairing *before,
		       const struct pairing *after)
{
	for (size_t i = 0; i < change->done.n; i++)
		puts(change->done.lines[i]);
	if (!change->changed)
		return;
	if (change->show_diff) {
		if (change_print_diff(change) < 0)
			fprintf(stderr, "ptbind %s: cannot show the difference\n",
				change->command);
	} else {
		print_lines("removed", &change->before.list, before);
		print_lines("added", &change->after.list, after);
	}
	printf("the list as it was: %s" STORE_BACKUP_DIR "/%s; 'ptbind undo' brings it "
	       "back\n",
	       change->options->root, change->backup);
	/* Which refuses it as it is; that the line is bad is said. */
	if (change->after.list.n_bad > 0)
		return;
	puts("next: 'ptbind apply' puts the list into the boot images; it counts from the "
	     "next boot");
}

static void print_notes(const struct change *change, const char *kind,
			const struct notes *notes)
{
	for (size_t i = 0; i < notes->n; i++) {
		fprintf(stderr, "ptbind %s: %s", change->command, kind);
		output_text(stderr, notes->lines[i]);
		fputc('\n', stderr);
	}
}

/* Prints the objections. Returns the guards that refuse. */
static unsigned int print_objections(const struct change *change, bool *ret_by_group)
{
	unsigned int guards = 0;

	for (size_t i = 0; i < change->objections.n; i++) {
		const struct objection *objection = &change->objections.entries[i];
		const bool is_new = change_is_new(change, objection);
		const bool refuses = change->guarded && is_new && !objection->forced;

		/* What was overruled before is no news. */
		if (objection->forced && !is_new)
			continue;
		fprintf(stderr, "ptbind %s: %s: ", change->command,
			refuses ? "refused" : "warning");
		objection_print(stderr, &change->after, objection);
		fputc('\n', stderr);
		if (!refuses)
			continue;
		guards |= objection->guard;
		*ret_by_group |= objection->by_group;
	}
	return guards;
}

static void print_refusal(const struct change *change, unsigned int guards, bool by_group)
{
	char words[GUARDS_STRSIZE];

	if (by_group)
		fprintf(stderr,
			"ptbind %s: a guest that gets a function takes its whole IOMMU "
			"group from the host\n",
			change->command);
	fprintf(stderr, "ptbind %s: the list is as it was\n", change->command);
	if (guards == 0)
		return;
	guards_format(guards, words);
	if (strcmp(change->command, "undo") == 0)
		fprintf(stderr,
			"ptbind undo: to have it listed all the same, use 'ptbind add "
			"--force=%s'\n",
			words);
	else
		fprintf(stderr, "ptbind %s: to list it all the same, add --force=%s\n",
			change->command, words);
}

void change_print(const struct change *change, bool differs)
{
	_cleanup_free_ struct pairing *before = NULL, *after = NULL;
	unsigned int guards;
	bool by_group = false;

	if (pair_lists(change, &before, &after) < 0) {
		fprintf(stderr, "ptbind %s: %s\n", change->command, strerror(ENOMEM));
		return;
	}
	if (differs)
		print_notes(change, "could not see: ", &change->host.unseen);
	print_notes(change, "", &change->errors);
	print_notes(change, "warning: ", &change->warnings);
	guards = print_objections(change, &by_group);
	if (change->refused)
		print_refusal(change, guards, by_group);

	if (change->options->json)
		print_json(change, before, after);
	else
		print_done(change, before, after);
}
