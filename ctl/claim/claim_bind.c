// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps that touch the function, in the order that keeps host drivers off it. */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "claim_bind.h"
#include "vfio_load.h"

/*
 * The kernel tells udev of a new function before drivers may have it: it sizes what is
 * behind the bridges first (pci_bus_add_device(), drivers/pci/bus.c, comes last). Until
 * then no driver matches, and to bind it is -ENODEV.
 */
#define WAIT_STEP_MS 20
#define WAIT_STEPS 100

/* What unsets driver_override (Documentation/ABI/testing/sysfs-bus-pci). */
#define NO_OVERRIDE "\n"

struct claiming {
	const struct sysfs *sysfs;
	const struct plan_input *input;
	struct outcome *outcomes; /* the first one is the function's */
	struct outcome *outcome;  /* that one */
	bool may_load;
};

static void fail(struct outcome *outcome, enum result result, int err)
{
	outcome->result = result;
	outcome->ok = false;
	outcome->error = err < 0 ? -err : 0;
}

/* Reads which driver has the function now; true where that is vfio-pci. */
static bool verify(struct claiming *claiming)
{
	struct outcome *outcome = claiming->outcome;

	if (sysfs_driver_of(claiming->sysfs, &outcome->address, outcome->driver) < 0)
		outcome->driver[0] = '\0';
	if (strcmp(outcome->driver, VFIO_DRIVER) != 0)
		return false;
	outcome->ok = true;
	outcome->error = 0;
	outcome->result = strcmp(outcome->was, VFIO_DRIVER) == 0 ? RESULT_ALREADY_BOUND :
								   RESULT_BOUND;
	outcome->message[0] = '\0';
	return true;
}

/* Leaves a function to the driver that has it. */
static void leave_to_driver(struct outcome *outcome)
{
	fail(outcome, RESULT_BIND_FAILED, 0);
	outcome_say(outcome,
		    "left on %s, which took it when it appeared; nothing is torn off a "
		    "driver while the host runs, and the next boot binds it",
		    outcome->driver);
}

/* Has somebody given it to a driver? Then that is said, and true. */
static bool is_taken(struct claiming *claiming)
{
	struct outcome *outcome = claiming->outcome;
	char override[DRIVER_NAME_SIZE] = "";
	int err;

	if (verify(claiming))
		return true;
	if (outcome->driver[0] != '\0') {
		leave_to_driver(outcome);
		return true;
	}
	err = sysfs_override_of(claiming->sysfs, &outcome->address, override);
	if (err < 0) {
		fail(outcome, RESULT_BIND_FAILED, err);
		outcome_say(outcome, "its driver override could not be read: %s",
			    strerror(-err));
		return true;
	}
	if (override[0] == '\0' || strcmp(override, VFIO_DRIVER) == 0)
		return false;
	fail(outcome, RESULT_BIND_FAILED, 0);
	outcome_say(outcome,
		    "left alone: its driver override is %s, which somebody else wrote",
		    override);
	return true;
}

/*
 * Keeps all other drivers off from here on. One that was just taking the function is done
 * when this returns: both hold the device's lock (driver_set_override(), drivers/base/
 * driver.c).
 */
static bool write_override(struct claiming *claiming)
{
	struct outcome *outcome = claiming->outcome;
	int err;

	err = sysfs_set_override(claiming->sysfs, &outcome->address, VFIO_DRIVER);
	if (err < 0) {
		fail(outcome, RESULT_BIND_FAILED, err);
		outcome_say(outcome, "its driver override could not be written: %s",
			    strerror(-err));
		return false;
	}
	if (verify(claiming))
		return false;
	if (outcome->driver[0] == '\0')
		return true;
	leave_to_driver(outcome);
	/* It does nothing as long as the driver stays, but would after that. */
	err = sysfs_set_override(claiming->sysfs, &outcome->address, NO_OVERRIDE);
	outcome->error = err < 0 ? -err : 0;
	return false;
}

static const char *load_error(int err)
{
	switch (err) {
	case -ENOENT:
		return "there is no such module";
	case -EPERM:
		return "the kernel was told not to initialise it, or to load no module";
	case 0:
		return "there is no driver of that name";
	default:
		return strerror(-err);
	}
}

static bool have_driver(struct claiming *claiming)
{
	int err = 0;

	if (sysfs_has_driver(claiming->sysfs, VFIO_DRIVER))
		return true;
	if (claiming->may_load)
		err = vfio_load(claiming->input, claiming->outcomes);
	if (sysfs_has_driver(claiming->sysfs, VFIO_DRIVER))
		return true;
	fail(claiming->outcome, RESULT_NO_DRIVER, err);
	outcome_say(claiming->outcome,
		    VFIO_DRIVER " could not be had: %s; no host driver gets it",
		    load_error(err));
	return false;
}

static bool has_group(struct claiming *claiming)
{
	const struct pci_function *f =
		machine_at(claiming->input->machine, &claiming->outcome->address);

	if (f != NULL && f->group >= 0)
		return true;
	fail(claiming->outcome, RESULT_NO_IOMMU, 0);
	outcome_say(claiming->outcome,
		    "it is in no IOMMU group: the IOMMU is off in the firmware or on the "
		    "kernel command line; no host driver gets it");
	return false;
}

/* Asks the kernel once. Returns the driver's own error, which drivers_probe hides. */
static int probe(struct claiming *claiming)
{
	const struct pci_address *address = &claiming->outcome->address;
	int err = sysfs_probe(claiming->sysfs, address);

	if (err < 0 || verify(claiming))
		return err;
	return sysfs_bind(claiming->sysfs, address, VFIO_DRIVER);
}

/* Asks until the kernel lets drivers have the function, or says no. */
static void bind_it(struct claiming *claiming)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_MS * 1000000L };
	struct outcome *outcome = claiming->outcome;
	int err = -ENODEV;

	for (unsigned int i = 0; i < WAIT_STEPS && (err == 0 || err == -ENODEV); i++) {
		if (i > 0)
			(void)nanosleep(&step, NULL);
		if (verify(claiming))
			return;
		err = probe(claiming);
	}
	if (verify(claiming))
		return;
	fail(outcome, RESULT_BIND_FAILED, err);
	outcome_say(outcome, VFIO_DRIVER " did not take it: %s; no host driver gets it",
		    err < 0 ? strerror(-err) : "the kernel gave no reason");
}

void claim_bind(const struct sysfs *sysfs, const struct plan_input *input,
		struct outcome *outcomes, bool may_load)
{
	struct claiming claiming = { sysfs, input, outcomes, &outcomes[0], may_load };

	if (is_taken(&claiming) || !write_override(&claiming))
		return;
	if (!have_driver(&claiming) || verify(&claiming) || !has_group(&claiming))
		return;
	bind_it(&claiming);
}
