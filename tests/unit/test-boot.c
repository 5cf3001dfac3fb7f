// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is read of images and boot menus, and of what is found in them. */
#include "unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/boot_default.h"
#include "boot/boot_entry.h"
#include "boot/boot_loader.h"
#include "boot/grub_menu.h"
#include "boot/image.h"
#include "check/findings.h"

#define LINE "0000:05:00.0 id=8086:125c\n"
#define ORDER_GOOD                                                                       \
	"/scripts/init-top/00-ptbind \"$@\"\n[ -e /conf/param.conf ] && . "              \
	"/conf/param.conf\n/scripts/init-top/udev \"$@\"\n"

/* A host below a temporary directory. */
struct fixture {
	char root[64];
	struct host host;
	struct next_boot next;
	struct findings findings;
};

static void make_dirs(const char *path)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *s = strchr(copy + 1, '/'); s != NULL; s = strchr(s + 1, '/')) {
		*s = '\0';
		(void)mkdir(copy, 0755);
		*s = '/';
	}
}

static void put_bytes(const struct fixture *fixture, const char *path, const void *data,
		      size_t size)
{
	char joined[256];
	FILE *f;

	snprintf(joined, sizeof(joined), "%s%s", fixture->root, path);
	make_dirs(joined);
	f = fopen(joined, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void put(const struct fixture *fixture, const char *path, const char *text)
{
	put_bytes(fixture, path, text, strlen(text));
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	strcpy(fixture->root, "/tmp/ptbind-boot.XXXXXX");
	assert_non_null(mkdtemp(fixture->root));
	fixture->host.root = fixture->root;
	parse_list(LINE, &fixture->next.list);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", fixture->root);
	assert_int_equal(system(command), 0);
	findings_free(&fixture->findings);
	allowlist_free(&fixture->next.list);
	free(fixture);
	return 0;
}

/* The finding of this code with evidence that has this text, or NULL. */
static const struct finding *find(const struct fixture *fixture, const char *code,
				  const char *text)
{
	for (size_t i = 0; i < fixture->findings.n; i++)
		if (strcmp(fixture->findings.entries[i].kind->code, code) == 0 &&
		    strstr(fixture->findings.entries[i].evidence, text) != NULL)
			return &fixture->findings.entries[i];
	return NULL;
}

static bool has_finding(const struct fixture *fixture, const char *code, const char *text)
{
	return find(fixture, code, text) != NULL;
}

/* The same, as the word of its severity. */
static const char *severity_of(const struct fixture *fixture, const char *code,
			       const char *text)
{
	const struct finding *finding = find(fixture, code, text);

	return finding != NULL ? severity_word(finding->kind->severity) : "none";
}

/* A file for an image; without content: a name alone. */
struct file {
	const char *name, *content;
};

/* Adds one cpio archive to the size bytes of an image, compressed with a filter. */
static size_t add_archive(unsigned char *image, size_t size, size_t max, int filter,
			  const struct file *files, size_t n)
{
	struct archive *archive = archive_write_new();
	size_t used = 0;

	assert_int_equal(archive_write_set_format_cpio_newc(archive), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(archive, filter), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(archive, 1);
	assert_int_equal(
		archive_write_open_memory(archive, image + size, max - size, &used),
		ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *entry = archive_entry_new();
		const size_t len = strlen(files[i].content);

		archive_entry_set_pathname(entry, files[i].name);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, (la_int64_t)len);
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		assert_int_equal(archive_write_data(archive, files[i].content, len), len);
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	return size + used;
}

#define IMAGE_MAX 1048576

static const struct file microcode[] = { { "kernel/x86/microcode/x.bin", "12345" } };
static const struct file modules[] = { { "lib/modules/1/vfio-pci.ko.xz", "module" } };
static const struct file main_files[] = {
	{ "etc/ptbind/allowlist", LINE },
	{ "scripts/init-top/ORDER", ORDER_GOOD },
	{ "usr/sbin/ptbind-early", "program" },
};

/* An image as a kernel gets it: microcode, what is not to be compressed, the rest. */
static size_t make_image(unsigned char *image, int filter)
{
	size_t size = 0;

	memset(image, 0, IMAGE_MAX);
	size = add_archive(image, size, IMAGE_MAX, ARCHIVE_FILTER_NONE, microcode, 1);
	size += 1020; /* the kernel skips zeros */
	size = add_archive(image, size & ~(size_t)3, IMAGE_MAX, ARCHIVE_FILTER_NONE,
			   modules, 1);
	return add_archive(image, (size + 3) & ~(size_t)3, IMAGE_MAX, filter, main_files,
			   ARRAY_SIZE(main_files));
}

static void read_good(const struct fixture *fixture, const unsigned char *data,
		      size_t size, struct image *image)
{
	char path[256], error[256] = "";

	put_bytes(fixture, "/image", data, size);
	snprintf(path, sizeof(path), "%s/image", fixture->root);
	if (image_read(path, image, error) != 0)
		fail_msg("%s", error);
}

static int read_bad(const struct fixture *fixture, const void *data, size_t size)
{
	char path[256], error[256] = "";
	struct image image = { 0 };
	int err;

	put_bytes(fixture, "/image", data, size);
	snprintf(path, sizeof(path), "%s/image", fixture->root);
	err = image_read(path, &image, error);
	if (err == -EBADMSG) {
		assert_string_not_equal(error, "");
		assert_null(strstr(error, "(null)"));
	}
	image_free(&image);
	return err;
}

static void test_image_in_parts(void **state)
{
	static const int filters[] = { ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP,
				       ARCHIVE_FILTER_XZ,   ARCHIVE_FILTER_ZSTD,
				       ARCHIVE_FILTER_LZ4,  ARCHIVE_FILTER_BZIP2,
				       ARCHIVE_FILTER_LZMA };
	const struct fixture *fixture = *state;
	_cleanup_free_ unsigned char *data = malloc(IMAGE_MAX);

	assert_non_null(data);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		struct image image = { 0 };

		read_good(fixture, data, make_image(data, filters[i]), &image);
		assert_true(image.has_early);
		assert_true(image.has_vfio);
		assert_int_equal(image.order, IMAGE_ORDER_FIRST);
		assert_non_null(image.list);
		assert_string_equal(image.list, LINE);
		assert_false(image.list_is_stale);
		image_free(&image);
	}
}

static void test_image_cut_off(void **state)
{
	const struct fixture *fixture = *state;
	_cleanup_free_ unsigned char *data = malloc(IMAGE_MAX);
	size_t size;

	assert_non_null(data);
	size = make_image(data, ARCHIVE_FILTER_ZSTD);
	for (size_t cut = 1; cut < 40; cut++)
		assert_int_equal(read_bad(fixture, data, size - cut), -EBADMSG);
	size = make_image(data, ARCHIVE_FILTER_NONE);
	assert_int_equal(read_bad(fixture, data, size / 4 * 3), -EBADMSG);
	/* Within the header of the first file, of which libarchive says nothing. */
	assert_int_equal(read_bad(fixture, data, 100), -EBADMSG);
}

static void test_image_garbage(void **state)
{
	const struct fixture *fixture = *state;
	unsigned char garbage[4096];
	unsigned int seed = 1;

	assert_int_equal(read_bad(fixture, "", 0), -EBADMSG);
	assert_int_equal(read_bad(fixture, "no image\n", 9), -EBADMSG);
	memset(garbage, 0, sizeof(garbage));
	assert_int_equal(read_bad(fixture, garbage, sizeof(garbage)), -EBADMSG);
	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (unsigned char)((seed = seed * 1103515245U + 12345U) >> 16);
	assert_int_equal(read_bad(fixture, garbage, sizeof(garbage)), -EBADMSG);
	assert_int_equal(read_bad(fixture, "070701", 6), -EBADMSG);
}

/* A list that is cut off where it gets too large would be another list. */
static void test_image_with_large_list(void **state)
{
	const struct fixture *fixture = *state;
	_cleanup_free_ unsigned char *data = malloc(2 * ALLOWLIST_SIZE_MAX);
	_cleanup_free_ char *list = malloc(ALLOWLIST_SIZE_MAX + 2);
	const struct file file = { "etc/ptbind/allowlist", list };
	size_t size;

	assert_true(data != NULL && list != NULL);
	memset(list, '#', ALLOWLIST_SIZE_MAX + 1);
	list[ALLOWLIST_SIZE_MAX + 1] = '\0';
	size = add_archive(data, 0, 2 * ALLOWLIST_SIZE_MAX, ARCHIVE_FILTER_NONE, &file,
			   1);
	assert_int_equal(read_bad(fixture, data, size), -EBADMSG);
	list[ALLOWLIST_SIZE_MAX] = '\0';
	size = add_archive(data, 0, 2 * ALLOWLIST_SIZE_MAX, ARCHIVE_FILTER_NONE, &file,
			   1);
	assert_int_equal(read_bad(fixture, data, size), 0);
}

/* Any byte of an image may be another one: nothing but an answer comes of it. */
static void test_image_damaged(void **state)
{
	const struct fixture *fixture = *state;
	_cleanup_free_ unsigned char *data = malloc(IMAGE_MAX);
	size_t size;

	assert_non_null(data);
	size = make_image(data, ARCHIVE_FILTER_NONE);
	for (size_t i = 0; i < size; i += 3) {
		const unsigned char byte = data[i];
		int err;

		data[i] ^= 0x41;
		err = read_bad(fixture, data, size);
		assert_true(err == 0 || err == -EBADMSG);
		data[i] = byte;
	}
}

static void test_order(void **state)
{
	(void)state;
	assert_int_equal(image_judge_order(ORDER_GOOD), IMAGE_ORDER_FIRST);
	assert_int_equal(image_judge_order("/scripts/init-top/00-ptbind \"$@\""),
			 IMAGE_ORDER_FIRST);
	assert_int_equal(image_judge_order("/scripts/init-top/udev \"$@\"\n"
					   "/scripts/init-top/00-ptbind \"$@\"\n"),
			 IMAGE_ORDER_LATE);
	assert_int_equal(image_judge_order("/scripts/init-top/udev \"$@\"\n"),
			 IMAGE_ORDER_MISSING);
	assert_int_equal(image_judge_order("/scripts/init-top/00-ptbind.bak \"$@\"\n"),
			 IMAGE_ORDER_MISSING);
	assert_int_equal(image_judge_order(""), IMAGE_ORDER_MISSING);
}

/* Puts an image of n files where the kernel 1 has its own. */
static void put_image(const struct fixture *fixture, const char *path,
		      const struct file *files, size_t n)
{
	_cleanup_free_ unsigned char *data = malloc(IMAGE_MAX);

	assert_non_null(data);
	put_bytes(fixture, path, data,
		  add_archive(data, 0, IMAGE_MAX, ARCHIVE_FILTER_GZIP, files, n));
}

static void check_host_images(struct fixture *fixture)
{
	findings_free(&fixture->findings);
	assert_int_equal(check_images(&fixture->host, &fixture->next, &fixture->findings),
			 0);
}

static const struct file good_files[] = {
	{ "etc/ptbind/allowlist", LINE },
	{ "lib/modules/1/vfio-pci.ko", "module" },
	{ "scripts/init-top/ORDER", ORDER_GOOD },
	{ "usr/sbin/ptbind-early", "program" },
	{ "etc/ptbind/allowlist.stale", "" },
};

static void test_check_images(void **state)
{
	struct fixture *fixture = *state;
	struct file files[ARRAY_SIZE(good_files)];

	check_host_images(fixture);
	assert_int_equal(fixture->findings.n, 1);
	assert_string_equal(severity_of(fixture, "no-kernel", "/boot"), "error");

	/* A leftover, or a kernel that needs no image. */
	put(fixture, "/boot/vmlinuz-1", "");
	check_host_images(fixture);
	assert_int_equal(fixture->findings.n, 2);
	assert_true(has_finding(fixture, "no-kernel", "with an image or modules"));
	assert_string_equal(severity_of(fixture, "image-missing", "/boot/initrd.img-1"),
			    "warning");
	put(fixture, "/lib/modules/1/modules.builtin", "");
	check_host_images(fixture);
	assert_int_equal(fixture->findings.n, 1);
	assert_string_equal(severity_of(fixture, "image-missing", "/boot/initrd.img-1"),
			    "error");

	memcpy(files, good_files, sizeof(files));
	put_image(fixture, "/boot/initrd.img-1", files, 4);
	check_host_images(fixture);
	assert_int_equal(fixture->findings.n, 0);

	put_image(fixture, "/boot/initrd.img-1", files, 5);
	check_host_images(fixture);
	assert_true(has_finding(fixture, "image-list-differs", "last good one"));

	files[0].content = "# mine\n" LINE;
	put_image(fixture, "/boot/initrd.img-1", files, 4);
	check_host_images(fixture);
	assert_int_equal(fixture->findings.n, 1);
	assert_true(has_finding(fixture, "image-list-comments", "initrd.img-1"));

	files[0].content = LINE LINE;
	put_image(fixture, "/boot/initrd.img-1", files, 4);
	check_host_images(fixture);
	assert_true(has_finding(
		fixture, "image-list-differs",
		"lists 2 functions, today's list 1; they differ from line 2 on"));

	put_image(fixture, "/boot/initrd.img-1", files + 1, 2);
	check_host_images(fixture);
	assert_true(has_finding(fixture, "image-without-ptbind", "initrd.img-1"));

	files[0].content = LINE;
	files[1].name = "x";
	files[2].content =
		"/scripts/init-top/udev \"$@\"\n/scripts/init-top/00-ptbind \"$@\"\n";
	put_image(fixture, "/boot/initrd.img-1", files, 4);
	check_host_images(fixture);
	assert_true(has_finding(fixture, "image-order", "initrd.img-1"));
	assert_true(has_finding(fixture, "image-without-vfio", "initrd.img-1"));
	put(fixture, "/lib/modules/1/modules.builtin",
	    "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	check_host_images(fixture);
	assert_false(has_finding(fixture, "image-without-vfio", ""));

	put(fixture, "/boot/initrd.img-1", "garbage");
	check_host_images(fixture);
	assert_true(has_finding(fixture, "image-unreadable", "initrd.img-1"));
}

static void test_check_copies(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "/boot/vmlinuz-1", "");
	put_image(fixture, "/boot/initrd.img-1", good_files, 4);
	put(fixture, "/boot/efi/loader/entries/m-1.conf",
	    "title x\nversion 1\nlinux /m/1/linux\ninitrd /m/1/initrd\n");
	put_image(fixture, "/boot/efi/m/1/initrd", good_files, 4);
	check_host_images(fixture);
	assert_int_equal(fixture->findings.n, 0);
	put_image(fixture, "/boot/efi/m/1/initrd", good_files + 1, 3);
	put(fixture, "/boot/efi/EFI/Linux/a.efi", "");
	put(fixture, "/etc/kernel/proxmox-boot-uuids", "ABCD-0001\nno uuid\nABCD-0002");
	put(fixture, "/proc/self/mountinfo",
	    "1 0 8:2 / /var/tmp/espmounts/ABCD-0002 rw - vfat /dev/sda2 rw\n");
	put(fixture, "/dev/sda2", "");
	put(fixture, "/dev/disk/by-uuid/x", "");
	{
		char link[256];

		snprintf(link, sizeof(link), "%s/dev/disk/by-uuid/ABCD-0002",
			 fixture->root);
		assert_int_equal(symlink("../../sda2", link), 0);
	}
	put(fixture, "/var/tmp/espmounts/ABCD-0002/initrd.img-1", "garbage");
	check_host_images(fixture);
	assert_true(has_finding(fixture, "image-list-differs", "/boot/efi/m/1/initrd"));
	assert_true(has_finding(fixture, "image-in-uki", "a.efi"));
	assert_true(has_finding(fixture, "esp-not-mounted", "ABCD-0001"));
	assert_true(has_finding(fixture, "image-unreadable",
				"/var/tmp/espmounts/ABCD-0002/initrd.img-1"));
}

/* A menu as grub-mkconfig writes it, for one kernel; %s: default, style, timeout. */
static const char menu_text[] =
	"### BEGIN /etc/grub.d/00_header ###\n"
	"if [ \"${next_entry}\" ] ; then\n"
	"   set default=\"${next_entry}\"\n"
	"   set next_entry=\n"
	"else\n"
	"   set default=\"%s\"\n"
	"fi\n"
	"if [ \"${recordfail}\" = 1 ] ; then\n"
	"  set timeout=30\n"
	"else\n"
	"  if [ x$feature_timeout_style = xy ] ; then\n"
	"    set timeout_style=%s\n"
	"    set timeout=%s\n"
	"  else\n"
	"    set timeout=9\n"
	"  fi\n"
	"fi\n"
	"### BEGIN /etc/grub.d/10_linux ###\n"
	"menuentry 'It'\\''s Debian' --class gnu $menuentry_id_option 'simple' {\n"
	"\tset root='hd0'\n"
	"\tlinux\t/boot/vmlinuz-1 root=UUID=x ro %s\n"
	"\tinitrd\t/boot/initrd.img-1\n"
	"}\n"
	"submenu 'Advanced' $menuentry_id_option 'advanced' {\n"
	"\tmenuentry 'Linux 1' $menuentry_id_option 'adv-1' {\n"
	"\t\tlinux\t/boot/vmlinuz-1 root=UUID=x ro\n"
	"\t}\n"
	"}\n"
	"### BEGIN /etc/grub.d/40_custom ###\n"
	"menuentry \"Rescue\" {\n"
	"\tlinux /vmlinuz-0 root=x\n"
	"}\n"
	"### BEGIN /etc/grub.d/42_ptbind ###\n"
	"submenu 'Debian (passthrough off)' $menuentry_id_option 'ptbind-off' {\n"
	"\tmenuentry 'Linux 1 (off)' $menuentry_id_option 'ptbind-off-1-advanced' {\n"
	"\t\tlinux\t/boot/vmlinuz-1 root=UUID=x ro pt.disable "
	"initcall_blacklist=vfio_pci_init\n"
	"\t}\n"
	"}\n";

static void put_menu_at(const struct fixture *fixture, const char *path,
			const char *chosen, const char *style, const char *timeout,
			const char *words)
{
	char text[sizeof(menu_text) + 256];

	/* The format is the menu. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), menu_text, chosen, style, timeout, words);
#pragma GCC diagnostic pop
	put(fixture, path, text);
}

static void put_menu(const struct fixture *fixture, const char *chosen, const char *style,
		     const char *timeout, const char *words)
{
	put_menu_at(fixture, "/boot/grub/grub.cfg", chosen, style, timeout, words);
}

static void check_host_menu(struct fixture *fixture)
{
	findings_free(&fixture->findings);
	assert_int_equal(check_menu(&fixture->host, &fixture->next, &fixture->findings),
			 0);
}

static void test_grub_menu(void **state)
{
	char text[sizeof(menu_text)];
	struct grub_menu menu;

	(void)state;
	memcpy(text, menu_text, sizeof(text));
	assert_int_equal(grub_menu_parse(text, &menu), 0);
	assert_int_equal(menu.n, 6);
	assert_string_equal(menu.entries[0].title, "It's Debian");
	assert_string_equal(menu.entries[0].initrd, "/boot/initrd.img-1");
	assert_int_equal(grub_menu_find(&menu, "0"), 0);
	assert_int_equal(grub_menu_find(&menu, "1"), 2);
	assert_int_equal(grub_menu_find(&menu, "1>0"), 2);
	assert_int_equal(grub_menu_find(&menu, "advanced>adv-1"), 2);
	assert_int_equal(grub_menu_find(&menu, "Rescue"), 3);
	assert_int_equal(grub_menu_find(&menu, "3"), 5);
	assert_true(grub_menu_find(&menu, "4") == GRUB_NONE);
	assert_true(grub_menu_find(&menu, "1>7") == GRUB_NONE);
	assert_true(grub_menu_find(&menu, "no such") == GRUB_NONE);
	grub_menu_free(&menu);
}

static void test_check_grub(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "/boot/vmlinuz-1", "");
	put(fixture, "/boot/initrd.img-1", "");
	put(fixture, "/boot/vmlinuz-0", "");
	put_menu(fixture, "0", "menu", "5", "quiet");
	check_host_menu(fixture);
	/* The kernel 0 has no entry of ours. */
	assert_int_equal(fixture->findings.n, 1);
	assert_true(has_finding(fixture, "menu-no-recovery", "kernel 0"));

	put_menu(fixture, "0", "hidden", "5", "quiet");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-hidden", "timeout_style=hidden"));
	put_menu(fixture, "0", "menu", "0", "quiet");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-hidden", "timeout=0"));
	put_menu(fixture, "3", "menu", "-1", "quiet");
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "menu-hidden", ""));
	assert_true(has_finding(fixture, "menu-default-recovery", "'3'"));
	put_menu(fixture, "1>5", "menu", "5", "quiet pt.disable");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-default-missing", "'1>5'"));
	assert_true(has_finding(fixture, "menu-disables", "pt.disable"));
	put_menu(fixture, "0", "menu", "5", "quiet pt.disable=0");
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "menu-disables", ""));

	put_menu(fixture, "${saved_entry}", "menu", "5", "quiet");
	put(fixture, "/boot/grub/grubenv",
	    "# GRUB Environment Block\nsaved_entry=ptbind-off>ptbind-off-1-advanced\n"
	    "next_entry=ptbind-off\n####");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-default-recovery", "ptbind-off>"));
	assert_true(has_finding(fixture, "menu-next-recovery", "next_entry=ptbind-off"));
}

