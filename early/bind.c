// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps that touch the machine, in the order that keeps it safe. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bind.h"
#include "decide.h"
#include "ids.h"
#include "machine.h"
#include "modules.h"
#include "plan.h"
#include "release.h"
#include "sysfs.h"

#define UDEV_CONTROL "/run/udev/control"

/* What the steps need at hand. */
struct bind {
	const struct bind_work *work;
	struct progress *progress;
	struct sysfs sysfs;
	struct machine machine;
	struct plan_input input; /* of the plan that is carried out */
	bool have_driver;        /* there is a vfio-pci */
	int load_error;          /* negative errno: why not */
};

static void fail(struct outcome *outcome, enum result result, int err)
{
	outcome->result = result;
	outcome->ok = false;
	outcome->error = err < 0 ? -err : 0;
}

/* Reads which driver has the function now; true where it is vfio-pci. */
static bool verify(const struct sysfs *sysfs, struct outcome *outcome)
{
	if (sysfs_driver_of(sysfs, &outcome->address, outcome->driver) < 0)
		outcome->driver[0] = '\0';
	if (strcmp(outcome->driver, VFIO_DRIVER) != 0)
		return false;

	outcome->ok = true;
	outcome->error = 0;
	outcome->result = strcmp(outcome->was, VFIO_DRIVER) == 0 ? RESULT_ALREADY_BOUND :
								   RESULT_BOUND;
	return true;
}

/* Notes the functions that somebody wanted out and that were never in. */
static void check_excepts(struct bind *bind)
{
	const struct cmdline *cmdline = bind->work->cmdline;

	for (size_t i = 0; i < cmdline->n_except; i++) {
		char text[PCI_PATH_STRSIZE];

		if (!plan_except_is_idle(&bind->input, i))
			continue;
		pci_path_format(&cmdline->except[i], text);
		progress_note(bind->progress,
			      "pt.disable=%s leaves out nothing: it is not listed", text);
	}
}

/* From here on no host driver can take the function. */
static void write_override(struct bind *bind, struct outcome *outcome)
{
	char text[PCI_ADDRESS_STRSIZE];
	int err;

	pci_address_format(&outcome->address, text);
	progress_step(bind->progress, "writing the driver override of %s", text);
	err = sysfs_set_override(&bind->sysfs, &outcome->address, VFIO_DRIVER);
	if (err == 0)
		return;
	fail(outcome, RESULT_BIND_FAILED, err);
	outcome_say(outcome, "its driver override could not be written: %s",
		    strerror(-err));
}

/* Notes what is late: host drivers may have been faster. */
static void check_late(struct bind *bind)
{
	if (access(UDEV_CONTROL, F_OK) == 0) {
		bind->progress->warnings |= WARNING_LATE;
		progress_note(bind->progress, "udev was started before ptbind-early");
	}
	for (size_t i = 0; i < bind->work->list->n_lines; i++) {
		struct outcome *outcome = &bind->progress->outcomes[i];

		if (outcome->result != RESULT_BIND || outcome->was[0] == '\0' ||
		    strcmp(outcome->was, VFIO_DRIVER) == 0)
			continue;
		outcome->warnings |= WARNING_LATE;
		bind->progress->warnings |= WARNING_LATE;
	}
}

/* Is this the line that acts for its function, and is there still something to do? */
static bool is_open(const struct bind *bind, size_t i)
{
	const struct outcome *outcome = &bind->progress->outcomes[i];

	return outcome->same_as == i && outcome->result == RESULT_BIND;
}

static bool has_open(const struct bind *bind)
{
	for (size_t i = 0; i < bind->work->list->n_lines; i++)
		if (is_open(bind, i))
			return true;
	return false;
}

