// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading libvirt's domain XML. */

#include <stdio.h>

#include "guest/libvirt.h"
#include "unit.h"

#define HOSTDEV(attributes)                                                               \
	"<hostdev mode='subsystem' type='pci' managed='yes'><source><address " attributes \
	"/></source><address type='pci' domain='0x0000' bus='0x07' slot='0x00' "          \
	"function='0x0'/></hostdev>"

static void parse_bytes(const char *xml, size_t size, struct guest *guest)
{
	char *copy = malloc(size > 0 ? size : 1);

	assert_non_null(copy);
	memcpy(copy, xml, size);
	assert_int_equal(libvirt_parse_domain(copy, size, guest), 0);
	free(copy);
}

/* Parses a domain with these devices. */
static void parse(const char *devices, struct guest *guest)
{
	char xml[8192];
	int n = snprintf(xml, sizeof(xml),
			 "<domain type='kvm'>\n<name>x</name>\n<devices>%s</devices>\n"
			 "</domain>\n",
			 devices);

	assert_true(n > 0 && (size_t)n < sizeof(xml));
	parse_bytes(xml, strlen(xml), guest);
}

/* Expects one device, with this source. */
static void check(const char *devices, const char *expected)
{
	struct guest guest = { 0 };

	parse(devices, &guest);
	assert_int_equal(guest.problems.n, 0);
	assert_int_equal(guest.n_devices, 1);
	assert_false(guest.devices[0].functions.whole_slot);
	assert_string_equal(guest.devices[0].source, expected);
	guest_free(&guest);
}

/* Expects no device, and no problem. */
static void check_none(const char *devices)
{
	struct guest guest = { 0 };

	parse(devices, &guest);
	assert_int_equal(guest.problems.n, 0);
	assert_int_equal(guest.n_devices, 0);
	guest_free(&guest);
}

/* Expects no device, and a problem that says this. */
static void check_problem(const char *devices, const char *expected)
{
	struct guest guest = { 0 };

	parse(devices, &guest);
	assert_int_equal(guest.n_devices, 0);
	assert_int_equal(guest.problems.n, 1);
	assert_non_null(strstr(guest.problems.lines[0], expected));
	guest_free(&guest);
}

static void check_document(const char *xml, size_t size, const char *expected)
{
	struct guest guest = { 0 };

	parse_bytes(xml, size, &guest);
	assert_int_equal(guest.n_devices, 0);
	assert_int_equal(guest.problems.n, 1);
	assert_non_null(strstr(guest.problems.lines[0], expected));
	assert_null(strchr(guest.problems.lines[0], '\n'));
	guest_free(&guest);
}

static void forms(void **state)
{
	(void)state;
	check(HOSTDEV("domain='0x0000' bus='0x04' slot='0x00' function='0x0'"),
	      "<hostdev type='pci'> 0000:04:00.0");
	check("<interface type='hostdev' managed='yes'><mac address='52:54:00:6d:90:02'/>"
	      "<source><address type='pci' domain='0x0000' bus='0x04' slot='0x10' "
	      "function='0x1'/></source></interface>",
	      "<interface type='hostdev'> 0000:04:10.1");
	check("<disk type='nvme' device='disk'><driver name='qemu' type='raw'/>"
	      "<source type='pci' managed='yes' namespace='1'><address domain='0x0000' "
	      "bus='0x01' slot='0x00' function='0x0'/></source><target dev='vde'/></disk>",
	      "<disk type='nvme'> 0000:01:00.0");
	check("<disk type='file' device='disk'><source file='/a.qcow2'/>"
	      "<backingStore type='nvme'><format type='raw'/><source type='pci' "
	      "namespace='1'><address domain='0' bus='2' slot='0' function='0'/></source>"
	      "</backingStore></disk>",
	      "<disk type='nvme'> 0000:02:00.0");
}

static void numbers(void **state)
{
	(void)state;
	check(HOSTDEV("domain='0' bus='4' slot='10' function='1'"),
	      "<hostdev type='pci'> 0000:04:0a.1");
	check(HOSTDEV("domain='0' bus='0XAB' slot='0x1F' function='7'"),
	      "<hostdev type='pci'> 0000:ab:1f.7");
	check(HOSTDEV("domain='65536' bus='0xe1' slot='0' function='0'"),
	      "<hostdev type='pci'> 10000:e1:00.0");
	check(HOSTDEV("domain='0xffffffff' bus='255' slot='31' function='7'"),
	      "<hostdev type='pci'> ffffffff:ff:1f.7");
	/* What says otherwise is for interfaces alone. */
	check(HOSTDEV("type='usb' bus='4'"), "<hostdev type='pci'> 0000:04:00.0");
	check("<disk type='nvme'><source><address type='usb' bus='4'/></source></disk>",
	      "<disk type='nvme'> 0000:04:00.0");
	/* As libvirt reads them: octal, and nothing is zero. */
	check(HOSTDEV("domain='0' bus='010' slot='0' function='0'"),
	      "<hostdev type='pci'> 0000:08:00.0");
	check(HOSTDEV("bus='4'"), "<hostdev type='pci'> 0000:04:00.0");
	check(HOSTDEV("bus='&#52;'"), "<hostdev type='pci'> 0000:04:00.0");
}

