// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of checking the IOMMU, the command line, modprobe.d and what else binds. */

#include "check.h"

/* Three cards of one ID and one of another, in groups; 04:00.0 is listed. */
static void start_with(struct check_fixture *fixture, int group, const char *list)
{
	static const char *const addresses[] = { "0000:04:00.0", "0000:05:00.0",
						 "0000:06:00.0", "0000:07:00.0" };
	static const char *const paths[] = { "0000:00:1c.0/00.0", "0000:00:1c.1/00.0",
					     "0000:00:1c.2/00.0", "0000:00:1c.3/00.0" };
	struct pci_function functions[4];

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		functions[i] = card_at(addresses[i], paths[i]);
		functions[i].group = group < 0 ? -1 : group + (int)i;
	}
	functions[3].id.device = 0x15c4;
	fixture_start(fixture, functions, ARRAY_SIZE(functions), list);
	fixture_write(fixture, "/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1\n");
}

static void start(struct check_fixture *fixture)
{
	start_with(fixture, 1, "04:00.0 id=8086:125c\n");
}

/* A machine with one file has these findings. */
static void expect(const char *path, const char *content, const char *expected)
{
	struct check_fixture fixture;

	start(&fixture);
	fixture_write(&fixture, path, content);
	assert_string_equal(fixture_check(&fixture, check_modules), expected);
	fixture_end(&fixture);
}

#define VFIO_CONF "/etc/modprobe.d/vfio.conf"
#define UNLISTED_15C4                                                                    \
	"ids=8086:15c4: matches 1 function that is not listed: 0000:07:00.0\n"

static void test_ids(void **state)
{
	(void)state;
	expect(VFIO_CONF, "# all\noptions vfio-pci ids=8086:15c4\n",
	       "error ids-takes-unlisted " VFIO_CONF ":2: " UNLISTED_15C4);
	expect("/usr/lib/modprobe.d/x.conf",
	       "options vfio_pci disable_vga=1 ids=8086:15c4\n",
	       "error ids-takes-unlisted /usr/lib/modprobe.d/x.conf:1: " UNLISTED_15C4);
	/* It is dropped at boot, for the twin of what it would take. */
	expect(VFIO_CONF, "options vfio-pci ids=8086:125c\n",
	       "warning ids-twin " VFIO_CONF
	       ":1: ids=8086:125c: matches 2 functions that "
	       "are not listed: 0000:05:00.0, 0000:06:00.0\n");
	/* The last counts, also an empty one. */
	expect(VFIO_CONF, "options vfio-pci ids=8086:15c4\noptions vfio-pci ids=\n", "");
	expect(VFIO_CONF,
	       "options vfio-pci ids=1b21:0612,frob\noptions igc ids=8086:15c4\n", "");
	expect("/proc/cmdline", "vfio-pci.ids=8086:15c4\n",
	       "error ids-takes-unlisted /proc/cmdline:1: " UNLISTED_15C4);
	/* Files of other names are not modprobe's. */
	expect("/etc/modprobe.d/vfio.conf.bak", "options vfio-pci ids=8086:15c4\n", "");
}

static void test_redundant_ids(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start_with(&fixture, 1, "07:00.0 id=8086:15c4\n");
	fixture_write(&fixture, VFIO_CONF, "options vfio-pci ids=8086:15c4\n");
	assert_string_equal(fixture_check(&fixture, check_modules),
			    "note ids-redundant " VFIO_CONF
			    ":1: ids=8086:15c4: matches nothing but listed functions\n");
	fixture_end(&fixture);
}

/* What is on the command line comes last, and wins. */
static void test_ids_on_both(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, VFIO_CONF, "options vfio-pci ids=8086:15c4\n");
	fixture_write(&fixture, "/etc/default/grub",
		      "GRUB_CMDLINE_LINUX='vfio_pci.ids='\n");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_end(&fixture);
}

