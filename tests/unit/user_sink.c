/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks as the daemon uses them, with a server on the loopback in Slack's place. */
#include "tests/unit/server.h"

#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "user/sink.h"

static void open_config(struct config *c, const char *url, const char *const *more, size_t n)
{
	const char *options[8] = {"stdout_output.enabled=false", "log_level=error"};
	char hook[128];

	snprintf(hook, sizeof(hook), "slack.webhookurl=%s", url);
	options[2] = hook;
	memcpy(options + 3, more, n * sizeof(*more));
	assert_int_equal(config_load(c, "/dev/null", options, 3 + n), 0);
}

static void write_alert(struct sinks *s, const struct config *c, enum priority p,
			const char *message)
{
	struct alert a;

	assert_int_equal(alert_internal(&a, p, "Sample", "h1", message), 0);
	sinks_write(s, c, &a);
	alert_free(&a);
}

static void minimum_priority_and_drain(void **state)
{
	const char *const answers[] = {ANSWER("200 OK", ""), NULL};
	const char *const options[] = {"slack.minimumpriority=warning"};
	struct server server;
	struct config c;
	struct sinks *s;

	server_start(&server, answers);
	open_config(&c, server.url, options, 1);
	s = sinks_open(&c);
	assert_non_null(s);
	for (int i = 0; i < 10; i++) {
		write_alert(s, &c, PRIORITY_WARNING, "one of ten");
		write_alert(s, &c, PRIORITY_NOTICE, "too little");
	}
	write_alert(s, &c, PRIORITY_EMERGENCY, "the last");
	/* Closing delivers what waits. */
	sinks_close(&s);
	assert_null(s);
	assert_int_equal(server.requests, 11);
	assert_non_null(
		strstr(server.last, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
	assert_non_null(strstr(server.last, "\"fallback\":\"the last\",\"color\":\"#e20b0b\""));
	server_stop(&server);
	config_free(&c);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* A server that never answers holds up neither the writer nor, for long, the end. */
static void silent_server(void **state)
{
	const char *const options[] = {"outputs_queue.capacity=3"};
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int64_t began = now_ms();
	struct config c;
	struct sinks *s;
	char url[64];

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", ntohs(a.sin_port));
	open_config(&c, url, options, 1);
	s = sinks_open(&c);
	assert_non_null(s);
	for (int i = 0; i < 1000; i++)
		write_alert(s, &c, PRIORITY_WARNING, "x");
	assert_true(now_ms() - began < 2000);
	sinks_close(&s);
	assert_true(now_ms() - began < 9000);
	close(fd);
	config_free(&c);
}

/* Standard output of a function, in a static buffer. */
static const char *output_of(void (*f)(struct config *c), struct config *c)
{
	static char text[4096];
	int saved = dup(STDOUT_FILENO), pipe_fds[2];
	ssize_t n;

	fflush(stdout);
	assert_int_equal(pipe(pipe_fds), 0);
	dup2(pipe_fds[1], STDOUT_FILENO);
	close(pipe_fds[1]);
	f(c);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = read(pipe_fds[0], text, sizeof(text) - 1);
	close(pipe_fds[0]);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void write_two(struct config *c)
{
	struct sinks *s = sinks_open(c);

	assert_non_null(s);
	write_alert(s, c, PRIORITY_ALERT, "first");
	write_alert(s, c, PRIORITY_DEBUG, "second");
	sinks_close(&s);
}

static void standard_output(void **state)
{
	const char *const options[] = {"log_level=error", "json_output=true",
				       "json_include_output_fields_property=false"};
	struct config c;
	const char *text, *second;

	assert_int_equal(config_load(&c, "/dev/null", options, 3), 0);
	text = output_of(write_two, &c);
	second = strchr(text, '\n');
	assert_non_null(
		strstr(text, "{\"hostname\":\"h1\",\"output\":\"first\",\"priority\":\"Alert\""));
	assert_non_null(second);
	assert_non_null(strstr(second, "\"output\":\"second\""));
	config_free(&c);
}

static void write_to_nobody(struct config *c)
{
	int null = open("/dev/full", O_WRONLY);

	dup2(null, STDOUT_FILENO);
	close(null);
	write_two(c);
}

/* A full disk is logged, not fatal. */
static void full_disk(void **state)
{
	const char *const options[] = {"log_level=error"};
	struct config c;

	assert_int_equal(config_load(&c, "/dev/null", options, 1), 0);
	assert_string_equal(output_of(write_to_nobody, &c), "");
	config_free(&c);
}

/* `tiercel try` turns all of them off: none may be forgotten. */
static void each_can_be_turned_off(void **state)
{
	static const struct sink_ops *const all[] = {
#define SINK(x) &sink_##x,
#include "user/sinks.def"
#undef SINK
	};
	static const char *const on[] = {
		"file_output.enabled=true",
		"syslog_output.enabled=true",
		"program_output.enabled=true",
		"http_output.enabled=true",
		"slack.webhookurl=x",
		"mattermost.webhookurl=x",
		"rocketchat.webhookurl=x",
		"discord.webhookurl=x",
		"teams.webhookurl=x",
		"alertmanager.hostport=x",
		"loki.hostport=x",
		"elasticsearch.hostport=x",
		"webhook.address=x",
	};
	const size_t n = sizeof(all) / sizeof(all[0]), n_on = sizeof(on) / sizeof(on[0]);
	const char *options[64];
	struct config c;

	memcpy(options, on, sizeof(on));
	assert_int_equal(config_load(&c, "/dev/null", options, n_on), 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(all[i]->is_wanted(&c));
		options[n_on + i] = sinks_off(i);
	}
	assert_null(sinks_off(n));
	config_free(&c);
	assert_int_equal(config_load(&c, "/dev/null", options, n_on + n), 0);
	for (size_t i = 0; i < n; i++)
		assert_false(all[i]->is_wanted(&c));
	config_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minimum_priority_and_drain),
		cmocka_unit_test(silent_server),
		cmocka_unit_test(standard_output),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(each_can_be_turned_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
