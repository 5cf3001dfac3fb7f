/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line as it is configured for the boots to come, and where. */
#ifndef PTBIND_BOOT_WORDS_H
#define PTBIND_BOOT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/boot_loader.h"
#include "findings.h"
#include "host/host.h"
#include "util.h"

/* Words that a file adds to the command line. */
struct boot_piece {
	char *text;
	char *source;    /* "/etc/default/grub:6" */
	bool is_unclear; /* there is more, which only a shell can tell */
};

struct boot_words {
	enum boot_loader loader;   /* of boot_loader_find() */
	bool by_grub;              /* they are in GRUB's configuration */
	bool from_running;         /* no file has them: they are those of this boot */
	bool of_entry;             /* they are those of an entry that boots by itself */
	struct boot_piece *pieces; /* in the order of the command line */
	size_t n;
};

/*
 * Reads the words from where the boot loader's tools take them: GRUB_CMDLINE_LINUX and
 * GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub and grub.d beside it, of which an
 * assignment that does not repeat the variable replaces those before; or
 * /etc/kernel/cmdline, or /usr/lib/kernel/cmdline; or, without any of them,
 * /proc/cmdline, as kernel-install does. What only a shell could tell becomes a finding.
 * Returns 0 or -ENOMEM; to be freed in both cases.
 */
_must_check_ int boot_words_read(const struct host *host, struct findings *findings,
				 struct boot_words *words);

/*
 * Finds the last word of a name (see cmdline_same_name()), or one of any value where
 * value is NULL; else one whose value, a list separated by commas, has it. NULL: there is
 * none.
 */
const struct boot_piece *boot_words_find(const struct boot_words *words, const char *name,
					 const char *value);

/* Frees what it owns, not the structure itself. */
void boot_words_free(struct boot_words *words);

#endif