/* Loads vfio-pci with the ids= that are left when those of listed functions are gone. */
static int load_vfio(struct bind *bind)
{
	_cleanup_free_ char *ids = NULL;
	struct vfio_module vfio = { 0 };
	const char *options;
	int err;

	progress_step(bind->progress, "loading " VFIO_DRIVER);
	err = vfio_module_open(&vfio);
	if (err < 0)
		return err;

	options = vfio_module_options(&vfio);
	if (ids_name_subsystems(options))
		for (size_t i = 0; i < bind->machine.n_functions; i++)
			sysfs_read_subsystem(&bind->sysfs, &bind->machine.functions[i]);
	err = ids_drop_listed(options, &bind->input, bind->progress->outcomes, &ids);
	if (err == 0 && ids != NULL)
		progress_note(bind->progress,
			      "ids= of " VFIO_DRIVER
			      " holds IDs of listed functions, which would "
			      "take their unlisted twins; loading it with ids=%s",
			      ids);
	/* With nothing to bind it matters only that nobody loads it with those IDs later.
	 */
	if (err == 0 && (ids != NULL || has_open(bind)))
		err = vfio_module_load(&vfio, ids);
	vfio_module_close(&vfio);
	return err;
}

static const char *load_error(int err)
{
	switch (err) {
	case -ENOENT:
		return "there is no such module in this image";
	case -EPERM:
		return "the kernel was told not to initialise it, or to load no module";
	case 0:
		return "its module was loaded, but there is no driver of that name";
	default:
		return strerror(-err);
	}
}

/* Says why nothing can be bound: the function keeps its override, and its driver if any.
 */
static void give_up_driver(struct outcome *outcome, int err)
{
	fail(outcome, RESULT_NO_DRIVER, err);
	outcome_say(outcome, VFIO_DRIVER " could not be had: %s; %s%s", load_error(err),
		    outcome->was[0] != '\0' ? "left on " : "no host driver gets it",
		    outcome->was);
}

/* The same for a function without a group: vfio-pci would refuse it. */
static void give_up_group(struct outcome *outcome)
{
	fail(outcome, RESULT_NO_IOMMU, 0);
	outcome_say(
		outcome,
		"it is in no IOMMU group: the IOMMU is off in the firmware or on the kernel "
		"command line; %s%s",
		outcome->was[0] != '\0' ? "left on " : "no host driver gets it",
		outcome->was);
}

/* Asks the kernel for a probe where loading did not bind the function, and looks. */
static void probe(struct bind *bind, struct outcome *outcome)
{
	char text[PCI_ADDRESS_STRSIZE];
	int err;

	pci_address_format(&outcome->address, text);
	progress_step(bind->progress, "binding %s", text);
	err = sysfs_probe(&bind->sysfs, &outcome->address);
	if (verify(&bind->sysfs, outcome))
		return;
	/* drivers_probe hides the driver's error, bind hands it on. */
	if (err == 0)
		err = sysfs_bind(&bind->sysfs, &outcome->address, VFIO_DRIVER);
	if (verify(&bind->sysfs, outcome))
		return;
	fail(outcome, RESULT_BIND_FAILED, err);
	outcome_say(outcome, VFIO_DRIVER " did not take it: %s",
		    err < 0 ? strerror(-err) : "the kernel gave no reason");
}

/* Takes a function off the driver that was faster, then binds it. */
static void rebind(struct bind *bind, struct outcome *outcome)
{
	char text[PCI_ADDRESS_STRSIZE];
	char driver[DRIVER_NAME_SIZE];
	int err;

	memcpy(driver, outcome->driver, sizeof(driver));
	pci_address_format(&outcome->address, text);
	progress_step(bind->progress, "unbinding %s from %s", text, driver);
	outcome->warnings |= WARNING_WAS_BOUND;
	err = sysfs_unbind(&bind->sysfs, &outcome->address, driver);
	if (err < 0) {
		fail(outcome, RESULT_BIND_FAILED, err);
		outcome_say(outcome, "it could not be taken off %s: %s", driver,
			    strerror(-err));
		return;
	}
	outcome_say(outcome, "taken off %s, which had it before", driver);
	probe(bind, outcome);
}

/* In a crash kernel a dump is all that matters. */
static void leave_to_crash_kernel(struct outcome *outcome)
{
	outcome->result = RESULT_DISABLED;
	outcome_say(outcome, "crash kernel: kept from host drivers, not bound");
}

/* Binds a function that has its override, or says why not. */
static void settle(struct bind *bind, struct outcome *outcome)
{
	const struct pci_function *f = machine_at(&bind->machine, &outcome->address);

	if (bind->work->crash_kernel)
		leave_to_crash_kernel(outcome);
	else if (!bind->have_driver)
		give_up_driver(outcome, bind->load_error);
	else if (verify(&bind->sysfs, outcome))
		return;
	else if (f == NULL || f->group < 0)
		give_up_group(outcome);
	else if (outcome->driver[0] == '\0')
		probe(bind, outcome);
	else
		rebind(bind, outcome);
}