/* A file in /etc hides one of the same name elsewhere. */
static void test_hidden_file(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, "/usr/lib/modprobe.d/vfio.conf",
		      "options vfio-pci ids=8086:15c4\n");
	fixture_write(&fixture, VFIO_CONF, "");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_write(&fixture, VFIO_CONF, "\noptions vfio-pci ids=8086:15c4\n");
	assert_string_equal(fixture_check(&fixture, check_modules),
			    "error ids-takes-unlisted " VFIO_CONF ":2: " UNLISTED_15C4);
	fixture_end(&fixture);
}

static void test_modprobe(void **state)
{
	(void)state;
	expect(VFIO_CONF, "blacklist vfio-pci\nblacklist igc\n",
	       "note vfio-blacklisted " VFIO_CONF ":1: blacklist vfio_pci\n");
	expect(VFIO_CONF,
	       "install vfio-pci /bin/sh /root/vfio.sh\ninstall igc /bin/true\n",
	       "warning vfio-install-line " VFIO_CONF
	       ":1: install vfio_pci /bin/sh /root/vfio.sh\n");
	expect(VFIO_CONF,
	       "softdep igc pre: vfio-pci\nsoftdep snd post: vfio-pci\n"
	       "softdep vfio_pci pre: vfio\n",
	       "note softdep-needless " VFIO_CONF ":1: softdep igc pre: vfio-pci\n");
}

/* The host boots from a disk on 05:00.0, and uses a network on 06:00.0. */
static void start_used(struct check_fixture *fixture)
{
	static const char *const drivers[] = { "igc", "xhci_hcd", "igc", "ice-drv" };
	struct host *host = &fixture->host;
	struct stake *stake;

	start(fixture);
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		strcpy(host->machine.functions[i].driver, drivers[i]);
	assert_int_equal(stakes_add(&host->stakes, FORCE_DISK, true, "/", &stake), 0);
	assert_int_equal(
		stake_add_function(stake, &host->machine.functions[1].address, "sda"), 0);
	assert_int_equal(uses_add(&host->uses, &host->machine.functions[1].address,
				  USE_DISK, "sda", "/"),
			 0);
	assert_int_equal(uses_add(&host->uses, &host->machine.functions[2].address,
				  USE_NETWORK, "eth1", "x"),
			 0);
	uses_sort(&host->uses);
	fixture_write(fixture, "/sys/module/xhci_pci/initstate", "live\n");
	fixture_write(fixture, "/sys/module/libxhci/holders/xhci_pci", "");
	fixture_link(fixture, "../../../../module/xhci_pci",
		     "/sys/bus/pci/drivers/xhci_hcd/module");
}

static void expect_kept_off(const char *path, const char *content, const char *expected)
{
	struct check_fixture fixture;

	start_used(&fixture);
	fixture_write(&fixture, path, content);
	assert_string_equal(fixture_check(&fixture, check_modules), expected);
	fixture_end(&fixture);
}

#define SDA "keeps the driver off 0000:05:00.0 (sda)\n"
#define ETH1 "keeps the driver off 0000:06:00.0 (eth1)\n"
#define KEPT VFIO_CONF ":1: "

