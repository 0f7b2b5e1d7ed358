/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack: ways around a detector that no shell command offers, each done for real. Linked
 * statically, so that it runs in any container; tests/evasion/evasions.tsv says which rule must
 * fire for which of them. What needs only one plain system call is done by `sysop call`.
 *
 * attack NAME ARGUMENT...
 *
 * Exit status: 0 done, 1 the attack failed, 2 wrong usage, 77 this machine has no such call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/sched.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_SUCH_CALL 77
#define PAGE	     4096
#define X32_BIT	     0x40000000

extern char **environ;

static int verdict(long result)
{
	if (result >= 0)
		return 0;
	if (errno == ENOSYS)
		return NO_SUCH_CALL;
	fprintf(stderr, "attack: %s\n", strerror(errno));
	return 1;
}

static int wait_for_child(long pid)
{
	int status;

	if (pid < 0 || waitpid((pid_t)pid, &status, __WALL) < 0)
		return verdict(-1);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* ---- files ---- */

/* A file by its handle: no path reaches the call that opens it. */
static int by_handle(char **arg)
{
	char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	struct file_handle *h = (void *)room;
	int mount, mount_id;

	h->handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, arg[0], h, &mount_id, 0))
		return errno == EOPNOTSUPP ? NO_SUCH_CALL : verdict(-1);
	mount = open(arg[1], O_RDONLY | O_DIRECTORY);
	return verdict(open_by_handle_at(mount, h, O_RDONLY));
}

/* Data of one file in the page cache of another, by way of a pipe. */
static int by_splice(char **arg)
{
	int in = open(arg[0], O_RDONLY), out = open(arg[1], O_WRONLY | O_CREAT, 0600), pipe_fd[2];

	if (in < 0 || out < 0 || pipe(pipe_fd))
		return verdict(-1);
	if (splice(in, NULL, pipe_fd[1], NULL, 1, 0) != 1)
		return verdict(-1);
	return verdict(splice(pipe_fd[0], NULL, out, NULL, 1, 0));
}

static int by_sendfile(char **arg)
{
	int in = open(arg[0], O_RDONLY), out = open(arg[1], O_WRONLY | O_CREAT, 0600);

	return verdict(in < 0 || out < 0 ? -1 : sendfile(out, in, NULL, 1));
}

static int by_copy_range(char **arg)
{
	int in = open(arg[0], O_RDONLY), out = open(arg[1], O_WRONLY | O_CREAT, 0600);

	if (in < 0 || out < 0)
		return verdict(-1);
	if (copy_file_range(in, NULL, out, NULL, 1, 0) < 0)
		return errno == EXDEV ? NO_SUCH_CALL : verdict(-1);
	return 0;
}

/* Asynchronous input: the read is no call that a detector watches, the open before it is. */
static int by_aio(char **arg)
{
	static char buf[PAGE];
	aio_context_t ctx = 0;
	struct iocb cb = {.aio_lio_opcode = IOCB_CMD_PREAD, .aio_nbytes = sizeof(buf)};
	struct iocb *list = &cb;
	struct io_event done;
	int fd = open(arg[0], O_RDONLY);

	cb.aio_fildes = (uint32_t)fd;
	cb.aio_buf = (uintptr_t)buf;
	if (fd < 0 || syscall(SYS_io_setup, 1, &ctx) || syscall(SYS_io_submit, ctx, 1, &list) != 1)
		return verdict(-1);
	return verdict(syscall(SYS_io_getevents, ctx, 1, 1, &done, NULL) == 1 ? 0 : -1);
}

/* A system call by its number of the x32 table. */
static int by_x32(char **arg)
{
#ifdef __x86_64__
	return verdict(syscall(X32_BIT | SYS_openat, AT_FDCWD, arg[0], O_RDONLY, 0));
#else
	return NO_SUCH_CALL;
#endif
}

/* ---- processes ---- */

static int by_spawn(char **arg)
{
	pid_t pid;

	errno = posix_spawn(&pid, arg[0], NULL, NULL, arg, environ);
	return errno ? verdict(-1) : wait_for_child(pid);
}

static int by_vfork(char **arg)
{
	pid_t pid = vfork();

	if (!pid) {
		execve(arg[0], arg, environ);
		_exit(127);
	}
	return wait_for_child(pid);
}

