// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what the gate decides on. */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "file.h"
#include "gate_read.h"
#include "guest/hostpci_read.h"
#include "guest/libvirt.h"
#include "guest/proxmox.h"
#include "paths.h"
#include "sysfs.h"
#include "tree.h"
#include "vfio_load.h"

/* The configurations of this node's containers. */
#define LXC_DIR "/etc/pve/lxc"

/*
 * While a guest migrates to this node its configuration is still with the node that this
 * variable names (PVE::QemuServer::vm_start_nolock).
 */
#define MIGRATED_FROM_VARIABLE "PVE_MIGRATED_FROM"
#define NODE_QEMU_SERVER_DIR "/etc/pve/nodes/%s/qemu-server"

/* Writes where the guest's configuration is; false where that makes no good path. */
static bool find_config(const char *vmid, char ret_path[static PATH_MAX])
{
	const char *from = getenv(MIGRATED_FROM_VARIABLE);
	int n;

	if (from == NULL || from[0] == '\0')
		n = snprintf(ret_path, PATH_MAX, QEMU_SERVER_DIR "/%s.conf", vmid);
	else if (strchr(from, '/') != NULL || from[0] == '.')
		return false;
	else
		n = snprintf(ret_path, PATH_MAX, NODE_QEMU_SERVER_DIR "/%s.conf", from,
			     vmid);
	return n >= 0 && n < PATH_MAX;
}

/* Containers run hookscripts as well, and have no hostpci. */
static bool is_container(const char *root, const char *vmid)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s" LXC_DIR "/%s.conf", root, vmid);

	return n >= 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

bool gate_knows_proxmox(const char *root, const char *guest)
{
	char path[PATH_MAX];
	int n;

	n = snprintf(path, sizeof(path), "%s" QEMU_SERVER_DIR, root);
	if (n < 0 || (size_t)n >= sizeof(path) || access(path, F_OK) < 0)
		return true;
	n = snprintf(path, sizeof(path), "%s" QEMU_SERVER_DIR "/%s.conf", root, guest);
	return n >= 0 && (size_t)n < sizeof(path) && access(path, F_OK) == 0;
}

int gate_read_proxmox(const char *root, const char *vmid, struct gate_input *input)
{
	struct guest *guest = &input->guest;
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], name[PATH_MAX];
	size_t size;
	int err;

	if (!find_config(vmid, path))
		return notes_add(&guest->problems,
				 MIGRATED_FROM_VARIABLE " names no node: %s",
				 getenv(MIGRATED_FROM_VARIABLE));
	input->takes_groups = true;
	err = read_below(root, path, QEMU_SERVER_CONF_MAX, is_container(root, vmid),
			 &guest->problems, &text, &size);
	if (err == 0)
		err = tree_path(root, path, name, sizeof(name));
	if (err == 0)
		err = hostpci_read(root, name, text, size, guest);
	return err == -EBADMSG || err == -ENOENT ? 0 : err;
}

/* Reads a stream to its end, or to just above what libvirt_parse_domain() takes. */
static int read_stream(FILE *stream, char **ret_data, size_t *ret_size)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0, room = 0, n;

	do {
		if (size == room) {
			char *larger;

			room = room == 0 ? 65536 : room * 2;
			larger = realloc(data, room);
			if (larger == NULL)
				return -ENOMEM;
			data = larger;
		}
		n = fread(data + size, 1, room - size, stream);
		size += n;
	} while (n > 0 && size <= LIBVIRT_XML_MAX);
	if (ferror(stream))
		return -errno;

	*ret_data = data;
	*ret_size = size;
	data = NULL;
	return 0;
}

int gate_read_libvirt(FILE *xml, struct gate_input *input)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int err;

	err = read_stream(xml, &text, &size);
	if (err == 0)
		return libvirt_parse_domain(text, size, &input->guest);
	if (err == -ENOMEM)
		return err;
	return notes_add(&input->guest.problems, "the XML on standard input: %s",
			 strerror(-err));
}