static void test_check_custom(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "/boot/vmlinuz-1", "");
	put(fixture, "/boot/initrd.img-1", "");
	put_menu(fixture, "0", "menu", "5", "quiet");
	put(fixture, "/boot/grub/custom.cfg",
	    "menuentry 'mine' {\n linux /boot/vmlinuz-2 ro\n initrd /boot/initrd.img-2\n}\n"
	    "menuentry 'memtest' {\n linux /boot/memtest\n}\n");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-kernel-missing", "/vmlinuz-0"));
	assert_true(
		has_finding(fixture, "menu-kernel-missing",
			    "/boot/grub/custom.cfg:1: \"mine\" names /boot/vmlinuz-2"));
	assert_true(has_finding(fixture, "menu-kernel-missing", "/boot/initrd.img-2"));
	assert_false(has_finding(fixture, "menu-kernel-missing", "memtest"));
}

/* What boots by itself must be there; the owner's own entry may be that. */
static void test_grub_default(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "/boot/vmlinuz-1", "");
	put(fixture, "/boot/initrd.img-1", "");
	put_menu(fixture, "0", "menu", "5", "quiet");
	check_host_menu(fixture);
	assert_string_equal(severity_of(fixture, "menu-kernel-missing", "/vmlinuz-0"),
			    "warning");
	put_menu(fixture, "Rescue", "menu", "5", "quiet");
	check_host_menu(fixture);
	assert_string_equal(severity_of(fixture, "menu-kernel-missing", "/vmlinuz-0"),
			    "error");

	put_menu(fixture, "mine", "menu", "5", "quiet");
	put(fixture, "/boot/grub/custom.cfg",
	    "menuentry 'mine' {\n linux /boot/vmlinuz-2 ro pt.disable\n}\n");
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "menu-default-missing", ""));
	assert_string_equal(severity_of(fixture, "menu-kernel-missing", "/vmlinuz-2"),
			    "error");
	assert_string_equal(
		severity_of(fixture, "menu-disables", "/boot/grub/custom.cfg:1: mine"),
		"error");
	assert_string_equal(find(fixture, "menu-disables", "mine")->advice,
			    "Take them out of /boot/grub/custom.cfg.");
	put_menu(fixture, "yours", "menu", "5", "quiet");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-default-missing", "'yours'"));
	assert_string_equal(severity_of(fixture, "menu-kernel-missing", "/vmlinuz-2"),
			    "warning");
}