static int by_clone3(char **arg)
{
	struct clone_args c = {.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
	long pid = syscall(SYS_clone3, &c, sizeof(c));

	if (!pid) {
		execve(arg[0], arg, environ);
		_exit(127);
	}
	return wait_for_child(pid);
}

static char **spawn_arg;

static int run_program(void *unused)
{
	execve(spawn_arg[0], spawn_arg, environ);
	return 127;
}

/* The new process is a sister, not a child. */
static int by_clone_parent(char **arg)
{
	static char stack[16 * PAGE] __attribute__((aligned(16)));

	spawn_arg = arg;
	if (clone(run_program, stack + sizeof(stack), CLONE_PARENT | SIGCHLD, NULL) < 0)
		return verdict(-1);
	usleep(300000); /* who is our parent waits for it, not we */
	return 0;
}

/* The grandchild acts when its parent is dead and this process has adopted it. */
static int by_subreaper(char **arg)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!fork()) {
		if (!fork()) {
			usleep(100000);
			execve(arg[0], arg, environ);
			_exit(127);
		}
		_exit(0);
	}
	return verdict(wait(NULL) < 0 || wait(NULL) < 0 ? -1 : 0);
}

/* Code that nobody executed as a program: written into memory and jumped to. */
static int by_jump(char **arg)
{
#ifdef __x86_64__
	static const unsigned char code[] = {
		0x48, 0xc7, 0xc7, 0x9c, 0xff, 0xff, 0xff, /* mov $AT_FDCWD, %rdi */
		0x31, 0xd2,				  /* xor %edx, %edx */
		0xb8, 0x01, 0x01, 0x00, 0x00,		  /* mov $257, %eax: openat */
		0x0f, 0x05,				  /* syscall */
		0xc3,					  /* ret */
	};
	char *room = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long result;

	if (room == MAP_FAILED)
		return verdict(-1);
	memcpy(room, code, sizeof(code));
	__asm__ volatile("call *%1"
			 : "=a"(result)
			 : "r"(room), "S"(arg[0])
			 : "rdi", "rdx", "rcx", "r11", "memory");
	errno = result < 0 ? (int)-result : 0;
	return verdict(result < 0 ? -1 : 0);
#else
	return NO_SUCH_CALL;
#endif
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		alarm(5);
		for (;;)
			pause();
	}
	return pid;
}

/* Into the memory of another process, by the debugger's call or without one. */
static int by_poke(char **arg)
{
	static long victim;
	pid_t pid = sleeper();
	long err;

	err = ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	if (!err && waitpid(pid, NULL, 0) == pid)
		err = ptrace(PTRACE_POKEDATA, pid, &victim, 1L);
	kill(pid, SIGKILL);
	return verdict(err);
}

static int by_vm_write(char **arg)
{
	static long victim;
	struct iovec v = {.iov_base = &victim, .iov_len = sizeof(victim)};
	pid_t pid = sleeper();
	long n = process_vm_writev(pid, &v, 1, &v, 1, 0);

	kill(pid, SIGKILL);
	return verdict(n);
}

static int by_proc_mem(char **arg)
{
	char path[64];
	pid_t pid = sleeper();
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	kill(pid, SIGKILL);
	return verdict(fd);
}

/* ---- descriptors from elsewhere ---- */

/* A descriptor that another process opened, by a message or by the call for it. */
static int send_fd(int socket, int fd)
{
	char room[CMSG_SPACE(sizeof(fd))] = {0}, one = 'x';
	struct iovec v = {.iov_base = &one, .iov_len = 1};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = room,
			   .msg_controllen = sizeof(room)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(socket, &m, 0) < 0 ? -1 : 0;
}

static int receive_fd(int socket)
{
	char room[CMSG_SPACE(sizeof(int))], one;
	struct iovec v = {.iov_base = &one, .iov_len = 1};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = room,
			   .msg_controllen = sizeof(room)};
	int fd = -1;

	if (recvmsg(socket, &m, 0) >= 0 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

static int by_message(char **arg)
{
	int pair[2], fd;
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return verdict(-1);
	if (!fork())
		_exit(send_fd(pair[1], open(arg[0], O_RDONLY)) ? 1 : 0);
	fd = receive_fd(pair[0]);
	return verdict(fd < 0 ? -1 : read(fd, &byte, 1));
}

static int by_pidfd(char **arg)
{
	int pair[2], pid_fd, n;
	pid_t pid;

	if (pipe(pair))
		return verdict(-1);
	pid = fork();
	if (!pid) {
		n = open(arg[0], O_RDONLY);
		if (write(pair[1], &n, sizeof(n)) < 0)
			_exit(1);
		sleep(5);
		_exit(0);
	}
	if (read(pair[0], &n, sizeof(n)) != sizeof(n))
		return verdict(-1);
	pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	n = pid_fd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pid_fd, n, 0);
	kill(pid, SIGKILL);
	return verdict(n);
}

