// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the guards, on hosts that are made of values alone. */

#include <errno.h>
#include <stdio.h>

#include "guards/guards.h"
#include "unit.h"

#define N_MAX 8

/* A host of network cards 0000:01:00.0, 02:00.0, …, each in a group of its own. */
struct case_ {
	struct host host;
	struct pci_function functions[N_MAX];
	size_t n;
	struct next_boot next;
	struct objections objections;
};

static void start(struct case_ *c, size_t n)
{
	*c = (struct case_){ .n = n };
	for (size_t i = 0; i < n; i++) {
		c->functions[i] = card_at("0000:00:00.0", "0000:00:00.0/00.0");
		c->functions[i].address.bus = (uint8_t)(i + 1);
		c->functions[i].path.first.device = (uint8_t)(i + 1);
		c->functions[i].group = (int)i;
		strcpy(c->functions[i].driver, "igc");
	}
}

static void judge(struct case_ *c, const char *list)
{
	char *data = strdup(list);

	assert_non_null(data);
	make_machine(c->functions, c->n, true, &c->host.machine);
	assert_int_equal(next_boot_plan(&c->host, data, strlen(list), &c->next), 0);
	assert_int_equal(guards_judge(&c->host, &c->next, &c->objections), 0);
}

static void finish(struct case_ *c)
{
	objections_free(&c->objections);
	next_boot_free(&c->next);
	machine_free(&c->host.machine);
	stakes_free(&c->host.stakes);
	configured_guests_free(&c->host.guests);
}

/* Adds a stake that the cards on these buses carry, as eth1, eth2, … */
static struct stake *add_stake(struct case_ *c, enum allowlist_force guard, bool any,
			       const char *what, const unsigned int *buses)
{
	struct stake *stake;

	assert_int_equal(stakes_add(&c->host.stakes, guard, any, what, &stake), 0);
	for (; *buses != 0; buses++) {
		const struct pci_address address = { .bus = (uint8_t)*buses };
		char carrier[16];

		snprintf(carrier, sizeof(carrier), "eth%u", *buses);
		assert_int_equal(stake_add_function(stake, &address, carrier), 0);
	}
	return stake;
}

/* Is there an objection that no force= overrules? */
static bool is_refused(const struct case_ *c)
{
	for (size_t i = 0; i < c->objections.n; i++)
		if (!c->objections.entries[i].forced)
			return true;
	return false;
}

static void check_objection(const struct case_ *c, size_t i, size_t line,
			    const char *function, const char *message)
{
	char text[PCI_ADDRESS_STRSIZE];

	assert_true(i < c->objections.n);
	pci_address_format(&c->objections.entries[i].function, text);
	assert_string_equal(text, function);
	assert_string_equal(c->objections.entries[i].message, message);
	assert_int_equal(c->objections.entries[i].line, line);
}

static void nothing_at_stake(void **state)
{
	struct case_ c;

	(void)state;
	start(&c, 2);
	judge(&c, "01:00.0\n02:00.0\n");
	assert_int_equal(c.objections.n, 0);
	assert_false(is_refused(&c));
	finish(&c);
}