static int read_report(const char *root, struct gate_input *input)
{
	_cleanup_free_ char *text = NULL;
	const char *error;
	size_t size;
	int err;

	err = read_below(root, REPORT_PATH, BOOT_REPORT_MAX, true, &input->problems,
			 &text, &size);
	if (err == 0) {
		err = boot_report_parse(text, size, &input->report, &error);
		if (err == -EBADMSG &&
		    notes_add(&input->problems, REPORT_PATH ": %s", error) < 0)
			return -ENOMEM;
	}
	if (err == -EBADMSG)
		input->report.status = BOOT_REPORT_BROKEN;
	return err == -ENOMEM ? err : 0;
}

static int read_list(const char *root, struct gate_input *input)
{
	char *text;
	size_t size;
	int err;

	err = read_below(root, ALLOWLIST_PATH, ALLOWLIST_SIZE_MAX, true, &input->problems,
			 &text, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	return allowlist_parse(text, size, &input->list);
}

/* Adds a function, unless it is there. */
static int add_function(struct gate_input *input, const struct gate_function *function)
{
	struct gate_function *functions;

	for (size_t i = 0; i < input->n_functions; i++)
		if (pci_address_compare(&input->functions[i].address,
					&function->address) == 0)
			return 0;
	functions = array_grow(input->functions, input->n_functions, sizeof(*functions));
	if (functions == NULL)
		return -ENOMEM;
	input->functions = functions;
	functions[input->n_functions++] = *function;
	return 0;
}

/* Adds the functions that a slot has, of n that there are; all eight if it has none. */
static int add_slot(struct gate_input *input, const struct guest_device *device,
		    const struct pci_address *existing, size_t n)
{
	bool there[PCI_SLOT_SIZE] = { false }, any = false;
	int err = 0;

	for (size_t i = 0; i < n; i++) {
		if (!pci_functions_include(&device->functions, &existing[i]))
			continue;
		there[existing[i].function] = true;
		any = true;
	}
	for (uint8_t f = 0; err == 0 && f <= PCI_FUNCTION_MAX; f++) {
		struct gate_function function = { .address = device->functions.address,
						  .source = device->source };

		function.address.function = f;
		if (there[f] || !any)
			err = add_function(input, &function);
	}
	return err;
}

/* Lists, once, the functions that there are, for a device that is a whole slot. */
static int list_existing(const struct sysfs *sysfs, const struct guest_device *device,
			 struct notes *problems, struct pci_address **existing,
			 size_t *n_existing)
{
	char slot[PCI_ADDRESS_STRSIZE];
	int err = -ENOENT;

	if (*existing != NULL)
		return 0;
	if (sysfs != NULL)
		err = sysfs_list_all(sysfs, existing, n_existing);
	if (err == 0 || err == -ENOMEM)
		return err;
	pci_functions_format(&device->functions, slot);
	return notes_add(problems, "%s: which functions %s has: /sys/bus/pci/devices: %s",
			 device->source, slot, strerror(-err));
}

/* Makes functions of the guest's devices. */
static int read_functions(const struct sysfs *sysfs, struct gate_input *input)
{
	const struct guest *guest = &input->guest;
	_cleanup_free_ struct pci_address *existing = NULL;
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; err == 0 && i < guest->n_devices; i++) {
		const struct guest_device *device = &guest->devices[i];

		if (!device->functions.whole_slot) {
			err = add_function(input,
					   &(struct gate_function){
						   .address = device->functions.address,
						   .source = device->source,
					   });
			continue;
		}
		err = list_existing(sysfs, device, &input->problems, &existing, &n);
		if (err == 0)
			err = add_slot(input, device, existing, n);
	}
	return err;
}

/*
 * Has it a bus behind it? Proxmox VE leaves those to their drivers; a host bridge, which
 * is an endpoint by its header, it does not.
 */
static bool has_bus(const struct sysfs *sysfs, const struct pci_address *address)
{
	struct pci_function function;

	return sysfs_read_function(sysfs, address, FACT_IDENTITY, &function) == 0 &&
	       function.error == 0 && function.header_type != PCI_HEADER_TYPE_ENDPOINT;
}

