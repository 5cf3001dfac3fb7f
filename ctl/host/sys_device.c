// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the devices of a class or a bus. */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "sys_device.h"

#define VIRTUAL_DIR "/sys/devices/virtual/"

/* The length of the first element of a path, which has no slash in front. */
static size_t element_len(const char *path)
{
	return strcspn(path, "/");
}

/* The element of a path behind one that starts at s, or NULL. */
static const char *next_element(const char *s)
{
	s += element_len(s);
	return *s == '/' ? s + 1 : NULL;
}

static bool has_dots(const char *path)
{
	for (const char *s = path; s != NULL; s = next_element(s))
		if (element_len(s) == 2 && strncmp(s, "..", 2) == 0)
			return true;
	return false;
}

/*
 * The links of sysfs say where a device is, relative to themselves and with no other link
 * on the way: "../../devices/…". Following each of thousands would cost many calls more.
 */
static int read_path(const char *root, const char *link, char *ret_path, size_t size)
{
	char joined[PATH_MAX], target[PATH_MAX];
	const char *s = target;
	ssize_t len;
	int n, err;

	err = tree_path(root, link, joined, sizeof(joined));
	if (err < 0)
		return err;
	len = readlink(joined, target, sizeof(target) - 1);
	if (len < 0)
		return tree_resolve(root, link, ret_path, size);
	target[len] = '\0';
	while (strncmp(s, "../", 3) == 0)
		s += 3;
	if (s == target || strncmp(s, "devices/", 8) != 0 || has_dots(s))
		return tree_resolve(root, link, ret_path, size);
	n = snprintf(ret_path, size, "/sys/%s", s);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static void find_function(struct sys_device *device)
{
	for (const char *s = device->path + 1; s != NULL; s = next_element(s)) {
		struct pci_address address;
		struct parse_error error;

		if (pci_address_parse(s, element_len(s), &address, &error) < 0)
			continue;
		device->function = address;
		device->has_function = true;
	}
}

/* Adds a device; the names are copied. Returns 0 or -ENOMEM. */
static int add(struct sys_devices *devices, const char *name, const char *path)
{
	struct sys_device *entries, *device;

	entries = array_grow(devices->entries, devices->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	devices->entries = entries;
	device = &entries[devices->n];
	*device = (struct sys_device){ .name = strdup(name), .path = strdup(path) };
	devices->n++;
	if (device->name == NULL || device->path == NULL)
		return -ENOMEM;
	find_function(device);
	return 0;
}

/* Adds an entry of a directory. Returns 0 or a negative errno. */
static int add_entry(const char *root, const char *dir, const char *name,
		     struct sys_devices *devices)
{
	char link[PATH_MAX], path[PATH_MAX];
	int n = snprintf(link, sizeof(link), "%s/%s", dir, name);
	int err = -ENAMETOOLONG;

	if (n >= 0 && (size_t)n < sizeof(link))
		err = read_path(root, link, path, sizeof(path));
	return err < 0 ? err : add(devices, name, path);
}

/* Keeps an error and notes it, once for a directory. Returns 0 or -ENOMEM. */
static int note(struct host *host, const char *path, int error,
		struct sys_devices *devices)
{
	if (error == -ENOMEM)
		return error;
	if (devices->error < 0)
		return 0;
	devices->error = error;
	return notes_add(&host->unseen, "%s%s: %s", host->root, path, strerror(-error));
}

int sys_devices_list(struct host *host, const char *dir, struct sys_devices *ret_devices)
{
	struct sys_devices devices = { 0 };
	struct tree_names names = { 0 };
	int err;

	err = tree_list(host->root, dir, &names);
	if (err < 0)
		err = note(host, dir, err, &devices);
	for (size_t i = 0; err == 0 && i < names.n; i++) {
		err = add_entry(host->root, dir, names.entries[i], &devices);
		/* It may have gone in the meantime. */
		if (err == -ENOENT)
			err = 0;
		else if (err < 0)
			err = note(host, dir, err, &devices);
	}
	tree_names_free(&names);
	if (err < 0)
		sys_devices_free(&devices);
	else
		*ret_devices = devices;
	return err;
}

void sys_devices_free(struct sys_devices *devices)
{
	for (size_t i = 0; i < devices->n; i++) {
		free(devices->entries[i].name);
		free(devices->entries[i].path);
	}
	free(devices->entries);
	*devices = (struct sys_devices){ 0 };
}

int sys_device_value(const struct host *host, const struct sys_device *device,
		     const char *attribute, char ret_value[static TREE_VALUE_SIZE])
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", device->path, attribute);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	return tree_value(host->root, path, ret_value);
}

bool sys_device_is_virtual(const struct sys_device *device)
{
	return strncmp(device->path, VIRTUAL_DIR, strlen(VIRTUAL_DIR)) == 0;
}

/* How many of the len bytes at s are digits. */
static size_t digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && isdigit((unsigned char)s[n]))
		n++;
	return n;
}

bool usb_name_is_device(const char *name, size_t len)
{
	char separator = '-';
	size_t at = digits(name, len);

	if (at == 0 || at == len)
		return false;
	while (at < len) {
		size_t n;

		if (name[at] != separator)
			return false;
		n = digits(name + at + 1, len - at - 1);
		if (n == 0)
			return false;
		at += 1 + n;
		separator = '.';
	}
	return true;
}

static bool is_root_hub(const char *name, size_t len)
{
	return len > 3 && strncmp(name, "usb", 3) == 0 &&
	       digits(name + 3, len - 3) == len - 3;
}

bool sys_device_usb_name(const struct sys_device *device,
			 char ret_name[static USB_NAME_SIZE])
{
	bool below_root_hub = false, found = false;

	/* Elsewhere such a name is another bus's: an I2C client is called "1-0050". */
	for (const char *s = device->path + 1; s != NULL; s = next_element(s)) {
		const size_t len = element_len(s);

		if (is_root_hub(s, len))
			below_root_hub = true;
		if (!below_root_hub || len >= USB_NAME_SIZE ||
		    !usb_name_is_device(s, len))
			continue;
		memcpy(ret_name, s, len);
		ret_name[len] = '\0';
		found = true;
	}
	return found;
}
