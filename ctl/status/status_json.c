// SPDX-License-Identifier: GPL-2.0-or-later
/* The status as JSON; its schema is in ptbind(8). */

#include <errno.h>
#include <json.h>
#include <string.h>

#include "file.h"
#include "output.h"
#include "paths.h"
#include "status.h"

/* Adds a member, which may be NULL: null. Returns 0 or -ENOMEM. */
static int add(struct json_object *object, const char *name, struct json_object *member)
{
	return json_object_object_add(object, name, member) < 0 ? -ENOMEM : 0;
}

/* A string, or null for NULL. */
static struct json_object *string_or_null(const char *text)
{
	return text != NULL ? json_object_new_string(text) : NULL;
}

static struct json_object *address_or_null(const struct pci_address *address, bool known)
{
	char text[PCI_ADDRESS_STRSIZE];

	if (!known)
		return NULL;
	pci_address_format(address, text);
	return json_object_new_string(text);
}

static struct json_object *driver_or_null(const char *driver)
{
	return driver == NULL || driver[0] == '\0' ? NULL :
						     json_object_new_string(driver);
}

/* A copy of an array of strings, as JSON of its own; an empty one for NULL. */
static struct json_object *copy_strings(struct json_object *strings)
{
	return strings != NULL ? json_object_get(strings) : json_object_new_array();
}

static struct json_object *make_claim(const struct status_facts *now)
{
	struct json_object *object;

	if (!now->has_claim)
		return NULL;
	object = json_object_new_object();
	if (object == NULL)
		return NULL;
	if (add(object, "result", json_object_new_string(now->claim.result)) < 0 ||
	    add(object, "message", json_object_new_string(now->claim.message)) < 0) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static int fill_function(const struct status_line *line, struct json_object *object)
{
	const struct boot_report_line *reported = line->reported;
	const struct status_facts *now = &line->now;
	int err;

	err = add(object, "address",
		  now->there ?
			  address_or_null(&now->address, true) :
			  address_or_null(&reported->address, reported->has_address));
	if (err == 0)
		err = add(object, "line", json_object_new_int64(reported->number));
	if (err == 0)
		err = add(object, "text", json_object_new_string(reported->text));
	if (err == 0)
		err = add(object, "result", json_object_new_string(reported->result));
	if (err == 0)
		err = add(object, "message", json_object_new_string(reported->message));
	if (err == 0)
		err = add(object, "warnings", copy_strings(reported->warnings));
	if (err == 0)
		err = add(object, "ok", json_object_new_boolean(line->verdict.ok));
	if (err == 0)
		err = add(object, "present", json_object_new_boolean(now->there));
	if (err == 0)
		err = add(object, "driver_at_boot", driver_or_null(reported->driver));
	if (err == 0)
		err = add(object, "driver_now", driver_or_null(now->driver));
	if (err == 0)
		err = add(object, "changed",
			  string_or_null(status_change_word(line->verdict.change)));
	if (err == 0)
		err = add(object, "since_boot", make_claim(now));
	if (err == 0)
		err = add(object, "why", json_object_new_string(line->verdict.why));
	return err;
}

static int fill_functions(const struct status *status, struct json_object *array)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < status->report.n_lines; i++) {
		struct json_object *object = json_object_new_object();

		if (object == NULL || json_object_array_add(array, object) < 0)
			return -ENOMEM;
		err = fill_function(&status->lines[i], object);
	}
	return err;
}

static struct json_object *make_line(const struct allowlist_line *line)
{
	struct json_object *object = json_object_new_object();
	char words[ALLOWLIST_LINE_MAX + 1];

	allowlist_line_words(line, words, sizeof(words));
	if (object == NULL)
		return NULL;
	if (add(object, "line", json_object_new_int64(line->number)) < 0 ||
	    add(object, "text", json_object_new_string(words)) < 0) {
		json_object_put(object);
		return NULL;
	}
	return object;
}

static int add_change(const struct list_change *change, struct json_object *added,
		      struct json_object *removed, struct json_object *changed)
{
	struct json_object *pair;

	if (change->was == NULL)
		return json_object_array_add(added, make_line(change->is));
	if (change->is == NULL)
		return json_object_array_add(removed, make_line(change->was));
	pair = json_object_new_object();
	if (pair == NULL || json_object_array_add(changed, pair) < 0)
		return -ENOMEM;
	if (add(pair, "was", make_line(change->was)) < 0)
		return -ENOMEM;
	return add(pair, "is", make_line(change->is));
}

static int fill_list(const struct status *status, struct json_object *list)
{
	struct json_object *arrays[3];
	static const char *const names[] = { "added", "removed", "changed" };
	const int error = status->today_error == -ENOENT ? 0 : status->today_error;
	int err;

	err = add(list, "path", json_object_new_string(ALLOWLIST_PATH));
	if (err == 0)
		err = add(list, "error",
			  string_or_null(error < 0 ? file_read_error(error) : NULL));
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(arrays); i++) {
		arrays[i] = json_object_new_array();
		err = arrays[i] == NULL ? -ENOMEM : add(list, names[i], arrays[i]);
	}
	/* Without both lists there is nothing to compare. */
	if (err < 0 || error < 0 || status->report.status != BOOT_REPORT_READ)
		return err;
	for (size_t i = 0; err == 0 && i < status->diff.n; i++)
		err = add_change(&status->diff.changes[i], arrays[0], arrays[1],
				 arrays[2]);
	return err < 0 ? -ENOMEM : 0;
}

/* Adds a member that is made empty, and has it filled in. */
static int add_filled(const struct status *status, struct json_object *object,
		      const char *name, struct json_object *member,
		      int (*fill)(const struct status *status,
				  struct json_object *member))
{
	if (member == NULL || add(object, name, member) < 0)
		return -ENOMEM;
	return fill(status, member);
}

static int fill_status(const struct status *status, struct json_object *object)
{
	const struct boot_report *report = &status->report;
	const bool read = report->status == BOOT_REPORT_READ;
	int err;

	err = add(object, "version", json_object_new_int(OUTPUT_JSON_VERSION));
	if (err == 0)
		err = add(object, "state", json_object_new_string(status_state(status)));
	if (err == 0)
		err = add(object, "reason",
			  json_object_new_string(read ? report->reason :
							status->report_error));
	if (err == 0)
		err = add(object, "ok", json_object_new_boolean(status_is_ok(status)));
	if (err == 0)
		err = add(object, "container",
			  json_object_new_boolean(status->in_container));
	if (err == 0)
		err = add(object, "kernel", read ? string_or_null(report->kernel) : NULL);
	if (err == 0)
		err = add(object, "elapsed_us",
			  read ? json_object_new_int64((int64_t)report->elapsed_us) :
				 NULL);
	if (err == 0)
		err = add_filled(status, object, "functions", json_object_new_array(),
				 fill_functions);
	if (err == 0)
		err = add_filled(status, object, "list", json_object_new_object(),
				 fill_list);
	if (err == 0)
		err = add(object, "warnings", copy_strings(report->warnings));
	if (err == 0)
		err = add(object, "notes", copy_strings(report->notes));
	return err;
}

int status_print_json(const struct status *status)
{
	struct json_object *object = json_object_new_object();
	int err = object == NULL ? -ENOMEM : fill_status(status, object);

	if (err == 0)
		output_json(object);
	else
		json_object_put(object);
	return err;
}
