/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial ports on PCI cards, and remote ones such as Intel AMT's. */
#ifndef PTBIND_SERIAL_H
#define PTBIND_SERIAL_H

#include "host.h"
#include "util.h"

/* Adds the uses of serial ports that hang on a PCI function. Returns 0 or -ENOMEM. */
_must_check_ int serial_look(struct host *host);

#endif
