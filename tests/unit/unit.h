/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test needs: cmocka, and short ways to make lists and functions. */
#ifndef PTBIND_UNIT_H
#define PTBIND_UNIT_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "allowlist.h"
#include "machine.h"

/* What main() returns: the tests speak TAP, also where nobody asks for it. */
#define run_unit_tests(...)                                                              \
	(cmocka_set_message_output(CM_OUTPUT_TAP),                                       \
	 cmocka_run_group_tests_name(__VA_ARGS__))

/* Parses bytes as an allowlist, from memory that ends where they end. */
static inline void parse_list_bytes(const void *bytes, size_t size,
				    struct allowlist *list)
{
	char *data = malloc(size > 0 ? size : 1);

	assert_non_null(data);
	memcpy(data, bytes, size);
	assert_int_equal(allowlist_parse(data, size, list), 0);
}

static inline void parse_list(const char *text, struct allowlist *list)
{
	parse_list_bytes(text, strlen(text), list);
}

static inline struct pci_path path_of(const char *text)
{
	struct parse_error error;
	struct pci_path path;

	assert_int_equal(pci_path_parse(text, strlen(text), &path, &error), 0);
	return path;
}

static inline struct pci_address address_of(const char *text)
{
	struct parse_error error;
	struct pci_address address;

	assert_int_equal(pci_address_parse(text, strlen(text), &address, &error), 0);
	return address;
}

/* A network card, all of whose facts are known: at address, and behind path. */
static inline struct pci_function card_at(const char *address, const char *path)
{
	return (struct pci_function){
		.address = address_of(address),
		.facts = FACT_IDENTITY | FACT_SUBSYSTEM | FACT_DSN | FACT_PATH,
		.id = { 0x8086, 0x125c },
		.class = 0x020000,
		.group = -1,
		.subsystem = { 0x8086, 0x0000 },
		.dsn_error = -2, /* ENOENT: it has none */
		.path = path_of(path),
	};
}

/* A machine of copies of n functions. */
static inline void make_machine(const struct pci_function *functions, size_t n,
				bool complete, struct machine *machine)
{
	struct pci_function *copies = NULL;

	if (n > 0) {
		copies = calloc(n, sizeof(*copies));
		assert_non_null(copies);
		memcpy(copies, functions, n * sizeof(*copies));
	}
	assert_int_equal(machine_new(copies, n, complete, machine), 0);
}

#endif