static void put_script(const struct fixture *fixture, const char *name, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "/etc/grub.d/%s", name);
	put(fixture, path, "#!/bin/sh\n");
	snprintf(path, sizeof(path), "%s/etc/grub.d/%s", fixture->root, name);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_check_scripts(void **state)
{
	static const char *const good[] = { "10_linux",     "10_linux_zfs",
					    "20_linux_xen", "10_linux~",
					    "README.bak",   "10_linux.dpkg-old" };
	struct fixture *fixture = *state;

	put(fixture, "/boot/grub/grub.cfg", "");
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		put_script(fixture, good[i], 0755);
	put_script(fixture, "20_linux_xen.bak", 0644);
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "grub-script-copy", ""));
	put_script(fixture, "42_ptbind.bak", 0755);
	put_script(fixture, "10_linux.1", 0755);
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "grub-script-copy", "42_ptbind.bak"));
	assert_true(has_finding(fixture, "grub-script-copy", "10_linux.1"));
}

static void test_boot_loader(void **state)
{
	static const char *const vars = "/sys/firmware/efi/efivars/LoaderInfo-"
					"4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
	static const char sdboot[] = "\6\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0\0";
	static const char grub[] = "\6\0\0\0G\0R\0U\0B\0\0";
	const struct fixture *fixture = *state;

	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_UNKNOWN);
	put(fixture, "/efi/loader/entries/m-1.conf", "linux /m/1\n");
	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_SYSTEMD);
	put(fixture, "/boot/grub/grub.cfg", "");
	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_GRUB);
	put_bytes(fixture, vars, sdboot, sizeof(sdboot));
	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_SYSTEMD);
	put(fixture, "/etc/kernel/proxmox-boot-uuids", "ABCD-0001\n");
	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_PROXMOX_SYSTEMD);
	put_bytes(fixture, vars, grub, sizeof(grub));
	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_PROXMOX_GRUB);
	put(fixture, "/etc/kernel/proxmox-boot-uuids", "\n");
	assert_int_equal(boot_loader_find(fixture->root), BOOT_LOADER_GRUB);
}

