// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking up names in pci.ids; the bus itself is never touched through libpci. */

#include <limits.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "names.h"
#include "tree.h"

#define LOOKUP_FLAGS (PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)

/*
 * libpci reports a broken pci.ids through a function that must not return and is told
 * nothing of its caller (struct pci_access, error). So where to go on is kept here, as
 * long as names_open() runs.
 */
static struct names_error {
	jmp_buf back;
	char text[sizeof(((struct names *)0)->error)];
} * on_error;

_printf_(1, 2) static void __attribute__((noreturn)) leave_libpci(char *format, ...)
{
	va_list args;

	/* Memory is out, and libpci cannot go on. */
	if (on_error == NULL)
		abort();
	va_start(args, format);
	vsnprintf(on_error->text, sizeof(on_error->text), format, args);
	va_end(args);
	on_error->text[strcspn(on_error->text, "\n")] = '\0';
	longjmp(on_error->back, 1);
}

/* Without pci_init(), which would look for a way to the bus, nobody sets them. */
static void set_error_handler(struct pci_access *access)
{
	access->error = leave_libpci;
	access->id_lookup_mode = 0; /* by default a cache of what DNS said is read */
}

/* Loads the list of names. Returns 1 where there is one. */
static int load(struct pci_access *access, char *error, size_t size)
{
	struct names_error frame = { .text = "" };
	volatile int loaded = 0;

	on_error = &frame;
	if (setjmp(frame.back) == 0)
		loaded = pci_load_name_list(access);
	on_error = NULL;
	snprintf(error, size, "%s", frame.text);
	return loaded;
}

/* Loads the list of names below a root. Returns 1 where there is one. */
static int load_below(struct names *names, const char *root, const char *name)
{
	char path[PATH_MAX], *copy;

	if (tree_path(root, name, path, sizeof(path)) < 0)
		return 0;
	/* A copy that is libpci's own to free. */
	copy = strdup(path);
	if (copy == NULL)
		return 0;
	pci_set_name_list_path(names->access, copy, 1);
	return load(names->access, names->error, sizeof(names->error));
}

void names_open(const char *root, struct names *ret_names)
{
	struct names names = { .access = pci_alloc() };
	_cleanup_free_ char *name = strdup(names.access->id_file_name);
	int loaded = 0;

	set_error_handler(names.access);
	if (name != NULL)
		loaded = load_below(&names, root, name);
	/* Names are no state of a host: a root without any gets those of this one. */
	if (name != NULL && !loaded && names.error[0] == '\0')
		loaded = load_below(&names, "", name);
	if (!loaded)
		names_close(&names);
	*ret_names = names;
}

void names_close(struct names *names)
{
	if (names->access != NULL)
		pci_cleanup(names->access);
	names->access = NULL;
}

const char *names_class(const struct names *names, uint32_t class,
			char name[static NAME_SIZE])
{
	if (names->access == NULL)
		return NULL;
	return pci_lookup_name(names->access, name, NAME_SIZE,
			       LOOKUP_FLAGS | PCI_LOOKUP_CLASS, (int)(class >> 8));
}

const char *names_vendor(const struct names *names, const struct pci_id *id,
			 char name[static NAME_SIZE])
{
	if (names->access == NULL)
		return NULL;
	return pci_lookup_name(names->access, name, NAME_SIZE,
			       LOOKUP_FLAGS | PCI_LOOKUP_VENDOR, id->vendor);
}

const char *names_device(const struct names *names, const struct pci_id *id,
			 char name[static NAME_SIZE])
{
	if (names->access == NULL)
		return NULL;
	return pci_lookup_name(names->access, name, NAME_SIZE,
			       LOOKUP_FLAGS | PCI_LOOKUP_DEVICE, id->vendor, id->device);
}

const char *names_subsystem(const struct names *names, const struct pci_id *id,
			    const struct pci_id *subsystem, char name[static NAME_SIZE])
{
	if (names->access == NULL)
		return NULL;
	return pci_lookup_name(names->access, name, NAME_SIZE,
			       LOOKUP_FLAGS | PCI_LOOKUP_SUBSYSTEM | PCI_LOOKUP_DEVICE,
			       id->vendor, id->device, subsystem->vendor,
			       subsystem->device);
}
