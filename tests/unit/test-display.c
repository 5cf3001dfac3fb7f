// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding the host's displays, and whether it can do without the last. */

#include "guards/guards.h"
#include "host/console.h"
#include "host_tree.h"

#define PCI "/sys/devices/pci0000:00"
#define IGPU PCI "/0000:00:02.0"
#define GPU PCI "/0000:00:01.0/0000:01:00.0"
#define DRM_DIR "/sys/class/drm"
#define GRAPHICS_DIR "/sys/class/graphics"
#define SIMPLEDRM "/sys/devices/platform/simple-framebuffer.0"

static void put_connector(struct host_tree *tree, const char *card, const char *connector,
			  const char *status)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s-%s", card, strrchr(card, '/') + 1, connector);
	put_device(tree, DRM_DIR, path);
	put(tree, path, "status", status);
}

static void put_boot_vga(struct host_tree *tree, const char *address, const char *value)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", address);
	put(tree, path, "boot_vga", value);
}

/* The consoles of virtual terminals, where fbcon has taken over from the dummy. */
static void put_fbcon(struct host_tree *tree)
{
	put_device(tree, "/sys/class/vtconsole", "/sys/devices/virtual/vtconsole/vtcon0");
	put(tree, "/sys/devices/virtual/vtconsole/vtcon0", "name", "(S) dummy device");
	put(tree, "/sys/devices/virtual/vtconsole/vtcon0", "bind", "0");
	put_device(tree, "/sys/class/vtconsole", "/sys/devices/virtual/vtconsole/vtcon1");
	put(tree, "/sys/devices/virtual/vtconsole/vtcon1", "name",
	    "(M) frame buffer device");
	put(tree, "/sys/devices/virtual/vtconsole/vtcon1", "bind", "1");
}

static void put_consoles(struct host_tree *tree, const char *active)
{
	put(tree, "/sys/class/tty/console", "active", active);
}

static void two_gpus(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_function(tree, "0000:01:00.0", 0x030000, "nouveau");
	put_boot_vga(tree, "0000:00:02.0", "1");
	put_boot_vga(tree, "0000:01:00.0", "0");
	put(tree, DRM_DIR, "version", "drm 1.1.0 20060810");
	put_device(tree, DRM_DIR, IGPU "/drm/card0");
	put_connector(tree, IGPU "/drm/card0", "DP-1", "disconnected");
	put_connector(tree, IGPU "/drm/card0", "HDMI-A-1", "connected");
	put_connector(tree, IGPU "/drm/card0", "HDMI-A-2", "connected");
	put_device(tree, DRM_DIR, IGPU "/drm/renderD128");
	put_device(tree, DRM_DIR, GPU "/drm/card1");
	put_connector(tree, GPU "/drm/card1", "DP-2", "disconnected");
	put_device(tree, GRAPHICS_DIR, IGPU "/graphics/fb0");
	put_device(tree, GRAPHICS_DIR, GPU "/graphics/fb1");
	put_device(tree, GRAPHICS_DIR, "/sys/devices/virtual/graphics/fbcon");
	put_fbcon(tree);
	put_consoles(tree, "tty0");
	look_at(tree, display_look);

	assert_int_equal(tree->host.uses.n, 2);
	check_use(tree, 0, "0000:00:02.0", USE_DISPLAY, "card0",
		  "boot display, host console, HDMI-A-1 connected, HDMI-A-2 connected");
	check_use(tree, 1, "0000:01:00.0", USE_DISPLAY, "card1", "no monitor connected");
	stake = check_stake(tree, "a display", 2);
	assert_int_equal(stake->guard, FORCE_DISPLAY);
	assert_false(stake->any);
	assert_null(stake->unresolved);
	check_carrier(stake, 0, "0000:00:02.0", "card0");
	check_carrier(stake, 1, "0000:01:00.0", "card1");
	assert_int_equal(tree->host.unseen.n, 0);
}

/* A guest has the other card: only one is left. */
static void one_is_away(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_function(tree, "0000:01:00.0", 0x030000, "vfio-pci");
	put_function(tree, "0000:02:00.0", 0x030000, "");
	put_boot_vga(tree, "0000:01:00.0", "1");
	put_device(tree, DRM_DIR, IGPU "/drm/card0");
	put_connector(tree, IGPU "/drm/card0", "HDMI-A-1", "disconnected");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	assert_int_equal(tree->host.uses.n, 1);
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:00:02.0", "card0");
}

