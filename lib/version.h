/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version of ptbind; the Makefile reads it from here. */
#ifndef PTBIND_VERSION_H
#define PTBIND_VERSION_H

#define PTBIND_VERSION "0.1.0"

#endif
