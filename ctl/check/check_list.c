// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking the list itself: its file, its lines, the guards, what its functions lack. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check_files.h"
#include "file.h"
#include "findings.h"
#include "guards/guards.h"
#include "host/reset.h"
#include "paths.h"
#include "tree.h"

#define LIST_DIR "/etc/ptbind"
#define USED_LIST_PATH RUN_DIR "/allowlist"

/* What to do once the list is as it should be. */
#define REBUILD "Then run 'ptbind apply' and reboot."

static const struct finding_kind no_list = {
	.code = "no-list",
	.severity = SEVERITY_NOTE,
	.why = "Without a list nothing is bound, and every function stays with the host.",
	.what = "List functions with 'ptbind add'; 'ptbind list' shows which there are.",
};

static const struct finding_kind empty_list = {
	.code = "empty-list",
	.severity = SEVERITY_NOTE,
	.why = "An empty list binds nothing: every function stays with the host.",
	.what = "List functions with 'ptbind add'; 'ptbind list' shows which there are.",
};

static const struct finding_kind list_owner = {
	.code = "list-owner",
	.severity = SEVERITY_ERROR,
	.why = "Whoever can write the list decides which devices the host loses. The images "
	       "get the last good list instead, or none.",
	.what = "See that nobody changed it, give it to root, and take the right to write it "
		"from all others.",
};

static const struct finding_kind list_changed = {
	.code = "list-changed",
	.severity = SEVERITY_NOTE,
	.why = "What this boot bound follows the list of its image, and not the one of today.",
	.what = "Nothing, if the images were rebuilt since: the next boot follows. Else run "
		"'ptbind apply'.",
};

static const struct finding_kind bad_line = {
	.code = "bad-line",
	.severity = SEVERITY_ERROR,
	.why = "A list with a bad line does not go into the images: they keep the last good "
	       "one.",
	.what = "Correct the line; ptbind.allowlist(5) has every word. " REBUILD,
};

static const struct finding_kind absent = {
	.code = "absent",
	.severity = SEVERITY_ERROR,
	.why = "There is nothing to bind, and a guest that is to have it does not start.",
	.what = "Look for the card with 'ptbind list'. If it moved, list it anew with 'ptbind "
		"add' and correct the guest; if it may be missing, add 'optional' to the line.",
};

static const struct finding_kind mismatch = {
	.code = "mismatch",
	.severity = SEVERITY_ERROR,
	.why = "What is at this address is not what the line describes; it is left alone, since "
	       "the guest would get another device.",
	.what = "Look for the card with 'ptbind list', list it anew with 'ptbind add', and "
		"correct the guest.",
};

static const struct finding_kind pin_unreadable = {
	.code = "pin-unreadable",
	.severity = SEVERITY_ERROR,
	.why = "What cannot be verified is not bound.",
	.what = "If the device does not answer, a cold start may help; if it never had what the "
		"line says, write the line anew with 'ptbind add'.",
};

static const struct finding_kind pin_unseen = {
	.code = "pin-unreadable",
	.severity = SEVERITY_WARNING,
	.why = "Only root can read this of the device, so that the line was not judged. The "
	       "guards take it for one that the next boot binds.",
	.what = "Run 'ptbind check' as root.",
};

static const struct finding_kind bridge = {
	.code = "bridge",
	.severity = SEVERITY_ERROR,
	.why = "A bridge leads to other functions; vfio-pci does not take it.",
	.what = "Remove the line, and list the functions behind the bridge.",
};

static const struct finding_kind duplicate = {
	.code = "duplicate",
	.severity = SEVERITY_WARNING,
	.why = "The function is bound only if all its lines hold, so that one that is forgotten "
	       "keeps it from the guest one day.",
	.what = "Keep one of the lines.",
};

static const struct finding_kind unpinned = {
	.code = "unpinned",
	.severity = SEVERITY_WARNING,
	.why = "If another card gets this address one day, that one is given away: nothing in "
	       "the line tells them apart.",
	.what = "Run 'ptbind add' with its address: that gives a line without pins all pins "
		"that the function has.",
};

