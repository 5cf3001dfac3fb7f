// SPDX-License-Identifier: GPL-2.0-or-later
/* Printing objections. */

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "guards_print.h"
#include "output.h"

/* Enough for the words of a line in a message. */
#define WORDS_SIZE 256

void objection_print(FILE *f, const struct next_boot *next,
		     const struct objection *objection)
{
	const struct allowlist_line *line = &next->list.lines[objection->line];
	const struct outcome *outcome = &next->outcomes[objection->line];
	char name[WORDS_SIZE], function[PCI_ADDRESS_STRSIZE];

	outcome_name(line, outcome, name, sizeof(name));
	pci_address_format(&objection->function, function);
	fprintf(f, "line %u, %s: %s: ", line->number, name,
		allowlist_force_word(objection->guard));
	if (objection->by_group || objection->behind)
		fprintf(f, "with it goes %s: ", function);
	output_text(f, objection->message);
	if (objection->forced)
		fprintf(f, " (overruled by force=%s)",
			allowlist_force_word(objection->guard));
}

struct json_object *objection_json(const struct next_boot *next,
				   const struct objection *objection)
{
	const struct allowlist_line *line = &next->list.lines[objection->line];
	const struct outcome *outcome = &next->outcomes[objection->line];
	struct json_object *object = json_object_new_object();
	char words[ALLOWLIST_LINE_MAX + 1], address[PCI_ADDRESS_STRSIZE];

	json_object_object_add(
		object, "guard",
		json_object_new_string(allowlist_force_word(objection->guard)));
	json_object_object_add(object, "line", json_object_new_int64(line->number));
	json_object_object_add(
		object, "text",
		json_object_new_string(allowlist_line_words(line, words, sizeof(words))));
	pci_address_format(&outcome->address, address);
	json_object_object_add(object, "address",
			       outcome->has_address ? json_object_new_string(address) :
						      NULL);
	pci_address_format(&objection->function, address);
	json_object_object_add(object, "function", json_object_new_string(address));
	json_object_object_add(object, "by_group",
			       json_object_new_boolean(objection->by_group));
	json_object_object_add(object, "behind",
			       json_object_new_boolean(objection->behind));
	json_object_object_add(object, "unresolved",
			       json_object_new_boolean(objection->unresolved));
	json_object_object_add(object, "forced",
			       json_object_new_boolean(objection->forced));
	json_object_object_add(object, "message",
			       json_object_new_string(objection->message));
	return object;
}

void guards_format(unsigned int guards, char ret_text[static GUARDS_STRSIZE])
{
	char *end = ret_text;

	*end = '\0';
	for (unsigned int guard = FORCE_NETWORK; guard <= FORCE_GROUP; guard <<= 1)
		if (guards & guard)
			end += sprintf(end, "%s%s", end == ret_text ? "" : ",",
				       allowlist_force_word(guard));
}
