// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's displays: cards, firmware framebuffers, and where the console is. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "console.h"
#include "host.h"
#include "sys_device.h"

/* Base classes and classes, PCI Code and ID Assignment 1.11, 1.4. */
#define CLASS_DISPLAY 0x03
#define CLASS_VGA 0x0300

/* How consoles of virtual terminals are called: drivers/video/{fbdev/core,console}. */
#define FBCON_NAME "frame buffer device"
#define VGACON_NAME "VGA+"

/*
 * How the kernel calls the device of a framebuffer that the firmware set up, behind which
 * there may be no PCI function in sysfs (drivers/firmware/sysfb*.c): simple-framebuffer,
 * efi-framebuffer, vesa-framebuffer, platform-framebuffer.
 */
#define FIRMWARE_FRAMEBUFFER "-framebuffer."

/* A function that is a display, or has a card or a framebuffer. */
struct display {
	struct pci_address address;
	const struct pci_function *function; /* NULL: the machine has none there */
	bool boot;                           /* the firmware's choice: boot_vga */
	bool has_card;                       /* with a driver of its own */
	bool has_framebuffer;                /* fbdev, or the firmware's */
	bool has_firmware;                   /* the framebuffer is the firmware's */
	bool has_console;                    /* the host's virtual terminals are on it */
	unsigned int n_outputs;              /* connectors for a monitor */
	const char *name; /* "card0", "fb0"; NULL: nothing of the kernel's */
	char *connected;  /* "HDMI-A-1 connected"; NULL: none is */
};

struct displays {
	struct sys_devices cards;        /* with connectors and render nodes */
	struct sys_devices framebuffers; /* with fbcon itself */
	struct display *entries;         /* by address, each once */
	size_t n;
};

static int add_address(struct displays *displays, const struct pci_address *address)
{
	struct display *entries =
		array_grow(displays->entries, displays->n, sizeof(*entries));

	if (entries == NULL)
		return -ENOMEM;
	displays->entries = entries;
	entries[displays->n++] = (struct display){ .address = *address };
	return 0;
}

static int add_addresses(struct displays *displays, const struct sys_devices *devices)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < devices->n; i++)
		if (devices->entries[i].has_function)
			err = add_address(displays, &devices->entries[i].function);
	return err;
}

static int compare_displays(const void *a, const void *b)
{
	const struct display *x = a, *y = b;

	return pci_address_compare(&x->address, &y->address);
}

static void sort_displays(struct displays *displays)
{
	size_t n = 0;

	if (displays->n == 0)
		return;
	qsort(displays->entries, displays->n, sizeof(*displays->entries),
	      compare_displays);
	for (size_t i = 0; i < displays->n; i++)
		if (n == 0 || compare_displays(&displays->entries[n - 1],
					       &displays->entries[i]) != 0)
			displays->entries[n++] = displays->entries[i];
	displays->n = n;
}

/* Only VGA functions have the attribute (drivers/pci/pci-sysfs.c). */
static bool is_boot_vga(const struct host *host, const struct pci_address *address)
{
	char text[PCI_ADDRESS_STRSIZE], path[PATH_MAX], value[TREE_VALUE_SIZE];

	pci_address_format(address, text);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/boot_vga", text);
	return tree_value(host->root, path, value) == 0 && strcmp(value, "1") == 0;
}

static bool is_display(const struct pci_function *function)
{
	return function->error == 0 && function->class >> 16 == CLASS_DISPLAY;
}

/* Collects every function that may have a display. Returns 0 or -ENOMEM. */
static int collect(const struct host *host, struct displays *displays)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < host->machine.n_functions; i++)
		if (is_display(&host->machine.functions[i]))
			err = add_address(displays, &host->machine.functions[i].address);
	if (err == 0)
		err = add_addresses(displays, &displays->cards);
	if (err == 0)
		err = add_addresses(displays, &displays->framebuffers);
	sort_displays(displays);
	for (size_t i = 0; i < displays->n; i++) {
		struct display *display = &displays->entries[i];

		display->function = machine_at(&host->machine, &display->address);
		display->boot = is_boot_vga(host, &display->address);
	}
	return err;
}

