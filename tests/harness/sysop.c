/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysop: does one thing by exactly the system call that a test is about, where a C library or
 * a shell would choose another one. Linked statically, so that the loader opens nothing.
 *
 * sysop [PREFIX...] OPERATION ARGUMENT...
 *
 * A prefix changes the process and then goes on with what follows; both tables are at the end.
 * Exit status: 0 done, 1 the call failed, 2 wrong usage, 77 this machine has no such call.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <sys/un.h>
#include <unistd.h>

#define NO_SUCH_CALL 77
#define MODE	     0644
#define FLIP_SPIN    300

extern char **environ;

static int run(char **arg);

static int verdict(long result)
{
	if (result >= 0)
		return 0;
	if (errno == ENOSYS)
		return NO_SUCH_CALL;
	fprintf(stderr, "sysop: %s\n", strerror(errno));
	return 1;
}

/* R W B: read, write, both; C create; P path only; D directory. */
static int open_flags(const char *letters)
{
	int flags = 0;

	for (; *letters; letters++)
		switch (*letters) {
		case 'W':
			flags |= O_WRONLY;
			break;
		case 'B':
			flags |= O_RDWR;
			break;
		case 'C':
			flags |= O_CREAT;
			break;
		case 'P':
			flags |= O_PATH;
			break;
		case 'D':
			flags |= O_DIRECTORY;
			break;
		}
	return flags;
}

static int op_open(char **arg)
{
#ifdef SYS_open
	return verdict(syscall(SYS_open, arg[1], open_flags(arg[0]), MODE));
#else
	return NO_SUCH_CALL;
#endif
}

static int op_creat(char **arg)
{
#ifdef SYS_creat
	return verdict(syscall(SYS_creat, arg[0], MODE));
#else
	return NO_SUCH_CALL;
#endif
}

static int op_openat(char **arg)
{
	return verdict(syscall(SYS_openat, AT_FDCWD, arg[1], open_flags(arg[0]), MODE));
}

static int op_openat_dir(char **arg)
{
	int dir = open(arg[1], O_PATH | O_DIRECTORY);

	return verdict(syscall(SYS_openat, dir, arg[2], open_flags(arg[0]), MODE));
}

static int op_openat2(char **arg)
{
	struct open_how how = {.flags = (uint64_t)open_flags(arg[0])};

	if (how.flags & O_CREAT)
		how.mode = MODE;
	return verdict(syscall(SYS_openat2, AT_FDCWD, arg[1], &how, sizeof(how)));
}

static bool ring_is_quiet; /* no completion is asked for */

/* The queue of one request; the completion tells the result as io_uring tells it. */
static int uring_call(struct io_uring_sqe *sqe)
{
	struct io_uring_params p = {0};
	int fd = (int)syscall(SYS_io_uring_setup, 1, &p);
	char *sq, *cq;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqe;
	unsigned wanted = 1;

	if (fd < 0)
		return errno == EPERM ? NO_SUCH_CALL : verdict(fd);
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(uint32_t), PROT_READ | PROT_WRITE,
		  MAP_SHARED, fd, IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(*cqe), PROT_READ | PROT_WRITE,
		  MAP_SHARED, fd, IORING_OFF_CQ_RING);
	sqes = mmap(NULL, p.sq_entries * sizeof(*sqes), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || sqes == MAP_FAILED)
		return verdict(-1);
	sqes[0] = *sqe;
	if (ring_is_quiet) {
		sqes[0].flags |= IOSQE_CQE_SKIP_SUCCESS;
		wanted = 0;
	}
	*(uint32_t *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, fd, 1, wanted, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return verdict(-1);
	cqe = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	errno = cqe->res < 0 ? -cqe->res : 0;
	if (sqe->opcode > IORING_OP_OPENAT2 && errno == EINVAL)
		return NO_SUCH_CALL; /* a kernel older than the request */
	return verdict(cqe->res < 0 ? -1 : 0);
}

static int op_uring_openat(char **arg)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)arg[1],
		.len = MODE,
		.open_flags = (uint32_t)open_flags(arg[0]),
	};

	return uring_call(&sqe);
}

