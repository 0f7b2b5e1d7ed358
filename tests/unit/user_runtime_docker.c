/* SPDX-License-Identifier: Apache-2.0 */
/* docker's state, as its versions write it, and as it never would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/root.h"

#define DIR_A  "/var/lib/docker/containers/" ID_A
#define CONFIG DIR_A "/config.v2.json"
#define HOST   DIR_A "/hostconfig.json"
#define NAMES  "/var/lib/docker/image/overlay2/repositories.json"
#define CGROUP "/system.slice/docker-" ID_A ".scope"
#define IMAGE  "sha256:" ID_B

static const char config[] =
	"{\"State\":{\"Running\":true,\"StartedAt\":\"2024-05-06T07:08:09.5Z\"},\"ID\":\"" ID_A
	"\",\"Name\":\"/web1\",\"Image\":\"" IMAGE "\",\"Driver\":\"overlay2\",\"Config\":{"
	"\"Image\":\"reg.example:5000/team/app:1.2\",\"Env\":[\"PATH=/bin\",\"A=b\"],"
	"\"Labels\":{\"z\":\"last\",\"app\":\"web\",\"io.kubernetes.pod.name\":\"p-1\","
	"\"io.kubernetes.pod.namespace\":\"ns\",\"io.kubernetes.pod.uid\":\"u-1\"},"
	"\"Healthcheck\":{\"Test\":[\"CMD\",\"/bin/check\",\"-q\"]}},"
	"\"MountPoints\":{\"/data\":{\"Source\":\"/srv\",\"Destination\":\"/data\",\"RW\":false,"
	"\"Relabel\":\"ro\",\"Propagation\":\"rprivate\"}},"
	"\"NetworkSettings\":{\"Networks\":{\"mine\":{\"IPAddress\":\"10.1.0.2\"},"
	"\"bridge\":{\"IPAddress\":\"172.17.0.2\"}}}}";
static const char host[] = "{\"Privileged\":true,\"NetworkMode\":\"default\",\"PidMode\":\"host\","
			   "\"IpcMode\":\"private\"}";

static void test_all(void **state)
{
	root_file(CONFIG, config);
	root_file(HOST, host);
	root_file(NAMES, "{\"Repositories\":{\"reg.example:5000/team/app\":{"
			 "\"reg.example:5000/team/app:1.0\":\"" IMAGE "\","
			 "\"reg.example:5000/team/app:1.2\":\"" IMAGE "\","
			 "\"reg.example:5000/team/app@sha256:" ID_A "\":\"" IMAGE "\"}}}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->reader, "docker");
	assert_string_equal(info->type, "docker");
	assert_string_equal(info->full_id, ID_A);
	assert_string_equal(info->name, "web1");
	assert_string_equal(info->image, "reg.example:5000/team/app:1.2");
	assert_string_equal(info->image_repository, "reg.example:5000/team/app");
	assert_string_equal(info->image_tag, "1.2");
	assert_string_equal(info->image_digest, "sha256:" ID_A);
	assert_string_equal(info->image_id, ID_B);
	assert_int_equal(info->privileged, ANSWER_YES);
	assert_int_equal(info->host_pid, ANSWER_YES);
	assert_int_equal(info->host_network, ANSWER_NO);
	assert_int_equal(info->host_ipc, ANSWER_NO);
	assert_string_equal(info->ip, "172.17.0.2");
	assert_string_equal(info->healthcheck, "/bin/check -q");
	assert_int_equal(info->start_ts, 1714979289500000000);
	assert_int_equal(info->n_mounts, 1);
	assert_string_equal(info->mounts[0].source, "/srv");
	assert_string_equal(info->mounts[0].mode, "ro");
	assert_false(info->mounts[0].rdwr);
	assert_int_equal(info->labels.n, 5);
	assert_string_equal(info->labels.v[0].name, "app");
	assert_string_equal(info->labels.v[4].name, "z");
	assert_int_equal(info->n_env, 2);
	assert_string_equal(info->pod.name, "p-1");
	assert_string_equal(info->pod.namespace, "ns");
	assert_string_equal(info->pod.uid, "u-1");
	assert_true(info->in_pod);
	assert_int_equal(info->later, 0);
}

/* Created, not started: the address is not there yet. */
static void test_later(void **state)
{
	root_file(CONFIG, "{\"ID\":\"" ID_A "\",\"Name\":\"/w\",\"Config\":{\"Image\":\"bb\"}}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_null(info->ip);
	assert_int_equal(info->later, PART_NET);
	assert_string_equal(info->image, "bb");
	assert_string_equal(info->image_repository, "bb");
	assert_string_equal(info->image_tag, "");
	assert_int_equal(info->privileged, ANSWER_UNKNOWN);
	root_file(HOST, "{\"NetworkMode\":\"none\"}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->ip, "");
	assert_int_equal(info->later, 0);
}

/* docker run bb: the tag is latest, the repository is not that of another name of the image. */
static void test_names(void **state)
{
	root_file(CONFIG, "{\"Name\":\"/w\",\"Driver\":\"overlay2\",\"Image\":\"" IMAGE
			  "\",\"Config\":{\"Image\":\"docker.io/library/bb\"}}");
	root_file(NAMES, "{\"Repositories\":{\"aa\":{\"aa:1\":\"" IMAGE "\"},\"bb\":{"
			 "\"bb:1\":\"" IMAGE "\",\"bb:latest\":\"" IMAGE "\"}}}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->image, "docker.io/library/bb");
	assert_string_equal(info->image_repository, "bb");
	assert_string_equal(info->image_tag, "latest");
	assert_string_equal(info->image_digest, "");
	/* by a part of its id */
	root_file(CONFIG, "{\"Name\":\"/w\",\"Driver\":\"overlay2\",\"Image\":\"" IMAGE
			  "\",\"Config\":{\"Image\":\"fedcba98\"}}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->image, "fedcba98");
	assert_string_equal(info->image_repository, "aa");
	assert_string_equal(info->image_tag, "1");
	/* a name without a tag, as docker never writes it */
	root_file(NAMES, "{\"Repositories\":{\"aa\":{\"a23456789012345678901234567890a\":\"" IMAGE
			 "\"}}}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->image_repository, "a23456789012345678901234567890a");
	assert_string_equal(info->image_tag, "");
	/* its names are gone */
	unlink(root_path(NAMES));
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->image_repository, "");
	assert_string_equal(info->image_id, ID_B);
}

static void test_broken(void **state)
{
	static const char part[] = "{\"ID\":\"" ID_A "\",\"Name\":\"/w";

	assert_int_equal(root_read(ID_A, CGROUP), -ENOENT);
	root_file(CONFIG, "");
	assert_int_equal(root_read(ID_A, CGROUP), -EAGAIN);
	root_file(CONFIG, part);
	assert_int_equal(root_read(ID_A, CGROUP), -EAGAIN);
	assert_non_null(strstr(root_why, "ends in the middle"));
	root_file(CONFIG, "{\"ID\":}");
	assert_int_equal(root_read(ID_A, CGROUP), -EBADMSG);
	assert_non_null(strstr(root_why, "config.v2.json"));
	root_file(CONFIG, "{} {}");
	assert_int_equal(root_read(ID_A, CGROUP), -EBADMSG);
	root_file(CONFIG, "[1,2]");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_null(info->name);
	root_file(CONFIG, "{\"Name\":7,\"Config\":{\"Labels\":[],\"Env\":{},\"Image\":null},"
			  "\"MountPoints\":{\"a\":0},\"State\":\"x\",\"NetworkSettings\":[]}");
	assert_int_equal(root_read(ID_A, CGROUP), 0);
}

/* Deep, huge, and with bytes that are not text. */
static void test_hostile(void **state)
{
	size_t size = 10 << 20;
	char *text = malloc(size + 200);

	assert_non_null(text);
	memset(text, '[', 100000);
	root_put(CONFIG, text, 100000);
	assert_int_equal(root_read(ID_A, CGROUP), -EBADMSG);
	for (size_t i = 0; i < size; i++)
		text[i] = i ? ",0"[i & 1] : '[';
	root_put(CONFIG, text, size);
	assert_int_equal(root_read(ID_A, CGROUP), -EBADMSG);
	assert_non_null(strstr(root_why, "more than"));
	/* a label of 10 MB is not kept, the others are */
	strcpy(text, "{\"Name\":\"/w\\u0000x\",\"Config\":{\"Labels\":{\"big\":\"");
	size_t at = strlen(text);

	memset(text + at, 'x', size);
	strcpy(text + at + size, "\",\"small\":\"\xff\x01\\n\\ud800\"}}}");
	root_file(CONFIG, text);
	assert_int_equal(root_read(ID_A, CGROUP), 0);
	assert_string_equal(info->name, "w");
	assert_int_equal(info->labels.n, 2);
	assert_null(container_find_label(&info->labels, "big")->value);
	assert_non_null(container_find_label(&info->labels, "small")->value);
	free(text);
	assert_int_equal(truncate(root_path(CONFIG), RUNTIME_FILE_MAX + 1), 0);
	assert_int_equal(root_read(ID_A, CGROUP), -EFBIG);
}

/* Nothing below the root leads out of it, or keeps the reader waiting. */
static void test_elsewhere(void **state)
{
	char link[PATH_MAX];

	root_file("/outside.json", "{\"Name\":\"/outside\"}");
	strcpy(link, root_path(CONFIG));
	assert_int_equal(symlink("/outside.json", link), 0);
	assert_int_equal(root_read(ID_A, CGROUP), -ELOOP);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkfifo(link, 0600), 0);
	assert_int_equal(root_read(ID_A, CGROUP), -EINVAL);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkdir(link, 0700), 0);
	assert_int_equal(root_read(ID_A, CGROUP), -EINVAL);
	assert_int_equal(rmdir(link), 0);
	strcpy(link, root_path(DIR_A));
	assert_int_equal(rmdir(link), 0);
	root_file("/elsewhere/config.v2.json", "{\"Name\":\"/outside\"}");
	assert_int_equal(symlink("/elsewhere", link), 0);
	assert_int_equal(root_read(ID_A, CGROUP), -ELOOP);
	assert_int_equal(root_read("../" ID_A, CGROUP), -ENOENT);
	assert_int_equal(root_read("0123456789ab", CGROUP), -ENOENT);
	assert_int_equal(root_read("", NULL), -ENOENT);
}

/* The root itself may be a link, also an absolute one: of the host, not of ours. */
static void test_root_is_link(void **state)
{
	char link[PATH_MAX];

	root_file("/data/docker/containers/" ID_A "/config.v2.json", config);
	strcpy(link, root_path("/var/lib/docker"));
	assert_int_equal(symlink("/data/docker", link), 0);
	assert_int_equal(root_read(ID_A, NULL), 0);
	assert_string_equal(info->name, "web1");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, root_setup, root_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_all),		 TEST(test_later),   TEST(test_names),
		TEST(test_broken),	 TEST(test_hostile), TEST(test_elsewhere),
		TEST(test_root_is_link),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	root_forget();
	return failed;
}
