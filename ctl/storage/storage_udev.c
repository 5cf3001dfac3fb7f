// SPDX-License-Identifier: GPL-2.0-or-later
/* What udev knows of block devices, from three sources that fill the same fields. */

#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "storage_udev.h"

/* One device's file; a disk with hundreds of links has some 20 KB. */
#define UDEV_FILE_MAX 1048576

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* Undoes blkid_encode_string(): \xHH for what would not be safe in a name. */
static void decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		int high = -1, low = -1;

		if (from[0] == '\\' && from[1] == 'x') {
			high = hex_digit(from[2]);
			low = high < 0 ? -1 : hex_digit(from[3]);
		}
		if (low < 0 || high * 16 + low == 0) {
			*to++ = *from++;
			continue;
		}
		*to++ = (char)(high * 16 + low);
		from += 4;
	}
	*to = '\0';
}

static int set_decoded(struct block *block, enum block_text which, const char *value)
{
	_cleanup_free_ char *text = strdup(value);

	if (text == NULL)
		return -ENOMEM;
	decode(text);
	return block_set(block, which, text);
}

/*
 * Takes a property in, as udev has it (ID_FS_TYPE=…). Others than those that are of use
 * are left out. Returns 0 or -ENOMEM.
 */
static int take_property(struct block *block, const char *key, const char *value)
{
	static const struct {
		const char *key;
		enum block_text text;
	} known[] = {
		{ "ID_FS_TYPE", BLOCK_FS_TYPE },
		{ "ID_FS_UUID_ENC", BLOCK_FS_UUID },
		{ "ID_FS_LABEL_ENC", BLOCK_FS_LABEL },
		{ "ID_PART_ENTRY_TYPE", BLOCK_PART_TYPE },
		{ "ID_PART_ENTRY_UUID", BLOCK_PART_UUID },
		{ "ID_PART_ENTRY_NAME", BLOCK_PART_NAME },
		/* What pvscan says in 69-lvm.rules. */
		{ "LVM_VG_NAME_COMPLETE", BLOCK_VOLUME_GROUP },
		{ "LVM_VG_NAME_INCOMPLETE", BLOCK_VOLUME_GROUP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(key, known[i].key) == 0)
			return set_decoded(block, known[i].text, value);
	/* Those without _ENC have '_' for what is not safe: second best. */
	if (strcmp(key, "ID_FS_UUID") == 0 && block->texts[BLOCK_FS_UUID] == NULL)
		return block_set(block, BLOCK_FS_UUID, value);
	if (strcmp(key, "ID_FS_LABEL") == 0 && block->texts[BLOCK_FS_LABEL] == NULL)
		return block_set(block, BLOCK_FS_LABEL, value);
	if (strcmp(key, "ID_CDROM_MEDIA") == 0)
		block->has_disc = strcmp(value, "1") == 0;
	if (strcmp(key, "ID_FS_AMBIVALENT") == 0)
		block->is_ambivalent = value[0] != '\0';
	return 0;
}

/* Lines of the database: "E:KEY=VALUE" and "S:link", others are left out. */
static int take_line(struct block *block, char *line)
{
	char *value;

	if (strncmp(line, "S:", 2) == 0)
		return tree_names_add(&block->links, line + 2);
	if (strncmp(line, "E:", 2) != 0)
		return 0;
	value = strchr(line, '=');
	if (value == NULL)
		return 0;
	*value = '\0';
	return take_property(block, line + 2, value + 1);
}

static int read_database(const char *root, struct block *block)
{
	_cleanup_free_ char *data = NULL;
	char path[64], *save = NULL;
	size_t size;
	int err;

	snprintf(path, sizeof(path), "/run/udev/data/b%u:%u", block->major, block->minor);
	err = tree_read(root, path, UDEV_FILE_MAX, &data, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (char *line = strtok_r(data, "\n", &save); err == 0 && line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		err = take_line(block, line);
	return err;
}

static int take_links(struct udev_device *device, struct block *block)
{
	struct udev_list_entry *entry;

	udev_list_entry_foreach(entry, udev_device_get_devlinks_list_entry(device))
	{
		const char *link = udev_list_entry_get_name(entry);

		if (strncmp(link, "/dev/", 5) == 0 &&
		    tree_names_add(&block->links, link + 5) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take_device(struct udev_device *device, struct block *block)
{
	struct udev_list_entry *entry;

	udev_list_entry_foreach(entry, udev_device_get_properties_list_entry(device))
	{
		const char *value = udev_list_entry_get_value(entry);

		if (value != NULL &&
		    take_property(block, udev_list_entry_get_name(entry), value) < 0)
			return -ENOMEM;
	}
	return take_links(device, block);
}

static int take_probed(struct block *block, blkid_probe probe)
{
	/* The names of libblkid, and those that udev gives them. */
	static const char *const names[][2] = {
		{ "TYPE", "ID_FS_TYPE" },
		{ "UUID", "ID_FS_UUID" },
		{ "LABEL", "ID_FS_LABEL" },
		{ "PART_ENTRY_TYPE", "ID_PART_ENTRY_TYPE" },
		{ "PART_ENTRY_UUID", "ID_PART_ENTRY_UUID" },
	};
	const char *value;
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(names); i++)
		if (blkid_probe_lookup_value(probe, names[i][0], &value, NULL) == 0)
			err = take_property(block, names[i][1], value);
	if (err == 0 &&
	    blkid_probe_lookup_value(probe, "PART_ENTRY_NAME", &value, NULL) == 0)
		err = block_set(block, BLOCK_PART_NAME, value);
	return err;
}

static int probe_fd(int fd, struct block *block)
{
	blkid_probe probe = blkid_new_probe();
	int err = 0;

	if (probe == NULL)
		return -ENOMEM;
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS);
	if (blkid_probe_set_device(probe, fd, 0, 0) == 0) {
		const int result = blkid_do_safeprobe(probe);

		block->is_ambivalent = result == -2;
		if (result == 0)
			err = take_probed(block, probe);
	}
	blkid_free_probe(probe);
	return err;
}

/* Only the device itself is read, and only if the name in /dev leads to it. */
static int probe_device(struct storage_udev *udev, struct block *block)
{
	_cleanup_close_ int fd = -1;
	char path[512];
	struct stat st;

	if (block->size == 0 ||
	    (size_t)snprintf(path, sizeof(path), "/dev/%s", block->name) >= sizeof(path))
		return 0;
	for (char *s = path; *s != '\0'; s++)
		if (*s == '!')
			*s = '/';
	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode) ||
	    st.st_rdev != makedev(block->major, block->minor))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			udev->denied = errno;
		return 0;
	}
	return probe_fd(fd, block);
}

int storage_udev_open(const char *root, struct storage_udev *ret_udev)
{
	struct storage_udev udev = { .root = root };

	if (storage_root_is_real(root)) {
		udev.udev = udev_new();
		if (udev.udev == NULL)
			return -ENOMEM;
	}
	*ret_udev = udev;
	return 0;
}

void storage_udev_close(struct storage_udev *udev)
{
	udev_unref(udev->udev);
	udev->udev = NULL;
}

int storage_udev_read(struct storage_udev *udev, struct block *block)
{
	struct udev_device *device;
	int err = 0;

	if (udev->udev == NULL)
		return read_database(udev->root, block);
	device = udev_device_new_from_devnum(udev->udev, 'b',
					     makedev(block->major, block->minor));
	if (device == NULL || udev_device_get_is_initialized(device) <= 0)
		err = probe_device(udev, block);
	else
		err = take_device(device, block);
	udev_device_unref(device);
	return err;
}
