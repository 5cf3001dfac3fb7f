// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding and writing pins; no I/O. */

#include <errno.h>
#include <stdio.h>

#include "pins.h"

/*
 * Do two functions sit on one card? Behind a PCIe port there is one, whatever its device
 * numbers (ARI) and however many buses its virtual functions need. On a root bus the slot
 * tells.
 */
static bool same_card(const struct pci_function *a, const struct pci_function *b)
{
	struct pci_path x = a->path, y = b->path;

	if (a->path_error < 0 || b->path_error < 0)
		return a->address.domain == b->address.domain &&
		       a->address.bus == b->address.bus &&
		       a->address.device == b->address.device;
	if (x.n_steps != y.n_steps)
		return false;
	if (x.n_steps > 0) {
		x.n_steps--;
		y.n_steps--;
	} else {
		x.first.function = y.first.function;
	}
	return pci_path_compare(&x, &y) == 0;
}

/* Ports of switches repeat the serial number of what is behind them, or have their own.
 */
static bool other_card_has_dsn(const struct machine *machine,
			       const struct pci_function *function)
{
	for (size_t i = 0; i < machine->n_functions; i++) {
		const struct pci_function *other = &machine->functions[i];

		if (other->dsn_error == 0 && other->error == 0 &&
		    other->dsn == function->dsn && !pci_function_is_bridge(other) &&
		    !same_card(function, other))
			return true;
	}
	return false;
}

static void find_dsn(const struct machine *machine, const struct pci_function *function,
		     struct pins *pins)
{
	if (function->dsn_error < 0) {
		pins->dsn_unreadable = function->dsn_error != -ENOENT;
		return;
	}
	if (function->dsn == 0 || function->dsn == UINT64_MAX)
		return;
	pins->dsn_shared = other_card_has_dsn(machine, function);
	if (pins->dsn_shared)
		return;
	pins->dsn = function->dsn;
	pins->pins |= PIN_DSN;
}

void pins_find(const struct machine *machine, const struct pci_function *function,
	       struct pins *ret_pins)
{
	struct pins pins = { .pins = PIN_ID, .id = function->id };

	if (function->subsystem_error == 0 && function->subsystem.vendor != 0 &&
	    function->subsystem.vendor != UINT16_MAX) {
		pins.subsystem = function->subsystem;
		pins.pins |= PIN_SUBSYSTEM;
	}
	find_dsn(machine, function, &pins);
	if (function->path_error == 0 && function->path.n_steps > 0) {
		pins.path = function->path;
		pins.pins |= PIN_PATH;
	}
	*ret_pins = pins;
}

void pins_format(const struct pins *pins, unsigned int which,
		 char ret_text[static PINS_STRSIZE])
{
	char text[PCI_PATH_STRSIZE];
	char *end = ret_text;

	which &= pins->pins;
	*end = '\0';
	if (which & PIN_ID)
		end += sprintf(end, "  id=%04x:%04x", pins->id.vendor, pins->id.device);
	if (which & PIN_SUBSYSTEM)
		end += sprintf(end, "  subsystem=%04x:%04x", pins->subsystem.vendor,
			       pins->subsystem.device);
	if (which & PIN_DSN) {
		dsn_format(pins->dsn, text);
		end += sprintf(end, "  dsn=%s", text);
	}
	if (which & PIN_PATH) {
		pci_path_format(&pins->path, text);
		sprintf(end, "  path=%s", text);
	}
}
