// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions as JSON; the schema is in ptbind(8). */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "guards/guards.h"
#include "list.h"

/* Words for facts that could not be read; "identity" goes before all others. */
#define UNREAD_IDENTITY "identity"

/* Adds a value to an object that may be NULL; where memory is out both are let go. */
static void put(struct json_object **object, const char *name, struct json_object *value)
{
	if (*object != NULL && json_object_object_add(*object, name, value) == 0)
		return;
	json_object_put(value);
	json_object_put(*object);
	*object = NULL;
}

static void append(struct json_object **array, struct json_object *value)
{
	if (*array != NULL && value != NULL && json_object_array_add(*array, value) == 0)
		return;
	json_object_put(value);
	json_object_put(*array);
	*array = NULL;
}

/* The same for what is never null: no value means that memory is out. */
static void put_object(struct json_object **object, const char *name,
		       struct json_object *value)
{
	if (value != NULL) {
		put(object, name, value);
		return;
	}
	json_object_put(*object);
	*object = NULL;
}

static void put_string(struct json_object **object, const char *name, const char *text)
{
	if (text == NULL)
		put(object, name, NULL);
	else
		put_object(object, name, json_object_new_string(text));
}

static void put_id(struct json_object **object, const char *name, const struct pci_id *id,
		   bool known)
{
	char text[sizeof("ffff:ffff")];

	snprintf(text, sizeof(text), "%04x:%04x", id->vendor, id->device);
	put_string(object, name, known ? text : NULL);
}

static void put_address(struct json_object **object, const char *name,
			const struct pci_address *address)
{
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	put_string(object, name, text);
}

static struct json_object *names_object(const struct names *names,
					const struct pci_function *function)
{
	struct json_object *object = json_object_new_object();
	char name[NAME_SIZE];
	const char *subsystem = NULL;

	put_string(&object, "class", names_class(names, function->class, name));
	put_string(&object, "vendor", names_vendor(names, &function->id, name));
	put_string(&object, "device", names_device(names, &function->id, name));
	if (function->error == 0 && function->subsystem_error == 0)
		subsystem =
			names_subsystem(names, &function->id, &function->subsystem, name);
	put_string(&object, "subsystem", subsystem);
	return object;
}

/* The words of the methods, or null where the kernel does not say. */
static void put_resets(struct json_object **object, const struct inventory_entry *entry)
{
	struct json_object *array = NULL;
	char *copy, *rest, *word;

	if (entry->reset == RESET_UNNAMED || entry->reset == RESET_UNREADABLE) {
		put(object, "reset_methods", NULL);
		return;
	}
	copy = rest = strdup(entry->reset_methods);
	if (copy != NULL)
		array = json_object_new_array();
	while ((word = strsep(&rest, " ")) != NULL)
		if (word[0] != '\0')
			append(&array, json_object_new_string(word));
	free(copy);
	put_object(object, "reset_methods", array);
}

static struct json_object *unread_array(const struct inventory_entry *entry)
{
	const struct pci_function *function = entry->function;
	struct json_object *array = json_object_new_array();

	if (function->error < 0) {
		append(&array, json_object_new_string(UNREAD_IDENTITY));
		return array;
	}
	if (function->subsystem_error < 0)
		append(&array, json_object_new_string("subsystem"));
	if (function->dsn_error < 0 && function->dsn_error != -ENOENT)
		append(&array, json_object_new_string("dsn"));
	if (function->path_error < 0)
		append(&array, json_object_new_string("path"));
	if (entry->reset == RESET_UNREADABLE)
		append(&array, json_object_new_string("reset_methods"));
	return array;
}

static struct json_object *warnings_array(unsigned int warnings)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int bit = 1; bit <= WARNING_LAST; bit <<= 1)
		if (warnings & bit)
			append(&array, json_object_new_string(warning_word(bit)));
	return array;
}

/* JSON is UTF-8, and a line may be anything: what is not ASCII becomes '?'. */
static void put_ascii(struct json_object **object, const char *name, const char *text,
		      size_t len)
{
	char *copy = strndup(text, len);

	for (char *s = copy; s != NULL && *s != '\0'; s++)
		if ((*s < ' ' && *s != '\t') || *s > '~')
			*s = '?';
	put_object(object, name, copy == NULL ? NULL : json_object_new_string(copy));
	free(copy);
}

static struct json_object *line_object(const struct allowlist_line *line,
				       const struct outcome *outcome)
{
	struct json_object *object = json_object_new_object();
	const bool is_bad = outcome->result == RESULT_BAD_LINE;
	const char *message = is_bad ? line->error : outcome->message;

	put_object(&object, "line", json_object_new_int64(line->number));
	put_ascii(&object, "text", line->text, line->len);
	if (outcome->has_address && !is_bad)
		put_address(&object, "address", &outcome->address);
	else
		put(&object, "address", NULL);
	put_string(&object, "result", result_word(outcome->result));
	put_object(&object, "ok", json_object_new_boolean(outcome->ok));
	put_object(&object, "warnings", warnings_array(outcome->warnings));
	put_ascii(&object, "message", message, strlen(message));
	return object;
}

