/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of each line of the allowlist: the stable words of log and report. */
#ifndef PTBIND_RESULT_H
#define PTBIND_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "allowlist.h"
#include "util.h"

enum result {
	RESULT_PENDING, /* nothing is decided yet */
	RESULT_BIND,    /* decided: to be bound */
	RESULT_BOUND,
	RESULT_ALREADY_BOUND,
	RESULT_DISABLED,
	RESULT_ABSENT,
	RESULT_MISMATCH,
	RESULT_PIN_UNREADABLE,
	RESULT_BRIDGE,
	RESULT_BAD_LINE,
	RESULT_NO_DRIVER,
	RESULT_NO_IOMMU,
	RESULT_BIND_FAILED,
	RESULT_TIMEOUT,
};

enum warning {
	WARNING_UNPINNED = 1 << 0,
	WARNING_DUPLICATE = 1 << 1,
	WARNING_GROUP_SHARED = 1 << 2,
	WARNING_WAS_BOUND = 1 << 3,
	WARNING_LATE = 1 << 4,
	WARNING_IDS_DROPPED = 1 << 5,
	WARNING_IDS_RELEASED = 1 << 6,
	WARNING_STALE_LIST = 1 << 7,
	WARNING_UNKNOWN_PARAMETER = 1 << 8,
};

#define WARNING_LAST WARNING_UNKNOWN_PARAMETER

/* The longest name of a driver that is kept; the kernel has none near it. */
#define DRIVER_NAME_SIZE 64

/* What is known of one line. Plain bytes: two processes share an array of them. */
struct outcome {
	bool has_address; /* the line comes to a function of this address */
	struct pci_address address;
	size_t same_as; /* index of the first line for this function */
	enum result result;
	bool ok;                       /* as the owner wanted it */
	unsigned int warnings;         /* enum warning */
	int error;                     /* errno value; 0: none */
	char driver[DRIVER_NAME_SIZE]; /* afterwards; empty: none */
	char was[DRIVER_NAME_SIZE];    /* before; empty: none */
	char message[384]; /* a sentence for a person; empty: nothing to say */
};

/* The word of a result or of a single warning, a literal. */
const char *result_word(enum result result);
const char *warning_word(enum warning warning);

/* Is the result what the owner wanted? An optional line may also be absent. */
bool result_is_ok(enum result result, bool optional);

/* Writes the words of warnings, separated by ", "; an empty string without any. */
#define WARNINGS_STRSIZE 128
void warnings_format(unsigned int warnings, char ret_text[static WARNINGS_STRSIZE]);

/* Writes what to call a line: its address, or else its words, or else its number. */
void outcome_name(const struct allowlist_line *line, const struct outcome *outcome,
		  char *ret_text, size_t size);

/* Sets the outcome's message; what does not fit is cut off. */
_printf_(2, 3) void outcome_say(struct outcome *outcome, const char *format, ...);

#endif