static const struct finding_kind group_shared = {
	.code = "group-shared",
	.severity = SEVERITY_WARNING,
	.why = "A guest gets whole IOMMU groups: it cannot use this function while a host "
	       "driver has another of the group, and Proxmox VE takes all of them from the "
	       "host.",
	.what = "List the other functions of the group as well, or try another slot.",
};

static const struct finding_kind no_group = {
	.code = "no-iommu-group",
	.severity = SEVERITY_ERROR,
	.why = "Without an IOMMU group vfio-pci does not take the function. No host driver gets "
	       "it either, so that nobody can use it.",
	.what = "Remove the line. If the other functions have groups, the IOMMU does not cover "
		"this one: graphics of the processor may need 'intel_iommu=on'.",
};

static const struct finding_kind no_reset = {
	.code = "no-reset",
	.severity = SEVERITY_NOTE,
	.why = "The kernel cannot reset the function between two starts of a guest: what the "
	       "first leaves behind the second finds. Some devices then work only once in a "
	       "boot of the host.",
	.what = "Start the guest twice before you rely on it.",
};

/* The guards, and what they say where a line has force= for them. */
#define GUARD_WHAT                                                                       \
	"Take the line out with 'ptbind remove'. If you mean it, and know another way "  \
	"in, say so with force= in the line."
#define FORCED_WHAT                                                                      \
	"Nothing, if that still holds: the line has force=, and so it will be done."

static const struct {
	enum allowlist_force guard;
	struct finding_kind refused;
	struct finding_kind forced;
} guard_kinds[] = {
#define KIND(word, level, reason, advice)                                                \
	{                                                                                \
		.code = (word), .severity = (level), .why = (reason), .what = (advice)   \
	}
#define GUARD(bit, word, reason)                                                         \
	{                                                                                \
		(bit), KIND(word, SEVERITY_ERROR, reason, GUARD_WHAT),                   \
			KIND(word, SEVERITY_NOTE, reason, FORCED_WHAT)                   \
	}
	GUARD(FORCE_NETWORK, "guard-network",
	      "The host can no longer be reached over the network."),
	GUARD(FORCE_DISK, "guard-disk",
	      "The host loses disks that it needs, and may not boot at all."),
	GUARD(FORCE_KEYBOARD, "guard-keyboard",
	      "Nobody can type at the host, also not when it has to be mended."),
	GUARD(FORCE_DISPLAY, "guard-display",
	      "The host becomes blind: it has no other display, and no serial console."),
	GUARD(FORCE_GROUP, "guard-group",
	      "A guest gets whole IOMMU groups: what is in the group of a listed function "
	      "goes with it, or the guest does not start."),
#undef GUARD
#undef KIND
};

static const struct finding_kind *kind_of_result(enum result result)
{
	switch (result) {
	case RESULT_ABSENT:
		return &absent;
	case RESULT_MISMATCH:
		return &mismatch;
	case RESULT_BRIDGE:
		return &bridge;
	case RESULT_BAD_LINE:
		return &bad_line;
	default:
		/* The plan refuses for no other reason than that something is unread. */
		return &pin_unreadable;
	}
}

static int check_owner(const struct host *host, const char *path,
		       struct findings *findings)
{
	char joined[PATH_MAX];
	struct stat st;
	int err;

	err = tree_path(host->root, path, joined, sizeof(joined));
	if (err < 0 || stat(joined, &st) < 0)
		return 0;
	if (st.st_uid != 0) {
		err = findings_add(findings, &list_owner,
				   "%s: owned by user %u; expected root", path,
				   (unsigned int)st.st_uid);
		if (err == 0)
			err = findings_advise(findings,
					      "See that nobody changed it, then run "
					      "'chown root:root %s'.",
					      path);
	}
	if (err < 0 || !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return err;
	err = findings_add(findings, &list_owner,
			   "%s: mode %04o lets others than root write it", path,
			   (unsigned int)(st.st_mode & 07777));
	if (err < 0)
		return err;
	return findings_advise(
		findings, "See that nobody changed it, then run 'chmod go-w %s'.", path);
}

/* Is the list the one that this boot used? */
static int check_used(const struct host *host, const struct next_boot *next,
		      struct findings *findings)
{
	_cleanup_free_ char *used = NULL;
	size_t size;
	int err;