/* The shell that follows gets a connection as its input, by a call other than dup2. */
static int by_fcntl_dup(char **arg)
{
	int pair = socket(AF_INET, SOCK_STREAM, 0);

	if (pair < 0)
		return verdict(-1);
	close(0);
	if (fcntl(pair, F_DUPFD, 0) != 0)
		return verdict(-1);
	return verdict(execve(arg[0], arg, environ));
}

/* Datagrams without a connection, several by one call. */
static int by_sendmmsg(char **arg)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arg[0]))};
	struct iovec v = {.iov_base = "x", .iov_len = 1};
	struct mmsghdr m[2];

	to.sin_addr.s_addr = htonl(0x7f030405);
	memset(m, 0, sizeof(m));
	for (int i = 0; i < 2; i++) {
		m[i].msg_hdr.msg_name = &to;
		m[i].msg_hdr.msg_namelen = sizeof(to);
		m[i].msg_hdr.msg_iov = &v;
		m[i].msg_hdr.msg_iovlen = 1;
	}
	return verdict(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), m, 2, 0));
}

/* A file system by the calls that mount(2) is not one of. */
static int by_mount_api(char **arg)
{
	int fs = (int)syscall(SYS_fsopen, "tmpfs", 0), fd;

	if (fs < 0)
		return verdict(-1);
	if (syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0)) /* FSCONFIG_CMD_CREATE */
		return verdict(-1);
	fd = (int)syscall(SYS_fsmount, fs, 0, 0);
	if (fd < 0)
		return verdict(-1);
	return verdict(syscall(SYS_move_mount, fd, "", AT_FDCWD, arg[0], 4));
}

/* Only the namespaces of another process, by a descriptor of it. */
static int by_setns(char **arg)
{
	int fd = (int)syscall(SYS_pidfd_open, atoi(arg[0]), 0);

	return verdict(fd < 0 ? -1 : setns(fd, CLONE_NEWNS | CLONE_NEWUTS));
}

/* ---- what is looked at is not what is used ---- */

static bool is_file(int fd, const char *path)
{
	struct stat want, got;

	return fd >= 0 && !stat(path, &want) && !fstat(fd, &got) && want.st_ino == got.st_ino;
}

static char *fault_page;
static const char *fault_path;
static int fault_fd, fault_answered;

/* The kernel gets the true name when it faults; who reads the page afterwards, another one. */
static void *answer_faults(void *unused)
{
	static char page[PAGE];
	struct uffd_msg m;
	struct uffdio_copy c = {.dst = (uintptr_t)fault_page, .src = (uintptr_t)page, .len = PAGE};

	while (read(fault_fd, &m, sizeof(m)) == sizeof(m)) {
		memset(page, 0, sizeof(page));
		snprintf(page, sizeof(page), "%s", fault_path);
		ioctl(fault_fd, UFFDIO_COPY, &c);
		for (volatile int i = 0; i < 3000; i++)
			;
		snprintf(fault_page, PAGE, "/etc/hosts");
		__atomic_store_n(&fault_answered, 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Opens a file so often by a name on a page of our own; prints how often it was the file. */
static int by_faults(char **arg)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register r = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	pthread_t thread;
	int hits = 0;

	fault_path = arg[1];
	fault_fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fault_fd < 0)
		return errno == EPERM ? NO_SUCH_CALL : verdict(-1);
	fault_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	r.range.start = (uintptr_t)fault_page;
	r.range.len = PAGE;
	if (ioctl(fault_fd, UFFDIO_API, &api) || ioctl(fault_fd, UFFDIO_REGISTER, &r) ||
	    pthread_create(&thread, NULL, answer_faults, NULL))
		return verdict(-1);
	for (int i = 0; i < atoi(arg[0]); i++) {
		int fd = (int)syscall(SYS_openat, AT_FDCWD, fault_page, O_RDONLY, 0);

		hits += is_file(fd, arg[1]);
		close(fd);
		while (!__atomic_exchange_n(&fault_answered, 0, __ATOMIC_ACQ_REL))
			sched_yield();
		madvise(fault_page, PAGE, MADV_DONTNEED);
	}
	printf("%d\n", hits);
	return !hits;
}

static char swapped_path[64] __attribute__((aligned(8))) = "/etc/hosts";

static void poke_path(pid_t pid, const char *path)
{
	char text[sizeof(swapped_path)] = "";
	long word;

	snprintf(text, sizeof(text), "%s", path);
	for (size_t i = 0; i < sizeof(text); i += sizeof(word)) {
		memcpy(&word, text + i, sizeof(word));
		ptrace(PTRACE_POKEDATA, pid, swapped_path + i, word);
	}
}

/* A debugger changes the name when the call has begun, and back when it is over. */
static int by_swap(char **arg)
{
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(!is_file((int)syscall(SYS_openat, AT_FDCWD, swapped_path, O_RDONLY, 0),
			       arg[0]));
	}
	for (int stop = 0; stop < 64; stop++) {
		struct __ptrace_syscall_info info = {};
		int status;

		if (waitpid(pid, &status, 0) < 0 || WIFEXITED(status))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD);
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_openat)
			poke_path(pid, arg[0]);
		else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
			poke_path(pid, "/etc/hosts");
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	}
	return 1;
}