static void put_entry(const struct fixture *fixture, const char *name, const char *words)
{
	char path[128], text[256];

	snprintf(path, sizeof(path), "/efi/loader/entries/%s.conf", name);
	snprintf(text, sizeof(text),
		 "# x\ntitle\tDebian\nversion 1\nlinux /m/1/linux\ninitrd /m/1/initrd\n"
		 "options %s\n",
		 words);
	put(fixture, path, text);
}

static void test_check_systemd(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "/boot/vmlinuz-1", "");
	put(fixture, "/efi/m/1/linux", "");
	put(fixture, "/efi/loader/loader.conf", "timeout 3\n");
	put_entry(fixture, "m-1+2-1", "ro");
	check_host_menu(fixture);
	assert_int_equal(fixture->findings.n, 1);
	assert_true(has_finding(fixture, "menu-no-recovery", "m-1+2-1.conf"));

	put_entry(fixture, "a-pt-off-m-1+0",
		  "pt.disable initcall_blacklist=vfio_pci_init ro");
	check_host_menu(fixture);
	assert_int_equal(fixture->findings.n, 0);

	put(fixture, "/efi/loader/loader.conf", "#timeout 3\ndefault a-pt-off-*\n");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-hidden", "none"));
	assert_true(has_finding(fixture, "menu-default-recovery", "a-pt-off-*"));
	put(fixture, "/efi/loader/loader.conf", "timeout 3\ndefault @saved\n");
	put_entry(fixture, "m-1+2-1", "pt.disable ro");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-saved", "@saved"));
	assert_true(has_finding(fixture, "menu-disables", "m-1+2-1.conf"));
	put_entry(fixture, "m-2", "ro");
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "menu-disables", ""));
}

