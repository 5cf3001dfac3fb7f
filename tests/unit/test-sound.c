// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding sound cards and serial ports. */

#include "host_tree.h"

#define PCI "/sys/devices/pci0000:00"
#define SOUND_DIR "/sys/class/sound"

static void put_card(struct host_tree *tree, const char *device, const char *id)
{
	put_device(tree, SOUND_DIR, device);
	put(tree, device, "id", id);
}

static void cards(void **state)
{
	static const char text[] =
		" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n"
		"                      HDA Intel PCH at 0xdf340000 irq 145\n"
		" 1 [NVidia         ]: HDA-Intel - HDA NVidia\n"
		"                      HDA NVidia at 0xdf080000 irq 17\n"
		"10 [sofhdadsp      ]: sof-hda-dsp - sof-hda-dsp\n"
		"                      LENOVO-20XW - 0 [x]: y - z";
	struct host_tree *tree = *state;

	put(tree, "/proc/asound", "cards", text);
	put_card(tree, PCI "/0000:00:1f.3/sound/card0", "PCH");
	put_device(tree, SOUND_DIR, PCI "/0000:00:1f.3/sound/card0/pcmC0D0p");
	put_device(tree, SOUND_DIR, PCI "/0000:00:1f.3/sound/card0/controlC0");
	put_card(tree, PCI "/0000:00:01.0/0000:01:00.1/sound/card1", "NVidia");
	put_card(tree, PCI "/0000:00:1f.4/skl_hda_dsp_generic/sound/card10", "sofhdadsp");
	/* One that the text does not name, one on USB, one in software alone. */
	put_card(tree, PCI "/0000:00:1f.5/sound/card2", "Extra");
	put_card(tree, PCI "/0000:00:14.0/usb1/1-1/1-1:1.0/sound/card3", "Headset");
	put_card(tree, "/sys/devices/platform/snd_aloop.0/sound/card4", "Loopback");
	look_at(tree, sound_look);
	assert_int_equal(tree->host.uses.n, 4);
	check_use(tree, 0, "0000:00:1f.3", USE_SOUND, "card0", "HDA Intel PCH");
	check_use(tree, 1, "0000:00:1f.4", USE_SOUND, "card10", "sof-hda-dsp");
	check_use(tree, 2, "0000:00:1f.5", USE_SOUND, "card2", "Extra");
	check_use(tree, 3, "0000:01:00.1", USE_SOUND, "card1", "HDA NVidia");
	assert_int_equal(tree->host.unseen.n, 0);
}

static void cards_without_text(void **state)
{
	static const char *const texts[] = {
		"",       " 0",
		" 0 [",   " 0 [PCH            ]: HDA-Intel\n   a - b",
		"0]: - ", "--- no soundcards ---",
	};
	struct host_tree *tree = *state;

	put_card(tree, PCI "/0000:00:1f.3/sound/card0", "PCH");
	assert_int_equal(sound_look(&tree->host), 0);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		put(tree, "/proc/asound", "cards", texts[i]);
		assert_int_equal(sound_look(&tree->host), 0);
	}
	assert_int_equal(tree->host.uses.n, 1 + ARRAY_SIZE(texts));
	for (size_t i = 0; i < tree->host.uses.n; i++)
		check_use(tree, i, "0000:00:1f.3", USE_SOUND, "card0", "PCH");
}

static void serial_ports(void **state)
{
	struct host_tree *tree = *state;

	put(tree, "/sys/class/tty/console", "active", "tty0 ttyS4");
	put_device(tree, "/sys/class/tty", "/sys/devices/platform/serial8250/tty/ttyS1");
	put_device(tree, "/sys/class/tty", "/sys/devices/virtual/tty/tty0");
	put_device(tree, "/sys/class/tty", PCI "/0000:00:16.3/tty/ttyS4");
	put_device(tree, "/sys/class/tty",
		   PCI "/0000:05:00.0/0000:05:00.0:0/0000:05:00.0:0.0/tty/ttyS5");
	put_device(tree, "/sys/class/tty",
		   PCI "/0000:00:14.0/usb1/1-4/1-4:1.0/ttyUSB0/tty/ttyUSB0");
	look_at(tree, sound_look);
	assert_int_equal(tree->host.uses.n, 2);
	check_use(tree, 0, "0000:00:16.3", USE_SERIAL, "ttyS4", "host console");
	check_use(tree, 1, "0000:05:00.0", USE_SERIAL, "ttyS5", "serial port");
}

static void nothing(void **state)
{
	struct host_tree *tree = *state;

	look_at(tree, sound_look);
	assert_int_equal(tree->host.uses.n, 0);
	assert_int_equal(tree->host.stakes.n, 0);
	assert_int_equal(tree->host.unseen.n, 0);
}

#define TREE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(cards),
		TREE_TEST(cards_without_text),
		TREE_TEST(serial_ports),
		TREE_TEST(nothing),
	};

	return run_unit_tests("sound", tests, NULL, NULL);
}
