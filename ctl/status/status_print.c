// SPDX-License-Identifier: GPL-2.0-or-later
/* The status for a person, in 80 columns. */

#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "output.h"
#include "paths.h"
#include "status.h"

#define WIDTH 80
#define INDENT 4

#define APPLY "run 'ptbind apply', and reboot"

/* Prints text from a column on, in lines of WIDTH that start with an indent. */
static void print_wrapped(const char *text, size_t column, size_t indent)
{
	while (*text != '\0') {
		char word[WIDTH];
		size_t len = strcspn(text, " "), n = len < WIDTH ? len : WIDTH - 1;

		if (column > indent && column + 1 + n > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column == 0)
			printf("%*s", (int)indent, "");
		else if (column > indent)
			putchar(' ');
		column = (column == 0 ? indent : column + (column > indent)) + n;
		memcpy(word, text, n);
		word[n] = '\0';
		output_text(stdout, word);
		/* A word that is longer than a line goes on in the next one. */
		text += n;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_sentence(const char *text)
{
	print_wrapped(text, 0, INDENT);
}

static void print_heading(enum output_colour colour, const char *text)
{
	fputs(output_colour(stdout, colour), stdout);
	print_wrapped(text, 0, 0);
	fputs(output_colour(stdout, COLOUR_NONE), stdout);
}

static size_t count_wanted(const struct status *status)
{
	size_t n = 0;

	for (size_t i = 0; i < status->report.n_lines; i++)
		n += status->lines[i].verdict.ok;
	return n;
}

/* Says how many of the lines are as they should be. */
static void print_count(const struct status *status)
{
	const size_t n = status->report.n_lines, wanted = count_wanted(status);
	char text[128];

	if (n == 0)
		snprintf(text, sizeof(text), "Nothing was listed in this boot.");
	else if (n == wanted)
		snprintf(text, sizeof(text),
			 "All is as this boot's list says: %zu listed.", n);
	else
		snprintf(text, sizeof(text),
			 "Not all is as this boot's list says: %zu listed, %zu not as "
			 "wanted.",
			 n, n - wanted);
	print_heading(n == wanted ? COLOUR_GREEN : COLOUR_RED, text);
}

static void print_broken(const struct status *status)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "What this boot did is not known: " REPORT_PATH ": %s.",
		 status->report_error);
	print_heading(COLOUR_RED, text);
	print_sentence("See 'dmesg | grep ptbind:'. A reboot writes a new report.");
}

static void print_missing(const struct status *status)
{
	print_heading(COLOUR_RED, "ptbind-early did not run in this boot: there is no "
				  "report, " REPORT_PATH ".");
	if (status->in_container)
		print_sentence("This is a container; ask on its host.");
	else
		print_sentence("It is not in the image that was booted, which may have "
			       "been built before ptbind was installed: " APPLY ".");
}

/* What comes before all else, as it explains the rest. */
static void print_state(const struct status *status)
{
	const struct boot_report *report = &status->report;
	char text[512];

	if (strcmp(report->state, "disabled") == 0) {
		snprintf(text, sizeof(text), "ptbind was off in this boot: %s.",
			 report->reason);
		print_heading(COLOUR_YELLOW, text);
	} else if (strcmp(report->state, "refused") == 0) {
		snprintf(text, sizeof(text),
			 "This boot had no list that it could use: %s.", report->reason);
		print_heading(COLOUR_RED, text);
		print_sentence("Correct " ALLOWLIST_PATH ", " APPLY ".");
	} else if (report->reason[0] != '\0') {
		snprintf(text, sizeof(text), "ptbind-early did not come to its end: %s.",
			 report->reason);
		print_heading(COLOUR_RED, text);
	}
	if (boot_report_warns(report, warning_word(WARNING_STALE_LIST)))
		print_heading(
			COLOUR_RED,
			"This boot used the last good list (stale-list): " ALLOWLIST_PATH
			" had errors when the image was built.");
}

/* The colour of a line: red is what is not as wanted, yellow what changed and is. */
static enum output_colour colour_of(const struct status_verdict *verdict)
{
	if (!verdict->ok)
		return COLOUR_RED;
	return verdict->change == CHANGE_NONE ? COLOUR_GREEN : COLOUR_YELLOW;
}

static const char *describe_driver(const struct status_facts *now)
{
	if (!now->there)
		return "-";
	return now->driver[0] != '\0' ? now->driver : "no driver";
}

