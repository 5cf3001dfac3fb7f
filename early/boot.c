// SPDX-License-Identifier: GPL-2.0-or-later
/* The boot: reads what decides, has a worker do it, reports. */

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bind.h"
#include "boot.h"
#include "file.h"
#include "input.h"
#include "kernel_log.h"
#include "plan.h"
#include "report.h"
#include "worker.h"

/* Put into the image by the hook where the list is not the one of /etc/ptbind. */
#define STALE_PATH ALLOWLIST_PATH ".stale"

/* The same where the list was bad and there was no other. */
#define UNUSABLE_PATH ALLOWLIST_PATH ".unusable"

/* All that a boot knows; the report is written from it. */
struct boot {
	struct timespec start;
	struct kernel_log log;
	struct input input;
	struct progress *progress;
	enum report_state state;
	char reason[320];      /* why the state is not done */
	unsigned int warnings; /* enum warning, besides those of the worker */
	const char *notes[PROGRESS_NOTES_MAX + 8];
	size_t n_notes;
};

/*
 * Only there may host drivers be kept away: a running system is using its devices. Its
 * root may be a tmpfs as well, but has no scripts of initramfs-tools there.
 */
static bool is_initramfs(void)
{
	struct statfs fs;

	if (statfs("/", &fs) < 0)
		return false;
	return (fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC) &&
	       access("/scripts/init-top", F_OK) == 0;
}

static void add_note(struct boot *boot, const char *note)
{
	if (boot->n_notes < ARRAY_SIZE(boot->notes))
		boot->notes[boot->n_notes++] = note;
	else
		boot->notes[boot->n_notes - 1] = "there is more to say than fits here";
}

/* Memory for what the worker tells; -ENOMEM without. */
static int share_progress(const struct allowlist *list, struct progress **ret_progress)
{
	size_t size = sizeof(struct progress) + list->n_lines * sizeof(struct outcome);
	void *memory;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		return -errno;
	*ret_progress = memory;
	plan_start(list, (*ret_progress)->outcomes);
	return 0;
}

static enum log_level level_of(const struct outcome *outcome)
{
	if (outcome->ok)
		return LOG_WANTED;
	switch (outcome->result) {
	case RESULT_ABSENT:
	case RESULT_MISMATCH:
	case RESULT_PIN_UNREADABLE:
	case RESULT_BRIDGE:
	case RESULT_BAD_LINE:
		return LOG_REFUSED;
	default:
		return LOG_FAILED;
	}
}

static bool is_bound(const struct outcome *outcome)
{
	return outcome->result == RESULT_BOUND || outcome->result == RESULT_ALREADY_BOUND;
}

static void log_summary(struct boot *boot)
{
	const struct allowlist *list = &boot->input.list;
	enum log_level level = LOG_WANTED;
	size_t n_bound = 0;

	if (list->n_lines == 0 && boot->reason[0] != '\0')
		return;
	if (list->n_lines == 0) {
		kernel_log(&boot->log, LOG_WANTED, "%s %s: nothing to bind",
			   boot->input.has_list ? "empty allowlist" : "no allowlist",
			   ALLOWLIST_PATH);
		return;
	}
	for (size_t i = 0; i < list->n_lines; i++) {
		const struct outcome *outcome = &boot->progress->outcomes[i];

		n_bound += is_bound(outcome);
		if (level_of(outcome) < level)
			level = level_of(outcome);
	}
	kernel_log(&boot->log, level, "%zu listed, %zu bound, %zu not", list->n_lines,
		   n_bound, list->n_lines - n_bound);
}

static void log_function(struct boot *boot, const struct allowlist_line *line,
			 const struct outcome *outcome)
{
	char name[80], warnings[WARNINGS_STRSIZE];

	outcome_name(line, outcome, name, sizeof(name));
	warnings_format(outcome->warnings, warnings);
	kernel_log(&boot->log, level_of(outcome), "%s: %s%s%s%s%s", name,
		   result_word(outcome->result), outcome->message[0] != '\0' ? ": " : "",
		   outcome->message, warnings[0] != '\0' ? ": warning: " : "", warnings);
}

static void log_all(struct boot *boot)
{
	const struct allowlist *list = &boot->input.list;

	log_summary(boot);
	if (boot->reason[0] != '\0')
		kernel_log(&boot->log,
			   boot->state == REPORT_DISABLED ? LOG_WANTED : LOG_FAILED, "%s",
			   boot->reason);
	for (size_t i = 0; i < boot->n_notes; i++)
		kernel_log(&boot->log, LOG_REFUSED, "%s", boot->notes[i]);
	for (size_t i = 0; i < list->n_lines; i++)
		log_function(boot, &list->lines[i], &boot->progress->outcomes[i]);
}

static uint64_t elapsed_us(const struct timespec *start)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - start->tv_sec) * 1000000 +
			  (now.tv_nsec - start->tv_nsec) / 1000);
}

