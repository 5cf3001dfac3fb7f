// SPDX-License-Identifier: GPL-2.0-or-later
/* Parsing, comparing and looking up one function or a whole slot; no I/O. */

#include <errno.h>
#include <string.h>

#include "functions.h"

/* Parses what stands in front of ".F": it is read as the address of function 0. */
static int parse_slot(const char *text, size_t len, struct pci_address *ret_address,
		      struct parse_error *ret_error)
{
	char address[PCI_ADDRESS_STRSIZE];

	if (len > sizeof(address) - sizeof(".0")) {
		*ret_error = (struct parse_error){
			0, "not a PCI address; expected [DDDD:]BB:DD[.F] in hexadecimal"
		};
		return -EINVAL;
	}
	memcpy(address, text, len);
	memcpy(address + len, ".0", sizeof(".0"));
	return pci_address_parse(address, strlen(address), ret_address, ret_error);
}

int pci_functions_parse(const char *text, size_t len, struct pci_functions *ret_functions,
			struct parse_error *ret_error)
{
	struct pci_functions functions = { 0 };
	int err;

	functions.whole_slot = memchr(text, '.', len) == NULL;
	if (functions.whole_slot)
		err = parse_slot(text, len, &functions.address, ret_error);
	else
		err = pci_address_parse(text, len, &functions.address, ret_error);
	if (err < 0)
		return err;

	*ret_functions = functions;
	return 0;
}

bool pci_functions_include(const struct pci_functions *functions,
			   const struct pci_address *address)
{
	struct pci_address compared = *address;

	if (functions->whole_slot)
		compared.function = functions->address.function;
	return pci_address_compare(&functions->address, &compared) == 0;
}

size_t pci_functions_find(const struct pci_functions *functions,
			  const struct machine *machine,
			  const struct pci_function *ret_found[static PCI_SLOT_SIZE])
{
	struct pci_address address = functions->address;
	size_t n = 0;

	for (uint8_t f = 0; f <= PCI_FUNCTION_MAX; f++) {
		address.function = f;
		if (!pci_functions_include(functions, &address))
			continue;
		ret_found[n] = machine_at(machine, &address);
		n += ret_found[n] != NULL;
	}
	return n;
}

void pci_functions_format(const struct pci_functions *functions,
			  char ret_text[static PCI_ADDRESS_STRSIZE])
{
	pci_address_format(&functions->address, ret_text);
	if (functions->whole_slot)
		*strrchr(ret_text, '.') = '\0';
}
