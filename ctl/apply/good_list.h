/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last good list, which the initramfs hook falls back on. */
#ifndef PTBIND_GOOD_LIST_H
#define PTBIND_GOOD_LIST_H

#include <stddef.h>

#include "edit/store.h"
#include "host/host.h"
#include "util.h"

#define GOOD_NAME "allowlist.good"
#define GOOD_LIST STORE_STATE_DIR "/" GOOD_NAME

/*
 * Reads it. Returns 0, or a negative errno as file_read() does, -ENOENT: there is none.
 * *ret_data is the caller's.
 */
_must_check_ int good_list_read(char **ret_data, size_t *ret_size);

/*
 * Makes it today's list: the hook keeps it when it bakes a list in; one that failed to is
 * caught up with here. Returns 0 or a negative errno.
 */
_must_check_ int good_list_keep(const struct next_boot *next);

/* Makes it what was read, NULL: none. Returns 0 or a negative errno. */
_must_check_ int good_list_restore(const char *data, size_t size);

#endif
