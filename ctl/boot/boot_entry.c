// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading boot loader entries of type 1. */

#include <errno.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "boot_entry.h"
#include "file.h"
#include "text.h"
#include "tree.h"

#define ENTRY_SIZE_MAX 65536
#define ENTRIES_DIR "/loader/entries"
#define PROXMOX_ESPS "/etc/kernel/proxmox-boot-uuids"
#define UNIFIED_DIR "/EFI/Linux"

/* Several lines with options add up. */
static int add_options(struct boot_entry *entry, const char *value)
{
	char *joined;

	if (entry->options == NULL)
		return text_set(&entry->options, value);
	if (asprintf(&joined, "%s %s", entry->options, value) < 0)
		return -ENOMEM;
	free(entry->options);
	entry->options = joined;
	return 0;
}

static int take_key(struct boot_entry *entry, const char *key, const char *value)
{
	if (strcmp(key, "version") == 0)
		return text_set(&entry->version, value);
	if (strcmp(key, "sort-key") == 0)
		return text_set(&entry->sort_key, value);
	if (strcmp(key, "linux") == 0)
		return text_set(&entry->kernel, value);
	if (strcmp(key, "options") == 0)
		return add_options(entry, value);
	if (strcmp(key, "initrd") == 0)
		return tree_names_add(&entry->initrds, value);
	return 0;
}

static void free_entry(struct boot_entry *entry)
{
	free(entry->place);
	free(entry->file);
	free(entry->id);
	free(entry->version);
	free(entry->sort_key);
	free(entry->kernel);
	free(entry->options);
	tree_names_free(&entry->initrds);
}

/* Parses the text of an entry, which is changed. Returns 0 or -ENOMEM. */
static int parse_entry(char *text, struct boot_entry *entry)
{
	char *line;
	int err = 0;

	while (err == 0 && (line = strsep(&text, "\n")) != NULL) {
		size_t len = strlen(line);
		char *key;

		while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
			line[--len] = '\0';
		key = line + strspn(line, " \t");
		line = key + strcspn(key, " \t");
		if (*key == '#' || *line == '\0')
			continue;
		*line++ = '\0';
		err = take_key(entry, key, line + strspn(line, " \t"));
	}
	return err;
}

/* The name of an entry without its end and without a counter: "+3", "+2-1". */
static int set_id(struct boot_entry *entry)
{
	char *plus;

	entry->id = strndup(entry->file, strlen(entry->file) - strlen(".conf"));
	if (entry->id == NULL)
		return -ENOMEM;
	plus = strrchr(entry->id, '+');
	if (plus != NULL && plus[1] != '\0' &&
	    plus[1 + strspn(plus + 1, "0123456789-")] == '\0')
		*plus = '\0';
	entry->is_recovery = strncmp(entry->id, RECOVERY_ENTRY_PREFIX,
				     strlen(RECOVERY_ENTRY_PREFIX)) == 0;
	return 0;
}

static int read_entry(const char *root, const char *place, const char *name,
		      struct boot_entries *entries)
{
	struct boot_entry entry = { 0 }, *larger;
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t size;
	int err;

	snprintf(path, sizeof(path), "%s" ENTRIES_DIR "/%s", place, name);
	err = tree_read(root, path, ENTRY_SIZE_MAX, &text, &size);
	if (err < 0)
		return err == -ENOMEM ? err :
					notes_add(&entries->unreadable, "%s: %s", path,
						  file_read_error(err));
	larger = array_grow(entries->entries, entries->n, sizeof(*larger));
	if (larger == NULL)
		return -ENOMEM;
	entries->entries = larger;
	err = text_set(&entry.place, place);
	if (err == 0)
		err = text_set(&entry.file, name);
	if (err == 0)
		err = set_id(&entry);
	if (err == 0)
		err = parse_entry(text, &entry);
	if (err == 0)
		larger[entries->n++] = entry;
	else
		free_entry(&entry);
	return err;
}

static int read_unified(const char *root, const char *place, struct boot_entries *entries)
{
	struct tree_names names;
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s" UNIFIED_DIR, place);
	err = tree_list(root, path, &names);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; err == 0 && i < names.n; i++)
		if (text_ends_in(names.entries[i], ".efi"))
			err = notes_add(&entries->unified, "%s/%s", path,
					names.entries[i]);
	tree_names_free(&names);
	return err;
}

static int read_place(const char *root, const char *place, struct boot_entries *entries)
{
	struct tree_names names;
	char path[PATH_MAX];
	int err;

	err = tree_names_add(&entries->places, place);
	if (err == 0)
		err = read_unified(root, place, entries);
	if (err < 0)
		return err;
	snprintf(path, sizeof(path), "%s" ENTRIES_DIR, place);
	err = tree_list(root, path, &names);
	if (err < 0)
		return err == -ENOMEM ? err :
					notes_add(&entries->unreadable, "%s: %s", path,
						  strerror(-err));
	for (size_t i = 0; err == 0 && i < names.n; i++)
		if (text_ends_in(names.entries[i], ".conf"))
			err = read_entry(root, place, names.entries[i], entries);
	tree_names_free(&names);
	return err;
}

/* Reads a place if it is one that systemd-boot uses. */
static int try_place(const char *root, const char *place, struct boot_entries *entries)
{
	struct tree_names names;
	bool found = false;
	int err;

	err = tree_list(root, place, &names);
	if (err < 0)
		return err == -ENOMEM ? err :
					notes_add(&entries->unreadable, "%s: %s", place,
						  strerror(-err));
	for (size_t i = 0; i < names.n; i++)
		found = found || strcmp(names.entries[i], "loader") == 0;
	tree_names_free(&names);
	return found ? read_place(root, place, entries) : 0;
}

