// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan on standard output, without touching anything. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "input.h"
#include "plan.h"
#include "sysfs.h"

/* Plans with as few facts as do, and once more with all where those tell more. */
static int make_plan(const char *root, const struct input *input, struct outcome *outcomes)
{
	struct machine machine = { 0 };
	const struct plan_input plan = { &input->cmdline, &input->list, &machine };
	bool everything = false, search = false;
	struct sysfs sysfs;
	int err;

	err = sysfs_open(root, &sysfs);
	if (err < 0)
		return err;
	do {
		everything = search;
		machine_free(&machine);
		err = sysfs_read_machine(&sysfs, &input->list, everything, &machine);
		if (err == 0)
			err = plan_make(&plan, outcomes, &search);
	} while (err == 0 && search && !everything);
	machine_free(&machine);
	sysfs_close(&sysfs);
	return err;
}

static void print_outcome(const struct allowlist_line *line, const struct outcome *outcome)
{
	char name[ALLOWLIST_LINE_MAX + 1], warnings[WARNINGS_STRSIZE];

	outcome_name(line, outcome, name, sizeof(name));
	warnings_format(outcome->warnings, warnings);
	if (outcome->result == RESULT_BIND)
		printf("%s bind vfio-pci", name);
	else
		printf("%s refuse %s", name, result_word(outcome->result));
	if (warnings[0] != '\0')
		printf(" [%s]", warnings);
	putchar('\n');

	if (outcome->message[0] != '\0') {
		fflush(stdout);
		fprintf(stderr, "ptbind-early: %s: %s\n", name, outcome->message);
	}
}

int dry_run(const char *root)
{
	_cleanup_free_ struct outcome *outcomes = NULL;
	int status = EXIT_AS_WANTED;
	struct input input;
	int err;

	err = input_read(root, &input);
	if (err < 0) {
		fprintf(stderr, "ptbind-early: %s\n", input.problem);
		input_free(&input);
		return EXIT_UNUSABLE;
	}
	for (size_t i = 0; i < input.cmdline.n_notes; i++)
		fprintf(stderr, "ptbind-early: %s\n", input.cmdline.notes[i]);

	outcomes = calloc(input.list.n_lines + 1, sizeof(*outcomes));
	if (outcomes == NULL)
		err = -ENOMEM;
	else if (input.disabled != NULL)
		plan_disable(&input.list, outcomes, input.disabled);
	else if (input.list.n_lines > 0)
		err = make_plan(root, &input, outcomes);
	if (err < 0) {
		fprintf(stderr, "ptbind-early: %s/sys/bus/pci: %s\n", root, strerror(-err));
		status = EXIT_NOT_AS_WANTED;
	}

	for (size_t i = 0; err == 0 && i < input.list.n_lines; i++) {
		print_outcome(&input.list.lines[i], &outcomes[i]);
		if (!outcomes[i].ok)
			status = EXIT_NOT_AS_WANTED;
	}
	input_free(&input);
	return status;
}
