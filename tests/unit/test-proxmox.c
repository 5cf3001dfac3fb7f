// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading Proxmox VE's configuration. */

#include <stdio.h>

#include "guest/proxmox.h"
#include "unit.h"

/* A copy that ends where the text ends, to catch reads behind it. */
static char *copy_of(const char *text, size_t size)
{
	char *copy = malloc(size > 0 ? size : 1);

	assert_non_null(copy);
	memcpy(copy, text, size);
	return copy;
}

/* Reads a configuration and, below a node, a mapping file, which may be NULL. */
static void read_guest(const char *config, size_t size, const char *mappings,
		       struct guest *guest)
{
	char *text = copy_of(config, size), *map_text = NULL;
	struct hostpci_list list;

	if (mappings != NULL)
		map_text = copy_of(mappings, strlen(mappings));
	assert_int_equal(hostpci_parse(text, size, &list), 0);
	for (size_t i = 0; i < list.n; i++) {
		const struct hostpci *entry = &list.entries[i];

		assert_int_equal((entry->host != NULL) + (entry->mapping != NULL) +
					 (entry->error != NULL),
				 1);
		if (entry->error != NULL)
			assert_int_equal(notes_add(&guest->problems, "%s: %s",
						   entry->line, entry->error),
					 0);
		else if (entry->mediated)
			assert_int_equal(
				notes_add(&guest->remarks, "%s: mediated", entry->line),
				0);
		else if (entry->host != NULL)
			assert_int_equal(hostpci_add_host(entry, guest), 0);
		else
			assert_int_equal(hostpci_add_mapping(entry, map_text,
							     strlen(mappings), "pve1",
							     guest),
					 0);
	}
	hostpci_free(&list);
	free(text);
	free(map_text);
}

/*
 * The devices of a guest, each as "ADDRESS from SOURCE", then its problems and remarks; a
 * line each.
 */
static void describe(const struct guest *guest, char *text, size_t size)
{
	FILE *f = fmemopen(text, size, "w");

	assert_non_null(f);
	for (size_t i = 0; i < guest->n_devices; i++) {
		char address[PCI_ADDRESS_STRSIZE];

		pci_functions_format(&guest->devices[i].functions, address);
		fprintf(f, "%s from %s\n", address, guest->devices[i].source);
	}
	for (size_t i = 0; i < guest->problems.n; i++)
		fprintf(f, "%s\n", guest->problems.lines[i]);
	for (size_t i = 0; i < guest->remarks.n; i++)
		fprintf(f, "%s\n", guest->remarks.lines[i]);
	fclose(f);
}

static void check_bytes(const char *config, size_t size, const char *mappings,
			const char *expected)
{
	struct guest guest = { 0 };
	char found[4096] = "";

	read_guest(config, size, mappings, &guest);
	describe(&guest, found, sizeof(found));
	assert_string_equal(found, expected);
	guest_free(&guest);
}

static void check(const char *config, const char *expected)
{
	check_bytes(config, strlen(config), NULL, expected);
}

static void check_mapping(const char *config, const char *mappings, const char *expected)
{
	check_bytes(config, strlen(config), mappings, expected);
}