static struct json_object *needs_array(const struct inventory_entry *entry)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < entry->n_needs; i++) {
		const struct need *need = &entry->needs[i];
		const struct stake *stake = need->stake;
		struct json_object *object = json_object_new_object();

		put_string(&object, "guard", allowlist_force_word(stake->guard));
		put_string(&object, "what", stake->what);
		put_string(&object, "carrier", stake->carriers[need->i]);
		put_object(&object, "alone",
			   json_object_new_boolean(need_is_alone(need)));
		append(&array, object);
	}
	return array;
}

static struct json_object *uses_array(const struct inventory *inventory,
				      const struct pci_function *function)
{
	struct json_object *array = json_object_new_array();
	const struct use *uses;
	size_t n;

	uses = uses_of(&inventory->host->uses, &function->address, &n);
	for (size_t i = 0; i < n; i++) {
		struct json_object *object = json_object_new_object();

		put_string(&object, "kind", use_kind_word(uses[i].kind));
		put_string(&object, "device", uses[i].device);
		put_string(&object, "text", uses[i].text);
		append(&array, object);
	}
	return array;
}

/* What the function itself says of itself. */
static void put_facts(struct json_object **object, const struct inventory_entry *entry)
{
	const struct pci_function *function = entry->function;
	const bool known = function->error == 0;
	char class[sizeof("ffffff")], dsn[DSN_STRSIZE], path[PCI_PATH_STRSIZE];

	put_address(object, "address", &function->address);
	pci_path_format(&function->path, path);
	put_string(object, "path", function->path_error == 0 ? path : NULL);
	put_id(object, "id", &function->id, known);
	put_id(object, "subsystem", &function->subsystem,
	       known && function->subsystem_error == 0);
	dsn_format(function->dsn, dsn);
	put_string(object, "dsn", known && function->dsn_error == 0 ? dsn : NULL);
	snprintf(class, sizeof(class), "%06x", function->class & 0xffffff);
	put_string(object, "class", known ? class : NULL);
	if (known)
		put_object(object, "bridge",
			   json_object_new_boolean(pci_function_is_bridge(function)));
	else
		put(object, "bridge", NULL);
	put_string(object, "driver",
		   function->driver[0] != '\0' ? function->driver : NULL);
	if (function->group >= 0)
		put_object(object, "group", json_object_new_int(function->group));
	else
		put(object, "group", NULL);
}

static struct json_object *function_object(const struct list_view *view,
					   const struct inventory_entry *entry)
{
	struct json_object *object = json_object_new_object();

	put_facts(&object, entry);
	put_object(&object, "names", names_object(view->names, entry->function));
	put_object(&object, "twins", json_object_new_int64((int64_t)entry->n_twins - 1));
	put_resets(&object, entry);
	if (entry->line != NULL)
		put_object(&object, "listed", line_object(entry->line, entry->outcome));
	else
		put(&object, "listed", NULL);
	put_object(&object, "needed_for", needs_array(entry));
	put_object(&object, "uses", uses_array(view->inventory, entry->function));
	put_object(&object, "unread", unread_array(entry));
	return object;
}

static struct json_object *list_object(const struct next_boot *next)
{
	struct json_object *object = json_object_new_object();
	struct json_object *lines = json_object_new_array();

	put_string(&object, "error",
		   next->error == 0 ? NULL : file_read_error(next->error));
	for (size_t i = 0; i < next->list.n_lines; i++)
		append(&lines, line_object(&next->list.lines[i], &next->outcomes[i]));
	put_object(&object, "lines", lines);
	return object;
}

static struct json_object *notes_array(const struct notes *notes)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < notes->n; i++)
		append(&array, json_object_new_string(notes->lines[i]));
	return array;
}

int list_print_json(const struct list_view *view)
{
	const struct inventory *inventory = view->inventory;
	struct json_object *object = json_object_new_object();
	struct json_object *functions = json_object_new_array();

	put_object(&object, "version", json_object_new_int(OUTPUT_JSON_VERSION));
	for (size_t i = 0; i < view->n_rows; i++)
		append(&functions, function_object(view, view->rows[i].entry));
	put_object(&object, "functions", functions);
	put_object(&object, "list", list_object(inventory->next));
	put_object(&object, "unseen", notes_array(&inventory->host->unseen));
	if (object == NULL)
		return -ENOMEM;
	output_json(object);
	return 0;
}
