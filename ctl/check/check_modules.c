// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking what decides over vfio-pci beside the list: its parts in their order. */

#include <errno.h>
#include <string.h>

#include "boot/boot_default.h"
#include "check_files.h"
#include "check_modules.h"

/* What words, and modprobe's configuration with them, say of the next boot. */
static int check_words_with(const struct host *host, const struct next_boot *next,
			    const struct modprobe_config *config,
			    const struct boot_words *words, struct findings *findings)
{
	int err = check_iommu(host, next, words, findings);

	if (err == 0)
		err = check_groups(host, words, findings);
	if (err == 0)
		err = check_words(words, findings);
	if (err == 0 && config != NULL)
		err = check_modprobe(host, next, config, words, findings);
	if (err == 0 && config != NULL)
		err = check_kept_off(host, next, config, words, findings);
	return err;
}

/* What a finding says behind the place of the words that it is about. */
static const char *behind_source(const struct finding *finding, const char *source)
{
	const size_t len = strlen(source);

	return strncmp(finding->evidence, source, len) == 0 &&
			       strncmp(finding->evidence + len, ": ", 2) == 0 ?
		       finding->evidence + len + 2 :
		       finding->evidence;
}

/* Is the same found already, of these words in another place? */
static bool is_known(const struct findings *findings, const struct finding *finding,
		     const char *source)
{
	const char *text = behind_source(finding, source);
	const size_t len = strlen(text);

	for (size_t i = 0; i < findings->n; i++) {
		const char *other = findings->entries[i].evidence;
		const size_t other_len = strlen(other);

		if (strcmp(findings->entries[i].kind->code, finding->kind->code) != 0 ||
		    other_len < len || strcmp(other + other_len - len, text) != 0)
			continue;
		if (other_len == len ||
		    (other_len > len + 2 &&
		     strncmp(other + other_len - len - 2, ": ", 2) == 0))
			return true;
	}
	return false;
}

/* Adds what was found of an entry's words and is not known already. */
static int add_new(struct findings *findings, const struct findings *own,
		   const struct boot_default *entry)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < own->n; i++) {
		const struct finding *finding = &own->entries[i];

		if (is_known(findings, finding, entry->source))
			continue;
		err = findings_add(findings, finding->kind, "%s", finding->evidence);
		if (err == 0 && entry->is_made)
			err = findings_advise(
				findings, "The configured command line says otherwise: "
					  "make the boot menu anew with 'ptbind apply'.");
		else if (err == 0 && finding->advice != NULL)
			err = findings_advise(findings, "%s", finding->advice);
		if (err == 0)
			findings_mended(findings, entry->is_made);
	}
	return err;
}

/* The words that boot by themselves now: the menu may be older than the configuration. */
static int check_defaults(const struct host *host, const struct next_boot *next,
			  const struct modprobe_config *config, struct findings *findings)
{
	struct boot_defaults defaults;
	int err;

	err = boot_defaults_read(host->root, &defaults);
	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < defaults.n; i++) {
		const struct boot_default *entry = &defaults.entries[i];
		struct boot_piece piece = { .text = entry->words,
					    .source = entry->source };
		const struct boot_words words = { .of_entry = true,
						  .pieces = &piece,
						  .n = 1 };
		struct findings own = { 0 };

		err = check_words_with(host, next, config, &words, &own);
		if (err == 0)
			err = add_new(findings, &own, entry);
		findings_free(&own);
	}
	boot_defaults_free(&defaults);
	return err;
}

/* The configured words, and those of the menu. */
static int check_all_words(const struct host *host, const struct next_boot *next,
			   const struct boot_words *words, struct findings *findings)
{
	struct modprobe_config config, *read = &config;
	int err;

	err = modprobe_config_read(host, findings, &config);
	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		read = NULL;
		err = check_not_read(findings, "/etc/modprobe.d", err);
	}
	if (err == 0)
		err = check_words_with(host, next, read, words, findings);
	if (err == 0)
		err = check_defaults(host, next, read, findings);
	if (read != NULL)
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
		err = check_all_words(host, next, &words, findings);
	if (err == 0)
		err = check_module_lists(host, findings);
	if (err == 0)
		err = check_overrides(host, next, findings);
	boot_words_free(&words);
	return err;
}
