// SPDX-License-Identifier: GPL-2.0-or-later
/* Running programs of the host. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_program.h"
#include "tree.h"

#define NOT_RUN 127

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

/* In the child: becomes the program. */
static _Noreturn void become(const char *const argv[])
{
	const int null = open("/dev/null", O_RDONLY);
	char *const *words;
	sigset_t set;

	/* Nobody writes to them; the type that execvp() wants is older than const. */
	memcpy(&words, &argv, sizeof(words));
	ending_signals(&set);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
	    sigprocmask(SIG_UNBLOCK, &set, NULL) < 0)
		_exit(NOT_RUN);
	if (null > STDERR_FILENO)
		close(null);
	if (setenv("PATH", RUN_PROGRAM_PATH, 1) == 0)
		execvp(argv[0], words);
	fprintf(stderr, "ptbind: %s: %s\n", argv[0], strerror(errno));
	_exit(NOT_RUN);
}

int run_program(const char *const argv[])
{
	pid_t pid;
	int status;

	fflush(stderr);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		become(argv);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
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
	sigset_t set;

	ending_signals(&set);
	return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

int run_program_signal(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigismember(&pending, signals[i]) == 1)
			return signals[i];
	return 0;
}
