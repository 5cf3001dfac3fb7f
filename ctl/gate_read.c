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
#include "libvirt.h"
#include "paths.h"
#include "proxmox.h"
#include "sysfs.h"

/* The configurations of this node's virtual machines and containers. */
#define QEMU_SERVER_DIR "/etc/pve/qemu-server"
#define LXC_DIR "/etc/pve/lxc"

/*
 * While a guest migrates to this node its configuration is still with the node that this
 * variable names (PVE::QemuServer::vm_start_nolock).
 */
#define MIGRATED_FROM_VARIABLE "PVE_MIGRATED_FROM"
#define NODE_QEMU_SERVER_DIR "/etc/pve/nodes/%s/qemu-server"

#define HOSTNAME_PATH "/proc/sys/kernel/hostname"
#define HOSTNAME_FILE_MAX 4096

/*
 * Reads a file below root. Where that fails it notes why, but for a file that is missing
 * and may be: -ENOENT. Returns 0, -ENOENT, -EBADMSG once it is noted, or -ENOMEM.
 */
static int read_below(const char *root, const char *path, size_t max, bool may_be_missing,
		      struct notes *problems, char **ret_data, size_t *ret_size)
{
	char joined[PATH_MAX];
	int n = snprintf(joined, sizeof(joined), "%s%s", root, path);
	int err = -ENAMETOOLONG;

	if (n >= 0 && (size_t)n < sizeof(joined))
		err = file_read(joined, max, ret_data, ret_size);
	if (err == 0 || err == -ENOMEM || (err == -ENOENT && may_be_missing))
		return err;
	err = notes_add(problems, "%s%s: %s", root, path, file_read_error(err));
	return err < 0 ? err : -EBADMSG;
}

/* Reads the name of this node of the cluster, as PVE::INotify::nodename() has it. */
static int read_node(const char *root, struct notes *problems, char **ret_node)
{
	size_t size;
	int err;

	err = read_below(root, HOSTNAME_PATH, HOSTNAME_FILE_MAX, false, problems,
			 ret_node, &size);
	if (err == 0)
		(*ret_node)[strcspn(*ret_node, ".\n")] = '\0';
	return err;
}

static int add_mapping(const char *root, const struct hostpci *hostpci,
		       struct guest *guest)
{
	_cleanup_free_ char *text = NULL, *node = NULL;
	size_t size;
	int err;

	err = read_node(root, &guest->problems, &node);
	if (err == 0)
		err = read_below(root, PCI_CFG_PATH, QEMU_SERVER_CONF_MAX, false,
				 &guest->problems, &text, &size);
	if (err == 0)
		err = hostpci_add_mapping(hostpci, text, size, node, guest);
	return err == -EBADMSG ? 0 : err;
}

static int add_hostpci(const char *root, const struct hostpci *hostpci,
		       struct guest *guest)
{
	if (hostpci->error != NULL)
		return notes_add(&guest->problems, "%s: %s", hostpci->line,
				 hostpci->error);
	if (hostpci->mapping != NULL)
		return add_mapping(root, hostpci, guest);
	return hostpci_add_host(hostpci, guest);
}

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
	struct hostpci_list list = { 0 };
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
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
		err = hostpci_parse(text, size, &list);
	if (err == 0 && list.n > GUEST_DEVICES_MAX)
		err = notes_add(&guest->problems, "%s%s: more than %d hostpci lines",
				root, path, GUEST_DEVICES_MAX);
	for (size_t i = 0; err == 0 && i < list.n && i < GUEST_DEVICES_MAX; i++)
		err = add_hostpci(root, &list.entries[i], guest);
	hostpci_free(&list);
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
	bool there[PCI_FUNCTION_MAX + 1] = { false }, any = false;
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
