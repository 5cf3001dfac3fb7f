// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of checking the names of disks. */

#include "check.h"

#define FSTAB "/etc/fstab"
#define SAID(where, name, first)                                                         \
	"error disk-renumbered " where ": " name ", counted after " first                \
	", which is on 0000:05:00.0 and listed\n"

static unsigned int n_blocks;

/* Gives a controller a disk with one partition. */
static void add_disk(const struct check_fixture *fixture, const char *address,
		     const char *disk, const char *part)
{
	char path[256], target[256], number[16];

	snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/block/%s/dev", address,
		 disk);
	snprintf(number, sizeof(number), "8:%u\n", n_blocks++);
	fixture_write(fixture, path, number);
	snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/block/%s/%s/dev",
		 address, disk, part);
	snprintf(number, sizeof(number), "8:%u\n", n_blocks++);
	fixture_write(fixture, path, number);
	snprintf(path, sizeof(path), "/sys/devices/pci0000:00/%s/block/%s/%s/partition",
		 address, disk, part);
	fixture_write(fixture, path, "1\n");
	snprintf(path, sizeof(path), "/sys/class/block/%s", disk);
	snprintf(target, sizeof(target), "../../devices/pci0000:00/%s/block/%s", address,
		 disk);
	fixture_link(fixture, target, path);
	snprintf(path, sizeof(path), "/sys/class/block/%s", part);
	snprintf(target, sizeof(target), "../../devices/pci0000:00/%s/block/%s/%s",
		 address, disk, part);
	fixture_link(fixture, target, path);
}

static const char *const addresses[] = { "0000:04:00.0", "0000:05:00.0", "0000:06:00.0" };

/* Three controllers with a disk each; 05:00.0 is listed. */
static void start(struct check_fixture *fixture, const char *const disks[3],
		  const char *const parts[3])
{
	fixture_start_cards(fixture, addresses);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		add_disk(fixture, addresses[i], disks[i], parts[i]);
}

static void expect(const char *const disks[3], const char *const parts[3],
		   const char *path, const char *content, const char *expected)
{
	struct check_fixture fixture;

	start(&fixture, disks, parts);
	fixture_write(&fixture, path, content);
	assert_string_equal(fixture_check(&fixture, check_disks), expected);
	fixture_end(&fixture);
}

static const char *const scsi[] = { "sda", "sdb", "sdc" };
static const char *const scsi_parts[] = { "sda1", "sdb1", "sdc1" };
static const char *const nvme[] = { "nvme0n1", "nvme9n1", "nvme10n1" };
static const char *const nvme_parts[] = { "nvme0n1p1", "nvme9n1p1", "nvme10n1p1" };

static const char *const cards[] = { "mmcblk0", "mmcblk1", "mmcblk2" };
static const char *const cards_parts[] = { "mmcblk0p1", "mmcblk1p1", "mmcblk2p1" };
static const char *const mixed[] = { "sda", "nvme0n1", "sdb" };
static const char *const mixed_parts[] = { "sda1", "nvme0n1p1", "sdb1" };

