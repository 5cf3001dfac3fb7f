// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading configuration space, above all of chains of capabilities gone wrong.
 */

#include <errno.h>

#include "config_space.h"
#include "unit.h"

#define SPACE_SIZE 0x1000

#define CAP(id, next) ((uint32_t)(id) | 1u << 16 | (uint32_t)(next) << 20)
#define AER 0x0001
#define DSN 0x0003
#define LTR 0x0018

/* A configuration space, and what is asked of it. */
struct space {
	uint32_t dwords[SPACE_SIZE / 4];
	unsigned int size;     /* reads end here */
	unsigned int fails_at; /* offset of a read that fails; 0: none */
	unsigned int n_reads;
};

static int read_space(void *context, unsigned int offset, uint32_t *ret_value)
{
	struct space *space = context;

	space->n_reads++;
	assert_int_equal(offset % 4, 0);
	assert_true(offset < SPACE_SIZE);
	if (space->fails_at != 0 && offset == space->fails_at)
		return -EPERM;
	if (offset + 4 > space->size)
		return -ENODATA;
	*ret_value = space->dwords[offset / 4];
	return 0;
}

static void put(struct space *space, unsigned int offset, uint32_t value)
{
	space->dwords[offset / 4] = value;
}

static void put_dsn(struct space *space, unsigned int offset)
{
	put(space, offset, CAP(DSN, 0));
	put(space, offset + 4, 0xfff47871);
	put(space, offset + 8, 0x207c14ff);
}

/* What is read, and that a failure leaves the output alone. */
static void check_dsn(struct space *space, int expected)
{
	uint64_t dsn = 42;

	assert_int_equal(config_serial_number(read_space, space, &dsn), expected);
	if (expected == 0)
		assert_true(dsn == 0x207c14fffff47871);
	else
		assert_int_equal(dsn, 42);
	/* As many capabilities as fit into the space, and the two registers. */
	assert_true(space->n_reads <= (SPACE_SIZE - 0x100) / 8 + 2);
}

static void header_types(void **state)
{
	static const struct {
		uint32_t dword;
		uint8_t type;
	} cases[] = {
		{ 0x00000010, 0 }, { 0x00800010, 0 }, { 0x00010010, 1 },
		{ 0x00810010, 1 }, { 0x00020000, 2 }, { 0xff00ffff, 0 },
	};
	struct space space = { .size = 64 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t type = 42;

		put(&space, 0x0c, cases[i].dword);
		assert_int_equal(config_header_type(read_space, &space, &type), 0);
		assert_int_equal(type, cases[i].type);
	}
}

static void header_type_that_cannot_be_read(void **state)
{
	struct space space = { .size = 8 };
	uint8_t type = 42;

	(void)state;
	assert_int_equal(config_header_type(read_space, &space, &type), -ENODATA);
	assert_int_equal(type, 42);
}

static void dsn_first(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	put_dsn(&space, 0x100);
	check_dsn(&space, 0);
	assert_int_equal(space.n_reads, 3);
}

static void dsn_further_on(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	put(&space, 0x100, CAP(AER, 0x1c0));
	put(&space, 0x1c0, CAP(LTR, 0x140));
	put_dsn(&space, 0x140);
	check_dsn(&space, 0);
}

static void dsn_at_the_very_end(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	put(&space, 0x100, CAP(AER, 0xff4));
	put_dsn(&space, 0xff4);
	check_dsn(&space, 0);
}

static void dsn_beyond_the_end(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	put(&space, 0x100, CAP(AER, 0xff8));
	put(&space, 0xff8, CAP(DSN, 0));
	check_dsn(&space, -EBADMSG);
	put(&space, 0x100, CAP(AER, 0xffc));
	put(&space, 0xffc, CAP(DSN, 0));
	space.n_reads = 0;
	check_dsn(&space, -EBADMSG);
}

static void longest_chain(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	for (unsigned int at = 0x100; at < 0xff0; at += 8)
		put(&space, at, CAP(LTR, at + 8));
	put_dsn(&space, 0xff0);
	check_dsn(&space, 0);
}

