// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding Thunderbolt and USB4 host routers, and what is tunnelled through them.
 */

#include "host/thunderbolt.h"
#include "host_tree.h"

#define PCI "/sys/devices/pci0000:00"
#define THUNDERBOLT_DIR "/sys/bus/thunderbolt/devices"
#define NHI PCI "/0000:00:1c.4/0000:12:03.0/0000:78:00.0"

static void put_attached(struct host_tree *tree, const char *device, const char *vendor,
			 const char *name, const char *authorized)
{
	put_device(tree, THUNDERBOLT_DIR, device);
	put(tree, device, "vendor_name", vendor);
	put(tree, device, "device_name", name);
	if (authorized != NULL)
		put(tree, device, "authorized", authorized);
}

static void host_router(void **state)
{
	struct host_tree *tree = *state;

	put_device(tree, THUNDERBOLT_DIR, NHI "/domain0");
	put_attached(tree, NHI "/domain0/0-0", "ASUS", "ProArt", "1");
	put_device(tree, THUNDERBOLT_DIR, NHI "/domain0/0-0/usb4_port1/0-0:1.1");
	look_at(tree, thunderbolt_look);
	assert_int_equal(tree->host.uses.n, 1);
	check_use(tree, 0, "0000:78:00.0", USE_THUNDERBOLT, "domain0",
		  "Thunderbolt/USB4 host router");
}

static void attached(void **state)
{
	struct host_tree *tree = *state;

	put_device(tree, THUNDERBOLT_DIR, PCI "/0000:00:0d.2/domain0");
	put_attached(tree, PCI "/0000:00:0d.2/domain0/0-0", "Lenovo", "X1", "1");
	put_device(tree, THUNDERBOLT_DIR, PCI "/0000:00:0d.3/domain1");
	put_attached(tree, PCI "/0000:00:0d.3/domain1/1-0/1-1", "CalDigit, Inc.", "TS4",
		     "1");
	put_attached(tree, PCI "/0000:00:0d.3/domain1/1-0/1-1/1-301", "OWC", "Envoy",
		     "0");
	/* Another host, and its network. */
	put_attached(tree, PCI "/0000:00:0d.3/domain1/1-0/1-3", "Apple Inc.", "macbook",
		     NULL);
	put_device(tree, THUNDERBOLT_DIR, PCI "/0000:00:0d.3/domain1/1-0/1-3/1-3.0");
	look_at(tree, thunderbolt_look);
	assert_int_equal(tree->host.uses.n, 5);
	check_use(tree, 1, "0000:00:0d.3", USE_THUNDERBOLT, "1-1", "CalDigit, Inc. TS4");
	check_use(tree, 2, "0000:00:0d.3", USE_THUNDERBOLT, "1-3", "Apple Inc. macbook");
	check_use(tree, 3, "0000:00:0d.3", USE_THUNDERBOLT, "1-301",
		  "OWC Envoy, not authorized");
	check_use(tree, 4, "0000:00:0d.3", USE_THUNDERBOLT, "domain1",
		  "Thunderbolt/USB4 host router");
}

/* Adds a function whose directory is there, removable or not. */
static void put_at(struct host_tree *tree, const char *device, const char *removable)
{
	const char *address = strrchr(device, '/') + 1;

	put_device(tree, "/sys/bus/pci/devices", device);
	put(tree, device, "removable", removable);
	put_function(tree, address, 0x020000, "igc");
}

/* Expects what function i lies behind; NULL: nothing. */
static void check_behind(const struct host_tree *tree, size_t i, const char *router)
{
	const struct pci_function *function = &tree->host.machine.functions[i];
	char found[PCI_ADDRESS_STRSIZE];

	assert_int_equal(function->is_behind, router != NULL);
	if (router == NULL)
		return;
	pci_address_format(&function->behind, found);
	assert_string_equal(found, router);
}

