// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading the guests that are configured on a host. */

#include "guest/configured.h"
#include "host_tree.h"

#define QEMU_SERVER "/etc/pve/qemu-server"
#define LIBVIRT "/etc/libvirt/qemu"

static void read_guests(struct host_tree *tree)
{
	configured_guests_free(&tree->host.guests);
	assert_int_equal(configured_guests_read(tree->root, &tree->host.guests), 0);
}

static const struct configured_guest *check_guest(const struct host_tree *tree, size_t i,
						  const char *path, bool autostart)
{
	const struct configured_guest *guest = &tree->host.guests.entries[i];

	assert_true(i < tree->host.guests.n);
	assert_string_equal(guest->path, path);
	assert_int_equal(guest->autostart, autostart);
	return guest;
}

static void none(void **state)
{
	struct host_tree *tree = *state;

	read_guests(tree);
	assert_int_equal(tree->host.guests.n, 0);
	put(tree, QEMU_SERVER, "README", "onboot: 1");
	put(tree, LIBVIRT "/networks", "default.xml", "<network/>");
	read_guests(tree);
	assert_int_equal(tree->host.guests.n, 0);
}

static void proxmox(void **state)
{
	struct host_tree *tree = *state;
	const struct configured_guest *guest;

	put(tree, QEMU_SERVER, "100.conf",
	    "hookscript: local:snippets/x\nhostpci0: 01:00.0\nonboot: 1\n[snap]\n"
	    "hostpci0: 02:00.0\nonboot: 0");
	put(tree, QEMU_SERVER, "101.conf", "onboot: 0\r\nhostpci0: 03:00\r");
	put(tree, QEMU_SERVER, "102.conf", "[snap]\nonboot: 1\nhookscript: x");
	read_guests(tree);
	assert_int_equal(tree->host.guests.n, 3);
	guest = check_guest(tree, 0, QEMU_SERVER "/100.conf", true);
	assert_true(guest->is_proxmox && guest->has_hook);
	assert_int_equal(guest->guest.n_devices, 1);
	guest = check_guest(tree, 1, QEMU_SERVER "/101.conf", false);
	assert_false(guest->has_hook);
	assert_true(guest->guest.devices[0].functions.whole_slot);
	guest = check_guest(tree, 2, QEMU_SERVER "/102.conf", false);
	assert_false(guest->has_hook);
	assert_int_equal(guest->guest.n_devices, 0);
}

/* The HA manager starts what it looks after, on whatever node that is. */
static void high_availability(void **state)
{
	struct host_tree *tree = *state;

	for (int i = 100; i <= 106; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d.conf", i);
		put(tree, QEMU_SERVER, name, i == 105 ? "onboot: 1" : "cores: 1");
	}
	put(tree, "/etc/pve/ha", "resources.cfg",
	    "vm: 100\n\n"
	    "ct: 101\n\tstate started\n\n"
	    "vm: 102\n\tgroup all\n\tstate stopped\n\n"
	    "vm: 103\n\tstate enabled\n\tmax_restart 2\n\n"
	    "vm: 104\n\tstate ignored\n\n"
	    "vm: 105\n\tstate stopped\n\n"
	    "vm: 999\n\tstate started\n");
	read_guests(tree);
	check_guest(tree, 0, QEMU_SERVER "/100.conf", true);
	check_guest(tree, 1, QEMU_SERVER "/101.conf", false);
	check_guest(tree, 2, QEMU_SERVER "/102.conf", false);
	check_guest(tree, 3, QEMU_SERVER "/103.conf", true);
	check_guest(tree, 4, QEMU_SERVER "/104.conf", false);
	check_guest(tree, 5, QEMU_SERVER "/105.conf", true);
	check_guest(tree, 6, QEMU_SERVER "/106.conf", false);
}

/* As virsh makes it: the link is absolute, and leads nowhere below another root. */
static void put_autostart(const struct host_tree *tree, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "%s" LIBVIRT "/autostart/%s", tree->root, name);
	snprintf(target, sizeof(target), LIBVIRT "/%s", name);
	host_tree_mkdirs(path);
	assert_int_equal(symlink(target, path), 0);
}

static void libvirt(void **state)
{
	struct host_tree *tree = *state;

	put(tree, LIBVIRT, "nas.xml", "<domain type='kvm'><name>nas</name></domain>");
	put(tree, LIBVIRT, "win11.xml", "<domain type='kvm'><name>win11</name></domain>");
	put_autostart(tree, "nas.xml");
	put(tree, QEMU_SERVER, "100.conf", "cores: 1");
	read_guests(tree);
	assert_int_equal(tree->host.guests.n, 3);
	check_guest(tree, 0, QEMU_SERVER "/100.conf", false);
	assert_false(check_guest(tree, 1, LIBVIRT "/nas.xml", true)->is_proxmox);
	check_guest(tree, 2, LIBVIRT "/win11.xml", false);
}

static int remove_ha(const struct host_tree *tree)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/etc/pve/ha/resources.cfg/file", tree->root);
	if (unlink(path) < 0)
		return -errno;
	snprintf(path, sizeof(path), "%s/etc/pve/ha/resources.cfg", tree->root);
	return rmdir(path);
}

/* What cannot be read is an error of its own; the others are read. */
static void unreadable(void **state)
{
	struct host_tree *tree = *state;

	put(tree, QEMU_SERVER "/100.conf", "file", "");
	put(tree, QEMU_SERVER, "101.conf", "onboot: 1");
	put(tree, LIBVIRT, "x.xml", "no XML");
	read_guests(tree);
	assert_int_equal(tree->host.guests.n, 3);
	assert_int_equal(check_guest(tree, 0, QEMU_SERVER "/100.conf", false)->error,
			 -EISDIR);
	put(tree, "/etc/pve/ha/resources.cfg", "file", "");
	read_guests(tree);
	assert_int_equal(tree->host.guests.n, 4);
	assert_int_equal(check_guest(tree, 2, "/etc/pve/ha/resources.cfg", false)->error,
			 -EISDIR);
	put(tree, LIBVIRT, "x.xml", "no XML");
	assert_int_equal(remove_ha(tree), 0);
	read_guests(tree);
	assert_int_equal(check_guest(tree, 1, QEMU_SERVER "/101.conf", true)->error, 0);
	assert_int_equal(check_guest(tree, 2, LIBVIRT "/x.xml", false)->guest.problems.n,
			 1);
}

#define TREE_TEST(name)                                                                  \
	cmocka_unit_test_setup_teardown(name, host_tree_setup, host_tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(none),    TREE_TEST(proxmox),    TREE_TEST(high_availability),
		TREE_TEST(libvirt), TREE_TEST(unreadable),
	};

	return run_unit_tests("configured", tests, NULL, NULL);
}