/* proxmox-boot-tool copies the newest kernels only. */
static void test_check_grub_on_esp(void **state)
{
#define ESP "/var/tmp/espmounts/ABCD-0001"
	struct fixture *fixture = *state;
	char link[256];

	put(fixture, "/boot/vmlinuz-0", "");
	put(fixture, "/boot/vmlinuz-1", "");
	put(fixture, "/boot/initrd.img-1", "");
	put(fixture, "/etc/kernel/proxmox-boot-uuids", "ABCD-0001\n");
	put(fixture, "/proc/self/mountinfo",
	    "1 0 8:2 / " ESP " rw - vfat /dev/sda2 rw\n");
	put(fixture, "/dev/sda2", "");
	put(fixture, "/dev/disk/by-uuid/x", "");
	snprintf(link, sizeof(link), "%s/dev/disk/by-uuid/ABCD-0001", fixture->root);
	assert_int_equal(symlink("../../sda2", link), 0);
	put(fixture, ESP "/vmlinuz-1", "");
	put_menu_at(fixture, ESP "/grub/grub.cfg", "0", "menu", "5", "quiet");
	check_host_menu(fixture);
	assert_int_equal(fixture->findings.n, 0);
	put(fixture, ESP "/vmlinuz-0", "");
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "menu-no-recovery",
				ESP "/grub/grub.cfg: none "
				    "for the kernel 0"));
