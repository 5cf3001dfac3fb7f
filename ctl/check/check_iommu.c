// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking the IOMMU and the configured kernel command line. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_modules.h"
#include "cmdline.h"
#include "text.h"
#include "tree.h"

#define ACPI_DIR "/sys/firmware/acpi/tables"

/* What ptbind's own recovery entries have, as hooks/recovery.sh writes it. */
#define RECOVERY_WORDS "pt.disable initcall_blacklist=vfio_pci_init"

#define IOMMU_WHY                                                                         \
	"Without the IOMMU vfio-pci takes nothing: listed functions get no host driver, " \
	"and no guest can use them."

static const struct finding_kind iommu_off = {
	.code = "iommu-off",
	.severity = SEVERITY_ERROR,
	.why = IOMMU_WHY,
	.what = "Turn the IOMMU on in the setup of the firmware: VT-d (Intel), AMD-Vi, or IOMMU.",
};

/* The same while nothing is listed that it keeps from working. */
static const struct finding_kind iommu_off_idle = {
	.code = "iommu-off",
	.severity = SEVERITY_WARNING,
	.why = IOMMU_WHY,
	.what = "Turn the IOMMU on in the setup of the firmware: VT-d (Intel), AMD-Vi, or IOMMU.",
};

static const struct finding_kind iommu_pending = {
	.code = "iommu-pending",
	.severity = SEVERITY_NOTE,
	.why = "The IOMMU is off in this boot; its groups, and what they hold together, can be "
	       "judged only after a reboot.",
	.what = "Reboot and run 'ptbind check' again before you rely on a guest.",
};

static const struct finding_kind groups_pending = {
	.code = "groups-pending",
	.severity = SEVERITY_WARNING,
	.why = "Kernels that know this word, as Proxmox VE's, make other IOMMU groups with it. "
	       "The groups were judged as this boot has them, and the next one may have others: "
	       "what goes to a guest together, or cannot, may change.",
	.what = "Reboot, and run 'ptbind check' again before you rely on a guest.",
};

static const struct finding_kind disabled = {
	.code = "disabled-in-configuration",
	.severity = SEVERITY_ERROR,
	.why = "With this on the command line of every boot nothing is ever bound. It belongs "
	       "into recovery entries alone, which have it by themselves.",
	.what = "Take it out of the file, and make the boot menu anew: 'ptbind apply'.",
};

static const struct finding_kind left_out = {
	.code = "left-out-in-configuration",
	.severity = SEVERITY_WARNING,
	.why = "Every boot leaves these functions with the host, listed or not.",
	.what = "If that was for one boot, take it out of the file and run 'ptbind apply'; if it "
		"is for good, remove their lines with 'ptbind remove'.",
};

static const struct finding_kind unknown_parameter = {
	.code = "unknown-parameter",
	.severity = SEVERITY_WARNING,
	.why = "ptbind ignores the parameter: what was meant by it does not happen.",
	.what = "Correct it; ptbind-early(8) has all parameters.",
};

static const struct finding_kind no_kernel_cmdline = {
	.code = "no-kernel-cmdline",
	.severity = SEVERITY_WARNING,
	.why = "New boot entries get the words of the running kernel. A kernel update in a boot "
	       "whose words were changed by hand keeps them for good.",
	.what = "Write the words of a normal boot into /etc/kernel/cmdline, one line: see "
		"installation.md, 'Turn the IOMMU on'.",
};

static bool binds_anything(const struct host *host, const struct next_boot *next)
{
	for (size_t i = 0; i < next->list.n_lines; i++)
		if (next_boot_function(host, next, i) != NULL)
			return true;
	return false;
}

/* Says where words are added to the command line. */
static int advise_word(const struct boot_words *words, const char *word,
		       struct findings *findings)
{
	static const char grub[] =
		"write GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX %s\" into "
		"/etc/default/grub.d/zz-iommu.cfg and run 'update-grub'";
	static const char systemd_boot[] =
		"add %s to the line in /etc/kernel/cmdline and run "
		"'update-initramfs -u -k all'";
	char how[2][256];

	snprintf(how[0], sizeof(how[0]), grub, word);
	snprintf(how[1], sizeof(how[1]), systemd_boot, word);
	if (words->loader != BOOT_LOADER_UNKNOWN && words->by_grub)
		return findings_advise(findings, "GRUB: %s. Then reboot.", how[0]);
	if (words->loader != BOOT_LOADER_UNKNOWN)
		return findings_advise(findings, "systemd-boot: %s. Then reboot.",
				       how[1]);
	return findings_advise(findings,
			       "With GRUB: %s. With systemd-boot: %s. Then reboot.",
			       how[0], how[1]);
}