/* As in processors from Intel: ports that depend on two routers beside them. */
static void tunnelled_by_link(void **state)
{
	struct host_tree *tree = *state;

	put_device(tree, THUNDERBOLT_DIR, PCI "/0000:00:0d.2/domain0");
	put_device(tree, THUNDERBOLT_DIR, PCI "/0000:00:0d.3/domain1");
	put_at(tree, PCI "/0000:00:0d.2", "unknown");
	put_at(tree, PCI "/0000:00:0d.3", "unknown");
	put(tree, PCI "/0000:00:07.0/supplier:pci:0000:00:0d.2", "status", "active");
	put(tree, PCI "/0000:00:07.2/supplier:pci:0000:00:0d.3", "status", "active");
	put_at(tree, PCI "/0000:00:07.0/0000:20:00.0/0000:21:01.0/0000:22:00.0",
	       "removable");
	put_at(tree, PCI "/0000:00:07.2/0000:50:00.0", "removable");
	put_at(tree, PCI "/0000:00:1c.0/0000:60:00.0", "fixed");
	/* A card in a slot that leads out of the host, with no router near it. */
	put_at(tree, PCI "/0000:00:1c.1/0000:61:00.0", "removable");
	look_at(tree, thunderbolt_look);
	check_behind(tree, 0, NULL);
	check_behind(tree, 1, NULL);
	check_behind(tree, 2, "0000:00:0d.2");
	check_behind(tree, 3, "0000:00:0d.3");
	check_behind(tree, 4, NULL);
	check_behind(tree, 5, NULL);
}

/* Chips of their own: router and tunnels are behind one switch. */
static void tunnelled_by_switch(void **state)
{
	struct host_tree *tree = *state;

	put_device(tree, THUNDERBOLT_DIR,
		   PCI "/0000:00:1c.0/0000:02:00.0/0000:03:00.0/0000:04:00.0/domain0");
	put_device(tree, THUNDERBOLT_DIR,
		   PCI "/0000:00:1d.0/0000:42:00.0/0000:43:00.0/0000:44:00.0/domain1");
	put_at(tree, PCI "/0000:00:1c.0/0000:02:00.0/0000:03:00.0/0000:04:00.0",
	       "removable");
	put_at(tree, PCI "/0000:00:1c.0/0000:02:00.0/0000:03:01.0/0000:05:00.0",
	       "removable");
	put_at(tree, PCI "/0000:00:1d.0/0000:42:00.0/0000:43:00.0/0000:44:00.0",
	       "removable");
	put_at(tree, PCI "/0000:00:1d.0/0000:42:00.0/0000:43:01.0/0000:45:00.0",
	       "removable");
	look_at(tree, thunderbolt_look);
	check_behind(tree, 0, NULL);
	check_behind(tree, 1, "0000:04:00.0");
	check_behind(tree, 2, NULL);
	check_behind(tree, 3, "0000:44:00.0");
}

/* Nothing says which router it is, but there is only one. */
static void tunnelled_by_the_only_router(void **state)
{
	struct host_tree *tree = *state;

	put_device(tree, THUNDERBOLT_DIR, PCI "/0000:00:0d.2/domain0");
	put_at(tree, PCI "/0000:00:0d.2", "unknown");
	put_at(tree, PCI "/0000:00:07.0/0000:20:00.0", "removable");
	look_at(tree, thunderbolt_look);
	check_behind(tree, 0, NULL);
	check_behind(tree, 1, "0000:00:0d.2");
}

/* Removable, as in a hot-plug slot, but there is no router at all. */
static void no_router(void **state)
{
	struct host_tree *tree = *state;

	put_at(tree, PCI "/0000:00:07.0/0000:20:00.0", "removable");
	look_at(tree, thunderbolt_look);
	check_behind(tree, 0, NULL);
}

#define TREE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(host_router),
		TREE_TEST(attached),
		TREE_TEST(tunnelled_by_link),
		TREE_TEST(tunnelled_by_switch),
		TREE_TEST(tunnelled_by_the_only_router),
		TREE_TEST(no_router),
	};

	return run_unit_tests("thunderbolt", tests, NULL, NULL);
}
