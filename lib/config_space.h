/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ptbind needs out of a function's PCI configuration space. */
#ifndef PTBIND_CONFIG_SPACE_H
#define PTBIND_CONFIG_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "util.h"

/*
 * Reads 4 bytes at offset of a function's configuration space as a little-endian number.
 * Returns 0, -ENODATA where the space ends before, or another negative errno.
 */
typedef int (*config_read_t)(void *context, unsigned int offset, uint32_t *ret_value);

/*
 * Reads the header layout without its multifunction bit: 0 for an endpoint, 1 for a
 * bridge, 2 for a CardBus bridge (PCI Local Bus 3.0, 6.2.1). Returns 0, -EIO where the
 * function does not answer, or what read() returned.
 */
_must_check_ int config_header_type(config_read_t read, void *context, uint8_t *ret_type);

/*
 * Reads the Device Serial Number, with the byte on top that lspci prints first (PCI
 * Express Base 4.0, 7.9.3). Returns 0; -ENOENT where the function has none; -EBADMSG
 * where the chain of capabilities is malformed, however it is: it is walked with a bound;
 * -EIO where the function does not answer; or what read() returned.
 */
_must_check_ int config_serial_number(config_read_t read, void *context,
				      uint64_t *ret_dsn);

#endif
