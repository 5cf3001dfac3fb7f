// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking what decides over vfio-pci beside the list: its parts in their order. */

#include "check_modules.h"

int check_modules(const struct host *host, const struct next_boot *next,
		  struct findings *findings)
{
	struct boot_words words = { .n = 0 };
	int err;

	err = boot_words_read(host, findings, &words);
	if (err == 0)
		err = check_iommu(host, next, &words, findings);
	if (err == 0)
		err = check_words(&words, findings);
	if (err == 0)
		err = check_modprobe(host, next, &words, findings);
	if (err == 0)
		err = check_module_lists(host, findings);
	if (err == 0)
		err = check_overrides(host, next, findings);
	boot_words_free(&words);
	return err;
}