	err = tree_read(host->root, USED_LIST_PATH, ALLOWLIST_SIZE_MAX, &used, &size);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	if (size == next->list.size &&
	    (size == 0 || memcmp(used, next->list.data, size) == 0))
		return 0;
	return findings_add(findings, &list_changed,
			    "%s is not %s, the list of this boot", ALLOWLIST_PATH,
			    USED_LIST_PATH);
}

static int check_file(const struct host *host, const struct next_boot *next,
		      struct findings *findings)
{
	int err;

	if (next->error == -ENOENT)
		return findings_add(findings, &no_list, "%s is not there",
				    ALLOWLIST_PATH);
	if (next->error < 0)
		return check_not_read(findings, ALLOWLIST_PATH, next->error);
	err = check_owner(host, LIST_DIR, findings);
	if (err == 0)
		err = check_owner(host, ALLOWLIST_PATH, findings);
	if (err == 0 && next->list.n_lines == 0)
		err = findings_add(findings, &empty_list, "%s has no line for a function",
				   ALLOWLIST_PATH);
	return err == 0 ? check_used(host, next, findings) : err;
}

/* Adds a finding about a line, with what it is about and a sentence, or an empty one. */
static int add_about(const struct next_boot *next, size_t i,
		     const struct finding_kind *kind, const char *sentence,
		     struct findings *findings)
{
	const struct allowlist_line *line = &next->list.lines[i];
	char name[128];

	outcome_name(line, &next->outcomes[i], name, sizeof(name));
	return findings_add(findings, kind, "%s:%u: %s%s%s", ALLOWLIST_PATH, line->number,
			    name, sentence[0] != '\0' ? ": " : "", sentence);
}

static int check_refused(const struct host *host, const struct next_boot *next, size_t i,
			 struct findings *findings)
{
	const struct allowlist_line *line = &next->list.lines[i];
	const struct outcome *outcome = &next->outcomes[i];

	if (outcome->result == RESULT_BIND || outcome->ok)
		return 0;
	if (outcome->result == RESULT_BAD_LINE)
		return findings_add(findings, &bad_line, "%s:%u:%u: %s", ALLOWLIST_PATH,
				    line->number, line->column, line->error);
	return add_about(next, i,
			 next_boot_unjudged(host, next, i) != NULL ?
				 &pin_unseen :
				 kind_of_result(outcome->result),
			 outcome->message, findings);
}

static int check_warnings(const struct next_boot *next, size_t i, bool group_is_guarded,
			  struct findings *findings)
{
	const struct outcome *outcome = &next->outcomes[i];
	int err = 0;

	if (outcome->same_as != i) {
		char sentence[64];

		snprintf(sentence, sizeof(sentence), "line %u names this function, too",
			 next->list.lines[outcome->same_as].number);
		err = add_about(next, i, &duplicate, sentence, findings);
	}
	if (err == 0 && outcome->ok && (outcome->warnings & WARNING_UNPINNED))
		err = add_about(next, i, &unpinned, "the line has no pin", findings);
	if (err == 0 && (outcome->warnings & WARNING_GROUP_SHARED) && !group_is_guarded)
		err = add_about(next, i, &group_shared,
				"another function of its IOMMU group is not listed",
				findings);
	return err;
}

static bool has_reset(const struct host *host, const struct pci_address *address)
{
	char methods[TREE_VALUE_SIZE];

	return reset_read(host->root, address, methods) != RESET_NONE;
}

/* Does the kernel say of any function that it can reset it? If not, nothing is known. */
static bool knows_resets(const struct host *host)
{
	for (size_t i = 0; i < host->machine.n_functions; i++)
		if (has_reset(host, &host->machine.functions[i].address))
			return true;
	return false;
}

/* What the functions that will be bound lack. */
static int check_functions(const struct host *host, const struct next_boot *next,
			   struct findings *findings)
{
	const bool groups = host_has_groups(host), resets = knows_resets(host);
	int err = 0;

