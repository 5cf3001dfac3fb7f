/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of GRUB's menu and of systemd-boot's have in common. */
#ifndef PTBIND_CHECK_MENU_H
#define PTBIND_CHECK_MENU_H

#include <stdbool.h>

#include "boot/boot_entry.h"
#include "boot/kernels.h"
#include "findings.h"

extern const struct finding_kind menu_hidden;
extern const struct finding_kind menu_no_recovery;
extern const struct finding_kind menu_default_recovery;
extern const struct finding_kind menu_default_missing;
extern const struct finding_kind menu_next_recovery;
extern const struct finding_kind menu_disables;
extern const struct finding_kind menu_kernel_missing;
extern const struct finding_kind menu_default_kernel_missing;
extern const struct finding_kind menu_not_seen;

/* Would a boot with these words leave all functions alone? Returns 0 or -ENOMEM. */
_must_check_ int menu_words_disable(const char *words, bool *ret_disables);

/* Check GRUB's menu in a directory, and what grub-mkconfig runs. Return 0 or -ENOMEM. */
_must_check_ int check_grub_menu(const struct host *host, const char *dir,
				 const struct kernels *kernels,
				 struct findings *findings);
_must_check_ int check_grub_scripts(const struct host *host, struct findings *findings);

/* Checks the entries of systemd-boot in all places. Returns 0 or -ENOMEM. */
_must_check_ int check_loader_entries(const struct host *host,
				      const struct boot_entries *entries,
				      struct findings *findings);

#endif
