// SPDX-License-Identifier: GPL-2.0-or-later
/* The options of ptbind-early. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "version.h"

static const char usage_text[] =
	"Usage: ptbind-early\n"
	"       ptbind-early --dry-run [--root DIR]\n"
	"       ptbind-early --check-list FILE\n"
	"\n"
	"Without options, in an initramfs: gives the PCI functions on the allowlist\n"
	"/etc/ptbind/allowlist to vfio-pci, and reports in /run/ptbind/report.json.\n"
	"\n"
	"  -n, --dry-run          print the plan, one line for each listed function:\n"
	"                         ADDRESS bind vfio-pci, or ADDRESS refuse REASON, then\n"
	"                         warnings in brackets; touch nothing\n"
	"  -r, --root DIR         read command line, list and sysfs below DIR; implies\n"
	"                         --dry-run\n"
	"  -c, --check-list FILE  judge an allowlist: FILE:LINE:COLUMN for each error\n"
	"  -h, --help             print this\n"
	"  -V, --version          print the version\n"
	"\n"
	"Exit status: 0 all as wanted, 1 something is not as wanted, 2 wrong usage or a\n"
	"list that could not be read. See ptbind-early(8), ptbind.allowlist(5).\n";

static int wrong_usage(const char *problem, const char *word)
{
	fprintf(stderr, "ptbind-early: %s%s; see 'ptbind-early --help'\n", problem, word);
	return EXIT_UNUSABLE;
}

/* Output that got lost must not look like a good plan. */
static int flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "ptbind-early: standard output: %s\n", strerror(errno));
	return EXIT_NOT_AS_WANTED;
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "dry-run", no_argument, NULL, 'n' },
		{ "root", required_argument, NULL, 'r' },
		{ "check-list", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	const char *root = NULL, *list = NULL;
	bool dry = false;
	int option;

	while ((option = getopt_long(argc, argv, "nr:c:hV", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			dry = true;
			break;
		case 'r':
			root = optarg;
			dry = true;
			break;
		case 'c':
			list = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return flush(EXIT_AS_WANTED);
		case 'V':
			puts("ptbind-early " PTBIND_VERSION);
			return flush(EXIT_AS_WANTED);
		default:
			return wrong_usage("wrong option", "");
		}
	}
	if (optind < argc)
		return wrong_usage("unexpected argument: ", argv[optind]);
	if (list != NULL && dry)
		return wrong_usage("--check-list goes with no other option", "");
	if (root != NULL && access(root, F_OK) < 0)
		return wrong_usage("no such directory: ", root);

	if (list != NULL)
		return flush(check_list(list));
	if (dry)
		return flush(dry_run(root != NULL ? root : ""));
	return boot();
}
