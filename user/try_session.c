/* SPDX-License-Identifier: Apache-2.0 */
#include "user/try_session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "user/log.h"
#include "user/sandbox_root.h"

#define COMMAND(...)                                                                               \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static const char *const *const command_lines[TRY_COMMANDS] = {
	COMMAND("ping", "-c", "1", "127.0.0.1"),
	COMMAND("curl", "http://127.0.0.1:1/"),
	COMMAND("bash", "-c", "echo 'test'"),
	COMMAND("curl", "http://127.0.0.1:1/"),
};

/* What a job is: kind and index in one number. */
enum job { JOB_SETUP, JOB_COMMAND, JOB_PREPARE, JOB_PERFORM, JOB_MARK };
#define JOB(kind, index) ((kind) << 24 | (int)(index))
#define JOB_KIND(job)	 ((job) >> 24)
#define JOB_INDEX(job)	 ((job)&0xffffff)

static volatile sig_atomic_t stopped;

void try_session_interrupt(void)
{
	stopped = 1;
}

/* ---- jobs: in the container, but for those of host actions ---- */

static int set_up(struct try_session *s)
{
	char path[PATH_MAX_LEN];
	int err = try_place(&s->actor, s->detector.marker);

	for (size_t i = 0; i < TRY_COMMANDS && !err; i++) {
		try_find_program(&s->actor, s->commands[i].argv[0], path, sizeof(path));
		if (access(path, X_OK))
			err = try_place(&s->actor, s->commands[i].argv[0]);
	}
	return -err;
}

static int mark(struct try_session *s, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	return try_run(&s->actor, COMMAND(s->detector.marker, text));
}

static int run_job(void *arg, int job)
{
	struct try_session *s = arg;
	int i = JOB_INDEX(job);

	switch (JOB_KIND(job)) {
	case JOB_SETUP:
		return set_up(s);
	case JOB_COMMAND:
		return try_run(&s->actor, s->commands[i].argv);
	case JOB_PREPARE:
		return -try_prepare(&s->actor, &s->plans[i]);
	case JOB_PERFORM:
		return try_perform(s->rules[i].host ? &s->host_actor : &s->actor, &s->plans[i]);
	default:
		return mark(s, i);
	}
}

/* A job outside of the container. */
static int run_on_host(struct try_session *s, int job)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		setsid();
		syscall(SYS_close_range, 3, ~0U, 0);
		_exit(run_job(s, job));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

/* Status of the job, -errno if there can be no further one. */
static int do_job(struct try_session *s, bool host, int kind, size_t index)
{
	int status;

	if (stopped)
		return -EINTR;
	status =
		host ? run_on_host(s, JOB(kind, index)) : sandbox_do(&s->sandbox, JOB(kind, index));
	if (status == -EINTR || status == -EPIPE)
		log_error("%s", stopped ? "interrupted" : s->sandbox.why);
	return status;
}

/* ---- alerts ---- */

static void take_alert(void *arg, const struct json *alert)
{
	struct try_session *s = arg;
	const char *rule = try_alert_text(alert, "rule");
	const char *container = try_alert_text(alert, "container.id");

	if (!rule || !s->alerts || (container && strcmp(container, s->container_wanted)))
		return;
	for (size_t i = 0; i < s->alerts->n; i++)
		if (!strcmp(s->alerts->v[i], rule))
			return;
	texts_add(s->alerts, rule);
}

/* Puts the names of the rules that were raised since the last call into alerts. */
static int collect(struct try_session *s, bool host, struct texts *alerts)
{
	int status;

	if (!s->watched)
		return 0;
	status = do_job(s, false, JOB_MARK, ++s->marks);
	if (status < 0)
		return status;
	s->alerts = alerts;
	s->container_wanted = host ? "host" : s->container;
	status = try_detector_read(&s->detector, s->marks, take_alert, s);
	s->alerts = NULL;
	if (status)
		log_error("%s", stopped		       ? "interrupted"
				: status == -ETIMEDOUT ? "the detector does not answer"
						       : "the detector has ended");
	return status;
}

