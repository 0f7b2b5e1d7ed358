/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of containers and pods: on the host, while nothing is known, and from what is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "user/container_info.h"
#include "user/record.h"

static struct record rec;
static struct record_event ev;
static const struct record_context context = {.hostname = "node"};

static void begin(const char *container, const struct container_info *info, bool final)
{
	memset(&rec, 0, sizeof(rec));
	rec.size = sizeof(rec);
	rec.type = EVENT_EXECVE;
	strcpy(rec.name, "x");
	strcpy(rec.comm, "x");
	strcpy(rec.container, container);
	record_event_free(&ev);
	record_event_init(&ev, &context);
	assert_int_equal(record_open(&ev, &rec, rec.size, 1), 0);
	ev.container_info = info;
	ev.info_final = final;
}

static enum have get(enum field_id f, const char *arg, struct value *v)
{
	memset(v, 0, sizeof(*v));
	return record_get(&ev.ev, f, arg, v);
}

static void want_arg(enum field_id f, const char *arg, const char *text)
{
	struct value v;

	assert_int_equal(get(f, arg, &v), HAVE_VALUE);
	assert_int_equal(v.len, strlen(text));
	assert_memory_equal(v.str, text, v.len);
}

static void want(enum field_id f, const char *text)
{
	want_arg(f, NULL, text);
}

static void want_bool(enum field_id f, bool is)
{
	struct value v;

	assert_int_equal(get(f, NULL, &v), HAVE_VALUE);
	assert_int_equal(v.num, is);
}

static void want_none(enum field_id f, const char *arg, enum have have)
{
	struct value v;

	assert_int_equal(get(f, arg, &v), have);
}

static void test_host(void **state)
{
	begin("host", NULL, true);
	want(FIELD_CONTAINER_ID, "host");
	want(FIELD_CONTAINER_NAME, "host");
	want(FIELD_CONTAINER_TYPE, "host");
	want(FIELD_CONTAINER_IMAGE, "");
	want(FIELD_CONTAINER_IMAGE_REPOSITORY, "");
	want(FIELD_CONTAINER_FULL_ID, "");
	want(FIELD_CONTAINER_MOUNTS, "");
	want_none(FIELD_CONTAINER_PRIVILEGED, NULL, HAVE_MISSING);
	want_none(FIELD_CONTAINER_LABEL, "a", HAVE_MISSING);
	want_none(FIELD_CONTAINER_MOUNT_DEST, "*", HAVE_MISSING);
	want_none(FIELD_K8S_POD_NAME, NULL, HAVE_MISSING);
	want_none(FIELD_K8S_POD_LABELS, NULL, HAVE_MISSING);
}

static void test_nothing_known(void **state)
{
	static const enum field_id all[] = {
		FIELD_CONTAINER_NAME,	    FIELD_CONTAINER_IMAGE_REPOSITORY,
		FIELD_CONTAINER_PRIVILEGED, FIELD_CONTAINER_MOUNTS,
		FIELD_CONTAINER_LABELS,	    FIELD_K8S_POD_NAME,
		FIELD_K8S_POD_IP,	    FIELD_CONTAINER_IP};

	for (int final = 0; final < 2; final++) {
		begin("0123456789ab", NULL, final);
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			want_none(all[i], NULL, final ? HAVE_MISSING : HAVE_UNKNOWN);
		want_none(FIELD_CONTAINER_LABEL, "a", final ? HAVE_MISSING : HAVE_UNKNOWN);
		want_none(FIELD_CONTAINER_MOUNT, "0", final ? HAVE_MISSING : HAVE_UNKNOWN);
	}
}

static struct container_info *make(void)
{
	struct container_info *i = container_info_new();

	assert_non_null(i);
	i->full_id = container_text(i, "0123456789abcdef");
	i->name = "web";
	i->type = "docker";
	container_set_image(i, "reg:5000/team/app:1.2@sha256:aa");
	i->privileged = ANSWER_NO;
	i->host_pid = ANSWER_YES;
	container_add_mount(i, &(struct container_mount){.source = "/srv",
							 .destination = "/data",
							 .mode = "ro",
							 .propagation = "rprivate"});
	container_add_mount(i, &(struct container_mount){.source = "/proc",
							 .destination = "/host/proc",
							 .rdwr = true});
	container_add_label(i, &i->labels, "z", "1");
	container_add_label(i, &i->labels, "a", "");
	container_add_label(i, &i->labels, "a", "x:y");
	container_add_label(i, &i->labels, "empty", "");
	container_add_label(i, &i->labels, "annotation.b", "no");
	container_add_label(i, &i->labels, "io.kubernetes.pod.name", "web-0");
	container_add_label(i, &i->labels, "io.kubernetes.pod.namespace", "shop");
	container_pod_from_labels(i);
	return i;
}

