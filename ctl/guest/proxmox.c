// SPDX-License-Identifier: GPL-2.0-or-later
/* The parsers of Proxmox VE's configuration: bytes in, PCI functions out; no I/O. */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "proxmox.h"
#include "text.h"

/* Some bytes of a text. */
struct span {
	const char *text;
	size_t len;
};

/* A span as arguments of "%.*s", cut to what a message can bear. */
#define SHOWN(span) (int)((span).len < 80 ? (span).len : 80), (span).text

/* The most that is kept of a line for messages. */
#define LINE_SHOWN_MAX 200

/* What Perl's \s matches. */
static const char blanks[] = " \t\n\v\f\r";

static bool is_blank(char ch)
{
	return text_has(blanks, ch);
}

static bool span_is(struct span span, const char *literal)
{
	return span.len == strlen(literal) && memcmp(span.text, literal, span.len) == 0;
}

/* Cuts off the blanks at both ends. */
static struct span trim(struct span span)
{
	while (span.len > 0 && is_blank(span.text[span.len - 1]))
		span.len--;
	while (span.len > 0 && is_blank(span.text[0])) {
		span.text++;
		span.len--;
	}
	return span;
}

/* Takes what is in front of the next separator; false at the end. */
static bool next_part(struct span *rest, char separator, struct span *ret_part)
{
	const char *end;

	if (rest->text == NULL)
		return false;
	end = rest->len > 0 ? memchr(rest->text, separator, rest->len) : NULL;
	if (end == NULL) {
		*ret_part = *rest;
		*rest = (struct span){ 0 };
		return true;
	}
	*ret_part = (struct span){ rest->text, (size_t)(end - rest->text) };
	*rest = (struct span){ end + 1, rest->len - ret_part->len - 1 };
	return true;
}

/*
 * Takes the next property of a=b,c=d; the key is empty where there is none. Returns false
 * at the end.
 */
static bool next_property(struct span *rest, struct span *ret_key, struct span *ret_value)
{
	struct span part;
	const char *equals;

	do {
		if (!next_part(rest, ',', &part))
			return false;
	} while (trim(part).len == 0);

	equals = memchr(part.text, '=', part.len);
	if (equals == NULL) {
		*ret_key = (struct span){ part.text, 0 };
		*ret_value = part;
		return true;
	}
	*ret_key = (struct span){ part.text, (size_t)(equals - part.text) };
	*ret_value = (struct span){ equals + 1, part.len - ret_key->len - 1 };
	return true;
}

static int copy_span(struct span span, char **ret_copy)
{
	char *copy = strndup(span.text, span.len);

	if (copy == NULL)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}

/* Copies a line for messages; what is cut off a long one is marked. */
static int copy_shown(struct span line, char **ret_copy)
{
	char *copy;

	if (line.len <= LINE_SHOWN_MAX)
		return copy_span(line, ret_copy);
	if (asprintf(&copy, "%.*s...", LINE_SHOWN_MAX, line.text) < 0)
		return -ENOMEM;
	*ret_copy = copy;
	return 0;
}

/* Is the value of mdev= one that Perl takes for true? Else it is as if it were not there.
 */
static bool is_mediated(struct span mdev)
{
	return mdev.len > 0 && !span_is(mdev, "0");
}

/*
 * Finds the one property that says which devices: host=, which may go without its name,
 * or mapping=; and mdev=. Returns what is wrong, or NULL.
 */
static const char *find_devices(struct span value, struct span *ret_host,
				struct span *ret_mapping, bool *ret_mediated)
{
	struct span host = { 0 }, mapping = { 0 }, mdev = { 0 }, key, part;

	if (memchr(value.text, '\0', value.len) != NULL)
		return "a NUL byte; expected text";
	while (next_property(&value, &key, &part)) {
		struct span *wanted = NULL;

		if (key.len == 0 && part.text != key.text)
			return "'=' without a name in front of it";
		if (key.len == 0 || span_is(key, "host"))
			wanted = &host;
		else if (span_is(key, "mapping"))
			wanted = &mapping;
		else if (span_is(key, "mdev"))
			mdev = part;
		if (wanted == NULL)
			continue;
		if (wanted->text != NULL)
			return "the device is given twice; expected host= or mapping= once";
		if (part.len == 0)
			return "host= or mapping= without a value";
		*wanted = part;
	}
	if (host.text != NULL && mapping.text != NULL)
		return "both host= and mapping=; expected one of them";
	if (host.text == NULL && mapping.text == NULL)
		return "neither an address nor mapping=; expected one of them";

