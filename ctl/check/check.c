// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind check: would the next boot be good? */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check_print.h"
#include "cmd.h"
#include "file.h"
#include "findings.h"
#include "options.h"
#include "output.h"
#include "paths.h"

static const char help_text[] =
	"Usage: ptbind check [OPTION...]\n"
	"\n"
	"Says whether the next boot would be good: whether each line of the allowlist can\n"
	"be bound, whether the host keeps what it needs, and whether something else\n"
	"stands in the way. Changes nothing. Each finding has a code with a section in\n"
	"ptbind(8), what was found and where, why it matters, and what to do.\n"
	"\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read everything below DIR, a directory\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind check\n"
	"  ptbind check --json | jq -r '.findings[] | select(.severity == \"error\").code'\n"
	"\n"
	"Exit status: 0 there is no error (warnings and notes may be), 1 there is one,\n"
	"2 wrong usage, or a list that could not be read. See ptbind(8).\n";

static int print(const struct host *host, const struct next_boot *next,
		 const struct findings *findings, bool as_json)
{
	struct json_object *object;

	if (!as_json)
		return check_print(stdout, host, next, findings);
	object = check_json(host, next, findings);
	if (object == NULL)
		return -ENOMEM;
	output_json(object);
	return 0;
}

/* Returns an exit status or a negative errno. */
static int check(const struct host *host, const struct next_boot *next, bool as_json)
{
	struct findings findings = { 0 };
	int err;

	if (next->error < 0 && next->error != -ENOENT) {
		fprintf(stderr, "ptbind check: %s%s: %s\n", host->root, ALLOWLIST_PATH,
			file_read_error(next->error));
		return EXIT_UNUSABLE;
	}
	err = check_everything(host, next, &findings);
	if (err == 0)
		err = print(host, next, &findings, as_json);
	if (err == 0 && findings_count(&findings, SEVERITY_ERROR) > 0)
		err = EXIT_NOT_AS_WANTED;
	findings_free(&findings);
	return err;
}

static int run(int argc, char *argv[])
{
	struct next_boot next = { 0 };
	struct options options;
	struct host host;
	int status;

	if (!options_parse(argc, argv, help_text, OPTION_JSON, 0, &options, &status))
		return status;
	status = host_read(options.root, &host);
	if (status < 0) {
		fprintf(stderr, "ptbind check: %s/sys/bus/pci: %s\n", options.root,
			strerror(-status));
		return EXIT_NOT_AS_WANTED;
	}
	status = next_boot_read(&host, &next);
	if (status == 0)
		status = check(&host, &next, options.json);
	next_boot_free(&next);
	host_free(&host);
	if (status >= 0)
		return status;
	fprintf(stderr, "ptbind check: %s\n", strerror(-status));
	return EXIT_NOT_AS_WANTED;
}

const struct cmd cmd_check = {
	.name = "check",
	.run = run,
	.help = "say whether the next boot would be good",
};
