// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind apply: puts today's list into the images, and the way back into the menu. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "apply.h"
#include "cmd.h"
#include "edit/store.h"
#include "output.h"
#include "paths.h"
#include "run_program.h"
#include "tree.h"

#define LOCK_PATH RUN_DIR "/apply.lock"

static const char help[] =
	"Usage: ptbind apply [OPTION...]\n"
	"\n"
	"Has the next boot use the allowlist as it is now: checks as 'ptbind check' does,\n"
	"builds the images of all kernels anew and looks into them, then has the menu of\n"
	"the boot loader written anew. If an image cannot be built, all kernels keep the\n"
	"images that they had.\n"
	"\n"
	"  -n, --dry-run   check, show what would be run, and change nothing\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read everything below DIR, a directory; only with --dry-run\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind apply --dry-run\n"
	"  ptbind apply && reboot\n"
	"\n"
	"Exit status: 0 it is done, 1 refused or failed, 2 wrong usage, or a list that\n"
	"cannot be used. See ptbind(8).\n";

/* Takes the lock, which ends with this process. Returns its descriptor or -errno. */
static int take_lock(void)
{
	int fd, err = tree_make_dir("", RUN_DIR, 0755);

	if (err < 0)
		return err;
	fd = open(LOCK_PATH, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Reads what is needed beside the host. Returns 0 or a negative errno. */
static int read_rest(const char *root, struct apply *apply)
{
	int err = next_boot_read(&apply->host, &apply->next);

	apply->loader = boot_loader_find(root);
	if (err == 0)
		err = kernels_find(root, &apply->kernels);
	if (err == 0)
		err = rebuild_plan(&apply->kernels, &apply->rebuild);
	return err;
}

static void apply_free(struct apply *apply)
{
	rebuild_free(&apply->rebuild);
	kernels_free(&apply->kernels);
	findings_free(&apply->findings);
	next_boot_free(&apply->next);
	host_free(&apply->host);
	free(apply->good);
}

/* Checks and carries out. Returns an exit status. */
static int apply_all(struct apply *apply)
{
	enum apply_state state = APPLY_REFUSED;
	int status = apply_check(apply);

	if (status < 0) {
		fprintf(stderr, "ptbind: not applied: %s\n", strerror(-status));
		return EXIT_NOT_AS_WANTED;
	}
	if (status == EXIT_AS_WANTED && apply->options->dry_run) {
		state = APPLY_PLANNED;
		apply_print_plan(apply);
	} else if (status == EXIT_AS_WANTED) {
		state = apply_carry_out(apply);
		status = state == APPLY_APPLIED ? EXIT_AS_WANTED : EXIT_NOT_AS_WANTED;
	}
	if (apply->options->json)
		apply_print_json(apply, state);
	return status;
}

/* Makes what is missing, and puts right what a run that was killed left. */
static int prepare_host(void)
{
	struct kernels kernels;
	int err = run_program_hold_signals();

	if (err == 0)
		err = tree_make_dir("", "/var/lib", 0755);
	if (err == 0)
		err = tree_make_dir("", STORE_STATE_DIR, 0700);
	if (err == 0)
		err = kernels_find("", &kernels);
	if (err < 0) {
		fprintf(stderr, "ptbind: not applied: %s\n", strerror(-err));
		return err;
	}
	err = rebuild_recover(&kernels);
	kernels_free(&kernels);
	return err;
}

/* Returns a descriptor, -1 where none is needed, or a negative errno that was said. */
static int prepare(const struct options *options)
{
	int fd, err;

	if (options->dry_run)
		return -1;
	if (geteuid() != 0) {
		(void)apply_refuse("only root can build images");
		return -EPERM;
	}
	fd = take_lock();
	if (fd == -EWOULDBLOCK)
		(void)apply_refuse("another 'ptbind apply' is at work");
	else if (fd < 0)
		fprintf(stderr, "ptbind: not applied: " LOCK_PATH ": %s\n",
			strerror(-fd));
	if (fd < 0)
		return fd;
	err = prepare_host();
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

static int run(int argc, char *argv[])
{
	_cleanup_close_ int lock = -1;
	struct options options;
	struct apply apply = { .options = &options };
	int status, err;

	if (!options_parse(argc, argv, help, OPTION_JSON | OPTION_DRY_RUN, 0, &options,
			   &status))
		return status;
	if (options.root[0] != '\0' && !options.dry_run)
		return options_wrong(argv[0],
				     "--root wants --dry-run, too: ", options.root);
	lock = prepare(&options);
	if (lock < 0 && !options.dry_run)
		return EXIT_NOT_AS_WANTED;
	err = host_read(options.root, &apply.host);
	if (err < 0) {
		fprintf(stderr, "ptbind: not applied: %s/sys: %s\n", options.root,
			strerror(-err));
		return EXIT_NOT_AS_WANTED;
	}
	err = read_rest(options.root, &apply);
	if (err == 0)
		status = apply_all(&apply);
	else
		status = apply_refuse(strerror(-err));
	apply_free(&apply);
	/* Who did not hear how it ended must not take it for good. */
	return status == EXIT_AS_WANTED && ferror(stderr) ? EXIT_NOT_AS_WANTED : status;
}

const struct cmd cmd_apply = {
	.name = "apply",
	.run = run,
	.help = "build images and boot menu, for the next boot to use the list",
};
