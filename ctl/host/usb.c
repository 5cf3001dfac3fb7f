// SPDX-License-Identifier: GPL-2.0-or-later
/* What hangs on the host's USB controllers, and what it is. */

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "array.h"
#include "host.h"
#include "input_kind.h"
#include "keyboard.h"
#include "sys_device.h"

#define USB_DEVICES_DIR "/sys/bus/usb/devices"

/* Defined Class Codes, usb.org. */
#define USB_CLASS_HUB 0x09
#define USB_CLASS_HID 0x03

/*
 * How the report descriptor of a UPS starts: usage page Power Device, usage UPS (Usage
 * Tables for HID Power Devices 1.0, 4.1).
 */
static const uint8_t ups_descriptor[] = { 0x05, 0x84, 0x09, 0x04 };

/* The kernel's own limit is 4,096 up to Linux 6.x; what is behind the start is skipped.
 */
#define REPORT_DESCRIPTOR_MAX 65536

/* A device on a port. */
struct usb_device {
	const struct sys_device *device;
	unsigned int class;      /* bDeviceClass */
	unsigned int interfaces; /* one bit for each class up to 0x1f that it has */
	bool has_children;       /* a hub that something is plugged into */
	char *is;                /* "keyboard, mouse"; NULL: nothing is known yet */
};

struct usb {
	const struct sys_devices *all; /* with root hubs and interfaces */
	struct usb_device *devices;    /* by name, strcmp() */
	size_t n;
};

/* Reads a hexadecimal attribute; 0 where that fails. */
static unsigned int read_hex(const struct host *host, const struct sys_device *device,
			     const char *attribute)
{
	char value[TREE_VALUE_SIZE];

	if (sys_device_value(host, device, attribute, value) < 0)
		return 0;
	return (unsigned int)strtoul(value, NULL, 16);
}

static int compare_name(const void *key, const void *entry)
{
	const struct usb_device *device = entry;

	return strcmp(key, device->device->name);
}

static struct usb_device *find(const struct usb *usb, const char *name)
{
	if (usb->n == 0)
		return NULL;
	return bsearch(name, usb->devices, usb->n, sizeof(*usb->devices), compare_name);
}

/* Says what a device is, once for each word. Returns 0 or -ENOMEM. */
static int add_word(struct usb_device *device, const char *word)
{
	char *is;
	int n;

	if (device->is != NULL && strstr(device->is, word) != NULL)
		return 0;
	n = asprintf(&is, "%s%s%s", device->is != NULL ? device->is : "",
		     device->is != NULL ? ", " : "", word);
	if (n < 0)
		return -ENOMEM;
	free(device->is);
	device->is = is;
	return 0;
}

static int collect_devices(const struct host *host, struct usb *usb)
{
	usb->devices = calloc(usb->all->n + 1, sizeof(*usb->devices));
	if (usb->devices == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < usb->all->n; i++) {
		const struct sys_device *device = &usb->all->entries[i];

		/* Those that come over the network (usbip) hang on no function. */
		if (!device->has_function ||
		    !usb_name_is_device(device->name, strlen(device->name)))
			continue;
		usb->devices[usb->n++] = (struct usb_device){
			.device = device,
			.class = read_hex(host, device, "bDeviceClass"),
		};
	}
	return 0;
}

/* Adds what the interfaces "1-2:1.0" say to their device "1-2". */
static void collect_interfaces(const struct host *host, struct usb *usb)
{
	for (size_t i = 0; i < usb->all->n; i++) {
		const struct sys_device *device = &usb->all->entries[i];
		const size_t len = strcspn(device->name, ":");
		char name[USB_NAME_SIZE];
		struct usb_device *parent;
		unsigned int class;

		if (device->name[len] == '\0' || len >= sizeof(name))
			continue;
		memcpy(name, device->name, len);
		name[len] = '\0';
		parent = find(usb, name);
		if (parent == NULL)
			continue;
		class = read_hex(host, device, "bInterfaceClass");
		if (class < 32)
			parent->interfaces |= 1U << class;
	}
}

