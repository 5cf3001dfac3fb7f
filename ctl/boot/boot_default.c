// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding the words of the entries that boot by themselves. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "boot_default.h"
#include "boot_entry.h"
#include "boot_loader.h"
#include "grub_files.h"
#include "loader_conf.h"

/* Adds one, whose texts become the list's also when it fails. */
static int add(struct boot_defaults *defaults, char *words, char *source, bool is_made)
{
	struct boot_default *entries =
		array_grow(defaults->entries, defaults->n, sizeof(*entries));

	if (entries == NULL || words == NULL || source == NULL) {
		free(words);
		free(source);
		if (entries != NULL)
			defaults->entries = entries;
		return -ENOMEM;
	}
	defaults->entries = entries;
	entries[defaults->n++] = (struct boot_default){ words, source, is_made };
	return 0;
}

static int add_grub(const char *root, const char *dir, struct boot_defaults *defaults)
{
	const struct grub_entry *entry;
	struct grub_files files;
	char *source = NULL;
	int err;

	err = grub_files_read(root, dir, &files);
	if (err < 0)
		return err;
	entry = files.default_entry;
	if (entry != NULL && !grub_entry_is_recovery(entry)) {
		if (asprintf(&source, "%s:%u", files.default_file->path, entry->line) < 0)
			source = NULL;
		err = add(defaults, strdup(entry->words), source,
			  !grub_entry_is_custom(files.default_file, entry));
	}
	grub_files_free(&files);
	return err;
}

static int add_systemd(const char *root, const struct boot_entries *entries,
		       const char *place, struct boot_defaults *defaults)
{
	const struct boot_entry *entry;
	struct loader_conf conf;
	char *source = NULL;
	int err;

	err = loader_conf_read(root, place, &conf);
	if (err < 0)
		return err;
	entry = loader_conf_default(root, &conf, entries, place);
	if (entry == NULL || entry->options == NULL)
		return 0;
	if (asprintf(&source, "%s/loader/entries/%s", place, entry->file) < 0)
		source = NULL;
	return add(defaults, strdup(entry->options), source, boot_entry_is_made(entry));
}

static int add_places(const char *root, bool is_grub, struct boot_defaults *defaults)
{
	struct boot_entries entries;
	char dir[PATH_MAX];
	int err;

	err = boot_entries_read(root, &entries);
	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < entries.places.n; i++) {
		snprintf(dir, sizeof(dir), "%s/grub", entries.places.entries[i]);
		err = is_grub ? add_grub(root, dir, defaults) :
				add_systemd(root, &entries, entries.places.entries[i],
					    defaults);
	}
	boot_entries_free(&entries);
	return err;
}

int boot_defaults_read(const char *root, struct boot_defaults *ret_defaults)
{
	struct boot_defaults defaults = { 0 };
	int err = 0;

	switch (boot_loader_find(root)) {
	case BOOT_LOADER_GRUB:
		err = add_grub(root, "/boot/grub", &defaults);
		break;
	case BOOT_LOADER_PROXMOX_GRUB:
		err = add_places(root, true, &defaults);
		break;
	case BOOT_LOADER_SYSTEMD:
	case BOOT_LOADER_PROXMOX_SYSTEMD:
		err = add_places(root, false, &defaults);
		break;
	case BOOT_LOADER_UNKNOWN:
		break;
	}
	if (err == 0)
		*ret_defaults = defaults;
	else
		boot_defaults_free(&defaults);
	return err;
}

void boot_defaults_free(struct boot_defaults *defaults)
{
	for (size_t i = 0; i < defaults->n; i++) {
		free(defaults->entries[i].words);
		free(defaults->entries[i].source);
	}
	free(defaults->entries);
	*defaults = (struct boot_defaults){ 0 };
}
