// SPDX-License-Identifier: GPL-2.0-or-later
/* Finding out which boot loader a host uses. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "boot_entry.h"
#include "boot_loader.h"
#include "tree.h"

#define EFI_DIR "/sys/firmware/efi"
#define EFI_VARS EFI_DIR "/efivars"
#define VARIABLE_MAX 4096
#define ATTRIBUTES_SIZE 4 /* of a file in efivarfs, before the value */

int boot_loader_variable(const char *root, const char *name, char *ret_text, size_t size)
{
	/* https://systemd.io/BOOT_LOADER_INTERFACE: the vendor's UUID; UTF-16. */
	static const char vendor[] = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX];
	size_t len, n = 0;
	int err;

	snprintf(path, sizeof(path), EFI_VARS "/%s-%s", name, vendor);
	err = tree_read(root, path, VARIABLE_MAX, &data, &len);
	if (err < 0)
		return err;
	for (size_t i = ATTRIBUTES_SIZE; i + 1 < len && n + 1 < size; i += 2) {
		const bool is_ascii = data[i + 1] == '\0' && data[i] >= ' ';

		if (data[i] == '\0' && data[i + 1] == '\0')
			break;
		ret_text[n] = '?';
		if (is_ascii)
			ret_text[n] = data[i];
		n++;
	}
	ret_text[n] = '\0';
	return 0;
}

/* What the boot loader of this boot said that it is. */
static enum boot_loader find_running(const char *root)
{
	char info[128];

	if (boot_loader_variable(root, "LoaderInfo", info, sizeof(info)) < 0)
		return BOOT_LOADER_UNKNOWN;
	if (strncmp(info, "systemd-boot", strlen("systemd-boot")) == 0)
		return BOOT_LOADER_SYSTEMD;
	if (strncmp(info, "GRUB", strlen("GRUB")) == 0)
		return BOOT_LOADER_GRUB;
	return BOOT_LOADER_UNKNOWN;
}

/* Has proxmox-boot-tool any ESP to write to? */
static bool uses_proxmox(const char *root)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	return tree_read(root, "/etc/kernel/proxmox-boot-uuids", 65536, &text, &size) ==
		       0 &&
	       text[strspn(text, " \t\n")] != '\0';
}

static bool has_entries(const char *root)
{
	struct boot_entries entries;
	bool found;

	if (boot_entries_read(root, &entries) < 0)
		return false;
	found = entries.n > 0;
	boot_entries_free(&entries);
	return found;
}

enum boot_loader boot_loader_find(const char *root)
{
	const enum boot_loader running = find_running(root);

	if (uses_proxmox(root)) {
		/* GRUB of Debian 12 leaves no LoaderInfo; systemd-boot always does. */
		if (running == BOOT_LOADER_SYSTEMD)
			return BOOT_LOADER_PROXMOX_SYSTEMD;
		if (tree_has(root, EFI_DIR) && !tree_has(root, EFI_VARS))
			return BOOT_LOADER_PROXMOX_SYSTEMD;
		return BOOT_LOADER_PROXMOX_GRUB;
	}
	if (running != BOOT_LOADER_UNKNOWN)
		return running;
	if (tree_has(root, "/boot/grub"))
		return BOOT_LOADER_GRUB;
	return has_entries(root) ? BOOT_LOADER_SYSTEMD : BOOT_LOADER_UNKNOWN;
}

const char *boot_loader_name(enum boot_loader loader)
{
	static const char *const names[] = {
		[BOOT_LOADER_UNKNOWN] = "unknown",
		[BOOT_LOADER_GRUB] = "GRUB",
		[BOOT_LOADER_SYSTEMD] = "systemd-boot",
		[BOOT_LOADER_PROXMOX_GRUB] = "GRUB with proxmox-boot-tool",
		[BOOT_LOADER_PROXMOX_SYSTEMD] = "systemd-boot with proxmox-boot-tool",
	};

	return names[loader];
}
