// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of following USB devices and keyboards down to their controller. */

#include "host/input_kind.h"
#include "host/sys_device.h"
#include "host_tree.h"

#define PCI "/sys/devices/pci0000:00"
#define XHCI PCI "/0000:00:14.0"
#define XHCI2 PCI "/0000:00:01.0/0000:01:00.0"
#define USB_DIR "/sys/bus/usb/devices"
#define INPUT_DIR "/sys/class/input"

/* As kernels print them for programs whose long has 64 bits. */
#define KEYBOARD_EV "120013"
#define KEYBOARD_KEY "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
#define MOUSE_EV "17"
#define MOUSE_KEY "1f0000 0 0 0 0"
#define MOUSE_REL "1943"
/* Volume, mute and other media keys of a keyboard, its second interface. */
#define MEDIA_EV "1f"
#define MEDIA_KEY                                                                        \
	"3f000303ff 0 0 483ffff17aff32d bfd4444600000000 1 130c730b17c000 "              \
	"267bfad9415fed 9e168000004400 10000002"
#define POWER_KEY "10000000000000 0"

/* A USB device with one interface, and where its input devices go. */
static void put_usb(struct host_tree *tree, const char *device, const char *maker,
		    const char *product, const char *class)
{
	const char *name = strrchr(device, '/') + 1;
	char interface[PATH_MAX];

	put_device(tree, USB_DIR, device);
	put(tree, device, "bDeviceClass", strcmp(class, "09") == 0 ? "09" : "00");
	put(tree, device, "idVendor", "046d");
	put(tree, device, "idProduct", "c52b");
	if (maker != NULL)
		put(tree, device, "manufacturer", maker);
	if (product != NULL)
		put(tree, device, "product", product);
	snprintf(interface, sizeof(interface), "%s/%s:1.0", device, name);
	put_device(tree, USB_DIR, interface);
	put(tree, interface, "bInterfaceClass", class);
}

static void put_root_hub(struct host_tree *tree, const char *device)
{
	put_device(tree, USB_DIR, device);
	put(tree, device, "bDeviceClass", "09");
	put(tree, device, "product", "xHCI Host Controller");
}

static void put_input(struct host_tree *tree, const char *device, const char *name,
		      const char *ev, const char *key, const char *rel, const char *abs)
{
	char capabilities[PATH_MAX];

	put_device(tree, INPUT_DIR, device);
	put(tree, device, "name", name);
	snprintf(capabilities, sizeof(capabilities), "%s/capabilities", device);
	put(tree, capabilities, "ev", ev);
	put(tree, capabilities, "key", key);
	put(tree, capabilities, "rel", rel);
	put(tree, capabilities, "abs", abs);
}

static void put_keyboard(struct host_tree *tree, const char *device, const char *name)
{
	put_input(tree, device, name, KEYBOARD_EV, KEYBOARD_KEY, "0", "0");
}

static void put_mouse(struct host_tree *tree, const char *device, const char *name)
{
	put_input(tree, device, name, MOUSE_EV, MOUSE_KEY, MOUSE_REL, "0");
}

static void several_controllers(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_root_hub(tree, XHCI "/usb1");
	put_root_hub(tree, XHCI "/usb2");
	put_usb(tree, XHCI "/usb1/1-2", "Ultimate Gadget Laboratories", "UHK 60 v2",
		"03");
	put_keyboard(tree, XHCI "/usb1/1-2/1-2:1.0/0003:37A8:0003.0001/input/input5",
		     "Ultimate Gadget Laboratories UHK 60 v2");
	put_root_hub(tree, XHCI2 "/usb3");
	put_usb(tree, XHCI2 "/usb3/3-1", "Logitech", "Logitech G Pro", "03");
	put_mouse(tree, XHCI2 "/usb3/3-1/3-1:1.0/0003:046D:C08C.0002/input/input7",
		  "Logitech G Pro");
	put_root_hub(tree, PCI "/0000:00:15.0/usb5");
	look_at(tree, usb_look);

	assert_int_equal(tree->host.uses.n, 2);
	check_use(tree, 0, "0000:00:14.0", USE_USB, "1-2",
		  "keyboard: Ultimate Gadget Laboratories UHK 60 v2 (bus 1 port 2)");
	check_use(tree, 1, "0000:01:00.0", USE_USB, "3-1",
		  "mouse: Logitech G Pro (bus 3 port 1)");
	stake = check_stake(tree, "a keyboard", 1);
	assert_int_equal(stake->guard, FORCE_KEYBOARD);
	assert_false(stake->any);
	assert_null(stake->unresolved);
	check_carrier(stake, 0, "0000:00:14.0",
		      "1-2 Ultimate Gadget Laboratories UHK 60 v2");
	assert_int_equal(tree->host.unseen.n, 0);
}