static void test_kept_off(void **state)
{
	struct check_fixture fixture;
	char path[512];

	(void)state;
	/* By the module's name, which is not the driver's. */
	expect_kept_off(VFIO_CONF, "blacklist xhci-pci\n",
			"error driver-kept-off " KEPT "blacklist xhci_pci: " SDA);
	expect_kept_off(VFIO_CONF, "blacklist xhci_hcd\n", "");
	expect_kept_off(VFIO_CONF, "install xhci_pci /bin/false\n",
			"error driver-kept-off " KEPT
			"install xhci_pci /bin/false: " SDA);
	expect_kept_off(VFIO_CONF,
			"install xhci_pci /sbin/modprobe -i xhci_pci && logger x\n", "");
	/* What a driver needs can be kept from loading, and cannot be blacklisted. */
	expect_kept_off(VFIO_CONF, "install libxhci /bin/true\n",
			"error driver-kept-off " KEPT "install libxhci /bin/true: " SDA);
	expect_kept_off(VFIO_CONF, "blacklist libxhci\n", "");
	/* The listed twin is of no account; what the host only uses is a warning. */
	expect_kept_off(VFIO_CONF, "blacklist igc\nblacklist ice_drv\n",
			"warning driver-kept-off " KEPT "blacklist igc: " ETH1);
	expect_kept_off(VFIO_CONF, "alias pci:v00008086d0000125C* vfio-pci\n",
			"error driver-kept-off " KEPT
			"alias pci:v00008086d0000125C* vfio_pci: " SDA);
	expect_kept_off(VFIO_CONF, "alias pci:v00008086d0000125D* vfio-pci\n", "");

	/* A built-in driver is there whatever is said of modules. */
	start_used(&fixture);
	fixture_write(&fixture, VFIO_CONF, "blacklist xhci_pci\n");
	fixture_write(&fixture, "/sys/module/xhci_pci/parameters/x", "");
	fixture_path(&fixture, "/sys/module/xhci_pci/initstate", path, sizeof(path));
	assert_int_equal(unlink(path), 0);
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_end(&fixture);
}

static void test_kept_off_by_words(void **state)
{
	(void)state;
	expect_kept_off("/etc/kernel/cmdline", "modprobe.blacklist=nouveau,xhci-pci\n",
			"error driver-kept-off /etc/kernel/cmdline:1: "
			"modprobe.blacklist=xhci-pci: " SDA);
	expect_kept_off("/etc/kernel/cmdline", "module_blacklist=libxhci,igc\n",
			"error driver-kept-off /etc/kernel/cmdline:1: "
			"module_blacklist=libxhci: " SDA
			"warning driver-kept-off /etc/kernel/cmdline:1: "
			"module_blacklist=igc: " ETH1);
	/* The kernel wants its own spelling, and knows the last one only. */
	expect_kept_off("/etc/kernel/cmdline",
			"module_blacklist=igc module_blacklist=xhci-pci\n", "");
}

static void test_pci_stub(void **state)
{
	(void)state;
	expect(VFIO_CONF, "options pci-stub ids=8086:15c4\n",
	       "error ids-takes-unlisted " VFIO_CONF ":1: pci-stub " UNLISTED_15C4);
	/* Nothing drops it for the twin of what is listed. */
	expect("/proc/cmdline", "pci-stub.ids=8086:125c\n",
	       "error ids-takes-unlisted /proc/cmdline:1: pci-stub ids=8086:125c: "
	       "matches 2 functions that are not listed: 0000:05:00.0, 0000:06:00.0\n");
	expect("/proc/cmdline", "pci-stub.ids=1b21:0612\n", "");
}

static void test_module_lists(void **state)
{
	struct check_fixture fixture;

	(void)state;
	expect("/etc/modules", "# x\nvfio\nvfio_virqfd\n",
	       "warning vfio-virqfd /etc/modules:3: vfio_virqfd\n");
	expect("/etc/initramfs-tools/modules", "vfio-virqfd x=1\n",
	       "warning vfio-virqfd /etc/initramfs-tools/modules:1: vfio-virqfd\n");
	expect("/etc/modules-load.d/x.conf", "vfio_virqfd",
	       "warning vfio-virqfd /etc/modules-load.d/x.conf:1: vfio_virqfd\n");
	expect("/etc/modules-load.d/x", "vfio_virqfd", "");

	/* Kernels before 6.2 have it. */
	start(&fixture);
	fixture_write(&fixture, "/etc/modules", "vfio_virqfd\n");
	fixture_write(&fixture, "/lib/modules/6.1.0-25-amd64/x", "");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_write(&fixture, "/lib/modules/6.12.9-amd64/x", "");
	assert_string_equal(fixture_check(&fixture, check_modules),
			    "warning vfio-virqfd /etc/modules:1: vfio_virqfd\n");
	fixture_end(&fixture);
}

