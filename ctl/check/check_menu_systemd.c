// SPDX-License-Identifier: GPL-2.0-or-later
/* The check of systemd-boot's menu: loader.conf, the entries, the EFI variables. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "boot/boot_loader.h"
#include "boot/loader_conf.h"
#include "check_menu.h"
#include "tree.h"

static const struct finding_kind saved = {
	.code = "menu-saved",
	.severity = SEVERITY_WARNING,
	.why = "systemd-boot remembers the entry that was booted last: after a boot with "
	       "passthrough off all others would be such ones.",
	.what = "Take 'default @saved' out of loader.conf.",
};

static const struct finding_kind not_found = {
	.code = "entries-not-found",
	.severity = SEVERITY_ERROR,
	.why = "New images are not copied to where systemd-boot takes them from: it goes on "
	       "to boot the old ones, with the list that is in them.",
	.what = "Mount the ESP ('bootctl status' may know it); if it is mounted elsewhere, "
		"put BOOT_ROOT=DIRECTORY into /etc/kernel/install.conf.",
};

struct check {
	const struct host *host;
	const struct boot_entries *entries;
	struct findings *findings;
};

static int check_timeout(const struct check *check, const char *place,
			 const struct loader_conf *conf)
{
	static const char *const hidden[] = { "", "0", "menu-hidden", "menu-disabled" };
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(hidden); i++) {
		if (strcmp(conf->timeout, hidden[i]) != 0)
			continue;
		err = findings_add(check->findings, &menu_hidden,
				   "%s/loader/loader.conf: timeout: %s", place,
				   conf->timeout[0] != '\0' ? conf->timeout : "none");
		if (err == 0)
			err = findings_advise(check->findings,
					      "Put 'timeout 5' into it; 'bootctl "
					      "set-timeout 5' where the ESP is not to be "
					      "written to.");
	}
	return err;
}

/* Says how to choose another default, since the one of a place was found to be wrong. */
static int advise_default(const struct check *check, const char *place)
{
	return findings_advise(check->findings,
			       "Run 'bootctl set-default \"\"', and correct 'default' in "
			       "%s/loader/loader.conf.",
			       place);
}

static int check_default(const struct check *check, const char *place,
			 const struct loader_conf *conf)
{
	bool own = false, recovery = false;
	int err;

	if (strcmp(conf->chosen, "@saved") == 0)
		return findings_add(check->findings, &saved,
				    "%s/loader/loader.conf: default @saved", place);
	if (conf->chosen[0] == '\0' || conf->chosen[0] == '@')
		return 0;
	for (size_t i = 0; i < check->entries->n; i++) {
		const struct boot_entry *entry = &check->entries->entries[i];

		if (strcmp(entry->place, place) != 0 || !loader_conf_matches(conf, entry))
			continue;
		own = own || !entry->is_recovery;
		recovery = recovery || entry->is_recovery;
	}
	/* Of several that match systemd-boot takes the first, and ours are the last. */
	if (recovery && !own)
		err = findings_add(check->findings, &menu_default_recovery,
				   "%s: the default is '%s'", place, conf->chosen);
	else if (loader_conf_is_missing(check->host->root, conf, check->entries))
		err = findings_add(check->findings, &menu_default_missing,
				   "%s: there is no entry '%s', which is the default",
				   place, conf->chosen);
	else
		return 0;
	return err == 0 ? advise_default(check, place) : err;
}

/* What 'bootctl set-oneshot' chose. */
static int check_next(const struct check *check)
{
	char next[256];
	int err;

	if (boot_loader_variable(check->host->root, "LoaderEntryOneShot", next,
				 sizeof(next)) < 0 ||
	    strncmp(next, RECOVERY_ENTRY_PREFIX, strlen(RECOVERY_ENTRY_PREFIX)) != 0)
		return 0;
	err = findings_add(check->findings, &menu_next_recovery,
			   "the EFI variable LoaderEntryOneShot: %s", next);
	if (err < 0)
		return err;
	return findings_advise(check->findings,
			       "To take it back: bootctl set-oneshot \"\"");
}

/* Is there an entry of ours beside one of a kernel's own, which turns it off? */
static int find_recovery(const struct check *check, const struct boot_entry *own,
			 bool *ret_found)
{
	const size_t prefix = strlen(RECOVERY_ENTRY_PREFIX);

	*ret_found = false;
	for (size_t i = 0; i < check->entries->n; i++) {
		const struct boot_entry *entry = &check->entries->entries[i];

		if (entry->is_recovery && strcmp(entry->place, own->place) == 0 &&
		    strcmp(entry->id + prefix, own->id) == 0 && entry->options != NULL)
			return menu_words_disable(entry->options, ret_found);
	}
	return 0;
}