static void no_dsn(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	put(&space, 0x100, CAP(AER, 0x140));
	put(&space, 0x140, CAP(LTR, 0));
	check_dsn(&space, -ENOENT);
}

static void no_capability_at_all(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	check_dsn(&space, -ENOENT);
}

/* A function that is asleep or gone answers all ones; that is no serial number. */
static void all_ones(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	memset(space.dwords, 0xff, sizeof(space.dwords));
	check_dsn(&space, -EIO);
}

static void gone_on_the_way(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	memset(space.dwords, 0xff, sizeof(space.dwords));
	put(&space, 0x100, CAP(AER, 0x140));
	check_dsn(&space, -EIO);
}

static void zeros_on_the_way(void **state)
{
	struct space space = { .size = SPACE_SIZE };

	(void)state;
	put(&space, 0x100, CAP(AER, 0x140));
	check_dsn(&space, -ENOENT);
}

static void loops(void **state)
{
	struct space itself = { .size = SPACE_SIZE }, two = { .size = SPACE_SIZE };
	struct space not_the_first = { .size = SPACE_SIZE };

	(void)state;
	put(&itself, 0x100, CAP(AER, 0x100));
	check_dsn(&itself, -EBADMSG);

	put(&two, 0x100, CAP(AER, 0x140));
	put(&two, 0x140, CAP(LTR, 0x100));
	check_dsn(&two, -EBADMSG);

	put(&not_the_first, 0x100, CAP(AER, 0x140));
	put(&not_the_first, 0x140, CAP(LTR, 0x180));
	put(&not_the_first, 0x180, CAP(LTR, 0x140));
	check_dsn(&not_the_first, -EBADMSG);
}

static void below_the_extended_space(void **state)
{
	static const unsigned int nexts[] = { 0x004, 0x040, 0x0fc };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nexts); i++) {
		struct space space = { .size = SPACE_SIZE };

		put(&space, 0x100, CAP(AER, nexts[i]));
		put_dsn(&space, 0x40);
		check_dsn(&space, -EBADMSG);
	}
}

static void truncated_space(void **state)
{
	struct space conventional = { .size = 256 }, user = { .size = 64 };
	struct space cut_header = { .size = 0x1c2 }, cut_low = { .size = 0x146 };
	struct space cut_high = { .size = 0x148 };
	struct space *chains[] = { &cut_header, &cut_low, &cut_high };

	(void)state;
	check_dsn(&conventional, -ENODATA);
	check_dsn(&user, -ENODATA);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++) {
		put(chains[i], 0x100, CAP(AER, i == 0 ? 0x1c0 : 0x140));
		put_dsn(chains[i], 0x140);
		put(chains[i], 0x1c0, CAP(LTR, 0x140));
		check_dsn(chains[i], -ENODATA);
	}
}

static void errors_of_reading_are_handed_on(void **state)
{
	static const unsigned int offsets[] = { 0x100, 0x140, 0x144, 0x148 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct space space = { .size = SPACE_SIZE, .fails_at = offsets[i] };

		put(&space, 0x100, CAP(AER, 0x140));
		put_dsn(&space, 0x140);
		check_dsn(&space, -EPERM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_types),
		cmocka_unit_test(header_type_that_cannot_be_read),
		cmocka_unit_test(dsn_first),
		cmocka_unit_test(dsn_further_on),
		cmocka_unit_test(dsn_at_the_very_end),
		cmocka_unit_test(dsn_beyond_the_end),
		cmocka_unit_test(longest_chain),
		cmocka_unit_test(no_dsn),
		cmocka_unit_test(no_capability_at_all),
		cmocka_unit_test(all_ones),
		cmocka_unit_test(gone_on_the_way),
		cmocka_unit_test(zeros_on_the_way),
		cmocka_unit_test(loops),
		cmocka_unit_test(below_the_extended_space),
		cmocka_unit_test(truncated_space),
		cmocka_unit_test(errors_of_reading_are_handed_on),
	};

	return run_unit_tests("config space", tests, NULL, NULL);
}