static void test_words(void **state)
{
	(void)state;
	expect("/etc/default/grub",
	       "GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet pt.disable\"\n",
	       "error disabled-in-configuration /etc/default/grub:2: pt.disable on the "
	       "command line\n");
	expect("/etc/default/grub", "#GRUB_CMDLINE_LINUX=pt.disable\n", "");
	/* Only what is assigned last counts, unless it repeats what was there. */
	expect("/etc/default/grub",
	       "GRUB_CMDLINE_LINUX=pt.disable\nGRUB_CMDLINE_LINUX=\n", "");
	expect("/etc/default/grub",
	       "GRUB_CMDLINE_LINUX=pt.disable\n"
	       "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX_DEFAULT\"\n",
	       "");
	expect("/etc/default/grub",
	       "GRUB_CMDLINE_LINUX=pt.disable\n"
	       "GRUB_CMDLINE_LINUX=\"${GRUB_CMDLINE_LINUX} quiet\"\n",
	       "error disabled-in-configuration /etc/default/grub:1: pt.disable on the "
	       "command line\n");
	expect("/etc/kernel/cmdline", "root=UUID=1 modprobe.blacklist=vfio_pci\n",
	       "error disabled-in-configuration /etc/kernel/cmdline:1: "
	       "modprobe.blacklist=vfio_pci on the command line\n");
	expect("/etc/kernel/cmdline", "pt.disable=04:00.0 pt.disabel\n",
	       "warning left-out-in-configuration /etc/kernel/cmdline:1: pt.disable= with "
	       "addresses\n"
	       "warning unknown-parameter /etc/kernel/cmdline:1: pt.disabel is not known; "
	       "ignoring it\n");
	/* A recovery boot, of which the hooks keep the words out of new entries. */
	expect("/proc/cmdline",
	       "root=/dev/sda1 pt.disable initcall_blacklist=vfio_pci_init\n", "");
}

/* GRUB's file is left over where systemd-boot boots the ESPs of proxmox-boot-tool. */
static void test_words_of_the_loader(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, "/etc/default/grub", "GRUB_CMDLINE_LINUX=pt.disable\n");
	fixture_write(&fixture, "/etc/kernel/cmdline", "root=UUID=1\n");
	assert_memory_equal(fixture_check(&fixture, check_modules),
			    "error disabled-in-configuration /etc/default/grub:1: ", 51);
	fixture_write(&fixture, "/etc/kernel/proxmox-boot-uuids", "ABCD-0001\n");
	fixture_write(&fixture, "/sys/firmware/efi/fw_platform_size", "64\n");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_end(&fixture);
}

