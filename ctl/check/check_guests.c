// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking the guests of Proxmox VE and libvirt against the list. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_files.h"
#include "host/guest_takings.h"
#include "host/line_set.h"
#include "host/stakes.h"
#include "tree.h"

#define LIBVIRT_HOOK "/etc/libvirt/hooks/qemu.d/ptbind"

static const struct finding_kind unclear = {
	.code = "guest-unclear",
	.severity = SEVERITY_WARNING,
	.why = "What the guest would take from the host is not known, and the gate does not let "
	       "it start.",
	.what = "Correct the guest's configuration.",
};

static const struct finding_kind guest_absent = {
	.code = "guest-absent",
	.severity = SEVERITY_WARNING,
	.why = "The guest does not start without it; if the card has moved, the guest would get "
	       "whatever comes to this address one day.",
	.what = "Look for the card with 'ptbind list', and correct the guest.",
};

static const struct finding_kind guest_bridge = {
	.code = "guest-bridge",
	.severity = SEVERITY_WARNING,
	.why = "vfio-pci does not take a bridge, and the guest does not start; what is behind "
	       "the bridge may lose it on the way.",
	.what = "Have the guest name the functions behind the bridge instead.",
};

static const struct finding_kind guest_unlisted = {
	.code = "guest-unlisted",
	.severity = SEVERITY_WARNING,
	.why = "The hypervisor takes the function from the host when the guest starts, whatever "
	       "is at that address then: nobody checks it.",
	.what = "List it with 'ptbind add', or take it out of the guest.",
};

static const struct finding_kind guest_takes_stake = {
	.code = "guest-takes-hosts",
	.severity = SEVERITY_ERROR,
	.why = "The function is not listed, so that the guards of the list do not look after "
	       "it, and the hypervisor takes it from the host when the guest starts.",
	.what = "Take it out of the guest before the guest starts again.",
};

static const struct finding_kind ungated = {
	.code = "guest-ungated",
	.severity = SEVERITY_NOTE,
	.why = "When a listed function was not bound in a boot, the guest starts all the same "
	       "with what is at its address.",
	.what = "See 'HOOKS' in ptbind(8).",
};

static const struct finding_kind shared = {
	.code = "guests-share",
	.severity = SEVERITY_WARNING,
	.why = "Both guests start with the host, and only one of them can have the function, "
	       "or anything of its IOMMU group.",
	.what = "Keep one of the two from starting by itself, or give it something else.",
};

struct guests {
	const struct host *host;
	struct findings *findings;
	/* With what is refused: the check of the list says what is wrong with that. */
	struct line_set listed;
	struct guest_takings takings;
	bool any_libvirt; /* a domain has listed functions */
};

/* What the host would lose with a function alone, or NULL. */
static const struct stake *find_stake(const struct host *host,
				      const struct pci_address *address)
{
	for (size_t i = 0; i < host->stakes.n; i++) {
		const struct stake *stake = &host->stakes.entries[i];

		if (!stake->any && stake->n != 1)
			continue;
		for (size_t j = 0; j < stake->n; j++)
			if (pci_address_compare(&stake->functions[j], address) == 0)
				return stake;
	}
	return NULL;
}

static int check_unlisted(const struct guests *guests,
			  const struct configured_guest *guest, const char *source,
			  const struct pci_function *function)
{
	const struct stake *stake = find_stake(guests->host, &function->address);
	char address[PCI_ADDRESS_STRSIZE];
	size_t n_uses;
	const struct use *uses =
		uses_of(&guests->host->uses, &function->address, &n_uses);

	pci_address_format(&function->address, address);
	if (stake != NULL)
		return findings_add(guests->findings, &guest_takes_stake,
				    "%s: %s: %s carries %s", guest->path, source, address,
				    stake->what);
	if (n_uses > 0)
		return findings_add(guests->findings, &guest_unlisted,
				    "%s: %s: %s is not listed (%s: %s)", guest->path,
				    source, address, uses[0].device, uses[0].text);
	return findings_add(guests->findings, &guest_unlisted,
			    "%s: %s: %s is not listed%s%s%s", guest->path, source,
			    address, function->driver[0] != '\0' ? " (" : "",
			    function->driver, function->driver[0] != '\0' ? ")" : "");
}

/* Checks one function that there is. *listed tells whether it is on the list. */
static int check_function(struct guests *guests, const struct configured_guest *guest,
			  const char *source, const struct pci_function *function,
			  bool *listed)
{
	int err = 0;

	if (pci_function_is_bridge(function)) {
		char address[PCI_ADDRESS_STRSIZE];

		pci_address_format(&function->address, address);
		return findings_add(guests->findings, &guest_bridge,
				    "%s: %s: %s is a bridge (class %06x)", guest->path,
				    source, address, function->class);
	}
	if (line_set_has(&guests->listed, &function->address))
		*listed = true;
	else
		err = check_unlisted(guests, guest, source, function);
	return err;
}