static void bad_numbers(void **state)
{
	static const char *const attributes[] = {
		"bus='256'",       "bus='-1'",
		"bus=''",          "bus=' 4'",
		"bus='4 '",        "bus='4x'",
		"bus='0x'",        "bus='x'",
		"slot='32'",       "slot='0x20'",
		"function='8'",    "bus='+4'",
		"function='0x0.'", "domain='4294967296'",
		"bus='08'",        "domain='99999999999999999999999'",
		"bus='0x04:00'",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		char devices[512];

		snprintf(devices, sizeof(devices), HOSTDEV("%s"), attributes[i]);
		check_problem(devices,
			      "<hostdev type='pci'>: bad PCI address in <source>");
	}
}

static void no_devices(void **state)
{
	(void)state;
	check_none("");
	check_none("<hostdev mode='subsystem' type='usb'><source><address bus='1' "
		   "device='2'/></source></hostdev>");
	check_none(
		"<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address "
		"uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>");
	check_none("<interface type='network'><source network='vf-pool'/></interface>");
	check_none("<interface type='hostdev'><source><address type='usb' bus='1' "
		   "device='4'/></source></interface>");
	check_none("<disk type='file'><source file='/a'/><address type='pci' "
		   "domain='0x0000' bus='0x04' slot='0x00' function='0x0'/></disk>");
	check_none("<controller type='pci' index='1'><address type='pci' bus='4'/>"
		   "</controller>");
	check_none("<!-- " HOSTDEV("bus='4'") " -->");
	check_none("<x><hostdev type='pci'/></x>");
}

static void no_address(void **state)
{
	(void)state;
	check_problem("<hostdev type='pci'/>", "<hostdev type='pci'>: no address");
	check_problem("<hostdev type='pci'><address bus='4'/></hostdev>", "no address");
	check_problem("<hostdev type='pci'><source/></hostdev>", "no address");
	check_problem("<interface type='hostdev'><source dev='eth0'/></interface>",
		      "<interface type='hostdev'>: no address");
	check_problem("<disk type='nvme'/>", "<disk type='nvme'>: no address");
}

static void several(void **state)
{
	struct guest guest = { 0 };

	(void)state;
	parse(HOSTDEV("bus='4'") HOSTDEV("bus='999'")
		      HOSTDEV("bus='5'") "<disk type='nvme'/>",
	      &guest);
	assert_int_equal(guest.n_devices, 2);
	assert_int_equal(guest.devices[1].functions.address.bus, 5);
	assert_int_equal(guest.problems.n, 2);
	guest_free(&guest);
}

static void documents(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"x",
		"<domain>",
		"<domain><devices></domain>",
		"<domain/><domain/>",
		"<domain>&x;</domain>",
		"{}",
	};
	static const char nul[] = "<domain>\0</domain>";
	static const char elsewhere[] =
		"<network><devices>" HOSTDEV("bus='4'") "</devices></network>";
	static const char entity[] = "<!DOCTYPE domain [<!ENTITY d \"" HOSTDEV(
		"bus='4'") "\">]>"
			   "<domain><devices>&d;</devices></domain>";
	static const char laughs[] =
		"<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>"
		"<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
		"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
		"<!ENTITY e '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
		"<!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]>"
		"<domain><devices><hostdev type='&f;'/></devices></domain>";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_document(texts[i], strlen(texts[i]),
			       "the XML does not parse: line ");
	check_document(nul, sizeof(nul) - 1, "the XML does not parse");
	check_document(elsewhere, strlen(elsewhere), "expected <domain>");
	check_document(entity, strlen(entity), "document type");
	check_document(laughs, strlen(laughs), "the XML");
}

static void too_large(void **state)
{
	const size_t size = LIBVIRT_XML_MAX + 1;
	char *xml = malloc(size);
	struct guest guest = { 0 };

	(void)state;
	assert_non_null(xml);
	memset(xml, ' ', size);
	assert_int_equal(libvirt_parse_domain(xml, size, &guest), 0);
	assert_int_equal(guest.problems.n, 1);
	guest_free(&guest);
	free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),       cmocka_unit_test(numbers),
		cmocka_unit_test(bad_numbers), cmocka_unit_test(no_devices),
		cmocka_unit_test(no_address),  cmocka_unit_test(several),
		cmocka_unit_test(documents),   cmocka_unit_test(too_large),
	};

	return run_unit_tests("libvirt", tests, NULL, NULL);
}
