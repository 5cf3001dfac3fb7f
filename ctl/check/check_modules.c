// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking what decides over vfio-pci beside the list: its parts in their order. */

#include "check_modules.h"
#include "check_files.h"

/* What modprobe's configuration and the command line say of modules. */
static int check_configured(const struct host *host, const struct next_boot *next,
			    const struct boot_words *words, struct findings *findings)
{
	struct modprobe_config config;
	int err;

	err = modprobe_config_read(host, findings, &config);
	if (err < 0)
		return check_not_read(findings, "/etc/modprobe.d", err);
	err = check_modprobe(host, next, &config, words, findings);
	if (err == 0)
		err = check_kept_off(host, next, &config, words, findings);
	modprobe_config_free(&config);
	return err;
}

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
		err = check_configured(host, next, &words, findings);
	if (err == 0)
		err = check_module_lists(host, findings);
	if (err == 0)
		err = check_overrides(host, next, findings);
	boot_words_free(&words);
	return err;
}