static void last_of_two(void **state)
{
	static const unsigned int bond[] = { 1, 2, 0 };
	struct case_ c;

	(void)state;
	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	judge(&c, "01:00.0\n03:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);

	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	judge(&c, "02:00.0\n03:00.0\n01:00.0\n");
	assert_int_equal(c.objections.n, 2);
	check_objection(&c, 0, 0, "0000:02:00.0",
			"with the others listed, nothing is left that carries the "
			"default route (br0) (eth2)");
	check_objection(&c, 1, 2, "0000:01:00.0",
			"with the others listed, nothing is left that carries the "
			"default route (br0) (eth1)");
	assert_true(is_refused(&c));
	finish(&c);
}

static void the_only_one(void **state)
{
	static const unsigned int one[] = { 2, 0 };
	struct case_ c;

	(void)state;
	start(&c, 2);
	add_stake(&c, FORCE_NETWORK, false, "the default route (eth2)", one);
	judge(&c, "02:00.0\n");
	assert_int_equal(c.objections.n, 1);
	check_objection(&c, 0, 0, "0000:02:00.0",
			"nothing else carries the default route (eth2)");
	assert_int_equal(c.objections.entries[0].guard, FORCE_NETWORK);
	assert_false(c.objections.entries[0].by_group);
	finish(&c);
}

/* The name of what carries a stake is said once, and not taken for part of another. */
static void carrier_is_named_once(void **state)
{
	static const unsigned int one[] = { 2, 0 };
	static const char *const cases[][2] = {
		{ "the default route (eth2)", "the default route (eth2)" },
		{ "the route by eth2", "the route by eth2" },
		{ "the route by veth2", "the route by veth2 (eth2)" },
		{ "the route (eth2, eth3)", "the route (eth2, eth3) (eth2)" },
		{ "eth2", "eth2 (eth2)" },
		{ "", " (eth2)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char message[128];
		struct case_ c;

		start(&c, 2);
		add_stake(&c, FORCE_NETWORK, false, cases[i][0], one);
		judge(&c, "02:00.0\n");
		snprintf(message, sizeof(message), "nothing else carries %s",
			 cases[i][1]);
		check_objection(&c, 0, 0, "0000:02:00.0", message);
		finish(&c);
	}
}

/* What a line does not get, because a pin does not hold, the host does not lose. */
static void refused_lines_take_nothing(void **state)
{
	static const unsigned int one[] = { 1, 0 };
	struct case_ c;

	(void)state;
	start(&c, 1);
	add_stake(&c, FORCE_NETWORK, false, "the default route", one);
	judge(&c, "01:00.0 id=8086:1533\n09:00.0\n01:00.0 nonsense\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
}

/* Whether a pin holds that only root can read, the next boot finds out: it may hold. */
static void lines_for_root_take(void **state)
{
	static const char list[] = "01:00.0 dsn=20-7c-14-ff-ff-f4-78-71\n";
	static const unsigned int one[] = { 1, 0 };
	static const struct {
		bool unprivileged;
		int error, subsystem_error, dsn_error;
		size_t objections;
	} cases[] = {
		{ true, 0, 0, -ENODATA, 1 },      { true, 0, 0, -EACCES, 1 },
		{ true, -EPERM, 0, -EPERM, 1 },   { true, 0, 0, -EIO, 0 },
		{ true, 0, 0, -ENOENT, 0 },       { false, 0, 0, -ENODATA, 0 },
		{ false, -EPERM, 0, -EACCES, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct case_ c;

		start(&c, 1);
		c.host.unprivileged = cases[i].unprivileged;
		c.functions[0].error = cases[i].error;
		c.functions[0].subsystem_error = cases[i].subsystem_error;
		c.functions[0].dsn_error = cases[i].dsn_error;
		add_stake(&c, FORCE_NETWORK, false, "the default route", one);
		judge(&c, list);
		assert_int_equal(c.objections.n, cases[i].objections);
		assert_int_equal(is_refused(&c), cases[i].objections > 0);
		finish(&c);
	}
}

static void any_disk(void **state)
{
	static const unsigned int mirror[] = { 1, 2, 0 };
	struct case_ c;

	(void)state;
	start(&c, 3);
	add_stake(&c, FORCE_DISK, true, "the pool rpool", mirror);
	judge(&c, "03:00.0\n02:00.0\n");
	assert_int_equal(c.objections.n, 1);
	check_objection(&c, 0, 1, "0000:02:00.0", "the pool rpool is on it (eth2)");
	assert_true(is_refused(&c));
	finish(&c);
}

/* A guest takes what is in the same group from the host, listed or not. */
static void group_members(void **state)
{
	static const unsigned int one[] = { 2, 0 };
	struct case_ c;

	(void)state;
	start(&c, 3);
	c.functions[1].group = c.functions[0].group;
	add_stake(&c, FORCE_NETWORK, false, "the default route", one);
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 2);
	check_objection(&c, 0, 0, "0000:02:00.0",
			"nothing else carries the default route (eth2)");
	assert_true(c.objections.entries[0].by_group);
	check_objection(&c, 1, 0, "0000:02:00.0",
			"it is in the same IOMMU group 0, is not listed, and the host "
			"uses it (igc)");
	assert_int_equal(c.objections.entries[1].guard, FORCE_GROUP);
	finish(&c);

	/* Listed itself it is its own line's business. */
	start(&c, 3);
	c.functions[1].group = c.functions[0].group;
	add_stake(&c, FORCE_NETWORK, false, "the default route", one);
	judge(&c, "01:00.0\n02:00.0\n");
	assert_int_equal(c.objections.n, 1);
	assert_int_equal(c.objections.entries[0].line, 1);
	assert_false(c.objections.entries[0].by_group);
	finish(&c);
}

static void harmless_group_members(void **state)
{
	struct case_ c;

	(void)state;
	start(&c, 6);
	for (size_t i = 0; i < 6; i++)
		c.functions[i].group = 7;
	c.functions[1].driver[0] = '\0';
	strcpy(c.functions[2].driver, "vfio-pci");
	c.functions[3].class = 0x060400;
	c.functions[3].header_type = 1;
	strcpy(c.functions[4].driver, "pci-stub");
	/* A root complex event collector is no bridge. */
	c.functions[5].class = 0x080700;
	strcpy(c.functions[5].driver, "pcieport");
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
}

/* VMD makes a domain of its own: what lies there goes with it, however it is taken. */
static void behind_a_function(void **state)
{
	static const unsigned int disk[] = { 3, 0 };
	struct case_ c;

	(void)state;
	start(&c, 3);
	c.functions[2].is_behind = true;
	c.functions[2].behind = address_of("01:00.0");
	add_stake(&c, FORCE_DISK, true, "/", disk);
	judge(&c, "02:00.0\n01:00.0\n");
	assert_int_equal(c.objections.n, 1);
	check_objection(&c, 0, 1, "0000:03:00.0", "/ is on it (eth3)");
	assert_true(c.objections.entries[0].behind);
	assert_false(c.objections.entries[0].by_group);
	assert_true(is_refused(&c));
	finish(&c);

	start(&c, 3);
	c.functions[2].is_behind = true;
	c.functions[2].behind = address_of("01:00.0");
	c.functions[2].group = c.functions[1].group = c.functions[0].group;
	c.functions[0].driver[0] = '\0';
	strcpy(c.functions[2].driver, "vfio-pci");
	add_stake(&c, FORCE_NETWORK, false, "the default route", disk);
	judge(&c, "02:00.0 force=network\n");
	assert_int_equal(c.objections.n, 1);
	check_objection(&c, 0, 0, "0000:03:00.0",
			"nothing else carries the default route (eth3)");
	assert_true(c.objections.entries[0].by_group);
	assert_false(is_refused(&c));
	finish(&c);

	/* Of a domain that the host shares out itself, nobody objects to losing a driver.
	 */
	start(&c, 3);
	c.functions[2].is_behind = true;
	c.functions[2].behind = address_of("01:00.0");
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
}

/* Who cannot tell what carries it looks at what lies behind, too. */
static void unresolved_behind(void **state)
{
	static const unsigned int none[] = { 0 };
	struct stake *stake;
	struct case_ c;

	(void)state;
	start(&c, 2);
	c.functions[0].class = 0x088000;
	c.functions[1].class = 0x010802;
	c.functions[1].is_behind = true;
	c.functions[1].behind = address_of("01:00.0");
	stake = add_stake(&c, FORCE_DISK, true, "/srv", none);
	assert_int_equal(stake_unresolved(stake, "no device has this UUID"), 0);
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 1);
	assert_true(c.objections.entries[0].unresolved && c.objections.entries[0].behind);
	finish(&c);
}

static void force(void **state)
{
	static const unsigned int bond[] = { 1, 2, 0 };
	struct case_ c;

	(void)state;
	/* One of those that together take the last is enough. */
	start(&c, 2);
	add_stake(&c, FORCE_NETWORK, false, "the default route", bond);
	judge(&c, "01:00.0\n02:00.0 force=network\n");
	assert_int_equal(c.objections.n, 2);
	assert_true(c.objections.entries[0].forced);
	assert_true(c.objections.entries[1].forced);
	assert_false(is_refused(&c));
	finish(&c);

	/* Another guard's is not. */
	start(&c, 2);
	add_stake(&c, FORCE_NETWORK, false, "the default route", bond);
	judge(&c, "01:00.0 force=disk\n02:00.0 force=keyboard,display,group\n");
	assert_int_equal(c.objections.n, 2);
	assert_true(is_refused(&c));
	finish(&c);

	/* Nor that of another disk. */
	start(&c, 2);
	add_stake(&c, FORCE_DISK, true, "the pool rpool", bond);
	judge(&c, "01:00.0\n02:00.0 force=disk\n");
	assert_int_equal(c.objections.n, 2);
	assert_false(c.objections.entries[0].forced);
	assert_true(c.objections.entries[1].forced);
	assert_true(is_refused(&c));
	finish(&c);
}

static void unresolved(void **state)
{
	static const unsigned int none[] = { 0 };
	static const unsigned int one[] = { 2, 0 };
	struct stake *stake;
	struct case_ c;

	(void)state;
	start(&c, 3);
	c.functions[2].class = 0x030000;
	stake = add_stake(&c, FORCE_NETWORK, false, "the default route (wg0)", none);
	assert_int_equal(stake_unresolved(stake, "wg0 is a tunnel"), 0);
	judge(&c, "01:00.0\n03:00.0\n");
	assert_int_equal(c.objections.n, 1);
	check_objection(&c, 0, 0, "0000:01:00.0",
			"it may carry the default route (wg0): wg0 is a tunnel");
	assert_true(c.objections.entries[0].unresolved);
	assert_true(is_refused(&c));
	finish(&c);

	/* It survives on what is known to carry it. */
	start(&c, 2);
	stake = add_stake(&c, FORCE_NETWORK, false, "the default route", one);
	assert_int_equal(stake_unresolved(stake, "wg0 is a tunnel"), 0);
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);

	/* For a disk what is known is not enough. */
	start(&c, 2);
	c.functions[0].class = 0x010802;
	stake = add_stake(&c, FORCE_DISK, true, "/srv", one);
	assert_int_equal(stake_unresolved(stake, "no device has this UUID"), 0);
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 1);
	assert_true(c.objections.entries[0].unresolved);
	finish(&c);

	/* A card carries it over the network, unless it is known to be a local disk's. */
	for (int is_local = 0; is_local < 2; is_local++) {
		start(&c, 3);
		c.functions[0].class = 0x0c0330;
		c.functions[1].class = 0x080501;
		stake = add_stake(&c, FORCE_DISK, true, "/srv", none);
		assert_int_equal(stake_unresolved(stake, "no device has this UUID"), 0);
		stake->is_local = is_local;
		judge(&c, "01:00.0\n02:00.0\n03:00.0\n");
		assert_int_equal(c.objections.n, is_local ? 2 : 3);
		assert_int_equal(c.objections.entries[0].function.bus, 1);
		assert_int_equal(c.objections.entries[1].function.bus, 2);
		finish(&c);
	}

	/* What vfio-pci has already carries nothing of the host's. */
	start(&c, 2);
	strcpy(c.functions[0].driver, "vfio-pci");
	stake = add_stake(&c, FORCE_NETWORK, false, "the default route", none);
	assert_int_equal(stake_unresolved(stake, "wg0 is a tunnel"), 0);
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
}

