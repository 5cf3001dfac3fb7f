// SPDX-License-Identifier: GPL-2.0-or-later
/* The words for the gate's verdicts. */

#include <string.h>

#include "gate_print.h"
#include "paths.h"
#include "result.h"

#define REBUILD "run 'ptbind apply', and reboot"

/* Why a function may not be passed through, and what helps. */
struct advice {
	const char *why;
	const char *help;
};

static const struct {
	enum result result;
	struct advice advice;
} results[] = {
	{ RESULT_DISABLED,
	  { "it was left out of this boot on purpose, so that the host has it",
	    "reboot without the parameter that the result names" } },
	{ RESULT_ABSENT,
	  { "at boot there was no such function; what is at its address now was never "
	    "checked",
	    "look for the card with 'ptbind list'; if it is there, see 'ptbind status'; else "
	    "correct its line and the guest, " REBUILD } },
	{ RESULT_MISMATCH,
	  { "what is at this address is not what the line describes: the guest would get "
	    "another device",
	    "look for the card with 'ptbind list'; correct its line and the guest, " REBUILD } },
	{ RESULT_PIN_UNREADABLE,
	  { "at boot nobody could tell whether it is what the line describes",
	    "see that the function works: 'lspci -vv' as root; then reboot" } },
	{ RESULT_BRIDGE,
	  { "a bridge cannot be passed through, and all that is behind it would be lost",
	    "take it off the list and out of the guest, " REBUILD } },
	{ RESULT_BAD_LINE,
	  { "its line does not parse, so that nothing was checked and nothing bound",
	    "correct the line, " REBUILD } },
	{ RESULT_NO_DRIVER,
	  { "vfio-pci could not be had at boot",
	    "see that the image has the module: " REBUILD } },
	{ RESULT_NO_IOMMU,
	  { "it is in no IOMMU group, and without one no guest can use it",
	    "turn the IOMMU on, in the firmware and on the kernel command line "
	    "(intel_iommu=on), and reboot" } },
	{ RESULT_BIND_FAILED,
	  { "at boot the kernel did not give it to vfio-pci",
	    "see what the kernel says: 'dmesg'; then reboot" } },
	{ RESULT_TIMEOUT,
	  { "ptbind-early was given up before it was done with it, so that a host driver "
	    "may be using it",
	    "see what hung: 'dmesg'; then reboot, with pt.timeout= for more time" } },
};

static const struct advice other_result = {
	"it was not given to vfio-pci at boot",
	"see what the boot says: 'dmesg | grep ptbind:'; then reboot",
};

static const struct advice reasons[] = {
	[GATE_DISABLED] = { "this boot left all listed functions to the host, on purpose",
			    "reboot without what turned ptbind off" },
	[GATE_REFUSED] = { "this boot had no list that it could use, so that nothing was "
			   "checked and nothing bound",
			   "correct " ALLOWLIST_PATH ", " REBUILD },
	[GATE_NO_REPORT] = { "ptbind-early did not run in this boot, so that nothing was "
			     "checked and nothing bound",
			     REBUILD },
	[GATE_BROKEN_REPORT] = { "the report of this boot cannot be read, so that nobody "
				 "knows whether it was bound",
				 "reboot, which writes a new one" },
	[GATE_NEW] = { "no line of the list that this boot used names it, so that it was "
		       "not checked and not bound",
		       REBUILD },
	[GATE_LATE] = { "it came, or went, after boot, and is not what was bound then",
			"see what the result says and what the driver is: 'ptbind status'; "
			"a reboot binds it, if its line holds" },
};

static const struct advice *find_advice(const struct gate_verdict *verdict)
{
	if (verdict->reason != GATE_NOT_BOUND)
		return &reasons[verdict->reason];
	for (size_t i = 0; i < ARRAY_SIZE(results); i++)
		if (strcmp(verdict->line->result, result_word(results[i].result)) == 0)
			return &results[i].advice;
	return &other_result;
}

static void print_safe(FILE *f, const char *text)
{
	for (; *text != '\0'; text++)
		putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, f);
}

void gate_print_word(FILE *f, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+:@";

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		fputs(word, f);
		return;
	}
	putc('\'', f);
	for (; *word != '\0'; word++) {
		const char ch[] = { *word, '\0' };

		if (*word == '\'')
			fputs("'\\''", f);
		else
			print_safe(f, ch);
	}
	putc('\'', f);
}

