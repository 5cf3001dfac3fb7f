// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the worker: it ends well, dies, or takes too long. */

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "unit.h"
#include "worker.h"

struct shared {
	volatile unsigned int steps;
	pid_t pid;
};

static struct shared *shared;

static int set_up(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	return munmap(shared, sizeof(*shared));
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool has_child(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0;
}

/* Runs work and checks how it ended, and that nothing is left of it. */
static double check(void (*work)(void *), unsigned int timeout, enum worker_end end,
		    int sig)
{
	enum worker_end found_end = (enum worker_end)42;
	int found_sig = 42;
	sigset_t before, after;
	double start = seconds(), elapsed;

	memset(shared, 0, sizeof(*shared));
	sigprocmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(worker_run(work, shared, timeout, &found_end, &found_sig), 0);
	elapsed = seconds() - start;
	assert_int_equal(found_end, end);
	assert_int_equal(found_sig, sig);
	assert_false(has_child());
	sigprocmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&after, SIGCHLD), sigismember(&before, SIGCHLD));
	return elapsed;
}

static void end_at_once(void *context)
{
	((struct shared *)context)->steps = 1;
}

static void end_later(void *context)
{
	usleep(300000);
	((struct shared *)context)->steps = 1;
}

static void die_of_signal(void *context)
{
	((struct shared *)context)->steps = 1;
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void exit_otherwise(void *context)
{
	(void)context;
	_exit(3);
}

static void never_end(void *context)
{
	struct shared *s = context;

	s->pid = getpid();
	/* A polite request must not be what ends it. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	for (;;) {
		s->steps++;
		usleep(1000);
	}
}

/* Alive, but as deaf as something can be that is not in the kernel. */
static void stop(void *context)
{
	((struct shared *)context)->pid = getpid();
	raise(SIGSTOP);
}

static void done(void **state)
{
	(void)state;
	assert_true(check(end_at_once, 30, WORKER_DONE, 0) < 5);
	assert_int_equal(shared->steps, 1);
}

static void done_later(void **state)
{
	double elapsed;

	(void)state;
	elapsed = check(end_later, 30, WORKER_DONE, 0);
	assert_true(elapsed >= 0.3 && elapsed < 5);
	assert_int_equal(shared->steps, 1);
}

static void died(void **state)
{
	(void)state;
	assert_true(check(die_of_signal, 30, WORKER_DIED, SIGSEGV) < 5);
	assert_int_equal(shared->steps, 1);
	assert_true(check(exit_otherwise, 30, WORKER_DIED, 0) < 5);
}

static void took_too_long(void **state)
{
	double elapsed;
	unsigned int steps;

	(void)state;
	elapsed = check(never_end, 1, WORKER_TIMEOUT, 0);
	assert_true(elapsed >= 1 && elapsed < 3);
	steps = shared->steps;
	assert_true(steps > 0);
	usleep(50000);
	assert_int_equal(shared->steps, steps);
	assert_int_equal(kill(shared->pid, 0), -1);
}

static void stopped(void **state)
{
	double elapsed;

	(void)state;
	elapsed = check(stop, 1, WORKER_TIMEOUT, 0);
	assert_true(elapsed >= 1 && elapsed < 3);
	assert_int_equal(kill(shared->pid, 0), -1);
}

static void no_time_at_all(void **state)
{
	(void)state;
	assert_true(check(never_end, 0, WORKER_TIMEOUT, 0) < 2);
}

/* A caller that ignores SIGCHLD has its children reaped before anyone can ask. */
static void children_are_ignored(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_true(check(end_at_once, 2, WORKER_DONE, 0) < 1);
	signal(SIGCHLD, SIG_DFL);
}

static int default_signals(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_DFL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(done),
		cmocka_unit_test(done_later),
		cmocka_unit_test(died),
		cmocka_unit_test(took_too_long),
		cmocka_unit_test(stopped),
		cmocka_unit_test(no_time_at_all),
		cmocka_unit_test_teardown(children_are_ignored, default_signals),
	};

	return run_unit_tests("worker", tests, set_up, tear_down);
}
