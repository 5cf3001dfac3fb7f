// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading, judging and carrying out a change of the allowlist. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "change_print.h"
#include "cmd.h"
#include "paths.h"

static int fail(const char *command, const char *what, int err)
{
	fprintf(stderr, "ptbind %s: %s: %s\n", command, what, strerror(-err));
	return EXIT_NOT_AS_WANTED;
}

static int print_problems(const char *command, struct notes *problems)
{
	for (size_t i = 0; i < problems->n; i++)
		fprintf(stderr, "ptbind %s: %s\n", command, problems->lines[i]);
	notes_free(problems);
	return EXIT_NOT_AS_WANTED;
}

static int open_store(const char *command, const struct options *options,
		      struct store *store)
{
	struct notes problems = { 0 };
	int err;

	if (!options->dry_run && geteuid() != 0) {
		fprintf(stderr,
			"ptbind %s: only root can change the list and read the serial "
			"numbers for it; --dry-run shows what can be seen without\n",
			command);
		return EXIT_NOT_AS_WANTED;
	}
	err = store_open(options->root, !options->dry_run, &problems, store);
	if (err < 0 && err != -EBADMSG)
		fail(command, ALLOWLIST_PATH, err);
	if (err < 0)
		return print_problems(command, &problems);
	notes_free(&problems);
	return EXIT_AS_WANTED;
}

/* By what is lost, and to which guard. */
static int compare_losses(const void *a, const void *b)
{
	const struct objection *x = a, *y = b;
	const int order = pci_address_compare(&x->function, &y->function);

	return order != 0 ? order : (x->guard > y->guard) - (x->guard < y->guard);
}

static void sort_by_loss(struct objections *objections)
{
	if (objections->n > 0)
		qsort(objections->entries, objections->n, sizeof(*objections->entries),
		      compare_losses);
}

/* Plans with a copy: the list that is planned with owns its text. */
static int plan_copy(const struct host *host, const char *data, size_t size,
		     struct next_boot *ret_next, struct objections *ret_objections)
{
	char *copy = malloc(size + 1);
	int err;

	if (copy == NULL)
		return -ENOMEM;
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	err = next_boot_plan(host, copy, size, ret_next);
	if (err < 0)
		return err;
	err = guards_judge(host, ret_next, ret_objections);
	if (err < 0)
		next_boot_free(ret_next);
	return err;
}

bool change_begin(const char *command, const struct options *options,
		  struct change *ret_change, int *ret_status)
{
	struct change change = { .command = command, .options = options };
	int err;

	*ret_status = open_store(command, options, &change.store);
	if (*ret_status != EXIT_AS_WANTED)
		return false;
	err = host_read(options->root, &change.host);
	if (err < 0) {
		fprintf(stderr, "ptbind %s: %s/sys/bus/pci: %s\n", command, options->root,
			strerror(-err));
		*ret_status = EXIT_NOT_AS_WANTED;
		store_close(&change.store);
		return false;
	}
	err = plan_copy(&change.host, change.store.data, change.store.size,
			&change.before, &change.old_objections);
	if (err < 0) {
		*ret_status = fail(command, "planning the next boot", err);
		change_free(&change);
		return false;
	}
	*ret_change = change;
	return true;
}

int change_plan(struct change *change, const char *data, size_t size)
{
	sort_by_loss(&change->old_objections);
	return plan_copy(&change->host, data, size, &change->after, &change->objections);
}

int change_plan_edits(struct change *change)
{
	_cleanup_free_ char *data = NULL;
	size_t size;
	int err;

	err = edits_apply(&change->edits, change->store.data, change->store.size, &data,
			  &size);
	return err < 0 ? err : change_plan(change, data, size);
}

/* The same loss, by the same line? Its number may have changed. */
static bool same_objection(const struct change *change, const struct objection *old,
			   const struct objection *objection)
{
	const struct allowlist_line *x = &change->before.list.lines[old->line];
	const struct allowlist_line *y = &change->after.list.lines[objection->line];

	return old->guard == objection->guard && old->forced == objection->forced &&
	       pci_address_compare(&old->function, &objection->function) == 0 &&
	       x->len == y->len && memcmp(x->text, y->text, x->len) == 0;
}

