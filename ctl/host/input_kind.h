/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the host's input devices are keyboards and mice. */
#ifndef PTBIND_INPUT_KIND_H
#define PTBIND_INPUT_KIND_H

#include <stddef.h>

#include "host.h"
#include "sys_device.h"
#include "util.h"

enum input_kind {
	INPUT_KEYBOARD = 1 << 0,
	INPUT_MOUSE = 1 << 1,
};

/* The attributes below capabilities/ of an input device, as the kernel writes them. */
struct input_capabilities {
	const char *ev, *key, *rel, *abs;
};

/* In what the kernel prints for a program a word is as long as the program's long. */
#define INPUT_WORD_BITS (sizeof(long) * 8)

/*
 * Judges as udev does (its builtin input_id): a keyboard has all of the keys from Esc to
 * S, which buttons, lids, remote controls and the media keys of a keyboard have not. A
 * mouse has a button and moves. Each attribute is hexadecimal words of word_bits, the
 * highest first (input_print_bitmap(), drivers/input/input.c). Returns enum input_kind.
 */
unsigned int input_judge(const struct input_capabilities *capabilities,
			 unsigned int word_bits);

struct inputs {
	struct sys_devices devices; /* of the class input, those that are no input too */
	unsigned int *kinds;        /* enum input_kind of each, 0: none of them */
	int error; /* negative errno: not all could be judged; it is noted */
};

/* Reads and judges them all. Returns 0 or -ENOMEM. */
_must_check_ int inputs_read(struct host *host, struct inputs *ret_inputs);

/* Frees what they own, not the structure itself. */
void inputs_free(struct inputs *inputs);

#endif
