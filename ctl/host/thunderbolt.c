// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which functions are Thunderbolt or USB4 host routers of the host, and which ones are
 * there only through them.
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sys_device.h"
#include "thunderbolt.h"

#define THUNDERBOLT_DIR "/sys/bus/thunderbolt/devices"

/*
 * How the bus calls its devices (drivers/thunderbolt): "domain0" with a function behind
 * it, its host router "0-0", what is attached "0-1" or "0-301"; and of them retimers
 * "0-0:1.1" and services of other hosts "0-1.0".
 */
static bool is_attached(const char *name)
{
	const char *dash = strchr(name, '-');

	return dash != NULL && strcmp(dash, "-0") != 0 && strpbrk(name, ":.") == NULL;
}

static int add_attached(struct host *host, const struct sys_device *device)
{
	char vendor[TREE_VALUE_SIZE], name[TREE_VALUE_SIZE], authorized[TREE_VALUE_SIZE];
	bool off;

	if (sys_device_value(host, device, "vendor_name", vendor) < 0)
		vendor[0] = '\0';
	if (sys_device_value(host, device, "device_name", name) < 0)
		snprintf(name, sizeof(name), "unnamed device");
	/* Another host has no such attribute. */
	off = sys_device_value(host, device, "authorized", authorized) == 0 &&
	      strcmp(authorized, "0") == 0;
	return uses_add(&host->uses, &device->function, USE_THUNDERBOLT, device->name,
			"%s%s%s%s", vendor, vendor[0] != '\0' ? " " : "", name,
			off ? ", not authorized" : "");
}

static bool is_domain(const struct sys_device *device)
{
	return device->has_function &&
	       strncmp(device->name, "domain", strlen("domain")) == 0;
}

/*
 * Does a port on the way to a function depend on a host router? The firmware says so of
 * ports that only tunnels reach: tb_acpi_add_link() in drivers/thunderbolt/acpi.c makes
 * them consumers of the router, Documentation/driver-api/device_link.rst.
 */
static bool depends_on(const struct host *host, const char *path,
		       const struct pci_address *router)
{
	char link[PATH_MAX], address[PCI_ADDRESS_STRSIZE];

	pci_address_format(router, address);
	for (const char *slash = strchr(path + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		const int n = snprintf(link, sizeof(link), "%.*s/supplier:pci:%s",
				       (int)(slash - path), path, address);

		if (n > 0 && (size_t)n < sizeof(link) && tree_has(host->root, link))
			return true;
	}
	return false;
}

/* How many PCI functions two paths below /sys/devices have in common, from the root on.
 */
static size_t count_common(const char *a, const char *b)
{
	struct pci_address address;
	struct parse_error error;
	size_t start = 0, n = 0;

	for (size_t i = 0; a[i] == b[i] && a[i] != '\0'; i++) {
		if (a[i] != '/')
			continue;
		n += pci_address_parse(a + start, i - start, &address, &error) == 0;
		start = i + 1;
	}
	return n;
}

/*
 * Finds the host router through which a function is tunnelled: the one that it depends
 * on, else the one that is the nearest behind the same root port, where routers that are
 * cards or chips of their own have their switch, else the only one. NULL: none is known.
 */
static const struct sys_device *find_router(const struct host *host,
					    const struct sys_devices *devices,
					    const char *path)
{
	const struct sys_device *nearest = NULL, *any = NULL;
	size_t n_nearest = 0, n_routers = 0;

	for (size_t i = 0; i < devices->n; i++) {
		const struct sys_device *device = &devices->entries[i];
		size_t n;

		if (!is_domain(device))
			continue;
		if (depends_on(host, path, &device->function))
			return device;
		n = count_common(path, device->path);
		if (n > n_nearest) {
			nearest = device;
			n_nearest = n;
		}
		any = device;
		n_routers++;
	}
	return nearest == NULL && n_routers == 1 ? any : nearest;
}

/*
 * Is the function behind a port that leads out of the host? Since Linux 5.13, see
 * ABI/testing/sysfs-devices-removable and pci_set_removable() in drivers/pci/probe.c.
 */
static bool is_removable(const struct host *host, const char *address)
{
	char path[PATH_MAX], value[TREE_VALUE_SIZE];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/removable", address);
	return tree_value(host->root, path, value) == 0 &&
	       strcmp(value, "removable") == 0;
}

/* Has a function go with its host router, if it is one that is tunnelled. */
static void join_router(struct host *host, const struct sys_devices *devices,
			struct pci_function *function)
{
	char address[PCI_ADDRESS_STRSIZE], link[PATH_MAX], path[PATH_MAX];
	const struct sys_device *router;

	pci_address_format(&function->address, address);
	if (function->is_behind || pci_function_is_bridge(function) ||
	    !is_removable(host, address))
		return;
	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s", address);
	if (tree_resolve(host->root, link, path, sizeof(path)) < 0)
		return;
	router = find_router(host, devices, path);
	if (router == NULL ||
	    pci_address_compare(&router->function, &function->address) == 0)
		return;
	function->is_behind = true;
	function->behind = router->function;
}

static bool has_domain(const struct sys_devices *devices)
{
	for (size_t i = 0; i < devices->n; i++)
		if (is_domain(&devices->entries[i]))
			return true;
	return false;
}

int thunderbolt_look(struct host *host)
{
	struct sys_devices devices;
	int err;

	err = sys_devices_list(host, THUNDERBOLT_DIR, &devices);
	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < devices.n; i++) {
		const struct sys_device *device = &devices.entries[i];

		if (!device->has_function)
			continue;
		if (is_domain(device))
			err = uses_add(&host->uses, &device->function, USE_THUNDERBOLT,
				       device->name, "Thunderbolt/USB4 host router");
		else if (is_attached(device->name))
			err = add_attached(host, device);
	}
	for (size_t i = 0; has_domain(&devices) && i < host->machine.n_functions; i++)
		join_router(host, &devices, &host->machine.functions[i]);
	sys_devices_free(&devices);
	return err;
}
