/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Permission for a guest to start once, in spite of the gate: a file in /run/ptbind. */
#ifndef PTBIND_ALLOW_H
#define PTBIND_ALLOW_H

#include "util.h"

/*
 * What keeps a guest of this name from getting permission, a literal, or NULL: the name
 * becomes that of a file.
 */
const char *allow_check_name(const char *guest);

/*
 * Gives permission to a guest. The directories below root are made where they are
 * missing. Returns 0 or a negative errno: -EINVAL where the name is not good, -EPERM
 * where others than root could write there.
 */
_must_check_ int allow_give(const char *root, const char *guest);

/*
 * Takes the permission away again, which only one of several callers can do. Returns 0;
 * -ENOENT where there was none, -EINVAL where there cannot be one; or another negative
 * errno.
 */
_must_check_ int allow_take(const char *root, const char *guest);

#endif
