// SPDX-License-Identifier: GPL-2.0-or-later
/* The words for results and warnings, and which of them are as wanted; no I/O. */

#include <stdarg.h>
#include <stdio.h>

#include "result.h"

static const char *const result_words[] = {
	[RESULT_PENDING] = "pending",
	[RESULT_BIND] = "bind",
	[RESULT_BOUND] = "bound",
	[RESULT_ALREADY_BOUND] = "already-bound",
	[RESULT_DISABLED] = "disabled",
	[RESULT_ABSENT] = "absent",
	[RESULT_MISMATCH] = "mismatch",
	[RESULT_PIN_UNREADABLE] = "pin-unreadable",
	[RESULT_BRIDGE] = "bridge",
	[RESULT_BAD_LINE] = "bad-line",
	[RESULT_NO_DRIVER] = "no-driver",
	[RESULT_NO_IOMMU] = "no-iommu",
	[RESULT_BIND_FAILED] = "bind-failed",
	[RESULT_TIMEOUT] = "timeout",
};

const char *result_word(enum result result)
{
	return result_words[result];
}

const char *warning_word(enum warning warning)
{
	switch (warning) {
	case WARNING_UNPINNED:
		return "unpinned";
	case WARNING_DUPLICATE:
		return "duplicate";
	case WARNING_GROUP_SHARED:
		return "group-shared";
	case WARNING_WAS_BOUND:
		return "was-bound";
	case WARNING_LATE:
		return "late";
	case WARNING_IDS_DROPPED:
		return "ids-dropped";
	case WARNING_IDS_RELEASED:
		return "ids-released";
	case WARNING_STALE_LIST:
		return "stale-list";
	case WARNING_UNKNOWN_PARAMETER:
		return "unknown-parameter";
	}
	return "unknown";
}

bool result_is_ok(enum result result, bool optional)
{
	switch (result) {
	case RESULT_BIND:
	case RESULT_BOUND:
	case RESULT_ALREADY_BOUND:
	case RESULT_DISABLED:
		return true;
	case RESULT_ABSENT:
		return optional;
	default:
		return false;
	}
}

void warnings_format(unsigned int warnings, char ret_text[static WARNINGS_STRSIZE])
{
	size_t len = 0;

	ret_text[0] = '\0';
	for (unsigned int w = 1; w <= WARNING_LAST; w <<= 1)
		if (warnings & w)
			len += (size_t)snprintf(ret_text + len, WARNINGS_STRSIZE - len,
						"%s%s", len > 0 ? ", " : "",
						warning_word((enum warning)w));
}

void outcome_name(const struct allowlist_line *line, const struct outcome *outcome,
		  char *ret_text, size_t size)
{
	char address[PCI_ADDRESS_STRSIZE];

	if (!outcome->has_address) {
		allowlist_line_words(line, ret_text, size);
		if (ret_text[0] == '\0')
			snprintf(ret_text, size, "line %u", line->number);
		return;
	}
	pci_address_format(&outcome->address, address);
	snprintf(ret_text, size, "%s", address);
}

void outcome_say(struct outcome *outcome, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(outcome->message, sizeof(outcome->message), format, args);
	va_end(args);
}