static int op_uring_openat2(char **arg)
{
	struct open_how how = {.flags = (uint64_t)open_flags(arg[0])};
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT2,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)arg[1],
		.len = sizeof(how),
		.off = (uintptr_t)&how,
	};

	return uring_call(&sqe);
}

/* The requests that do what a system call does; by number, for older headers. */
static const struct {
	const char *name;
	uint8_t opcode;
} ring_ops[] = {
	{"sendmsg", 9},	  {"accept", 13},  {"connect", 16},   {"send", 26},   {"renameat", 35},
	{"unlinkat", 36}, {"mkdirat", 37}, {"symlinkat", 38}, {"linkat", 39}, {"fsetxattr", 41},
	{"setxattr", 42}, {"socket", 45},  {"bind", 56},      {"listen", 57},
};

static int op_exec(char **arg)
{
	return verdict(execve(arg[0], arg, environ));
}

/* execveat of an open file, the way fexecve goes; before Linux 6.14 the name is a number. */
static int op_exec_fd(char **arg)
{
	int fd = open(arg[0], O_RDONLY | O_CLOEXEC);

	return verdict(syscall(SYS_execveat, fd, "", arg, environ, AT_EMPTY_PATH));
}

static int op_exec_dir(char **arg)
{
	int dir = open(arg[0], O_PATH | O_DIRECTORY);

	return verdict(syscall(SYS_execveat, dir, arg[1], arg + 1, environ, 0));
}

static int op_exec_memfd(char **arg)
{
	int in = open(arg[1], O_RDONLY);
	int fd = memfd_create(arg[0], MFD_CLOEXEC);
	char buf[65536];
	ssize_t n;

	if (in < 0 || fd < 0)
		return verdict(-1);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			return verdict(-1);
	return verdict(syscall(SYS_execveat, fd, "", arg + 1, environ, AT_EMPTY_PATH));
}

static int op_exec_argv0(char **arg)
{
	return verdict(execve(arg[0], arg + 1, environ));
}

/* ---- any system call ---- */

static const struct {
	const char *name;
	long nr;
} calls[] = {
#include "syscall_numbers.h"
};

static struct sockaddr_in inet_address(const char *text)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	const char *colon = strrchr(text, ':');
	char ip[INET_ADDRSTRLEN] = "";

	if (colon)
		snprintf(ip, sizeof(ip), "%.*s", (int)(colon - text), text);
	inet_pton(AF_INET, ip, &a.sin_addr);
	a.sin_port = htons((uint16_t)atoi(colon ? colon + 1 : "0"));
	return a;
}

/* in:ADDRESS:PORT or un:PATH */
static void *address(const char *text, size_t *len)
{
	static struct sockaddr_un un;
	static struct sockaddr_in in;

	if (!strncmp(text, "in:", 3)) {
		in = inet_address(text + 3);
		*len = sizeof(in);
		return &in;
	}
	un.sun_family = AF_UNIX;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", text + 3);
	*len = sizeof(un);
	return &un;
}

static void *message(const char *text)
{
	static struct iovec one = {.iov_base = "x", .iov_len = 1};
	static struct msghdr m = {.msg_iov = &one, .msg_iovlen = 1};
	size_t len = 0;

	m.msg_name = address(text, &len);
	m.msg_namelen = (socklen_t)len;
	return &m;
}

static long make_socket(const char *kind)
{
	if (!strcmp(kind, "unix"))
		return socket(AF_UNIX, SOCK_STREAM, 0);
	return socket(AF_INET, strcmp(kind, "udp") ? SOCK_STREAM : SOCK_DGRAM, 0);
}

/* A number; fd:PATH, path:PATH (O_PATH), sock:tcp|udp|unix: a descriptor; in:ADDRESS:PORT,
 * un:PATH: a pointer to an address; msg:ADDRESS: one to a message; text:TEXT, else the text. */
static long call_arg(const char *arg)
{
	size_t len;
	char *end;
	long n = strtol(arg, &end, 0);

	if (end != arg && !*end)
		return n;
	if (!strncmp(arg, "fd:", 3))
		return open(arg + 3, O_RDONLY);
	if (!strncmp(arg, "path:", 5))
		return open(arg + 5, O_PATH);
	if (!strncmp(arg, "sock:", 5))
		return make_socket(arg + 5);
	if (!strncmp(arg, "msg:", 4))
		return (long)message(arg + 4);
	if (!strncmp(arg, "in:", 3) || !strncmp(arg, "un:", 3))
		return (long)address(arg, &len);
	return (long)(strncmp(arg, "text:", 5) ? arg : arg + 5);
}