/* The same for a function that has a driver, and no override yet. */
static void take_over(struct bind *bind, struct outcome *outcome)
{
	write_override(bind, outcome);
	if (outcome->result == RESULT_BIND)
		settle(bind, outcome);
}

/* Calls a step for each function that is open, of those that had a driver, or had none.
 */
static void for_each_open(struct bind *bind, bool had_driver,
			  void (*step)(struct bind *bind, struct outcome *outcome))
{
	for (size_t i = 0; i < bind->work->list->n_lines; i++) {
		struct outcome *outcome = &bind->progress->outcomes[i];

		if (is_open(bind, i) && (outcome->was[0] != '\0') == had_driver)
			step(bind, outcome);
	}
}

/*
 * Functions without a driver come first, through all steps: nobody else holds them. One
 * that has a driver already may hang in it, so that even its override can never be
 * written; no other driver can take it meanwhile.
 */
static int carry_out(struct bind *bind)
{
	bool was_there = false;
	int err;

	progress_step(bind->progress, "reading the functions");
	err = decide(&bind->sysfs, bind->work->cmdline, bind->work->list,
		     bind->progress->outcomes, &bind->machine);
	if (err < 0)
		return err;

	check_excepts(bind);
	check_late(bind);
	for_each_open(bind, false, write_override);

	if (!bind->work->crash_kernel) {
		was_there = sysfs_has_driver(&bind->sysfs, VFIO_DRIVER);
		if (!was_there)
			bind->load_error = load_vfio(bind);
		bind->have_driver =
			was_there || sysfs_has_driver(&bind->sysfs, VFIO_DRIVER);
	}
	for_each_open(bind, false, settle);
	if (was_there)
		err = release_ids(&bind->sysfs, &bind->input, bind->progress);
	if (err < 0)
		progress_note(bind->progress,
			      "IDs could not be taken from " VFIO_DRIVER ": %s",
			      strerror(-err));
	for_each_open(bind, true, take_over);
	return 0;
}

void bind_functions(struct bind_work *work)
{
	struct bind bind = {
		.work = work,
		.progress = work->progress,
		.sysfs = { -1 },
		.input = { work->cmdline, work->list, &bind.machine },
	};
	int err;

	err = sysfs_open("", &bind.sysfs);
	if (err == 0)
		err = carry_out(&bind);
	machine_free(&bind.machine);
	sysfs_close(&bind.sysfs);
	work->progress->error = err;
}

void bind_conclude(const struct bind_work *work, enum result unfinished, const char *why)
{
	struct outcome *outcomes = work->progress->outcomes;
	struct sysfs sysfs = { -1 };
	bool have_sysfs = sysfs_open("", &sysfs) == 0;

	for (size_t i = 0; i < work->list->n_lines; i++) {
		struct outcome *outcome = &outcomes[i];

		if (outcome->result != RESULT_BIND && outcome->result != RESULT_PENDING)
			continue;
		if (outcome->same_as != i)
			continue;
		if (have_sysfs && outcome->result == RESULT_BIND &&
		    verify(&sysfs, outcome))
			continue;
		fail(outcome, unfinished, 0);
		outcome_say(outcome, "%s", why);
	}
	for (size_t i = 0; i < work->list->n_lines; i++) {
		const struct outcome *first = &outcomes[outcomes[i].same_as];
		struct outcome *outcome = &outcomes[i];

		if (outcome->result != RESULT_BIND)
			continue;
		outcome->result = first->result;
		outcome->ok = first->ok;
		outcome->error = first->error;
		/* The pins are each line's own. */
		outcome->warnings |= first->warnings & ~(unsigned int)WARNING_UNPINNED;
		memcpy(outcome->driver, first->driver, sizeof(outcome->driver));
		memcpy(outcome->was, first->was, sizeof(outcome->was));
		memcpy(outcome->message, first->message, sizeof(outcome->message));
	}
	sysfs_close(&sysfs);
}
