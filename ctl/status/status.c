// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind status: did this boot do what it should, and does that still hold? */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "options.h"
#include "status.h"

static const char help_text[] =
	"Usage: ptbind status [OPTION...]\n"
	"\n"
	"Says what this boot did with the functions on the allowlist, what became of them\n"
	"since, and how today's list differs from the one that this boot used.\n"
	"\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read everything below DIR, a directory\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind status\n"
	"  ptbind status --json | jq -r '.functions[] | select(.ok | not) | .address'\n"
	"\n"
	"Exit status: 0 all is as wanted now, 1 something is not, or ptbind-early did not\n"
	"run, 2 wrong usage, a report that cannot be read, or a boot that could not use\n"
	"its list. See ptbind(8).\n";

static int exit_status(const struct status *status)
{
	if (status->report.status == BOOT_REPORT_BROKEN ||
	    strcmp(status_state(status), "refused") == 0)
		return EXIT_UNUSABLE;
	return status_is_ok(status) ? EXIT_AS_WANTED : EXIT_NOT_AS_WANTED;
}

static int run(int argc, char *argv[])
{
	struct options options;
	struct status status;
	int result;

	if (!options_parse(argc, argv, help_text, OPTION_JSON, 0, &options, &result))
		return result;
	result = status_read(options.root, &status);
	if (result == 0) {
		if (options.json)
			result = status_print_json(&status);
		else
			status_print(&status);
		if (result == 0)
			result = exit_status(&status);
		status_free(&status);
	}
	if (result >= 0)
		return result;
	fprintf(stderr, "ptbind status: %s\n", strerror(-result));
	return EXIT_NOT_AS_WANTED;
}

const struct cmd cmd_status = {
	.name = "status",
	.run = run,
	.help = "say what this boot did, and what changed since",
};