/* A value of the shell's goes on until its quote is closed; each is a finding of 15c4. */
static void test_words_over_lines(void **state)
{
	static const char *const files[] = {
		"GRUB_CMDLINE_LINUX=\"quiet \\\nvfio-pci.ids=8086:15c4\"\n",
		"GRUB_CMDLINE_LINUX=\"quiet\nvfio-pci.ids=8086:15c4\n\"\n",
		"GRUB_CMDLINE_LINUX_DEFAULT='quiet\nvfio-pci.ids=8086:15c4'\n",
		"GRUB_CMDLINE_LINUX=quiet\\ \\\nvfio-pci.ids=8086:15c4\n",
		"A='\nB'; export GRUB_CMDLINE_LINUX=\"vfio-pci.id\\\ns=8086:15c4\"\n",
		"GRUB_CMDLINE_LINUX=vfio-pci.ids=8086:15c4\n"
		"GRUB_CMDLINE_LINUX=\"\\\n${GRUB_CMDLINE_LINUX}\"\n",
		"GRUB_CMDLINE_LINUX='$(no command)'vfio-pci.\\$\n"
		"GRUB_CMDLINE_LINUX=\"\\$x \\`y vfio-pci.ids=8086:15c4\"\n",
	};
	static const unsigned int lines[] = { 1, 1, 1, 1, 2, 1, 2 };
	char expected[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(expected, sizeof(expected),
			 "error ids-takes-unlisted /etc/default/grub:%u: " UNLISTED_15C4,
			 lines[i]);
		expect("/etc/default/grub", files[i], expected);
	}
	/* What is in the quotes of another variable is no assignment. */
	expect("/etc/default/grub", "A='\nGRUB_CMDLINE_LINUX=vfio-pci.ids=8086:15c4\n'\n",
	       "");
	expect("/etc/default/grub",
	       "#'\nGRUB_CMDLINE_LINUX=quiet #'\nGRUB_CMDLINE_LINUX_DEFAULT=pt.disabel",
	       "warning unknown-parameter /etc/default/grub:3: pt.disabel is not known; "
	       "ignoring it\n");
}

/* What only a shell can tell is not passed over; what stands beside it is judged. */
static void test_words_unclear(void **state)
{
	static const char *const values[] = {
		"\"$(cat \"/etc/x y\" \")\") pt.disabel\"",
		"`cat /etc/x`\\ pt.disabel",
		"$MINE'\npt.disabel'",
		"\"${MINE} pt.disabel\"",
		"\"$1 pt.disabel\"",
		"\"${GRUB_CMDLINE_LINUX:-x} pt.disabel\"",
		"\"pt.disabel $GRUB_CMDLINE_LINUX_MINE\"",
		"\"pt.disabel ${GRUB_CMDLINE_LINUX",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(text, sizeof(text), "GRUB_CMDLINE_LINUX=%s\n", values[i]);
		expect("/etc/default/grub", text,
		       "warning not-read /etc/default/grub:1: GRUB_CMDLINE_LINUX has in it "
		       "what only a shell can tell\n"
		       "warning unknown-parameter /etc/default/grub:1: pt.disabel is not "
		       "known; ignoring it\n");
	}
}

#define GRUB_CFG "/boot/grub/grub.cfg"

/* A menu whose first entry has these words. */
static void write_menu(const struct check_fixture *fixture, const char *words)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "set default=\"0\"\n### BEGIN /etc/grub.d/10_linux ###\n"
		 "menuentry 'Debian' $menuentry_id_option 'simple' {\n"
		 "\tlinux\t/vmlinuz-1 root=/dev/sda1 %s\n}\n"
		 "### BEGIN /etc/grub.d/40_custom ###\nmenuentry 'mine' {\n"
		 "\tlinux /vmlinuz-1 vfio-pci.ids=8086:15c4\n}\n",
		 words);
	fixture_write(fixture, GRUB_CFG, text);
}

