// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings, kept; and the order in which the parts of the check look for them. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "findings.h"

int findings_add(struct findings *findings, const struct finding_kind *kind,
		 const char *format, ...)
{
	struct finding finding = { .kind = kind,
				   .mended_by_apply = kind->mended_by_apply };
	struct finding *entries;
	va_list args;
	int n;

	entries = array_grow(findings->entries, findings->n, sizeof(*entries));
	if (entries == NULL)
		return -ENOMEM;
	findings->entries = entries;
	va_start(args, format);
	n = vasprintf(&finding.evidence, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	entries[findings->n++] = finding;
	return 0;
}

int findings_advise(struct findings *findings, const char *format, ...)
{
	struct finding *last = &findings->entries[findings->n - 1];
	char *advice;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&advice, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	free(last->advice);
	last->advice = advice;
	return 0;
}

void findings_mended(struct findings *findings, bool by_apply)
{
	findings->entries[findings->n - 1].mended_by_apply = by_apply;
}

size_t findings_count(const struct findings *findings, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++)
		n += findings->entries[i].kind->severity == severity;
	return n;
}

const char *severity_word(enum severity severity)
{
	static const char *const words[] = {
		[SEVERITY_ERROR] = "error",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_NOTE] = "note",
	};

	return words[severity];
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free(findings->entries[i].evidence);
		free(findings->entries[i].advice);
	}
	free(findings->entries);
	*findings = (struct findings){ 0 };
}

int check_everything(const struct host *host, const struct next_boot *next,
		     struct findings *findings)
{
	static int (*const checks[])(const struct host *, const struct next_boot *,
				     struct findings *) = {
		check_list,   check_modules,    check_menu,  check_images,
		check_guests, check_interfaces, check_disks,
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(checks); i++)
		err = checks[i](host, next, findings);
	return err;
}