static bool has_place(const struct boot_entries *entries, const char *place)
{
	for (size_t i = 0; i < entries->places.n; i++)
		if (strcmp(entries->places.entries[i], place) == 0)
			return true;
	return false;
}

/* Finds where the ESP with a UUID is mounted. Returns 0, or -ENOENT: nowhere. */
static int find_mount(const char *root, struct libmnt_table *mounts, const char *uuid,
		      char *ret_place, size_t size)
{
	char link[PATH_MAX], device[PATH_MAX];
	const char *target;
	struct libmnt_fs *fs;
	int err;

	snprintf(link, sizeof(link), "/dev/disk/by-uuid/%s", uuid);
	err = tree_resolve(root, link, device, sizeof(device));
	if (err < 0 || mounts == NULL)
		return -ENOENT;
	fs = mnt_table_find_srcpath(mounts, device, MNT_ITER_BACKWARD);
	target = fs != NULL ? mnt_fs_get_target(fs) : NULL;
	if (target == NULL || strlen(target) >= size)
		return -ENOENT;
	memcpy(ret_place, target, strlen(target) + 1);
	return 0;
}

/* Reads the ESPs of proxmox-boot-tool, which are mostly not mounted. */
static int read_proxmox(const char *root, struct boot_entries *entries)
{
	_cleanup_free_ char *text = NULL;
	char place[PATH_MAX], path[PATH_MAX], *line, *rest;
	struct libmnt_table *mounts = NULL;
	size_t size;
	int err;

	err = tree_read(root, PROXMOX_ESPS, ENTRY_SIZE_MAX, &text, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	if (tree_path(root, "/proc/self/mountinfo", path, sizeof(path)) == 0)
		mounts = mnt_new_table_from_file(path);
	rest = text;
	while (err == 0 && (line = strsep(&rest, "\n")) != NULL) {
		/* As proxmox-boot-tool does, which passes over what is no UUID. */
		if (*line == '\0' ||
		    line[strspn(line, "0123456789abcdefABCDEF-")] != '\0')
			continue;
		if (find_mount(root, mounts, line, place, sizeof(place)) < 0)
			err = notes_add(&entries->unmounted, "%s", line);
		else if (!has_place(entries, place))
			err = read_place(root, place, entries);
	}
	mnt_unref_table(mounts);
	return err;
}

/* Reads the places that kernel-install(8) is told in a file: "BOOT_ROOT=/srv/boot". */
static int read_install_conf(const char *root, const char *path,
			     struct boot_entries *entries)
{
	static const char key[] = "BOOT_ROOT=";
	_cleanup_free_ char *text = NULL;
	char *line, *rest;
	size_t size;
	int err;

	err = tree_read(root, path, ENTRY_SIZE_MAX, &text, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	rest = text;
	while (err == 0 && (line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		line += strlen(key);
		line += strspn(line, "\"'");
		line[strcspn(line, "\"' \t\r")] = '\0';
		if (*line == '/' && !has_place(entries, line))
			err = try_place(root, line, entries);
	}
	return err;
}

/* Reads where the owner has told kernel-install(8) to put entries. */
static int read_told(const char *root, struct boot_entries *entries)
{
	static const char dir[] = "/etc/kernel/install.conf.d";
	struct tree_names names = { 0 };
	char path[PATH_MAX];
	int err;

	err = read_install_conf(root, "/usr/lib/kernel/install.conf", entries);
	if (err == 0)
		err = read_install_conf(root, "/etc/kernel/install.conf", entries);
	if (err < 0 || tree_list(root, dir, &names) < 0)
		return err;
	for (size_t i = 0; err == 0 && i < names.n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names.entries[i]);
		if (text_ends_in(path, ".conf"))
			err = read_install_conf(root, path, entries);
	}
	tree_names_free(&names);
	return err;
}

int boot_entries_read(const char *root, struct boot_entries *ret_entries)
{
	/* Where kernel-install(8) looks for the boot partition. */
	static const char *const usual[] = { "/efi", "/boot", "/boot/efi" };
	struct boot_entries entries = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(usual); i++)
		err = try_place(root, usual[i], &entries);
	if (err == 0)
		err = read_told(root, &entries);
	if (err == 0)
		err = read_proxmox(root, &entries);
	if (err == 0)
		*ret_entries = entries;
	else
		boot_entries_free(&entries);
	return err;
}

bool boot_entry_is_normal(const struct boot_entry *entry)
{
	return !entry->is_recovery && entry->kernel != NULL && entry->initrds.n > 0;
}

bool boot_entry_is_made(const struct boot_entry *entry)
{
	const size_t id = strlen(entry->id);
	const size_t len = entry->version != NULL ? strlen(entry->version) : 0;

	return len > 0 && len < id && entry->id[id - len - 1] == '-' &&
	       strcmp(entry->id + id - len, entry->version) == 0;
}

void boot_entries_free(struct boot_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		free_entry(&entries->entries[i]);
	free(entries->entries);
	tree_names_free(&entries->places);
	notes_free(&entries->unmounted);
	notes_free(&entries->unreadable);
	notes_free(&entries->unified);
	*entries = (struct boot_entries){ 0 };
}
