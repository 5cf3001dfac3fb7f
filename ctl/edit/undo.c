// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind undo: brings the list back as it was before the last change. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "cmd.h"
#include "options.h"

static const char help_text[] =
	"Usage: ptbind undo [OPTION...]\n"
	"\n"
	"Brings the list back as it was before ptbind changed it last, and shows what\n"
	"that changes. A second 'ptbind undo' takes the first one back. Older lists are\n"
	"in /var/lib/ptbind/backups, the last 30 of them.\n"
	"\n"
	"  -n, --dry-run   show what would change, and change nothing\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read and write everything below DIR, a directory\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind undo --dry-run\n"
	"  ptbind undo\n"
	"\n"
	"Exit status: 0 it is brought back, 1 refused or failed, 2 wrong usage. See\n"
	"ptbind(8).\n";

/* Plans with the list before. Writes which backup that is. */
static int plan_undo(struct change *change, char ret_backup[static STORE_BACKUP_STRSIZE])
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0;
	int err;

	err = store_last_backup(&change->store, &change->errors, ret_backup, &data,
				&size);
	if (err == -ENOENT)
		err = notes_add(&change->errors,
				"nothing to undo: no list in %s" STORE_BACKUP_DIR
				" differs from this one",
				change->options->root);
	if (err == -ENOMEM)
		return err;
	if (data == NULL)
		return change_plan(change, change->store.data, change->store.size);
	return change_plan(change, data, size);
}

static int run(int argc, char *argv[])
{
	char backup[STORE_BACKUP_STRSIZE] = "";
	struct options options;
	struct change change;
	int status, err;

	if (!options_parse(argc, argv, help_text, OPTION_JSON | OPTION_DRY_RUN, 0,
			   &options, &status))
		return status;
	if (geteuid() != 0) {
		fputs("ptbind undo: only root can read the lists before this one\n",
		      stderr);
		return EXIT_NOT_AS_WANTED;
	}
	if (!change_begin("undo", &options, &change, &status))
		return status;
	change.guarded = true;
	change.show_diff = true;
	err = plan_undo(&change, backup);
	status = change_end(&change, err);
	/* Its list is in place again; the one before is the latest backup now. */
	if (change.changed && store_drop_backup(&change.store, backup) < 0)
		fprintf(stderr, "ptbind undo: cannot remove the backup %s, ignoring\n",
			backup);
	change_free(&change);
	return status;
}

const struct cmd cmd_undo = { "undo", run, "bring back the list before the last change" };
