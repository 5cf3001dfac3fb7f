// SPDX-License-Identifier: GPL-2.0-or-later
/* A child process, and a parent that waits for it a bounded time. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

#define NSEC_PER_SEC 1000000000L

static struct timespec now(void)
{
	struct timespec time = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return time;
}

/* What is left until the deadline; zero where it has passed. */
static struct timespec time_until(const struct timespec *deadline)
{
	struct timespec time = now();
	struct timespec left = { deadline->tv_sec - time.tv_sec,
				 deadline->tv_nsec - time.tv_nsec };

	if (left.tv_nsec < 0) {
		left.tv_nsec += NSEC_PER_SEC;
		left.tv_sec--;
	}
	if (left.tv_sec < 0)
		left = (struct timespec){ 0 };
	return left;
}

/*
 * Ends a child that took too long. It may be in a write() that never returns: the signal
 * waits there with it, and if the write() returns one day, the child ends before its next
 * step. A child that is not stuck gets a moment to be gone when this returns.
 */
static void give_up(pid_t child, const sigset_t *child_signal)
{
	const struct timespec moment = { .tv_nsec = NSEC_PER_SEC / 10 };

	(void)kill(child, SIGKILL);
	(void)sigtimedwait(child_signal, NULL, &moment);
	(void)waitpid(child, NULL, WNOHANG);
}

static enum worker_end wait_for(pid_t child, const sigset_t *child_signal,
				const struct timespec *deadline, int *ret_signal)
{
	for (;;) {
		struct timespec left;
		int status;

		if (waitpid(child, &status, WNOHANG) == child) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				return WORKER_DONE;
			*ret_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
			return WORKER_DIED;
		}
		left = time_until(deadline);
		if (left.tv_sec == 0 && left.tv_nsec == 0)
			break;
		if (sigtimedwait(child_signal, NULL, &left) < 0 && errno == EAGAIN)
			break;
	}

	give_up(child, child_signal);
	return WORKER_TIMEOUT;
}

int worker_run(void (*work)(void *context), void *context, unsigned int timeout,
	       enum worker_end *ret_end, int *ret_signal)
{
	const struct sigaction default_action = { .sa_handler = SIG_DFL };
	struct timespec deadline = now();
	sigset_t child_signal, before;
	pid_t child;

	/* Ignored, as it may be inherited, there would be no child to wait for. */
	if (sigaction(SIGCHLD, &default_action, NULL) < 0)
		return -errno;

	deadline.tv_sec += (time_t)timeout;
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	/* Blocked, so that sigtimedwait() sees it, however early the child ends. */
	if (sigprocmask(SIG_BLOCK, &child_signal, &before) < 0)
		return -errno;

	child = fork();
	if (child < 0) {
		int err = -errno;

		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		return err;
	}
	if (child == 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		work(context);
		_exit(0);
	}

	*ret_signal = 0;
	*ret_end = wait_for(child, &child_signal, &deadline, ret_signal);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return 0;
}