static void add_card(struct case_ *c, unsigned int bus, enum use_kind kind, bool carrier)
{
	const struct pci_address address = { .bus = (uint8_t)bus };

	assert_int_equal(uses_add(&c->host.uses, &address, kind, "eth", "text"), 0);
	c->host.uses.entries[c->host.uses.n - 1].carrier = carrier;
	uses_sort(&c->host.uses);
}

/* A tunnel goes over some card, but over none without a link. */
static void unresolved_without_link(void **state)
{
	static const unsigned int none[] = { 0 };
	struct stake *stake;
	struct case_ c;

	(void)state;
	for (int other = 0; other < 2; other++) {
		start(&c, 6);
		stake = add_stake(&c, FORCE_NETWORK, false, "the SSH session", none);
		assert_int_equal(stake_unresolved(stake, "wg0 is a tunnel"), 0);
		/* A card with a link and one without; one that shows no interface. */
		add_card(&c, 1, USE_NETWORK, false);
		add_card(&c, 2, USE_NETWORK, other);
		/* USB controllers: nothing, some device, a card without a link. */
		c.functions[3].class = c.functions[4].class = 0x0c0330;
		c.functions[5].class = 0x0c0330;
		add_card(&c, 5, USE_USB, false);
		add_card(&c, 6, USE_NETWORK, false);
		judge(&c, "01:00.0\n02:00.0\n03:00.0\n04:00.0\n05:00.0\n06:00.0\n");
		assert_int_equal(c.objections.n, other ? 3 : 6);
		if (other) {
			assert_int_equal(c.objections.entries[0].function.bus, 2);
			assert_int_equal(c.objections.entries[1].function.bus, 3);
			assert_int_equal(c.objections.entries[2].function.bus, 5);
		}
		uses_free(&c.host.uses);
		finish(&c);
	}
}

