// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what a host mounts, swaps to and opens, now and at boot. */

#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "array.h"
#include "storage.h"

#define MOUNTINFO "/proc/self/mountinfo"
#define FSTAB "/etc/fstab"
#define SWAPS "/proc/swaps"
#define CRYPTTAB "/etc/crypttab"
#define CRYPTTAB_MAX 1048576
/* proxmox-boot-tool: UUIDs of the file systems of its ESPs, one a line. */
#define PROXMOX_ESPS "/etc/kernel/proxmox-boot-uuids"
#define PROXMOX_ESPS_MAX 65536

static const char *or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* "/boot/efi/" is the same mount point. */
static void trim_slashes(char *path)
{
	size_t len = path == NULL ? 0 : strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

int storage_add_entry(struct storage *storage, const struct storage_entry *entry,
		      const struct storage_words *words)
{
	struct storage_entry *entries =
		array_grow(storage->entries, storage->n_entries, sizeof(*entries));
	struct storage_entry copy = *entry;

	if (entries == NULL)
		return -ENOMEM;
	storage->entries = entries;
	copy.source = strdup(or_empty(words->source));
	copy.target = strdup(or_empty(words->target));
	copy.type = strdup(or_empty(words->type));
	copy.subtree = strdup(or_empty(words->subtree));
	trim_slashes(copy.target);
	entries[storage->n_entries++] = copy;
	if (copy.source == NULL || copy.target == NULL || copy.type == NULL ||
	    copy.subtree == NULL)
		return -ENOMEM;
	return 0;
}

int storage_add_unread(struct storage *storage, const char *path, int error,
		       struct notes *unseen)
{
	struct storage_entry entry = { .origin = STORAGE_UNREAD, .error = error };
	const struct storage_words words = { .source = path };
	int err;

	if (error == -ENOMEM)
		return -ENOMEM;
	err = notes_add(unseen, "storage that the host needs: %s: %s", path,
			strerror(-error));
	return err < 0 ? err : storage_add_entry(storage, &entry, &words);
}

struct parsing {
	struct notes *unseen;
	const char *path; /* as seen from root */
	int err;
};

/* Systemd leaves such lines out as well; the owner may have meant something by it. */
static int note_line(struct libmnt_table *table, const char *filename, int line)
{
	struct parsing *parsing = mnt_table_get_userdata(table);
	int err;

	(void)filename;
	err = notes_add(parsing->unseen, "%s line %d: it cannot be understood",
			parsing->path, line);
	if (err < 0)
		parsing->err = err;
	return 1; /* go on */
}

static int parse_with(struct libmnt_table *table, const char *path, const char *filename)
{
	/* Not by its content, which might look like another file's. */
	if (strcmp(path, FSTAB) == 0)
		return mnt_table_parse_fstab(table, filename);
	if (strcmp(path, SWAPS) == 0)
		return mnt_table_parse_swaps(table, filename);
	return mnt_table_parse_file(table, filename);
}

/* Returns 0, or a negative errno without a table. */
static int parse_table(const char *root, const char *path, struct notes *unseen,
		       struct libmnt_table **ret_table)
{
	struct parsing parsing = { .unseen = unseen, .path = path };
	struct libmnt_table *table;
	char filename[PATH_MAX];
	int err;

	err = tree_path(root, path, filename, sizeof(filename));
	if (err < 0)
		return err;
	/* libmount does not always say why it could not open it. */
	if (access(filename, R_OK) < 0)
		return -errno;
	table = mnt_new_table();
	if (table == NULL)
		return -ENOMEM;
	mnt_table_set_userdata(table, &parsing);
	mnt_table_set_parser_errcb(table, note_line);
	err = parse_with(table, path, filename);
	if (err == 0)
		err = parsing.err;
	if (err != 0) {
		mnt_unref_table(table);
		return err < 0 ? err : -EIO;
	}
	*ret_table = table;
	return 0;
}

static enum storage_medium medium_of(struct libmnt_fs *fs)
{
	if (mnt_fs_is_netfs(fs))
		return STORAGE_ON_NETWORK;
	return mnt_fs_is_pseudofs(fs) ? STORAGE_ON_NOTHING : STORAGE_ON_DISK;
}

static struct storage_words words_of(struct libmnt_fs *fs)
{
	return (struct storage_words){
		.source = mnt_fs_get_source(fs),
		.target = mnt_fs_get_target(fs),
		.type = mnt_fs_get_fstype(fs),
		.subtree = mnt_fs_get_root(fs),
	};
}

/* Where a device's name leads on the running system, for links that udev knows not of. */
static void find_number(struct storage_entry *entry, const char *source)
{
	struct stat st;

	if (source == NULL || strncmp(source, "/dev/", 5) != 0 || stat(source, &st) < 0 ||
	    !S_ISBLK(st.st_mode))
		return;
	entry->major = major(st.st_rdev);
	entry->minor = minor(st.st_rdev);
}

static int add_mount(struct storage *storage, struct libmnt_fs *fs, bool real)
{
	struct storage_entry entry = { .origin = STORAGE_MOUNT,
				       .medium = medium_of(fs),
				       .needed = true,
				       .is_active = true };
	const struct storage_words words = words_of(fs);
	const dev_t dev = mnt_fs_get_devno(fs);

	entry.major = major(dev);
	entry.minor = minor(dev);
	/* Btrfs and others have numbers of their own. */
	if (real && entry.major == 0)
		find_number(&entry, words.source);
	return storage_add_entry(storage, &entry, &words);
}

static bool has_option(struct libmnt_fs *fs, const char *name)
{
	char *value;
	size_t len;

	return mnt_fs_get_option(fs, name, &value, &len) == 0;
}

/*
 * Does boot need it? An automount is there at boot also with noauto, and whoever looks
 * into it then waits for the device: systemd's fstab-generator.
 */
static bool fstab_needs(struct libmnt_fs *fs)
{
	if (has_option(fs, "nofail"))
		return false;
	return !has_option(fs, "noauto") || has_option(fs, "x-systemd.automount");
}

static int add_fstab(struct storage *storage, struct libmnt_fs *fs, bool real)
{
	struct storage_entry entry = { .origin = STORAGE_FSTAB,
				       .medium = medium_of(fs),
				       .needed = fstab_needs(fs),
				       .is_remote = has_option(fs, "_netdev") };
	struct storage_words words = words_of(fs);

	if (mnt_fs_is_swaparea(fs)) {
		entry.origin = STORAGE_SWAP;
		entry.medium = STORAGE_ON_DISK;
		words.target = NULL;
	} else if (has_option(fs, "bind") || has_option(fs, "rbind")) {
		entry.medium = STORAGE_ON_DISK; /* its type is "none" */
		words.type = NULL;
	}
	if (real)
		find_number(&entry, words.source);
	return storage_add_entry(storage, &entry, &words);
}

static int add_swap(struct storage *storage, struct libmnt_fs *fs, bool real)
{
	struct storage_entry entry = { .origin = STORAGE_SWAP,
				       .needed = true,
				       .is_active = true };
	const struct storage_words words = { .source = mnt_fs_get_source(fs) };

	if (real)
		find_number(&entry, words.source);
	return storage_add_entry(storage, &entry, &words);
}

typedef int add_function(struct storage *storage, struct libmnt_fs *fs, bool real);

static int read_table(const char *root, const char *path, add_function *add,
		      struct storage *storage, struct notes *unseen)
{
	struct libmnt_table *table = NULL;
	struct libmnt_iter *iter;
	struct libmnt_fs *fs = NULL;
	int err;

	err = parse_table(root, path, unseen, &table);
	/* Without fstab or swap there is nothing to know; without mounts there is. */
	if (err == -ENOENT && add != add_mount)
		return 0;
	if (err < 0)
		return storage_add_unread(storage, path, err, unseen);
	iter = mnt_new_iter(MNT_ITER_FORWARD);
	err = iter == NULL ? -ENOMEM : 0;
	while (err == 0 && mnt_table_next_fs(table, iter, &fs) == 0)
		err = add(storage, fs, storage_root_is_real(root));
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return err;
}

/* The value of an option among those separated by commas; "" without one, NULL: none. */
static char *option_value(const char *options, const char *name)
{
	const size_t len = strlen(name);

	while (options != NULL) {
		const char *value = options + len;

		if (strncmp(options, name, len) == 0 &&
		    (*value == '\0' || *value == ',' || *value == '=')) {
			value += *value == '=';
			return strndup(value, strcspn(value, ","));
		}
		options = strchr(options, ',');
		options = options == NULL ? NULL : options + 1;
	}
	return NULL;
}

static bool words_have(const char *options, const char *name)
{
	_cleanup_free_ char *value = option_value(options, name);

	return value != NULL;
}

/*
 * The device that a key file lies on, "/path:UUID=…"; NULL where there is none.
 * Crypttab(5) of systemd.
 */
static char *key_device(char *key)
{
	char *colon = key[0] != '/' ? NULL : strrchr(key, ':');

	if (colon == NULL ||
	    (strchr(colon, '=') == NULL && strncmp(colon + 1, "/dev/", 5) != 0))
		return NULL;
	return colon + 1;
}

/* Devices that give random numbers, and sockets and the like, are on no disk. */
static bool is_no_file(const char *key)
{
	static const char *const none[] = { "/dev/urandom", "/dev/random", "/dev/hwrng",
					    "/dev/null", "/dev/zero" };

	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		if (strcmp(key, none[i]) == 0)
			return true;
	return strncmp(key, "/run/", 5) == 0 || strncmp(key, "/proc/", 6) == 0 ||
	       strncmp(key, "/sys/", 5) == 0;
}

/*
 * What a key file or a header is on, in place: a device, alone or in front of ":/path" as
 * Debian's passdev has it, or behind "/path:" as systemd has it; a file; NULL: nothing.
 */
static const char *find_keeper(char *key)
{
	char *device = key_device(key);

	if (device != NULL && strncmp(key, "/dev/", 5) != 0)
		return device;
	if (is_no_file(key))
		return NULL;
	/* Names of devices have colons as well, but none before a slash. */
	device = strncmp(key, "/dev/", 5) == 0 ? strstr(key, ":/") : NULL;
	if (device != NULL)
		*device = '\0';
	if (key[0] == '/')
		return key;
	return strchr(key, '=') != NULL ? key : NULL;
}

/*
 * Where a key comes from, with a keyscript. For Debian's own the field is no file with
 * decrypt_keyctl, and another mapping with decrypt_derived: crypttab(5) and
 * README.Debian of cryptsetup. With others it may be anything: what is a path, is one.
 */
static const char *find_key(const char *script, char *key, char *buffer, size_t size)
{
	const char *base = script == NULL ? "" : strrchr(script, '/');
	char *colon;

	base = base == NULL ? script : base[0] == '/' ? base + 1 : base;
	if (strcmp(key, "none") == 0 || strcmp(key, "-") == 0 ||
	    strcmp(base, "decrypt_keyctl") == 0)
		return NULL;
	if (strcmp(base, "decrypt_derived") == 0) {
		snprintf(buffer, size, "%s%s", key[0] == '/' ? "" : "/dev/mapper/", key);
		return buffer;
	}
	colon = strcmp(base, "passdev") == 0 ? strchr(key, ':') : NULL;
	if (colon != NULL)
		*colon = '\0';
	return find_keeper(key);
}

/* Adds what else a line of crypttab needs, as it needs its device. */
static int add_keeper(struct storage *storage, const struct storage_entry *device,
		      enum storage_part part, const char *target, const char *source,
		      bool real)
{
	const struct storage_words words = { .source = source, .target = target };
	struct storage_entry entry = *device;

	if (source == NULL)
		return 0;
	entry.part = part;
	entry.major = entry.minor = 0;
	if (real)
		find_number(&entry, source);
	return storage_add_entry(storage, &entry, &words);
}

/* A line of crypttab(5): name, device, key file, options. */
static int add_crypttab(struct storage *storage, char *line, bool real)
{
	struct storage_entry entry = { .origin = STORAGE_CRYPTTAB };
	_cleanup_free_ char *script = NULL, *header = NULL;
	struct storage_words words = { .source = NULL };
	char *save = NULL, *key;
	const char *options;
	int err;

	words.target = strtok_r(line, " \t", &save);
	words.source = strtok_r(NULL, " \t", &save);
	if (words.target == NULL || words.target[0] == '#' || words.source == NULL)
		return 0;
	key = strtok_r(NULL, " \t", &save);
	options = strtok_r(NULL, " \t", &save);
	entry.needed = !words_have(options, "nofail") && !words_have(options, "noauto");
	entry.is_remote = words_have(options, "_netdev");
	script = option_value(options, "keyscript");
	header = option_value(options, "header");
	if (real)
		find_number(&entry, words.source);
	err = storage_add_entry(storage, &entry, &words);
	if (err == 0 && key != NULL) {
		char mapping[PATH_MAX];

		err = add_keeper(storage, &entry, STORAGE_KEY, words.target,
				 find_key(script, key, mapping, sizeof(mapping)), real);
	}
	if (err == 0 && header != NULL)
		err = add_keeper(storage, &entry, STORAGE_HEADER, words.target,
				 find_keeper(header), real);
	return err;
}

static int add_esp(struct storage *storage, char *line, bool real)
{
	const struct storage_entry entry = { .origin = STORAGE_ESP, .needed = true };
	char *save = NULL, tag[256];
	const char *uuid = strtok_r(line, " \t", &save);
	const struct storage_words words = { .source = tag };

	(void)real;
	if (uuid == NULL || uuid[0] == '#' ||
	    snprintf(tag, sizeof(tag), "UUID=%s", uuid) >= (int)sizeof(tag))
		return 0;
	return storage_add_entry(storage, &entry, &words);
}

static int read_lines(const char *root, const char *path, size_t max,
		      int (*add)(struct storage *storage, char *line, bool real),
		      struct storage *storage, struct notes *unseen)
{
	_cleanup_free_ char *data = NULL;
	char *save = NULL;
	size_t size;
	int err;

	err = tree_read(root, path, max, &data, &size);
	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return storage_add_unread(storage, path, err, unseen);
	for (char *line = strtok_r(data, "\n", &save); err == 0 && line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		err = add(storage, line, storage_root_is_real(root));
	return err;
}

int storage_add_group(struct storage *storage, enum storage_group_kind kind,
		      const char *name, const char *label)
{
	struct storage_group *groups =
		array_grow(storage->groups, storage->n_groups, sizeof(*groups));
	struct storage_group group = { .kind = kind };

	if (groups == NULL)
		return -ENOMEM;
	storage->groups = groups;
	group.name = strdup(name);
	group.label = strdup(label);
	groups[storage->n_groups++] = group;
	return group.name == NULL || group.label == NULL ? -ENOMEM : 0;
}

int storage_read_groups(const char *root, const char *path,
			int (*read)(const char *root, const char *name,
				    struct storage *storage),
			struct storage *storage, struct notes *unseen)
{
	struct tree_names names = { 0 };
	int err = tree_list(root, path, &names);

	if (err < 0)
		return storage_add_unread(storage, path, err, unseen);
	for (size_t i = 0; err == 0 && i < names.n; i++)
		err = read(root, names.entries[i], storage);
	tree_names_free(&names);
	return err;
}

int storage_read_entries(const char *root, struct storage *storage, struct notes *unseen)
{
	int err;

	err = read_table(root, MOUNTINFO, add_mount, storage, unseen);
	if (err == 0)
		err = read_table(root, SWAPS, add_swap, storage, unseen);
	if (err == 0)
		err = read_table(root, FSTAB, add_fstab, storage, unseen);
	if (err == 0)
		err = read_lines(root, CRYPTTAB, CRYPTTAB_MAX, add_crypttab, storage,
				 unseen);
	if (err == 0)
		err = read_lines(root, PROXMOX_ESPS, PROXMOX_ESPS_MAX, add_esp, storage,
				 unseen);
	return err;
}
