/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of the allowlist from reading it to having it on the disk: what 'ptbind add',
 * 'remove', 'import' and 'undo' have in common.
 */
#ifndef PTBIND_CHANGE_H
#define PTBIND_CHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "edit.h"
#include "guards/guards.h"
#include "host/host.h"
#include "notes.h"
#include "options.h"
#include "store.h"
#include "util.h"

struct change {
	const char *command; /* for messages: "add" */
	const struct options *options;
	struct host host;
	struct store store;
	struct next_boot before; /* the list as it is */
	struct next_boot after;  /* the list as it would be, once that is known */
	struct objections old_objections; /* by what is lost, to be looked up */
	struct objections objections;     /* to the list as it would be */
	struct edits edits;
	struct notes done;     /* what is as wanted already */
	struct notes warnings; /* what is worth knowing of what is done */
	struct notes errors;   /* what was asked for and cannot be done */
	bool guarded;   /* new objections of the guards refuse it, as does any error */
	bool partial;   /* errors do not: what can be done is */
	bool show_diff; /* also where it is carried out */
	bool refused;   /* it was not carried out, nor would it be */
	bool changed;   /* it was carried out */
	char backup[STORE_BACKUP_STRSIZE]; /* of the list before; empty: none was made */
};

/*
 * Reads list and host, and keeps others from changing the list. Where that fails all is
 * said; otherwise the caller ends with change_free(). Returns true to go on, or false
 * with the exit status.
 */
_must_check_ bool change_begin(const char *command, const struct options *options,
			       struct change *ret_change, int *ret_status);

/* Takes the edits, or new content for the list, in: plans and judges. 0 or -ENOMEM. */
_must_check_ int change_plan_edits(struct change *change);
_must_check_ int change_plan(struct change *change, const char *data, size_t size);

/*
 * Does an objection come with the change, so that it refuses it if no force= overrules
 * it? Others are those to the list as it is, for the same line.
 */
bool change_is_new(const struct change *change, const struct objection *objection);

/* Notes an error with which no part of the change is carried out. Returns 0 or -ENOMEM.
 */
_must_check_ _printf_(2, 3) int change_refuse(struct change *change, const char *format,
					      ...);

/* Does anything speak against what was planned? */
bool change_is_refused(const struct change *change);

/*
 * Carries out what was planned, unless something speaks against it, and says what was
 * done or why not. err is what the steps before came to. Returns the exit status.
 */
_must_check_ int change_end(struct change *change, int err);

void change_free(struct change *change);

#endif
