/* SPDX-License-Identifier: Apache-2.0 */
/* load ROUNDS COMMAND...: runs it that often; median of its time, and its peak of memory. */
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
static double run(char **argv, long *kib)
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
	return now() - began;
}

int main(int argc, char **argv)
{
	double ms[ROUNDS_MAX];
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	long kib = 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: load ROUNDS COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		ms[i] = run(argv + 2, &kib);
		if (ms[i] < 0)
			return 1;
	}
	qsort(ms, rounds, sizeof(*ms), by_size);
	printf("%.0f %.0f %.1f\n", ms[rounds / 2], ms[0], kib / 1024.0);
	return 0;
}