/* Finds a word that turns off the IOMMU which the machine may have. */
static const struct boot_piece *find_off(const struct boot_words *words, bool has_dmar,
					 bool has_ivrs, const char **ret_word)
{
	const struct {
		const char *word, *name;
		bool applies;
	} offs[] = {
		/* arch/x86/kernel/pci-dma.c, drivers/iommu/{intel,amd}. */
		{ "iommu=off", "iommu", true },
		{ "intel_iommu=off", "intel_iommu", !has_ivrs },
		{ "amd_iommu=off", "amd_iommu", !has_dmar },
	};

	for (size_t i = 0; i < ARRAY_SIZE(offs); i++) {
		const struct boot_piece *piece =
			boot_words_find(words, offs[i].name, "off");

		if (piece == NULL || !offs[i].applies)
			continue;
		*ret_word = offs[i].word;
		return piece;
	}
	return NULL;
}

/* Has this boot a word of its command line? */
static bool is_running_with(const struct host *host, const char *name, const char *value)
{
	char text[TREE_VALUE_SIZE];
	struct boot_piece piece = { .text = text };
	const struct boot_words running = { .pieces = &piece, .n = 1 };

	return tree_value(host->root, "/proc/cmdline", text) == 0 &&
	       boot_words_find(&running, name, value) != NULL;
}

/* There is an Intel IOMMU, and it is off. */
static int add_intel(const struct host *host, const struct boot_words *words,
		     const struct finding_kind *kind, struct findings *findings)
{
	const struct boot_piece *on = boot_words_find(words, "intel_iommu", "on");
	int err;

	if (on == NULL) {
		err = findings_add(findings, kind,
				   "no function has an IOMMU group; the firmware "
				   "describes an IOMMU (" ACPI_DIR
				   "/DMAR), and the kernel does not use it without "
				   "intel_iommu=on");
		return err == 0 ? advise_word(words, "intel_iommu=on", findings) : err;
	}
	if (!is_running_with(host, "intel_iommu", "on"))
		return findings_add(findings, &iommu_pending,
				    "%s: intel_iommu=on, which this boot was without",
				    on->source);
	err = findings_add(findings, kind,
			   "no function has an IOMMU group, in spite of intel_iommu=on");
	if (err < 0)
		return err;
	return findings_advise(findings,
			       "See what the kernel says: 'dmesg | grep -e DMAR -e "
			       "IOMMU'. Look for VT-d in the setup of the firmware.");
}

/* Says that a word turns the IOMMU off, if there is one. */
static int check_off(const struct host *host, const struct finding_kind *kind,
		     const struct boot_words *words, struct findings *findings,
		     bool *ret_found)
{
	const bool has_dmar = tree_has(host->root, ACPI_DIR "/DMAR");
	const bool has_ivrs = tree_has(host->root, ACPI_DIR "/IVRS");
	const struct boot_piece *off;
	const char *word;
	int err;

	off = find_off(words, has_dmar, has_ivrs, &word);
	*ret_found = off != NULL;
	if (off == NULL)
		return 0;
	err = findings_add(findings, kind, "%s: %s turns the IOMMU off", off->source,
			   word);
	if (err < 0)
		return err;
	return findings_advise(findings,
			       "Take %s out of the command line, make the boot menu anew "
			       "with 'ptbind apply', and reboot.",
			       word);
}

int check_iommu(const struct host *host, const struct next_boot *next,
		const struct boot_words *words, struct findings *findings)
{
	const bool has_dmar = tree_has(host->root, ACPI_DIR "/DMAR");
	const bool has_ivrs = tree_has(host->root, ACPI_DIR "/IVRS");
	const struct finding_kind *kind =
		binds_anything(host, next) ? &iommu_off : &iommu_off_idle;
	bool is_off;
	int err;

	err = check_off(host, kind, words, findings, &is_off);
	/* Of an entry that boots by itself the words count, not what is missing. */
	if (err < 0 || is_off || host_has_groups(host) || words->of_entry)
		return err;
	if (has_dmar)
		return add_intel(host, words, kind, findings);
	if (!has_ivrs)
		return findings_add(findings, kind,
				    "no function has an IOMMU group, and the firmware "
				    "describes no IOMMU (" ACPI_DIR
				    " has neither DMAR nor IVRS)");
	err = findings_add(findings, kind,
			   "no function has an IOMMU group; the firmware describes an "
			   "IOMMU (" ACPI_DIR "/IVRS), which the kernel does not use");
	if (err < 0)
		return err;
	return findings_advise(findings,
			       "See what the kernel says: 'dmesg | grep AMD-Vi'. Look "
			       "for IOMMU in the setup of the firmware.");
}

