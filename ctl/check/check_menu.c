// SPDX-License-Identifier: GPL-2.0-or-later
/* The check of the boot menu: what a normal boot would be, and is there a way back? */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "boot/boot_loader.h"
#include "check_menu.h"
#include "cmdline.h"
#include "tree.h"

const struct finding_kind menu_hidden = {
	.code = "menu-hidden",
	.severity = SEVERITY_WARNING,
	.why = "Who needs the entries with passthrough off must be able to choose one, also "
	       "with a headless host.",
	.what = "Have the menu shown for some seconds.",
};

const struct finding_kind menu_no_recovery = {
	.code = "menu-no-recovery",
	.severity = SEVERITY_WARNING,
	.why = "When a boot goes wrong, there is no entry with passthrough off.",
	.what = "Have the menu written anew: run 'ptbind apply'.",
	.mended_by_apply = true,
};

const struct finding_kind menu_default_recovery = {
	.code = "menu-default-recovery",
	.severity = SEVERITY_ERROR,
	.why = "Each boot that nobody interferes with would be one with passthrough off.",
	.what = "Make a normal entry the default.",
};

const struct finding_kind menu_default_missing = {
	.code = "menu-default-missing",
	.severity = SEVERITY_WARNING,
	.why = "The boot loader takes another entry than the one that was chosen, and which "
	       "one may change with each update.",
	.what = "Choose one that is there.",
};

const struct finding_kind menu_next_recovery = {
	.code = "menu-next-recovery",
	.severity = SEVERITY_WARNING,
	.why = "The next boot would be one with passthrough off.",
	.what = "If that is not wanted any more, take it back.",
};

const struct finding_kind menu_disables = {
	.code = "menu-disables",
	.severity = SEVERITY_ERROR,
	.why = "With these words on the kernel command line a boot binds nothing.",
	.what = "Take them out; they belong into the entries with passthrough off only.",
};

const struct finding_kind menu_kernel_missing = {
	.code = "menu-kernel-missing",
	.severity = SEVERITY_WARNING,
	.why = "An entry that names a file that is not there does not boot, just when it is "
	       "needed.",
	.what = "Have the menu written anew: run 'ptbind apply'.",
	.mended_by_apply = true,
};

/* The same of the entry that boots by itself. */
const struct finding_kind menu_default_kernel_missing = {
	.code = "menu-kernel-missing",
	.severity = SEVERITY_ERROR,
	.why = "The entry that boots when nobody chooses one names a file that is not there: the "
	       "next boot stops in the boot loader.",
	.what = "Have the menu written anew: run 'ptbind apply'.",
	.mended_by_apply = true,
};

const struct finding_kind menu_not_seen = {
	.code = "menu-not-seen",
	.severity = SEVERITY_NOTE,
	.why = "Nobody looked whether the boot menu has a way back.",
	.what = "Run 'ptbind check' as root, with the ESPs mounted. With a boot loader that "
		"ptbind does not know, make an entry for the way back by hand: ptbind-early(8).",
};

int menu_words_disable(const char *words, bool *ret_disables)
{
	struct cmdline cmdline;
	int err = cmdline_parse(words, &cmdline);

	if (err < 0)
		return err;
	*ret_disables = cmdline.disable;
	cmdline_free(&cmdline);
	return 0;
}

/* GRUB's menu in a place, which has to have the kernels that were copied there. */
static int check_grub_place(const struct host *host, const char *place,
			    const struct kernels *kernels, struct findings *findings)
{
	struct kernels copied = { 0 };
	char path[PATH_MAX];
	int err;

	copied.entries = calloc(kernels->n + 1, sizeof(*copied.entries));
	if (copied.entries == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < kernels->n; i++) {
		snprintf(path, sizeof(path), "%s/vmlinuz-%s", place,
			 kernels->entries[i].version);
		if (tree_has(host->root, path))
			copied.entries[copied.n++] = kernels->entries[i];
	}
	snprintf(path, sizeof(path), "%s/grub", place);
	err = check_grub_menu(host, path, &copied, findings);
	/* What they own is the kernels'. */
	free(copied.entries);
	return err;
}

/* GRUB's menu on the ESPs of proxmox-boot-tool, as far as they are mounted. */
static int check_grub_places(const struct host *host, const struct boot_entries *entries,
			     const struct kernels *kernels, struct findings *findings)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < entries->places.n; i++)
		err = check_grub_place(host, entries->places.entries[i], kernels,
				       findings);
	for (size_t i = 0; err == 0 && i < entries->unmounted.n; i++)
		err = findings_add(findings, &menu_not_seen,
				   "on the ESP with the UUID %s",
				   entries->unmounted.lines[i]);
	return err;
}

static int check_loader(const struct host *host, const struct kernels *kernels,
			struct findings *findings)
{
	const enum boot_loader loader = boot_loader_find(host->root);
	struct boot_entries entries;
	int err;

	if (loader == BOOT_LOADER_GRUB)
		return check_grub_menu(host, "/boot/grub", kernels, findings);
	if (loader == BOOT_LOADER_UNKNOWN)
		return findings_add(findings, &menu_not_seen,
				    "neither GRUB nor systemd-boot was found");
	err = boot_entries_read(host->root, &entries);
	if (err < 0)
		return err;
	if (loader == BOOT_LOADER_PROXMOX_GRUB)
		err = check_grub_places(host, &entries, kernels, findings);
	else
		err = check_loader_entries(host, &entries, findings);
	boot_entries_free(&entries);
	return err;
}

int check_menu(const struct host *host, const struct next_boot *next,
	       struct findings *findings)
{
	struct kernels kernels;
	int err;

	(void)next;
	err = kernels_find(host->root, &kernels);
	if (err < 0)
		return err == -ENOMEM ? err :
					findings_add(findings, &menu_not_seen,
						     "/boot: %s", strerror(-err));
	err = check_loader(host, &kernels, findings);
	if (err == 0)
		err = check_grub_scripts(host, findings);
	kernels_free(&kernels);
	return err;
}