static struct sockaddr_in late_address;

static void *connect_late(void *fd)
{
	return (void *)(intptr_t)connect((int)(intptr_t)fd, (struct sockaddr *)&late_address,
					 sizeof(late_address));
}

/* A server that does not answer yet; meanwhile the address in memory becomes another one. */
static int by_late_connect(char **arg)
{
	int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	pthread_t thread;
	void *result = (void *)-1L;

	late_address.sin_family = AF_INET;
	late_address.sin_port = htons((uint16_t)atoi(arg[0]));
	late_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(server, (struct sockaddr *)&late_address, sizeof(late_address)) ||
	    listen(server, 0))
		return verdict(-1);
	for (int i = 0; i < 3; i++) { /* the queue is full now */
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		struct sockaddr_in other = late_address;

		(void)!connect(fd, (struct sockaddr *)&other, sizeof(other));
	}
	if (pthread_create(&thread, NULL, connect_late,
			   (void *)(intptr_t)socket(AF_INET, SOCK_STREAM, 0)))
		return verdict(-1);
	usleep(200000);
	late_address.sin_port = htons(80);
	fcntl(server, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 100 && pthread_tryjoin_np(thread, &result); i++) {
		close(accept(server, NULL, NULL));
		usleep(50000);
	}
	return verdict((long)(intptr_t)result);
}

static const struct {
	const char *name;
	int args;
	int (*run)(char **arg);
	const char *usage;
} attacks[] = {
	{"handle", 2, by_handle, "FILE MOUNT      open_by_handle_at"},
	{"splice", 2, by_splice, "FROM TO         a byte through a pipe"},
	{"sendfile", 2, by_sendfile, "FROM TO       a byte"},
	{"copy-range", 2, by_copy_range, "FROM TO     a byte"},
	{"aio", 1, by_aio, "FILE               io_submit of a read"},
	{"x32", 1, by_x32, "FILE               openat of the x32 table"},
	{"spawn", 1, by_spawn, "PROGRAM ARG...   posix_spawn"},
	{"vfork", 1, by_vfork, "PROGRAM ARG...   vfork"},
	{"clone3", 1, by_clone3, "PROGRAM ARG...  clone3"},
	{"clone-parent", 1, by_clone_parent, "PROGRAM ARG... as a sister"},
	{"subreaper", 1, by_subreaper, "PROGRAM ARG... as an orphan"},
	{"jump", 1, by_jump, "FILE              openat by code in memory"},
	{"poke", 0, by_poke, "                  into a process, as a debugger"},
	{"vm-write", 0, by_vm_write, "              into a process, by process_vm_writev"},
	{"proc-mem", 0, by_proc_mem, "              open /proc/PID/mem"},
	{"message", 1, by_message, "FILE           a descriptor by SCM_RIGHTS"},
	{"pidfd", 1, by_pidfd, "FILE             a descriptor by pidfd_getfd"},
	{"fcntl-dup", 1, by_fcntl_dup, "PROGRAM ARG... with a socket as its input"},
	{"sendmmsg", 1, by_sendmmsg, "PORT          to 127.3.4.5"},
	{"mount-api", 1, by_mount_api, "DIR          a tmpfs, by move_mount"},
	{"faults", 2, by_faults,
	 "COUNT FILE      openat by a name on a page whose faults we answer"},
	{"swap", 1, by_swap,
	 "FILE              openat by a name that a debugger changes meanwhile"},
	{"late-connect", 1, by_late_connect, "PORT      an address that changes meanwhile"},
	{"setns", 1, by_setns, "PID              into its namespaces, by a pidfd"},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (!strcmp(argv[1], attacks[i].name) && argc >= attacks[i].args + 2)
			return attacks[i].run(argv + 2);
	fprintf(stderr, "usage: attack NAME ...\n");
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		fprintf(stderr, "  %s %s\n", attacks[i].name, attacks[i].usage);
	return 2;
}