static int check_device(struct guests *guests, const struct configured_guest *guest,
			const struct guest_device *device, bool *listed)
{
	const struct machine *machine = &guests->host->machine;
	const struct pci_functions *functions = &device->functions;
	struct pci_address address = functions->address;
	char text[PCI_ADDRESS_STRSIZE];
	bool found = false;
	int err = 0;

	for (unsigned int f = 0; err == 0 && f <= PCI_FUNCTION_MAX; f++) {
		const struct pci_function *function;

		address.function = (uint8_t)f;
		if (!pci_functions_include(functions, &address))
			continue;
		/* A listed function that is absent is a matter of its line. */
		function = machine_at(machine, &address);
		found = found || function != NULL ||
			line_set_has(&guests->listed, &address);
		if (function != NULL)
			err = check_function(guests, guest, device->source, function,
					     listed);
	}
	if (err < 0 || found)
		return err;
	pci_functions_format(functions, text);
	return findings_add(guests->findings, &guest_absent, "%s: %s: there is no %s",
			    guest->path, device->source, text);
}

static int check_guest(struct guests *guests, const struct configured_guest *guest)
{
	const struct notes *problems = &guest->guest.problems;
	bool listed = false;
	int err = 0;

	for (size_t i = 0; err == 0 && i < problems->n; i++)
		err = findings_add(guests->findings, &unclear, "%s: %s", guest->path,
				   problems->lines[i]);
	for (size_t i = 0; err == 0 && i < guest->guest.n_devices; i++)
		err = check_device(guests, guest, &guest->guest.devices[i], &listed);
	if (err < 0 || !listed)
		return err;
	if (!guest->is_proxmox)
		guests->any_libvirt = true;
	else if (!guest->has_hook)
		err = findings_add(guests->findings, &ungated,
				   "%s: it has listed functions, and no hookscript",
				   guest->path);
	return err;
}

static int check_configured(struct guests *guests, const struct configured_guest *guest)
{
	if (guest->error < 0)
		return check_not_read(guests->findings, guest->path, guest->error);
	return check_guest(guests, guest);
}

/* Adds what two guests take, unless it only goes along with what both of them name. */
static int add_shared(const struct guests *guests, const struct guest_taking *a,
		      const struct guest_taking *b)
{
	char first[PCI_ADDRESS_STRSIZE], second[PCI_ADDRESS_STRSIZE];

	if (a->named != a->function)
		return 0;
	pci_address_format(&a->named->address, first);
	if (b->named == b->function)
		return findings_add(guests->findings, &shared,
				    "%s and %s: both start by themselves and name %s",
				    a->guest, b->guest, first);
	pci_address_format(&b->named->address, second);
	return findings_add(guests->findings, &shared,
			    "%s and %s: both start by themselves; the one names %s, the "
			    "other %s, and only one of them gets their IOMMU group %d",
			    a->guest, b->guest, first, second, a->named->group);
}

/* Finds the functions that two guests take. */
static int check_takings(const struct guests *guests)
{
	const struct guest_takings *takings = &guests->takings;
	int err = 0;

	for (size_t i = 1; err == 0 && i < takings->n; i++) {
		const struct guest_taking *a = &takings->entries[i - 1],
					  *b = &takings->entries[i];

		if (a->function == b->function)
			err = add_shared(guests, a, b);
	}
	return err;
}

/* Do guests take all that carries a stake, and no line any of it? */
static bool is_lost_to_guests(const struct guests *guests, const struct stake *stake)
{
	for (size_t i = 0; i < stake->n; i++)
		if (line_set_has(&guests->listed, &stake->functions[i]) ||
		    guest_takings_find(&guests->takings, guests->host,
				       &stake->functions[i]) == NULL)
			return false;
	return true;
}

/* Finds what guests take from the host together; a function alone was found before. */
static int check_lost(const struct guests *guests)
{
	const struct stakes *stakes = &guests->host->stakes;
	int err = 0;

	for (size_t i = 0; err == 0 && i < stakes->n; i++) {
		const struct stake *stake = &stakes->entries[i];

		if (stake->any || stake->n < 2 || !is_lost_to_guests(guests, stake))
			continue;
		err = findings_add(
			guests->findings, &guest_takes_stake,
			"%s: with others that start by themselves it takes all that carries "
			"%s",
			guest_takings_find(&guests->takings, guests->host,
					   &stake->functions[0]),
			stake->what);
	}
	return err;
}

int check_guests(const struct host *host, const struct next_boot *next,
		 struct findings *findings)
{
	struct guests guests = { .host = host, .findings = findings };
	int err;

	err = line_set_fill(next, true, &guests.listed);
	if (err == 0)
		err = guest_takings_fill(host, &guests.takings);
	for (size_t i = 0; err == 0 && i < host->guests.n; i++)
		err = check_configured(&guests, &host->guests.entries[i]);
	if (err == 0)
		err = check_takings(&guests);
	if (err == 0)
		err = check_lost(&guests);
	if (err == 0 && guests.any_libvirt && !tree_has(host->root, LIBVIRT_HOOK))
		err = findings_add(findings, &ungated,
				   "%s is not there, and domains have listed functions",
				   LIBVIRT_HOOK);
	guest_takings_free(&guests.takings);
	line_set_free(&guests.listed);
	return err;
}
