/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three processes: the caller; the keeper, which makes, enters and in the end removes the cgroups
 * (a process that asks for a pid namespace does not get into it, only its children do); and the
 * first process of the container, which starts the jobs. When the caller dies the keeper ends
 * the container and still removes the cgroups.
 */
#include "user/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/sandbox_root.h"

#define JOB_SECONDS	5
#define NAMESPACES	(CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)
#define STATUS_SIGNALED 126

/* From the container to the caller. */
struct reply {
	int status;
	char what[96];
};

struct inside {
	int sock, stand_in;
	sandbox_job job;
	void *arg;
};

static void reply(int sock, int status, const char *what)
{
	struct reply r = {.status = status};

	snprintf(r.what, sizeof(r.what), "%s", what);
	while (send(sock, &r, sizeof(r), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

static _Noreturn void give_up(int sock, int err, const char *what)
{
	reply(sock, err, what);
	_exit(1);
}

/* ---- the first process of the container ---- */

static int bring_up_loopback(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = ioctl(fd, SIOCSIFFLAGS, &r) ? -errno : 0;
	close(fd);
	return err;
}

static int silence(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (int to = 0; to <= 2; to++)
		if (dup2(fd, to) < 0)
			return -errno;
	if (fd > 2)
		close(fd);
	return 0;
}

static void settle(const struct inside *in)
{
	const char *step = "";
	int err;

	umask(022);
	if (unshare(CLONE_NEWNS))
		give_up(in->sock, -errno, "make a mount namespace");
	err = sandbox_root_enter(in->stand_in, &step);
	if (err)
		give_up(in->sock, err, step);
	err = silence();
	if (err)
		give_up(in->sock, err, "open /dev/null");
	if (sethostname("tiercel-try", strlen("tiercel-try")))
		give_up(in->sock, -errno, "set the host name");
	err = bring_up_loopback();
	if (err)
		give_up(in->sock, err, "bring up the loopback device");
	close(in->stand_in);
}

static int status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNALED;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Status of a job, which is ended when its time is over. SIGCHLD is blocked. */
static int wait_for_job(pid_t pid)
{
	double end = now() + JOB_SECONDS;
	sigset_t child;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (waitpid(pid, &status, WNOHANG) != pid) {
		double left = end - now();
		struct timespec t = {.tv_sec = left, .tv_nsec = (left - (long)left) * 1e9};

		if (left <= 0)
			return -ETIMEDOUT;
		sigtimedwait(&child, NULL, &t);
	}
	return status_of(status);
}

/* Whatever else runs in the container: the first process is not meant by -1. */
static void end_all(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void unblock_all(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int run_job(const struct inside *in, int number)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		unblock_all();
		syscall(SYS_close_range, 3, ~0U, 0);
		_exit(in->job(in->arg, number));
	}
	status = wait_for_job(pid);
	end_all();
	return status;
}

static _Noreturn void first_process(const struct inside *in)
{
	int number;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	settle(in);
	reply(in->sock, 0, "");
	while (recv(in->sock, &number, sizeof(number), 0) == sizeof(number))
		reply(in->sock, run_job(in, number), "");
	_exit(0);
}

/* ---- the keeper ---- */

/* From now on SIGTERM and SIGCHLD are waited for, here and, SIGCHLD, in the first process. */
static void settle_signals(sigset_t *waited)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(waited);
	sigaddset(waited, SIGTERM);
	sigaddset(waited, SIGCHLD);
	sigprocmask(SIG_SETMASK, waited, NULL);
}

/* Until it has ended by itself, or by SIGTERM to us: with it ends all of the container. */
static void outlive(pid_t first, const sigset_t *waited)
{
	int sig;

	while (waitpid(first, NULL, WNOHANG) == 0)
		if (!sigwait(waited, &sig) && sig == SIGTERM)
			kill(first, SIGKILL);
}

/* Into the container; its first process, or -1 after a reply that says what failed. */
static pid_t start_first(const struct sandbox *s, const struct inside *in)
{
	int err = sandbox_cgroups_make(&s->cgroups);
	pid_t first = -1;

	if (err) {
		reply(in->sock, err, "make a cgroup");
		return -1;
	}
	err = sandbox_cgroups_enter(&s->cgroups);
	if (err) {
		reply(in->sock, err, "enter its cgroup");
		return -1;
	}
	if (unshare(NAMESPACES) || (first = fork()) < 0)
		reply(in->sock, -errno, "make its namespaces");
	if (!first)
		first_process(in);
	return first;
}

/* Not ended by SIGTERM, so that it removes whatever it has made. */
static _Noreturn void keep(const struct sandbox *s, const struct inside *in, pid_t caller)
{
	sigset_t waited;
	pid_t first;

	settle_signals(&waited);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != caller)
		_exit(1);
	setsid();
	first = start_first(s, in);
	close(in->sock);
	if (first > 0)
		outlive(first, &waited);
	sandbox_cgroups_leave(&s->cgroups);
	sandbox_cgroups_remove(&s->cgroups);
	_exit(0);
}

/* ---- the caller ---- */

static int fail(struct sandbox *s, int err, const char *what)
{
	snprintf(s->why, sizeof(s->why), "cannot %s: %s", what, strerror(-err));
	return err;
}

int sandbox_name(struct sandbox *s)
{
	unsigned char bytes[(SANDBOX_ID_SIZE - 1) / 2];

	*s = (struct sandbox){.sock = -1};
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return fail(s, -EIO, "get random numbers");
	for (size_t i = 0; i < sizeof(bytes); i++)
		sprintf(&s->id[2 * i], "%02x", bytes[i]);
	return 0;
}

static int get_reply(struct sandbox *s)
{
	struct reply r;
	ssize_t n;

	/* a signal that asks to stop must be able to end the wait */
	n = recv(s->sock, &r, sizeof(r), 0);
	if (n < 0)
		return fail(s, -errno, "hear from the container");
	if (n != sizeof(r))
		return fail(s, -EPIPE, "hear from the container");
	if (r.status < 0 && r.what[0])
		fail(s, r.status, r.what);
	return r.status;
}

static int start_keeper(struct sandbox *s, struct inside *in)
{
	pid_t caller = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return fail(s, -errno, "make a socket");
	s->sock = pair[0];
	in->sock = pair[1];
	s->keeper = fork();
	if (!s->keeper) {
		close(pair[0]);
		keep(s, in, caller);
	}
	close(pair[1]);
	if (s->keeper > 0)
		return 0;
	s->keeper = 0;
	return fail(s, -errno, "start a process");
}

int sandbox_start(struct sandbox *s, sandbox_job job, void *arg)
{
	struct inside in = {.job = job, .arg = arg};
	int err;

	in.stand_in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (in.stand_in < 0)
		return fail(s, -errno, "open /proc/self/exe");
	err = sandbox_cgroups_find(&s->cgroups, s->id);
	if (err)
		fail(s, err, "find a mounted cgroup hierarchy");
	else
		err = start_keeper(s, &in);
	close(in.stand_in);
	if (!err)
		err = get_reply(s);
	if (err)
		sandbox_stop(s);
	return err;
}

int sandbox_do(struct sandbox *s, int number)
{
	if (send(s->sock, &number, sizeof(number), MSG_NOSIGNAL) != sizeof(number))
		return fail(s, -errno, "reach the container");
	return get_reply(s);
}

void sandbox_stop(struct sandbox *s)
{
	if (s->sock >= 0)
		close(s->sock);
	s->sock = -1;
	if (s->keeper > 0) {
		kill(s->keeper, SIGTERM);
		while (waitpid(s->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	s->keeper = 0;
	/* a keeper that could not get out of them has left them */
	sandbox_cgroups_remove(&s->cgroups);
	s->cgroups.n = 0;
}