#define ACS_OVERRIDE "pcie_acs_override"

/* Joins the values of all pcie_acs_override= of a text to one list. It adds up. */
static int read_override(const char *text, char **list)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *name, *value, *joined;

	if (copy == NULL)
		return -ENOMEM;
	while (cmdline_next(&rest, &name, &value)) {
		if (!cmdline_same_name(name, ACS_OVERRIDE) || value == NULL)
			continue;
		if (asprintf(&joined, "%s%s%s", *list, **list != '\0' ? "," : "", value) <
		    0)
			return -ENOMEM;
		free(*list);
		*list = joined;
	}
	return 0;
}

/* Is all of one list in the other? */
static bool is_within(const char *list, const char *other)
{
	while (*list != '\0') {
		const size_t len = strcspn(list, ",");

		if (len > 0 && !text_list_has(other, list, len))
			return false;
		list += len + (list[len] == ',');
	}
	return true;
}

static int add_groups_pending(const struct boot_words *words, const char *next,
			      const char *now, struct findings *findings)
{
	const struct boot_piece *piece = boot_words_find(words, ACS_OVERRIDE, NULL);
	const char *source = words->by_grub ? "/etc/default/grub" : "/etc/kernel/cmdline";

	if (piece != NULL)
		source = piece->source;
	else if (words->of_entry)
		source = words->pieces[0].source;
	return findings_add(findings, &groups_pending,
			    "%s: %s" ACS_OVERRIDE "%s%s; this boot has %s", source,
			    *next != '\0' ? "" : "no ", *next != '\0' ? "=" : "", next,
			    *now != '\0' ? now : "none");
}

int check_groups(const struct host *host, const struct boot_words *words,
		 struct findings *findings)
{
	_cleanup_free_ char *next = NULL, *now = NULL;
	char running[TREE_VALUE_SIZE];
	int err;

	if (words->from_running || !host_has_groups(host) ||
	    tree_value(host->root, "/proc/cmdline", running) < 0)
		return 0;
	err = text_set(&next, "");
	for (size_t i = 0; err == 0 && i < words->n; i++)
		err = read_override(words->pieces[i].text, &next);
	if (err == 0)
		err = text_set(&now, "");
	if (err == 0)
		err = read_override(running, &now);
	if (err < 0 || (is_within(next, now) && is_within(now, next)))
		return err;
	return add_groups_pending(words, next, now, findings);
}

static int check_piece(const struct boot_words *words, const struct boot_piece *piece,
		       struct findings *findings)
{
	struct cmdline cmdline;
	int err;

	err = cmdline_parse(piece->text, &cmdline);
	if (err < 0)
		return err;
	/*
	 * The hooks keep the words of our own recovery entries out of new ones; the check
	 * of the menu tells of an entry that is to boot by itself (menu-disables).
	 */
	if (cmdline.disable && !words->of_entry &&
	    !(words->from_running && strstr(piece->text, RECOVERY_WORDS) != NULL))
		err = findings_add(findings, &disabled, "%s: %s", piece->source,
				   cmdline.reason);
	if (err == 0 && cmdline.n_except > 0)
		err = findings_add(findings, &left_out, "%s: pt.disable= with addresses",
				   piece->source);
	for (size_t i = 0; err == 0 && i < cmdline.n_notes; i++)
		err = findings_add(findings, &unknown_parameter, "%s: %s", piece->source,
				   cmdline.notes[i]);
	cmdline_free(&cmdline);
	return err;
}

int check_words(const struct boot_words *words, struct findings *findings)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < words->n; i++)
		err = check_piece(words, &words->pieces[i], findings);
	if (err == 0 && words->loader != BOOT_LOADER_UNKNOWN && !words->by_grub &&
	    words->from_running)
		err = findings_add(findings, &no_kernel_cmdline,
				   "there is no /etc/kernel/cmdline");
	return err;
}
