/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Thunderbolt and USB4: host routers, and what is attached to them. */
#ifndef PTBIND_THUNDERBOLT_H
#define PTBIND_THUNDERBOLT_H

#include "host.h"
#include "util.h"

/*
 * Adds the uses of host routers, and has the functions that are tunnelled through them
 * lie behind them, as is_behind says. Returns 0 or -ENOMEM.
 */
_must_check_ int thunderbolt_look(struct host *host);

#endif