static struct display *boot_display(const struct displays *displays)
{
	for (size_t i = 0; i < displays->n; i++)
		if (displays->entries[i].boot)
			return &displays->entries[i];
	return NULL;
}

static bool is_firmware(const struct sys_device *device)
{
	return strstr(device->path, FIRMWARE_FRAMEBUFFER) != NULL;
}

/* The display that a card or framebuffer is on; NULL: on none of a PCI function. */
static struct display *display_of(const struct displays *displays,
				  const struct sys_device *device)
{
	const struct display key = { .address = device->function };

	if (device->has_function)
		return bsearch(&key, displays->entries, displays->n,
			       sizeof(*displays->entries), compare_displays);
	return is_firmware(device) ? boot_display(displays) : NULL;
}

/* Is a name this prefix and a number? */
static bool is_numbered(const char *name, const char *prefix)
{
	const size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 && name[len] != '\0' &&
	       strspn(name + len, "0123456789") == strlen(name + len);
}

/* Adds a connector "HDMI-A-1" that leads outside. Returns 0 or -ENOMEM. */
static int add_connector(const struct host *host, const struct sys_device *device,
			 const char *name, struct display *display)
{
	char status[TREE_VALUE_SIZE], *connected;
	const char *before = display->connected;
	int n;

	if (strncmp(name, "Writeback-", strlen("Writeback-")) == 0)
		return 0;
	display->n_outputs++;
	if (sys_device_value(host, device, "status", status) < 0 ||
	    strcmp(status, "connected") != 0)
		return 0;
	n = asprintf(&connected, "%s%s%s connected", before != NULL ? before : "",
		     before != NULL ? ", " : "", name);
	if (n < 0)
		return -ENOMEM;
	free(display->connected);
	display->connected = connected;
	return 0;
}

/* A card's connectors follow it in the order of names: "card0", "card0-DP-1". */
static int add_cards(const struct host *host, const struct displays *displays)
{
	const struct sys_device *card = NULL;
	struct display *display = NULL;
	int err = 0;

	for (size_t i = 0; err == 0 && i < displays->cards.n; i++) {
		const struct sys_device *device = &displays->cards.entries[i];
		const size_t len = card == NULL ? 0 : strlen(card->name);

		if (is_numbered(device->name, "card")) {
			card = device;
			display = display_of(displays, card);
			if (display == NULL)
				continue;
			if (display->name == NULL)
				display->name = card->name;
			if (is_firmware(card))
				display->has_framebuffer = display->has_firmware = true;
			else
				display->has_card = true;
		} else if (card != NULL && display != NULL && !is_firmware(card) &&
			   strncmp(device->name, card->name, len) == 0 &&
			   device->name[len] == '-') {
			err = add_connector(host, device, device->name + len + 1,
					    display);
		}
	}
	return err;
}

/* Is a console of virtual terminals, whose name has this in it, the one in use? */
static bool is_bound(const struct host *host, const struct sys_devices *consoles,
		     const char *word)
{
	for (size_t i = 0; i < consoles->n; i++) {
		char name[TREE_VALUE_SIZE], bind[TREE_VALUE_SIZE];

		if (sys_device_value(host, &consoles->entries[i], "name", name) == 0 &&
		    strstr(name, word) != NULL &&
		    sys_device_value(host, &consoles->entries[i], "bind", bind) == 0 &&
		    strcmp(bind, "1") == 0)
			return true;
	}
	return false;
}

/* The console is on the first framebuffer, unless somebody moved it by con2fbmap. */
static void add_framebuffers(const struct displays *displays, bool has_fbcon)
{
	bool first = true;

	for (size_t i = 0; i < displays->framebuffers.n; i++) {
		const struct sys_device *device = &displays->framebuffers.entries[i];
		struct display *display;

		if (!is_numbered(device->name, "fb"))
			continue;
		display = display_of(displays, device);
		if (display != NULL) {
			display->has_framebuffer = true;
			if (is_firmware(device))
				display->has_firmware = true;
			display->has_console =
				display->has_console || (first && has_fbcon);
			if (display->name == NULL)
				display->name = device->name;
		}
		first = false;
	}
}

