// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the host as a whole, and planning its next boot. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "machine_read.h"
#include "paths.h"
#include "plan.h"
#include "tree.h"

static int look(struct host *host)
{
	static int (*const looks[])(struct host *) = {
		network_look, storage_look, usb_look, display_look, sound_look,
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(looks); i++)
		err = looks[i](host);
	uses_sort(&host->uses);
	return err;
}

/* Of a function's configuration space only root can read more than the header. */
static int note_serials(struct host *host)
{
	size_t n = 0;

	for (size_t i = 0; i < host->machine.n_functions; i++)
		n += host->machine.functions[i].dsn_error == -ENODATA;
	if (n == 0 || !host->unprivileged)
		return 0;
	return notes_add(&host->unseen,
			 "serial numbers of PCI functions: only root can read them");
}

int host_read(const char *root, struct host *ret_host)
{
	const unsigned int facts = FACT_IDENTITY | FACT_SUBSYSTEM | FACT_DSN | FACT_PATH;
	const struct allowlist nothing = { 0 };
	struct host host = { .root = root, .unprivileged = geteuid() != 0 };
	int err;

	err = sysfs_open(root, &host.sysfs);
	if (err < 0)
		return err;
	err = machine_read(&host.sysfs, &nothing, facts, true, &host.machine);
	if (err == 0)
		err = look(&host);
	if (err == 0)
		err = configured_guests_read(root, &host.guests);
	if (err == 0)
		err = note_serials(&host);
	if (err == 0)
		*ret_host = host;
	else
		host_free(&host);
	return err;
}

bool host_has_groups(const struct host *host)
{
	for (size_t i = 0; i < host->machine.n_functions; i++)
		if (host->machine.functions[i].group >= 0)
			return true;
	return false;
}

void host_free(struct host *host)
{
	machine_free(&host->machine);
	uses_free(&host->uses);
	stakes_free(&host->stakes);
	configured_guests_free(&host->guests);
	notes_free(&host->unseen);
	sysfs_close(&host->sysfs);
}

int next_boot_plan(const struct host *host, char *data, size_t size,
		   struct next_boot *ret_next)
{
	const struct cmdline cmdline = { 0 };
	struct next_boot next = { 0 };
	struct plan_input input = { .cmdline = &cmdline,
				    .list = &next.list,
				    .machine = &host->machine };
	bool search;
	int err;

	err = allowlist_parse(data, size, &next.list);
	if (err < 0)
		return err;
	next.outcomes = calloc(next.list.n_lines + 1, sizeof(*next.outcomes));
	err = next.outcomes == NULL ? -ENOMEM : plan_make(&input, next.outcomes, &search);
	if (err < 0)
		next_boot_free(&next);
	else
		*ret_next = next;
	return err;
}

/* A list with lines for n functions behind it, allocated; NULL: no memory. */
static char *extend_list(const struct allowlist *list,
			 const struct pci_address *functions, size_t n, size_t *ret_size)
{
	char text[PCI_ADDRESS_STRSIZE], *data = NULL;
	FILE *f = open_memstream(&data, ret_size);

	if (f == NULL)
		return NULL;
	if (list->size > 0)
		fwrite(list->data, 1, list->size, f);
	fputc('\n', f);
	for (size_t i = 0; i < n; i++) {
		pci_address_format(&functions[i], text);
		fprintf(f, "%s\n", text);
	}
	if (fclose(f) == 0)
		return data;
	free(data);
	return NULL;
}

int next_boot_plan_more(const struct host *host, const struct allowlist *list,
			const struct pci_address *functions, size_t n,
			struct next_boot *ret_next)
{
	size_t size;
	char *data = extend_list(list, functions, n, &size);

	return data == NULL ? -ENOMEM : next_boot_plan(host, data, size, ret_next);
}

int next_boot_read(const struct host *host, struct next_boot *ret_next)
{
	char *data = NULL;
	size_t size = 0;
	int error, err;

	error = tree_read(host->root, ALLOWLIST_PATH, ALLOWLIST_SIZE_MAX, &data, &size);
	if (error == -ENOMEM)
		return error;
	err = next_boot_plan(host, data, size, ret_next);
	if (err == 0)
		ret_next->error = error;
	return err;
}

const struct pci_function *next_boot_function(const struct host *host,
					      const struct next_boot *next, size_t i)
{
	if (next->outcomes[i].result != RESULT_BIND)
		return NULL;
	return machine_at(&host->machine, &next->outcomes[i].address);
}

static bool is_forbidden(int error)
{
	return error == -EACCES || error == -EPERM;
}

const struct pci_function *next_boot_unjudged(const struct host *host,
					      const struct next_boot *next, size_t i)
{
	const struct outcome *outcome = &next->outcomes[i];
	const struct pci_function *function;

	if (!host->unprivileged || outcome->result != RESULT_PIN_UNREADABLE)
		return NULL;
	function = machine_at(&host->machine, &outcome->address);
	/* Of configuration space others than root see the first 64 bytes. */
	if (function == NULL ||
	    (function->dsn_error != -ENODATA && !is_forbidden(function->dsn_error) &&
	     !is_forbidden(function->subsystem_error) && !is_forbidden(function->error)))
		return NULL;
	return function;
}

void next_boot_free(struct next_boot *next)
{
	allowlist_free(&next->list);
	free(next->outcomes);
	*next = (struct next_boot){ 0 };
}