static void print_claim(FILE *f, const struct claim *claim)
{
	fputs("  since boot: ", f);
	print_safe(f, claim->result);
	if (claim->message[0] != '\0') {
		fputs(": ", f);
		print_safe(f, claim->message);
	}
	putc('\n', f);
}

static void print_result(FILE *f, const struct gate_input *input,
			 const struct listed_line *line)
{
	fputs("  result:     ", f);
	if (line->result != NULL)
		print_safe(f, line->result);
	else
		fputs("none", f);
	if (line->message[0] != '\0') {
		fputs(": ", f);
		print_safe(f, line->message);
	}
	if (input->report.status == BOOT_REPORT_READ && input->report.reason[0] != '\0') {
		fputs("\n  boot:       ", f);
		print_safe(f, input->report.state);
		fputs(": ", f);
		print_safe(f, input->report.reason);
	}
	putc('\n', f);
}

/* What makes the guest take a function. */
static void print_source(FILE *f, const struct gate_function *function)
{
	char named[PCI_ADDRESS_STRSIZE];

	if (!function->by_group) {
		print_safe(f, function->source);
		return;
	}
	pci_address_format(&function->named, named);
	fprintf(f, "IOMMU group of %s (", named);
	print_safe(f, function->source);
	putc(')', f);
}

/* One function that is listed and was not bound. */
static void print_function(FILE *f, const struct gate_input *input,
			   const struct gate_function *function,
			   const struct gate_verdict *verdict, bool allowed)
{
	const struct allowlist_line as_line = { .text = verdict->line->text,
						.len = verdict->line->len };
	const struct advice *advice = find_advice(verdict);
	char address[PCI_ADDRESS_STRSIZE], words[ALLOWLIST_LINE_MAX + 1];

	pci_address_format(&function->address, address);
	fprintf(f, "%s\n  guest:      ", address);
	print_source(f, function);
	fprintf(f, "\n  allowlist:  line %u %s: %s\n", verdict->line->number,
		verdict->line->result != NULL ? "at boot" : "today",
		allowlist_line_words(&as_line, words, sizeof(words)));
	print_result(f, input, verdict->line);
	if (verdict->claim != NULL)
		print_claim(f, verdict->claim);
	fprintf(f, "  why not:    %s\n", advice->why);
	if (!allowed)
		fprintf(f, "  what to do: %s\n", advice->help);
}

static void print_problems(FILE *f, const struct notes *problems)
{
	for (size_t i = 0; i < problems->n; i++) {
		fputs("  unreadable: ", f);
		print_safe(f, problems->lines[i]);
		putc('\n', f);
	}
}

static void print_heading(FILE *f, const char *guest, bool any, bool allowed)
{
	fputs("ptbind: guest ", f);
	gate_print_word(f, guest);
	if (allowed)
		fputs(" is started all the same, this once, as 'ptbind gate allow' "
		      "said\n",
		      f);
	else if (any)
		fputs(" is not started: it would get PCI functions that ptbind did not "
		      "bind in this boot\n",
		      f);
	else
		fputs(" is not started: nobody can tell whether it would get the right "
		      "PCI functions\n",
		      f);
}

void gate_print(FILE *f, const char *guest, const struct gate_input *input,
		const struct gate_verdict *verdicts, bool allowed)
{
	bool any = false;

	for (size_t i = 0; i < input->n_functions; i++)
		any = any || !gate_passes(&verdicts[i]);
	print_heading(f, guest, any, allowed);
	for (size_t i = 0; i < input->n_functions; i++)
		if (!gate_passes(&verdicts[i]))
			print_function(f, input, &input->functions[i], &verdicts[i],
				       allowed);
	if (any && (input->guest.problems.n > 0 || input->problems.n > 0))
		fputs("There may be more:\n", f);
	print_problems(f, &input->guest.problems);
	print_problems(f, &input->problems);
	if (allowed)
		return;
	fputs("More is in " REPORT_PATH " and in 'dmesg | grep ptbind:'.\n"
	      "To start the guest once all the same: ptbind gate allow ",
	      f);
	fputs(guest[0] == '-' ? "-- " : "", f);
	gate_print_word(f, guest);
	putc('\n', f);
}
