// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the walk through the extended capabilities; the input is what starts at 100h. */

#include <errno.h>

#include "config_space.h"
#include "fuzz.h"

#define EXTENDED_START 0x100

struct space {
	const uint8_t *data;
	size_t size;
	unsigned int n_reads;
};

static int read_space(void *context, unsigned int offset, uint32_t *ret_value)
{
	struct space *space = context;
	size_t at = offset - EXTENDED_START;

	CHECK(offset >= EXTENDED_START && offset < 0x1000 && offset % 4 == 0);
	/* No more than there are places for a capability, and the two registers. */
	CHECK(++space->n_reads <= (0x1000 - EXTENDED_START) / 4 + 2);
	if (at + sizeof(*ret_value) > space->size)
		return -ENODATA;
	memcpy(ret_value, space->data + at, sizeof(*ret_value));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct space space = { .data = data, .size = size };
	uint64_t dsn = 0;
	int err = config_serial_number(read_space, &space, &dsn);

	CHECK(err == 0 || err == -ENOENT || err == -EBADMSG || err == -ENODATA ||
	      err == -EIO);
	CHECK(err == 0 || dsn == 0);
	return 0;
}
