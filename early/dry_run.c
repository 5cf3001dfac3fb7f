// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan on standard output, without touching anything. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "decide.h"
#include "input.h"
#include "plan.h"
#include "sysfs.h"

/* Notes what a boot would stumble on if the IOMMU were as it is now. */
static void note_groups(const struct input *input, const struct outcome *outcomes,
			const struct machine *machine)
{
	for (size_t i = 0; i < input->list.n_lines; i++) {
		char address[PCI_ADDRESS_STRSIZE];
		const struct pci_function *f;

		if (outcomes[i].result != RESULT_BIND || outcomes[i].same_as != i)
			continue;
		f = machine_at(machine, &outcomes[i].address);
		if (f == NULL || f->group >= 0)
			continue;
		pci_address_format(&f->address, address);
		fprintf(stderr,
			"ptbind-early: %s: it is in no IOMMU group now; a boot with the IOMMU "
			"off reports no-iommu\n",
			address);
	}
}

/* Decides about the functions of the tree, with notes to standard error. */
static int make_plan(const char *root, const struct input *input,
		     struct outcome *outcomes)
{
	const struct cmdline *cmdline = &input->cmdline;
	struct machine machine = { 0 };
	const struct plan_input plan = { cmdline, &input->list, &machine };
	struct sysfs sysfs;
	int err;

	err = sysfs_open(root, &sysfs);
	if (err < 0)
		return err;
	err = decide(&sysfs, cmdline, &input->list, outcomes, &machine);
	sysfs_close(&sysfs);
	if (err < 0)
		return err;

	for (size_t i = 0; i < cmdline->n_except; i++) {
		char text[PCI_PATH_STRSIZE];

		if (!plan_except_is_idle(&plan, i))
			continue;
		pci_path_format(&cmdline->except[i], text);
		fprintf(stderr,
			"ptbind-early: pt.disable=%s leaves out nothing: it is not "
			"listed\n",
			text);
	}
	note_groups(input, outcomes, &machine);
	machine_free(&machine);
	return 0;
}

static void print_outcome(const struct allowlist_line *line,
			  const struct outcome *outcome)
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
		fprintf(stderr, "ptbind-early: %s/sys/bus/pci: %s\n", root,
			strerror(-err));
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