/* The framebuffer of the firmware, with no PCI function above it. */
static void simpledrm(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_function(tree, "0000:01:00.0", 0x030000, "");
	put_function(tree, "0000:02:00.0", 0x030000, "");
	put_boot_vga(tree, "0000:01:00.0", "0");
	put_boot_vga(tree, "0000:02:00.0", "1");
	put_device(tree, DRM_DIR, SIMPLEDRM "/drm/card0");
	put_connector(tree, SIMPLEDRM "/drm/card0", "Unknown-1", "connected");
	put_device(tree, GRAPHICS_DIR, SIMPLEDRM "/graphics/fb0");
	put_fbcon(tree);
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	assert_int_equal(tree->host.uses.n, 1);
	check_use(tree, 0, "0000:02:00.0", USE_DISPLAY, "card0",
		  "boot display, host console, firmware framebuffer");
	stake = check_stake(tree, "a display", 1);
	check_carrier(stake, 0, "0000:02:00.0", "card0");
}

/* Newer kernels have it below the function. */
static void simpledrm_below_function(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:01:00.0", 0x038000, "");
	put_device(tree, DRM_DIR, GPU "/simple-framebuffer.0/drm/card0");
	put_connector(tree, GPU "/simple-framebuffer.0/drm/card0", "Unknown-1",
		      "connected");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	check_use(tree, 0, "0000:01:00.0", USE_DISPLAY, "card0", "firmware framebuffer");
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:01:00.0", "card0");
}

/* What has no outputs is no display, whatever its class; nor is vkms. */
static void efifb_and_others(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:01:00.0", 0x030000, "nvidia");
	put_function(tree, "0000:02:00.0", 0x030200, "nvidia");
	put_function(tree, "0000:03:00.0", 0x038000, "amdgpu");
	put_function(tree, "0000:04:00.0", 0x030000, "xe");
	put_boot_vga(tree, "0000:01:00.0", "1");
	put_device(tree, DRM_DIR, PCI "/0000:03:00.0/drm/card3");
	put_device(tree, DRM_DIR, PCI "/0000:04:00.0/drm/card4");
	put_connector(tree, PCI "/0000:04:00.0/drm/card4", "Writeback-1", "unknown");
	put_device(tree, DRM_DIR, "/sys/devices/platform/vkms/drm/card5");
	put_connector(tree, "/sys/devices/platform/vkms/drm/card5", "Virtual-1",
		      "connected");
	put_device(tree, GRAPHICS_DIR,
		   "/sys/devices/platform/efi-framebuffer.0/graphics/fb0");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	assert_int_equal(tree->host.uses.n, 3);
	check_use(tree, 0, "0000:01:00.0", USE_DISPLAY, "fb0",
		  "boot display, firmware framebuffer");
	check_use(tree, 1, "0000:03:00.0", USE_DISPLAY, "card3", "no outputs");
	check_use(tree, 2, "0000:04:00.0", USE_DISPLAY, "card4", "no outputs");
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:01:00.0", "fb0");
}

/* A server: the chip of its BMC, and text mode. */
static void bmc(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:03:00.0", 0x030000, "ast");
	put_boot_vga(tree, "0000:03:00.0", "1");
	put_device(tree, DRM_DIR,
		   PCI "/0000:00:1c.0/0000:02:00.0/0000:03:00.0/drm/card0");
	put_connector(tree, PCI "/0000:00:1c.0/0000:02:00.0/0000:03:00.0/drm/card0",
		      "VGA-1", "connected");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	check_use(tree, 0, "0000:03:00.0", USE_DISPLAY, "card0",
		  "boot display, VGA-1 connected");
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:03:00.0", "card0");
}

static void text_mode(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x030000, "");
	put_boot_vga(tree, "0000:00:02.0", "1");
	put_device(tree, "/sys/class/vtconsole", "/sys/devices/virtual/vtconsole/vtcon0");
	put(tree, "/sys/devices/virtual/vtconsole/vtcon0", "name", "(S) VGA+");
	put(tree, "/sys/devices/virtual/vtconsole/vtcon0", "bind", "1");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	check_use(tree, 0, "0000:00:02.0", USE_DISPLAY, "vga",
		  "boot display, host console");
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:00:02.0", "vga");
}

/* A monitor on USB is no display for the guard: it works late, if at all. */
static void display_on_usb(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_function(tree, "0000:00:14.0", 0x0c0330, "xhci_hcd");
	put_device(tree, DRM_DIR, IGPU "/drm/card0");
	put_connector(tree, IGPU "/drm/card0", "eDP-1", "connected");
	put_device(tree, DRM_DIR, PCI "/0000:00:14.0/usb2/2-1/2-1:1.0/drm/card1");
	put_connector(tree, PCI "/0000:00:14.0/usb2/2-1/2-1:1.0/drm/card1", "HDMI-A-3",
		      "connected");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	assert_int_equal(tree->host.uses.n, 2);
	check_use(tree, 1, "0000:00:14.0", USE_DISPLAY, "card1", "HDMI-A-3 connected");
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:00:02.0", "card0");
}

