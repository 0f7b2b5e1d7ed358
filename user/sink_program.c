/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts to the standard input of a program that the shell starts: one for each alert, or, with
 * keep_alive, one that stays. */
#include "user/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/line.h"

extern char **environ;

struct state {
	char *command;
	bool keep_alive;
	int fd; /* its standard input, -1: it does not run */
	pthread_mutex_t lock;
	pid_t pid; /* and its process group; 0: none */
};

static bool is_wanted(const struct config *cfg)
{
	return cfg->program_enabled;
}

static int open_program(const struct config *cfg, void **state)
{
	struct state *s = calloc(1, sizeof(*s));

	if (!*cfg->program_command) {
		log_error("program_output.program: name a program");
		free(s);
		return -EINVAL;
	}
	if (!s)
		return -ENOMEM;
	*s = (struct state){.command = strdup(cfg->program_command),
			    .keep_alive = cfg->program_keep_alive,
			    .fd = -1};
	pthread_mutex_init(&s->lock, NULL);
	*state = s;
	return 0;
}

/* Signals as for any program: here they are blocked or ignored. */
static int set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, pipe;

	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &pipe);
	posix_spawnattr_setpgroup(attr, 0);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
}

static int spawn(struct state *s, int input)
{
	char *argv[] = {"sh", "-c", s->command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	pid_t pid;
	int err;

	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	err = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	/* Standard output is for alerts. */
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	if (!err)
		err = set_signals(&attr);
	if (!err)
		err = posix_spawn(&pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	pthread_mutex_lock(&s->lock);
	s->pid = err ? 0 : pid;
	pthread_mutex_unlock(&s->lock);
	return -err;
}

static int start(struct state *s)
{
	int fds[2], err;

	if (s->fd >= 0)
		return 0;
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	err = spawn(s, fds[0]);
	close(fds[0]);
	if (err)
		close(fds[1]);
	else
		s->fd = fds[1];
	return err;
}

/* The end of its input, and then its own. */
static void stop(struct state *s)
{
	int status;

	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	if (!s->pid)
		return;
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&s->lock);
	s->pid = 0;
	pthread_mutex_unlock(&s->lock);
}

static enum delivery_result send_line(void *state, const char *text, size_t len,
				      struct delivery_try *t)
{
	struct state *s = state;
	int err = start(s);

	if (!err)
		err = line_write(s->fd, text, len, t->delivery);
	if (!s->keep_alive || err)
		stop(s);
	if (line_result(err, s->command, t) == DELIVERY_DONE)
		return DELIVERY_DONE;
	/* A program that does not read its input is not started again for the same alert: one
	 * that ended in the meantime is. */
	return err == -EPIPE && !s->keep_alive ? DELIVERY_REFUSED : DELIVERY_AGAIN;
}

/* One that does not end. */
static void hurry(void *state)
{
	struct state *s = state;

	pthread_mutex_lock(&s->lock);
	if (s->pid)
		kill(-s->pid, SIGKILL);
	pthread_mutex_unlock(&s->lock);
}

static void reopen(void *state)
{
	stop(state);
}

static void close_program(void *state)
{
	struct state *s = state;

	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	/* It has had its time. */
	for (int i = 0; s->pid && i < 20 && !waitpid(s->pid, NULL, WNOHANG); i++) {
		usleep(50000);
		if (i == 18)
			hurry(s);
	}
	pthread_mutex_destroy(&s->lock);
	free(s->command);
	free(s);
}

const struct sink_ops sink_program = {
	.name = "program",
	.keys = "program_output.",
	.off = "program_output.enabled=false",
	.is_wanted = is_wanted,
	.open = open_program,
	.render = line_render,
	.delivery = {.send = send_line, .reopen = reopen, .hurry = hurry},
	.close = close_program,
};