/* Two lines for one function are one taking; both are named. */
static void two_lines(void **state)
{
	static const unsigned int one[] = { 1, 0 };
	struct case_ c;

	(void)state;
	start(&c, 1);
	add_stake(&c, FORCE_KEYBOARD, false, "a keyboard", one);
	judge(&c, "01:00.0\n0000:00:01.0/00.0\n");
	assert_int_equal(c.objections.n, 2);
	assert_int_equal(c.objections.entries[0].line, 0);
	assert_int_equal(c.objections.entries[1].line, 1);
	finish(&c);
}

/* Adds a guest of this VMID that takes the card on a bus. */
static void add_guest(struct case_ *c, unsigned int vmid, unsigned int bus,
		      bool autostart)
{
	struct configured_guests *guests = &c->host.guests;
	const struct pci_functions functions = { .address.bus = (uint8_t)bus };
	struct configured_guest *guest;

	guests->entries =
		realloc(guests->entries, (guests->n + 1) * sizeof(*guests->entries));
	assert_non_null(guests->entries);
	guest = &guests->entries[guests->n++];
	*guest = (struct configured_guest){ .is_proxmox = true, .autostart = autostart };
	assert_true(asprintf(&guest->path, "%u.conf", vmid) > 0);
	assert_int_equal(guest_add_device(&guest->guest, &functions, "hostpci0"), 0);
}

