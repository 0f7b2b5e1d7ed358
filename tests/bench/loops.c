/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loops KIND COUNT: how long one thing takes, in nanoseconds, on one line.
 *
 * getppid  a system call that no rule watches           \  thread CPU time: other processes
 * open     openat and close of a file no rule names     /  do not count
 * exec     fork, exec and wait of `loops nothing`: the median of elapsed times
 *
 * Linked statically, so that an exec is only an exec.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

static void do_open(void)
{
	close((int)syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
}

static void do_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "loops", "nothing", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static const struct kind {
	const char *name;
	void (*run)(void);
	clockid_t clock;
} kinds[] = {
	{"getppid", do_getppid, CLOCK_THREAD_CPUTIME_ID},
	{"open", do_open, CLOCK_THREAD_CPUTIME_ID},
	{"exec", do_exec, CLOCK_MONOTONIC},
};

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of COUNT samples: of an exec the kernel does a part at its own time. */
static double median(const struct kind *kind, long count)
{
	double *sample = calloc((size_t)count, sizeof(*sample)), result;

	if (!sample)
		return 0;
	for (long i = 0; i < count; i++) {
		sample[i] = now(kind->clock);
		kind->run();
		sample[i] = now(kind->clock) - sample[i];
	}
	qsort(sample, (size_t)count, sizeof(*sample), compare);
	result = sample[count / 2];
	free(sample);
	return result;
}

static double mean(const struct kind *kind, long count)
{
	double start = now(kind->clock);

	for (long i = 0; i < count; i++)
		kind->run();
	return (now(kind->clock) - start) / (double)count;
}

static void measure(const struct kind *kind, long count)
{
	/* The first rounds fill caches. */
	for (long i = 0; i < count / 10; i++)
		kind->run();
	printf("%s %.1f\n", kind->name,
	       kind->clock == CLOCK_MONOTONIC ? median(kind, count) : mean(kind, count));
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "nothing"))
		return 0;
	for (size_t i = 0; argc == 3 && atol(argv[2]) > 0 && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++)
		if (!strcmp(kinds[i].name, argv[1])) {
			measure(&kinds[i], atol(argv[2]));
			return 0;
		}
	fprintf(stderr, "usage: loops getppid|open|exec COUNT\n");
	return 2;
}