static int op_call(char **arg)
{
	long a[6] = {0}, nr = strtol(arg[0], NULL, 10);

	for (size_t i = 0; !nr && i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (!strcmp(calls[i].name, arg[0]))
			nr = calls[i].nr;
	}
	if (!nr)
		return NO_SUCH_CALL;
	for (int k = 0; k < 6 && arg[k + 1]; k++)
		a[k] = call_arg(arg[k + 1]);
	return verdict(syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]));
}

/* One request of io_uring: the members of the submission in this order. */
static int op_uring(char **arg)
{
	long a[6] = {0};
	struct io_uring_sqe sqe = {0};

	for (size_t i = 0; i < sizeof(ring_ops) / sizeof(ring_ops[0]); i++) {
		if (!strcmp(ring_ops[i].name, arg[0]))
			sqe.opcode = ring_ops[i].opcode;
	}
	if (!sqe.opcode)
		return NO_SUCH_CALL;
	for (int k = 0; k < 6 && arg[k + 1]; k++)
		a[k] = call_arg(arg[k + 1]);
	sqe.fd = (int32_t)a[0];
	sqe.addr = (uint64_t)a[1];
	sqe.len = (uint32_t)a[2];
	sqe.addr2 = (uint64_t)a[3];
	sqe.rw_flags = (int32_t)a[4];
	sqe.addr3 = (uint64_t)a[5];
	return uring_call(&sqe);
}

static int prefix_name(char **arg)
{
	prctl(PR_SET_NAME, arg[0]);
	return run(arg + 1);
}

static int prefix_quiet(char **arg)
{
	ring_is_quiet = true;
	return run(arg);
}

static int prefix_chroot(char **arg)
{
	if (chroot(arg[0]) || chdir("/"))
		return verdict(-1);
	return run(arg + 1);
}

static void *thread_main(void *arg)
{
	return (void *)(intptr_t)run(arg);
}

static int prefix_thread(char **arg)
{
	pthread_t thread;
	void *status;

	if (pthread_create(&thread, NULL, thread_main, arg) || pthread_join(thread, &status))
		return 1;
	return (int)(intptr_t)status;
}

static char flip_path[256];

/* Turns the last letter of the path into another one and back, for ever; each stays a while. */
static void *flip_main(void *last)
{
	char *p = last, letter = *p;

	for (;;) {
		__atomic_store_n(p, *p == letter ? 'X' : letter, __ATOMIC_RELAXED);
		for (volatile int i = 0; i < FLIP_SPIN; i++)
			;
	}
	return NULL;
}

/* Opens a file at least COUNT times, until both names were seen, while a thread rewrites its
 * name; prints how often it was the file. */
static int op_flip(char **arg)
{
	struct stat want, got;
	pthread_t thread;
	int hits = 0;

	snprintf(flip_path, sizeof(flip_path), "%s", arg[1]);
	if (stat(flip_path, &want) ||
	    pthread_create(&thread, NULL, flip_main, flip_path + strlen(flip_path) - 1))
		return verdict(-1);
	for (int i = 0; i < atoi(arg[0]) || !hits || hits == i; i++) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, flip_path, O_RDONLY, 0);

		if (fd < 0)
			continue;
		hits += !fstat(fd, &got) && got.st_ino == want.st_ino;
		close(fd);
	}
	printf("%d\n", hits);
	return !hits;
}

static int numbered(const char *prefix, int i)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s%d", prefix, i);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	if (fd >= 0)
		close(fd);
	return fd;
}

/* One numbered action after the other until a file appears; prints how many. */
static int op_count(char **arg)
{
	int n = 0;

	while (access(arg[1], F_OK)) {
		numbered(arg[0], ++n);
		usleep(atoi(arg[2]));
	}
	printf("%d\n", n);
	return 0;
}

