/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that grow by one element at a time. */
#ifndef PTBIND_ARRAY_H
#define PTBIND_ARRAY_H

#include <stddef.h>
#include <stdlib.h>

#include "util.h"

/*
 * Makes room for one more element of a size in an array that has n and was only ever
 * grown so: it doubles whenever n is a power of two. Returns the array, or NULL where
 * memory is out; the old one is then still there.
 */
_must_check_ static inline void *array_grow(void *array, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return array;
	return reallocarray(array, n == 0 ? 1 : n * 2, size);
}

#endif