/* The first of the old objections that is not about a lesser loss. */
static size_t first_of_loss(const struct objections *old,
			    const struct objection *objection)
{
	size_t from = 0, to = old->n;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (compare_losses(&old->entries[middle], objection) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

bool change_is_new(const struct change *change, const struct objection *objection)
{
	const struct objections *old = &change->old_objections;

	for (size_t i = first_of_loss(old, objection);
	     i < old->n && compare_losses(&old->entries[i], objection) == 0; i++)
		if (same_objection(change, &old->entries[i], objection))
			return false;
	return true;
}

bool change_is_refused(const struct change *change)
{
	if (change->errors.n > 0 && !change->partial)
		return true;
	for (size_t i = 0; change->guarded && i < change->objections.n; i++)
		if (!change->objections.entries[i].forced &&
		    change_is_new(change, &change->objections.entries[i]))
			return true;
	return false;
}

int change_refuse(struct change *change, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		text = NULL;
		return -ENOMEM;
	}
	change->partial = false;
	return notes_add(&change->errors, "%s", text);
}

static bool is_same(const struct change *change)
{
	const struct allowlist *after = &change->after.list;

	return after->size == change->store.size &&
	       (after->size == 0 ||
		memcmp(after->data, change->store.data, after->size) == 0);
}

/* Notes what no part of the change can be good with. Returns 0 or -ENOMEM. */
static int check_sane(struct change *change)
{
	const struct allowlist *before = &change->before.list;
	const struct allowlist *after = &change->after.list;

	if (after->size > ALLOWLIST_SIZE_MAX)
		return change_refuse(change,
				     "the list would have %zu bytes; expected at most %d",
				     after->size, ALLOWLIST_SIZE_MAX);
	if (change->edits.n == 0 || after->n_bad <= before->n_bad)
		return 0;
	for (size_t i = after->n_lines; i > 0; i--) {
		const struct allowlist_line *line = &after->lines[i - 1];

		if (line->column != 0)
			return change_refuse(change,
					     "line %u would be bad: column %u: %s",
					     line->number, line->column, line->error);
	}
	return 0;
}

static int store_list(struct change *change)
{
	struct notes problems = { 0 }, *notes = &change->warnings;
	int err, noted = 0;

	err = store_replace(&change->store, change->after.list.data,
			    change->after.list.size, &problems, change->backup);
	change->changed = err == 0;
	if (err == -EBADMSG) {
		change->refused = true;
		notes = &change->errors;
		err = 0;
	}
	for (size_t i = 0; noted == 0 && i < problems.n; i++)
		noted = notes_add(notes, "%s", problems.lines[i]);
	notes_free(&problems);
	return err < 0 ? err : noted;
}

static int carry_out(struct change *change)
{
	int err = check_sane(change);

	change->refused = change_is_refused(change);
	if (err < 0 || change->refused || is_same(change))
		return err;
	return change->options->dry_run ? change_print_diff(change) : store_list(change);
}

/* Notes the lines that are bad afterwards. Returns 0 or -ENOMEM. */
static int note_bad_lines(struct change *change)
{
	const struct allowlist *list = &change->after.list;
	int err = 0;

	for (size_t i = 0; err == 0 && i < list->n_lines; i++)
		if (list->lines[i].column != 0)
			err = notes_add(&change->warnings,
					"%s" ALLOWLIST_PATH
					":%u:%u: %s; correct this line: images do not "
					"get a list with it, they keep the last good one",
					change->options->root, list->lines[i].number,
					list->lines[i].column, list->lines[i].error);
	return err;
}

int change_end(struct change *change, int err)
{
	if (err == 0)
		err = note_bad_lines(change);
	if (err == 0)
		err = carry_out(change);
	if (err < 0)
		return fail(change->command, "changing the list", err);
	change_print(change, !is_same(change));
	return change->refused || change->errors.n > 0 ? EXIT_NOT_AS_WANTED :
							 EXIT_AS_WANTED;
}

void change_free(struct change *change)
{
	objections_free(&change->old_objections);
	objections_free(&change->objections);
	next_boot_free(&change->before);
	next_boot_free(&change->after);
	edits_free(&change->edits);
	notes_free(&change->done);
	notes_free(&change->warnings);
	notes_free(&change->errors);
	host_free(&change->host);
	store_close(&change->store);
}
