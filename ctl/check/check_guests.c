// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking the guests of Proxmox VE and libvirt against the list. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check_files.h"
#include "guards/guards.h"
#include "host/guest_takings.h"
#include "host/line_set.h"
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
	.why = "The hypervisor takes the function from the host when the guest starts, and "
	       "Proxmox VE all of its IOMMU group, as if it were listed; but the guards of "
	       "the list do not look after it.",
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
	const struct next_boot *next;
	struct findings *findings;
	/* With what is refused: the check of the list says what is wrong with that. */
	struct line_set listed;
	struct guest_takings takings;
	bool any_libvirt; /* a domain has listed functions */
};

/* What a guest names that there is. */
struct named {
	bool any_listed;
	struct pci_address *addresses; /* of what is not listed, each once */
	const char **sources;          /* what of the configuration names each of them */
	size_t n;
};

/* Remembers a function that is not listed; once, whatever else names it. */
static int add_unlisted(struct named *named, const struct pci_function *function,
			const char *source)
{
	struct pci_address *addresses;
	const char **sources;

	for (size_t i = 0; i < named->n; i++)
		if (pci_address_compare(&named->addresses[i], &function->address) == 0)
			return 0;
	addresses = array_grow(named->addresses, named->n, sizeof(*addresses));
	if (addresses == NULL)
		return -ENOMEM;
	named->addresses = addresses;
	sources = array_grow(named->sources, named->n, sizeof(*sources));
	if (sources == NULL)
		return -ENOMEM;
	named->sources = sources;
	addresses[named->n] = function->address;
	sources[named->n++] = source;
	return 0;
}

static void free_named(struct named *named)
{
	free(named->addresses);
	free(named->sources);
}

/* Checks one function that there is. */
static int check_function(struct guests *guests, const struct configured_guest *guest,
			  const char *source, const struct pci_function *function,
			  struct named *named)
{
	if (pci_function_is_bridge(function)) {
		char address[PCI_ADDRESS_STRSIZE];

		pci_address_format(&function->address, address);
		return findings_add(guests->findings, &guest_bridge,
				    "%s: %s: %s is a bridge (class %06x)", guest->path,
				    source, address, function->class);
	}
	if (!line_set_has(&guests->listed, &function->address))
		return add_unlisted(named, function, source);
	named->any_listed = true;
	return 0;
}

static bool any_is_listed(const struct guests *guests,
			  const struct pci_functions *functions)
{
	for (size_t i = 0; i < guests->listed.n; i++)
		if (pci_functions_include(functions, &guests->listed.addresses[i]))
			return true;
	return false;
}

static int check_device(struct guests *guests, const struct configured_guest *guest,
			const struct guest_device *device, struct named *named)
{
	const struct pci_functions *functions = &device->functions;
	const struct pci_function *found[PCI_SLOT_SIZE];
	const size_t n = pci_functions_find(functions, &guests->host->machine, found);
	char text[PCI_ADDRESS_STRSIZE];
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = check_function(guests, guest, device->source, found[i], named);
	/* A listed function that is absent is a matter of its line. */
	if (err < 0 || n > 0 || any_is_listed(guests, functions))
		return err;
	pci_functions_format(functions, text);
	return findings_add(guests->findings, &guest_absent, "%s: %s: there is no %s",
			    guest->path, device->source, text);
}

/* Says that the host loses something with function i of those that are not listed. */
static int add_loss(const struct guests *guests, const struct configured_guest *guest,
		    const struct named *named, size_t i,
		    const struct objection *objection)
{
	char lost[PCI_ADDRESS_STRSIZE], own[PCI_ADDRESS_STRSIZE], how[128] = "";

	pci_address_format(&objection->function, lost);
	pci_address_format(&named->addresses[i], own);
	if (objection->by_group)
		snprintf(how, sizeof(how), ", of the IOMMU group of %s", own);
	else if (objection->behind)
		snprintf(how, sizeof(how), ", which goes with %s", own);
	return findings_add(guests->findings, &guest_takes_stake, "%s: %s: %s%s: %s",
			    guest->path, named->sources[i], lost, how,
			    objection->message);
}

