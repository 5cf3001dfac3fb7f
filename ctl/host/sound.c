// SPDX-License-Identifier: GPL-2.0-or-later
/* The host's sound cards; with them the other small uses: see their own files. */

#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "serial.h"
#include "sys_device.h"
#include "thunderbolt.h"

#define CARDS_PATH "/proc/asound/cards"
#define CARDS_MAX 65536

/*
 * Finds the short name of a card in the text of /proc/asound/cards, where it is behind
 * the number, the ID and the driver (snd_card_info_read(), sound/core/init.c):
 *
 *	 0 [PCH            ]: HDA-Intel - HDA Intel PCH
 *	                      HDA Intel PCH at 0xdf340000 irq 145
 *
 * Returns NULL where it is not there, else how long it is in *ret_len.
 */
static const char *find_name(const char *cards, const char *number, size_t *ret_len)
{
	const size_t len = strlen(number);

	while (*cards != '\0') {
		const char *end = cards + strcspn(cards, "\n");
		const char *s = cards + strspn(cards, " "), *dash;

		cards = *end == '\0' ? end : end + 1;
		if (strncmp(s, number, len) != 0 || strncmp(s + len, " [", 2) != 0)
			continue;
		s = strstr(s, "]: ");
		dash = s == NULL ? NULL : strstr(s, " - ");
		if (dash == NULL || dash >= end)
			return NULL;
		*ret_len = (size_t)(end - (dash + 3));
		return dash + 3;
	}
	return NULL;
}

static bool is_card(const struct sys_device *device)
{
	return strncmp(device->name, "card", strlen("card")) == 0;
}

static int add_card(struct host *host, const char *cards, const struct sys_device *card)
{
	char id[TREE_VALUE_SIZE], usb[USB_NAME_SIZE];
	const char *name;
	size_t len = 0;

	/* One on USB is described with the other devices there. */
	if (!card->has_function || sys_device_usb_name(card, usb))
		return 0;
	name = find_name(cards, card->name + strlen("card"), &len);
	if (name != NULL)
		return uses_add(&host->uses, &card->function, USE_SOUND, card->name,
				"%.*s", (int)len, name);
	if (sys_device_value(host, card, "id", id) < 0)
		id[0] = '\0';
	return uses_add(&host->uses, &card->function, USE_SOUND, card->name, "%s", id);
}

static int cards_look(struct host *host)
{
	_cleanup_free_ char *cards = NULL;
	struct sys_devices devices;
	size_t size;
	int err;

	err = sys_devices_list(host, "/sys/class/sound", &devices);
	if (err < 0)
		return err;
	/* Without it the cards have their IDs still. */
	if (tree_read(host->root, CARDS_PATH, CARDS_MAX, &cards, &size) < 0)
		cards = NULL;
	for (size_t i = 0; err == 0 && i < devices.n; i++)
		if (is_card(&devices.entries[i]))
			err = add_card(host, cards != NULL ? cards : "",
				       &devices.entries[i]);
	sys_devices_free(&devices);
	return err;
}

int sound_look(struct host *host)
{
	int err = cards_look(host);

	if (err == 0)
		err = thunderbolt_look(host);
	return err < 0 ? err : serial_look(host);
}