	for (size_t i = 0; err == 0 && i < next->list.n_lines; i++) {
		const struct pci_function *function = next_boot_function(host, next, i);

		if (function == NULL || next->outcomes[i].same_as != i)
			continue;
		if (groups && function->group < 0)
			err = add_about(next, i, &no_group, "it is in no IOMMU group",
					findings);
		if (err == 0 && resets && !has_reset(host, &function->address))
			err = add_about(next, i, &no_reset,
					"the kernel has no way to reset it", findings);
	}
	return err;
}

static int add_objection(const struct next_boot *next, const struct objection *objection,
			 struct findings *findings)
{
	const struct allowlist_line *line = &next->list.lines[objection->line];
	char lost[PCI_ADDRESS_STRSIZE], own[PCI_ADDRESS_STRSIZE];
	const struct finding_kind *kind = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(guard_kinds); i++)
		if (guard_kinds[i].guard == objection->guard)
			kind = objection->forced ? &guard_kinds[i].forced :
						   &guard_kinds[i].refused;
	if (kind == NULL)
		return 0;
	pci_address_format(&objection->function, lost);
	pci_address_format(&next->outcomes[objection->line].address, own);
	if (objection->by_group)
		return findings_add(
			findings, kind, "%s:%u: %s, of the IOMMU group of %s: %s",
			ALLOWLIST_PATH, line->number, lost, own, objection->message);
	if (objection->behind)
		return findings_add(findings, kind, "%s:%u: %s, which goes with %s: %s",
				    ALLOWLIST_PATH, line->number, lost, own,
				    objection->message);
	return findings_add(findings, kind, "%s:%u: %s: %s", ALLOWLIST_PATH, line->number,
			    lost, objection->message);
}

/* Marks the lines to whose group the guard objects. */
static void mark_guarded(const struct objections *objections, bool *guarded)
{
	for (size_t i = 0; i < objections->n; i++)
		if (objections->entries[i].guard == FORCE_GROUP)
			guarded[objections->entries[i].line] = true;
}

/*
 * Where there are no groups at all, it is enough to say so of one line, and of one that
 * overrules that. said: what was said before.
 */
static bool is_said(const struct objection *objection, bool said[static 2])
{
	const bool before = said[objection->forced];

	if (objection->guard != FORCE_GROUP || !objection->unresolved)
		return false;
	said[objection->forced] = true;
	return before;
}

static int check_lines(const struct host *host, const struct next_boot *next,
		       const struct objections *objections, struct findings *findings)
{
	_cleanup_free_ bool *guarded = calloc(next->list.n_lines + 1, sizeof(*guarded));
	bool said[2] = { false, false };
	int err = guarded == NULL ? -ENOMEM : 0;

	if (err == 0)
		mark_guarded(objections, guarded);
	for (size_t i = 0; err == 0 && i < next->list.n_lines; i++)
		err = check_refused(host, next, i, findings);
	for (size_t i = 0; err == 0 && i < objections->n; i++)
		if (!is_said(&objections->entries[i], said))
			err = add_objection(next, &objections->entries[i], findings);
	for (size_t i = 0; err == 0 && i < next->list.n_lines; i++)
		err = check_warnings(next, i, guarded[i], findings);
	return err;
}

int check_list(const struct host *host, const struct next_boot *next,
	       struct findings *findings)
{
	struct objections objections = { 0 };
	int err;

	err = check_file(host, next, findings);
	if (err < 0)
		return err;
	err = guards_judge(host, next, &objections);
	if (err < 0)
		return err;
	err = check_lines(host, next, &objections, findings);
	if (err == 0)
		err = check_functions(host, next, findings);
	objections_free(&objections);
	return err;
}
