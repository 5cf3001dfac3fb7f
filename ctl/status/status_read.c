// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what a boot left behind, and what became of it. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "paths.h"
#include "status.h"
#include "sysfs.h"
#include "tree.h"

/* Where systemd-nspawn, Podman, Docker and LXC, by systemd, say that they are one. */
static const char *const container_signs[] = {
	"/run/systemd/container",
	"/run/.containerenv",
	"/.dockerenv",
};

static int read_report(const char *root, struct status *status)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int err;

	err = tree_read(root, REPORT_PATH, BOOT_REPORT_MAX, &text, &size);
	if (err == -ENOENT || err == -ENOMEM)
		return err == -ENOMEM ? err : 0;
	status->report_error = file_read_error(err);
	if (err == 0)
		err = boot_report_parse(text, size, &status->report,
					&status->report_error);
	if (err == 0)
		status->report_error = "";
	else
		status->report.status = BOOT_REPORT_BROKEN;
	return err == -ENOMEM ? err : 0;
}

static int read_list(const char *root, const char *path, struct allowlist *list,
		     int *ret_error)
{
	size_t size;
	char *data;

	*ret_error = tree_read(root, path, ALLOWLIST_SIZE_MAX, &data, &size);
	if (*ret_error < 0)
		return *ret_error == -ENOMEM ? -ENOMEM : 0;
	return allowlist_parse(data, size, list);
}

/* Finds the function that a line is about now. */
static bool find_function(const struct sysfs *sysfs, const struct allowlist_line *line,
			  struct status_line *entry)
{
	struct status_facts *now = &entry->now;

	now->address = entry->reported->address;
	if (line != NULL && line->column == 0 && line->where.n_steps > 0)
		return sysfs_resolve_path(sysfs, &line->where, &now->address) == 0;
	if (line != NULL && line->column == 0)
		now->address = line->where.first;
	return entry->reported->has_address || (line != NULL && line->column == 0);
}

/* Reads what is known of a line's function now. Returns 0 or -ENOMEM. */
static int read_facts(const char *root, const struct sysfs *sysfs,
		      const struct allowlist_line *line, struct status_line *entry)
{
	struct status_facts *now = &entry->now;
	bool known = find_function(sysfs, line, entry);
	int err;

	now->optional = line != NULL && line->optional;
	if (known && sysfs_driver_of(sysfs, &now->address, now->driver) == 0)
		now->there = true;
	if (!known && !entry->reported->has_address)
		return 0;
	err = claims_read(root, &now->address, &now->claim);
	now->has_claim = err == 0;
	if (err != -EBADMSG)
		return err == -ENOMEM ? err : 0;
	/* Rather something to look into than nothing. */
	now->has_claim = true;
	now->claim = (struct claim){ .result = "unknown" };
	return 0;
}

/*
 * The line of this boot's list that an element of the report is about: both are in the
 * order of the list.
 */
static const struct allowlist_line *find_line(const struct status *status, size_t *at,
					      unsigned int number)
{
	const struct allowlist *list = &status->used;

	while (*at < list->n_lines && list->lines[*at].number < number)
		(*at)++;
	if (*at == list->n_lines || list->lines[*at].number != number)
		return NULL;
	return &list->lines[*at];
}

static int read_lines(const char *root, const struct sysfs *sysfs, struct status *status)
{
	size_t at = 0;
	int err = 0;

	status->lines = calloc(status->report.n_lines + 1, sizeof(*status->lines));
	if (status->lines == NULL)
		return -ENOMEM;
	for (size_t i = 0; err == 0 && i < status->report.n_lines; i++) {
		const struct boot_report_line *reported = &status->report.lines[i];
		struct status_line *line = &status->lines[i];

		line->reported = reported;
		err = read_facts(root, sysfs, find_line(status, &at, reported->number),
				 line);
		line->verdict = status_judge(reported, &line->now);
	}
	return err;
}

int status_read(const char *root, struct status *ret_status)
{
	struct status status = { .report_error = "" };
	struct sysfs sysfs = { -1 };
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(container_signs); i++)
		status.in_container |= tree_has(root, container_signs[i]);
	err = read_report(root, &status);
	if (err == 0)
		err = read_list(root, USED_LIST_PATH, &status.used, &status.used_error);
	if (err == 0)
		err = read_list(root, ALLOWLIST_PATH, &status.today, &status.today_error);
	/* Without one there are no functions, which is what is said then. */
	if (err == 0 && sysfs_open(root, &sysfs) == -ENOMEM)
		err = -ENOMEM;
	if (err == 0)
		err = read_lines(root, &sysfs, &status);
	if (err == 0)
		err = list_diff(&status.used, &status.today, &status.diff);
	sysfs_close(&sysfs);
	if (err == 0)
		*ret_status = status;
	else
		status_free(&status);
	return err;
}

void status_free(struct status *status)
{
	boot_report_free(&status->report);
	free(status->lines);
	allowlist_free(&status->used);
	allowlist_free(&status->today);
	list_diff_free(&status->diff);
	*status = (struct status){ .report_error = "" };
}

bool status_is_ok(const struct status *status)
{
	const struct boot_report *report = &status->report;

	if (report->status != BOOT_REPORT_READ || strcmp(report->state, "refused") == 0 ||
	    strcmp(report->state, "timeout") == 0 ||
	    boot_report_warns(report, warning_word(WARNING_STALE_LIST)))
		return false;
	/* The worker ended early. */
	if (strcmp(report->state, "done") == 0 && report->reason[0] != '\0')
		return false;
	for (size_t i = 0; i < report->n_lines; i++)
		if (!status->lines[i].verdict.ok)
			return false;
	return true;
}

const char *status_state(const struct status *status)
{
	switch (status->report.status) {
	case BOOT_REPORT_MISSING:
		return "missing";
	case BOOT_REPORT_BROKEN:
		return "broken";
	default:
		return status->report.state;
	}
}