#undef ESP
}

static void test_check_systemd_none(void **state)
{
	static const char vars[] = "/sys/firmware/efi/efivars/LoaderInfo-"
				   "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
	static const char sdboot[] = "\6\0\0\0s\0y\0s\0t\0e\0m\0d\0-\0b\0o\0o\0t\0\0";
	struct fixture *fixture = *state;

	put(fixture, "/boot/vmlinuz-1", "");
	put_bytes(fixture, vars, sdboot, sizeof(sdboot));
	check_host_menu(fixture);
	assert_true(has_finding(fixture, "entries-not-found", "/efi"));
	/* Its image and its words are inside. */
	put(fixture, "/efi/EFI/Linux/a.efi", "");
	put(fixture, "/efi/loader/loader.conf", "");
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "entries-not-found", ""));
}

static void test_boot_root(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "/srv/boot/loader/entries/m-1.conf", "initrd /m/1/initrd\n");
	put(fixture, "/srv/boot/m/1/initrd", "garbage");
	put(fixture, "/mine/loader/entries/m-2.conf", "initrd /m/2/initrd\n");
	put(fixture, "/mine/m/2/initrd", "garbage");
	put(fixture, "/etc/kernel/install.conf",
	    "# x\nlayout=bls\nBOOT_ROOT=\"/srv/boot\"\n");
	put(fixture, "/etc/kernel/install.conf.d/a.conf", "BOOT_ROOT=/mine");
	put(fixture, "/etc/kernel/install.conf.d/a.conf.old", "BOOT_ROOT=/boot/x");
	check_host_images(fixture);
	assert_true(has_finding(fixture, "image-unreadable", "/srv/boot/m/1/initrd"));
	assert_true(has_finding(fixture, "image-unreadable", "/mine/m/2/initrd"));
}

