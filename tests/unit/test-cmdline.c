// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the kernel command line: what ptbind takes from it, by the kernel's rules. */

#include "cmdline.h"
#include "unit.h"

static void nothing_for_us(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"   ",
		"BOOT_IMAGE=/boot/vmlinuz root=UUID=1234 ro quiet splash\n",
		/* not our name, or not a name at all */
		"xpt.disable pt_disable pt disable ptx.disable=1",
		"foo=pt.disable",
		"=pt.disable",
		/* behind the lone dashes it belongs to init */
		"quiet -- pt.disable modprobe.blacklist=vfio-pci\n",
		"-- pt.disable",
		"\"--\" pt.disable",
		/* within quotes it is part of a value */
		"foo=\"a pt.disable b\"",
		"\"foo=a pt.disable b\"",
		"foo=x\"y pt.disable z\"",
		/* a quote that is never closed takes all that follows */
		"foo=\"a pt.disable",
		/* said to be off */
		"pt.disable=0",
		"pt.disable=n",
		"pt.disable=no",
		"pt.disable=off",
		"pt.disable=false",
		"pt.disable=OFF",
		"pt.disable=0 pt.disable=no",
		"pt.disable=\"0\"",
		"\"pt.disable=0\"",
		/* blacklists of something else */
		"modprobe.blacklist=nouveau,vfio_platform,vfio-pci-x,xvfio",
		"module_blacklist=",
		"modprobe.blacklist",
		"module_blacklist=,",
		"initcall_blacklist=vfio_iommu_type1_init,nouveau_init",
		"modprobe.blacklist=vfio_pci_init",
		"initcall_blacklist=vfio_pci",
		"blacklist=nouveau",
		"rd.modprobe.blacklist=vfio",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct cmdline cmdline;

		assert_int_equal(cmdline_parse(texts[i], &cmdline), 0);
		assert_false(cmdline.disable);
		assert_string_equal(cmdline.reason, "");
		assert_int_equal(cmdline.n_except, 0);
		assert_int_equal(cmdline.timeout, CMDLINE_TIMEOUT_DEFAULT);
		assert_int_equal(cmdline.n_notes, 0);
		cmdline_free(&cmdline);
	}
}

static void disables(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} cases[] = {
		{ "pt.disable", "pt.disable on the command line" },
		{ "ro pt.disable\n", "pt.disable on the command line" },
		{ "ro\tpt.disable\tquiet", "pt.disable on the command line" },
		{ "pt.disable=1", "pt.disable=1 on the command line" },
		{ "pt.disable=y", "pt.disable=y on the command line" },
		{ "pt.disable=yes", "pt.disable=yes on the command line" },
		{ "pt.disable=on", "pt.disable=on on the command line" },
		{ "pt.disable=true", "pt.disable=true on the command line" },
		{ "pt.disable=YES", "pt.disable=YES on the command line" },
		{ "pt.disable=", "pt.disable= on the command line" },
		{ "pt.disable=\"\"", "pt.disable= on the command line" },
		{ "pt.disable=\"1\"", "pt.disable=1 on the command line" },
		{ "pt.disable=\"", "pt.disable= on the command line" },
		{ "\"pt.disable\"", "pt.disable on the command line" },
		{ "\"pt.disable=1\"", "pt.disable=1 on the command line" },
		{ "\"pt.disable", "pt.disable on the command line" },
		{ "foo=\"a b\" pt.disable", "pt.disable on the command line" },
		{ "foo=\"--\" pt.disable", "pt.disable on the command line" },
		{ "--x pt.disable", "pt.disable on the command line" },
		{ "--= pt.disable", "pt.disable on the command line" },
		{ "--=1 pt.disable -- quiet", "pt.disable on the command line" },
		/* whoever mistyped it wanted out */
		{ "pt.disable=eth0", "pt.disable=eth0 on the command line" },
		{ "pt.disable=2", "pt.disable=2 on the command line" },
		{ "pt.disable=00", "pt.disable=00 on the command line" },
		{ "pt.disable=,", "pt.disable=, on the command line" },
		{ "pt.disable=04:00.0,", "pt.disable=04:00.0, on the command line" },
		{ "pt.disable=,04:00.0", "pt.disable=,04:00.0 on the command line" },
		{ "pt.disable=04:00.0,1", "pt.disable=04:00.0,1 on the command line" },
		{ "pt.disable=04:00", "pt.disable=04:00 on the command line" },
		{ "pt.disable=\"04:00.0, 05:00.0\"",
		  "pt.disable=04:00.0, 05:00.0 on the command line" },
		/* repeated: any that disables wins, and the first of them is the reason
		 */
		{ "pt.disable pt.disable=0", "pt.disable on the command line" },
		{ "pt.disable=0 pt.disable=on", "pt.disable=on on the command line" },
		{ "pt.disable=yes pt.disable=1", "pt.disable=yes on the command line" },
		{ "pt.disable=04:00.0 pt.disable=1", "pt.disable=1 on the command line" },
		/* recovery entries that people have */
		{ "blacklist=vfio-pci", "blacklist=vfio-pci on the command line" },
		{ "initcall_blacklist=vfio_pci_core_init",
		  "initcall_blacklist=vfio_pci_core_init on the command line" },
		{ "initcall_blacklist=vfio_init",
		  "initcall_blacklist=vfio_init on the command line" },
		{ "modprobe.blacklist=vfio-pci",
		  "modprobe.blacklist=vfio-pci on the command line" },
		{ "modprobe.blacklist=vfio_pci",
		  "modprobe.blacklist=vfio_pci on the command line" },
		{ "modprobe.blacklist=a,vfio-pci-core,b",
		  "modprobe.blacklist=a,vfio-pci-core,b on the command line" },
		{ "module_blacklist=vfio", "module_blacklist=vfio on the command line" },
		{ "module-blacklist=vfio", "module-blacklist=vfio on the command line" },
		{ "module_blacklist=\"vfio\"",
		  "module_blacklist=vfio on the command line" },
		{ "initcall_blacklist=a,vfio_pci_init",
		  "initcall_blacklist=a,vfio_pci_init on the command line" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmdline cmdline;

		assert_int_equal(cmdline_parse(cases[i].text, &cmdline), 0);
		assert_true(cmdline.disable);
		assert_string_equal(cmdline.reason, cases[i].reason);
		cmdline_free(&cmdline);
	}
}