/* A wireless receiver; what is paired with it is one level further down. */
static void receiver(void **state)
{
	struct host_tree *tree = *state;

	put_usb(tree, XHCI "/usb1/1-4", "Logitech", "USB Receiver", "03");
	put_keyboard(tree,
		     XHCI "/usb1/1-4/1-4:1.2/0003:046D:C52B.0003/0003:046D:4024.0004/"
			  "input/input9",
		     "Logitech K400");
	put_mouse(tree,
		  XHCI "/usb1/1-4/1-4:1.2/0003:046D:C52B.0003/0003:046D:4013.0005/"
		       "input/input10",
		  "Logitech M510");
	look_at(tree, usb_look);
	check_use(tree, 0, "0000:00:14.0", USE_USB, "1-4",
		  "keyboard, mouse: Logitech USB Receiver (bus 1 port 4)");
	check_carrier(check_stake(tree, "a keyboard", 1), 0, "0000:00:14.0",
		      "1-4 Logitech K400");
}

static void hubs(void **state)
{
	struct host_tree *tree = *state;

	put_root_hub(tree, XHCI "/usb1");
	put_usb(tree, XHCI "/usb1/1-3", "VIA Labs", "Hub", "09");
	put_usb(tree, XHCI "/usb1/1-3/1-3.4", "VIA Labs", "Hub", "09");
	put_usb(tree, XHCI "/usb1/1-3/1-3.4/1-3.4.1", NULL, "Keyboard", "03");
	put_keyboard(tree,
		     XHCI "/usb1/1-3/1-3.4/1-3.4.1/1-3.4.1:1.0/0003:0001:0002.0001/"
			  "input/input5",
		     "Keyboard");
	/* Nothing is plugged into this one. */
	put_usb(tree, XHCI "/usb1/1-11", "VIA Labs", "Hub", "09");
	look_at(tree, usb_look);
	assert_int_equal(tree->host.uses.n, 2);
	check_use(tree, 0, "0000:00:14.0", USE_USB, "1-3.4.1",
		  "keyboard: Keyboard (bus 1 port 3.4.1)");
	check_use(tree, 1, "0000:00:14.0", USE_USB, "1-11",
		  "hub: VIA Labs Hub (bus 1 port 11)");
	check_carrier(check_stake(tree, "a keyboard", 1), 0, "0000:00:14.0",
		      "1-3.4.1 Keyboard");
}

static void two_keyboards(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_usb(tree, XHCI "/usb1/1-1", NULL, "A", "03");
	put_keyboard(tree, XHCI "/usb1/1-1/1-1:1.0/0003:1.1/input/input1", "A");
	put_usb(tree, XHCI "/usb1/1-2", NULL, "B", "03");
	put_keyboard(tree, XHCI "/usb1/1-2/1-2:1.0/0003:1.2/input/input2", "B");
	put_usb(tree, XHCI2 "/usb3/3-1", "American Megatrends Inc.",
		"Virtual Keyboard and Mouse", "03");
	put_keyboard(tree, XHCI2 "/usb3/3-1/3-1:1.0/0003:1.3/input/input3", "C");
	look_at(tree, usb_look);
	stake = check_stake(tree, "a keyboard", 2);
	check_carrier(stake, 0, "0000:00:14.0", "1-1 A");
	check_carrier(stake, 1, "0000:01:00.0", "3-1 C");
	check_use(tree, 2, "0000:01:00.0", USE_USB, "3-1",
		  "keyboard: American Megatrends Inc. Virtual Keyboard and Mouse "
		  "(bus 3 port 1)");
}

