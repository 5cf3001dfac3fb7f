// SPDX-License-Identifier: GPL-2.0-or-later
/* Parsing, printing and comparing PCI addresses and device paths; no I/O. */

#include <errno.h>
#include <stdio.h>

#include "address.h"

#define EXPECTED_ADDRESS "expected [DDDD:]BB:DD.F in hexadecimal, as lspci prints it"
#define STEP_FORM "DD.F behind each '/', one for each bridge that is passed"
#define EXPECTED_STEP "expected " STEP_FORM

/* A position in a text of known length, and the error that ends the parse. */
struct cursor {
	const char *text;
	size_t len;
	size_t pos;
	struct parse_error *error;
};

static int fail(const struct cursor *c, size_t offset, const char *message)
{
	*c->error = (struct parse_error){ .offset = offset, .message = message };
	return -EINVAL;
}

static int hex_value(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* Reads the hexadecimal digits at the cursor, 8 at most; returns how many there were. */
static unsigned int take_hex(struct cursor *c, uint32_t *ret_value)
{
	uint32_t value = 0;
	unsigned int n = 0;

	while (c->pos < c->len && n < 8) {
		int digit = hex_value(c->text[c->pos]);

		if (digit < 0)
			break;
		value = value << 4 | (uint32_t)digit;
		c->pos++;
		n++;
	}

	*ret_value = value;
	return n;
}

static bool take_char(struct cursor *c, char ch)
{
	if (c->pos >= c->len || c->text[c->pos] != ch)
		return false;
	c->pos++;
	return true;
}

/* Checks a device number already read at start, then reads ".F". */
static int take_function(struct cursor *c, size_t start, unsigned int n_digits,
			 uint32_t device, uint8_t *ret_device, uint8_t *ret_function)
{
	uint32_t function;
	size_t function_start;

	if (n_digits != 2)
		return fail(c, start,
			    "a device number has two digits; " EXPECTED_ADDRESS);
	if (device > PCI_DEVICE_MAX)
		return fail(c, start, "device above 1f; " EXPECTED_ADDRESS);
	if (!take_char(c, '.'))
		return fail(c, c->pos,
			    "'.' and the function number missing; " EXPECTED_ADDRESS);

	function_start = c->pos;
	if (take_hex(c, &function) != 1)
		return fail(c, function_start,
			    "a function number has one digit; " EXPECTED_ADDRESS);
	if (function > PCI_FUNCTION_MAX)
		return fail(c, function_start, "function above 7; " EXPECTED_ADDRESS);

	*ret_device = (uint8_t)device;
	*ret_function = (uint8_t)function;
	return 0;
}

static int take_address(struct cursor *c, struct pci_address *ret_address)
{
	struct pci_address address = { 0 };
	uint32_t bus, device;
	size_t bus_start = c->pos, device_start;
	unsigned int n_bus, n_device;
	int err;

	n_bus = take_hex(c, &bus);
	if (n_bus == 0)
		return fail(c, bus_start, "not a PCI address; " EXPECTED_ADDRESS);
	if (!take_char(c, ':'))
		return fail(c, c->pos, "':' missing; " EXPECTED_ADDRESS);

	device_start = c->pos;
	n_device = take_hex(c, &device);
	if (take_char(c, ':')) {
		/* There was a domain: what has been read moves up by one place. */
		if (n_bus < 4)
			return fail(
				c, bus_start,
				"a domain has four to eight digits; " EXPECTED_ADDRESS);
		address.domain = bus;
		bus = device;
		n_bus = n_device;
		bus_start = device_start;
		device_start = c->pos;
		n_device = take_hex(c, &device);
	}
	if (n_bus != 2)
		return fail(c, bus_start,
			    "a bus number has two digits; " EXPECTED_ADDRESS);

	err = take_function(c, device_start, n_device, device, &address.device,
			    &address.function);
	if (err < 0)
		return err;

	address.bus = (uint8_t)bus;
	*ret_address = address;
	return 0;
}

int pci_address_parse(const char *text, size_t len, struct pci_address *ret_address,
		      struct parse_error *ret_error)
{
	struct cursor c = { .text = text, .len = len, .error = ret_error };
	struct pci_address address;
	int err;

	err = take_address(&c, &address);
	if (err < 0)
		return err;
	if (c.pos != len)
		return fail(&c, c.pos,
			    "unexpected text behind the address; " EXPECTED_ADDRESS);

	*ret_address = address;
	return 0;
}

int pci_path_parse(const char *text, size_t len, struct pci_path *ret_path,
		   struct parse_error *ret_error)
{
	struct cursor c = { .text = text, .len = len, .error = ret_error };
	struct pci_path path = { 0 };
	int err;

	err = take_address(&c, &path.first);
	if (err < 0)
		return err;

	while (take_char(&c, '/')) {
		struct pci_step step = { 0 };
		size_t start = c.pos;
		uint32_t device;
		unsigned int n_digits = take_hex(&c, &device);

		if (n_digits == 0)
			return fail(&c, start,
				    "a step of the path is missing; " EXPECTED_STEP);
		if (path.n_steps == PCI_PATH_STEPS_MAX)
			return fail(&c, start, "too many steps; expected at most 31");
		err = take_function(&c, start, n_digits, device, &step.device,
				    &step.function);
		if (err < 0)
			return err;
		path.steps[path.n_steps++] = step;
	}
	if (c.pos != len)
		return fail(&c, c.pos,
			    "unexpected text behind the address; " EXPECTED_ADDRESS
			    ", or a path: then " STEP_FORM);

	*ret_path = path;
	return 0;
}

void pci_address_format(const struct pci_address *address,
			char ret_text[static PCI_ADDRESS_STRSIZE])
{
	snprintf(ret_text, PCI_ADDRESS_STRSIZE, "%04x:%02x:%02x.%x", address->domain,
		 address->bus, address->device & PCI_DEVICE_MAX,
		 address->function & PCI_FUNCTION_MAX);
}

void pci_path_format(const struct pci_path *path, char ret_text[static PCI_PATH_STRSIZE])
{
	char *end;

	pci_address_format(&path->first, ret_text);
	for (end = ret_text; *end != '\0'; end++)
		;
	for (unsigned int i = 0; i < path->n_steps; i++)
		end += sprintf(end, "/%02x.%x", path->steps[i].device & PCI_DEVICE_MAX,
			       path->steps[i].function & PCI_FUNCTION_MAX);
}

/* The address of the function that a path read from a machine passes after n steps. */
static struct pci_address address_on_path(const struct pci_path *path, unsigned int n)
{
	struct pci_address address = path->first;

	if (n > 0) {
		address.bus = path->steps[n - 1].bus;
		address.device = path->steps[n - 1].device;
		address.function = path->steps[n - 1].function;
	}
	return address;
}

bool pci_path_matches(const struct pci_path *written, const struct pci_path *actual)
{
	struct pci_address start;
	unsigned int skipped;

	if (written->n_steps > actual->n_steps)
		return false;
	skipped = actual->n_steps - written->n_steps;
	start = address_on_path(actual, skipped);
	if (pci_address_compare(&written->first, &start) != 0)
		return false;
	for (unsigned int i = 0; i < written->n_steps; i++)
		if (written->steps[i].device != actual->steps[skipped + i].device ||
		    written->steps[i].function != actual->steps[skipped + i].function)
			return false;
	return true;
}

int pci_address_compare(const struct pci_address *a, const struct pci_address *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	if (a->bus != b->bus)
		return a->bus < b->bus ? -1 : 1;
	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return (int)a->function - (int)b->function;
}

int pci_path_compare(const struct pci_path *a, const struct pci_path *b)
{
	int order = pci_address_compare(&a->first, &b->first);

	for (unsigned int i = 0; order == 0 && i < a->n_steps && i < b->n_steps; i++) {
		order = (int)a->steps[i].device - (int)b->steps[i].device;
		if (order == 0)
			order = (int)a->steps[i].function - (int)b->steps[i].function;
	}
	if (order == 0)
		order = (int)a->n_steps - (int)b->n_steps;
	return order;
}
