// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the filter of vfio-pci's ids=: what it leaves must not match a listed function.
 */

#include <stdio.h>

#include "fuzz.h"
#include "ids.h"

/* The one listed function; its twin elsewhere is what has to be kept from vfio-pci. */
#define VENDOR 0x8086
#define DEVICE 0x125c

static void make_list(struct allowlist *list)
{
	static const char text[] = "04:00.0 id=8086:125c";

	CHECK(allowlist_parse(strdup(text), strlen(text), list) == 0);
	CHECK(list->n_bad == 0);
}

static void make_machine(struct machine *machine)
{
	struct pci_function *f = calloc(1, sizeof(*f));

	CHECK(f != NULL);
	f->address.bus = 4;
	f->facts = FACT_IDENTITY | FACT_SUBSYSTEM;
	f->id = (struct pci_id){ VENDOR, DEVICE };
	f->subsystem = f->id;
	f->class = 0x020000;
	CHECK(machine_new(f, 1, false, machine) == 0);
}

/* Reads an entry like the driver does; says whether it takes the function for its ID. */
static int takes_function(const char *entry)
{
	unsigned int vendor, device, subvendor;

	return sscanf(entry, "%8x:%8x:%8x", &vendor, &device, &subvendor) == 2 &&
	       vendor == VENDOR && device == DEVICE;
}

static void check_left(const char *ids)
{
	char *copy = strdup(ids), *save = NULL;

	CHECK(copy != NULL);
	for (char *s = strtok_r(copy, ",", &save); s != NULL;
	     s = strtok_r(NULL, ",", &save))
		CHECK(!takes_function(s));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *options = fuzz_string(data, size), *ids = NULL, *again = NULL, *joined;
	struct outcome outcome = { 0 };
	const struct cmdline cmdline = { 0 };
	struct allowlist list;
	struct machine machine;
	const struct plan_input input = { &cmdline, &list, &machine };
	bool search;

	make_list(&list);
	make_machine(&machine);
	(void)ids_name_subsystems(options);
	CHECK(plan_make(&input, &outcome, &search) == 0);
	CHECK(ids_drop_listed(options, &input, &outcome, &ids) == 0);
	CHECK((ids != NULL) == (outcome.warnings == WARNING_IDS_DROPPED));
	if (ids != NULL) {
		CHECK(strlen(ids) < size);
		check_left(ids);
		/* The way it is handed to the module; there is nothing more to drop. */
		CHECK(asprintf(&joined, "%s ids=%s", options, ids) > 0);
		if (strchr(options, '"') == NULL)
			CHECK(ids_drop_listed(joined, &input, &outcome, &again) == 0 &&
			      again == NULL);
		free(joined);
	}
	free(ids);
	free(again);
	machine_free(&machine);
	allowlist_free(&list);
	free(options);
	return 0;
}
