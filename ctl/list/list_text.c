// SPDX-License-Identifier: GPL-2.0-or-later
/* What 'ptbind list' says of a function in words, and how words fit a terminal. */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "array.h"
#include "list.h"

/* Terminals are not wider, and what is above is a mistake. */
#define WIDTH_MAX 10000

int remarks_add(struct remarks *remarks, enum output_colour colour, const char *format,
		...)
{
	struct remark *entries;
	char *text;
	va_list args;
	int n;

	entries = array_grow(remarks->entries, remarks->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	remarks->entries = entries;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	entries[remarks->n++] = (struct remark){ colour, text };
	return 0;
}

static int remark_use(const struct use *use, struct remarks *remarks)
{
	return remarks_add(remarks, COLOUR_NONE, "%s %s%s%s", use_kind_word(use->kind),
			   use->device, use->text[0] != '\0' ? ": " : "", use->text);
}

/* How many needs from here on are met by the same thing, and by nothing else? */
static size_t count_alike(const struct need *needs, size_t n)
{
	const char *carrier = needs[0].stake->carriers[needs[0].i];
	size_t i = 0;

	while (i < n && need_is_alone(&needs[i]) &&
	       strcmp(needs[i].stake->carriers[needs[i].i], carrier) == 0)
		i++;
	return i;
}

/* A remark about n needs that only one thing meets. */
static int remark_alike(const struct need *needs, size_t n, struct remarks *remarks)
{
	_cleanup_free_ char *list = NULL;
	size_t size;
	FILE *f = open_memstream(&list, &size);

	if (f == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i > 0 ? ", " : "", needs[i].stake->what);
	if (fclose(f) != 0)
		return -ENOMEM;
	return remarks_add(remarks, COLOUR_YELLOW, "needed by the host for %s: %s", list,
			   needs[0].stake->carriers[needs[0].i]);
}

static int remark_needs(const struct inventory_entry *entry, struct remarks *remarks)
{
	size_t n;
	int err = 0;

	for (size_t i = 0; err == 0 && i < entry->n_needs; i += n + (n == 0)) {
		const struct need *need = &entry->needs[i];

		n = count_alike(need, entry->n_needs - i);
		if (n > 0)
			err = remark_alike(need, n, remarks);
		else
			err = remarks_add(remarks, COLOUR_YELLOW,
					  "one of %zu that the host needs for %s: %s",
					  need->stake->n, need->stake->what,
					  need->stake->carriers[need->i]);
	}
	return err;
}

/* Does it matter that it cannot be reset? Not where it will stay with the host. */
static bool lacks_reset(const struct inventory_entry *entry)
{
	if (entry->reset != RESET_NONE || pci_function_is_bridge(entry->function))
		return false;
	for (size_t i = 0; entry->line == NULL && i < entry->n_needs; i++)
		if (need_is_alone(&entry->needs[i]))
			return false;
	return true;
}

int remarks_make(const struct inventory *inventory, const struct inventory_entry *entry,
		 struct remarks *remarks)
{
	const struct pci_function *function = entry->function;
	const struct use *uses;
	int err = 0;
	size_t n;

	uses = uses_of(&inventory->host->uses, &function->address, &n);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = remark_use(&uses[i], remarks);
	if (err == 0)
		err = remark_needs(entry, remarks);
	if (err == 0 && function->error < 0)
		err = remarks_add(remarks, COLOUR_RED, "it cannot be read: %s",
				  strerror(-function->error));
	if (err == 0 && entry->line != NULL && entry->unjudged)
		err = remarks_add(remarks, COLOUR_YELLOW,
				  "line %u of the list: " LIST_UNJUDGED,
				  entry->line->number);
	else if (err == 0 && entry->line != NULL && entry->outcome->message[0] != '\0')
		err = remarks_add(remarks,
				  entry->outcome->result == RESULT_BIND ? COLOUR_NONE :
									  COLOUR_RED,
				  "line %u of the list: %s", entry->line->number,
				  entry->outcome->message);
	if (err == 0 && lacks_reset(entry))
		err = remarks_add(remarks, COLOUR_YELLOW, "the kernel cannot reset it");
	return err;
}

void remarks_free(struct remarks *remarks)
{
	for (size_t i = 0; i < remarks->n; i++)
		free(remarks->entries[i].text);
	free(remarks->entries);
	*remarks = (struct remarks){ 0 };
}

int remarks_wrap(struct remarks *remarks, enum output_colour colour, const char *text,
		 size_t width)
{
	int err;

	do {
		const size_t len = list_wrap(text, width);

		err = remarks_add(remarks, colour, "%.*s", (int)len, text);
		text += len;
		text += strspn(text, " ");
	} while (err == 0 && *text != '\0');
	return err;
}

char *list_title(const struct names *names, const struct pci_function *function)
{
	char class_name[NAME_SIZE], vendor_name[NAME_SIZE], device_name[NAME_SIZE];
	const char *class = names_class(names, function->class, class_name);
	const char *vendor = names_vendor(names, &function->id, vendor_name);
	const char *device = names_device(names, &function->id, device_name);
	char *title;
	int n;

	if (class == NULL) {
		snprintf(class_name, sizeof(class_name), "class %06x", function->class);
		class = class_name;
	}
	if (vendor == NULL)
		n = asprintf(&title, "%s", class);
	else if (device == NULL)
		n = asprintf(&title, "%s: %s, device %04x", class, vendor,
			     function->id.device);
	else
		n = asprintf(&title, "%s: %s %s", class, vendor, device);
	return n < 0 ? NULL : title;
}

/* The bytes of the first character of a text that has one, and its columns. */
static size_t next_character(const char *text, size_t *ret_columns)
{
	mbstate_t state = { 0 };
	wchar_t ch;
	size_t n = mbrtowc(&ch, text, strlen(text), &state);
	int columns;

	*ret_columns = 1;
	if (n == 0 || n > strlen(text))
		return 1;
	columns = wcwidth(ch);
	if (columns >= 0)
		*ret_columns = (size_t)columns;
	return n;
}

size_t list_columns(const char *text)
{
	size_t columns = 0, more;

	while (*text != '\0') {
		text += next_character(text, &more);
		columns += more;
	}
	return columns;
}

size_t list_wrap(const char *text, size_t width)
{
	size_t columns = 0, blank = 0, i = 0, more;

	if (width == 0)
		return strlen(text);
	while (text[i] != '\0') {
		const size_t n = next_character(text + i, &more);

		if (text[i] == ' ')
			blank = i;
		if (columns + more > width && i > 0)
			return blank > 0 ? blank : i;
		columns += more;
		i += n;
	}
	return i;
}

size_t list_width(void)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;
	char *end;

	if (text != NULL && isdigit((unsigned char)text[0])) {
		const unsigned long width = strtoul(text, &end, 10);

		if (*end == '\0' && width > 0 && width <= WIDTH_MAX)
			return width;
	}
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}