/* Writes the report and, beside it, the list as it was read. */
static int write_report(const struct boot *boot)
{
	struct utsname kernel = { .release = "" };
	const struct report report = {
		.state = boot->state,
		.reason = boot->reason,
		.kernel = kernel.release,
		.elapsed_us = elapsed_us(&boot->start),
		.list = &boot->input.list,
		.outcomes = boot->progress->outcomes,
		.warnings = boot->warnings | boot->progress->warnings,
		.notes = boot->notes,
		.n_notes = boot->n_notes,
	};
	_cleanup_free_ char *text = NULL;
	size_t size;
	int err;

	(void)uname(&kernel);
	err = report_format(&report, &text, &size);
	if (err < 0)
		return err;
	if (mkdir(RUN_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (chmod(RUN_DIR, 0755) < 0)
		return -errno;
	err = file_replace(USED_LIST_PATH, report.list->data, report.list->size);
	if (err < 0)
		return err;
	return file_replace(REPORT_PATH, text, size);
}

static int exit_status(const struct boot *boot)
{
	if (boot->state == REPORT_REFUSED)
		return EXIT_UNUSABLE;
	if (boot->state == REPORT_TIMEOUT || boot->progress->error < 0)
		return EXIT_NOT_AS_WANTED;
	for (size_t i = 0; i < boot->input.list.n_lines; i++)
		if (!boot->progress->outcomes[i].ok)
			return EXIT_NOT_AS_WANTED;
	return EXIT_AS_WANTED;
}

/* The log first: it is what is left where /run cannot be written. */
static int conclude(struct boot *boot)
{
	int err;

	for (size_t i = 0; i < boot->progress->n_notes; i++)
		add_note(boot, boot->progress->notes[i]);
	for (size_t i = 0; i < boot->input.cmdline.n_notes; i++)
		add_note(boot, boot->input.cmdline.notes[i]);
	log_all(boot);
	err = write_report(boot);
	if (err < 0)
		kernel_log(&boot->log, LOG_FAILED, "no report in " RUN_DIR ": %s",
			   strerror(-err));
	return exit_status(boot);
}

/* For worker_run(). */
static void work_on(void *context)
{
	bind_functions(context);
}

/* Has the worker do it, and makes sense of how it ended. */
static void run_worker(struct boot *boot)
{
	struct bind_work work = {
		.cmdline = &boot->input.cmdline,
		.list = &boot->input.list,
		.crash_kernel = boot->input.crash_kernel,
		.progress = boot->progress,
	};
	enum result unfinished = RESULT_BIND_FAILED;
	enum worker_end end;
	int err, sig;

	err = worker_run(work_on, &work, work.cmdline->timeout, &end, &sig);
	if (err < 0) {
		boot->progress->error = err;
		end = WORKER_DONE;
	}
	if (end == WORKER_TIMEOUT) {
		boot->state = REPORT_TIMEOUT;
		unfinished = RESULT_TIMEOUT;
		snprintf(boot->reason, sizeof(boot->reason),
			 "given up after %u seconds while %s; boot goes on",
			 work.cmdline->timeout, boot->progress->step);
	} else if (end == WORKER_DIED) {
		boot->progress->error = -EIO;
		snprintf(boot->reason, sizeof(boot->reason),
			 "the worker was ended by signal %d while %s", sig,
			 boot->progress->step);
	} else if (boot->progress->error < 0) {
		snprintf(boot->reason, sizeof(boot->reason), "%s: %s",
			 boot->progress->step[0] != '\0' ? boot->progress->step :
							   "starting",
			 strerror(-boot->progress->error));
	}
	bind_conclude(&work, unfinished, boot->reason);
}

/* Notes what is wrong with the image or the command line without keeping it from binding.
 */
static void check_surroundings(struct boot *boot)
{
	const struct cmdline *cmdline = &boot->input.cmdline;

	if (cmdline->n_notes > 0)
		boot->warnings |= WARNING_UNKNOWN_PARAMETER;
	if (access(STALE_PATH, F_OK) == 0) {
		boot->warnings |= WARNING_STALE_LIST;
		add_note(
			boot,
			"the allowlist had errors when this image was built, so that the "
			"last good one is in it: mend the list, then run "
			"'update-initramfs -u -k all'");
	}
}

/* Says why nothing can be done, and what would help. */
static void refuse(struct boot *boot, const char *why)
{
	boot->state = REPORT_REFUSED;
	snprintf(boot->reason, sizeof(boot->reason), "%s: nothing is touched", why);
}

/* Lets the list be, for a reason that is as it should be. */
static void stand_aside(struct boot *boot, const char *why)
{
	boot->state = REPORT_DISABLED;
	snprintf(boot->reason, sizeof(boot->reason), "%s: nothing is touched", why);
	plan_disable(&boot->input.list, boot->progress->outcomes, why);
}

int boot(void)
{
	struct boot boot = { .log = KERNEL_LOG_CLOSED, .state = REPORT_DONE };
	int err, status;

	(void)clock_gettime(CLOCK_MONOTONIC, &boot.start);
	if (!is_initramfs()) {
		fprintf(stderr,
			"ptbind-early: this is no initramfs, refusing to touch the "
			"devices of a running system; see --dry-run\n");
		return EXIT_UNUSABLE;
	}

	err = input_read("", &boot.input);
	if (err < 0)
		refuse(&boot, boot.input.problem);
	else if (access(UNUSABLE_PATH, F_OK) == 0)
		refuse(&boot,
		       "the allowlist was bad when this image was built, and there was "
		       "no good one; mend it and run 'update-initramfs -u -k all'");
	if (share_progress(&boot.input.list, &boot.progress) < 0) {
		kernel_log(&boot.log, LOG_FAILED, "out of memory: nothing is touched");
		return EXIT_NOT_AS_WANTED;
	}

	check_surroundings(&boot);
	if (boot.state == REPORT_DONE && boot.input.disabled != NULL)
		stand_aside(&boot, boot.input.disabled);
	else if (boot.state == REPORT_DONE && boot.input.list.n_lines > 0)
		run_worker(&boot);
	status = conclude(&boot);
	kernel_log_close(&boot.log);
	input_free(&boot.input);
	return status;
}
