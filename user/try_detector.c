/* SPDX-License-Identifier: Apache-2.0 */
#include "user/try_detector.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>

#include "gen/arena.h"
#include "user/json.h"
#include "user/util.h"

#define ARMED_SECONDS  60
#define MARKER_SECONDS 10

/* ---- reading alerts ---- */

const char *try_alert_text(const struct json *alert, const char *name)
{
	const struct json *found = json_get(alert, name);

	if (!found)
		found = json_get(alert, "output_fields");
	if (found && found->kind == JSON_OBJECT)
		found = json_get(found, name);
	return found && found->kind == JSON_STR ? found->str : NULL;
}

/* ---- the process ---- */

int try_detector_name(struct try_detector *d)
{
	unsigned char bytes[4];

	*d = (struct try_detector){.out = -1, .err = -1};
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return -EIO;
	snprintf(d->marker, sizeof(d->marker), "try-%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2],
		 bytes[3]);
	return 0;
}

/* The most urgent priority, so that no configuration leaves it out. */
static int write_marker_rule(const struct try_detector *d)
{
	int fd = memfd_create("marker.yaml", 0);

	if (fd < 0)
		return -errno;
	dprintf(fd,
		"- rule: %s\n"
		"  desc: the end of an action\n"
		"  condition: evt.type in (execve, execveat) and evt.failed=false and "
		"proc.name=%s\n"
		"  output: \"action %%proc.args in %%container.id\"\n"
		"  priority: EMERGENCY\n",
		d->marker, d->marker);
	return fd;
}

static _Noreturn void run_detector(const char *rules, const char *const *args, size_t n, int out,
				   int err)
{
	const char *first[] = {"tiercel", "run", "--json", "-o", "control_socket=", "-r", rules};
	const char **argv = calloc(ARRAY_LEN(first) + n + 1, sizeof(*argv));
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (!argv || nothing < 0)
		_exit(127);
	memcpy(argv, first, sizeof(first));
	memcpy(argv + ARRAY_LEN(first), args, n * sizeof(*args));
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setpgid(0, 0);
	unsetenv("SLACK_WEBHOOKURL");
	if (dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	execv("/proc/self/exe", (char **)argv);
	_exit(127);
}

static int start_process(struct try_detector *d, int rules, const char *const *args, size_t n)
{
	char path[32];
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC))
		return -errno;
	if (pipe2(err, O_CLOEXEC)) {
		close(out[0]);
		close(out[1]);
		return -EMFILE;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", rules);
	d->pid = fork();
	if (!d->pid)
		run_detector(path, args, n, out[1], err[1]);
	d->out = out[0];
	d->err = err[0];
	close(out[1]);
	close(err[1]);
	return d->pid < 0 ? -EAGAIN : 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Appends what a pipe has; closes it at its end. */
static void drain(int *fd, struct buf *to)
{
	char data[16384];
	ssize_t n = read(*fd, data, sizeof(data));

	if (n > 0) {
		buf_add(to, data, n);
	} else if (n == 0 || errno != EINTR) {
		close(*fd);
		*fd = -1;
	}
}

/* Waits until the detector has said something. */
static int hear(struct try_detector *d, int64_t end)
{
	struct pollfd p[] = {{.fd = d->out, .events = POLLIN}, {.fd = d->err, .events = POLLIN}};
	int64_t left = end - now_ms();
	int n;

	if (d->out < 0)
		return -EPIPE;
	n = poll(p, 2, left > 0 ? left : 0);
	if (n < 0)
		return -errno;
	if (!n)
		return -ETIMEDOUT;
	if (p[0].revents)
		drain(&d->out, &d->lines);
	if (d->err >= 0 && p[1].revents)
		drain(&d->err, &d->log);
	return 0;
}

/* A finished line that says so. */
static bool is_armed(const struct try_detector *d)
{
	const char *at = strstr(buf_text(&d->log), "armed: ");

	return at && strchr(at, '\n');
}

int try_detector_start(struct try_detector *d, const char *const *args, size_t n)
{
	int64_t end = now_ms() + ARMED_SECONDS * 1000;
	int rules = write_marker_rule(d);
	int err;

	if (rules < 0)
		return rules;
	err = start_process(d, rules, args, n);
	close(rules);
	while (!err && !is_armed(d))
		err = hear(d, end);
	/* the reason may come after the end of the other pipe */
	while (err == -EPIPE && d->err >= 0)
		drain(&d->err, &d->log);
	return err;
}

/* The next whole line, NULL if there is none yet. */
static char *next_line(struct try_detector *d)
{
	char *line, *end;

	if (d->taken == d->lines.len) {
		buf_clear(&d->lines);
		d->taken = 0;
		return NULL;
	}
	line = d->lines.s + d->taken;
	end = memchr(line, '\n', d->lines.len - d->taken);
	if (!end)
		return NULL;
	*end = '\0';
	d->taken += end - line + 1;
	return line;
}

/* Number of the marker that an alert is of, 0 for any other alert. */
static unsigned marker_number(const struct try_detector *d, const struct json *alert)
{
	const char *rule = try_alert_text(alert, "rule");
	const char *args = try_alert_text(alert, "proc.args");

	return rule && args && !strcmp(rule, d->marker) ? strtoul(args, NULL, 10) : 0;
}

/* Hands out one line; returns the number if it is a marker's. */
static unsigned take_line(const struct try_detector *d, const char *line, try_alert_fn alert,
			  void *arg)
{
	struct arena *a = arena_new();
	struct json_error why;
	struct json *json = a ? json_read(a, line, strlen(line), &why) : NULL;
	unsigned number = 0;

	if (json && json->kind == JSON_OBJECT) {
		number = marker_number(d, json);
		if (!number)
			alert(arg, json);
	}
	arena_free(&a);
	return number;
}

int try_detector_read(struct try_detector *d, unsigned number, try_alert_fn alert, void *arg)
{
	int64_t end = now_ms() + MARKER_SECONDS * 1000;

	for (;;) {
		char *line = next_line(d);
		int err;

		if (line && take_line(d, line, alert, arg) == number)
			return 0;
		if (line)
			continue;
		err = hear(d, end);
		if (err)
			return err;
	}
}

void try_detector_stop(struct try_detector *d)
{
	if (d->pid > 0) {
		kill(d->pid, SIGTERM);
		/* it writes a summary when it ends: nobody may block on that */
		cleanup_close(&d->out);
		cleanup_close(&d->err);
		while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	d->pid = 0;
	buf_free(&d->lines);
	buf_free(&d->log);
}
