// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions are serial ports of the host. */

#include <errno.h>

#include "console.h"
#include "serial.h"
#include "sys_device.h"

static int add_port(struct host *host, const struct tree_names *consoles,
		    const struct sys_device *port)
{
	char usb[USB_NAME_SIZE];

	/* An adapter on USB is described with the other devices there. */
	if (!port->has_function || sys_device_usb_name(port, usb))
		return 0;
	return uses_add(&host->uses, &port->function, USE_SERIAL, port->name, "%s",
			consoles_have(consoles, port->name) ? "host console" :
							      "serial port");
}

int serial_look(struct host *host)
{
	struct tree_names consoles = { 0 };
	struct sys_devices ports;
	int err;

	err = sys_devices_list(host, "/sys/class/tty", &ports);
	if (err < 0)
		return err;
	/* Why they cannot be read is noted where it matters: display_look(). */
	err = consoles_read(host->root, &consoles);
	if (err != -ENOMEM)
		err = 0;
	for (size_t i = 0; err == 0 && i < ports.n; i++)
		err = add_port(host, &consoles, &ports.entries[i]);
	tree_names_free(&consoles);
	sys_devices_free(&ports);
	return err;
}
