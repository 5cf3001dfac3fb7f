// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what disks are used for, on small trees of /sys, /proc, /etc and udev's files.
 */

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "storage/storage.h"
#include "storage/storage_graph.h"
#include "storage/storage_judge.h"
#include "storage/storage_udev.h"
#include "unit.h"

#define PCI "/sys/devices/pci0000:00"
#define MOUNTINFO "/proc/self/mountinfo"

struct machine_dir {
	char root[64];
	struct host host;
	unsigned int n_blocks;
};

static void make_parents(char *path)
{
	for (char *s = strchr(path + 1, '/'); s != NULL; s = strchr(s + 1, '/')) {
		*s = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
		*s = '/';
	}
}

/* Writes a file; path is printed with what follows it. */
static void put(const struct machine_dir *dir, const char *path, const char *text)
{
	char full[PATH_MAX];
	FILE *f;

	assert_int_equal(tree_path(dir->root, path, full, sizeof(full)), 0);
	make_parents(full);
	f = fopen(full, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void put_in(const struct machine_dir *dir, const char *parent, const char *name,
		   const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	put(dir, path, text);
}

/* Makes a link to what is at another path of the tree. */
static void put_link(const struct machine_dir *dir, const char *path, const char *to)
{
	char full[PATH_MAX], target[PATH_MAX];

	assert_int_equal(tree_path(dir->root, path, full, sizeof(full)), 0);
	assert_int_equal(tree_path(dir->root, to, target, sizeof(target)), 0);
	make_parents(full);
	assert_int_equal(symlink(target, full), 0);
}

/* Adds a block device at a place in sysfs, with lines of udev's database. */
static void put_block(struct machine_dir *dir, const char *place, const char *name,
		      const char *udev)
{
	char path[PATH_MAX], link[PATH_MAX], number[32];
	const unsigned int minor = ++dir->n_blocks;

	snprintf(path, sizeof(path), "%s/%s", place, name);
	snprintf(number, sizeof(number), "8:%u\n", minor);
	put_in(dir, path, "dev", number);
	put_in(dir, path, "size", "976773168\n");
	snprintf(link, sizeof(link), "/sys/class/block/%s", name);
	put_link(dir, link, path);
	snprintf(link, sizeof(link), "/run/udev/data/b8:%u", minor);
	put(dir, link, udev);
}

static void put_slave(const struct machine_dir *dir, const char *name, const char *slave)
{
	char path[PATH_MAX], to[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/slaves/%s", name,
		 slave);
	snprintf(to, sizeof(to), "/sys/class/block/%s", slave);
	put_link(dir, path, to);
}

/* A device-mapper device on one other. */
static void put_mapping(struct machine_dir *dir, const char *name, const char *dm_name,
			const char *dm_uuid, const char *slave, const char *udev)
{
	char path[PATH_MAX];

	put_block(dir, "/sys/devices/virtual/block", name, udev);
	snprintf(path, sizeof(path), "/sys/devices/virtual/block/%s/dm", name);
	put_in(dir, path, "name", dm_name);
	put_in(dir, path, "uuid", dm_uuid);
	put_slave(dir, name, slave);
}

#define NVME(n) PCI "/0000:00:1d." #n "/0000:0" #n ":00.0/nvme/nvme" #n
#define AHCI(n) PCI "/0000:00:17." #n "/ata1/host0/target0:0:0/0:0:0:0/block"

static void start(struct machine_dir *dir)
{
	*dir = (struct machine_dir){ .root = "/tmp/ptbind-storage-XXXXXX" };
	assert_non_null(mkdtemp(dir->root));
	dir->host.root = dir->root;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void stop(struct machine_dir *dir)
{
	uses_free(&dir->host.uses);
	stakes_free(&dir->host.stakes);
	notes_free(&dir->host.unseen);
	assert_int_equal(nftw(dir->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void look(struct machine_dir *dir)
{
	assert_int_equal(storage_look(&dir->host), 0);
	uses_sort(&dir->host.uses);
}

/* All stakes, one a line: "WHAT: 0000:01:00.0 sda, …", "WHAT: ?REASON". */
static char *stakes_text(const struct host *host)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	for (size_t i = 0; i < host->stakes.n; i++) {
		const struct stake *stake = &host->stakes.entries[i];

		assert_int_equal(stake->guard, FORCE_DISK);
		assert_true(stake->any);
		fprintf(f, "%s:", stake->what);
		for (size_t j = 0; j < stake->n; j++) {
			char address[PCI_ADDRESS_STRSIZE];

			pci_address_format(&stake->functions[j], address);
			fprintf(f, " %s %s", address, stake->carriers[j]);
		}
		if (stake->unresolved != NULL)
			fprintf(f, " ?%s", stake->unresolved);
		fputc('\n', f);
	}
	fclose(f);
	return text;
}

static void check_stakes(const struct machine_dir *dir, const char *expected)
{
	_cleanup_free_ char *found = stakes_text(&dir->host);

	assert_string_equal(found, expected);
}

/* What a disk is said to be used for, on its first function. */
static const char *use_of(const struct machine_dir *dir, const char *device)
{
	for (size_t i = 0; i < dir->host.uses.n; i++)
		if (strcmp(dir->host.uses.entries[i].device, device) == 0)
			return dir->host.uses.entries[i].text;
	return NULL;
}

static void lvm_on_nvme(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_in(&dir, NVME(1), "model", "Samsung SSD 980 500GB   \n");
	put_block(&dir, NVME(1), "nvme1n1", "");
	put_link(&dir, NVME(1) "/nvme1n1/device", NVME(1));
	put_block(&dir, NVME(1) "/nvme1n1", "nvme1n1p1", /* 8:2 */
		  "S:disk/by-uuid/AB12-CD34\nE:ID_FS_TYPE=vfat\nE:ID_FS_UUID=AB12-CD34\n"
		  "E:ID_PART_ENTRY_TYPE=" ESP_TYPE "\n");
	put_block(&dir, NVME(1) "/nvme1n1", "nvme1n1p2",
		  "E:ID_FS_TYPE=LVM2_member\nE:LVM_VG_NAME_COMPLETE=pve\n");
	put_mapping(&dir, "dm-0", "pve-root\n", "LVM-abc\n", "nvme1n1p2",
		    "S:pve/root\nE:ID_FS_TYPE=ext4\n"); /* 8:4 */
	put_mapping(&dir, "dm-1", "pve-swap\n", "LVM-def\n", "nvme1n1p2",
		    "S:pve/swap\nE:ID_FS_TYPE=swap\n");
	put_mapping(&dir, "dm-2", "pve-data\n", "LVM-ghi\n", "nvme1n1p2", "");
	put(&dir, MOUNTINFO,
	    "22 1 8:4 / / rw,relatime shared:1 - ext4 /dev/mapper/pve-root rw\n"
	    "23 22 0:21 / /proc rw - proc proc rw\n"
	    "24 22 8:2 / /boot/efi rw - vfat /dev/nvme1n1p1 rw\n");
	put(&dir, "/proc/swaps",
	    "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	    "/dev/dm-1                               partition\t8388604\t\t0\t\t-2\n");
	put(&dir, "/etc/fstab",
	    "# a comment\n"
	    "/dev/pve/root / ext4 errors=remount-ro 0 1\n"
	    "UUID=ab12-cd34 /boot/efi/ vfat defaults 0 1\n"
	    "/dev/pve/swap none swap sw 0 0\n"
	    "proc /proc proc defaults 0 0\n");
	look(&dir);
	check_stakes(&dir, "/ (LVM pve-root): 0000:01:00.0 nvme1n1\n"
			   "/boot/efi: 0000:01:00.0 nvme1n1\n"
			   "swap (LVM pve-swap): 0000:01:00.0 nvme1n1\n");
	assert_string_equal(use_of(&dir, "nvme1n1"),
			    "Samsung SSD 980 500GB: / (LVM pve-root), /boot/efi, "
			    "swap (LVM pve-swap); not in use: LVM pve-data");
	assert_int_equal(dir.host.uses.n, 1);
	assert_int_equal(dir.host.unseen.n, 0);
	stop(&dir);
}

/* The system disk sda, and sdb with an EFI system partition of its own. */
static void two_esps(struct machine_dir *dir, const char *mounts, bool by_uefi)
{
	start(dir);
	put_block(dir, AHCI(1), "sda", "");
	put_block(dir, AHCI(1) "/sda", "sda1", /* 8:2 */
		  "E:ID_FS_TYPE=vfat\nE:ID_PART_ENTRY_TYPE=" ESP_TYPE "\n");
	put_block(dir, AHCI(1) "/sda", "sda2", "E:ID_FS_TYPE=ext4\n"); /* 8:3 */
	put_block(dir, AHCI(2), "sdb", "");
	put_block(dir, AHCI(2) "/sdb", "sdb1",
		  "E:ID_FS_TYPE=vfat\nE:ID_PART_ENTRY_TYPE=" ESP_TYPE "\n");
	put(dir, MOUNTINFO, mounts);
	if (by_uefi)
		put(dir, "/sys/firmware/efi/fw_platform_size", "64\n");
	look(dir);
}

/* A guest's disk has one as well; it is the host's only if the host has no other. */
static void whose_esp(void **state)
{
	struct machine_dir dir;

	(void)state;
	two_esps(&dir,
		 "22 1 8:3 / / rw - ext4 /dev/sda2 rw\n"
		 "24 22 8:2 / /boot/efi rw - vfat /dev/sda1 rw\n",
		 true);
	check_stakes(&dir, "/: 0000:00:17.1 sda\n"
			   "/boot/efi: 0000:00:17.1 sda\n");
	stop(&dir);

	two_esps(&dir, "22 1 8:3 / / rw - ext4 /dev/sda2 rw\n", false);
	check_stakes(&dir, "/: 0000:00:17.1 sda\n");
	stop(&dir);

	two_esps(&dir, "22 1 8:3 / / rw - ext4 /dev/sda2 rw\n", true);
	check_stakes(&dir, "/: 0000:00:17.1 sda\n"
			   "the EFI system partition /dev/sda1: 0000:00:17.1 sda\n"
			   "the EFI system partition /dev/sdb1: 0000:00:17.2 sdb\n");
	stop(&dir);
}

static void raid_on_two_controllers(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put_block(&dir, AHCI(0) "/sda", "sda1", "E:ID_FS_TYPE=linux_raid_member\n");
	put_block(&dir, AHCI(1), "sdb", "");
	put_block(&dir, AHCI(1) "/sdb", "sdb1", "E:ID_FS_TYPE=linux_raid_member\n");
	put_in(&dir, AHCI(0) "/sda/device", "vendor", "ATA     \n");
	put_in(&dir, AHCI(0) "/sda/device", "model", "WDC WD40EFRX\n");
	put_block(&dir, "/sys/devices/virtual/block", "md0", "E:ID_FS_TYPE=ext4\n");
	put_slave(&dir, "md0", "sda1");
	put_slave(&dir, "md0", "sdb1");
	put(&dir, MOUNTINFO, "22 1 8:5 / / rw - ext4 /dev/md0 rw\n");
	look(&dir);
	check_stakes(&dir, "/ (RAID md0): 0000:00:17.0 sda 0000:00:17.1 sdb\n");
	assert_string_equal(use_of(&dir, "sda"), "WDC WD40EFRX 500 GB: / (RAID md0)");
	assert_string_equal(use_of(&dir, "sdb"), "disk 500 GB: / (RAID md0)");
	stop(&dir);
}

static void luks_on_lvm(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=LVM2_member\n");
	put_mapping(&dir, "dm-0", "vg-crypt", "LVM-x", "sda",
		    "E:ID_FS_TYPE=crypto_LUKS\nE:ID_FS_UUID=1111-22\n");
	put_mapping(&dir, "dm-1", "cr_home", "CRYPT-LUKS2-y", "dm-0",
		    "E:ID_FS_TYPE=ext4\nE:ID_FS_UUID=3333\n");
	put(&dir, MOUNTINFO,
	    "22 1 0:2 / / rw - rootfs rootfs rw\n"
	    "23 22 8:3 / /home rw - ext4 /dev/mapper/cr_home rw\n");
	put(&dir, "/etc/fstab", "/dev/mapper/cr_home /home ext4 defaults 0 2\n");
	put(&dir, "/etc/crypttab",
	    "# name device key options\n"
	    "cr_home UUID=\"1111-22\" none luks,discard\n"
	    "cr_gone UUID=dead none luks,nofail\n"
	    "cr_late UUID=dead none noauto\n"
	    "cr_lost UUID=beef /key:LABEL=stick luks,nofail-not\n");
	look(&dir);
	check_stakes(&dir,
		     "/home (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		     "cr_home (in /etc/crypttab without nofail): 0000:00:17.0 sda\n"
		     "cr_lost (in /etc/crypttab without nofail): ?there is no block "
		     "device UUID=beef now\n"
		     "the key of cr_lost (in /etc/crypttab): ?there is no block device "
		     "LABEL=stick now\n");
	assert_string_equal(use_of(&dir, "sda"), "disk 500 GB: /home (LUKS cr_home)");
	stop(&dir);
}

/* A root on sda, a file system with keys on sdb, a stick sdc, and lines of crypttab. */
static void check_crypttab(const char *crypttab, const char *expected)
{
	char text[1024];
	struct machine_dir dir;

	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=ext4\n");
	put_block(&dir, AHCI(1), "sdb", "E:ID_FS_TYPE=ext4\n");
	put_block(&dir, AHCI(2), "sdc",
		  "S:disk/by-id/usb-Key-0:0\nE:ID_FS_LABEL=KEY\nE:ID_FS_TYPE=vfat\n");
	put_mapping(&dir, "dm-0", "other", "CRYPT-LUKS2-y", "sdb", "");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
	    "23 22 8:2 / /keys rw - ext4 /dev/sdb rw\n");
	put(&dir, "/etc/crypttab", crypttab);
	look(&dir);
	snprintf(text, sizeof(text),
		 "/: 0000:00:17.0 sda\n"
		 "c (in /etc/crypttab without nofail): 0000:00:17.0 sda\n%s",
		 expected);
	check_stakes(&dir, text);
	stop(&dir);
}

static void keys(void **state)
{
	static const char on_c[] = "the key of c (in /etc/crypttab): 0000:00:17.2 sdc\n";
	static const char on_b[] = "the key of c (in /etc/crypttab): 0000:00:17.1 sdb\n";
	static const char header[] =
		"the header of c (in /etc/crypttab): 0000:00:17.1 sdb\n";

	(void)state;
	check_crypttab("c /dev/sda /dev/disk/by-id/usb-Key-0:0 luks\n", on_c);
	check_crypttab("c /dev/sda /dev/disk/by-id/usb-Key-0:0:/k luks\n", on_c);
	check_crypttab("c /dev/sda /k:LABEL=KEY luks\n", on_c);
	check_crypttab("c /dev/sda /dev/sdc:/k:10 luks,keyscript=passdev\n", on_c);
	check_crypttab("c /dev/sda /dev/sdc:k luks,keyscript=/lib/x/passdev\n", on_c);
	check_crypttab("c /dev/sda /dev/gone:/k luks,keyscript=passdev\n",
		       "the key of c (in /etc/crypttab): ?there is no block device "
		       "/dev/gone now\n");
	check_crypttab("c /dev/sda /keys/k luks\n", on_b);
	/* Where the root is, the key is. */
	check_crypttab("c /dev/sda /etc/k luks\n", "");
	/* Nothing to lose. */
	check_crypttab("c /dev/sda none luks\n", "");
	check_crypttab("c /dev/sda - luks\n", "");
	check_crypttab("c /dev/sda /dev/urandom swap\n", "");
	check_crypttab("c /dev/sda\n", "");
	check_crypttab("c /dev/sda main luks,keyscript=decrypt_keyctl\n", "");
	check_crypttab("c /dev/sda some-words luks,keyscript=/root/mine\n", "");
	/* Another mapping has it. */
	check_crypttab("c /dev/sda other luks,keyscript=decrypt_derived\n", on_b);
	/* A script of the owner's. */
	check_crypttab("c /dev/sda /keys/x luks,keyscript=/root/mine\n", on_b);
	check_crypttab("c /dev/sda UUID=no luks,keyscript=/root/mine\n",
		       "the key of c (in /etc/crypttab): ?there is no block device "
		       "UUID=no now\n");

	check_crypttab("c /dev/sda none luks,header=/dev/sdb\n", header);
	check_crypttab("c /dev/sda none header=/keys/h,luks\n", header);
	check_crypttab("c /dev/sda none luks,header=/h:LABEL=KEY\n",
		       "the header of c (in /etc/crypttab): 0000:00:17.2 sdc\n");
	check_crypttab("c /dev/sda none luks,header=/boot/h\n", "");
}

/* What boot can do without, its key is not needed for either. */
static void key_of_nofail(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put(&dir, MOUNTINFO, "22 1 8:1 / / rw - ext4 /dev/sda rw\n");
	put(&dir, "/etc/crypttab",
	    "c /dev/gone /dev/gone2 luks,nofail,header=/dev/gone3\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n");
	stop(&dir);
}

#define PV "E:ID_FS_TYPE=LVM2_member\nE:ID_FS_UUID="

/* A group without all its volumes is not activated, whatever of it is on which. */
static void volume_group_of_four(void **state)
{
	static const char online[] = "/run/lvm/pvs_online/";
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda",
		  PV "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa\n"
		     "E:LVM_VG_NAME_COMPLETE=my-vg\n");
	put_block(&dir, AHCI(1), "sdb", PV "bbbbbb-bbbb-bbbb-bbbb-bbbb-bbbb-bbbbbb\n");
	put_block(&dir, AHCI(2), "sdc", PV "cccccc-cccc-cccc-cccc-cccc-cccc-cccccc\n");
	put_block(&dir, AHCI(3), "sdd", PV "dddddd-dddd-dddd-dddd-dddd-dddd-dddddd\n");
	put_mapping(&dir, "dm-0", "my--vg-root", "LVM-x", "sda", "E:ID_FS_TYPE=ext4\n");
	put_mapping(&dir, "dm-1", "my--vg-data", "LVM-y", "sdb", "");
	put_in(&dir, online, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "8:2\nvg:my-vg\n");
	/* Without metadata of its own. */
	put_in(&dir, online, "cccccccccccccccccccccccccccccccc", "8:3\n");
	put(&dir, "/run/lvm/pvs_lookup/my-vg",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\ncccccccccccccccccccccccccccccccc\n");
	put_in(&dir, online, "dddddddddddddddddddddddddddddddd",
	       "8:4\nvg:my\ndev:/dev/sdd\n");
	put(&dir, MOUNTINFO, "22 1 8:5 / / rw - ext4 /dev/mapper/my--vg-root rw\n");
	look(&dir);
	check_stakes(&dir, "/ (LVM my--vg-root): 0000:00:17.0 sda "
			   "0000:00:17.1 sdb, of its volume group "
			   "0000:00:17.2 sdc, of its volume group\n");
	/* What is on a disk is told by what is on it. */
	assert_string_equal(use_of(&dir, "sda"), "disk 500 GB: / (LVM my--vg-root)");
	assert_string_equal(use_of(&dir, "sdb"),
			    "disk 500 GB: no file system in use (LVM my--vg-data)");
	assert_string_equal(use_of(&dir, "sdc"),
			    "disk 500 GB: no file system in use (LVM2_member my-vg)");
	stop(&dir);
}

/* Udev's rules look at a volume when it appears, not when a group takes it in. */
static void volume_group_of_running_host(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "vde", PV "N3fy0s-YgnV-1EVH-Gl0Y-8LBv-Z2qI-Sm33ov\n");
	put_block(&dir, AHCI(1), "vdf", PV "wUSuWa-oXiA-O2U6-0EPw-HH41-i39X-e2yZJT\n");
	/* It was in another one when it appeared. */
	put_block(&dir, AHCI(2), "vdg",
		  PV "gggggg-gggg-gggg-gggg-gggg-gggg-gggggg\n"
		     "E:LVM_VG_NAME_COMPLETE=old\n");
	put_mapping(&dir, "dm-0", "volumes-data", "LVM-x", "vde", "E:ID_FS_TYPE=ext4\n");
	put(&dir, MOUNTINFO, "22 1 8:4 / / rw - ext4 /dev/mapper/volumes-data rw\n");
	put(&dir, "/etc/lvm/backup/volumes",
	    "# Generated by LVM2 version 2.03.16(2) (2022-05-18)\n"
	    "contents = \"Text Format Volume Group\"\n"
	    "version = 1\n"
	    "volumes {\n"
	    "\tid = \"gczqkp-1Fij-d1QF-jfXZ-QlQd-4yKJ-cZFgRY\"\n"
	    "\tphysical_volumes {\n\n"
	    "\t\tpv0 {\n"
	    "\t\t\tid = \"N3fy0s-YgnV-1EVH-Gl0Y-8LBv-Z2qI-Sm33ov\"\n"
	    "\t\t\tdevice = \"/dev/vde\"\t# Hint only\n"
	    "\t\t}\n"
	    "\t\tpv1 {\n"
	    "\t\t\tid = \"wUSuWa-oXiA-O2U6-0EPw-HH41-i39X-e2yZJT\"\n"
	    "\t\t}\n"
	    "\t\tpv2 {\n"
	    "\t\t\tid = \"gggggg-gggg-gggg-gggg-gggg-gggg-gggggg\"\n"
	    "\t\t}\n"
	    "\t\tpv3 {\n"
	    "\t\t\tid = \"hhhhhh-hhhh-hhhh-hhhh-hhhh-hhhh-hhhhhh\"\n"
	    "\t\t}\n"
	    "\t}\n"
	    "}\n");
	look(&dir);
	check_stakes(&dir, "/ (LVM volumes-data): 0000:00:17.0 vde "
			   "0000:00:17.1 vdf, of its volume group "
			   "0000:00:17.2 vdg, of its volume group\n");
	assert_string_equal(use_of(&dir, "vdf"),
			    "disk 500 GB: no file system in use (LVM2_member volumes)");
	assert_int_equal(dir.host.unseen.n, 0);
	stop(&dir);
}

/* Where nobody says of which group a volume is, it may be of one that is needed. */
static void volumes_without_group(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda",
		  PV "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa\n"
		     "E:LVM_VG_NAME_COMPLETE=pve\n");
	put_block(&dir, AHCI(1), "sdb", PV "bbbbbb-bbbb-bbbb-bbbb-bbbb-bbbb-bbbbbb\n");
	put_block(&dir, AHCI(2), "sdc", "E:ID_FS_TYPE=linux_raid_member\n");
	put_block(&dir, "/sys/devices/virtual/block", "md0",
		  PV "cccccc-cccc-cccc-cccc-cccc-cccc-cccccc\n");
	put_slave(&dir, "md0", "sdc");
	put_block(&dir, AHCI(3), "sdd", "E:ID_FS_TYPE=crypto_LUKS\n");
	put_mapping(&dir, "dm-0", "crypt", "CRYPT-LUKS2-x", "sdd",
		    PV "dddddd-dddd-dddd-dddd-dddd-dddd-dddddd\n");
	put_mapping(&dir, "dm-1", "pve-root", "LVM-x", "sda", "E:ID_FS_TYPE=ext4\n");
	/* A guest's: its host does not look into it. */
	put_mapping(&dir, "dm-2", "pve-vm--100--disk--0", "LVM-y", "sda",
		    PV "eeeeee-eeee-eeee-eeee-eeee-eeee-eeeeee\n");
	put_block(&dir, "/sys/devices/virtual/block", "nbd0",
		  PV "ffffff-ffff-ffff-ffff-ffff-ffff-ffffff\n");
	put(&dir, MOUNTINFO, "22 1 8:7 / / rw - ext4 /dev/mapper/pve-root rw\n");
	put(&dir, "/etc/lvm/backup", "not a directory\n");
	look(&dir);
	check_stakes(&dir, "/ (LVM pve-root): 0000:00:17.0 sda\n"
			   "a volume of an unknown LVM group (dm-0): 0000:00:17.3 sdd\n"
			   "a volume of an unknown LVM group (md0): 0000:00:17.2 sdc\n"
			   "a volume of an unknown LVM group (sdb): 0000:00:17.1 sdb\n");
	assert_int_equal(dir.host.unseen.n, 1);
	assert_string_equal(dir.host.unseen.lines[0],
			    "which volume group some LVM volumes are of: "
			    "/etc/lvm/backup: Not a directory");
	stop(&dir);
}

/* Journals on devices of their own; nobody knows of which file system. */
static void journals(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=ext4\n"); /* 8:1 */
	put_block(&dir, AHCI(1), "sdb", "");
	put_block(&dir, AHCI(1) "/sdb", "sdb1", "E:ID_FS_TYPE=jbd\n");
	put_block(&dir, AHCI(2), "sdc", "E:ID_FS_TYPE=xfs_external_log\n");
	put_block(&dir, AHCI(3), "sdd", "E:ID_FS_TYPE=xfs\n");
	put(&dir, MOUNTINFO, "22 1 8:1 / / rw - ext4 /dev/sda rw\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "the journal of a file system (sdb1): 0000:00:17.1 sdb\n"
			   "the journal of a file system (sdc): 0000:00:17.2 sdc\n");
	stop(&dir);
}

/* A pool on sda1, and sdb1, of which udev says this. */
static void check_pool(const char *udev, const char *mounts, const char *doubt)
{
	struct machine_dir dir;
	char text[512];

	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put_block(&dir, AHCI(0) "/sda", "sda1",
		  "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
	put_block(&dir, AHCI(1), "sdb", "");
	put_block(&dir, AHCI(1) "/sdb", "sdb1", udev); /* 8:4 */
	put_block(&dir, AHCI(2), "sdc", "");
	put_block(&dir, AHCI(2) "/sdc", "sdc1", "E:ID_FS_TYPE=ext4\n");
	snprintf(text, sizeof(text), "22 1 8:6 / / rw - ext4 /dev/sdc1 rw\n%s", mounts);
	put(&dir, MOUNTINFO, text);
	put(&dir, "/proc/spl/kstat/zfs/tank/state", "ONLINE\n");
	look(&dir);
	snprintf(text, sizeof(text),
		 "/: 0000:00:17.2 sdc\nthe pool tank: 0000:00:17.0 sda%s\n", doubt);
	check_stakes(&dir, text);
	assert_int_equal(dir.host.stakes.entries[1].is_local, true);
	stop(&dir);
}

static void doubtful_members(void **state)
{
	static const char doubt[] = " 0000:00:17.1 sdb, which may belong to it";

	(void)state;
	check_pool("E:ID_FS_AMBIVALENT=filesystem:zfs_member:5000 other:x:1\n", "",
		   doubt);
	check_pool("E:ID_PART_ENTRY_TYPE=6a898cc3-1dd2-11b2-99a6-080020736631\n", "",
		   doubt);
	check_pool("E:ID_PART_ENTRY_TYPE=0xbf\n", "", doubt);
	check_pool("E:ID_FS_TYPE=zfs_member\n", "", doubt);
	check_pool("S:disk/by-id/x\n", "", doubt);
	/* Another pool's, not imported; another type; in use as something else. */
	check_pool("E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=old\n", "", "");
	check_pool("E:ID_PART_ENTRY_TYPE=0x83\n", "", "");
	check_pool("S:disk/by-id/x\n", "23 22 8:4 / /mnt rw - xfs /dev/sdb1 rw\n", "");
}

/*
 * As udev has them of OpenZFS 2.1: members with the pool's name, a spare that ZFS made
 * the partitions for, a cache in a partition that was there, and what ZFS keeps at the
 * end.
 */
static void caches_and_spares(void **state)
{
	static const char member[] =
		"E:ID_FS_VERSION=5000\nE:ID_FS_LABEL=big\nE:ID_FS_LABEL_ENC=big\n"
		"E:ID_FS_UUID=11482862975400881961\nE:ID_FS_TYPE=zfs_member\n"
		"E:ID_PART_ENTRY_TYPE=6a898cc3-1dd2-11b2-99a6-080020736631\n";
	static const char spare[] =
		"S:disk/by-partlabel/zfs-8258cf9a0e3f948c\n"
		"E:ID_PART_ENTRY_NAME=zfs-8258cf9a0e3f948c\n"
		"E:ID_PART_ENTRY_TYPE=6a898cc3-1dd2-11b2-99a6-080020736631\n";
	static const char cache[] =
		"E:ID_FS_UUID_SUB=10051073382089689272\nE:ID_FS_TYPE=zfs_member\n"
		"E:ID_PART_ENTRY_TYPE=0fc63daf-8483-4772-8e79-3d69d8477de4\n";
	static const char reserved[] =
		"E:ID_PART_ENTRY_TYPE=6a945a3b-1dd2-11b2-99a6-080020736631\n";
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put_block(&dir, AHCI(0) "/sda", "sda1", member);
	put_block(&dir, AHCI(0) "/sda", "sda9", reserved);
	put_block(&dir, AHCI(1), "sdb", "");
	put_block(&dir, AHCI(1) "/sdb", "sdb1", spare);
	put_block(&dir, AHCI(1) "/sdb", "sdb9", reserved);
	put_block(&dir, NVME(1), "nvme1n1", "");
	put_block(&dir, NVME(1) "/nvme1n1", "nvme1n1p1", cache);
	/* For a guest: a blank one, and one of an exported pool. */
	put_block(&dir, AHCI(2), "sdc", "");
	put_block(&dir, AHCI(3), "sdd", "");
	put_block(&dir, AHCI(3) "/sdd", "sdd1",
		  "E:ID_FS_LABEL=exp\nE:ID_FS_TYPE=zfs_member\n");
	put_block(&dir, NVME(2), "nvme2n1", "E:ID_FS_TYPE=ext4\n"); /* 8:12 */
	put(&dir, MOUNTINFO,
	    "22 1 8:12 / / rw - ext4 /dev/nvme2n1 rw\n"
	    "172 26 0:41 / /big rw shared:94 - zfs big rw,xattr,noacl\n");
	put(&dir, "/proc/spl/kstat/zfs/big/state", "ONLINE\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:02:00.0 nvme2n1\n"
			   "the pool big: 0000:00:17.0 sda "
			   "0000:01:00.0 nvme1n1, which may belong to it "
			   "0000:00:17.1 sdb, which may belong to it\n");
	assert_null(dir.host.stakes.entries[1].unresolved);
	stop(&dir);
}

/* Members that are files: an excerpt of a zpool.cache of OpenZFS 2.1 and 2.3. */
static void pool_on_files(void **state)
{
	static const char cache[] =
		"\0\1\0\0\0\0\0\0\1\0\0\0\x30\0\0\0"
		"\x28\0\0\0\5\0\0\0\1\0\0\0\x09\0\0\0path\0\0\0\0/dev/vdl1\0"
		"\0\0\0\0\0\0"
		"\x28\0\0\0\5\0\0\0\1\0\0\0\x09\0\0\0path\0\0\0\0/srv/f/img2\0"
		"\0\0\0\0";
	struct machine_dir dir;
	char path[PATH_MAX];
	FILE *f;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=ext4\n");
	put_block(&dir, AHCI(1), "sdb", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=off\n");
	put_block(&dir, AHCI(2), "sdc", "E:ID_FS_TYPE=ext4\n");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
	    "23 22 8:3 / /srv/f rw - ext4 /dev/sdc rw\n");
	put(&dir, "/proc/spl/kstat/zfs/off/state", "ONLINE\n");
	put(&dir, "/etc/zfs/zpool.cache", "");
	assert_int_equal(tree_path(dir.root, "/etc/zfs/zpool.cache", path, sizeof(path)),
			 0);
	f = fopen(path, "we");
	assert_non_null(f);
	fwrite(cache, sizeof(cache) - 1, 1, f);
	fclose(f);
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "the pool off: 0000:00:17.1 sdb "
			   "0000:00:17.2 sdc, which may belong to it\n");
	stop(&dir);
}

/* The name of a pool may have blanks, for which udev's zvol_id writes '+' in links. */
static void zfs_names_with_blanks(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=ext4\n");
	put_block(&dir, AHCI(1), "sdb", "");
	put_block(&dir, AHCI(1) "/sdb", "sdb1",
		  "E:ID_FS_LABEL=my_pool\nE:ID_FS_LABEL_ENC=my\\x20pool\n"
		  "E:ID_FS_TYPE=zfs_member\n");
	put_block(&dir, "/sys/devices/virtual/block", "zd0",
		  "S:my+pool/swap+vol\nS:zvol/my+pool/swap+vol\nE:ID_FS_TYPE=swap\n");
	put(&dir, "/proc/spl/kstat/zfs/my pool/state", "ONLINE\n");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
	    "177 22 0:42 / /a rw shared:97 - zfs my\\040pool/a\\040b rw,xattr,noacl\n");
	put(&dir, "/proc/swaps",
	    "Filename\tType\tSize\tUsed\tPriority\n/dev/zd0 partition 65532 0 -2\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "swap (ZFS volume zd0): 0000:00:17.1 sdb\n"
			   "the pool my pool: 0000:00:17.1 sdb\n");
	assert_string_equal(
		use_of(&dir, "sdb"),
		"disk 500 GB: swap (ZFS volume zd0), pool my pool, /a (ZFS my "
		"pool)");
	stop(&dir);
}

/* What is not there now comes over the network only if its line says so. */
static void absent_is_local(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put(&dir, MOUNTINFO, "22 1 8:1 / / rw - ext4 /dev/sda rw\n");
	put(&dir, "/etc/fstab",
	    "UUID=a /a ext4 defaults 0 2\n"
	    "UUID=b /b ext4 _netdev 0 2\n"
	    "tank/c /c zfs defaults 0 0\n"
	    "UUID=f /f ext4 _netdev 0 2\n"
	    "UUID=g /f ext4 defaults 0 2\n");
	put(&dir, "/etc/crypttab", "d UUID=d none luks\ne UUID=e none luks,_netdev\n");
	look(&dir);
	assert_int_equal(dir.host.stakes.n, 7);
	for (size_t i = 1; i < dir.host.stakes.n; i++) {
		const struct stake *stake = &dir.host.stakes.entries[i];
		const bool is_remote = stake->what[0] == 'e' || stake->what[1] == 'b' ||
				       stake->what[1] == 'f';

		assert_non_null(stake->unresolved);
		assert_int_equal(stake->is_local, !is_remote);
	}
	stop(&dir);
}

/* Without /var most of the system does not start, whatever mounts it. */
static void var_is_vital(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put_block(&dir, AHCI(1), "sdb", "");
	put_block(&dir, AHCI(2), "sdc", "");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
	    "23 22 8:2 / /var rw - ext4 /dev/sdb rw\n"
	    "24 22 8:3 / /var/lib/vz rw - ext4 /dev/sdc rw\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n/var: 0000:00:17.1 sdb\n");
	stop(&dir);
}

static void zfs_mirror(void **state)
{
	static const char esp[] = "E:ID_FS_TYPE=vfat\nE:ID_FS_UUID=%s\n"
				  "E:ID_PART_ENTRY_TYPE=C12A7328-F81F-11D2-BA4B-"
				  "00A0C93EC93B\n";
	struct machine_dir dir;
	char udev[200];

	(void)state;
	start(&dir);
	put_block(&dir, NVME(1), "nvme1n1", "");
	snprintf(udev, sizeof(udev), esp, "AAAA-1111");
	put_block(&dir, NVME(1) "/nvme1n1", "nvme1n1p2", udev);
	put_block(&dir, NVME(1) "/nvme1n1", "nvme1n1p3",
		  "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\n");
	put_block(&dir, NVME(2), "nvme2n1", "");
	snprintf(udev, sizeof(udev), esp, "BBBB-2222");
	put_block(&dir, NVME(2) "/nvme2n1", "nvme2n1p2", udev);
	put_block(&dir, NVME(2) "/nvme2n1", "nvme2n1p3",
		  "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\n");
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
	put_block(&dir, "/sys/devices/virtual/block", "zd0",
		  "S:zvol/rpool/swap\nE:ID_FS_TYPE=swap\n");
	put(&dir, "/proc/spl/kstat/zfs/arcstats", "");
	put(&dir, "/proc/spl/kstat/zfs/rpool/state", "ONLINE\n");
	put(&dir, "/etc/kernel/proxmox-boot-uuids", "AAAA-1111\nBBBB-2222\nCCCC-3333\n");
	put(&dir, MOUNTINFO, "22 1 0:25 / / rw - zfs rpool/ROOT/pve-1 rw\n");
	put(&dir, "/proc/swaps",
	    "Filename\tType\tSize\tUsed\tPriority\n/dev/zd0 partition 8388604 0 -2\n");
	look(&dir);
	check_stakes(&dir,
		     "/ (ZFS rpool): 0000:01:00.0 nvme1n1 0000:02:00.0 nvme2n1\n"
		     "swap (ZFS volume zd0): 0000:01:00.0 nvme1n1 0000:02:00.0 nvme2n1\n"
		     "the pool rpool: 0000:01:00.0 nvme1n1 0000:02:00.0 nvme2n1\n"
		     "the EFI system partition /dev/nvme1n1p2: 0000:01:00.0 nvme1n1\n"
		     "the EFI system partition /dev/nvme2n1p2: 0000:02:00.0 nvme2n1\n");
	assert_string_equal(use_of(&dir, "nvme2n1"),
			    "disk 500 GB: / (ZFS rpool), swap (ZFS volume zd0), "
			    "pool rpool; not in use: EFI system partition");
	assert_string_equal(use_of(&dir, "sda"),
			    "disk 500 GB: no file system in use (zfs_member tank)");
	assert_int_equal(dir.host.unseen.n, 1);
	assert_non_null(strstr(dir.host.unseen.lines[0], "UUID=CCCC-3333"));
	stop(&dir);
}

static void pool_without_disks(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put(&dir, MOUNTINFO, "22 1 0:2 / / rw - rootfs rootfs rw\n");
	put(&dir, "/proc/spl/kstat/zfs/tank/state", "ONLINE\n");
	put(&dir, "/etc/kernel/proxmox-boot-uuids", "CCCC-3333\n");
	look(&dir);
	check_stakes(
		&dir,
		"the pool tank: ?no disk is known that belongs to it\n"
		"the EFI system partition UUID=CCCC-3333 (in /etc/kernel/"
		"proxmox-boot-uuids): ?there is no block device UUID=CCCC-3333 now\n");
	stop(&dir);
}

static void btrfs_of_two(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=bb\n");
	put_block(&dir, AHCI(1), "sdb", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=bb\n");
	put_block(&dir, NVME(1), "nvme1n1", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=cc\n");
	put(&dir, "/sys/fs/btrfs/bb/label", "store\n");
	put(&dir, "/sys/fs/btrfs/bb/devices/sda", "");
	put(&dir, "/sys/fs/btrfs/bb/devices/sdb", "");
	put(&dir, "/sys/fs/btrfs/cc/devices/nvme1n1", "");
	put(&dir, "/sys/fs/btrfs/features/raid56", "0\n");
	put(&dir, MOUNTINFO,
	    "22 1 0:30 /@ / rw - btrfs /dev/nvme1n1 rw,subvol=/@\n"
	    "23 22 0:31 / /store rw - btrfs /dev/sdb rw\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:01:00.0 nvme1n1\n"
			   "the btrfs file system store: 0000:00:17.0 sda 0000:00:17.1 "
			   "sdb\n");
	assert_string_equal(use_of(&dir, "sda"), "disk 500 GB: /store (btrfs)");
	stop(&dir);

	/* As the root, it is told once. */
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_UUID=bb\n");
	put_block(&dir, AHCI(1), "sdb", "E:ID_FS_UUID=bb\n");
	put(&dir, "/sys/fs/btrfs/bb/devices/sda", "");
	put(&dir, "/sys/fs/btrfs/bb/devices/sdb", "");
	put(&dir, MOUNTINFO, "22 1 0:30 / / rw - btrfs /dev/sda rw\n");
	put(&dir, "/etc/fstab", "UUID=bb / btrfs defaults 0 0\n");
	look(&dir);
	check_stakes(&dir, "/ (btrfs): 0000:00:17.0 sda 0000:00:17.1 sdb\n");
	stop(&dir);
}

/* One of two was away when it was mounted with "degraded", and is back. */
static void btrfs_degraded(void **state)
{
	static const char udev[] =
		"E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=90e8ecfc-04bc-4edb-b7ce-dff019b98664\n";
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "vda", udev);
	put_block(&dir, AHCI(1), "vdb", udev);
	put(&dir, "/sys/fs/btrfs/90e8ecfc-04bc-4edb-b7ce-dff019b98664/devices/vda", "");
	put_block(&dir, AHCI(2), "vdc", "E:ID_FS_TYPE=ext4\n");
	put(&dir, MOUNTINFO,
	    "22 1 8:3 / / rw - ext4 /dev/vdc rw\n"
	    "23 22 0:31 / /pool rw - btrfs /dev/vda rw,degraded\n");
	put(&dir, "/etc/fstab",
	    "UUID=90e8ecfc-04bc-4edb-b7ce-dff019b98664 /pool btrfs defaults 0 0\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.2 vdc\n"
			   "/pool (in /etc/fstab without nofail): 0000:00:17.0 vda "
			   "0000:00:17.1 vdb\n");
	assert_string_equal(use_of(&dir, "vda"), "disk 500 GB: /pool (btrfs)");
	assert_string_equal(use_of(&dir, "vdb"),
			    "disk 500 GB: no file system in use (btrfs)");
	stop(&dir);
}

/* What is to be mounted at boot needs all its devices, whichever is named. */
static void btrfs_not_mounted(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=bb\n");
	put_block(&dir, AHCI(1), "sdb", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=bb\n");
	put_block(&dir, AHCI(2), "sdc", "E:ID_FS_TYPE=ext4\n");
	put_block(&dir, AHCI(3), "sdd", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=dd\n");
	put_block(&dir, AHCI(4), "sde", "E:ID_FS_TYPE=btrfs\nE:ID_FS_UUID=dd\n");
	put(&dir, MOUNTINFO, "22 1 8:3 / / rw - ext4 /dev/sdc rw\n");
	put(&dir, "/etc/fstab", "/dev/sda /pool btrfs defaults 0 0\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.2 sdc\n"
			   "/pool (in /etc/fstab without nofail): 0000:00:17.0 sda "
			   "0000:00:17.1 sdb\n");
	stop(&dir);
}

static void swaps(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, "/sys/devices/virtual/block", "zram0", "");
	put_block(&dir, AHCI(0), "sda", "");
	put_block(&dir, AHCI(0) "/sda", "sda2", "E:ID_FS_TYPE=swap\nE:ID_FS_UUID=ee\n");
	put_block(&dir, AHCI(0) "/sda", "sda3", "E:ID_FS_TYPE=ext4\n");
	put(&dir, MOUNTINFO, "22 1 8:4 / / rw - ext4 /dev/sda3 rw\n");
	put(&dir, "/proc/swaps",
	    "Filename\tType\tSize\tUsed\tPriority\n"
	    "/dev/zram0 partition 8388604 0 100\n"
	    "/dev/sda2 partition 8388604 0 -2\n"
	    "/swap\\040file file 8388604 0 -3\n");
	put(&dir, "/etc/fstab",
	    "UUID=ee none swap sw 0 0\n"
	    "/swap\\040file none swap sw 0 0\n"
	    "LABEL=more none swap sw,nofail 0 0\n"
	    "LABEL=gone none swap sw 0 0\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "swap on /dev/sda2: 0000:00:17.0 sda\n"
			   "the swap file /swap file: 0000:00:17.0 sda\n");
	/* Boot goes on without it. */
	assert_int_equal(dir.host.unseen.n, 1);
	assert_string_equal(dir.host.unseen.lines[0],
			    "swap on LABEL=gone, which /etc/fstab names: it is not there "
			    "now");
	assert_string_equal(use_of(&dir, "sda"),
			    "disk 500 GB: /, swap, swap (/swap file)");
	assert_null(use_of(&dir, "zram0"));
	stop(&dir);
}

static void bcache(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_TYPE=bcache\n");
	put_block(&dir, NVME(1), "nvme1n1", "E:ID_FS_TYPE=bcache\n");
	put_block(&dir, "/sys/devices/virtual/block", "bcache0", "E:ID_FS_TYPE=ext4\n");
	put_slave(&dir, "bcache0", "sda");
	put_slave(&dir, "bcache0", "nvme1n1");
	put(&dir, MOUNTINFO, "22 1 8:3 / / rw - ext4 /dev/bcache0 rw\n");
	look(&dir);
	check_stakes(&dir, "/ (bcache0): 0000:01:00.0 nvme1n1 0000:00:17.0 sda\n");
	stop(&dir);
}

static void nvme_multipath(void **state)
{
	static const char subsystem[] =
		"/sys/devices/virtual/nvme-subsystem/nvme-subsys0";
	struct machine_dir dir;
	char path[PATH_MAX];

	(void)state;
	start(&dir);
	put_in(&dir, NVME(1), "model", "Big\n");
	put_in(&dir, NVME(2), "model", "Big\n");
	snprintf(path, sizeof(path), "%s/nvme1", subsystem);
	put_link(&dir, path, NVME(1));
	snprintf(path, sizeof(path), "%s/nvme2", subsystem);
	put_link(&dir, path, NVME(2));
	put_block(&dir, subsystem, "nvme1n1", "");
	snprintf(path, sizeof(path), "%s/nvme1n1", subsystem);
	put_block(&dir, path, "nvme1n1p1", "");
	/* A path of it, which is hidden. */
	put_block(&dir, NVME(1), "nvme1c1n1", "");
	put(&dir, NVME(1) "/nvme1c1n1/hidden", "1\n");
	put(&dir, MOUNTINFO, "22 1 8:2 / / rw - ext4 /dev/nvme1n1p1 rw\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:01:00.0 nvme1n1 0000:02:00.0 nvme1n1\n");
	assert_int_equal(dir.host.uses.n, 2);
	stop(&dir);
}

static void loops(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "");
	put_block(&dir, "/sys/devices/virtual/block", "loop0", "");
	put(&dir, "/sys/devices/virtual/block/loop0/loop/backing_file",
	    "/srv/images/x.img\n");
	put_block(&dir, "/sys/devices/virtual/block", "loop1", "");
	put(&dir, "/sys/devices/virtual/block/loop1/loop/backing_file", "/tmp/y.img\n");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
	    "23 22 8:2 / /mnt/image rw - ext4 /dev/loop0 rw\n"
	    "24 22 0:40 / /tmp rw - tmpfs tmpfs rw\n"
	    "25 22 8:3 / /mnt/memory rw - ext4 /dev/loop1 rw\n"
	    "26 22 0:41 / /mnt/over rw - tmpfs tmpfs rw\n"
	    "27 26 8:1 /over /mnt/over rw - ext4 /dev/sda rw\n");
	put(&dir, "/etc/fstab",
	    "/srv/images/x.img /mnt/image ext4 loop 0 0\n"
	    "/tmp/y.img /mnt/memory ext4 loop 0 0\n"
	    "/mnt/over/z /mnt/over-bind none bind 0 0\n"
	    "/srv /mnt/srv none bind 0 0\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "/mnt/image (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
			   "/mnt/over-bind (in /etc/fstab without nofail): 0000:00:17.0 "
			   "sda\n"
			   "/mnt/srv (in /etc/fstab without nofail): 0000:00:17.0 sda\n");
	assert_string_equal(use_of(&dir, "sda"), "disk 500 GB: /");
	stop(&dir);
}

static void check_root(const char *mountinfo, const char *stakes)
{
	struct machine_dir dir;

	start(&dir);
	put(&dir, MOUNTINFO, mountinfo);
	put_block(&dir, "/sys/devices/virtual/block", "nbd0", "");
	put_block(&dir, "/sys/devices/platform/host3/session1/target3:0:0/3:0:0:0/block",
		  "sdz", "");
	put_block(&dir, "/sys/devices/virtual/block", "dm-0", "");
	put_block(&dir, "/sys/devices/platform/soc/mmc0/mmc0:1/block", "mmcblk0", "");
	look(&dir);
	check_stakes(&dir, stakes);
	stop(&dir);
}

static void odd_roots(void **state)
{
	(void)state;
	check_root("22 1 0:20 / / rw - overlay overlay rw,lowerdir=/a\n",
		   "/: ?its file system (overlay) does not tell where its files are\n");
	check_root("22 1 0:20 / / rw - nfs4 server:/export rw\n",
		   "/: ?it comes over the network (nfs4)\n");
	check_root("22 1 8:1 / / rw - ext4 /dev/nbd0 rw\n",
		   "/: ?it comes over the network (nbd0)\n");
	check_root("22 1 8:2 / / rw - ext4 /dev/sdz rw\n",
		   "/: ?it comes over the network (sdz)\n");
	check_root("22 1 8:3 / / rw - ext4 /dev/dm-0 rw\n",
		   "/: ?it cannot be seen what carries dm-0\n");
	check_root("22 1 8:77 / / rw - ext4 /dev/sdq rw\n",
		   "/: ?its block device 8:77 is not in /sys/class/block\n");
	check_root("22 1 8:4 / / rw - ext4 /dev/mmcblk0 rw\n", "");
	check_root("22 1 0:20 / / rw - tmpfs tmpfs rw\n", "");
	check_root("22 1 0:20 / /proc rw - proc proc rw\n",
		   "/: ?no mount of it is in /proc/self/mountinfo\n");
	/* The one on top is to be seen. */
	check_root("22 1 8:77 / / rw - ext4 x rw\n23 1 8:4 / / rw - ext4 x rw\n", "");
}

static void fstab_entries(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda",
		  "E:ID_FS_UUID=aa\nE:ID_FS_LABEL=my_data\n"
		  "E:ID_FS_LABEL_ENC=my\\x20data\nE:ID_PART_ENTRY_UUID=0A-01\n"
		  "E:ID_PART_ENTRY_NAME=part\\x20one\nS:disk/by-path/pci-0000:00:17.0\n");
	put_block(&dir, AHCI(1), "sdb", "E:ID_FS_UUID=rr\n");
	put_block(&dir, NVME(1), "nvme1n1", "E:ID_FS_UUID=rr\n");
	put(&dir, MOUNTINFO, "22 1 8:2 / / rw - ext4 /dev/sdb rw\n");
	put(&dir, "/etc/fstab",
	    "UUID=rr / ext4 defaults 0 1\n"
	    "UUID=aa /mnt/with\\040blank ext4 defaults 0 2\n"
	    "LABEL=my\\040data /mnt/label ext4 defaults 0 2\n"
	    "PARTUUID=0a-01 /mnt/partuuid ext4 defaults 0 2\n"
	    "PARTLABEL=part\\040one /mnt/partlabel ext4 defaults 0 2\n"
	    "/dev/disk/by-path/pci-0000:00:17.0 /mnt/path btrfs defaults 0 2\n"
	    "UUID=aa /mnt/nofail ext4 defaults,nofail 0 2\n"
	    "UUID=aa /mnt/noauto ext4 noauto 0 2\n"
	    "UUID=aa /mnt/auto ext4 noauto,x-systemd.automount 0 2\n"
	    "UUID=aa /mnt/lazy ext4 nofail,x-systemd.automount 0 2\n"
	    "UUID=gone /mnt/gone ext4 defaults 0 2\n"
	    "UUID=gone /mnt/gone-nofail ext4 nofail 0 2\n"
	    "UUID=rr /mnt/twins ext4 defaults 0 2\n"
	    "server:/x /mnt/nfs nfs defaults 0 0\n"
	    "//server/x /mnt/cifs cifs defaults 0 0\n"
	    "server:/v /mnt/gluster glusterfs defaults 0 0\n"
	    "tmpfs /tmp tmpfs defaults 0 0\n"
	    "tank/x /mnt/zfs zfs defaults 0 0\n"
	    "/x /mnt/short ext4 ro,nofail\n");
	look(&dir);
	check_stakes(
		&dir,
		"/: 0000:00:17.1 sdb\n"
		"/mnt/with blank (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		"/mnt/label (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		"/mnt/partuuid (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		"/mnt/partlabel (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		"/mnt/path (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		"/mnt/auto (in /etc/fstab without nofail): 0000:00:17.0 sda\n"
		"/mnt/gone (in /etc/fstab without nofail): ?there is no block device "
		"UUID=gone now\n"
		"/mnt/twins (in /etc/fstab without nofail): 0000:01:00.0 nvme1n1 "
		"0000:00:17.1 sdb\n"
		"/mnt/zfs (in /etc/fstab without nofail): ?the ZFS pool tank is not "
		"imported now\n");
	stop(&dir);
}

/* The system was moved to another disk, and not booted from it yet. */
static void moved_root(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_UUID=old\n");
	put_block(&dir, NVME(1), "nvme1n1", "E:ID_FS_UUID=new\n");
	put(&dir, MOUNTINFO, "22 1 8:1 / / rw - ext4 /dev/sda rw\n");
	put(&dir, "/etc/fstab", "UUID=new / ext4 defaults 0 1\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda 0000:01:00.0 nvme1n1\n");
	stop(&dir);

	/* A name that leads nowhere says less than what is mounted. */
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_UUID=old\n");
	put(&dir, MOUNTINFO, "22 1 8:1 / / rw - ext4 /dev/sda rw\n");
	put(&dir, "/etc/fstab", "UUID=gone / ext4 defaults 0 1\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n");
	stop(&dir);
}

static void automount_of_the_esp(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:ID_FS_UUID=aa\n");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
	    "23 22 0:33 / /efi rw - autofs systemd-1 rw\n");
	put(&dir, "/etc/fstab", "UUID=gone /efi vfat x-systemd.automount 0 0\n");
	look(&dir);
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "/efi: ?there is no block device UUID=gone now\n");
	stop(&dir);
}

static void nothing_to_read(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put(&dir, "/etc/hostname", "x\n");
	look(&dir);
	check_stakes(&dir, "/: ?no mount of it is in /proc/self/mountinfo\n"
			   "what /proc/self/mountinfo names: ?it cannot be read: No such "
			   "file or directory\n");
	assert_int_equal(dir.host.unseen.n, 1);
	stop(&dir);
}

static void bad_lines(void **state)
{
	struct machine_dir dir;

	(void)state;
	start(&dir);
	put_block(&dir, AHCI(0), "sda", "E:\nE:=\nS:\nE:ID_FS_LABEL_ENC=\\x4\nnoise\n");
	put(&dir, MOUNTINFO,
	    "22 1 8:1 / / rw - ext4 /dev/sda rw\ngarbage\n"
	    "22 1 8:1 / /mnt/a\\012b rw - ext4 /dev/sda rw\n");
	put(&dir, "/etc/fstab", "1 2\n3 4 x\nUUID= /x ext4\n");
	put(&dir, "/etc/crypttab", "alone\n\n   \t\n");
	look(&dir);
	assert_string_equal(use_of(&dir, "sda"), "disk 500 GB: /, /mnt/a\nb");
	check_stakes(&dir, "/: 0000:00:17.0 sda\n"
			   "/x (in /etc/fstab without nofail): ?there is no block device "
			   "UUID= now\n");
	assert_int_equal(dir.host.unseen.n, 2);
	assert_string_equal(dir.host.unseen.lines[0],
			    "/proc/self/mountinfo line 2: it cannot be understood");
	stop(&dir);
}

/* Hand-made: what rests on itself must not hang. */
static void cycle(void **state)
{
	struct block blocks[] = {
		{ .name = strdup("dm-0"), .minor = 1, .bus = BLOCK_VIRTUAL },
		{ .name = strdup("dm-1"), .minor = 2, .bus = BLOCK_VIRTUAL },
		{ .name = strdup("sda"), .minor = 3, .bus = BLOCK_ON_PCI },
	};
	struct storage storage = { .blocks = blocks, .n_blocks = ARRAY_SIZE(blocks) };
	struct pci_address function = address_of("0000:01:00.0");
	struct storage_entry root = { .origin = STORAGE_MOUNT,
				      .needed = true,
				      .is_active = true,
				      .major = 8,
				      .minor = 1 };
	const struct storage_words words = { .target = "/", .type = "ext4" };
	struct storage_graph graph;
	struct stakes stakes = { 0 };
	struct notes unseen = { 0 };
	struct uses uses = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		blocks[i].major = 8;
	blocks[2].functions = &function;
	blocks[2].n_functions = 1;
	assert_int_equal(tree_names_add(&blocks[0].slaves, "dm-1"), 0);
	assert_int_equal(tree_names_add(&blocks[0].slaves, "dm-0"), 0);
	assert_int_equal(tree_names_add(&blocks[1].slaves, "dm-0"), 0);
	assert_int_equal(tree_names_add(&blocks[1].slaves, "sda"), 0);
	assert_int_equal(storage_add_entry(&storage, &root, &words), 0);
	assert_int_equal(storage_graph_make(&storage, &graph), 0);
	assert_int_equal(storage_add_stakes(&graph, &stakes, &unseen), 0);
	assert_int_equal(storage_add_uses(&graph, &uses), 0);
	assert_int_equal(stakes.n, 1);
	assert_int_equal(stakes.entries[0].n, 1);
	assert_string_equal(uses.entries[0].text, "disk without medium: /");
	storage_graph_free(&graph);
	stakes_free(&stakes);
	uses_free(&uses);
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		free(blocks[i].name);
		tree_names_free(&blocks[i].slaves);
	}
	storage.blocks = NULL;
	storage.n_blocks = 0;
	storage_free(&storage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lvm_on_nvme),
		cmocka_unit_test(whose_esp),
		cmocka_unit_test(raid_on_two_controllers),
		cmocka_unit_test(luks_on_lvm),
		cmocka_unit_test(keys),
		cmocka_unit_test(key_of_nofail),
		cmocka_unit_test(volume_group_of_four),
		cmocka_unit_test(volume_group_of_running_host),
		cmocka_unit_test(volumes_without_group),
		cmocka_unit_test(journals),
		cmocka_unit_test(doubtful_members),
		cmocka_unit_test(absent_is_local),
		cmocka_unit_test(var_is_vital),
		cmocka_unit_test(zfs_mirror),
		cmocka_unit_test(caches_and_spares),
		cmocka_unit_test(pool_on_files),
		cmocka_unit_test(zfs_names_with_blanks),
		cmocka_unit_test(pool_without_disks),
		cmocka_unit_test(btrfs_of_two),
		cmocka_unit_test(btrfs_degraded),
		cmocka_unit_test(btrfs_not_mounted),
		cmocka_unit_test(swaps),
		cmocka_unit_test(bcache),
		cmocka_unit_test(nvme_multipath),
		cmocka_unit_test(loops),
		cmocka_unit_test(odd_roots),
		cmocka_unit_test(fstab_entries),
		cmocka_unit_test(moved_root),
		cmocka_unit_test(automount_of_the_esp),
		cmocka_unit_test(nothing_to_read),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(cycle),
	};

	return run_unit_tests("storage", tests, NULL, NULL);
}