/* A mouse with keys for macros, seen as a keyboard and a mouse, beside a real keyboard.
 */
static void keyboard_of_a_mouse(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_usb(tree, XHCI "/usb1/1-1", "Logitech", "Keyboard", "03");
	put_keyboard(tree, XHCI "/usb1/1-1/1-1:1.0/0003:1.1/input/input1", "Keyboard");
	put_usb(tree, XHCI2 "/usb3/3-1", "Logitech", "G502", "03");
	put_mouse(tree, XHCI2 "/usb3/3-1/3-1:1.0/0003:1.2/input/input2", "G502");
	put_keyboard(tree, XHCI2 "/usb3/3-1/3-1:1.1/0003:1.3/input/input3",
		     "G502 Keyboard");
	look_at(tree, usb_look);
	stake = check_stake(tree, "a keyboard that is no mouse as well", 1);
	check_carrier(stake, 0, "0000:00:14.0", "1-1 Keyboard");
}

/* The receiver of a wireless set is all there is. */
static void keyboard_of_a_receiver(void **state)
{
	struct host_tree *tree = *state;

	put_usb(tree, XHCI "/usb1/1-1", "Logitech", "USB Receiver", "03");
	put_keyboard(tree, XHCI "/usb1/1-1/1-1:1.0/0003:1.1/input/input1", "Receiver");
	put_mouse(tree, XHCI "/usb1/1-1/1-1:1.1/0003:1.2/input/input2", "Receiver Mouse");
	look_at(tree, usb_look);
	check_carrier(check_stake(tree, "a keyboard", 1), 0, "0000:00:14.0",
		      "1-1 Receiver");
}

static void no_keyboards(void **state)
{
	struct host_tree *tree = *state;

	put_input(tree, "/sys/devices/LNXSYSTM:00/LNXPWRBN:00/input/input0",
		  "Power Button", "3", POWER_KEY, "0", "0");
	put_input(tree, "/sys/devices/LNXSYSTM:00/LNXSYBUS:00/PNP0C0D:00/input/input1",
		  "Lid Switch", "21", "0", "0", "0");
	put_input(tree, PCI "/0000:00:1f.3/sound/card0/input2", "HDA Intel PCH Mic", "21",
		  "0", "0", "0");
	put_usb(tree, XHCI "/usb1/1-1", "Maker", "Remote", "03");
	put_input(tree, XHCI "/usb1/1-1/1-1:1.0/0003:1.1/input/input3",
		  "Maker Remote Consumer Control", MEDIA_EV, MEDIA_KEY, "1040",
		  "100000000");
	put_keyboard(tree, "/sys/devices/virtual/input/input4", "ydotoold");
	look_at(tree, usb_look);
	assert_int_equal(tree->host.stakes.n, 0);
	assert_int_equal(tree->host.uses.n, 1);
	check_use(tree, 0, "0000:00:14.0", USE_USB, "1-1",
		  "HID: Maker Remote (bus 1 port 1)");
}

static void ps2(void **state)
{
	struct host_tree *tree = *state;

	put_keyboard(tree, "/sys/devices/platform/i8042/serio0/input/input3",
		     "AT Translated Set 2 keyboard");
	put_usb(tree, XHCI "/usb1/1-2", NULL, "Keyboard", "03");
	put_keyboard(tree, XHCI "/usb1/1-2/1-2:1.0/0003:1.1/input/input5", "Keyboard");
	look_at(tree, usb_look);
	assert_int_equal(tree->host.stakes.n, 0);
	assert_int_equal(tree->host.uses.n, 1);
}

