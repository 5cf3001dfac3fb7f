// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions carry the host's keyboards. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keyboard.h"
#include "text.h"

/* Where BlueZ makes the keyboards that it serves itself. */
#define UHID_DIR "/sys/devices/virtual/misc/uhid/"

/* How the kernel names HID devices of Bluetooth: BUS_BLUETOOTH in linux/input.h. */
#define UHID_BLUETOOTH UHID_DIR "0005:"

static bool is_bluetooth(const struct sys_device *device)
{
	return strncmp(device->path, UHID_BLUETOOTH, strlen(UHID_BLUETOOTH)) == 0;
}

/* Is there a keyboard that stays whatever functions are taken? */
static bool has_fixed(const struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->devices.n; i++) {
		const struct sys_device *device = &inputs->devices.entries[i];

		if (inputs->kinds[i] & INPUT_KEYBOARD && !device->has_function &&
		    !sys_device_is_virtual(device))
			return true;
	}
	return false;
}

/* Is there a keyboard on a function, or one by Bluetooth? */
static bool has_keyboard(const struct inputs *inputs, bool bluetooth)
{
	for (size_t i = 0; i < inputs->devices.n; i++) {
		const struct sys_device *device = &inputs->devices.entries[i];

		if (inputs->kinds[i] & INPUT_KEYBOARD &&
		    (bluetooth ? is_bluetooth(device) : device->has_function))
			return true;
	}
	return false;
}

/*
 * Is the USB device of a keyboard a mouse as well? Mice with keys for macros are, on
 * which nobody can type; so are receivers of a wireless keyboard and its mouse.
 */
static bool is_mouse_as_well(const struct inputs *inputs,
			     const struct sys_device *keyboard)
{
	char own[USB_NAME_SIZE], other[USB_NAME_SIZE];

	if (!sys_device_usb_name(keyboard, own))
		return false;
	for (size_t i = 0; i < inputs->devices.n; i++)
		if (inputs->kinds[i] & INPUT_MOUSE &&
		    sys_device_usb_name(&inputs->devices.entries[i], other) &&
		    strcmp(own, other) == 0)
			return true;
	return false;
}

/* Is there a keyboard on a function that is nothing but one? */
static bool has_plain(const struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->devices.n; i++) {
		const struct sys_device *device = &inputs->devices.entries[i];

		if (inputs->kinds[i] & INPUT_KEYBOARD && device->has_function &&
		    !is_mouse_as_well(inputs, device))
			return true;
	}
	return false;
}

/* Adds a keyboard's function: "1-2 Logitech USB Keyboard", where it is on USB. */
static int add_keyboard(const struct host *host, const struct sys_device *device,
			struct stake *stake)
{
	char name[TREE_VALUE_SIZE], usb[USB_NAME_SIZE];
	char carrier[USB_NAME_SIZE + sizeof(name)];

	if (sys_device_value(host, device, "name", name) < 0)
		snprintf(name, sizeof(name), "%s", device->name);
	if (sys_device_usb_name(device, usb))
		snprintf(carrier, sizeof(carrier), "%s %s", usb, name);
	else
		snprintf(carrier, sizeof(carrier), "%s", name);
	return stake_add_function(stake, &device->function, carrier);
}

static int look_wired(struct host *host, const struct inputs *inputs)
{
	const bool plain_only = has_plain(inputs);
	struct stake *stake;
	bool left_out = false;
	int err;

	err = stakes_add(&host->stakes, FORCE_KEYBOARD, false, "a keyboard", &stake);
	for (size_t i = 0; err == 0 && i < inputs->devices.n; i++) {
		const struct sys_device *device = &inputs->devices.entries[i];

		if (!(inputs->kinds[i] & INPUT_KEYBOARD) || !device->has_function)
			continue;
		if (plain_only && is_mouse_as_well(inputs, device))
			left_out = true;
		else
			err = add_keyboard(host, device, stake);
	}
	if (err == 0 && left_out)
		err = text_set(&stake->what, "a keyboard that is no mouse as well");
	if (err == 0 && inputs->error < 0)
		err = stake_unresolved(stake, "not all input devices could be read: %s",
				       strerror(-inputs->error));
	return err;
}

/*
 * Without any other keyboard the one by Bluetooth is all there is. No file says which
 * adapter it uses, so that none may go.
 */
static int look_bluetooth(struct host *host)
{
	struct sys_devices adapters;
	struct stake *stake;
	int err;

	err = sys_devices_list(host, "/sys/class/bluetooth", &adapters);
	if (err < 0)
		return err;
	err = stakes_add(&host->stakes, FORCE_KEYBOARD, true,
			 "Bluetooth, by which alone there is a keyboard,", &stake);
	for (size_t i = 0; err == 0 && i < adapters.n; i++)
		if (adapters.entries[i].has_function)
			err = stake_add_function(stake, &adapters.entries[i].function,
						 adapters.entries[i].name);
	if (err == 0 && adapters.error < 0)
		err = stake_unresolved(stake,
				       "the Bluetooth adapters could not be read: %s",
				       strerror(-adapters.error));
	sys_devices_free(&adapters);
	return err;
}

int keyboard_look(struct host *host, const struct inputs *inputs)
{
	if (has_fixed(inputs))
		return 0;
	if (has_keyboard(inputs, false) || inputs->error < 0)
		return look_wired(host, inputs);
	return has_keyboard(inputs, true) ? look_bluetooth(host) : 0;
}
