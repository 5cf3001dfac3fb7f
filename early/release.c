// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vfio-pci may be built in, or loaded by somebody else, with ids= that nobody can ask it
 * for. Taking each ID of the list away from it tells which it had.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "release.h"

/* PCI_ANY_ID, include/linux/mod_devicetable.h. */
#define ANY_ID UINT32_MAX

/* Entries of one ID that vfio-pci may hold; more can only be a driver that lies. */
#define REMOVE_ID_MAX 16

/* An ID that the list speaks of. */
struct listed_id {
	struct pci_id id;
	bool removed; /* vfio-pci had it */
};

/* What all steps need. */
struct release {
	const struct sysfs *sysfs;
	const struct plan_input *input;
	struct progress *progress;
	struct listed_id *ids; /* each once */
	size_t n_ids;
};

static int compare_ids(const void *a, const void *b)
{
	const struct pci_id *x = &((const struct listed_id *)a)->id;
	const struct pci_id *y = &((const struct listed_id *)b)->id;

	return x->vendor != y->vendor ? (int)x->vendor - (int)y->vendor :
					(int)x->device - (int)y->device;
}

/* Collects the IDs of the functions that the lines are about, or that they pin. */
static int collect_ids(struct release *release)
{
	const struct allowlist *list = release->input->list;
	size_t n = 0, last = 0;

	release->ids = calloc(list->n_lines + 1, sizeof(*release->ids));
	if (release->ids == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n_lines; i++) {
		const struct allowlist_line *line = &list->lines[i];
		const struct pci_function *f;

		if (line->column != 0)
			continue;
		f = plan_function(release->input, i, release->progress->outcomes);
		if (f != NULL && f->error == 0)
			release->ids[n++].id = f->id;
		else if (line->pins & PIN_ID)
			release->ids[n++].id = line->id;
	}
	if (n == 0)
		return 0;

	qsort(release->ids, n, sizeof(*release->ids), compare_ids);
	for (size_t i = 1; i < n; i++)
		if (!pci_id_equal(&release->ids[last].id, &release->ids[i].id))
			release->ids[++last] = release->ids[i];
	release->n_ids = last + 1;
	return 0;
}

/* Takes all entries of an ID away; says whether there were any. */
static bool remove_id(const struct release *release, uint32_t vendor, uint32_t device)
{
	unsigned int n = 0;

	while (n < REMOVE_ID_MAX &&
	       sysfs_remove_id(release->sysfs, VFIO_DRIVER, vendor, device) == 0)
		n++;
	return n > 0;
}

/* Removes all IDs of the list, also those that match any device; says whether it had one.
 */
static bool remove_ids(struct release *release)
{
	bool had_any = remove_id(release, ANY_ID, ANY_ID);
	bool removed = had_any;

	for (size_t i = 0; i < release->n_ids; i++) {
		struct listed_id *listed = &release->ids[i];

		listed->removed = had_any;
		listed->removed |=
			remove_id(release, listed->id.vendor, listed->id.device);
		listed->removed |= remove_id(release, listed->id.vendor, ANY_ID);
		/* Gone with the first of its vendor; the others had it as well. */
		if (i > 0 && release->ids[i - 1].id.vendor == listed->id.vendor)
			listed->removed |= release->ids[i - 1].removed;
		removed |= listed->removed;
	}
	return removed;
}

static bool was_removed(const struct release *release, const struct pci_id *id)
{
	for (size_t i = 0; i < release->n_ids; i++)
		if (pci_id_equal(&release->ids[i].id, id))
			return release->ids[i].removed;
	return false;
}

/* Warns at the lines that a removed ID belongs to. */
static void warn_lines(const struct release *release)
{
	const struct allowlist *list = release->input->list;
	struct outcome *outcomes = release->progress->outcomes;

	for (size_t i = 0; i < list->n_lines; i++) {
		const struct allowlist_line *line = &list->lines[i];
		const struct pci_function *f;

		if (line->column != 0)
			continue;
		f = plan_function(release->input, i, outcomes);
		if (f != NULL ? was_removed(release, &f->id) :
				(line->pins & PIN_ID) && was_removed(release, &line->id))
			outcomes[i].warnings |= WARNING_IDS_RELEASED;
	}
}

/* Does the list give this function to vfio-pci? */
static bool is_accepted(const struct release *release, const struct pci_address *address)
{
	for (size_t i = 0; i < release->input->list->n_lines; i++) {
		const struct outcome *outcome = &release->progress->outcomes[i];

		if ((outcome->result == RESULT_BIND || outcome->result == RESULT_BOUND ||
		     outcome->result == RESULT_ALREADY_BOUND) &&
		    pci_address_compare(&outcome->address, address) == 0)
			return true;
	}
	return false;
}

/* Takes a function off vfio-pci, and lets the host have it. */
static void release_function(const struct release *release,
			     const struct pci_address *address)
{
	struct progress *progress = release->progress;
	char text[PCI_ADDRESS_STRSIZE];
	int err;

	pci_address_format(address, text);
	progress_step(progress, "releasing %s from " VFIO_DRIVER, text);
	err = sysfs_unbind(release->sysfs, address, VFIO_DRIVER);
	if (err == 0)
		err = sysfs_probe(release->sysfs, address);
	if (err < 0)
		progress_note(progress,
			      "%s could not be released from " VFIO_DRIVER ": %s", text,
			      strerror(-err));
	else
		progress_note(progress,
			      "%s released from " VFIO_DRIVER
			      ", which had taken it for its "
			      "ID; the list does not give it away",
			      text);
}

/* Releases what vfio-pci holds for a removed ID and is not meant to have. */
static int release_twins(const struct release *release)
{
	_cleanup_free_ struct pci_address *bound = NULL;
	size_t n_bound;
	int err;

	err = sysfs_list_bound(release->sysfs, VFIO_DRIVER, &bound, &n_bound);
	if (err < 0)
		return err;
	for (size_t i = 0; i < n_bound; i++) {
		struct pci_function function;

		if (is_accepted(release, &bound[i]))
			continue;
		if (sysfs_read_function(release->sysfs, &bound[i], FACT_IDENTITY,
					&function) < 0)
			continue;
		/* Whoever wrote the override wanted this very function on vfio-pci. */
		if (was_removed(release, &function.id) &&
		    !sysfs_override_is(release->sysfs, &bound[i], VFIO_DRIVER))
			release_function(release, &bound[i]);
	}
	return 0;
}

int release_ids(const struct sysfs *sysfs, const struct plan_input *input,
		struct progress *progress)
{
	struct release release = { .sysfs = sysfs, .input = input, .progress = progress };
	int err;

	progress_step(progress, "removing IDs from " VFIO_DRIVER);
	err = collect_ids(&release);
	if (err == 0 && remove_ids(&release)) {
		warn_lines(&release);
		err = release_twins(&release);
	}
	free(release.ids);
	return err;
}