/* Puts an entry of a kernel of its own, which is there, with more lines. */
static void put_kernel_entry(const struct fixture *fixture, const char *name,
			     const char *version, const char *lines)
{
	char path[128], text[256];

	snprintf(path, sizeof(path), "/efi/m/%s/linux", version);
	put(fixture, path, "");
	snprintf(path, sizeof(path), "/efi/loader/entries/%s.conf", name);
	snprintf(text, sizeof(text), "version %s\nlinux /m/%s/linux\ninitrd /m/i\n%s",
		 version, version, lines);
	put(fixture, path, text);
}

/* Which entry boots by itself, as its word tells. */
static void check_default_words(const struct fixture *fixture, const char *conf,
				const char *words)
{
	struct boot_defaults defaults;

	put(fixture, "/efi/loader/loader.conf", conf);
	assert_int_equal(boot_defaults_read(fixture->root, &defaults), 0);
	assert_int_equal(defaults.n, words != NULL ? 1 : 0);
	if (words != NULL)
		assert_string_equal(defaults.entries[0].words, words);
	boot_defaults_free(&defaults);
}

static void test_systemd_default(void **state)
{
	const struct fixture *fixture = *state;

	put_kernel_entry(fixture, "m-6.9", "6.9", "options 6.9\n");
	put_kernel_entry(fixture, "m-6.12", "6.12", "options 6.12\n");
	put_kernel_entry(fixture, "m-6.13+0-3", "6.13", "options 6.13\n");
	put(fixture, "/efi/loader/entries/z.conf", "efi /z.efi\n");
	put_kernel_entry(fixture, "a-pt-off-m-6.12", "6.12", "options off\n");
	check_default_words(fixture, "timeout 3\n", "6.12");
	check_default_words(fixture, "default m-*\n", "6.12");
	check_default_words(fixture, "default M-6.9.conf\n", "6.9");
	check_default_words(fixture, "default m-6.13\n", "6.13");
	check_default_words(fixture, "default nothere.conf\n", "6.12");
	check_default_words(fixture, "default @saved\n", "6.12");
	/* Nothing of Linux, or what the check says otherwise. */
	check_default_words(fixture, "default z.conf\n", NULL);
	check_default_words(fixture, "default auto-windows\n", NULL);
	check_default_words(fixture, "default a-pt-off-*\n", NULL);
	put_kernel_entry(fixture, "a", "6.1", "sort-key debian\noptions 6.1\n");
	put_kernel_entry(fixture, "b", "6.13", "sort-key pve\noptions 6.13\n");
	check_default_words(fixture, "timeout 3\n", "6.1");
}

