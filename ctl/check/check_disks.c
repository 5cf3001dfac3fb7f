// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checking the names of disks in the host's configuration: which of them the next boot
 * gives to another disk, or to none.
 */

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/boot_default.h"
#include "boot_words.h"
#include "cmdline.h"
#include "host/line_set.h"
#include "storage/storage.h"

static const struct finding_kind renumbered = {
	.code = "disk-renumbered",
	.severity = SEVERITY_ERROR,
	.why = "The kernel counts these names in the order in which the disks appear. Without "
	       "the disks of a listed controller the name goes to another disk or to none, and "
	       "boot stops, or mounts what it should not.",
	.what = "Write UUID=... in its place, as 'lsblk -o NAME,UUID' shows it; for GRUB's "
		"menu take GRUB_DISABLE_LINUX_UUID out of /etc/default/grub, and run "
		"'update-grub'.",
};

struct disks {
	const struct machine *machine;
	struct findings *findings;
	struct storage storage;
	struct line_set bound; /* what the next boot binds */
};

/* A name that the kernel counts: that of a disk, or of a partition of one. */
struct counted {
	const char *kind; /* a literal */
	unsigned long number;
};

/* Takes "sda1", "sdaa", "nvme0n1p2", "mmcblk0p1". Returns false for another name. */
static bool parse_counted(const char *name, struct counted *ret_counted)
{
	static const char *const by_number[] = { "nvme", "mmcblk" };
	struct counted counted = { .kind = "sd" };

	if (strncmp(name, "sd", 2) == 0 && islower((unsigned char)name[2])) {
		for (name += 2; islower((unsigned char)*name); name++)
			counted.number =
				counted.number * 26 + (unsigned long)(*name - 'a' + 1);
		*ret_counted = counted;
		return name[strspn(name, "0123456789")] == '\0';
	}
	for (size_t i = 0; i < ARRAY_SIZE(by_number); i++) {
		const size_t len = strlen(by_number[i]);

		if (strncmp(name, by_number[i], len) != 0 ||
		    !isdigit((unsigned char)name[len]))
			continue;
		counted.kind = by_number[i];
		counted.number = strtoul(name + len, NULL, 10);
		*ret_counted = counted;
		return true;
	}
	return false;
}

/*
 * Finds the listed function that takes a function from the host: that one itself, or what
 * it lies behind. NULL: it stays.
 */
static const struct pci_address *find_taker(const struct disks *disks,
					    const struct pci_address *address)
{
	const struct pci_function *function = machine_at(disks->machine, address);

	if (line_set_has(&disks->bound, address))
		return address;
	if (function != NULL && function->is_behind &&
	    line_set_has(&disks->bound, &function->behind))
		return &function->behind;
	return NULL;
}

/* Is a block device gone at the next boot? One that several functions show stays with
 * any. */
static bool leaves(const struct disks *disks, const struct block *block)
{
	for (size_t i = 0; i < block->n_functions; i++)
		if (find_taker(disks, &block->functions[i]) == NULL)
			return false;
	return block->n_functions > 0;
}

static const struct block *find_block(const struct disks *disks, const char *name)
{
	for (size_t i = 0; i < disks->storage.n_blocks; i++)
		if (strcmp(disks->storage.blocks[i].name, name) == 0)
			return &disks->storage.blocks[i];
	return NULL;
}

/* The first disk that leaves of those that the kernel counted before one of the same
 * kind. */
static const struct block *find_leaving(const struct disks *disks,
					const struct counted *counted)
{
	const struct block *found = NULL;
	struct counted other, lowest = *counted;

	for (size_t i = 0; i < disks->storage.n_blocks; i++) {
		const struct block *block = &disks->storage.blocks[i];

		if (!leaves(disks, block) || !parse_counted(block->name, &other) ||
		    other.kind != lowest.kind || other.number >= lowest.number)
			continue;
		lowest = other;
		found = block;
	}
	return found;
}