/* A keyboard of a laptop on I2C, whose client is called like a USB device. */
static void i2c(void **state)
{
	struct host_tree *tree = *state;

	put_keyboard(tree,
		     PCI "/0000:00:15.0/i2c_designware.0/i2c-1/1-0015/"
			 "0018:04F3:0001.0001/input/input5",
		     "ELAN Keyboard");
	look_at(tree, usb_look);
	assert_int_equal(tree->host.uses.n, 0);
	check_carrier(check_stake(tree, "a keyboard", 1), 0, "0000:00:15.0",
		      "ELAN Keyboard");
}

static void put_bluetooth(struct host_tree *tree)
{
	put_usb(tree, XHCI "/usb1/1-7", NULL, NULL, "e0");
	put_device(tree, "/sys/class/bluetooth", XHCI "/usb1/1-7/1-7:1.0/bluetooth/hci0");
	put_device(tree, "/sys/class/bluetooth",
		   XHCI "/usb1/1-7/1-7:1.0/bluetooth/hci0/hci0:256");
	put_keyboard(tree,
		     "/sys/devices/virtual/misc/uhid/0005:05AC:0267.0008/input/input20",
		     "Magic Keyboard");
}

static void bluetooth(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_bluetooth(tree);
	look_at(tree, usb_look);
	check_use(tree, 0, "0000:00:14.0", USE_USB, "1-7",
		  "Bluetooth hci0: 046d:c52b (bus 1 port 7)");
	stake = check_stake(tree, "Bluetooth, by which alone there is a keyboard,", 1);
	assert_true(stake->any);
	check_carrier(stake, 0, "0000:00:14.0", "hci0");
}

/* It may be switched off or out of reach: another keyboard comes first. */
static void bluetooth_and_cable(void **state)
{
	struct host_tree *tree = *state;

	put_bluetooth(tree);
	put_usb(tree, XHCI2 "/usb3/3-1", NULL, "Keyboard", "03");
	put_keyboard(tree, XHCI2 "/usb3/3-1/3-1:1.0/0003:1.1/input/input1", "Keyboard");
	look_at(tree, usb_look);
	check_carrier(check_stake(tree, "a keyboard", 1), 0, "0000:01:00.0",
		      "3-1 Keyboard");
}

static void kinds_of_devices(void **state)
{
	static const uint8_t ups[] = { 0x05, 0x84, 0x09, 0x04, 0xa1, 0x01, 0x00 };
	struct host_tree *tree = *state;

	put_usb(tree, XHCI "/usb1/1-1", "SanDisk", "Ultra", "08");
	put_device(tree, "/sys/class/block",
		   XHCI "/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sda");
	put_device(tree, "/sys/class/block",
		   XHCI "/usb1/1-1/1-1:1.0/host6/target6:0:0/6:0:0:0/block/sda/sda1");
	put_usb(tree, XHCI "/usb1/1-2", "Realtek", "USB 10/100/1000 LAN", "ff");
	put_device(tree, "/sys/class/net", XHCI "/usb1/1-2/1-2:1.0/net/enx00e04c680001");
	put_usb(tree, XHCI "/usb1/1-3", "American Power Conversion", "Back-UPS", "03");
	put_device(tree, "/sys/bus/hid/devices",
		   XHCI "/usb1/1-3/1-3:1.0/0003:051D:0002.0001");
	put_bytes(tree, XHCI "/usb1/1-3/1-3:1.0/0003:051D:0002.0001", "report_descriptor",
		  ups, sizeof(ups));
	put_usb(tree, XHCI "/usb1/1-4", "FTDI", "FT232R", "ff");
	put_device(tree, "/sys/class/tty", XHCI "/usb1/1-4/1-4:1.0/ttyUSB0/tty/ttyUSB0");
	put_device(tree, "/sys/class/tty", "/sys/devices/virtual/tty/tty0");
	put_usb(tree, XHCI "/usb1/1-5", "Maker", "", "ff");
	put_usb(tree, XHCI "/usb1/1-6", NULL, "Stick", "08");
	look_at(tree, usb_look);
	assert_int_equal(tree->host.uses.n, 6);
	check_use(tree, 0, "0000:00:14.0", USE_USB, "1-1",
		  "disk sda: SanDisk Ultra (bus 1 port 1)");
	check_use(tree, 1, "0000:00:14.0", USE_USB, "1-2",
		  "network enx00e04c680001: Realtek USB 10/100/1000 LAN (bus 1 port 2)");
	check_use(tree, 2, "0000:00:14.0", USE_USB, "1-3",
		  "UPS: American Power Conversion Back-UPS (bus 1 port 3)");
	check_use(tree, 3, "0000:00:14.0", USE_USB, "1-4",
		  "serial ttyUSB0: FTDI FT232R (bus 1 port 4)");
	check_use(tree, 4, "0000:00:14.0", USE_USB, "1-5",
		  "Maker 046d:c52b (bus 1 port 5)");
	check_use(tree, 5, "0000:00:14.0", USE_USB, "1-6",
		  "storage: Stick (bus 1 port 6)");
}

