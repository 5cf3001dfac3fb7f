// SPDX-License-Identifier: GPL-2.0-or-later
/* Telling keyboards and mice by what they can send. */

#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input_kind.h"

/* Every key of the first 32 but KEY_RESERVED: Esc, the digits, and Q to S. */
#define KEYBOARD_KEYS 0xfffffffeU

/* The word that is n words from the end, 0 where there are not so many. */
static uint64_t word_of(const char *words, size_t n)
{
	const char *end = words + strlen(words), *start;

	for (;; n--) {
		start = end;
		while (start > words && start[-1] != ' ')
			start--;
		if (n == 0)
			return strtoull(start, NULL, 16);
		if (start == words)
			return 0;
		end = start - 1;
	}
}

static bool has_bit(const char *words, unsigned int bit, unsigned int word_bits)
{
	return word_of(words, bit / word_bits) >> (bit % word_bits) & 1;
}

/* Does an absolute pointer have what tells it from a mouse? A KVM's mouse has not. */
static bool is_other_pointer(const char *key, unsigned int word_bits)
{
	static const unsigned int buttons[] = {
		BTN_STYLUS,  BTN_TOOL_PEN, BTN_TOOL_FINGER, BTN_TOUCH,
		BTN_TRIGGER, BTN_A,        BTN_1,
	};

	for (size_t i = 0; i < ARRAY_SIZE(buttons); i++)
		if (has_bit(key, buttons[i], word_bits))
			return true;
	return false;
}

static bool is_mouse(const struct input_capabilities *c, unsigned int word_bits)
{
	if (!has_bit(c->key, BTN_MOUSE, word_bits))
		return false;
	if (has_bit(c->ev, EV_REL, word_bits) && has_bit(c->rel, REL_X, word_bits) &&
	    has_bit(c->rel, REL_Y, word_bits))
		return true;
	return has_bit(c->ev, EV_ABS, word_bits) && has_bit(c->abs, ABS_X, word_bits) &&
	       has_bit(c->abs, ABS_Y, word_bits) && !is_other_pointer(c->key, word_bits);
}

unsigned int input_judge(const struct input_capabilities *capabilities,
			 unsigned int word_bits)
{
	unsigned int kinds = 0;

	if (!has_bit(capabilities->ev, EV_KEY, word_bits))
		return 0;
	if ((word_of(capabilities->key, 0) & KEYBOARD_KEYS) == KEYBOARD_KEYS)
		kinds |= INPUT_KEYBOARD;
	if (is_mouse(capabilities, word_bits))
		kinds |= INPUT_MOUSE;
	return kinds;
}

static int read_kinds(const struct host *host, const struct sys_device *device,
		      unsigned int *ret_kinds)
{
	static const char *const names[] = {
		"capabilities/ev",
		"capabilities/key",
		"capabilities/rel",
		"capabilities/abs",
	};
	char values[ARRAY_SIZE(names)][TREE_VALUE_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int err = sys_device_value(host, device, names[i], values[i]);

		/* One that is just being unplugged is none. */
		if (err == -ENOENT || err == -ENODEV)
			values[i][0] = '\0';
		else if (err < 0)
			return err;
	}
	*ret_kinds = input_judge(&(struct input_capabilities){ values[0], values[1],
							       values[2], values[3] },
				 INPUT_WORD_BITS);
	return 0;
}

/* The class holds the handlers of each device as well: event7, mouse0, js0. */
static bool is_input(const struct sys_device *device)
{
	return strncmp(device->name, "input", strlen("input")) == 0;
}

static int judge_all(struct host *host, struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->devices.n; i++) {
		const struct sys_device *device = &inputs->devices.entries[i];
		int err;

		if (!is_input(device))
			continue;
		err = read_kinds(host, device, &inputs->kinds[i]);
		if (err == 0 || inputs->error < 0)
			continue;
		inputs->error = err;
		err = notes_add(&host->unseen, "%s%s/capabilities: %s", host->root,
				device->path, strerror(-err));
		if (err < 0)
			return err;
	}
	return 0;
}

int inputs_read(struct host *host, struct inputs *ret_inputs)
{
	struct inputs inputs = { 0 };
	int err;

	err = sys_devices_list(host, "/sys/class/input", &inputs.devices);
	if (err < 0)
		return err;
	inputs.error = inputs.devices.error;
	inputs.kinds = calloc(inputs.devices.n + 1, sizeof(*inputs.kinds));
	err = inputs.kinds == NULL ? -ENOMEM : judge_all(host, &inputs);
	if (err < 0)
		inputs_free(&inputs);
	else
		*ret_inputs = inputs;
	return err;
}

void inputs_free(struct inputs *inputs)
{
	sys_devices_free(&inputs->devices);
	free(inputs->kinds);
	*inputs = (struct inputs){ 0 };
}
