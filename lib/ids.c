// SPDX-License-Identifier: GPL-2.0-or-later
/* Filtering vfio-pci's ids= parameter against the list; no I/O. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"
#include "ids.h"

#define ANY_ID UINT32_MAX /* PCI_ANY_ID, include/linux/mod_devicetable.h */

/* One entry, vendor:device[:subvendor[:subdevice[:class[:mask]]]] in hexadecimal. */
struct ids_entry {
	uint32_t vendor;
	uint32_t device;
	uint32_t subvendor;
	uint32_t subdevice;
	uint32_t class;
	uint32_t class_mask;
};

/* Finds the value of the last ids= among options, which get cut up; NULL without one. */
static const char *find_ids(char *options)
{
	const char *found = NULL;
	char *name, *value;

	while (cmdline_next(&options, &name, &value))
		if (value != NULL && cmdline_same_name(name, "ids"))
			found = value;
	return found;
}

bool ids_next_entry(const char **ids, const char **ret_entry, size_t *ret_len)
{
	const char *start = *ids, *end;

	if (start == NULL)
		return false;
	end = start + strcspn(start, ",");
	*ids = *end != '\0' ? end + 1 : NULL;

	/* The kernel skips blanks in front of a number; quotes let them in. */
	start += strspn(start, " \t\n");
	while (end > start && strchr(" \t\n", end[-1]) != NULL)
		end--;
	*ret_entry = start;
	*ret_len = (size_t)(end - start);
	return true;
}

/* Parses like vfio_pci_fill_ids() (drivers/vfio/pci/vfio_pci.c); false: it ignores it. */
static bool parse_entry(const char *text, size_t len, struct ids_entry *ret_entry)
{
	struct ids_entry entry = { 0, 0, ANY_ID, ANY_ID, 0, 0 };
	uint32_t *const fields[] = { &entry.vendor,    &entry.device, &entry.subvendor,
				     &entry.subdevice, &entry.class,  &entry.class_mask };
	const char *end = text + len;
	size_t n = 0;

	while (n < ARRAY_SIZE(fields) && text < end) {
		char *after;
		unsigned long value = strtoul(text, &after, 16);

		if (after == text || after > end)
			break;
		*fields[n++] = (uint32_t)value;
		if (after == end || *after != ':')
			break;
		text = after + 1;
	}

	*ret_entry = entry;
	return n >= 2;
}

static bool id_matches(uint32_t wanted, uint32_t id)
{
	return wanted == ANY_ID || wanted == id;
}

/* pci_match_one_device(), drivers/pci/pci.h. */
static bool matches_function(const struct ids_entry *entry, const struct pci_function *f)
{
	bool known = (f->facts & FACT_SUBSYSTEM) && f->subsystem_error == 0;

	return id_matches(entry->vendor, f->id.vendor) &&
	       id_matches(entry->device, f->id.device) &&
	       /* An unknown subsystem might match: be careful. */
	       (!known || (id_matches(entry->subvendor, f->subsystem.vendor) &&
			   id_matches(entry->subdevice, f->subsystem.device))) &&
	       ((entry->class ^ f->class) & entry->class_mask) == 0;
}

bool ids_entry_matches(const char *entry, size_t len, const struct pci_function *function)
{
	struct ids_entry parsed;

	return parse_entry(entry, len, &parsed) && matches_function(&parsed, function);
}

/* Does the entry match the card that a line pins, wherever that is now? */
static bool matches_pins(const struct ids_entry *entry, const struct allowlist_line *line)
{
	bool has_subsystem = line->pins & PIN_SUBSYSTEM;

	return (line->pins & PIN_ID) && id_matches(entry->vendor, line->id.vendor) &&
	       id_matches(entry->device, line->id.device) &&
	       (!has_subsystem || (id_matches(entry->subvendor, line->subsystem.vendor) &&
				   id_matches(entry->subdevice, line->subsystem.device)));
}

/* Warns at each line that the entry matches; says whether there is one. */
static bool is_listed(const struct ids_entry *entry, const struct plan_input *input,
		      struct outcome *outcomes)
{
	bool listed = false;

	for (size_t i = 0; i < input->list->n_lines; i++) {
		const struct allowlist_line *line = &input->list->lines[i];
		const struct pci_function *f = plan_function(input, i, outcomes);

		if (line->column != 0)
			continue;
		if (f != NULL ? matches_function(entry, f) : matches_pins(entry, line)) {
			outcomes[i].warnings |= WARNING_IDS_DROPPED;
			listed = true;
		}
	}
	return listed;
}

int ids_drop_listed(const char *options, const struct plan_input *input,
		    struct outcome *outcomes, char **ret_ids)
{
	_cleanup_free_ char *copy = NULL, *kept = NULL;
	const char *ids, *entry_text;
	size_t len, kept_len = 0;
	bool dropped = false;

	*ret_ids = NULL;
	if (options == NULL)
		return 0;
	copy = strdup(options);
	kept = malloc(strlen(options) + 1);
	if (copy == NULL || kept == NULL)
		return -ENOMEM;

	ids = find_ids(copy);
	while (ids_next_entry(&ids, &entry_text, &len)) {
		struct ids_entry entry;

		if (parse_entry(entry_text, len, &entry) &&
		    is_listed(&entry, input, outcomes)) {
			dropped = true;
			continue;
		}
		if (len == 0)
			continue;
		if (kept_len > 0)
			kept[kept_len++] = ',';
		memcpy(kept + kept_len, entry_text, len);
		kept_len += len;
	}
	kept[kept_len] = '\0';

	if (dropped) {
		*ret_ids = kept;
		kept = NULL;
	}
	return 0;
}

bool ids_name_subsystems(const char *options)
{
	_cleanup_free_ char *copy = options != NULL ? strdup(options) : NULL;
	const char *ids, *entry;
	size_t len;

	ids = copy != NULL ? find_ids(copy) : NULL;
	while (ids_next_entry(&ids, &entry, &len)) {
		unsigned int colons = 0;

		for (size_t i = 0; i < len; i++)
			colons += entry[i] == ':';
		if (colons > 1)
			return true;
	}
	return false;
}
