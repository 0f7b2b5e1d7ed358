/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stand-in has to do is a text: steps separated by STEP, each of fields separated by
 * FIELD. A process takes the first step and hands the rest on to what it starts.
 *
 *   exec PATH ARGV0 ARG...  start a program and wait for it
 *   open TYPE FLAGS PATH    open a file by the system call TYPE
 *   lack TYPE FLAGS PATH    the same of a file that is not there
 *   miss TYPE PATH          execute a file that is not there
 */
#include "user/try_actions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/try_files.h"
#include "user/util.h"

#define VARIABLE       "TIERCEL_STAND_IN"
#define FIELD	       "\037"
#define STEP	       "\036"
#define FIELDS_MAX     1024
#define MODE	       0600
#define STATUS_NOT_RUN 125

static const char *const search[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
				     "/usr/bin",	"/sbin",	  "/bin"};

/* ---- putting things in place ---- */

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && path[n] == '/';
}

/* A link takes no memory; to another file system there is none. */
static int put_program(const struct try_actor *a, const char *path)
{
	int err;

	if (a->host && !is_below(path, a->home))
		return -EPERM;
	err = try_file_parents(path);
	if (err)
		return err;
	if (unlink(path) && errno != ENOENT)
		return -errno;
	if (!link(a->stand_in, path))
		return 0;
	return try_file_copy(a->stand_in, path, 0755);
}

static void home_path(const struct try_actor *a, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/bin/%s", a->home, name);
}

int try_place(const struct try_actor *a, const char *name)
{
	char path[PATH_MAX];

	home_path(a, name, path);
	return put_program(a, path);
}

static bool is_named(const char *path, const char *name)
{
	const char *base = strrchr(path, '/') + 1;

	return !strncmp(base, name, COMM_SIZE - 1);
}

/* The path to execute, so that the process is called as planned and is the planned file. */
static void program_path(const struct try_actor *a, const struct try_plan *p, char path[PATH_MAX])
{
	if (is_named(p->exepath, p->name))
		snprintf(path, PATH_MAX, "%s", p->exepath);
	else
		snprintf(path, PATH_MAX, "%s/links/%s", a->home, p->name);
}

static int put_programs(const struct try_actor *a, const struct try_plan *p)
{
	char path[PATH_MAX];
	int err = put_program(a, p->exepath);

	if (!err && p->parent)
		err = try_place(a, p->parent);
	program_path(a, p, path);
	if (err || !strcmp(path, p->exepath))
		return err;
	err = try_file_parents(path);
	if (err)
		return err;
	if (unlink(path) && errno != ENOENT)
		return -errno;
	return symlink(p->exepath, path) ? -errno : 0;
}

static int put_file(const struct try_actor *a, const struct try_plan *p)
{
	struct stat st;
	bool there = !stat(p->path, &st);
	int err;

	if (p->fails)
		return there ? -EEXIST : 0;
	if (there && (p->directory ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode)))
		return -EEXIST;
	if (a->host && !is_below(p->path, a->home))
		return there && p->type != EVENT_CREAT && p->flags == O_RDONLY ? 0 : -EPERM;
	if (there)
		return 0;
	err = try_file_parents(p->path);
	if (err)
		return err;
	if (p->directory)
		return mkdir(p->path, 0755) ? -errno : 0;
	return try_file_write(p->path, "", 0, 0644);
}

int try_prepare(const struct try_actor *a, const struct try_plan *p)
{
	int err = put_programs(a, p);

	return err || !p->path ? err : put_file(a, p);
}

/* ---- starting ---- */

/* Writes the steps of a plan behind one another. */
static int write_steps(const struct try_actor *a, const struct try_plan *p, FILE *to)
{
	char path[PATH_MAX];

	if (p->parent) {
		program_path(a, p, path);
		fprintf(to, "exec" FIELD "%s" FIELD "%s", path, p->exe);
		for (const char **arg = p->args; *arg; arg++)
			fprintf(to, FIELD "%s", *arg);
		fputs(STEP, to);
	}
	if (try_is_open(p->type))
		fprintf(to, "%s" FIELD "%d" FIELD "%d" FIELD "%s", p->fails ? "lack" : "open",
			p->type, p->flags | (p->directory ? O_DIRECTORY : 0), p->path);
	else if (p->fails)
		fprintf(to, "miss" FIELD "%d" FIELD "%s/missing", p->type, a->home);
	return fclose(to) ? -errno : 0;
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

/* Executes path with one more environment variable than the few that programs want. */
static int execute(const char *path, const char *argv0, const char *const *args, const char *steps)
{
	size_t n = count(args);
	const char **argv = calloc(n + 2, sizeof(*argv));
	char variable[sizeof(VARIABLE) + 1 + PATH_MAX * 2];
	char *environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			       "HOME=/root", "LANG=C", variable, NULL};

	if (!argv)
		return STATUS_NOT_RUN;
	argv[0] = argv0;
	memcpy(argv + 1, args, n * sizeof(*args));
	if (snprintf(variable, sizeof(variable), "%s=%s", VARIABLE, steps) >= (int)sizeof(variable))
		return STATUS_NOT_RUN;
	execve(path, (char **)argv, environment);
	free(argv);
	return STATUS_NOT_RUN;
}

