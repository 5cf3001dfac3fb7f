// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading loader.conf, and finding the entry that systemd-boot boots by itself. */

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "boot_loader.h"
#include "loader_conf.h"
#include "tree.h"

#define CONF_SIZE_MAX 65536

/* Copies the value of a line of loader.conf if it has the key. */
static void take_value(const char *line, const char *key, char *ret_value, size_t size)
{
	const size_t len = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, len) != 0 || strchr(" \t", line[len]) == NULL ||
	    line[len] == '\0')
		return;
	line += len + strspn(line + len, " \t");
	snprintf(ret_value, size, "%.*s", (int)strcspn(line, " \t\r"), line);
}

/* What 'bootctl set-timeout' and 'set-default' wrote goes before the file. */
static void read_variables(const char *root, struct loader_conf *conf)
{
	char value[256];

	if (boot_loader_variable(root, "LoaderConfigTimeout", value, sizeof(value)) == 0)
		snprintf(conf->timeout, sizeof(conf->timeout), "%.63s", value);
	if (boot_loader_variable(root, "LoaderEntryDefault", value, sizeof(value)) == 0)
		snprintf(conf->chosen, sizeof(conf->chosen), "%s", value);
}

int loader_conf_read(const char *root, const char *place, struct loader_conf *ret_conf)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], *rest, *line;
	struct loader_conf conf = { 0 };
	size_t size;
	int err;

	snprintf(path, sizeof(path), "%s/loader/loader.conf", place);
	err = tree_read(root, path, CONF_SIZE_MAX, &text, &size);
	if (err == -ENOMEM)
		return err;
	rest = err == 0 ? text : NULL;
	while ((line = strsep(&rest, "\n")) != NULL) {
		take_value(line, "timeout", conf.timeout, sizeof(conf.timeout));
		take_value(line, "default", conf.chosen, sizeof(conf.chosen));
	}
	read_variables(root, &conf);
	*ret_conf = conf;
	return 0;
}

/* Does the default match a name, with and without an ending? */
static bool matches(const struct loader_conf *conf, const char *name, const char *ending)
{
	char id[PATH_MAX];

	snprintf(id, sizeof(id), "%s%s", name, ending);
	return fnmatch(conf->chosen, id, FNM_CASEFOLD) == 0 ||
	       fnmatch(conf->chosen, name, FNM_CASEFOLD) == 0;
}

bool loader_conf_matches(const struct loader_conf *conf, const struct boot_entry *entry)
{
	return matches(conf, entry->id, ".conf");
}

/* Does it match a unified kernel image of a place, which is an entry by itself? */
static bool matches_unified(const char *root, const struct loader_conf *conf,
			    const char *place)
{
	struct tree_names names;
	char path[PATH_MAX];
	bool found = false;

	snprintf(path, sizeof(path), "%s/EFI/Linux", place);
	if (tree_list(root, path, &names) < 0)
		return true;
	for (size_t i = 0; i < names.n; i++)
		found = found || matches(conf, names.entries[i], "");
	tree_names_free(&names);
	return found;
}

bool loader_conf_is_missing(const char *root, const struct loader_conf *conf,
			    const struct boot_entries *entries)
{
	/* What the last boot was; what systemd-boot finds by itself. */
	if (conf->chosen[0] == '\0' || conf->chosen[0] == '@' ||
	    strncmp(conf->chosen, "auto-", strlen("auto-")) == 0)
		return false;
	for (size_t i = 0; i < entries->n; i++)
		if (loader_conf_matches(conf, &entries->entries[i]))
			return false;
	for (size_t i = 0; i < entries->places.n; i++)
		if (matches_unified(root, conf, entries->places.entries[i]))
			return false;
	return true;
}

/* Were all tries used up? Such an entry comes last (Automatic Boot Assessment). */
static bool is_bad(const struct boot_entry *entry)
{
	const char *counter = entry->file + strlen(entry->id);

	return strncmp(counter, "+0", 2) == 0 && strchr("-.", counter[2]) != NULL;
}

/*
 * Does a come before b in the menu? As systemd-boot has it for the entries of one system:
 * those with a sort-key first, by this, then the newer version (boot_entry_compare()).
 */
static bool comes_before(const struct boot_entry *a, const struct boot_entry *b)
{
	int order;

	if (is_bad(a) != is_bad(b))
		return is_bad(b);
	if ((a->sort_key != NULL) != (b->sort_key != NULL))
		return a->sort_key != NULL;
	order = a->sort_key != NULL ? strcmp(a->sort_key, b->sort_key) : 0;
	if (order == 0 && a->sort_key != NULL && a->version != NULL && b->version != NULL)
		order = strverscmp(b->version, a->version);
	return order != 0 ? order < 0 : strverscmp(a->id, b->id) > 0;
}

/* The first of the place's, of all or of those that the default matches. */
static const struct boot_entry *first_of(const struct loader_conf *conf,
					 const struct boot_entries *entries,
					 const char *place, bool only_matching)
{
	const struct boot_entry *first = NULL;

	for (size_t i = 0; i < entries->n; i++) {
		const struct boot_entry *entry = &entries->entries[i];

		if (boot_entry_is_normal(entry) && strcmp(entry->place, place) == 0 &&
		    (!only_matching || loader_conf_matches(conf, entry)) &&
		    (first == NULL || comes_before(entry, first)))
			first = entry;
	}
	return first;
}

const struct boot_entry *loader_conf_default(const char *root,
					     const struct loader_conf *conf,
					     const struct boot_entries *entries,
					     const char *place)
{
	struct loader_conf wanted = *conf;
	const struct boot_entry *entry;

	if (strcmp(conf->chosen, "@saved") == 0 &&
	    boot_loader_variable(root, "LoaderEntryLastBooted", wanted.chosen,
				 sizeof(wanted.chosen)) < 0)
		wanted.chosen[0] = '\0';
	if (wanted.chosen[0] == '\0')
		return first_of(&wanted, entries, place, false);
	entry = first_of(&wanted, entries, place, true);
	if (entry != NULL)
		return entry;
	/* Without the one that is chosen it is the first. */
	return loader_conf_is_missing(root, &wanted, entries) ?
		       first_of(&wanted, entries, place, false) :
		       NULL;
}