/* The other card of a bond goes to a guest that starts with the host, and is not listed.
 */
static void taken_by_guests(void **state)
{
	static const unsigned int bond[] = { 1, 2, 3, 0 };
	struct case_ c;

	(void)state;
	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	add_guest(&c, 100, 2, true);
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);

	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	add_guest(&c, 100, 2, true);
	judge(&c, "01:00.0\n03:00.0\n");
	assert_int_equal(c.objections.n, 2);
	check_objection(&c, 0, 0, "0000:01:00.0",
			"100.conf takes another one when the host starts, and with the "
			"others listed nothing is left that carries the default route "
			"(br0) (eth1)");
	assert_true(is_refused(&c));
	finish(&c);

	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond + 1);
	add_guest(&c, 100, 2, true);
	judge(&c, "03:00.0\n");
	assert_int_equal(c.objections.n, 1);
	check_objection(&c, 0, 0, "0000:03:00.0",
			"100.conf takes another one when the host starts, and nothing is "
			"left that carries the default route (br0) (eth3)");
	finish(&c);

	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond + 1);
	add_guest(&c, 100, 2, true);
	judge(&c, "03:00.0 force=network\n");
	assert_false(is_refused(&c));
	finish(&c);

	/* Until somebody starts it, the host has the card. */
	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond + 1);
	add_guest(&c, 100, 2, false);
	judge(&c, "03:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);

	/* It goes with what makes its PCI domain. */
	start(&c, 3);
	c.functions[1].is_behind = true;
	c.functions[1].behind = c.functions[0].address;
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond + 1);
	add_guest(&c, 100, 1, true);
	judge(&c, "03:00.0\n");
	assert_int_equal(c.objections.n, 1);
	finish(&c);
}

