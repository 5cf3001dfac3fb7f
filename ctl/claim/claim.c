// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind claim: what the udev rule runs for a function that appears, or goes, after boot.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claim_bind.h"
#include "claim_judge.h"
#include "cmd.h"
#include "file.h"
#include "machine_read.h"
#include "options.h"
#include "paths.h"
#include "plan.h"
#include "status/boot_report.h"
#include "status/claims.h"
#include "tree.h"

#define CMDLINE_PATH "/proc/cmdline"
#define CMDLINE_SIZE_MAX 65536

/* The kernel refuses longer lines (kernel/printk). */
#define LOG_LINE_SIZE 900

static const char help_text[] =
	"Usage: ptbind claim [OPTION...] ADDRESS\n"
	"\n"
	"For the udev rule of ptbind: gives a listed PCI function that appears after boot\n"
	"to vfio-pci, by the list that this boot used and if its pins hold. What has a\n"
	"driver or a driver override keeps it. What is not listed is nobody's business.\n"
	"\n"
	"      --added     it has just appeared; without this, what was there at boot is\n"
	"                  not judged again\n"
	"      --removed   it has gone: what was found out about it no longer holds\n"
	"  -r, --root DIR  read and write everything below DIR, and load no module\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind claim 0000:04:00.0\n"
	"\n"
	"Exit status: 0 it has vfio-pci, or is not to have it; 1 it is to have it and has\n"
	"not; 2 wrong usage. See ptbind(8).\n";

/* All that one function takes to be judged. */
struct claiming {
	const char *root;
	struct pci_address address;
	bool added, removed; /* the event, where it is known */
	struct boot_report report;
	struct claim record; /* what is recorded so far */
	bool has_record;
	struct allowlist list; /* the one of this boot */
	struct cmdline cmdline;
	struct sysfs sysfs;
};

/*
 * Says what came of a function in the kernel log, where all that ptbind says of functions
 * is; each process opens it anew, so that nothing is dropped. By hand also on stderr.
 */
static void say(const struct claiming *claiming, bool ok, const char *result,
		const char *message)
{
	char line[LOG_LINE_SIZE], address[PCI_ADDRESS_STRSIZE];
	_cleanup_close_ int fd = -1;
	int n;

	pci_address_format(&claiming->address, address);
	n = snprintf(line, sizeof(line), "<%d>ptbind: %s: %s%s%s", ok ? 6 : 4, address,
		     result, message[0] != '\0' ? ": " : "", message);
	if (n < 0)
		return;
	n = n < LOG_LINE_SIZE ? n : LOG_LINE_SIZE - 1;
	fprintf(stderr, "%s\n", line + strlen("<6>"));
	if (claiming->root[0] != '\0')
		return;
	fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	/* Without it stderr has to do. */
	if (fd >= 0 && write(fd, line, (size_t)n) < 0)
		return;
}

/* Says that something could not be read or written. Returns err. */
static int say_error(const char *root, const char *path, int err)
{
	fprintf(stderr, "ptbind claim: %s%s: %s\n", root, path, file_read_error(err));
	return err;
}

static int read_report(struct claiming *claiming)
{
	_cleanup_free_ char *text = NULL;
	const char *error;
	size_t size;
	int err;

	err = tree_read(claiming->root, REPORT_PATH, BOOT_REPORT_MAX, &text, &size);
	/* Without a report nobody knows what this boot left out on purpose. */
	if (err < 0)
		return say_error(claiming->root, REPORT_PATH, err);
	err = boot_report_parse(text, size, &claiming->report, &error);
	if (err == -EBADMSG)
		fprintf(stderr, "ptbind claim: %s" REPORT_PATH ": %s\n", claiming->root,
			error);
	return err;
}

static int read_record(struct claiming *claiming)
{
	int err = claims_read(claiming->root, &claiming->address, &claiming->record);

	claiming->has_record = err == 0;
	/* One that cannot be understood tells nothing, and is written anew. */
	return err == -ENOENT || err == -EBADMSG ? 0 : err;
}

static int read_cmdline(struct claiming *claiming)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int err;

	err = tree_read(claiming->root, CMDLINE_PATH, CMDLINE_SIZE_MAX, &text, &size);
	if (err == 0)
		err = cmdline_parse(text, &claiming->cmdline);
	return err < 0 ? say_error(claiming->root, CMDLINE_PATH, err) : 0;
}

/* Reads the list of this boot; of none, no lines. */
static int read_list(struct claiming *claiming)
{
	char *data;
	size_t size;
	int err;

	err = tree_read(claiming->root, USED_LIST_PATH, ALLOWLIST_SIZE_MAX, &data, &size);
	if (err == -ENOENT)
		return 0;
	if (err == 0)
		err = allowlist_parse(data, size, &claiming->list);
	return err < 0 ? say_error(claiming->root, USED_LIST_PATH, err) : 0;
}