static int add_consoles(struct host *host, const struct displays *displays)
{
	struct display *boot = boot_display(displays);
	struct sys_devices consoles;
	int err;

	err = sys_devices_list(host, "/sys/class/vtconsole", &consoles);
	if (err < 0)
		return err;
	add_framebuffers(displays, is_bound(host, &consoles, FBCON_NAME));
	if (boot != NULL && is_bound(host, &consoles, VGACON_NAME))
		boot->has_console = true;
	sys_devices_free(&consoles);
	return 0;
}

static bool is_on_driver(const struct display *display, const char *driver)
{
	return display->function != NULL &&
	       strcmp(display->function->driver, driver) == 0;
}

/* Has a guest got it, or does nobody use it? What the firmware left there is gone then.
 */
static bool is_away(const struct display *display)
{
	return is_on_driver(display, "vfio-pci") || is_on_driver(display, "pci-stub");
}

static const char *describe_outputs(const struct display *display)
{
	if (display->connected != NULL)
		return display->connected;
	if (display->has_card)
		return display->n_outputs > 0 ? "no monitor connected" : "no outputs";
	if (display->has_firmware)
		return "firmware framebuffer";
	return display->has_framebuffer ? "framebuffer" : "";
}

static int add_use(struct host *host, const struct display *display)
{
	const char *boot = display->boot ? "boot display" : "";
	const char *console = display->has_console ? "host console" : "";
	const char *outputs = describe_outputs(display);

	if (display->name == NULL && (!display->boot || is_away(display)))
		return 0;
	return uses_add(
		&host->uses, &display->address, USE_DISPLAY,
		display->name != NULL ? display->name : "vga", "%s%s%s%s%s", boot,
		boot[0] != '\0' && console[0] != '\0' ? ", " : "", console,
		(boot[0] != '\0' || console[0] != '\0') && outputs[0] != '\0' ? ", " : "",
		outputs);
}

/*
 * Could a person see the host on it? A monitor may be plugged in later. Processors for
 * graphics without outputs, and virtual functions, are displays by class alone.
 */
static bool is_for_people(const struct display *display)
{
	const struct pci_function *function = display->function;

	if (function == NULL || !is_display(function) || is_away(display))
		return false;
	if (display->boot || display->n_outputs > 0)
		return true;
	if (display->has_card)
		return false;
	return display->has_framebuffer ||
	       (function->class >> 8 == CLASS_VGA && function->driver[0] != '\0');
}

static int add_displays(const struct displays *displays, struct stake *stake)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < displays->n; i++) {
		const struct display *display = &displays->entries[i];

		if (is_for_people(display))
			err = stake_add_function(stake, &display->address,
						 display->name != NULL ? display->name :
									 "vga");
	}
	if (err == 0 && displays->cards.error < 0)
		err = stake_unresolved(stake, "/sys/class/drm could not be read: %s",
				       strerror(-displays->cards.error));
	return err;
}

static bool has_displays(const struct displays *displays)
{
	for (size_t i = 0; i < displays->n; i++)
		if (is_for_people(&displays->entries[i]))
			return true;
	return displays->cards.error < 0;
}

/* A serial console, and where it is. */
struct serial {
	const char *name;
	bool has_function;
	struct pci_address function;
};

/*
 * Is there no port behind a serial console? The kernel has ttyS0 to ttyS3 on every PC,
 * and prints to them; PORT_UNKNOWN is what it found (include/uapi/linux/serial.h).
 */
static bool has_no_port(const struct host *host, const char *path)
{
	char file[PATH_MAX], type[TREE_VALUE_SIZE];
	const int n = snprintf(file, sizeof(file), "%s/type", path);

	return n >= 0 && (size_t)n < sizeof(file) &&
	       tree_value(host->root, file, type) == 0 && strcmp(type, "0") == 0;
}