/* What boots by itself: the menu may be older than the configuration, or the owner's. */
static void test_words_of_menu(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, "/etc/default/grub", "GRUB_CMDLINE_LINUX=quiet\n");
	write_menu(&fixture, "quiet");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	write_menu(&fixture, "vfio-pci.ids=8086:15c4 pt.disable=04:00.0 pt.disabel "
			     "intel_iommu=off pcie_acs_override=downstream");
	assert_string_equal(fixture_check(&fixture, check_modules),
			    "error iommu-off " GRUB_CFG
			    ":3: intel_iommu=off turns the IOMMU off\n"
			    "warning groups-pending " GRUB_CFG
			    ":3: pcie_acs_override=downstream; this boot has none\n"
			    "warning left-out-in-configuration " GRUB_CFG
			    ":3: pt.disable= with addresses\n"
			    "warning unknown-parameter " GRUB_CFG
			    ":3: pt.disabel is not known; ignoring it\n"
			    "error ids-takes-unlisted " GRUB_CFG ":3: " UNLISTED_15C4);
	for (size_t i = 0; i < fixture.findings.n; i++) {
		assert_true(fixture.findings.entries[i].mended_by_apply);
		assert_non_null(strstr(fixture.findings.entries[i].advice,
				       "make the boot menu anew"));
	}

	/* The same in both is one finding; another value is another one. */
	fixture_write(&fixture, "/etc/default/grub",
		      "GRUB_CMDLINE_LINUX=vfio-pci.ids=8086:15c4\n");
	write_menu(&fixture, "vfio-pci.ids=8086:15c4");
	assert_string_equal(
		fixture_check(&fixture, check_modules),
		"error ids-takes-unlisted /etc/default/grub:1: " UNLISTED_15C4);
	assert_false(fixture.findings.entries[0].mended_by_apply);
	write_menu(&fixture, "vfio-pci.ids=8086:125c");
	assert_string_equal(fixture_check(&fixture, check_modules),
			    "error ids-takes-unlisted /etc/default/grub:1: " UNLISTED_15C4
			    "warning ids-twin " GRUB_CFG
			    ":3: ids=8086:125c: matches 2 functions that are not listed: "
			    "0000:05:00.0, 0000:06:00.0\n");
	/* What turns it off altogether is told as menu-disables. */
	fixture_write(&fixture, "/etc/default/grub", "GRUB_CMDLINE_LINUX=quiet\n");
	write_menu(&fixture, "pt.disable");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_end(&fixture);
}

/* The owner's own entry is not made anew with the menu. */
static void test_words_of_custom_entry(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, "/etc/default/grub", "GRUB_CMDLINE_LINUX=quiet\n");
	write_menu(&fixture, "quiet");
	fixture_write(
		&fixture, "/boot/grub/custom.cfg",
		"menuentry 'mine' {\n linux /vmlinuz-1 vfio-pci.ids=8086:15c4\n}\n");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_write(&fixture, GRUB_CFG,
		      "set default=\"mine\"\nmenuentry 'x' {\n linux /vmlinuz-1 ro\n}\n");
	assert_string_equal(
		fixture_check(&fixture, check_modules),
		"error ids-takes-unlisted /boot/grub/custom.cfg:1: " UNLISTED_15C4);
	assert_false(fixture.findings.entries[0].mended_by_apply);
	assert_null(fixture.findings.entries[0].advice);
	fixture_end(&fixture);
}

static void expect_groups(struct check_fixture *fixture, const char *running,
			  const char *configured, const char *expected)
{
	fixture_write(fixture, "/proc/cmdline", running);
	fixture_write(fixture, "/etc/default/grub", configured);
	assert_string_equal(fixture_check(fixture, check_modules), expected);
}

/* The words of kernels that make other groups; they add up, in any order. */
static void test_groups_pending(void **state)
{
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	expect_groups(&fixture, "ro pcie_acs_override=downstream,multifunction\n",
		      "GRUB_CMDLINE_LINUX=\"pcie_acs_override=multifunction "
		      "pcie_acs_override=downstream\"\n",
		      "");
	expect_groups(&fixture, "ro\n",
		      "\nGRUB_CMDLINE_LINUX=pcie_acs_override=downstream\n",
		      "warning groups-pending /etc/default/grub:2: "
		      "pcie_acs_override=downstream; this boot has none\n");
	expect_groups(
		&fixture, "pcie_acs_override=downstream,id:8086:1\n",
		"GRUB_CMDLINE_LINUX=pcie_acs_override=downstream\n",
		"warning groups-pending /etc/default/grub:1: "
		"pcie_acs_override=downstream; this boot has downstream,id:8086:1\n");
	expect_groups(&fixture, "pcie_acs_override=id:8086:15\n",
		      "GRUB_CMDLINE_LINUX=pcie_acs_override=id:8086:1,id:8086:15\n",
		      "warning groups-pending /etc/default/grub:1: "
		      "pcie_acs_override=id:8086:1,id:8086:15; this boot has "
		      "id:8086:15\n");
	expect_groups(&fixture, "pcie_acs_override=downstream\n", "GRUB_TIMEOUT=5\n",
		      "warning groups-pending /etc/default/grub: no pcie_acs_override; "
		      "this boot has downstream\n");
	fixture_end(&fixture);

	/* Nothing is known of the words of the next boot. */
	expect("/proc/cmdline", "pcie_acs_override=downstream\n", "");
}