/* A USB device of another machine hangs on no function. */
static void over_the_network(void **state)
{
	struct host_tree *tree = *state;

	put_usb(tree, "/sys/devices/platform/vhci_hcd.0/usb9/9-1", NULL, "Stick", "08");
	look_at(tree, usb_look);
	assert_int_equal(tree->host.uses.n, 0);
}

static void nothing(void **state)
{
	struct host_tree *tree = *state;

	look_at(tree, usb_look);
	assert_int_equal(tree->host.uses.n, 0);
	assert_int_equal(tree->host.stakes.n, 0);
	assert_int_equal(tree->host.unseen.n, 0);
}

/* Where the input devices cannot be listed there may be a keyboard. */
static void unreadable(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put(tree, "/sys/class", "input", "not a directory");
	look_at(tree, usb_look);
	stake = check_stake(tree, "a keyboard", 0);
	assert_non_null(stake->unresolved);
	assert_int_equal(tree->host.unseen.n, 1);
}

static void unreadable_capabilities(void **state)
{
	static const char device[] = XHCI "/usb1/1-1/1-1:1.0/0003:1.1/input/input1";
	struct host_tree *tree = *state;

	put_device(tree, INPUT_DIR, device);
	put(tree, XHCI "/usb1/1-1/1-1:1.0/0003:1.1/input/input1/capabilities/ev", "x",
	    "a directory where the value should be");
	look_at(tree, usb_look);
	assert_non_null(check_stake(tree, "a keyboard", 0)->unresolved);
	assert_int_equal(tree->host.unseen.n, 1);
}

static unsigned int judge(const char *ev, const char *key, const char *rel,
			  const char *abs, unsigned int word_bits)
{
	const struct input_capabilities capabilities = { ev, key, rel, abs };

	return input_judge(&capabilities, word_bits);
}

