// SPDX-License-Identifier: GPL-2.0-or-later
/* Filtering vfio-pci's ids= parameter against the list; no I/O. */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Finds the value of the last ids= among the options; NULL where there is none. */
static const char *find_ids(const char *options, size_t *ret_len)
{
	const char *found = NULL;

	for (const char *s = options; s != NULL && *s != '\0';) {
		size_t len;

		s += strspn(s, " \t\n\"");
		len = strcspn(s, " \t\n\"");
		if (len >= 4 && strncmp(s, "ids=", 4) == 0) {
			/* A quote may also stand behind the '='. */
			found = s + 4;
			found += *found == '"';
			*ret_len = strcspn(found, " \t\n\"");
			s = found + *ret_len;
			continue;
		}
		s += len;
	}
	return found;
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

/* The card that a line pins counts also where it is not at its place: it has moved. */
static bool matches_pins(const struct ids_entry *entry, const struct allowlist_line *line)
{
	bool has_subsystem = line->pins & PIN_SUBSYSTEM;

	return (line->pins & PIN_ID) && id_matches(entry->vendor, line->id.vendor) &&
	       id_matches(entry->device, line->id.device) &&
	       (!has_subsystem || (id_matches(entry->subvendor, line->subsystem.vendor) &&
				   id_matches(entry->subdevice, line->subsystem.device)));
}

/* Warns at each line that the entry matches; says whether there is one. */
static bool is_listed(const struct ids_entry *entry, const struct allowlist *list,
		      const struct machine *machine, struct outcome *outcomes)
{
	bool listed = false;

	for (size_t i = 0; i < list->n_lines; i++) {
		const struct allowlist_line *line = &list->lines[i];
		const struct pci_function *f;

		if (line->column != 0)
			continue;
		f = machine_at_line(machine, line);
		if ((f != NULL && matches_function(entry, f)) || matches_pins(entry, line)) {
			outcomes[i].warnings |= WARNING_IDS_DROPPED;
			listed = true;
		}
	}
	return listed;
}

int ids_drop_listed(const char *options, const struct allowlist *list,
		    const struct machine *machine, struct outcome *outcomes, char **ret_ids)
{
	size_t len = 0, kept_len = 0;
	const char *ids = find_ids(options, &len);
	bool dropped = false;
	char *kept;

	*ret_ids = NULL;
	if (ids == NULL)
		return 0;
	kept = malloc(len + 1);
	if (kept == NULL)
		return -ENOMEM;

	for (size_t pos = 0; pos <= len;) {
		size_t entry_len = 0;
		struct ids_entry entry;

		while (pos + entry_len < len && ids[pos + entry_len] != ',')
			entry_len++;
		if (parse_entry(ids + pos, entry_len, &entry) &&
		    is_listed(&entry, list, machine, outcomes)) {
			dropped = true;
		} else if (entry_len > 0) {
			if (kept_len > 0)
				kept[kept_len++] = ',';
			memcpy(kept + kept_len, ids + pos, entry_len);
			kept_len += entry_len;
		}
		pos += entry_len + 1;
	}
	kept[kept_len] = '\0';

	if (dropped)
		*ret_ids = kept;
	else
		free(kept);
	return 0;
}

bool ids_name_subsystems(const char *options)
{
	size_t len = 0;
	const char *ids = find_ids(options, &len);
	unsigned int colons = 0;

	for (size_t i = 0; ids != NULL && i < len; i++) {
		colons = ids[i] == ',' ? 0 : colons + (ids[i] == ':');
		if (colons > 1)
			return true;
	}
	return false;
}
