/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The consoles of the kernel, on which a person can log in without the network. */
#ifndef PTBIND_CONSOLE_H
#define PTBIND_CONSOLE_H

#include <stdbool.h>

#include "tree.h"
#include "util.h"

/*
 * Lists the consoles in use, "tty0" and "ttyS0": those that systemd starts a login on
 * (systemd-getty-generator(8)). From /sys/class/tty/console/active or else
 * /proc/consoles. Returns 0 or a negative errno; tree_names_free() frees them.
 */
_must_check_ int consoles_read(const char *root, struct tree_names *ret_names);

/* Is a console a serial line, or as good as one: "ttyS0", "ttyAMA0", "ttyUSB0", "hvc0"?
 */
bool console_is_serial(const char *name);

/* Is there one of this name? */
bool consoles_have(const struct tree_names *names, const char *name);

#endif