/*
 * Finds where a serial console is. One that cannot be found counts for none, since it may
 * be on what is taken; and so does one without a port. Returns 1, 0 where it does not
 * count, or -ENOMEM.
 */
static int find_serial(struct host *host, const char *name, struct serial *ret_serial)
{
	struct serial serial = { .name = name };
	char path[PATH_MAX];
	int err = -ENAMETOOLONG;
	int n = snprintf(path, sizeof(path), "/sys/class/tty/%s", name);

	if (n >= 0 && (size_t)n < sizeof(path))
		err = tree_function(host->root, path, &serial.function);
	serial.has_function = err == 0;
	if ((err == 0 || err == -ENODEV) && has_no_port(host, path))
		return notes_add(
			&host->unseen,
			"%s%s, a serial console: there is no such port (type 0); "
			"it counts for none",
			host->root, path);
	if (err == 0 || err == -ENODEV) {
		*ret_serial = serial;
		return 1;
	}
	return notes_add(&host->unseen, "%s%s, a serial console: %s", host->root, path,
			 strerror(-err));
}

/* Adds the stake; a serial console on a function is as good as a display. */
static int add_stake(struct host *host, const struct displays *displays,
		     const struct serial *serials, size_t n)
{
	struct stake *stake;
	int err;

	err = stakes_add(&host->stakes, FORCE_DISPLAY, false,
			 n > 0 ? "a display or a serial console" : "a display", &stake);
	if (err == 0)
		err = add_displays(displays, stake);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = stake_add_function(stake, &serials[i].function, serials[i].name);
	return err;
}

/* Lists the serial consoles; what cannot be read is noted, and there are none then. */
static int read_consoles(struct host *host, struct tree_names *ret_names)
{
	int err = consoles_read(host->root, ret_names);

	if (err == 0 || err == -ENOMEM)
		return err;
	*ret_names = (struct tree_names){ 0 };
	return notes_add(&host->unseen,
			 "the kernel's consoles: %s; taken as if none were serial",
			 strerror(-err));
}

static int look_stake(struct host *host, const struct displays *displays)
{
	_cleanup_free_ struct serial *serials = NULL;
	struct tree_names names;
	bool fixed = false;
	size_t n = 0;
	int err;

	if (!has_displays(displays))
		return 0;
	err = read_consoles(host, &names);
	if (err < 0)
		return err;
	serials = calloc(names.n + 1, sizeof(*serials));
	if (serials == NULL)
		err = -ENOMEM;
	for (size_t i = 0; err >= 0 && i < names.n; i++) {
		if (!console_is_serial(names.entries[i]))
			continue;
		err = find_serial(host, names.entries[i], &serials[n]);
		if (err > 0 && serials[n].has_function)
			n++;
		else if (err > 0)
			fixed = true;
	}
	/* With one that nothing takes away the host can do without a display. */
	if (err >= 0)
		err = fixed ? 0 : add_stake(host, displays, serials, n);
	tree_names_free(&names);
	return err;
}

static int read_displays(struct host *host, struct displays *displays)
{
	int err;

	err = sys_devices_list(host, "/sys/class/drm", &displays->cards);
	if (err == 0)
		err = sys_devices_list(host, "/sys/class/graphics",
				       &displays->framebuffers);
	if (err == 0)
		err = collect(host, displays);
	if (err == 0)
		err = add_cards(host, displays);
	if (err == 0)
		err = add_consoles(host, displays);
	return err;
}

static void free_displays(struct displays *displays)
{
	for (size_t i = 0; i < displays->n; i++)
		free(displays->entries[i].connected);
	free(displays->entries);
	sys_devices_free(&displays->cards);
	sys_devices_free(&displays->framebuffers);
}

int display_look(struct host *host)
{
	struct displays displays = { 0 };
	int err;

	err = read_displays(host, &displays);
	for (size_t i = 0; err == 0 && i < displays.n; i++)
		err = add_use(host, &displays.entries[i]);
	if (err == 0)
		err = look_stake(host, &displays);
	free_displays(&displays);
	return err;
}