static int perform(const struct try_actor *a, const struct try_plan *p)
{
	char path[PATH_MAX], *steps = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&steps, &size);

	if (!to || write_steps(a, p, to) || chdir("/"))
		return STATUS_NOT_RUN;
	if (p->parent) {
		home_path(a, p->parent, path);
		return execute(path, p->parent, p->parent_args, steps);
	}
	program_path(a, p, path);
	return execute(path, p->exe, p->args, steps);
}

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return STATUS_NOT_RUN;
	return WEXITSTATUS(status);
}

/* The first terminal that the leader of a session opens is its own. */
static bool enter_terminal(const char *path)
{
	int fd;

	if (setsid() < 0)
		return false;
	fd = open(path, O_RDWR | O_CLOEXEC);
	return fd >= 0 && dup2(fd, 0) == 0 && dup2(fd, 1) == 1 && dup2(fd, 2) == 2;
}

/* Somebody must hold the other end meanwhile. */
static int perform_in_terminal(const struct try_actor *a, const struct try_plan *p)
{
	int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char path[PATH_MAX];
	pid_t pid;

	if (other < 0 || unlockpt(other) || ptsname_r(other, path, sizeof(path)))
		return STATUS_NOT_RUN;
	pid = fork();
	if (!pid)
		_exit(enter_terminal(path) ? perform(a, p) : STATUS_NOT_RUN);
	return wait_for(pid);
}

int try_perform(const struct try_actor *a, const struct try_plan *p)
{
	return p->terminal ? perform_in_terminal(a, p) : perform(a, p);
}

const char *try_find_program(const struct try_actor *a, const char *name, char *path, size_t size)
{
	for (size_t i = 0; i < sizeof(search) / sizeof(search[0]); i++) {
		snprintf(path, size, "%s/%s", search[i], name);
		if (!access(path, X_OK))
			return path;
	}
	snprintf(path, size, "%s/bin/%s", a->home, name);
	return path;
}

int try_run(const struct try_actor *a, const char *const *argv)
{
	char path[PATH_MAX];

	return execute(try_find_program(a, argv[0], path, sizeof(path)), argv[0], argv + 1, "");
}

/* ---- being a stand-in ---- */

static long call_open(enum event_id type, int flags, const char *path)
{
	struct open_how how = {.flags = flags};

	switch (type) {
#ifdef SYS_open
	case EVENT_OPEN:
		return syscall(SYS_open, path, flags, MODE);
	case EVENT_CREAT:
		return syscall(SYS_creat, path, MODE);
#endif
	case EVENT_OPENAT:
		return syscall(SYS_openat, AT_FDCWD, path, flags, MODE);
	case EVENT_OPENAT2:
		return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	default:
		errno = ENOSYS;
		return -1;
	}
}

static int do_open(char **field, size_t n, bool fails)
{
	if (n < 4)
		return STATUS_NOT_RUN;
	return (call_open(atoi(field[1]), atoi(field[2]), field[3]) < 0) != fails;
}

static int do_miss(char **field, size_t n)
{
	char *argv[] = {"missing", NULL}, *environment[] = {NULL};

	if (n < 3)
		return STATUS_NOT_RUN;
	if (atoi(field[1]) == EVENT_EXECVEAT)
		syscall(SYS_execveat, AT_FDCWD, field[2], argv, environment, 0);
	else
		execve(field[2], argv, environment);
	return 0;
}

static int do_exec(char **field, size_t n, const char *rest)
{
	pid_t pid;

	if (n < 3)
		return STATUS_NOT_RUN;
	pid = fork();
	if (!pid)
		_exit(execute(field[1], field[2], (const char *const *)&field[3], rest));
	return wait_for(pid);
}

bool is_stand_in(void)
{
	return getenv(VARIABLE);
}

static int do_step(char **field, size_t n, const char *rest)
{
	if (!strcmp(field[0], "open") || !strcmp(field[0], "lack"))
		return do_open(field, n, !strcmp(field[0], "lack"));
	if (!strcmp(field[0], "miss"))
		return do_miss(field, n);
	if (!strcmp(field[0], "exec"))
		return do_exec(field, n, rest);
	return 0;
}

int stand_in_main(void)
{
	_cleanup_free_ char *text = strdup(getenv(VARIABLE));
	char *field[FIELDS_MAX + 1], *rest = text, *step;
	size_t n = 0;

	if (!text)
		return STATUS_NOT_RUN;
	step = strsep(&rest, STEP);
	while (step && n < FIELDS_MAX)
		field[n++] = strsep(&step, FIELD);
	field[n] = NULL;
	return do_step(field, n, rest ? rest : "");
}
