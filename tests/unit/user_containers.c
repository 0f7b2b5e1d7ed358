/* SPDX-License-Identifier: Apache-2.0 */
/* Containers come and go, records wait for what is known of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/cgroup.h"
#include "user/containers.h"

#define DIGITS "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"
#define ID(n)  DIGITS n
#define MAX    64

static struct {
	char dir[64];
	struct reader reader;
	struct containers *c;
	struct record_event event;
	uint64_t released[MAX];
	char names[MAX][32];
	size_t n;
} t;

static void on_release(void *ctx, const void *record, size_t size, uint64_t number)
{
	assert_int_equal(record_open(&t.event, record, size, number), 0);
	containers_look(t.c, &t.event);
	assert_true(t.n < MAX);
	snprintf(t.names[t.n], sizeof(t.names[0]), "%s",
		 t.event.container_info ? t.event.container_info->name
		 : t.event.info_final	? "missing"
					: "unknown");
	t.released[t.n++] = number;
}

static void start(unsigned wait_ms)
{
	static char *roots[1];
	struct containers_options o = {.wait_ms = wait_ms,
				       .facts = -1,
				       .host = "host\0\0\0\0\0\0\0\0\0\0\0\0",
				       .reader = &t.reader,
				       .release = on_release};

	memset(&t, 0, sizeof(t));
	strcpy(t.dir, "/tmp/tiercel-containers-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	roots[0] = t.dir;
	o.roots = (struct runtime_roots){.host = "", .docker_root = {roots, 1}};
	t.reader.epoll = epoll_create1(EPOLL_CLOEXEC);
	record_event_init(&t.event, NULL);
	assert_int_equal(containers_open(&t.c, &o), 0);
}

static void stop(void)
{
	char command[128];

	containers_close(&t.c);
	record_event_free(&t.event);
	close(t.reader.epoll);
	snprintf(command, sizeof(command), "rm -rf %s", t.dir);
	assert_int_equal(system(command), 0);
}

static void write_state(const char *id, const char *name, bool half)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/containers", t.dir);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/containers/%s", t.dir, id);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/containers/%s/hostconfig.json", t.dir, id);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("{\"Privileged\":false}", f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/containers/%s/config.v2.json", t.dir, id);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "{\"ID\":\"%s\",\"Name\":\"/%s\",\"Config\":{\"Image\":\"bb:1\"%s", id, name,
		half ? "" : ",\"Labels\":{}},\"MountPoints\":{},\"NetworkSettings\":{}}");
	fclose(f);
}

static void notice(uint32_t what, const char *id)
{
	struct notice n = {.size = sizeof(n), .type = RECORD_NOTICE, .what = what};

	n.len = snprintf(n.path, sizeof(n.path), "/docker/%s", id);
	assert_int_equal(containers_notice(t.c, &n, sizeof(n)), 0);
}

/* Whether the record of a container had to wait. */
static bool look(const char *id, uint64_t number)
{
	struct record r = {.size = sizeof(r), .type = EVENT_EXECVE};

	cgroup_short_id(&(struct cgroup_id){.id = id, .len = strlen(id)}, r.container);
	if (!strcmp(id, "host"))
		r.container[4] = '\0';
	assert_int_equal(record_open(&t.event, &r, sizeof(r), number), 0);
	if (containers_look(t.c, &t.event))
		return false;
	assert_true(containers_keep(t.c, &t.event));
	return true;
}

/* What is ready, until n records were released. */
static void loop(size_t n)
{
	struct epoll_event e;

	while (t.n < n) {
		struct reader_source *s;

		assert_int_equal(epoll_wait(t.reader.epoll, &e, 1, 5000), 1);
		s = e.data.ptr;
		s->ready(s->ctx, e.events);
	}
}

/* Until nothing is asked for any more of what is gone. */
static void loop_until_empty(void)
{
	struct epoll_event e;

	while (containers_counts(t.c).now) {
		struct reader_source *s;

		assert_int_equal(epoll_wait(t.reader.epoll, &e, 1, 5000), 1);
		s = e.data.ptr;
		s->ready(s->ctx, e.events);
	}
}

static void known(void **state)
{
	start(2000);
	write_state(ID("0000"), "web", false);
	notice(NOTICE_MADE, ID("0000"));
	if (look(ID("0000"), 7))
		loop(1);
	assert_false(look(ID("0000"), 8));
	assert_string_equal(t.event.container_info->name, "web");
	assert_int_equal(containers_counts(t.c).known, 1);
	notice(NOTICE_GONE, ID("0000"));
	loop_until_empty();
	stop();
}

