// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind gate: keeps guests from starting with functions that were not bound. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow.h"
#include "cmd.h"
#include "gate_judge.h"
#include "gate_print.h"
#include "gate_read.h"
#include "options.h"
#include "util.h"

/* PVE::JSONSchema, pve-vmid: 100 to 999999999. */
#define VMID_DIGITS_MAX 9

static const char help_text[] =
	"Usage: ptbind gate proxmox [OPTION...] VMID\n"
	"       ptbind gate libvirt [OPTION...] NAME <DOMAIN.xml\n"
	"       ptbind gate allow [OPTION...] GUEST\n"
	"\n"
	"Says whether a guest may start: not if it passes through a PCI function that is\n"
	"on the allowlist but was not bound in this boot, as what is at its address may\n"
	"be another device. Hypervisors ask it before each start.\n"
	"\n"
	"  proxmox         judge a virtual machine of Proxmox VE by its configuration\n"
	"  libvirt         judge a libvirt domain by its XML on standard input\n"
	"  allow           let a guest start once, whatever would be said; until reboot\n"
	"\n"
	"  -r, --root DIR  read and write everything below DIR, a directory\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind gate proxmox 100 && echo it may start\n"
	"  virsh dumpxml --inactive nas | ptbind gate libvirt nas\n"
	"  ptbind gate allow 100\n"
	"\n"
	"Exit status: 0 it may start, 1 it must not, 2 wrong usage. See ptbind(8).\n";

static int wrong_usage(const char *problem, const char *word)
{
	return options_wrong("gate", problem, word);
}

/* Takes the permission for this start, if there is one; usually there is none. */
static bool take_permission(const char *root, const char *guest)
{
	int err = allow_take(root, guest);

	/* Who may not look was not meant either: the daemon of a libvirt session. */
	if (err < 0 && err != -ENOENT && err != -EINVAL && err != -EACCES)
		fprintf(stderr, "ptbind: not taking the permission of guest %s: %s\n",
			guest, strerror(-err));
	return err == 0;
}

/*
 * Judges a guest whose devices have been read, and says why if it is not to start.
 * Returns an exit status or a negative errno.
 */
static int judge_guest(const char *root, const char *name, bool allowed,
		       struct gate_input *input)
{
	_cleanup_free_ struct gate_verdict *verdicts = NULL;
	bool pass;
	int err;

	if (input->guest.n_devices == 0 && input->guest.problems.n == 0)
		return EXIT_AS_WANTED;
	err = gate_read_host(root, input);
	if (err < 0)
		return err;
	if (!gate_has_listed(input))
		return EXIT_AS_WANTED;

	verdicts = calloc(input->n_functions + 1, sizeof(*verdicts));
	if (verdicts == NULL)
		return -ENOMEM;
	pass = input->guest.problems.n == 0 && input->problems.n == 0;
	for (size_t i = 0; i < input->n_functions; i++) {
		const struct gate_function *function = &input->functions[i];

		verdicts[i] = gate_judge(&input->report, &input->listed,
					 function->has_claim ? &function->claim : NULL,
					 &function->address);
		pass = pass && gate_passes(&verdicts[i]);
	}
	if (pass)
		return EXIT_AS_WANTED;
	gate_print(stderr, name, input, verdicts, allowed);
	return allowed ? EXIT_AS_WANTED : EXIT_NOT_AS_WANTED;
}

/* Reads a guest and judges it. */
static int run_gate(const char *root, const char *name, bool is_libvirt)
{
	const bool allowed = take_permission(root, name);
	struct gate_input input = { 0 };
	int result;

	if (is_libvirt)
		result = gate_read_libvirt(stdin, &input);
	else
		result = gate_read_proxmox(root, name, &input);
	if (result == 0)
		result = judge_guest(root, name, allowed, &input);
	gate_input_free(&input);
	if (result >= 0)
		return result;
	fprintf(stderr, "ptbind: guest %s is not started: %s\n", name, strerror(-result));
	return EXIT_NOT_AS_WANTED;
}

static int run_proxmox(const char *root, const char *vmid)
{
	size_t len = strspn(vmid, "0123456789");

	if (vmid[0] == '\0')
		return wrong_usage("no VMID given", "");
	if (len == 0 || len > VMID_DIGITS_MAX || vmid[len] != '\0') {
		fprintf(stderr,
			"ptbind gate: '%s' is no VMID; expected a number of at most %d "
			"digits; see 'ptbind gate --help'\n",
			vmid, VMID_DIGITS_MAX);
		return EXIT_UNUSABLE;
	}
	return run_gate(root, vmid, false);
}

static int run_libvirt(const char *root, const char *name)
{
	return run_gate(root, name, true);
}

static int run_allow(const char *root, const char *guest)
{
	const char *problem = allow_check_name(guest);
	int err;

	if (problem != NULL)
		return wrong_usage(problem, "");
	err = allow_give(root, guest);
	if (err < 0) {
		fprintf(stderr, "ptbind gate: cannot let guest %s start: %s\n", guest,
			strerror(-err));
		return EXIT_NOT_AS_WANTED;
	}
	if (!gate_knows_proxmox(root, guest))
		fprintf(stderr,
			"W: ptbind: this node has no %s/etc/pve/qemu-server/%s.conf: the "
			"permission is for a guest of that name\n",
			root, guest);
	fputs("ptbind gate: the next start of guest ", stderr);
	gate_print_word(stderr, guest);
	fputs(" will not be refused\n", stderr);
	return EXIT_AS_WANTED;
}

static const struct {
	const char *name;
	int (*run)(const char *root, const char *guest);
} actions[] = {
	{ "proxmox", run_proxmox },
	{ "libvirt", run_libvirt },
	{ "allow", run_allow },
};

static int run_action(const char *root, const char *name, const char *guest)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (strcmp(name, actions[i].name) == 0)
			return actions[i].run(root, guest);
	return wrong_usage("expected proxmox, libvirt or allow, found: ", name);
}

static int run(int argc, char *argv[])
{
	struct options options;
	int status;

	if (!options_parse(argc, argv, help_text, 0, 2, &options, &status))
		return status;
	if (options.n_words < 2)
		return wrong_usage("expected proxmox, libvirt or allow, and a guest", "");
	return run_action(options.root, options.words[0], options.words[1]);
}

const struct cmd cmd_gate = {
	.name = "gate",
	.run = run,
	.help = "say whether a guest may start, or let it start once",
};
