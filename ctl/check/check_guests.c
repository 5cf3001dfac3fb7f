// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking the guests of Proxmox VE and libvirt against the list. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check_files.h"
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
	.why = "Both guests start with the host, and only one of them can have the function.",
	.what = "Keep one of the two from starting by itself, or give it something else.",
};

/* A function that a guest which starts with the host takes. */
struct taking {
	struct pci_address address;
	char *guest;
};

struct guests {
	const struct host *host;
	struct findings *findings;
	/* With what is refused: the check of the list says what is wrong with that. */
	struct line_set listed;
	struct taking *takings;
	size_t n_takings;
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

static int add_taking(struct guests *guests, const struct pci_address *address,
		      const char *guest)
{
	struct taking *takings;
	char *copy;

	takings = array_grow(guests->takings, guests->n_takings, sizeof(*takings));
	if (takings == NULL)
		return -ENOMEM;
	guests->takings = takings;
	copy = strdup(guest);
	if (copy == NULL)
		return -ENOMEM;
	takings[guests->n_takings].address = *address;
	takings[guests->n_takings].guest = copy;
	guests->n_takings++;
	return 0;
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
	if (guest->autostart)
		err = add_taking(guests, &function->address, guest->path);
	if (err == 0 && line_set_has(&guests->listed, &function->address))
		*listed = true;
	else if (err == 0)
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

static int compare_takings(const void *a, const void *b)
{
	const struct taking *x = a, *y = b;
	int order = pci_address_compare(&x->address, &y->address);

	return order != 0 ? order : strcmp(x->guest, y->guest);
}

static int check_takings(struct guests *guests)
{
	int err = 0;

	if (guests->n_takings > 0)
		qsort(guests->takings, guests->n_takings, sizeof(*guests->takings),
		      compare_takings);
	for (size_t i = 1; err == 0 && i < guests->n_takings; i++) {
		const struct taking *a = &guests->takings[i - 1],
				    *b = &guests->takings[i];
		char address[PCI_ADDRESS_STRSIZE];

		if (pci_address_compare(&a->address, &b->address) != 0 ||
		    strcmp(a->guest, b->guest) == 0)
			continue;
		pci_address_format(&a->address, address);
		err = findings_add(guests->findings, &shared,
				   "%s and %s: both start by themselves and name %s",
				   a->guest, b->guest, address);
	}
	return err;
}

static void free_guests(struct guests *guests)
{
	for (size_t i = 0; i < guests->n_takings; i++)
		free(guests->takings[i].guest);
	free(guests->takings);
	line_set_free(&guests->listed);
}

int check_guests(const struct host *host, const struct next_boot *next,
		 struct findings *findings)
{
	struct guests guests = { .host = host, .findings = findings };
	int err;

	err = line_set_fill(next, true, &guests.listed);
	for (size_t i = 0; err == 0 && i < host->guests.n; i++)
		err = check_configured(&guests, &host->guests.entries[i]);
	if (err == 0)
		err = check_takings(&guests);
	if (err == 0 && guests.any_libvirt && !tree_has(host->root, LIBVIRT_HOOK))
		err = findings_add(findings, &ungated,
				   "%s is not there, and domains have listed functions",
				   LIBVIRT_HOOK);
	free_guests(&guests);
	return err;
}
