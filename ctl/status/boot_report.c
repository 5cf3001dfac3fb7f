// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser of the report: JSON in, what it says of each line out; no I/O. */

#include <errno.h>
#include <json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "boot_report.h"
#include "report.h"

/* As json-c's own default; a report is three deep. */
#define DEPTH_MAX 32

static bool is_blank(const char *text, size_t len)
{
	return strspn(text, " \t\r\n") == len;
}

/* Parses text as exactly one JSON value. */
static int parse_json(const char *text, size_t size, struct json_object **ret_json)
{
	struct json_object *json = NULL;
	struct json_tokener *tokener;
	size_t end = 0;

	if (size > INT_MAX)
		return -EBADMSG;
	tokener = json_tokener_new_ex(DEPTH_MAX);
	if (tokener == NULL)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8 |
						JSON_TOKENER_ALLOW_TRAILING_CHARS);
	json = json_tokener_parse_ex(tokener, text, (int)size);
	if (json != NULL)
		end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (json == NULL)
		return -EBADMSG;
	if (!is_blank(text + end, size - end)) {
		json_object_put(json);
		return -EBADMSG;
	}
	*ret_json = json;
	return 0;
}

/* A member that must be a string; NULL where it is none. */
static const char *get_string(struct json_object *object, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

/* A member that must be a whole number from 0; false where it is none. */
static bool get_number(struct json_object *object, const char *name,
		       unsigned int *ret_number)
{
	struct json_object *member;
	int64_t number;

	if (!json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, json_type_int))
		return false;
	number = json_object_get_int64(member);
	if (number < 0 || number > UINT_MAX)
		return false;
	*ret_number = (unsigned int)number;
	return true;
}

/* An array of strings; NULL where it is none. What is only shown may be missing. */
static struct json_object *get_strings(struct json_object *object, const char *name)
{
	struct json_object *array;

	if (!json_object_object_get_ex(object, name, &array) ||
	    !json_object_is_type(array, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (!json_object_is_type(json_object_array_get_idx(array, i),
					 json_type_string))
			return NULL;
	return array;
}

static bool get_true(struct json_object *object, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(object, name, &member) &&
	       json_object_is_type(member, json_type_boolean) &&
	       json_object_get_boolean(member);
}

/* The address of a line, which may be null. */
static bool get_address(struct json_object *object, struct boot_report_line *line)
{
	struct json_object *member;
	struct parse_error error;
	const char *text;

	if (!json_object_object_get_ex(object, "address", &member))
		return false;
	if (member == NULL)
		return true;
	text = get_string(object, "address");
	if (text == NULL ||
	    pci_address_parse(text, strlen(text), &line->address, &error) < 0)
		return false;
	line->has_address = true;
	return true;
}

static const char *read_line(struct json_object *object, struct boot_report_line *line)
{
	if (!json_object_is_type(object, json_type_object))
		return "an element of \"functions\" is no object";
	line->text = get_string(object, "text");
	line->result = get_string(object, "result");
	line->message = get_string(object, "message");
	line->ok = get_true(object, "ok");
	line->driver = get_string(object, "driver");
	line->was = get_string(object, "was");
	line->warnings = get_strings(object, "warnings");
	if (!get_number(object, "line", &line->number) || line->text == NULL ||
	    line->result == NULL || line->message == NULL)
		return "a function without line, text, result or message";
	if (!get_address(object, line))
		return "a function with an address that is neither an address nor null";
	return NULL;
}

static const char *read_lines(struct json_object *functions, struct boot_report *report)
{
	for (size_t i = 0; i < report->n_lines; i++) {
		const char *error = read_line(json_object_array_get_idx(functions, i),
					      &report->lines[i]);

		if (error != NULL)
			return error;
	}
	return NULL;
}

/* Reads what is only shown: another version of ptbind-early may leave it out. */
static void read_circumstances(struct boot_report *report)
{
	struct json_object *elapsed;

	report->kernel = get_string(report->json, "kernel");
	if (report->kernel == NULL)
		report->kernel = "";
	if (json_object_object_get_ex(report->json, "elapsed_us", &elapsed) &&
	    json_object_is_type(elapsed, json_type_int) &&
	    json_object_get_int64(elapsed) > 0)
		report->elapsed_us = (uint64_t)json_object_get_int64(elapsed);
	report->warnings = get_strings(report->json, "warnings");
	report->notes = get_strings(report->json, "notes");
}

/* Reads the report out of its JSON; -EBADMSG with the reason, or -ENOMEM. */
static int read_report(struct boot_report *report, const char **ret_error)
{
	struct json_object *functions;
	unsigned int version;

	*ret_error = "no \"version\"";
	if (!json_object_is_type(report->json, json_type_object) ||
	    !get_number(report->json, "version", &version))
		return -EBADMSG;
	*ret_error = "a \"version\" that this ptbind does not know";
	if (version != REPORT_VERSION)
		return -EBADMSG;
	report->state = get_string(report->json, "state");
	report->reason = get_string(report->json, "reason");
	*ret_error = "no \"state\" or \"reason\"";
	if (report->state == NULL || report->reason == NULL)
		return -EBADMSG;
	read_circumstances(report);
	*ret_error = "no \"functions\"";
	if (!json_object_object_get_ex(report->json, "functions", &functions) ||
	    !json_object_is_type(functions, json_type_array))
		return -EBADMSG;

	report->n_lines = json_object_array_length(functions);
	report->lines = calloc(report->n_lines + 1, sizeof(*report->lines));
	if (report->lines == NULL)
		return -ENOMEM;
	*ret_error = read_lines(functions, report);
	return *ret_error != NULL ? -EBADMSG : 0;
}

int boot_report_parse(const char *text, size_t size, struct boot_report *ret_report,
		      const char **ret_error)
{
	struct boot_report report = { .status = BOOT_REPORT_READ };
	int err;

	*ret_error = "no JSON";
	err = parse_json(text, size, &report.json);
	if (err == 0)
		err = read_report(&report, ret_error);
	if (err < 0) {
		boot_report_free(&report);
		return err;
	}
	*ret_report = report;
	return 0;
}

bool boot_report_warns(const struct boot_report *report, const char *word)
{
	size_t n = 0;

	if (report->warnings != NULL)
		n = json_object_array_length(report->warnings);
	for (size_t i = 0; i < n; i++) {
		struct json_object *warning =
			json_object_array_get_idx(report->warnings, i);

		if (strcmp(json_object_get_string(warning), word) == 0)
			return true;
	}
	return false;
}

void boot_report_free(struct boot_report *report)
{
	free(report->lines);
	if (report->json != NULL)
		json_object_put(report->json);
	*report = (struct boot_report){ 0 };
}