static void test_fstab(void **state)
{
	static const char *const many[] = { "sda", "sdz", "sdaa" };
	static const char *const many_parts[] = { "sda1", "sdz1", "sdaa1" };

	(void)state;
	expect(scsi, scsi_parts, FSTAB, "/dev/sdc1 /srv ext4 defaults 0 2\n",
	       SAID(FSTAB, "/dev/sdc1, for /srv", "sdb"));
	expect(scsi, scsi_parts, FSTAB, "/dev/sdc /srv ext4 defaults 0 2\n",
	       SAID(FSTAB, "/dev/sdc, for /srv", "sdb"));
	expect(many, many_parts, FSTAB, "/dev/sdaa1 / ext4 defaults 0 1\n",
	       SAID(FSTAB, "/dev/sdaa1, for /", "sdz"));
	expect(nvme, nvme_parts, FSTAB, "/dev/nvme10n1p1 / ext4 defaults 0 1\n",
	       SAID(FSTAB, "/dev/nvme10n1p1, for /", "nvme9n1"));
	expect(cards, cards_parts, FSTAB, "/dev/mmcblk2p1 / ext4 defaults 0 1\n",
	       SAID(FSTAB, "/dev/mmcblk2p1, for /", "mmcblk1"));
	/* What comes before is not moved, nor what is counted apart. */
	expect(scsi, scsi_parts, FSTAB, "/dev/sda1 / ext4 defaults 0 1\n", "");
	expect(mixed, mixed_parts, FSTAB, "/dev/sdb1 / ext4 defaults 0 1\n", "");
	/* Boot goes on without it, or it is not there, or it leaves itself. */
	expect(scsi, scsi_parts, FSTAB, "/dev/sdc1 /srv ext4 nofail 0 2\n", "");
	expect(scsi, scsi_parts, FSTAB, "/dev/sdc1 none swap sw 0 0\n", "");
	expect(scsi, scsi_parts, FSTAB, "/dev/sdc9 /srv ext4 defaults 0 2\n", "");
	expect(scsi, scsi_parts, FSTAB, "/dev/sdb1 /srv ext4 defaults 0 2\n", "");
	/* Such names stay. */
	expect(scsi, scsi_parts, FSTAB, "UUID=1234-ABCD / ext4 defaults 0 1\n", "");
}

static void test_crypttab(void **state)
{
	(void)state;
	expect(scsi, scsi_parts, "/etc/crypttab", "data /dev/sdc1 none luks\n",
	       SAID("/etc/crypttab", "/dev/sdc1, for data", "sdb"));
	expect(scsi, scsi_parts, "/etc/crypttab", "data /dev/sdc1 none luks,nofail\n",
	       "");
}

static void test_root(void **state)
{
	(void)state;
	expect(scsi, scsi_parts, "/etc/kernel/cmdline", "root=/dev/sdc1 ro\n",
	       SAID("/etc/kernel/cmdline:1", "/dev/sdc1, for /", "sdb"));
	expect(scsi, scsi_parts, "/etc/kernel/cmdline",
	       "root=/dev/sdc1 root=/dev/sda1 ro\n", "");
	expect(scsi, scsi_parts, "/boot/grub/grub.cfg",
	       "set default=0\nmenuentry 'x' {\n\tlinux /boot/vmlinuz root=/dev/sdc1 ro\n}\n",
	       SAID("/boot/grub/grub.cfg:2", "/dev/sdc1, for /", "sdb"));
}

/* The line does not hold: its disk stays. */
static void test_not_bound(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture, scsi, scsi_parts);
	fixture_write(&fixture, FSTAB, "/dev/sdc1 / ext4 defaults 0 1\n");
	fixture.next.outcomes[0].result = RESULT_MISMATCH;
	assert_string_equal(fixture_check(&fixture, check_disks), "");
	fixture_end(&fixture);
}

/* A disk that lies behind what is listed, as behind Intel's VMD, goes with it. */
static void test_behind(void **state)
{
	struct check_fixture fixture;
	struct pci_function *functions;

	(void)state;
	start(&fixture, mixed, mixed_parts);
	functions = fixture.host.machine.functions;
	functions[0].is_behind = true;
	fixture_write(&fixture, FSTAB, "/dev/sdb1 / ext4 defaults 0 1\n");
	functions[0].behind = functions[2].address;
	assert_string_equal(fixture_check(&fixture, check_disks), "");
	functions[0].behind = functions[1].address;
	assert_string_equal(fixture_check(&fixture, check_disks),
			    SAID(FSTAB, "/dev/sdb1, for /", "sda"));
	/* The guard says what is lost itself. */
	fixture_write(&fixture, FSTAB, "/dev/sda1 / ext4 defaults 0 1\n");
	assert_string_equal(fixture_check(&fixture, check_disks), "");
	fixture_end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fstab),  cmocka_unit_test(test_crypttab),
		cmocka_unit_test(test_root),   cmocka_unit_test(test_not_bound),
		cmocka_unit_test(test_behind),
	};

	return run_unit_tests("check_disks", tests, NULL, NULL);
}