static bool has_text(const struct texts *t, const char *text)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->v[i], text))
			return true;
	return false;
}

/* ---- what is tried ---- */

static int try_commands(struct try_session *s)
{
	for (size_t i = 0; i < TRY_COMMANDS; i++) {
		int status = do_job(s, false, JOB_COMMAND, i);

		if (status == -EINTR || status == -EPIPE)
			return status;
		s->commands[i].broken = status < 0;
		status = collect(s, false, &s->commands[i].alerts);
		if (status)
			return status;
	}
	return 0;
}

/* Before anything is watched for, since putting files in place raises alerts as well. */
static int prepare_rules(struct try_session *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct try_rule *rule = &s->rules[i];
		int status;

		if (!rule->action || rule->host)
			continue;
		status = do_job(s, false, JOB_PREPARE, i);
		if (status == -EINTR || status == -EPIPE)
			return status;
		if (!status)
			continue;
		rule->outcome = TRY_BROKEN;
		rule->why = strerror(abs(status));
	}
	return collect(s, false, NULL);
}

static int try_rule(struct try_session *s, size_t i)
{
	struct try_rule *rule = &s->rules[i];
	struct texts alerts = {0};
	int status = do_job(s, rule->host, JOB_PERFORM, i);

	if (status == -EINTR || status == -EPIPE)
		return status;
	if (status) {
		rule->outcome = TRY_BROKEN;
		rule->why = status == -ETIMEDOUT ? "it did not end" : "its program failed";
	}
	status = collect(s, rule->host, &alerts);
	if (!status && rule->outcome != TRY_BROKEN && s->watched)
		rule->outcome = has_text(&alerts, rule->name) ? TRY_FIRED : TRY_SILENT;
	texts_free(&alerts);
	return status;
}

static int try_rules(struct try_session *s)
{
	int err = prepare_rules(s);

	for (size_t i = 0; i < s->n && !err; i++)
		if (s->rules[i].outcome == TRY_DONE)
			err = try_rule(s, i);
	return err;
}

/* ---- beginning and end ---- */

int try_session_run(struct try_session *s)
{
	char path[PATH_MAX_LEN];
	int err;

	for (size_t i = 0; i < TRY_COMMANDS; i++)
		s->commands[i].stand_in = !strncmp(
			try_find_program(&s->actor, s->commands[i].argv[0], path, sizeof(path)),
			SANDBOX_HOME, strlen(SANDBOX_HOME));
	err = do_job(s, false, JOB_SETUP, 0);
	if (err) {
		log_error("programs cannot be put in place: %s", strerror(err < 0 ? -err : err));
		return -EIO;
	}
	err = collect(s, false, NULL);
	if (!err)
		err = try_commands(s);
	return err ? err : try_rules(s);
}

int try_session_init(struct try_session *s)
{
	int err = sandbox_name(&s->sandbox);

	if (!err)
		err = try_detector_name(&s->detector);
	if (err)
		return err;
	snprintf(s->container, sizeof(s->container), "%.12s", s->sandbox.id);
	s->actor = (struct try_actor){.home = SANDBOX_HOME, .stand_in = SANDBOX_STAND_IN};
	for (size_t i = 0; i < TRY_COMMANDS; i++)
		s->commands[i].argv = command_lines[i];
	return 0;
}

int try_session_start(struct try_session *s)
{
	int err = sandbox_start(&s->sandbox, run_job, s);

	if (err)
		log_error("no container can be made: %s", s->sandbox.why);
	return err;
}

void try_session_end(struct try_session *s)
{
	sandbox_stop(&s->sandbox);
	try_detector_stop(&s->detector);
	for (size_t i = 0; i < TRY_COMMANDS; i++)
		texts_free(&s->commands[i].alerts);
}
