/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load ROUNDS COMMAND...: runs it that often; medians of the time it took and of the time it had a
 * processor, in ms, and its peak of memory in MiB.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 1000

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Milliseconds; -1 if it failed. */
static double run(char **argv, double *cpu, long *kib)
{
	double began = now();
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(127);
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status)
		return -1;
	if (used.ru_maxrss > *kib)
		*kib = used.ru_maxrss;
	*cpu = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
	return now() - began;
}

int main(int argc, char **argv)
{
	double ms[ROUNDS_MAX], cpu[ROUNDS_MAX];
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	long kib = 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: load ROUNDS COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		ms[i] = run(argv + 2, &cpu[i], &kib);
		if (ms[i] < 0)
			return 1;
	}
	qsort(ms, rounds, sizeof(*ms), by_size);
	qsort(cpu, rounds, sizeof(*cpu), by_size);
	printf("%.0f %.0f %.1f\n", ms[rounds / 2], cpu[rounds / 2], kib / 1024.0);
	return 0;
}