/* Cards of two digits are not the first one's connectors. */
static void many_cards(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_function(tree, "0000:01:00.0", 0x030000, "nouveau");
	put_device(tree, DRM_DIR, IGPU "/drm/card1");
	put_device(tree, DRM_DIR, GPU "/drm/card10");
	put_connector(tree, GPU "/drm/card10", "DP-1", "connected");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	check_use(tree, 0, "0000:00:02.0", USE_DISPLAY, "card1", "no outputs");
	check_use(tree, 1, "0000:01:00.0", USE_DISPLAY, "card10", "DP-1 connected");
	check_carrier(check_stake(tree, "a display", 1), 0, "0000:01:00.0", "card10");
}

/* A connector that outlives its card in the listing is not that of another. */
static void card_gone(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_device(tree, DRM_DIR, IGPU "/drm/card1");
	put_connector(tree, GPU "/drm/card12", "DP-1", "connected");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	check_use(tree, 0, "0000:00:02.0", USE_DISPLAY, "card1", "no outputs");
	assert_int_equal(tree->host.stakes.n, 0);
}

/* With a framebuffer, but no console on it: fbcon is off. */
static void no_fbcon(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_device(tree, GRAPHICS_DIR, IGPU "/graphics/fb0");
	put_fbcon(tree);
	put(tree, "/sys/devices/virtual/vtconsole/vtcon1", "bind", "0");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	check_use(tree, 0, "0000:00:02.0", USE_DISPLAY, "fb0", "framebuffer");
}

static void headless(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:02:00.0", 0x020000, "igc");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	assert_int_equal(tree->host.uses.n, 0);
	assert_int_equal(tree->host.stakes.n, 0);
	assert_int_equal(tree->host.unseen.n, 0);
}

static void put_gpu(struct host_tree *tree)
{
	put_function(tree, "0000:00:02.0", 0x030000, "i915");
	put_device(tree, DRM_DIR, IGPU "/drm/card0");
	put_connector(tree, IGPU "/drm/card0", "HDMI-A-1", "connected");
}

static void serial_console(void **state)
{
	struct host_tree *tree = *state;

	put_gpu(tree);
	put_device(tree, "/sys/class/tty",
		   "/sys/devices/pnp0/00:01/00:01:0/00:01:0.0/tty/ttyS0");
	put_consoles(tree, "tty0 ttyS0");
	look_at(tree, display_look);
	assert_int_equal(tree->host.uses.n, 1);
	assert_int_equal(tree->host.stakes.n, 0);
}

/* Serial over LAN of Intel AMT goes when its function goes. */
static void serial_console_on_pci(void **state)
{
	struct host_tree *tree = *state;
	const struct stake *stake;

	put_gpu(tree);
	put_device(tree, "/sys/class/tty",
		   PCI "/0000:00:16.3/0000:00:16.3:0/0000:00:16.3:0.0/tty/ttyS4");
	put_consoles(tree, "tty0 ttyS4");
	look_at(tree, display_look);
	stake = check_stake(tree, "a display or a serial console", 2);
	check_carrier(stake, 0, "0000:00:02.0", "card0");
	check_carrier(stake, 1, "0000:00:16.3", "ttyS4");
}

/* The kernel prints to ttyS1 also where the board has no such port (PORT_UNKNOWN). */
static void serial_console_without_port(void **state)
{
	static const char *const port = "/sys/devices/platform/serial8250/tty/ttyS1";
	struct host_tree *tree = *state;

	put_gpu(tree);
	put_device(tree, "/sys/class/tty", port);
	put(tree, port, "type", "0");
	put_consoles(tree, "tty0 ttyS1");
	look_at(tree, display_look);
	check_stake(tree, "a display", 1);
	assert_int_equal(tree->host.unseen.n, 1);
	assert_non_null(strstr(tree->host.unseen.lines[0], "ttyS1"));
}

static void serial_console_with_port(void **state)
{
	static const char *const port = "/sys/devices/platform/serial8250/tty/ttyS1";
	struct host_tree *tree = *state;

	put_gpu(tree);
	put_device(tree, "/sys/class/tty", port);
	put(tree, port, "type", "4");
	put_consoles(tree, "tty0 ttyS1");
	look_at(tree, display_look);
	assert_int_equal(tree->host.stakes.n, 0);
	assert_int_equal(tree->host.unseen.n, 0);
}

/* Without /sys/class/tty/ttyS0 nobody knows what takes it away. */
static void serial_console_nowhere(void **state)
{
	struct host_tree *tree = *state;

	put_gpu(tree);
	put_consoles(tree, "ttyS0");
	look_at(tree, display_look);
	check_stake(tree, "a display", 1);
	assert_int_equal(tree->host.unseen.n, 1);
	assert_non_null(strstr(tree->host.unseen.lines[0], "ttyS0"));
}