static void test_systemd_boot(void **state)
{
	static const char info[] = "\7\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0 \0002\0";
	struct check_fixture fixture;

	(void)state;
	start(&fixture);
	fixture_write(&fixture, "/etc/default/grub", "GRUB_CMDLINE_LINUX=pt.disable\n");
	fixture_write_bytes(&fixture,
			    "/sys/firmware/efi/efivars/"
			    "LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
			    info, sizeof(info));
	assert_string_equal(
		fixture_check(&fixture, check_modules),
		"warning no-kernel-cmdline there is no /etc/kernel/cmdline\n");
	fixture_write(&fixture, "/etc/kernel/cmdline", "root=/dev/sda1\n");
	assert_string_equal(fixture_check(&fixture, check_modules), "");
	fixture_write(&fixture, "/efi/loader/entries/m-1.conf",
		      "version 1\nlinux /m/1/linux\ninitrd /m/1/initrd\n"
		      "options root=/dev/sda1 vfio-pci.ids=8086:15c4\n");
	assert_string_equal(
		fixture_check(&fixture, check_modules),
		"error ids-takes-unlisted /efi/loader/entries/m-1.conf: " UNLISTED_15C4);
	assert_true(fixture.findings.entries[0].mended_by_apply);
	fixture_end(&fixture);
}

#define ACPI "/sys/firmware/acpi/tables"

/* A machine whose functions have no groups, a table of ACPI, and files. */
static void expect_iommu(const char *list, const char *table, const char *cmdline,
			 const char *grub, const char *expected, const char *advice)
{
	struct check_fixture fixture;

	start_with(&fixture, -1, list);
	fixture_write(&fixture, "/proc/cmdline", cmdline);
	fixture_write(&fixture, table, "");
	if (grub != NULL)
		fixture_write(&fixture, "/etc/default/grub", grub);
	assert_string_equal(fixture_check(&fixture, check_modules), expected);
	if (advice != NULL) {
		assert_non_null(fixture.findings.entries[0].advice);
		assert_non_null(strstr(fixture.findings.entries[0].advice, advice));
	}
	fixture_end(&fixture);
}

