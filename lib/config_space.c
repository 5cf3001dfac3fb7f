// SPDX-License-Identifier: GPL-2.0-or-later
/* Walking PCI configuration space through a reader that the caller hands in; no I/O. */

#include <errno.h>

#include "config_space.h"

/* What is read of a function that is asleep or gone. */
#define NO_ANSWER UINT32_MAX

/* PCI Local Bus 3.0, 6.1: byte 0eh; the dword that holds it starts at 0ch. */
#define HEADER_TYPE_DWORD 0x0c
#define HEADER_TYPE_SHIFT 16
#define HEADER_TYPE_MASK 0x7f

/* PCI Express Base 4.0, 7.6.3: ID in bits 15:0, version 19:16, next in 31:20. */
#define EXT_CAP_START 0x100
#define EXT_CAP_END 0x1000
#define EXT_CAP_SIZE_MIN 8 /* smallest capability: a header and one register */
#define EXT_CAP_ID(header) ((header)&0xffff)
#define EXT_CAP_NEXT(header) ((header) >> 20 & 0xffc) /* the lowest two are reserved */
#define EXT_CAP_ID_DSN 0x0003                         /* 7.9.3 */

int config_header_type(config_read_t read, void *context, uint8_t *ret_type)
{
	uint32_t dword;
	int err;

	err = read(context, HEADER_TYPE_DWORD, &dword);
	if (err < 0)
		return err;
	if (dword == NO_ANSWER)
		return -EIO;
	*ret_type = (uint8_t)(dword >> HEADER_TYPE_SHIFT & HEADER_TYPE_MASK);
	return 0;
}

static int read_serial_number(config_read_t read, void *context, unsigned int offset,
			      uint64_t *ret_dsn)
{
	uint32_t low, high;
	int err;

	err = read(context, offset + 4, &low);
	if (err < 0)
		return err;
	err = read(context, offset + 8, &high);
	if (err < 0)
		return err;
	*ret_dsn = (uint64_t)high << 32 | low;
	return 0;
}

int config_serial_number(config_read_t read, void *context, uint64_t *ret_dsn)
{
	unsigned int offset = EXT_CAP_START;

	/* No more capabilities than fit: a chain with a loop ends here as well. */
	for (unsigned int n = (EXT_CAP_END - EXT_CAP_START) / EXT_CAP_SIZE_MIN; n > 0;
	     n--) {
		uint32_t header;
		int err;

		if (offset < EXT_CAP_START)
			return -EBADMSG;
		err = read(context, offset, &header);
		if (err < 0)
			return err;
		if (header == NO_ANSWER)
			return -EIO;
		/* All zeros at the start: there is no extended capability. */
		if (header == 0)
			return -ENOENT;
		if (EXT_CAP_ID(header) == EXT_CAP_ID_DSN) {
			if (offset + 12 > EXT_CAP_END)
				return -EBADMSG;
			return read_serial_number(read, context, offset, ret_dsn);
		}
		offset = EXT_CAP_NEXT(header);
		if (offset == 0)
			return -ENOENT;
	}
	return -EBADMSG;
}