/*
 * Judges a name of /dev that is needed at boot; what it is for comes behind it. One that
 * leaves itself, or that is not there, is the business of the guard.
 */
static int check_name(const struct disks *disks, const char *where, const char *source,
		      const char *what_for)
{
	const char *name = strncmp(source, "/dev/", 5) == 0 ? source + 5 : "";
	const struct block *own = find_block(disks, name), *leaving;
	char address[PCI_ADDRESS_STRSIZE];
	struct counted counted;

	if (own == NULL || leaves(disks, own) || !parse_counted(name, &counted))
		return 0;
	leaving = find_leaving(disks, &counted);
	if (leaving == NULL)
		return 0;
	pci_address_format(find_taker(disks, &leaving->functions[0]), address);
	return findings_add(disks->findings, &renumbered,
			    "%s: %s%s%s, counted after %s, which is on %s and listed",
			    where, source, what_for[0] != '\0' ? ", for " : "", what_for,
			    leaving->name, address);
}

/* Swap is left out: boot goes on without it. */
static int check_entries(const struct disks *disks)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < disks->storage.n_entries; i++) {
		const struct storage_entry *entry = &disks->storage.entries[i];

		if (!entry->needed)
			continue;
		if (entry->origin == STORAGE_FSTAB)
			err = check_name(disks, "/etc/fstab", entry->source,
					 entry->target);
		else if (entry->origin == STORAGE_CRYPTTAB)
			err = check_name(disks, "/etc/crypttab", entry->source,
					 entry->target);
	}
	return err;
}

/* The last root= of a command line is the one that counts. */
static int check_root(const struct disks *disks, const char *where, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *name, *value, *root = NULL;

	if (copy == NULL)
		return -ENOMEM;
	while (cmdline_next(&rest, &name, &value))
		if (value != NULL && strcmp(name, "root") == 0)
			root = value;
	return root == NULL ? 0 : check_name(disks, where, root, "/");
}

/* What of the files could not be read check_modules() tells. */
static int check_configured(const struct disks *disks, const struct host *host)
{
	struct findings told = { 0 };
	struct boot_words words = { .n = 0 };
	const struct boot_piece *piece;
	int err;

	err = boot_words_read(host, &told, &words);
	piece = err == 0 ? boot_words_find(&words, "root", NULL) : NULL;
	if (piece != NULL)
		err = check_root(disks, piece->source, piece->text);
	boot_words_free(&words);
	findings_free(&told);
	return err;
}

static int check_menus(const struct disks *disks, const struct host *host)
{
	struct boot_defaults defaults;
	int err;

	err = boot_defaults_read(host->root, &defaults);
	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < defaults.n; i++)
		err = check_root(disks, defaults.entries[i].source,
				 defaults.entries[i].words);
	boot_defaults_free(&defaults);
	return err;
}

/* What could not be seen of the disks was noted when the host was read. */
static int read_storage(const struct host *host, struct storage *storage)
{
	struct notes noted = { 0 };
	int err;

	err = storage_read_blocks(host->root, storage, &noted);
	if (err == 0)
		err = storage_read_entries(host->root, storage, &noted);
	notes_free(&noted);
	return err;
}

/* Checks all that names disks for a boot that binds something. */
static int check_all(struct disks *disks, const struct host *host)
{
	int err = read_storage(host, &disks->storage);

	if (err == 0)
		err = check_entries(disks);
	if (err == 0)
		err = check_configured(disks, host);
	if (err == 0)
		err = check_menus(disks, host);
	return err;
}

int check_disks(const struct host *host, const struct next_boot *next,
		struct findings *findings)
{
	struct disks disks = { .machine = &host->machine, .findings = findings };
	int err;

	err = line_set_fill(next, false, &disks.bound);
	if (err == 0 && disks.bound.n > 0)
		err = check_all(&disks, host);
	storage_free(&disks.storage);
	line_set_free(&disks.bound);
	return err;
}