static void long_reason(void **state)
{
	char text[1000] = "pt.disable=";
	struct cmdline cmdline;

	(void)state;
	memset(text + strlen(text), 'x', sizeof(text) - 1 - strlen(text));
	assert_int_equal(cmdline_parse(text, &cmdline), 0);
	assert_true(cmdline.disable);
	assert_int_equal(strlen(cmdline.reason), sizeof(cmdline.reason) - 1);
	cmdline_free(&cmdline);
}

static void leaves_out(void **state)
{
	static const struct {
		const char *text;
		const char *except[3];
	} cases[] = {
		{ "pt.disable=04:00.0", { "0000:04:00.0" } },
		{ "pt.disable=\"04:00.0\"", { "0000:04:00.0" } },
		{ "pt.disable=04:00.0,0001:05:00.1", { "0000:04:00.0", "0001:05:00.1" } },
		{ "pt.disable=00:1c.0/00.0", { "0000:00:1c.0/00.0" } },
		{ "pt.disable=04:00.0 pt.disable=0 pt.disable=05:00.0,06:00.0",
		  { "0000:04:00.0", "0000:05:00.0", "0000:06:00.0" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmdline cmdline;
		size_t n = 0;

		assert_int_equal(cmdline_parse(cases[i].text, &cmdline), 0);
		assert_false(cmdline.disable);
		for (; n < 3 && cases[i].except[n] != NULL; n++) {
			char text[PCI_PATH_STRSIZE];

			assert_true(n < cmdline.n_except);
			pci_path_format(&cmdline.except[n], text);
			assert_string_equal(text, cases[i].except[n]);
		}
		assert_int_equal(cmdline.n_except, n);
		cmdline_free(&cmdline);
	}
}

static void timeouts(void **state)
{
	static const struct {
		const char *text;
		unsigned int timeout;
		const char *note;
	} cases[] = {
		{ "pt.timeout=1", 1, NULL },
		{ "pt.timeout=600", 600, NULL },
		{ "pt.timeout=\"60\"", 60, NULL },
		{ "pt.timeout=5 pt.timeout=7", 7, NULL },
		{ "pt.timeout", 30,
		  "pt.timeout=: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=", 30,
		  "pt.timeout=: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=0", 30,
		  "pt.timeout=0: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=601", 30,
		  "pt.timeout=601: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=-1", 30,
		  "pt.timeout=-1: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=+5", 30,
		  "pt.timeout=+5: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=5s", 30,
		  "pt.timeout=5s: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=0x10", 30,
		  "pt.timeout=0x10: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=4294967297", 30,
		  "pt.timeout=4294967297: expected 1 to 600 seconds; staying with 30" },
		{ "pt.timeout=99999999999999999999", 30,
		  "pt.timeout=99999999999999999999: expected 1 to 600 seconds; staying "
		  "with 30" },
		{ "pt.timeout=5 pt.timeout=x", 5,
		  "pt.timeout=x: expected 1 to 600 seconds; staying with 5" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cmdline cmdline;

		assert_int_equal(cmdline_parse(cases[i].text, &cmdline), 0);
		assert_int_equal(cmdline.timeout, cases[i].timeout);
		assert_int_equal(cmdline.n_notes, cases[i].note != NULL);
		if (cases[i].note != NULL)
			assert_string_equal(cmdline.notes[0], cases[i].note);
		cmdline_free(&cmdline);
	}
}

static void unknown_parameters(void **state)
{
	struct cmdline cmdline;

	(void)state;
	assert_int_equal(cmdline_parse("pt.disabel pt.x=1 quiet pt.=2", &cmdline), 0);
	assert_false(cmdline.disable);
	assert_int_equal(cmdline.n_notes, 3);
	assert_string_equal(cmdline.notes[0], "pt.disabel is not known; ignoring it");
	assert_string_equal(cmdline.notes[1], "pt.x is not known; ignoring it");
	assert_string_equal(cmdline.notes[2], "pt. is not known; ignoring it");
	cmdline_free(&cmdline);
	cmdline_free(&cmdline);
}

/* The text is only read. */
static void text_is_left_alone(void **state)
{
	static const char text[] = "foo=\"a b\" pt.disable=04:00.0,05:00.0 quiet\n";
	char *copy = strdup(text);
	struct cmdline cmdline;

	(void)state;
	assert_non_null(copy);
	assert_int_equal(cmdline_parse(copy, &cmdline), 0);
	assert_string_equal(copy, text);
	cmdline_free(&cmdline);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_for_us),
		cmocka_unit_test(disables),
		cmocka_unit_test(long_reason),
		cmocka_unit_test(leaves_out),
		cmocka_unit_test(timeouts),
		cmocka_unit_test(unknown_parameters),
		cmocka_unit_test(text_is_left_alone),
	};

	return run_unit_tests("cmdline", tests, NULL, NULL);
}
