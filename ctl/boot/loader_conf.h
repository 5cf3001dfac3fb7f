/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd-boot is told of its menu: loader.conf and the EFI variables before it. */
#ifndef PTBIND_LOADER_CONF_H
#define PTBIND_LOADER_CONF_H

#include <stdbool.h>

#include "boot_entry.h"
#include "util.h"

/* What loader.conf(5) says. */
struct loader_conf {
	char timeout[64]; /* empty: it says nothing, which means none */
	char chosen[256]; /* "default"; empty: none */
};

/*
 * Reads the file of a place, and what 'bootctl set-timeout' and 'set-default' wrote,
 * which goes before the file. Returns 0 or -ENOMEM.
 */
_must_check_ int loader_conf_read(const char *root, const char *place,
				  struct loader_conf *ret_conf);

/* Does the pattern that is the default match an entry? */
bool loader_conf_matches(const struct loader_conf *conf, const struct boot_entry *entry);

/* Is an entry the default that is in no place, nor a unified kernel image? */
bool loader_conf_is_missing(const char *root, const struct loader_conf *conf,
			    const struct boot_entries *entries);

/*
 * The entry of a place that boots by itself: of those that match the default, or else of
 * all, the first normal one in systemd-boot's order. NULL: there is none, or something
 * else is chosen.
 */
const struct boot_entry *loader_conf_default(const char *root,
					     const struct loader_conf *conf,
					     const struct boot_entries *entries,
					     const char *place);

#endif