static void capabilities(void **state)
{
	(void)state;
	assert_int_equal(judge(KEYBOARD_EV, KEYBOARD_KEY, "0", "0", 64), INPUT_KEYBOARD);
	assert_int_equal(judge(MOUSE_EV, MOUSE_KEY, MOUSE_REL, "0", 64), INPUT_MOUSE);
	/* For a program of 32 bits the same bits are twice as many words. */
	assert_int_equal(judge(KEYBOARD_EV,
			       "10000 7 ff9f207a c14057ff febeffdf ffefffff ffffffff "
			       "fffffffe",
			       "0", "0", 32),
			 INPUT_KEYBOARD);
	assert_int_equal(judge(MOUSE_EV, "1f0000 0 0 0 0 0 0 0 0", MOUSE_REL, "0", 32),
			 INPUT_MOUSE);
	/* One key is missing, the last and the first of those that count. */
	assert_int_equal(judge(KEYBOARD_EV, "fffffffe7ffffffe", "0", "0", 64), 0);
	assert_int_equal(judge(KEYBOARD_EV, "fffffffffffffffc", "0", "0", 64), 0);
	assert_int_equal(judge(KEYBOARD_EV, "fffffffe", "0", "0", 64), INPUT_KEYBOARD);
	/* Keys in another word than the lowest. */
	assert_int_equal(judge(KEYBOARD_EV, "fffffffffffffffe 0", "0", "0", 64), 0);
	/* No EV_KEY. */
	assert_int_equal(judge("120011", KEYBOARD_KEY, "0", "0", 64), 0);
	/* Moving without a button, and all in one. */
	assert_int_equal(judge("120017", "ffffffff fffffffffffffffe", "3", "0", 64),
			 INPUT_KEYBOARD);
	assert_int_equal(judge("120017", "1f0000 0 0 0 fffffffffffffffe", "3", "0", 64),
			 INPUT_KEYBOARD | INPUT_MOUSE);
	/* The absolute mouse of a BMC, a touchscreen, a touchpad, a joystick. */
	assert_int_equal(judge("1b", "70000 0 0 0 0", "0", "3", 64), INPUT_MOUSE);
	assert_int_equal(judge("b", "400 0 0 0 0 0", "0", "3", 64), 0);
	assert_int_equal(judge("b", "e520 10000 0 0 0 0", "0", "3", 64), 0);
	assert_int_equal(judge("1b", "1 0 0 0 0", "0", "3", 64), 0);
	/* A wheel alone, and what is no number. */
	assert_int_equal(judge("7", "1f0000 0 0 0 0", "100", "0", 64), 0);
	assert_int_equal(judge("", "", "", "", 64), 0);
	assert_int_equal(judge("zz", " ", "  ", "-", 64), 0);
}

static void names(void **state)
{
	static const char *const good[] = { "1-2", "10-14", "3-1.4", "1-1.2.3.4.5.6" };
	static const char *const bad[] = {
		"",    "1",     "1-",     "-1",    "usb1",  "1-2:1.0", "1-2.",
		"1.2", "1-2-3", "1-2..3", "1-0x2", "i2c-1", "1-2 ",    "domain0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(usb_name_is_device(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(usb_name_is_device(bad[i], strlen(bad[i])));
}

/* Links that are not of sysfs's own kind are followed, and end up in the same place. */
static void other_links(void **state)
{
	struct host_tree *tree = *state;
	char target[PATH_MAX], link[PATH_MAX];
	struct sys_devices devices;

	put(tree, XHCI "/usb1/1-2", "uevent", "");
	put(tree, USB_DIR, "real/uevent", "");
	snprintf(target, sizeof(target), "%s%s", tree->root, XHCI "/usb1/1-2");
	snprintf(link, sizeof(link), "%s%s", tree->root, USB_DIR "/1-2");
	assert_int_equal(symlink(target, link), 0);
	snprintf(link, sizeof(link), "%s%s", tree->root, USB_DIR "/gone");
	assert_int_equal(symlink("../../../devices/../nowhere", link), 0);
	assert_int_equal(sys_devices_list(&tree->host, USB_DIR, &devices), 0);
	assert_int_equal(devices.error, 0);
	assert_int_equal(devices.n, 2);
	assert_string_equal(devices.entries[0].path, XHCI "/usb1/1-2");
	assert_true(devices.entries[0].has_function);
	assert_string_equal(devices.entries[1].path, USB_DIR "/real");
	assert_false(devices.entries[1].has_function);
	sys_devices_free(&devices);
}

#define TREE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(several_controllers),
		TREE_TEST(receiver),
		TREE_TEST(hubs),
		TREE_TEST(two_keyboards),
		TREE_TEST(keyboard_of_a_mouse),
		TREE_TEST(keyboard_of_a_receiver),
		TREE_TEST(no_keyboards),
		TREE_TEST(ps2),
		TREE_TEST(i2c),
		TREE_TEST(bluetooth),
		TREE_TEST(bluetooth_and_cable),
		TREE_TEST(kinds_of_devices),
		TREE_TEST(over_the_network),
		TREE_TEST(nothing),
		TREE_TEST(unreadable),
		TREE_TEST(unreadable_capabilities),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(names),
		TREE_TEST(other_links),
	};

	return run_unit_tests("usb", tests, NULL, NULL);
}