	*ret_host = host;
	*ret_mapping = mapping;
	*ret_mediated = is_mediated(mdev);
	return NULL;
}

/* Is it hostpciN: VALUE? */
static bool is_hostpci_line(struct span line, struct span *ret_value)
{
	static const char name[] = "hostpci";
	size_t pos = strlen(name), digits;

	if (line.len <= pos || memcmp(line.text, name, pos) != 0)
		return false;
	for (digits = 0; pos < line.len; pos++, digits++)
		if (line.text[pos] < '0' || line.text[pos] > '9')
			break;
	if (digits == 0 || pos == line.len || line.text[pos] != ':')
		return false;
	*ret_value = trim((struct span){ line.text + pos + 1, line.len - pos - 1 });
	return true;
}

/* Is it template: VALUE? */
static bool is_template_line(struct span line, struct span *ret_value)
{
	static const char name[] = "template:";
	const size_t len = strlen(name);

	if (line.len < len || memcmp(line.text, name, len) != 0)
		return false;
	*ret_value = trim((struct span){ line.text + len, line.len - len });
	return true;
}

/* Is it the [NAME] that starts a section? A line that only starts so is none. */
static bool is_section_line(struct span line)
{
	line = trim(line);
	return line.len >= 2 && line.text[0] == '[' &&
	       memchr(line.text, ']', line.len) == line.text + line.len - 1;
}

/* Is it "KEY: VALUE" of a virtual machine? KEY is one of qm(1)'s, maybe with a number. */
static bool is_setting_line(struct span line)
{
	static const char *const keys[] = {
		"agent",    "args",     "audio",   "balloon", "bios",   "boot",
		"cores",    "cpu",      "efidisk", "hostpci", "ide",    "machine",
		"memory",   "meta",     "name",    "net",     "numa",   "onboot",
		"ostype",   "sata",     "scsi",    "scsihw",  "smbios", "sockets",
		"template", "tpmstate", "usb",     "vga",     "virtio", "vmgenid",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t pos = strlen(keys[i]);

		if (line.len < pos || memcmp(line.text, keys[i], pos) != 0)
			continue;
		while (pos < line.len && text_has("0123456789", line.text[pos]))
			pos++;
		if (pos == line.len || line.text[pos] != ':')
			continue;
		pos++;
		return trim((struct span){ line.text + pos, line.len - pos }).len > 0;
	}
	return false;
}

bool hostpci_is_config(const char *text, size_t size)
{
	struct span rest = { text, size }, line;

	if (size > 0 && memchr(text, '\0', size) != NULL)
		return false;
	while (next_part(&rest, '\n', &line))
		if (is_setting_line(line))
			return true;
	return false;
}

static int append_hostpci(struct hostpci_list *list, struct span line, struct span value)
{
	struct span host = { 0 }, mapping = { 0 };
	struct hostpci *entries, *entry;
	bool mediated = false;
	int err;

	entries = array_grow(list->entries, list->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	list->entries = entries;
	entry = &entries[list->n++];
	*entry = (struct hostpci){ .error = find_devices(value, &host, &mapping,
							 &mediated) };
	entry->mediated = mediated;

	err = copy_shown(trim(line), &entry->line);
	if (err == 0 && host.text != NULL)
		err = copy_span(host, &entry->host);
	if (err == 0 && mapping.text != NULL)
		err = copy_span(mapping, &entry->mapping);
	return err;
}

int hostpci_parse(const char *text, size_t size, struct hostpci_list *ret_list)
{
	struct span rest = { text, size }, line, value;
	struct hostpci_list list = { 0 };
	bool is_template = false;
	int err;

	while (next_part(&rest, '\n', &line)) {
		if (line.len > 0 && line.text[0] == '[' && is_section_line(line))
			break;
		/* The last one counts. */
		if (is_template_line(line, &value))
			is_template = span_is(value, "1");
		if (!is_hostpci_line(line, &value))
			continue;
		err = append_hostpci(&list, line, value);
		if (err < 0) {
			hostpci_free(&list);
			return err;
		}
	}

	if (is_template)
		hostpci_free(&list);
	*ret_list = list;
	return 0;
}

void hostpci_free(struct hostpci_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->entries[i].line);
		free(list->entries[i].host);
		free(list->entries[i].mapping);
	}
	free(list->entries);
	*list = (struct hostpci_list){ 0 };
}

