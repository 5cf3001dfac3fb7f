// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions are Thunderbolt or USB4 host routers of the host. */

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
		if (strncmp(device->name, "domain", strlen("domain")) == 0)
			err = uses_add(&host->uses, &device->function, USE_THUNDERBOLT,
				       device->name, "Thunderbolt/USB4 host router");
		else if (is_attached(device->name))
			err = add_attached(host, device);
	}
	sys_devices_free(&devices);
	return err;
}