/* Its runtime writes of it later; all in order. */
static void written_late(void **state)
{
	start(5000);
	notice(NOTICE_MADE, ID("0000"));
	for (uint64_t i = 0; i < 5; i++)
		assert_true(look(ID("0000"), i));
	usleep(30000);
	write_state(ID("0000"), "web", true);
	usleep(30000);
	assert_int_equal(t.n, 0);
	write_state(ID("0000"), "late", false);
	loop(5);
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(t.released[i], i);
		assert_string_equal(t.names[i], "late");
	}
	stop();
}

/* Gone before anything was known of it: what is written is read all the same. */
static void short_lived(void **state)
{
	start(3000);
	notice(NOTICE_MADE, ID("0000"));
	assert_true(look(ID("0000"), 1));
	notice(NOTICE_GONE, ID("0000"));
	write_state(ID("0000"), "brief", false);
	loop(1);
	assert_string_equal(t.names[0], "brief");
	loop_until_empty();
	stop();
}

/* Nobody knows it: missing, not before the time is over; then nothing waits. */
static void nobody_knows(void **state)
{
	struct timespec before, after;

	start(150);
	clock_gettime(CLOCK_MONOTONIC, &before);
	notice(NOTICE_MADE, ID("0000"));
	assert_true(look(ID("0000"), 1));
	loop(1);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
			    (after.tv_nsec - before.tv_nsec) / 1000000 <
		    1000);
	assert_true(!strcmp(t.names[0], "missing") || !strcmp(t.names[0], "unknown"));
	for (int i = 0; i < 100 && look(ID("0000"), 2); i++) {
		loop(t.n + 1);
		usleep(10000);
	}
	assert_true(t.event.info_final);
	assert_null(t.event.container_info);
	stop();
}

static void host_never_waits(void **state)
{
	start(1000);
	assert_false(look("host", 1));
	assert_true(t.event.info_final);
	assert_int_equal(containers_counts(t.c).now, 0);
	stop();
}

/* What waits is released when all ends, as it is. */
static void released_at_the_end(void **state)
{
	start(60000);
	notice(NOTICE_MADE, ID("0000"));
	assert_true(look(ID("0000"), 1));
	assert_true(look(ID("0000"), 2));
	containers_release(t.c);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.names[1], "unknown");
	stop();
}

/* A second cgroup that bears the id of a container is not taken for it. */
static void twice(void **state)
{
	struct notice n = {.size = sizeof(n), .type = RECORD_NOTICE, .what = NOTICE_MADE};

	start(2000);
	write_state(ID("0000"), "web", false);
	notice(NOTICE_MADE, ID("0000"));
	if (look(ID("0000"), 7))
		loop(1);
	n.len = snprintf(n.path, sizeof(n.path), "/mine/%s", ID("0000"));
	assert_int_equal(containers_notice(t.c, &n, sizeof(n)), 0);
	/* a record of no cgroup that there is */
	assert_false(look(ID("0000"), 8));
	assert_null(t.event.container_info);
	assert_true(t.event.info_final);
	n.what = NOTICE_GONE;
	assert_int_equal(containers_notice(t.c, &n, sizeof(n)), 0);
	assert_int_equal(containers_counts(t.c).now, 1);
	stop();
}

/* Ids that begin alike are of different containers. */
static void alike(void **state)
{
	start(3000);
	write_state(ID("0000"), "one", false);
	write_state(ID("0001"), "two", false);
	notice(NOTICE_MADE, ID("0000"));
	notice(NOTICE_MADE, ID("0001"));
	if (look(ID("0000"), 1))
		loop(1);
	assert_false(look(ID("0000"), 2));
	assert_string_equal(t.event.container_info->name, "one");
	if (look(ID("0001"), 3))
		loop(t.n + 1);
	assert_false(look(ID("0001"), 4));
	assert_string_equal(t.event.container_info->name, "two");
	stop();
}

static void wrong_notices(void **state)
{
	struct notice n = {.size = sizeof(n), .type = RECORD_NOTICE, .what = 99, .len = 4000};

	start(10);
	assert_int_not_equal(containers_notice(t.c, &n, sizeof(n)), 0);
	n.len = 3;
	assert_int_not_equal(containers_notice(t.c, &n, sizeof(n) - 1), 0);
	assert_int_equal(containers_notice(t.c, &n, sizeof(n)), 0);
	assert_int_equal(containers_counts(t.c).now, 0);
	stop();
}

/* Many at once, and more than there is room for. */
static void many(void **state)
{
	char id[80];

	start(1);
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(id, sizeof(id), "%08x" DIGITS, i);
		id[64] = '\0';
		notice(NOTICE_MADE, id);
	}
	assert_true(containers_counts(t.c).now <= 8192);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(written_late),
		cmocka_unit_test(short_lived),
		cmocka_unit_test(nobody_knows),
		cmocka_unit_test(host_never_waits),
		cmocka_unit_test(released_at_the_end),
		cmocka_unit_test(twice),
		cmocka_unit_test(alike),
		cmocka_unit_test(wrong_notices),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