/* So many numbered actions. */
static int op_burst(char **arg)
{
	for (int i = 1; i <= atoi(arg[1]); i++) {
		numbered(arg[0], i);
		if (atoi(arg[2]))
			usleep(atoi(arg[2]));
	}
	return 0;
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Opens as fast as it can; prints how often. */
static int op_storm(char **arg)
{
	double end = seconds_now() + atof(arg[0]);
	long n = 0;

	for (; n % 64 || seconds_now() < end; n++) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, arg[1], O_RDONLY, 0);

		if (fd >= 0)
			close(fd);
	}
	printf("%ld\n", n);
	return 0;
}

/* Runs a program as often as it can; prints how often. */
static int op_fork_storm(char **arg)
{
	double end = seconds_now() + atof(arg[0]);
	long n = 0;

	for (; seconds_now() < end; n++) {
		pid_t pid = fork();

		if (!pid) {
			execve(arg[1], arg + 1, environ);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			return verdict(-1);
	}
	printf("%ld\n", n);
	return 0;
}

/* Does what follows when a file appears: for processes that must be older than the agent. */
static int prefix_when(char **arg)
{
	while (access(arg[0], F_OK))
		usleep(20000);
	return run(arg + 1);
}

static const struct op {
	const char *name;
	int args;
	int (*run)(char **arg);
	const char *usage;
} ops[] = {
	{"open", 2, op_open, "FLAGS PATH          open(2)"},
	{"creat", 1, op_creat, "PATH               creat(2)"},
	{"openat", 2, op_openat, "FLAGS PATH        openat, relative to the directory"},
	{"openat-dir", 3, op_openat_dir, "FLAGS DIR NAME  openat, relative to DIR"},
	{"openat2", 2, op_openat2, "FLAGS PATH       openat2"},
	{"uring-openat", 2, op_uring_openat, "FLAGS PATH  openat through io_uring"},
	{"uring-openat2", 2, op_uring_openat2, "FLAGS PATH openat2 through io_uring"},
	{"exec", 1, op_exec, "PATH ARG...         execve, without a search"},
	{"exec-fd", 1, op_exec_fd, "FILE ARG...      execveat of an open file"},
	{"exec-dir", 2, op_exec_dir, "DIR NAME ARG... execveat, relative to DIR"},
	{"exec-memfd", 2, op_exec_memfd, "NAME FILE ARG... execveat of a copy in memory"},
	{"exec-argv0", 2, op_exec_argv0, "PATH ARGV0 ARG... execve with another argv[0]"},
	{"call", 1, op_call,
	 "NAME ARGUMENT...    a system call, by name or number; arguments: call_arg()"},
	{"uring", 1, op_uring,
	 "NAME FD ADDR LEN ADDR2 FLAGS ADDR3 a request of io_uring; arguments: call_arg()"},
	{"name", 2, prefix_name, "NAME ...            rename the process by prctl, then ..."},
	{"quiet", 1, prefix_quiet,
	 "...                do ... through io_uring without a completion"},
	{"chroot", 2, prefix_chroot, "DIR ...           change the root, then ..."},
	{"flip", 2, op_flip, "COUNT FILE         openat while a thread rewrites the name"},
	{"count", 3, op_count,
	 "PREFIX FILE MICROSECONDS openat of PREFIX1, PREFIX2 ... until FILE exists"},
	{"burst", 3, op_burst, "PREFIX N MICROSECONDS openat of PREFIX1 to PREFIXN"},
	{"storm", 2, op_storm, "SECONDS PATH       openat as fast as it can"},
	{"fork-storm", 2, op_fork_storm, "SECONDS FILE ARG... fork and execve as fast as it can"},
	{"thread", 1, prefix_thread, "...               do ... in a second thread"},
	{"when", 2, prefix_when, "FILE ...            wait until FILE exists, then ..."},
};

static int usage(void)
{
	fprintf(stderr, "usage: sysop OPERATION ...\n");
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		fprintf(stderr, "  %s %s\n", ops[i].name, ops[i].usage);
	return 2;
}

static int run(char **arg)
{
	int count = 0;

	while (arg[count])
		count++;
	for (size_t i = 0; count && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(arg[0], ops[i].name) && count > ops[i].args)
			return ops[i].run(arg + 1);
	return usage();
}

int main(int argc, char **argv)
{
	return run(argv + 1);
}