/* Tells the hub of each device that there is something behind it. */
static void mark_parents(struct usb *usb)
{
	for (size_t i = 0; i < usb->n; i++) {
		char name[USB_NAME_SIZE], *dot;
		struct usb_device *parent;

		snprintf(name, sizeof(name), "%s", usb->devices[i].device->name);
		dot = strrchr(name, '.');
		if (dot == NULL)
			continue;
		*dot = '\0';
		parent = find(usb, name);
		if (parent != NULL)
			parent->has_children = true;
	}
}

/* Adds the word for the devices whose inputs are of one kind. */
static int add_inputs(struct usb *usb, const struct inputs *inputs, enum input_kind kind,
		      const char *word)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < inputs->devices.n; i++) {
		struct usb_device *device;
		char name[USB_NAME_SIZE];

		if (!(inputs->kinds[i] & kind) ||
		    !sys_device_usb_name(&inputs->devices.entries[i], name))
			continue;
		device = find(usb, name);
		if (device != NULL)
			err = add_word(device, word);
	}
	return err;
}

/* A class whose devices say what a USB device is. */
struct usb_class {
	const char *dir;
	const char *prefix; /* of the names that count; empty: all */
	const char *word;
};

/* A partition has its disk, and a disk has the class's name, as the parent directory. */
static bool is_partition(const struct sys_device *device)
{
	static const char dir[] = "/block/";
	const char *slash = strrchr(device->path, '/');

	return slash - device->path < (ptrdiff_t)strlen(dir) ||
	       strncmp(slash + 1 - strlen(dir), dir, strlen(dir)) != 0;
}

/* Names with a colon are parts of others: "hci0:256" is a connection of hci0. */
static int add_class_device(struct usb *usb, const struct usb_class *class,
			    const struct sys_device *device)
{
	char name[USB_NAME_SIZE], word[NAME_MAX + 32];
	struct usb_device *usb_device;

	if (strncmp(device->name, class->prefix, strlen(class->prefix)) != 0 ||
	    strchr(device->name, ':') != NULL || !sys_device_usb_name(device, name))
		return 0;
	if (strcmp(class->word, "disk") == 0 && is_partition(device))
		return 0;
	usb_device = find(usb, name);
	if (usb_device == NULL)
		return 0;
	snprintf(word, sizeof(word), "%s %s", class->word, device->name);
	return add_word(usb_device, word);
}

static int add_class(struct host *host, struct usb *usb, const struct usb_class *class)
{
	struct sys_devices devices;
	int err;

	err = sys_devices_list(host, class->dir, &devices);
	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < devices.n; i++)
		err = add_class_device(usb, class, &devices.entries[i]);
	sys_devices_free(&devices);
	return err;
}

static int add_classes(struct host *host, struct usb *usb)
{
	static const struct usb_class classes[] = {
		{ "/sys/class/block", "", "disk" },
		{ "/sys/class/net", "", "network" },
		{ "/sys/class/bluetooth", "hci", "Bluetooth" },
		{ "/sys/class/sound", "card", "sound" },
		{ "/sys/class/tty", "", "serial" },
		{ "/sys/class/usbmisc", "lp", "printer" },
		{ "/sys/class/video4linux", "video", "camera" },
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(classes); i++)
		err = add_class(host, usb, &classes[i]);
	return err;
}

static bool is_ups(const struct host *host, const struct sys_device *device)
{
	_cleanup_free_ char *descriptor = NULL;
	char path[PATH_MAX];
	size_t size;
	int n = snprintf(path, sizeof(path), "%s/report_descriptor", device->path);

	return n >= 0 && (size_t)n < sizeof(path) &&
	       tree_read(host->root, path, REPORT_DESCRIPTOR_MAX, &descriptor, &size) ==
		       0 &&
	       size >= sizeof(ups_descriptor) &&
	       memcmp(descriptor, ups_descriptor, sizeof(ups_descriptor)) == 0;
}