static void test_iommu(void **state)
{
	static const char listed[] = "04:00.0 id=8086:125c\n";
	static const char off[] =
		"error iommu-off no function has an IOMMU group; the firmware describes "
		"an IOMMU (" ACPI "/DMAR), and the kernel does not use it without "
		"intel_iommu=on\n";

	(void)state;
	expect_iommu(listed, ACPI "/FACP", "quiet\n", NULL,
		     "error iommu-off no function has an IOMMU group, and the firmware "
		     "describes no IOMMU (" ACPI " has neither DMAR nor IVRS)\n",
		     NULL);
	expect_iommu("", ACPI "/FACP", "quiet\n", NULL,
		     "warning iommu-off no function has an IOMMU group, and the firmware "
		     "describes no IOMMU (" ACPI " has neither DMAR nor IVRS)\n",
		     NULL);
	expect_iommu(listed, ACPI "/DMAR", "quiet\n", "GRUB_CMDLINE_LINUX=quiet\n", off,
		     "GRUB: write GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX "
		     "intel_iommu=on\" into /etc/default/grub.d/zz-iommu.cfg");
	expect_iommu(listed, ACPI "/DMAR", "quiet\n", NULL, off,
		     "With systemd-boot: add");
	expect_iommu(listed, ACPI "/DMAR", "quiet\n",
		     "GRUB_CMDLINE_LINUX=intel_iommu=sm_on,on\n",
		     "note iommu-pending /etc/default/grub:1: intel_iommu=on, which this "
		     "boot was without\n",
		     NULL);
	expect_iommu(listed, ACPI "/DMAR", "intel_iommu=on\n", NULL,
		     "error iommu-off no function has an IOMMU group, in spite of "
		     "intel_iommu=on\n",
		     "dmesg");
	expect_iommu(listed, ACPI "/IVRS", "quiet\n", NULL,
		     "error iommu-off no function has an IOMMU group; the firmware "
		     "describes an IOMMU (" ACPI
		     "/IVRS), which the kernel does not use\n",
		     "AMD-Vi");
	/* The word of the other maker means nothing. */
	expect_iommu(listed, ACPI "/IVRS", "quiet intel_iommu=off\n", NULL,
		     "error iommu-off no function has an IOMMU group; the firmware "
		     "describes an IOMMU (" ACPI
		     "/IVRS), which the kernel does not use\n",
		     "AMD-Vi");
	/* On now, off from the next boot on. */
	expect("/etc/default/grub", "GRUB_CMDLINE_LINUX=intel_iommu=off\n",
	       "error iommu-off /etc/default/grub:1: intel_iommu=off turns the IOMMU "
	       "off\n");
}

static void test_others(void **state)
{
	(void)state;
	expect("/etc/driverctl.d/pci-0000:04:00.0", "igc\n",
	       "warning driverctl-override /etc/driverctl.d/pci-0000:04:00.0: igc\n");
	expect("/etc/driverctl.d/pci-0000:04:00.0", "vfio-pci\n",
	       "note driverctl-needless /etc/driverctl.d/pci-0000:04:00.0: vfio-pci\n");
	expect("/etc/driverctl.d/pci-0000:05:00.0", "vfio-pci\n", "");
	expect("/etc/initramfs-tools/scripts/init-top/vfio.sh",
	       "#!/bin/sh\n# driver_override\necho vfio-pci > "
	       "/sys/bus/pci/devices/$a/driver_override\n",
	       "warning other-bind-script "
	       "/etc/initramfs-tools/scripts/init-top/vfio.sh:3\n");
}

/* Bytes of all kinds, a file without an end of line, a directory in a file's place. */
static void test_odd_files(void **state)
{
	struct check_fixture fixture;

	(void)state;
	expect("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"pt.disable",
	       "error disabled-in-configuration /etc/default/grub:1: pt.disable on the "
	       "command line\n");
	expect(VFIO_CONF, "options\noptions vfio-pci\nblacklist\nsoftdep x\n", "");
	start(&fixture);
	fixture_write(&fixture, "/etc/modules/x", "");
	assert_string_equal(
		fixture_check(&fixture, check_modules),
		"warning not-read /etc/modules: is a directory; expected a file\n");
	fixture_end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_redundant_ids),
		cmocka_unit_test(test_ids_on_both),
		cmocka_unit_test(test_hidden_file),
		cmocka_unit_test(test_kept_off),
		cmocka_unit_test(test_kept_off_by_words),
		cmocka_unit_test(test_pci_stub),
		cmocka_unit_test(test_modprobe),
		cmocka_unit_test(test_module_lists),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_of_the_loader),
		cmocka_unit_test(test_words_over_lines),
		cmocka_unit_test(test_words_unclear),
		cmocka_unit_test(test_words_of_menu),
		cmocka_unit_test(test_words_of_custom_entry),
		cmocka_unit_test(test_groups_pending),
		cmocka_unit_test(test_systemd_boot),
		cmocka_unit_test(test_iommu),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_odd_files),
	};

	return run_unit_tests("check_modules", tests, NULL, NULL);
}