static void consoles_unreadable(void **state)
{
	struct host_tree *tree = *state;

	put_gpu(tree);
	look_at(tree, display_look);
	check_stake(tree, "a display", 1);
	assert_int_equal(tree->host.unseen.n, 1);
	assert_non_null(strstr(tree->host.unseen.lines[0], "consoles"));
}

static void cards_unreadable(void **state)
{
	struct host_tree *tree = *state;

	put_function(tree, "0000:00:02.0", 0x038000, "i915");
	put(tree, "/sys/class", "drm", "not a directory");
	put_consoles(tree, "tty0");
	look_at(tree, display_look);
	assert_non_null(check_stake(tree, "a display", 0)->unresolved);
	assert_int_equal(tree->host.unseen.n, 1);
}

static void check_consoles(struct host_tree *tree, const char *expected)
{
	struct tree_names names;
	char found[256] = "";

	assert_int_equal(consoles_read(tree->root, &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		strcat(found, names.entries[i]);
		strcat(found, ";");
	}
	assert_string_equal(found, expected);
	tree_names_free(&names);
}

/* /proc/consoles has those that are switched off, and those that are no terminals. */
static void consoles(void **state)
{
	static const char proc[] = "tty0                 -WU (EC  p  )    4:2\n"
				   "ttyS0                -W- (E   p a)    4:64\n"
				   "ttyS1                -W- (    p a)    4:65\n"
				   "netcon0              -W- (E     a)\n"
				   "pstore-1             -W- (E   p  )";
	struct host_tree *tree = *state;
	struct tree_names names;

	assert_int_equal(consoles_read(tree->root, &names), -ENOENT);
	put(tree, "/proc", "consoles", proc);
	check_consoles(tree, "tty0;ttyS0;");
	put(tree, "/proc", "consoles", "ttyS0\n(E) 4:1\n\n(");
	check_consoles(tree, "");
	put_consoles(tree, "");
	check_consoles(tree, "");
	put_consoles(tree, "tty1 hvc0  ttyAMA0");
	check_consoles(tree, "tty1;hvc0;ttyAMA0;");
}

static void serial_names(void **state)
{
	static const char *const good[] = { "ttyS0", "ttyS15", "ttyAMA1", "ttyUSB0",
					    "hvc0" };
	static const char *const bad[] = { "tty0", "tty1", "ttyS",     "ttySx",
					   "hvc",  "",     "ttynull0", "netcon0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(console_is_serial(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(console_is_serial(bad[i]));
}

/* Judges a list and expects so many objections, the first of which says this. */
static void check_guards(struct host_tree *tree, const char *list, size_t n,
			 const char *message)
{
	struct objections objections;
	struct next_boot next;

	assert_int_equal(next_boot_plan(&tree->host, strdup(list), strlen(list), &next),
			 0);
	assert_int_equal(guards_judge(&tree->host, &next, &objections), 0);
	assert_int_equal(objections.n, n);
	if (n > 0) {
		assert_int_equal(objections.entries[0].guard, FORCE_DISPLAY);
		assert_string_equal(objections.entries[0].message, message);
	}
	objections_free(&objections);
	next_boot_free(&next);
}

/* What the guard makes of it all. */
static void guarded(void **state)
{
	struct host_tree *tree = *state;

	put_gpu(tree);
	put_function(tree, "0000:00:16.3", 0x070002, "serial");
	put_device(tree, "/sys/class/tty", PCI "/0000:00:16.3/tty/ttyS4");
	put_consoles(tree, "tty0 ttyS4");
	look_at(tree, display_look);
	check_guards(tree, "0000:00:02.0\n", 0, NULL);
	check_guards(tree, "0000:00:16.3\n", 0, NULL);
	check_guards(tree, "0000:00:02.0\n0000:00:16.3\n", 2,
		     "with the others listed, nothing is left that carries a display or "
		     "a serial console (card0)");
}

#define TREE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(two_gpus),
		TREE_TEST(one_is_away),
		TREE_TEST(simpledrm),
		TREE_TEST(simpledrm_below_function),
		TREE_TEST(efifb_and_others),
		TREE_TEST(bmc),
		TREE_TEST(text_mode),
		TREE_TEST(display_on_usb),
		TREE_TEST(many_cards),
		TREE_TEST(card_gone),
		TREE_TEST(no_fbcon),
		TREE_TEST(headless),
		TREE_TEST(serial_console),
		TREE_TEST(serial_console_on_pci),
		TREE_TEST(serial_console_without_port),
		TREE_TEST(serial_console_with_port),
		TREE_TEST(serial_console_nowhere),
		TREE_TEST(consoles_unreadable),
		TREE_TEST(cards_unreadable),
		TREE_TEST(consoles),
		cmocka_unit_test(serial_names),
		TREE_TEST(guarded),
	};

	return run_unit_tests("display", tests, NULL, NULL);
}