static void forms(void **state)
{
	(void)state;
	check("", "");
	check("\n\n", "");
	check("name: nas\nmemory: 2048\n", "");
	check("hostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("hostpci0: 01:00.0", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("hostpci0: 01:00,pcie=1\n", "0000:01:00 from hostpci0: 01:00,pcie=1\n");
	check("hostpci0: host=01:00.0,pcie=1\n",
	      "0000:01:00.0 from hostpci0: host=01:00.0,pcie=1\n");
	check("hostpci0: pcie=1,host=01:00.0\n",
	      "0000:01:00.0 from hostpci0: pcie=1,host=01:00.0\n");
	check("hostpci0: x-vga=1,01:00.0,romfile=a b.rom\n",
	      "0000:01:00.0 from hostpci0: x-vga=1,01:00.0,romfile=a b.rom\n");
	check("hostpci0: 01:00.0;01:00.1;0002:03:04\n",
	      "0000:01:00.0 from hostpci0: 01:00.0;01:00.1;0002:03:04\n"
	      "0000:01:00.1 from hostpci0: 01:00.0;01:00.1;0002:03:04\n"
	      "0002:03:04 from hostpci0: 01:00.0;01:00.1;0002:03:04\n");
	check("hostpci0: 10000:E1:00.0\n",
	      "10000:e1:00.0 from hostpci0: 10000:E1:00.0\n");
	check("hostpci15:01:00.0  \r\n", "0000:01:00.0 from hostpci15:01:00.0\n");
	check("hostpci0: \t 01:00.0,,\n", "0000:01:00.0 from hostpci0: \t 01:00.0,,\n");
	check("hostpci0: 01:00.0\nhostpci1: 02:00.0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n"
	      "0000:02:00.0 from hostpci1: 02:00.0\n");
}

/* The guest gets a mediated device of the function, and not the function. */
static void mediated(void **state)
{
	(void)state;
	check("hostpci0: 00:02.0,mdev=i915-GVTg_V5_4\n",
	      "hostpci0: 00:02.0,mdev=i915-GVTg_V5_4: mediated\n");
	check("hostpci0: mdev=nvidia-63,host=01:00.4,pcie=1\nhostpci1: 02:00.0\n",
	      "0000:02:00.0 from hostpci1: 02:00.0\n"
	      "hostpci0: mdev=nvidia-63,host=01:00.4,pcie=1: mediated\n");
	check("hostpci0: mapping=igpu,mdev=i915-GVTg_V5_4\n",
	      "hostpci0: mapping=igpu,mdev=i915-GVTg_V5_4: mediated\n");
	check("hostpci0: mdev=x\n",
	      "hostpci0: mdev=x: neither an address nor mapping=; expected one of "
	      "them\n");
	/* What Perl takes for false. */
	check("hostpci0: 01:00.0,mdev=0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0,mdev=0\n");
	check("hostpci0: 01:00.0,mdev=\n", "0000:01:00.0 from hostpci0: 01:00.0,mdev=\n");
	check("hostpci0: 01:00.0,xmdev=1\n",
	      "0000:01:00.0 from hostpci0: 01:00.0,xmdev=1\n");
}

static void other_lines(void **state)
{
	(void)state;
	check("#hostpci0: 01:00.0\n", "");
	check(" hostpci0: 01:00.0\n", "");
	check("description: hostpci0: 01:00.0\n", "");
	check("xhostpci0: 01:00.0\n", "");
	check("hostpci: 01:00.0\n", "");
	check("hostpcix: 01:00.0\n", "");
	check("hostpci0 01:00.0\n", "");
	check("hostpci0", "");
	check("hostpci", "");
	check("usb0: host=1234:5678\nargs: -device vfio-pci,host=01:00.0\n", "");
}

static void is_config(void **state)
{
	static const char *const good[] = { "cores: 1", "x\nide2: none,media=cdrom\r\n",
					    "[snap]\nonboot:1\n", "scsi10: local:1\n" };
	static const char *const bad[] = { "",
					   "\n",
					   ":",
					   ": 1",
					   "1: 1",
					   "cores: ",
					   "cores 1\n",
					   "a1b: 1",
					   "Key: 1",
					   " cores: 1",
					   "error: failed to get domain\n",
					   "root:x:0:0:root:/root:/bin/sh\n",
					   "cores1x: 1",
					   "A host: name of it" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char *copy = copy_of(good[i], strlen(good[i]));

		assert_true(hostpci_is_config(copy, strlen(good[i])));
		free(copy);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *copy = copy_of(bad[i], strlen(bad[i]));

		assert_false(hostpci_is_config(copy, strlen(bad[i])));
		free(copy);
	}
	assert_false(hostpci_is_config("cores: 1\n", 10));
}

static void sections(void **state)
{
	(void)state;
	check("hostpci0: 01:00.0\n[PENDING]\nhostpci0: 02:00.0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("[before-upgrade]\nhostpci0: 01:00.0\n", "");
	check("[special:cloudinit]  \r\nhostpci0: 01:00.0\n", "");
	check("[]\nhostpci0: 01:00.0\n", "");
	check("name: x\n\n[a]\nhostpci0: 01:00.0\n\n[b]\nhostpci0: 02:00.0\n", "");
	/* No section for Proxmox VE either: what follows is current. */
	check("[a\nhostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("[a] b\nhostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("[a]]\nhostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check(" [a]\nhostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("[\nhostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
}

/* Proxmox VE starts a template for backups only, and without its devices. */
static void templates(void **state)
{
	(void)state;
	check("hostpci0: 01:00.0\ntemplate: 1\n", "");
	check("template:1  \r\nhostpci0: 01:00.0\nhostpci1: nonsense\n", "");
	check("template: 0\ntemplate: 1\nhostpci0: 01:00.0\n", "");
	check("hostpci0: 01:00.0\ntemplate: 0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("template: 1\ntemplate: 0\nhostpci0: 01:00.0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("template: 11\nhostpci0: 01:00.0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("template:\nhostpci0: 01:00.0\n", "0000:01:00.0 from hostpci0: 01:00.0\n");
	check(" template: 1\nhostpci0: 01:00.0\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n");
	check("hostpci0: 01:00.0\n[a]\ntemplate: 1\n",
	      "0000:01:00.0 from hostpci0: 01:00.0\n");
}

static void bad_values(void **state)
{
	static const char *const values[] = {
		"",
		"pcie=1",
		",",
		"host=",
		"=01:00.0",
		"=",
		"host=,pcie=1",
		"mapping=",
		"host=01:00.0,mapping=x",
		"01:00.0,mapping=x",
		"01:00.0,02:00.0",
		"host=01:00.0,host=02:00.0",
		"mapping=a,mapping=b",
		" ,",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct hostpci_list list;
		char line[128];

		snprintf(line, sizeof(line), "hostpci3: %s\n", values[i]);
		assert_int_equal(hostpci_parse(line, strlen(line), &list), 0);
		assert_int_equal(list.n, 1);
		assert_non_null(list.entries[0].error);
		assert_null(list.entries[0].host);
		assert_null(list.entries[0].mapping);
		hostpci_free(&list);
	}
}

static void bad_addresses(void **state)
{
	static const char *const values[] = {
		"01:00.8",
		"01:00.0;",
		";01:00.0",
		"01",
		"nic",
		"01:00.0 ,pcie=1",
		"host=01:00.0 02:00.0",
		"01:00.0;;02:00.0",
		"00000001:01:00.00",
		"host=host=01:00.0",
		"0000:01:00.0/00.0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct guest guest = { 0 };
		char line[128];

		snprintf(line, sizeof(line), "hostpci3: %s\n", values[i]);
		read_guest(line, strlen(line), NULL, &guest);
		assert_int_equal(guest.problems.n, 1);
		assert_non_null(strstr(guest.problems.lines[0], values[i]));
		guest_free(&guest);
	}
	check("hostpci0: 01:00.8\n",
	      "hostpci0: 01:00.8: '01:00.8': function above 7; expected [DDDD:]BB:DD.F in "
	      "hexadecimal, as lspci prints it\n");
}

static void bytes(void **state)
{
	static const char nul[] = "hostpci0: 01:00.0\0,pcie=1\n";
	static const char after[] = "na\0me: x\nhostpci0: 01:00.0\n\0";
	char noise[512], line[4096];
	struct guest guest = { 0 };

	(void)state;
	check_bytes(nul, sizeof(nul) - 1, NULL,
		    "hostpci0: 01:00.0: a NUL byte; expected text\n");
	check_bytes(after, sizeof(after) - 1, NULL,
		    "0000:01:00.0 from hostpci0: 01:00.0\n");
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * 7);
	check_bytes(noise, sizeof(noise), NULL, "");

	/* However long a value is, it is either read or named as bad. */
	memset(line, '0', sizeof(line));
	memcpy(line, "hostpci0: ", strlen("hostpci0: "));
	read_guest(line, sizeof(line), NULL, &guest);
	assert_int_equal(guest.problems.n, 1);
	guest_free(&guest);
}

/* Whatever a line holds, it makes no more than a guest may have. */
static void too_many(void **state)
{
	static const char *const parts[] = { "01:00.0;", "01:00;", ";", "x;" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const size_t size = 100000, len = strlen(parts[i]);
		char *line = malloc(size);
		struct guest guest = { 0 };

		assert_non_null(line);
		strcpy(line, "hostpci0: ");
		for (size_t pos = strlen(line); pos < size; pos++)
			line[pos] = parts[i][pos % len];
		read_guest(line, size, NULL, &guest);
		assert_true(guest.n_devices <= GUEST_DEVICES_MAX);
		assert_in_range(guest.problems.n, 1, NOTES_MAX);
		for (size_t n = 0; n < guest.problems.n; n++)
			assert_true(strlen(guest.problems.lines[n]) < 1024);
		guest_free(&guest);
		free(line);
	}
}

static const char mappings[] =
	"# a comment\n"
	"nic\n"
	"\tdescription The network, node=pve1\n"
	"\tmap id=8086:125c,node=pve2,path=0000:09:00.0\n"
	"\tmap id=8086:125c,iommugroup=1,node=pve1,path=0000:01:00.0\n"
	"# in between\n"
	"\tmdev 0\n"
	"\tmap node=pve1,path=0000:02:00;0000:03:00.1,id=8086:125c\n"
	"\n"
	"gpu\n"
	"    map path=0000:04:00,node=pve2,id=10de:1234\n"
	"\n"
	"empty\n"
	"\n"
	"broken\n"
	"\tmap id=8086:125c,path=0000:05:00.0\n"
	"\tmap node=pve1,id=8086:125c\n"
	"\tmap\n"
	"\tmap node=pve1,path=nonsense\n";

static void mapping(void **state)
{
	(void)state;
	check_mapping("hostpci0: mapping=nic,pcie=1\n", mappings,
		      "0000:01:00.0 from hostpci0: mapping=nic,pcie=1\n"
		      "0000:02:00 from hostpci0: mapping=nic,pcie=1\n"
		      "0000:03:00.1 from hostpci0: mapping=nic,pcie=1\n");
	check_mapping("hostpci0: mapping=gpu\n", mappings,
		      "hostpci0: mapping=gpu: mapping 'gpu' has no map for this node, "
		      "pve1\n");
	check_mapping(
		"hostpci0: mapping=empty\n", mappings,
		"hostpci0: mapping=empty: mapping 'empty' has no map for this node, "
		"pve1\n");
	check_mapping("hostpci0: mapping=ni\n", mappings,
		      "hostpci0: mapping=ni: there is no mapping 'ni' in "
		      "/etc/pve/mapping/pci.cfg\n");
	check_mapping("hostpci0: mapping=map\n", mappings,
		      "hostpci0: mapping=map: there is no mapping 'map' in "
		      "/etc/pve/mapping/pci.cfg\n");
	check_mapping("hostpci0: mapping=nic\n", "",
		      "hostpci0: mapping=nic: there is no mapping 'nic' in "
		      "/etc/pve/mapping/pci.cfg\n");
	check_mapping(
		"hostpci0: mapping=broken\n", mappings,
		"hostpci0: mapping=broken: mapping 'broken': 'map "
		"id=8086:125c,path=0000:05:00.0': expected node= and path=\n"
		"hostpci0: mapping=broken: mapping 'broken': 'map "
		"node=pve1,id=8086:125c': expected node= and path=\n"
		"hostpci0: mapping=broken: mapping 'broken': 'map ': expected node= "
		"and path=\n"
		"hostpci0: mapping=broken: 'nonsense': not a PCI address; expected "
		"[DDDD:]BB:DD.F in hexadecimal, as lspci prints it\n");
}

/* The file as PVE::SectionConfig reads it: an empty line ends a section, nothing else. */
static void mapping_sections(void **state)
{
	(void)state;
	check_mapping(
		"hostpci0: mapping=b\n",
		"a\n\tmap node=pve1,path=01:00.0\nb\n\tmap node=pve1,path=02:00.0\n",
		"hostpci0: mapping=b: there is no mapping 'b' in "
		"/etc/pve/mapping/pci.cfg\n");
	check_mapping(
		"hostpci0: mapping=a\n",
		"a\n\tmap node=pve1,path=01:00.0\nb\n\tmap node=pve1,path=02:00.0\n",
		"0000:01:00.0 from hostpci0: mapping=a\n"
		"0000:02:00.0 from hostpci0: mapping=a\n");
	check_mapping("hostpci0: mapping=b\n",
		      "two words\nb  \n\tmap node=pve1,path=02:00.0",
		      "0000:02:00.0 from "
		      "hostpci0: mapping=b\n");
	check_mapping(
		"hostpci0: mapping=b\n",
		"\tmap node=pve1,path=01:00.0\nb\n  \n\tmap node=pve1,path=02:00.0\n",
		"0000:02:00.0 from hostpci0: mapping=b\n");
	check_mapping(
		"hostpci0: mapping=b\n",
		"b\nmap node=pve1,path=01:00.0\n\tmapx node=pve1,path=02:00.0\n",
		"hostpci0: mapping=b: mapping 'b' has no map for this node, pve1\n");
	check_mapping(
		"hostpci0: mapping=b\n",
		"b\n\tmap node=pve1,path=01:00.0\n\nb\n\tmap node=pve1,path=02:00.0\n",
		"0000:01:00.0 from hostpci0: mapping=b\n"
		"0000:02:00.0 from hostpci0: mapping=b\n");
	check_mapping(
		"hostpci0: mapping=b\n", "b\n\tmap node=pve10,path=01:00.0\n",
		"hostpci0: mapping=b: mapping 'b' has no map for this node, pve1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(mediated),
		cmocka_unit_test(other_lines),
		cmocka_unit_test(sections),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(bad_addresses),
		cmocka_unit_test(bytes),
		cmocka_unit_test(mapping),
		cmocka_unit_test(mapping_sections),
		cmocka_unit_test(is_config),
		cmocka_unit_test(templates),
		cmocka_unit_test(too_many),
	};

	return run_unit_tests("proxmox", tests, NULL, NULL);
}