static int add_upses(struct host *host, struct usb *usb)
{
	struct sys_devices devices;
	int err;

	err = sys_devices_list(host, "/sys/bus/hid/devices", &devices);
	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < devices.n; i++) {
		char name[USB_NAME_SIZE];
		struct usb_device *device;

		if (!sys_device_usb_name(&devices.entries[i], name))
			continue;
		device = find(usb, name);
		if (device != NULL && is_ups(host, &devices.entries[i]))
			err = add_word(device, "UPS");
	}
	sys_devices_free(&devices);
	return err;
}

/* Where no driver says what a device is: the classes of its interfaces. */
static int add_interfaces(struct usb_device *device)
{
	static const char *const words[32] = {
		[0x01] = "sound",        [0x02] = "modem",      [USB_CLASS_HID] = "HID",
		[0x06] = "camera",       [0x07] = "printer",    [0x08] = "storage",
		[USB_CLASS_HUB] = "hub", [0x0b] = "smart card", [0x0e] = "video",
	};
	int err = 0;

	for (unsigned int i = 0; err == 0 && i < ARRAY_SIZE(words); i++)
		if (device->interfaces & 1U << i && words[i] != NULL)
			err = add_word(device, words[i]);
	return err;
}

/* Writes what the device calls itself, or its IDs where it does not. */
static void name_device(const struct host *host, const struct sys_device *device,
			char *ret_name, size_t size)
{
	char maker[TREE_VALUE_SIZE], product[TREE_VALUE_SIZE];

	if (sys_device_value(host, device, "manufacturer", maker) < 0)
		maker[0] = '\0';
	if (sys_device_value(host, device, "product", product) < 0 || product[0] == '\0')
		snprintf(ret_name, size, "%s%s%04x:%04x", maker,
			 maker[0] != '\0' ? " " : "", read_hex(host, device, "idVendor"),
			 read_hex(host, device, "idProduct"));
	else if (maker[0] == '\0' || strncasecmp(product, maker, strlen(maker)) == 0)
		snprintf(ret_name, size, "%s", product);
	else
		snprintf(ret_name, size, "%s %s", maker, product);
}

static int add_use(struct host *host, struct usb_device *device)
{
	const char *name = device->device->name, *port = strchr(name, '-') + 1;
	char called[2 * TREE_VALUE_SIZE];
	int err = 0;

	if (device->class == USB_CLASS_HUB && device->has_children)
		return 0;
	if (device->is == NULL)
		err = add_interfaces(device);
	if (err < 0)
		return err;
	name_device(host, device->device, called, sizeof(called));
	return uses_add(&host->uses, &device->device->function, USE_USB, name,
			"%s%s%s (bus %.*s port %s)", device->is != NULL ? device->is : "",
			device->is != NULL ? ": " : "", called, (int)(port - 1 - name),
			name, port);
}

/* Finds out what each device is. Returns 0 or -ENOMEM. */
static int describe(struct host *host, struct usb *usb, const struct inputs *inputs)
{
	int err;

	collect_interfaces(host, usb);
	mark_parents(usb);
	err = add_inputs(usb, inputs, INPUT_KEYBOARD, "keyboard");
	if (err == 0)
		err = add_inputs(usb, inputs, INPUT_MOUSE, "mouse");
	if (err == 0)
		err = add_classes(host, usb);
	return err < 0 ? err : add_upses(host, usb);
}

static int look_devices(struct host *host, const struct inputs *inputs)
{
	struct sys_devices all;
	struct usb usb = { .all = &all };
	int err;

	err = sys_devices_list(host, USB_DEVICES_DIR, &all);
	if (err < 0)
		return err;
	err = collect_devices(host, &usb);
	if (err == 0 && usb.n > 0)
		err = describe(host, &usb, inputs);
	for (size_t i = 0; err == 0 && i < usb.n; i++)
		err = add_use(host, &usb.devices[i]);
	for (size_t i = 0; i < usb.n; i++)
		free(usb.devices[i].is);
	free(usb.devices);
	sys_devices_free(&all);
	return err;
}

int usb_look(struct host *host)
{
	struct inputs inputs;
	int err;

	err = inputs_read(host, &inputs);
	if (err < 0)
		return err;
	err = look_devices(host, &inputs);
	if (err == 0)
		err = keyboard_look(host, &inputs);
	inputs_free(&inputs);
	return err;
}