/* Records what came of the function, and says it. Returns an exit status. */
static int conclude(const struct claiming *claiming, bool ok, const char *result,
		    const char *message)
{
	struct claim record = { 0 };
	int err;

	snprintf(record.result, sizeof(record.result), "%s", result);
	snprintf(record.message, sizeof(record.message), "%s", message);
	err = claims_write(claiming->root, &claiming->address, &record);
	say(claiming, ok, result, message);
	if (err < 0)
		fprintf(stderr, "ptbind claim: %s" CLAIMS_DIR ": %s\n", claiming->root,
			strerror(-err));
	return ok && err == 0 ? EXIT_AS_WANTED : EXIT_NOT_AS_WANTED;
}

static int run_removed(struct claiming *claiming)
{
	int err;

	err = read_report(claiming);
	if (err == 0)
		err = read_record(claiming);
	if (err < 0)
		return err;
	if (!claim_ends(&claiming->report, &claiming->address,
			claiming->has_record ? &claiming->record : NULL))
		return EXIT_AS_WANTED;
	return conclude(claiming, true, result_word(RESULT_ABSENT),
			"it was removed after boot");
}

/* Plans for the function as the boot would, and carries it out. */
static int judge(struct claiming *claiming, const struct allowlist *lines,
		 struct outcome *outcomes)
{
	struct machine machine = { 0 };
	const struct plan_input input = { &claiming->cmdline, lines, &machine };
	bool search;
	int err;

	err = machine_read(&claiming->sysfs, lines, plan_facts(&claiming->cmdline), false,
			   &machine);
	if (err < 0)
		return err;
	err = plan_make(&input, outcomes, &search);
	if (err == 0 && outcomes[0].result == RESULT_BIND)
		claim_bind(&claiming->sysfs, &input, outcomes, claiming->root[0] == '\0');
	machine_free(&machine);
	if (err < 0)
		return err;
	return conclude(claiming, outcomes[0].ok, result_word(outcomes[0].result),
			outcomes[0].message);
}

static int run_with_lines(struct claiming *claiming, const struct allowlist *lines)
{
	_cleanup_free_ struct outcome *outcomes = NULL;
	int err;

	if (lines->n_lines == 0)
		return EXIT_AS_WANTED;
	err = read_report(claiming);
	if (err == 0)
		err = read_record(claiming);
	if (err == 0)
		err = read_cmdline(claiming);
	if (err < 0)
		return err;
	if (claiming->cmdline.disable ||
	    !claim_is_due(&claiming->report, lines,
			  claiming->has_record ? &claiming->record : NULL,
			  claiming->added))
		return EXIT_AS_WANTED;
	outcomes = calloc(lines->n_lines, sizeof(*outcomes));
	return outcomes == NULL ? -ENOMEM : judge(claiming, lines, outcomes);
}

static int run_added(struct claiming *claiming)
{
	struct pci_function function;
	struct allowlist lines = { 0 };
	int err;

	err = read_list(claiming);
	if (err < 0 || claiming->list.n_lines == 0)
		return err;
	err = sysfs_open(claiming->root, &claiming->sysfs);
	if (err < 0)
		return say_error(claiming->root, "/sys/bus/pci", err);
	err = sysfs_read_function(&claiming->sysfs, &claiming->address, FACT_PATH,
				  &function);
	/* Gone before anybody looked. */
	if (err == -ENODEV)
		return EXIT_AS_WANTED;
	if (err == 0)
		err = claim_pick_lines(&claiming->list, &function, &lines);
	if (err == 0)
		err = run_with_lines(claiming, &lines);
	free(lines.lines);
	return err;
}

static int run_claim(struct claiming *claiming)
{
	int status = claiming->removed ? run_removed(claiming) : run_added(claiming);

	boot_report_free(&claiming->report);
	allowlist_free(&claiming->list);
	cmdline_free(&claiming->cmdline);
	sysfs_close(&claiming->sysfs);
	if (status == -ENOMEM)
		fprintf(stderr, "ptbind claim: %s\n", strerror(ENOMEM));
	return status < 0 ? EXIT_NOT_AS_WANTED : status;
}

static int run(int argc, char *argv[])
{
	struct claiming claiming = { .sysfs = { -1 } };
	struct parse_error error;
	struct options options;
	int status;

	if (!options_parse(argc, argv, help_text, OPTION_EVENT, 1, &options, &status))
		return status;
	if (options.n_words == 0)
		return options_wrong("claim", "expected an address", "");
	if (pci_address_parse(options.words[0], strlen(options.words[0]),
			      &claiming.address, &error) < 0) {
		fprintf(stderr, "ptbind claim: '%s': %s; see 'ptbind claim --help'\n",
			options.words[0], error.message);
		return EXIT_UNUSABLE;
	}
	claiming.root = options.root;
	claiming.added = options.added;
	claiming.removed = options.removed;
	return run_claim(&claiming);
}

const struct cmd cmd_claim = {
	.name = "claim",
	.run = run,
	.help = "give a listed function that appeared after boot to vfio-pci (for udev)",
};
