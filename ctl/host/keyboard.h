/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's keyboards, and what would take the last of them. */
#ifndef PTBIND_KEYBOARD_H
#define PTBIND_KEYBOARD_H

#include "host.h"
#include "input_kind.h"
#include "util.h"

/*
 * Adds the stake of the keyboard: lost with the last PCI function behind which there is
 * one. None where there is no keyboard, or one that no function carries (PS/2). Those
 * that programs make count for nothing. Returns 0 or -ENOMEM.
 */
_must_check_ int keyboard_look(struct host *host, const struct inputs *inputs);

#endif
