/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send COUNT RATE SECONDS [KEY=VALUE]...: COUNT alerts "number N", RATE a second (0: at once), to
 * the outputs of this configuration, by the code of the daemon; then it waits SECONDS, or until
 * SIGTERM, for what is under way and prints what became of them, one line "OUTPUT WORD COUNT" each.
 * SIGUSR1 opens files anew.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "user/outcomes.h"
#include "user/sink.h"

static struct sinks *sinks;
static int signals;

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* False: told to end. */
static bool pause_until(int64_t ms)
{
	struct pollfd p = {.fd = signals, .events = POLLIN};
	struct signalfd_siginfo info;

	for (int64_t left; (left = ms - now_ms()) > 0;) {
		if (poll(&p, 1, left) <= 0)
			continue;
		if (read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGTERM)
			return false;
		sinks_reopen(sinks);
	}
	return true;
}

static void send_one(const struct config *cfg, int n)
{
	static const char *const rules[] = {"Even", "Odd"};
	char text[64], number[16];
	struct alert a;

	snprintf(text, sizeof(text), "number %d", n);
	snprintf(number, sizeof(number), "%d", n);
	if (alert_internal(&a, n % 3 ? PRIORITY_WARNING : PRIORITY_NOTICE, rules[n & 1], "h1",
			   text))
		exit(2);
	a.internal = false;
	a.source = "syscall";
	a.tags = "t\0";
	alert_add(&a, "number", number);
	sinks_write(sinks, cfg, &a);
	alert_free(&a);
}

static void print_lost(void *ctx, const char *rule, uint64_t n)
{
	printf("%s lost %" PRIu64 " %s\n", (const char *)ctx, n, rule);
}

static void print(void)
{
	struct outcomes_counts c;

	for (size_t i = 0; outcomes_get(i, &c); i++) {
		for (int o = 0; o < OUTCOME_COUNT; o++)
			printf("%s %s %" PRIu64 "\n", c.name, outcome_name(o), c.n[o]);
		printf("%s waiting %" PRIu64 "\n", c.name, c.waiting);
		outcomes_each_lost(i, print_lost, (void *)c.name);
	}
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct config cfg = {};
	bool go_on = true;
	int64_t began;
	int count, rate;

	if (argc < 4) {
		fprintf(stderr, "usage: send COUNT RATE SECONDS [KEY=VALUE]...\n");
		return 2;
	}
	count = atoi(argv[1]);
	rate = atoi(argv[2]);
	signals = block_signals();
	if (signals < 0 || config_load(&cfg, "/dev/null", (const char *const *)argv + 4, argc - 4))
		return 1;
	sinks = sinks_open(&cfg);
	if (!sinks)
		return 1;
	began = now_ms();
	for (int n = 0; n < count && go_on; n++) {
		if (rate)
			go_on = pause_until(began + n * 1000LL / rate);
		send_one(&cfg, n);
	}
	fprintf(stderr, "sent in %" PRId64 " ms\n", now_ms() - began);
	if (go_on)
		pause_until(now_ms() + atoi(argv[3]) * 1000LL);
	sinks_close(&sinks);
	print();
	config_free(&cfg);
	return 0;
}