/* Adds addresses that are separated by ';'. */
static int add_addresses(struct span addresses, const struct hostpci *hostpci,
			 struct guest *guest)
{
	struct span address;

	while (next_part(&addresses, ';', &address)) {
		struct pci_functions functions;
		struct parse_error error;
		int err;

		if (pci_functions_parse(address.text, address.len, &functions, &error) <
		    0)
			err = notes_add(&guest->problems, "%s: '%.*s': %s", hostpci->line,
					SHOWN(address), error.message);
		else
			err = guest_add_device(guest, &functions, hostpci->line);
		if (err < 0)
			return err;
	}
	return 0;
}

int hostpci_add_host(const struct hostpci *hostpci, struct guest *guest)
{
	return add_addresses((struct span){ hostpci->host, strlen(hostpci->host) },
			     hostpci, guest);
}

/* Where in the mapping file a reader is who looks for one section. */
struct mapping_reader {
	struct span rest;
	const char *name; /* of that section */
	bool in_section;  /* in any */
	bool in_named;    /* in that one */
	bool found;       /* has come past it */
};

/*
 * Takes the next "map" of the section. As in PVE::SectionConfig a section ends at an
 * empty line and nowhere else, and comments are skipped before anything else.
 */
static bool next_map(struct mapping_reader *reader, struct span *ret_map)
{
	struct span line;

	while (next_part(&reader->rest, '\n', &line)) {
		const struct span words = trim(line);
		const struct span key = { words.text,
					  text_until(words.text, words.len, blanks) };

		if (words.len > 0 && words.text[0] == '#')
			continue;
		if (line.len == 0) {
			reader->in_section = reader->in_named = false;
			continue;
		}
		if (!reader->in_section) {
			reader->in_section =
				!is_blank(line.text[0]) && key.len == words.len;
			reader->in_named =
				reader->in_section && span_is(key, reader->name);
			reader->found |= reader->in_named;
			continue;
		}
		if (!reader->in_named || !is_blank(line.text[0]) || !span_is(key, "map"))
			continue;
		*ret_map =
			trim((struct span){ words.text + key.len, words.len - key.len });
		return true;
	}
	return false;
}

/* The value of a property of a=b,c=d; without text where there is none. */
static struct span property(struct span properties, const char *name)
{
	struct span key, value;

	while (next_property(&properties, &key, &value))
		if (span_is(key, name))
			return value;
	return (struct span){ 0 };
}

int hostpci_add_mapping(const struct hostpci *hostpci, const char *text, size_t size,
			const char *node, struct guest *guest)
{
	struct mapping_reader reader = { .rest = { text, size },
					 .name = hostpci->mapping };
	bool here = false;
	struct span map;
	int err;

	while (next_map(&reader, &map)) {
		struct span map_node = property(map, "node");
		struct span path = property(map, "path");

		if (map_node.text != NULL && !span_is(map_node, node))
			continue;
		if (map_node.text == NULL || path.text == NULL)
			err = notes_add(
				&guest->problems,
				"%s: mapping '%s': 'map %.*s': expected node= and "
				"path=",
				hostpci->line, hostpci->mapping, SHOWN(map));
		else
			err = add_addresses(path, hostpci, guest);
		if (err < 0)
			return err;
		here = true;
	}
	if (here)
		return 0;
	if (reader.found)
		return notes_add(&guest->problems,
				 "%s: mapping '%s' has no map for this node, %s",
				 hostpci->line, hostpci->mapping, node);
	return notes_add(&guest->problems,
			 "%s: there is no mapping '%s' in " PCI_CFG_PATH, hostpci->line,
			 hostpci->mapping);
}