static void test_check_systemd_default(void **state)
{
	struct fixture *fixture = *state;
	char path[128];

	put(fixture, "/boot/vmlinuz-1", "");
	put_kernel_entry(fixture, "m-1", "1", "options ro pt.disable\n");
	put_kernel_entry(fixture, "m-0", "0", "options ro\n");
	put(fixture, "/efi/loader/loader.conf", "timeout 3\ndefault nothere.conf\n");
	check_host_menu(fixture);
	assert_string_equal(
		severity_of(fixture, "menu-default-missing", "'nothere.conf'"),
		"warning");
	/* Another entry is without the words, but nobody chooses it. */
	assert_string_equal(severity_of(fixture, "menu-disables", "m-1.conf"), "error");
	assert_non_null(strstr(find(fixture, "menu-disables", "")->advice,
			       "/etc/kernel/cmdline, which is not there"));
	put(fixture, "/etc/kernel/cmdline", "pt.disable\n");
	check_host_menu(fixture);
	assert_null(strstr(find(fixture, "menu-disables", "")->advice, "not there"));
	put(fixture, "/efi/EFI/Linux/nothere.conf.efi", "");
	put(fixture, "/efi/loader/loader.conf", "timeout 3\ndefault nothere.*\n");
	check_host_menu(fixture);
	assert_false(has_finding(fixture, "menu-default-missing", ""));

	put(fixture, "/efi/loader/loader.conf", "timeout 3\n");
	snprintf(path, sizeof(path), "%s/efi/m/1/linux", fixture->root);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/efi/m/0/linux", fixture->root);
	assert_int_equal(unlink(path), 0);
	check_host_menu(fixture);
	assert_string_equal(severity_of(fixture, "menu-kernel-missing", "m-1.conf"),
			    "error");
	assert_string_equal(severity_of(fixture, "menu-kernel-missing", "m-0.conf"),
			    "warning");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_image_in_parts),     TEST(test_image_cut_off),
		TEST(test_image_garbage),      TEST(test_image_with_large_list),
		TEST(test_image_damaged),      TEST(test_order),
		TEST(test_check_images),       TEST(test_check_copies),
		TEST(test_grub_menu),          TEST(test_check_grub),
		TEST(test_check_custom),       TEST(test_check_scripts),
		TEST(test_boot_loader),        TEST(test_check_systemd),
		TEST(test_check_systemd_none), TEST(test_boot_root),
		TEST(test_check_grub_on_esp),  TEST(test_grub_default),
		TEST(test_systemd_default),    TEST(test_check_systemd_default),
	};

	return run_unit_tests("boot", tests, NULL, NULL);
}