static void print_address(const struct status_line *line)
{
	char address[PCI_ADDRESS_STRSIZE];

	if (line->now.there) {
		pci_address_format(&line->now.address, address);
		printf("%-12s", address);
	} else if (line->reported->has_address) {
		pci_address_format(&line->reported->address, address);
		printf("%-12s", address);
	} else {
		printf("line %-7u", line->reported->number);
	}
}

static void print_warnings(const struct boot_report_line *line)
{
	const size_t n =
		line->warnings != NULL ? json_object_array_length(line->warnings) : 0;
	char text[WARNINGS_STRSIZE + 16] = "warnings:";

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(text);

		snprintf(text + len, sizeof(text) - len, "%s %s", i > 0 ? "," : "",
			 json_object_get_string(
				 json_object_array_get_idx(line->warnings, i)));
	}
	if (n > 0)
		print_sentence(text);
}

static void print_line(const struct status_line *line)
{
	const struct status_verdict *verdict = &line->verdict;
	const struct boot_report_line *reported = line->reported;
	const char *since = status_change_word(verdict->change);

	if (line->now.has_claim)
		since = line->now.claim.result;

	fputs(output_colour(stdout, colour_of(verdict)), stdout);
	print_address(line);
	fputs("  ", stdout);
	output_text(stdout, reported->result);
	for (size_t len = strlen(reported->result); len < 14; len++)
		putchar(' ');
	if (since != NULL)
		printf("  %-14s  %s", describe_driver(&line->now), since);
	else
		printf("  %s", describe_driver(&line->now));
	fputs(output_colour(stdout, COLOUR_NONE), stdout);
	putchar('\n');
	/* An address says it; what a line without one is about, its words do. */
	if (!reported->has_address && !line->now.there)
		print_sentence(reported->text);
	if (reported->message[0] != '\0')
		print_sentence(reported->message);
	if (verdict->why[0] != '\0' && strcmp(verdict->why, reported->message) != 0)
		print_sentence(verdict->why);
	print_warnings(reported);
}

static void print_lines(const struct status *status)
{
	if (status->report.n_lines == 0)
		return;
	printf("\n%s%-12s  %-14s  %-14s  %s%s\n", output_colour(stdout, COLOUR_BOLD),
	       "FUNCTION", "AT BOOT", "DRIVER NOW", "SINCE BOOT",
	       output_colour(stdout, COLOUR_NONE));
	for (size_t i = 0; i < status->report.n_lines; i++)
		print_line(&status->lines[i]);
}

static void print_notes(const struct boot_report *report)
{
	const size_t n =
		report->notes != NULL ? json_object_array_length(report->notes) : 0;

	if (n > 0)
		puts("\nptbind-early noted:");
	for (size_t i = 0; i < n; i++)
		print_sentence(json_object_get_string(
			json_object_array_get_idx(report->notes, i)));
}

static void print_change(char sign, const struct allowlist_line *line)
{
	char words[ALLOWLIST_LINE_MAX + 1];

	printf("%c %4u: ", sign, line->number);
	print_wrapped(allowlist_line_words(line, words, sizeof(words)), 8, 8);
}

static void print_diff(const struct status *status)
{
	if (status->today_error < 0 && status->today_error != -ENOENT) {
		printf("\n" ALLOWLIST_PATH ": %s\n",
		       file_read_error(status->today_error));
		return;
	}
	if (status->report.status != BOOT_REPORT_READ || status->diff.n == 0)
		return;
	putchar('\n');
	print_heading(COLOUR_YELLOW,
		      ALLOWLIST_PATH " is not the list of this boot. The changes take "
				     "effect at the next boot; " APPLY ":");
	for (size_t i = 0; i < status->diff.n; i++) {
		const struct list_change *change = &status->diff.changes[i];

		if (change->was != NULL)
			print_change('-', change->was);
		if (change->is != NULL)
			print_change('+', change->is);
	}
}

void status_print(const struct status *status)
{
	if (status->report.status == BOOT_REPORT_MISSING) {
		print_missing(status);
	} else if (status->report.status == BOOT_REPORT_BROKEN) {
		print_broken(status);
	} else {
		print_state(status);
		print_count(status);
		print_lines(status);
		print_notes(&status->report);
	}
	print_diff(status);
}
