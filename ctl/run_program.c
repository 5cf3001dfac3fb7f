// SPDX-License-Identifier: GPL-2.0-or-later
/* Running programs of the host. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_program.h"
#include "tree.h"

#define NOT_RUN 127

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

/* Those that are not ignored anyway, as under nohup(1): held back, they would count. */
static void find_ending_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++) {
		struct sigaction action;

		if (sigaction(ending_signals[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(set, ending_signals[i]);
	}
}

/* Does nobody read what is written there: a pipe or a terminal that is gone? */
static bool is_unread(int fd)
{
	struct pollfd pollfd = { .fd = fd };

	return poll(&pollfd, 1, 0) == 1 && pollfd.revents != 0;
}

/* In the child: gives a program the signals as it would have them from a shell. */
static int release_signals(bool undisturbed)
{
	sigset_t set;

	if (signal(SIGPIPE, SIG_DFL) == SIG_ERR)
		return -errno;
	find_ending_signals(&set);
	return undisturbed || sigprocmask(SIG_UNBLOCK, &set, NULL) == 0 ? 0 : -errno;
}

/* In the child: becomes the program. */
static _Noreturn void become(const char *const argv[], bool undisturbed)
{
	const int null = open("/dev/null", O_RDWR);
	char *const *words;

	/* Nobody writes to them; the type that execvp() wants is older than const. */
	memcpy(&words, &argv, sizeof(words));
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    (is_unread(STDERR_FILENO) && dup2(null, STDERR_FILENO) < 0) ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0 || release_signals(undisturbed) < 0)
		_exit(NOT_RUN);
	if (null > STDERR_FILENO)
		close(null);
	if (setenv("PATH", RUN_PROGRAM_PATH, 1) == 0)
		execvp(argv[0], words);
	fprintf(stderr, "ptbind: %s: %s\n", argv[0], strerror(errno));
	_exit(NOT_RUN);
}

static int run(const char *const argv[], bool undisturbed)
{
	pid_t pid;
	int status;

	fflush(stderr);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(argv, undisturbed);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_program(const char *const argv[])
{
	return run(argv, false);
}

int run_program_undisturbed(const char *const argv[])
{
	return run(argv, true);
}

bool run_program_exists(const char *root, const char *name)
{
	char dirs[] = RUN_PROGRAM_PATH, *rest = dirs, *dir;

	while ((dir = strsep(&rest, ":")) != NULL) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", dir, name);
		if (tree_has(root, path))
			return true;
	}
	return false;
}

int run_program_hold_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGTSTP, SIGTTOU };
	sigset_t set;

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		if (signal(ignored[i], SIG_IGN) == SIG_ERR)
			return -errno;
	find_ending_signals(&set);
	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

int run_program_signal(void)
{
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		if (sigismember(&pending, ending_signals[i]) == 1)
			return ending_signals[i];
	return 0;
}