/* Is it the one that boots by itself? */
static int find_default(const struct check *check, const struct boot_entry *entry,
			bool *ret_is_default)
{
	struct loader_conf conf;
	int err = loader_conf_read(check->host->root, entry->place, &conf);

	if (err == 0)
		*ret_is_default =
			loader_conf_default(check->host->root, &conf, check->entries,
					    entry->place) == entry;
	return err;
}

static int check_entry(const struct check *check, const struct boot_entry *entry)
{
	char path[PATH_MAX];
	bool found, is_default;
	int err;

	err = find_recovery(check, entry, &found);
	if (err == 0 && !found)
		err = findings_add(check->findings, &menu_no_recovery,
				   "%s/loader/entries: none beside %s", entry->place,
				   entry->file);
	snprintf(path, sizeof(path), "%s%s", entry->place, entry->kernel);
	if (err < 0 || tree_has(check->host->root, path))
		return err;
	err = find_default(check, entry, &is_default);
	if (err == 0)
		err = findings_add(check->findings,
				   is_default ? &menu_default_kernel_missing :
						&menu_kernel_missing,
				   "%s/loader/entries/%s names %s, which is not there",
				   entry->place, entry->file, entry->kernel);
	if (err == 0)
		findings_mended(check->findings, boot_entry_is_made(entry));
	return err;
}

static bool has_entries(const struct check *check, const char *place)
{
	for (size_t i = 0; i < check->entries->n; i++)
		if (strcmp(check->entries->entries[i].place, place) == 0)
			return true;
	return false;
}

/* Says where words come from that are to go. */
static int advise_words(const struct check *check, const struct boot_entry *entry)
{
	findings_mended(check->findings, boot_entry_is_made(entry));
	if (tree_has(check->host->root, "/etc/kernel/cmdline"))
		return findings_advise(
			check->findings,
			"Take them out of /etc/kernel/cmdline, or out of the "
			"entry if that file is without them, and run 'ptbind "
			"apply'.");
	return findings_advise(
		check->findings,
		"Take them out of %s/loader/entries/%s, and write the words of "
		"a normal boot into /etc/kernel/cmdline, which is not there: "
		"new entries would get those of the running kernel.",
		entry->place, entry->file);
}

/* One that somebody chooses may be the owner's way back; not what boots by itself. */
static int check_words(const struct check *check, const char *place,
		       const struct loader_conf *conf)
{
	const struct boot_entry *entry =
		loader_conf_default(check->host->root, conf, check->entries, place);
	bool disables = false;
	int err;

	if (entry == NULL || entry->options == NULL)
		return 0;
	err = menu_words_disable(entry->options, &disables);
	if (err < 0 || !disables)
		return err;
	err = findings_add(check->findings, &menu_disables, "%s/loader/entries/%s: %s",
			   place, entry->file, entry->options);
	return err == 0 ? advise_words(check, entry) : err;
}

/* What holds for a place as a whole. */
static int check_place(const struct check *check, const char *place)
{
	struct loader_conf conf;
	int err;

	if (!has_entries(check, place))
		return 0;
	err = loader_conf_read(check->host->root, place, &conf);
	if (err < 0)
		return err;
	err = check_timeout(check, place, &conf);
	if (err == 0)
		err = check_default(check, place, &conf);
	return err < 0 ? err : check_words(check, place, &conf);
}

/* Is there nothing to boot, as far as all can be seen? */
static bool has_none(const struct boot_entries *entries)
{
	return entries->n == 0 && entries->unified.n == 0 && entries->unmounted.n == 0 &&
	       entries->unreadable.n == 0;
}

int check_loader_entries(const struct host *host, const struct boot_entries *entries,
			 struct findings *findings)
{
	const struct check check = { host, entries, findings };
	int err = check_next(&check);

	if (err == 0 && has_none(entries))
		err = findings_add(
			findings, &not_found,
			"systemd-boot is the boot loader, and neither /efi nor "
			"/boot nor /boot/efi has an entry of it");
	for (size_t i = 0; err == 0 && i < entries->places.n; i++)
		err = check_place(&check, entries->places.entries[i]);
	for (size_t i = 0; err == 0 && i < entries->n; i++)
		if (boot_entry_is_normal(&entries->entries[i]))
			err = check_entry(&check, &entries->entries[i]);
	for (size_t i = 0; err == 0 && i < entries->unmounted.n; i++)
		err = findings_add(findings, &menu_not_seen,
				   "on the ESP with the UUID %s",
				   entries->unmounted.lines[i]);
	for (size_t i = 0; err == 0 && i < entries->unreadable.n; i++)
		err = findings_add(findings, &menu_not_seen, "%s",
				   entries->unreadable.lines[i]);
	return err;
}