/* Adds what shares an IOMMU group with a function, which may be gone or in none. */
static int add_group(const struct sysfs *sysfs, const struct gate_function *named,
		     struct gate_input *input)
{
	_cleanup_free_ struct pci_address *group = NULL;
	char address[PCI_ADDRESS_STRSIZE];
	size_t n = 0;
	int err;

	err = sysfs_list_group(sysfs, &named->address, &group, &n);
	if (err == -ENOENT || err == -ENOMEM)
		return err == -ENOMEM ? err : 0;
	if (err < 0) {
		pci_address_format(&named->address, address);
		return notes_add(&input->problems, "%s: the IOMMU group of %s: %s",
				 named->source, address, strerror(-err));
	}
	for (size_t i = 0; err == 0 && i < n; i++)
		if (!has_bus(sysfs, &group[i]))
			err = add_function(input, &(struct gate_function){
							  .address = group[i],
							  .source = named->source,
							  .by_group = true,
							  .named = named->address,
						  });
	return err;
}

/*
 * Adds what shares an IOMMU group with the guest's functions: Proxmox VE takes all of a
 * group from their drivers (PVE::SysFSTools::pci_dev_group_bind_to_vfio).
 */
static int read_groups(const struct sysfs *sysfs, struct gate_input *input)
{
	const size_t n_named = input->n_functions;
	int err = 0;

	for (size_t i = 0; err == 0 && i < n_named; i++) {
		/* A copy: the array may move. */
		const struct gate_function named = input->functions[i];

		err = add_group(sysfs, &named, input);
	}
	return err;
}

/* Reads what is recorded of a function since boot, and whether that holds. */
static int read_claim(const char *root, const struct sysfs *sysfs,
		      struct gate_function *function, struct notes *problems)
{
	char driver[DRIVER_NAME_SIZE];
	int err = claims_read(root, &function->address, &function->claim.claim);

	if (err == -ENOENT || err == -ENOMEM)
		return err == -ENOMEM ? err : 0;
	if (err < 0) {
		char address[PCI_ADDRESS_STRSIZE];

		pci_address_format(&function->address, address);
		return notes_add(problems, CLAIMS_DIR "/%s: %s", address,
				 err == -EBADMSG ? "is no record of a result" :
						   file_read_error(err));
	}
	function->has_claim = true;
	function->claim.holds = sysfs != NULL &&
				sysfs_driver_of(sysfs, &function->address, driver) == 0 &&
				strcmp(driver, VFIO_DRIVER) == 0;
	return 0;
}

static int read_claims(const char *root, const struct sysfs *sysfs,
		       struct gate_input *input)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < input->n_functions; i++)
		err = read_claim(root, sysfs, &input->functions[i], &input->problems);
	return err;
}

int gate_read_host(const char *root, struct gate_input *input)
{
	const struct sysfs *opened = NULL;
	struct sysfs sysfs;
	int err;

	err = read_report(root, input);
	if (err == 0)
		err = read_list(root, input);
	if (err < 0)
		return err;

	if (sysfs_open(root, &sysfs) == 0)
		opened = &sysfs;
	if (gate_has_listed(input))
		err = read_functions(opened, input);
	if (err == 0 && opened != NULL && input->takes_groups)
		err = read_groups(opened, input);
	if (err == 0)
		err = read_claims(root, opened, input);
	if (err == 0)
		err = listed_add_report(&input->report, opened, &input->listed,
					&input->problems);
	if (err == 0)
		err = listed_add_list(&input->list, opened, &input->listed,
				      &input->problems);
	if (opened != NULL)
		sysfs_close(&sysfs);
	return err;
}

bool gate_has_listed(const struct gate_input *input)
{
	return input->report.n_lines > 0 || input->list.n_lines > 0 ||
	       input->problems.n > 0;
}

void gate_input_free(struct gate_input *input)
{
	guest_free(&input->guest);
	free(input->functions);
	boot_report_free(&input->report);
	allowlist_free(&input->list);
	listed_free(&input->listed);
	notes_free(&input->problems);
	*input = (struct gate_input){ 0 };
}
