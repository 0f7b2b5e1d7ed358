/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner DIR: the first process of a test container. It runs the shell scripts DIR/1.sh,
 * DIR/2.sh, ... one after the other as they appear, and after each of them the program
 * `marker` with the number as argument, whose alert ends the script's alerts in the stream.
 * The exit status goes to DIR/N.rc (128 + signal for a killed script). It ends when nothing new
 * came for a while: whoever feeds it has been killed.
 *
 * Not a shell and not `runc exec`: both would raise alerts of their own between the scripts
 * (runc looks up users in the container). The scripts are run by dash, which no rule names.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCRIPT_SECONDS 30
#define POLL_USEC      3000
#define IDLE_SECONDS   600

static int spawn(char **argv)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		setpgid(0, 0);
		alarm(SCRIPT_SECONDS);
		execv(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Renamed into place, so that a reader never sees half of it. */
static int write_status(const char *dir, int number, int status)
{
	char tmp[256], path[256];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s/rc.new", dir);
	snprintf(path, sizeof(path), "%s/%d.rc", dir, number);
	f = fopen(tmp, "w");
	if (!f)
		return -errno;
	fprintf(f, "%d\n", status);
	fclose(f);
	return rename(tmp, path) ? -errno : 0;
}

static int run_script(const char *dir, const char *script, int number)
{
	char text[16];
	char *shell[] = {"/usr/bin/dash", (char *)script, NULL};
	char *marker[] = {"/t/bin/marker", text, NULL};
	int status = spawn(shell);

	snprintf(text, sizeof(text), "%d", number);
	if (spawn(marker))
		return -ECHILD;
	return write_status(dir, number, status);
}

int main(int argc, char **argv)
{
	time_t last = time(NULL);
	char script[256];
	int number = 1;

	if (argc != 2)
		return 2;
	while (time(NULL) - last < IDLE_SECONDS) {
		snprintf(script, sizeof(script), "%s/%d.sh", argv[1], number);
		if (access(script, R_OK)) {
			usleep(POLL_USEC);
			continue;
		}
		if (run_script(argv[1], script, number++))
			return 1;
		last = time(NULL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	return 0;
}
