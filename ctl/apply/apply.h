/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of 'ptbind apply' share: checking, carrying out, saying what was done.
 */
#ifndef PTBIND_APPLY_H
#define PTBIND_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/boot_loader.h"
#include "boot/kernels.h"
#include "check/findings.h"
#include "host/host.h"
#include "options.h"
#include "rebuild.h"
#include "util.h"

/* How it ended; the words are part of the JSON. */
enum apply_state {
	APPLY_APPLIED,
	APPLY_PLANNED, /* --dry-run */
	APPLY_REFUSED,
	APPLY_FAILED,      /* nothing was changed, or all was put back */
	APPLY_MENU_FAILED, /* the images are new, the menu is the old one */
	APPLY_UNSOUND,     /* something could not be put back */
};

struct apply {
	const struct options *options;
	enum boot_loader loader;
	struct host host;
	struct next_boot next;
	struct findings findings;
	struct kernels kernels;
	struct rebuild rebuild;
	char *good; /* the last good list, as it was before; NULL: none */
	size_t good_size;
};

/* A program that is run, with its words; none at all behind the last step. */
struct apply_step {
	const char *argv[4];
};

/* The programs that write the boot menu, in their order. */
const struct apply_step *apply_menu_steps(enum boot_loader loader);

/* Says that nothing is done, and why; returns the exit status for it. */
int apply_refuse(const char *why);

/*
 * Checks everything, and says why it must not go on. Returns EXIT_AS_WANTED, a status to
 * end with, or a negative errno.
 */
_must_check_ int apply_check(struct apply *apply);

/* Builds, looks, and writes the menu; says all of it on standard error. */
enum apply_state apply_carry_out(struct apply *apply);

/* Prints the commands on standard output, unless JSON is wanted. */
void apply_print_plan(const struct apply *apply);

/* Prints a command on standard error, behind what is said of it. */
void apply_print_command(const char *const argv[]);

/*
 * Prints the errors among the findings on standard error, but for those that applying
 * will mend. Returns how many there are.
 */
size_t apply_print_errors(const struct findings *findings);

/*
 * The same when it is over: all errors, and warnings of what it should have mended.
 * Returns how many errors there are.
 */
size_t apply_print_unmended(const struct findings *findings);

/* Says what image each kernel has, when all is put back as far as it can be. */
void apply_print_end(const struct rebuild *rebuild);

void apply_print_json(const struct apply *apply, enum apply_state state);

#endif