/* Proxmox VE takes the other one along with what the guest names, libvirt does not. */
static void taken_by_guests_along(void **state)
{
	static const unsigned int bond[] = { 2, 3, 0 };
	struct case_ c;

	(void)state;
	for (int is_proxmox = 0; is_proxmox <= 1; is_proxmox++) {
		start(&c, 3);
		c.functions[0].group = c.functions[1].group = 9;
		add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
		add_guest(&c, 100, 1, true);
		c.host.guests.entries[0].is_proxmox = is_proxmox;
		judge(&c, "03:00.0\n");
		assert_int_equal(c.objections.n, is_proxmox);
		finish(&c);
	}

	/* A bridge stays, and a guest that names one takes what is with it. */
	start(&c, 3);
	c.functions[0].group = c.functions[1].group = 9;
	c.functions[1].header_type = 1;
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	add_guest(&c, 100, 1, true);
	judge(&c, "03:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
	start(&c, 3);
	c.functions[0].group = c.functions[1].group = 9;
	c.functions[0].header_type = 1;
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	add_guest(&c, 100, 1, true);
	judge(&c, "03:00.0\n");
	assert_int_equal(c.objections.n, 1);
	finish(&c);
}

/* What guests take without any line is no matter of the list. */
static void taken_by_guests_alone(void **state)
{
	static const unsigned int bond[] = { 1, 2, 0 };
	struct case_ c;

	(void)state;
	start(&c, 3);
	add_stake(&c, FORCE_NETWORK, false, "the default route (br0)", bond);
	add_guest(&c, 100, 1, true);
	add_guest(&c, 101, 2, true);
	judge(&c, "03:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
}

/* The IOMMU is off: nobody knows what a guest would take along. */
static void no_groups(void **state)
{
	struct case_ c;

	(void)state;
	start(&c, 3);
	for (size_t i = 0; i < 3; i++)
		c.functions[i].group = -1;
	judge(&c, "01:00.0\n02:00.0 force=group\n");
	assert_int_equal(c.objections.n, 2);
	check_objection(
		&c, 0, 0, "0000:01:00.0",
		"there are no IOMMU groups, so that what a guest would take along "
		"with it is not known; turn the IOMMU on first, see 'ptbind "
		"check'");
	assert_true(c.objections.entries[0].unresolved);
	assert_false(c.objections.entries[0].forced);
	assert_true(c.objections.entries[1].forced);
	finish(&c);

	/* It is on, and does not cover this one: vfio-pci does not take it. */
	start(&c, 3);
	c.functions[0].group = -1;
	judge(&c, "01:00.0\n");
	assert_int_equal(c.objections.n, 0);
	finish(&c);
}

/* Half of the functions of one large group are listed, the last one by force. */
static void one_large_group(void **state)
{
	enum { N = 1024 };
	struct pci_function *functions = calloc(N, sizeof(*functions));
	char *list = calloc(N, 32);
	struct case_ c = { 0 };
	struct stake *stake;
	size_t len = 0;

	(void)state;
	assert_true(functions != NULL && list != NULL);
	for (unsigned int i = 0; i < N; i++) {
		functions[i] = card_at("0000:00:00.0", "0000:00:00.0/00.0");
		functions[i].address =
			(struct pci_address){ .bus = (uint8_t)(i / 8 + 1),
					      .function = (uint8_t)(i % 8) };
		functions[i].path_error = -ENOENT;
		functions[i].group = 1;
		strcpy(functions[i].driver, "igc");
		if (i % 2 == 0)
			len += (size_t)sprintf(list + len, "%02x:00.%x%s\n", i / 8 + 1,
					       i % 8, i == N - 2 ? " force=group" : "");
	}
	make_machine(functions, N, true, &c.host.machine);
	assert_int_equal(stakes_add(&c.host.stakes, FORCE_NETWORK, false,
				    "the default route", &stake),
			 0);
	assert_int_equal(stake_unresolved(stake, "nobody knows"), 0);
	assert_int_equal(next_boot_plan(&c.host, list, len, &c.next), 0);
	assert_int_equal(guards_judge(&c.host, &c.next, &c.objections), 0);
	/*
	 * Each line may take the route; the first eight say what the host loses, and so
	 * does the one that overrules that.
	 */
	assert_int_equal(c.objections.n, N / 2 + 9 * N / 2 * 2);
	assert_true(c.objections.entries[c.objections.n - 1].forced);
	finish(&c);
	free(functions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_at_stake),
		cmocka_unit_test(last_of_two),
		cmocka_unit_test(the_only_one),
		cmocka_unit_test(carrier_is_named_once),
		cmocka_unit_test(refused_lines_take_nothing),
		cmocka_unit_test(lines_for_root_take),
		cmocka_unit_test(any_disk),
		cmocka_unit_test(group_members),
		cmocka_unit_test(harmless_group_members),
		cmocka_unit_test(behind_a_function),
		cmocka_unit_test(unresolved_behind),
		cmocka_unit_test(force),
		cmocka_unit_test(unresolved),
		cmocka_unit_test(unresolved_without_link),
		cmocka_unit_test(two_lines),
		cmocka_unit_test(one_large_group),
		cmocka_unit_test(no_groups),
		cmocka_unit_test(taken_by_guests),
		cmocka_unit_test(taken_by_guests_along),
		cmocka_unit_test(taken_by_guests_alone),
	};

	return run_unit_tests("guards", tests, NULL, NULL);
}