static void test_known(void **state)
{
	struct container_info *i = make();

	begin("0123456789ab", i, true);
	want(FIELD_CONTAINER_FULL_ID, "0123456789abcdef");
	want(FIELD_CONTAINER_NAME, "web");
	want(FIELD_CONTAINER_IMAGE, "reg:5000/team/app:1.2@sha256:aa");
	want(FIELD_CONTAINER_IMAGE_REPOSITORY, "reg:5000/team/app");
	want(FIELD_CONTAINER_IMAGE_TAG, "1.2");
	want(FIELD_CONTAINER_IMAGE_DIGEST, "sha256:aa");
	want_bool(FIELD_CONTAINER_PRIVILEGED, false);
	want_bool(FIELD_CONTAINER_HOST_PID, true);
	want_none(FIELD_CONTAINER_HOST_IPC, NULL, HAVE_MISSING);
	want(FIELD_CONTAINER_LABELS, "a:x:y, empty, z:1");
	want_arg(FIELD_CONTAINER_LABEL, "annotation.b", "no");
	want_arg(FIELD_CONTAINER_LABEL, "empty", "");
	want_none(FIELD_CONTAINER_LABEL, "other", HAVE_MISSING);
	want(FIELD_K8S_POD_NAME, "web-0");
	want(FIELD_K8S_NS_NAME, "shop");
	want_none(FIELD_K8S_POD_UID, NULL, HAVE_MISSING);
	container_info_free(&i);
}

static void test_mounts(void **state)
{
	struct container_info *i = make();

	begin("0123456789ab", i, true);
	want(FIELD_CONTAINER_MOUNTS, "/srv:/data:ro:false:rprivate,/proc:/host/proc::true:");
	want_arg(FIELD_CONTAINER_MOUNT, "1", "/proc:/host/proc::true:");
	want_none(FIELD_CONTAINER_MOUNT, "2", HAVE_MISSING);
	want_arg(FIELD_CONTAINER_MOUNT_DEST, "/proc*", "/host/proc");
	want_arg(FIELD_CONTAINER_MOUNT_DEST, "*", "/data");
	want_arg(FIELD_CONTAINER_MOUNT_SOURCE, "/host/proc", "/proc");
	want_none(FIELD_CONTAINER_MOUNT_SOURCE, "/proc", HAVE_MISSING);
	want_arg(FIELD_CONTAINER_MOUNT_RDWR, "/srv", "false");
	want_arg(FIELD_CONTAINER_MOUNT_MODE, "0", "ro");
	want_arg(FIELD_CONTAINER_MOUNT_PROPAGATION, "/srv", "rprivate");
	container_info_free(&i);
}

/* What may still come is unknown until nothing more comes. */
static void test_later(void **state)
{
	struct container_info *i = make();

	i->later = PART_NET | PART_POD_LABELS;
	i->pod.sandbox = "0123456789abcdef";
	begin("0123456789ab", i, false);
	want_none(FIELD_CONTAINER_IP, NULL, HAVE_UNKNOWN);
	want_none(FIELD_K8S_POD_IP, NULL, HAVE_UNKNOWN);
	want_none(FIELD_K8S_POD_LABEL, "tier", HAVE_UNKNOWN);
	want_none(FIELD_CONTAINER_IMAGE_ID, NULL, HAVE_MISSING);
	want(FIELD_K8S_POD_SANDBOX_ID, "0123456789ab");
	want(FIELD_K8S_POD_FULL_SANDBOX_ID, "0123456789abcdef");
	begin("0123456789ab", i, true);
	want_none(FIELD_CONTAINER_IP, NULL, HAVE_MISSING);
	want_none(FIELD_K8S_POD_LABEL, "tier", HAVE_MISSING);
	i->ip = "10.0.0.1";
	want(FIELD_CONTAINER_IP, "10.0.0.1");
	want(FIELD_K8S_POD_IP, "10.0.0.1");
	container_info_free(&i);
}

/* A label that was too long to be kept is not known to be missing. */
static void test_bounds(void **state)
{
	struct container_info *i = make();
	static char text[CONTAINER_TEXT_MAX + 2];

	memset(text, 'x', sizeof(text) - 1);
	container_add_label(i, &i->labels, "long", text);
	text[CONTAINER_TEXT_MAX] = '\0';
	for (int n = 0; n < 2 * CONTAINER_ITEMS_MAX; n++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", n);
		container_add_label(i, &i->labels, name, text);
	}
	assert_true(i->labels.n <= CONTAINER_ITEMS_MAX);
	begin("0123456789ab", i, true);
	want_none(FIELD_CONTAINER_LABEL, "long", HAVE_UNKNOWN);
	want_arg(FIELD_CONTAINER_LABEL, "n1", text);
	container_info_free(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host),  cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_known), cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_later), cmocka_unit_test(test_bounds),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	record_event_free(&ev);
	return failed;
}