/* Is it a loss that nobody wants? libvirt leaves the rest of an IOMMU group alone. */
static bool is_loss(const struct configured_guest *guest,
		    const struct objection *objection)
{
	return objection->guard != FORCE_GROUP && !objection->forced &&
	       (guest->is_proxmox || !objection->by_group);
}

static int add_unlisted_finding(const struct guests *guests,
				const struct configured_guest *guest, const char *source,
				const struct pci_address *function)
{
	const char *driver = machine_at(&guests->host->machine, function)->driver;
	char address[PCI_ADDRESS_STRSIZE];
	size_t n_uses;
	const struct use *uses = uses_of(&guests->host->uses, function, &n_uses);

	pci_address_format(function, address);
	if (n_uses > 0)
		return findings_add(guests->findings, &guest_unlisted,
				    "%s: %s: %s is not listed (%s: %s)", guest->path,
				    source, address, uses[0].device, uses[0].text);
	return findings_add(guests->findings, &guest_unlisted,
			    "%s: %s: %s is not listed%s%s%s", guest->path, source,
			    address, driver[0] != '\0' ? " (" : "", driver,
			    driver[0] != '\0' ? ")" : "");
}

/* Says of each function that is not listed what the host loses with it, if anything. */
static int report_unlisted(const struct guests *guests,
			   const struct configured_guest *guest,
			   const struct named *named, size_t first_line,
			   const struct objections *objections)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < named->n; i++) {
		bool lost = false;

		for (size_t j = 0; err == 0 && j < objections->n; j++) {
			const struct objection *objection = &objections->entries[j];

			if (objection->line != first_line + i ||
			    !is_loss(guest, objection))
				continue;
			lost = true;
			err = add_loss(guests, guest, named, i, objection);
		}
		if (err == 0 && !lost)
			err = add_unlisted_finding(guests, guest, named->sources[i],
						   &named->addresses[i]);
	}
	return err;
}

/* Judges what a guest takes without its being listed as if it were. */
static int check_unlisted(const struct guests *guests,
			  const struct configured_guest *guest, const struct named *named)
{
	struct objections objections;
	struct next_boot next;
	int err;

	err = next_boot_plan_more(guests->host, &guests->next->list, named->addresses,
				  named->n, &next);
	if (err < 0)
		return err;
	err = guards_judge(guests->host, &next, &objections);
	if (err == 0) {
		err = report_unlisted(guests, guest, named, next.list.n_lines - named->n,
				      &objections);
		objections_free(&objections);
	}
	next_boot_free(&next);
	return err;
}

static int check_guest(struct guests *guests, const struct configured_guest *guest)
{
	const struct notes *problems = &guest->guest.problems;
	struct named named = { 0 };
	int err = 0;

	for (size_t i = 0; err == 0 && i < problems->n; i++)
		err = findings_add(guests->findings, &unclear, "%s: %s", guest->path,
				   problems->lines[i]);
	for (size_t i = 0; err == 0 && i < guest->guest.n_devices; i++)
		err = check_device(guests, guest, &guest->guest.devices[i], &named);
	if (err == 0 && named.n > 0)
		err = check_unlisted(guests, guest, &named);
	free_named(&named);
	if (err < 0 || !named.any_listed)
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

int check_guests(const struct host *host, const struct next_boot *next,
		 struct findings *findings)
{
	struct guests guests = { .host = host, .next = next, .findings = findings };
	int err;

	err = line_set_fill(next, true, &guests.listed);
	if (err == 0)
		err = guest_takings_fill(host, &guests.takings);
	for (size_t i = 0; err == 0 && i < host->guests.n; i++)
		err = check_configured(&guests, &host->guests.entries[i]);
	if (err == 0)
		err = check_takings(&guests);
	if (err == 0 && guests.any_libvirt && !tree_has(host->root, LIBVIRT_HOOK))
		err = findings_add(findings, &ungated,
				   "%s is not there, and domains have listed functions",
				   LIBVIRT_HOOK);
	guest_takings_free(&guests.takings);
	line_set_free(&guests.listed);
	return err;
}
