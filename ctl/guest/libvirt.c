// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser of libvirt's domain XML: bytes in, PCI functions out; no I/O. */

#include <errno.h>
#include <inttypes.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdbool.h>
#include <string.h>

#include "libvirt.h"

/* What takes a PCI function of the host, see libvirt's "Domain XML format". */
static const struct {
	const char *xpath;
	const char *what; /* for messages */
	bool or_usb;      /* it may be a USB device instead */
} kinds[] = {
	{ "/domain/devices/hostdev[@type='pci']", "<hostdev type='pci'>", false },
	{ "/domain/devices/interface[@type='hostdev']", "<interface type='hostdev'>",
	  true },
	/* The images behind a disk may be such disks, too. */
	{ "/domain/devices/disk/descendant-or-self::*[@type='nvme']",
	  "<disk type='nvme'>", false },
};

/* A text the way libxml2 wants it, whose own BAD_CAST drops const. */
static const xmlChar *xml(const char *text)
{
	return (const xmlChar *)text;
}

static const xmlNode *find_child(const xmlNode *node, const char *name)
{
	for (const xmlNode *child = node->children; child != NULL; child = child->next)
		if (child->type == XML_ELEMENT_NODE &&
		    xmlStrEqual(child->name, xml(name)))
			return child;
	return NULL;
}

static bool attribute_is(const xmlNode *node, const char *name, const char *value)
{
	xmlChar *text = xmlGetNoNsProp(node, xml(name));
	bool equal = text != NULL && xmlStrEqual(text, xml(value));

	xmlFree(text);
	return equal;
}

/*
 * Reads a number the way libvirt does (virXMLPropUInt() with base 0): hexadecimal behind
 * 0x, octal behind 0, else decimal; 0 where the attribute is missing. -EINVAL where it is
 * no number, or above max.
 */
static int read_number(const xmlNode *node, const char *name, uint32_t max,
		       uint32_t *ret_value)
{
	xmlChar *text = xmlGetNoNsProp(node, xml(name));
	uintmax_t value = 0;
	int err = 0;

	if (text != NULL) {
		char *end = (char *)text;

		errno = 0;
		if (text[0] >= '0' && text[0] <= '9')
			value = strtoumax((char *)text, &end, 0);
		if (end == (char *)text || *end != '\0' || errno != 0 || value > max)
			err = -EINVAL;
	}
	xmlFree(text);
	if (err == 0)
		*ret_value = (uint32_t)value;
	return err;
}

static int read_address(const xmlNode *node, struct pci_address *ret_address)
{
	uint32_t domain, bus, slot, function;

	if (read_number(node, "domain", UINT32_MAX, &domain) < 0 ||
	    read_number(node, "bus", UINT8_MAX, &bus) < 0 ||
	    read_number(node, "slot", PCI_DEVICE_MAX, &slot) < 0 ||
	    read_number(node, "function", PCI_FUNCTION_MAX, &function) < 0)
		return -EINVAL;
	*ret_address = (struct pci_address){ domain, (uint8_t)bus, (uint8_t)slot,
					     (uint8_t)function };
	return 0;
}

/* Adds the function of one element, if it takes one. */
static int add_element(const xmlNode *node, size_t kind, struct guest *guest)
{
	const char *what = kinds[kind].what;
	const xmlNode *source = find_child(node, "source"), *address = NULL;
	char source_text[80], address_text[PCI_ADDRESS_STRSIZE];
	struct pci_functions functions = { 0 };

	if (source != NULL)
		address = find_child(source, "address");
	if (kinds[kind].or_usb && address != NULL && attribute_is(address, "type", "usb"))
		return 0;
	if (address == NULL || read_address(address, &functions.address) < 0)
		return notes_add(&guest->problems,
				 "%s: %s in <source>; expected <address domain= bus= "
				 "slot= function=/>",
				 what,
				 address == NULL ? "no address" : "bad PCI address");
	pci_address_format(&functions.address, address_text);
	snprintf(source_text, sizeof(source_text), "%s %s", what, address_text);
	return guest_add_device(guest, &functions, source_text);
}

static int add_kind(xmlXPathContext *context, size_t kind, struct guest *guest)
{
	xmlXPathObject *found = xmlXPathEval(xml(kinds[kind].xpath), context);
	int err = 0;

	/* Not for what the document says: these expressions are good. */
	if (found == NULL)
		return -ENOMEM;
	for (int i = 0; err == 0 && i < xmlXPathNodeSetGetLength(found->nodesetval); i++)
		err = add_element(xmlXPathNodeSetItem(found->nodesetval, i), kind, guest);
	xmlXPathFreeObject(found);
	return err;
}

static int add_devices(xmlDoc *doc, struct guest *guest)
{
	const xmlNode *root = xmlDocGetRootElement(doc);
	xmlXPathContext *context;
	int err = 0;

	if (root == NULL || !xmlStrEqual(root->name, xml("domain")))
		return notes_add(&guest->problems,
				 "the XML describes no domain; expected <domain>");
	context = xmlXPathNewContext(doc);
	if (context == NULL)
		return -ENOMEM;
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(kinds); i++)
		err = add_kind(context, i, guest);
	xmlXPathFreeContext(context);
	return err;
}

/* Says where and why the parser gave up; its sentences end in a newline. */
static int add_parse_error(struct guest *guest)
{
	const xmlError *error = xmlGetLastError();
	const char *message = "empty";
	int line = 1;

	if (error != NULL && error->message != NULL) {
		message = error->message;
		line = error->line;
	}
	return notes_add(&guest->problems, "the XML does not parse: line %d: %.*s", line,
			 (int)strcspn(message, "\n"), message);
}

int libvirt_parse_domain(const char *text, size_t size, struct guest *guest)
{
	xmlDoc *doc;
	int err;

	if (size > LIBVIRT_XML_MAX)
		return notes_add(&guest->problems,
				 "the XML is too large; expected at most %d bytes",
				 LIBVIRT_XML_MAX);
	xmlResetLastError();
	doc = xmlReadMemory(text, (int)size, NULL, NULL,
			    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (doc == NULL)
		return add_parse_error(guest);

	/* Entities could hide devices, and libvirt writes none. */
	if (doc->intSubset != NULL)
		err = notes_add(&guest->problems,
				"the XML has a document type; expected none");
	else
		err = add_devices(doc, guest);
	xmlFreeDoc(doc);
	return err;
}
