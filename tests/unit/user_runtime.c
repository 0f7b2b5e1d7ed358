/* SPDX-License-Identifier: Apache-2.0 */
/* podman, containerd, CRI-O, runc, LXC and nspawn, as they write their state; whose cgroup it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/bolt.h"
#include "tests/unit/root.h"
#include "user/runtime_cgroup.h"

#define STORE	"/var/lib/containers/storage"
#define TASKS	"/run/containerd/io.containerd.runtime.v2.task"
#define POD_UID "11111111-2222-3333-4444-555555555555"

/* ---- podman ---- */

static const char podman_spec[] =
	"{\"process\":{\"env\":[\"A=b\"]},\"mounts\":["
	"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	"{\"destination\":\"/data\",\"type\":\"bind\",\"source\":\"/srv\",\"options\":[\"rbind\","
	"\"ro\",\"rslave\"]},"
	"{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":\"/run/containers/storage/"
	"overlay-containers/x/userdata/hosts\",\"options\":[\"bind\"]}],"
	"\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"}],\"maskedPaths\":[]},"
	"\"annotations\":{\"io.container.manager\":\"libpod\","
	"\"io.podman.annotations.privileged\":\"TRUE\"}}";

#define ROW(id, name)                                                                              \
	"[{\"id\":\"x\"},{\"id\":\"" id "\",\"names\":[\"" name "\"],\"image\":\"" ID_B            \
	"\",\"metadata\":\"{\\\"image-name\\\":\\\"docker.io/library/bb:1\\\","                    \
	"\\\"name\\\":\\\"" name "\\\"}\"}]"

static void put_podman(const char *store, const char *name)
{
	char path[PATH_MAX], row[1024];

	snprintf(path, sizeof(path), "%s/overlay-containers/" ID_A "/userdata/config.json", store);
	root_file(path, podman_spec);
	snprintf(row, sizeof(row), ROW(ID_A, "%s"), name, name);
	snprintf(path, sizeof(path), "%s/overlay-containers/containers.json", store);
	root_file(path, row);
	snprintf(path, sizeof(path), "%s/overlay-images/images.json", store);
	root_file(path, "[{\"id\":\"" ID_B "\",\"digest\":\"sha256:" ID_A "\",\"names\":[\"n\"]}]");
}

static void check_podman(const char *name)
{
	assert_string_equal(info->reader, "podman");
	assert_string_equal(info->type, "podman");
	assert_string_equal(info->name, name);
	assert_string_equal(info->image, "docker.io/library/bb:1");
	assert_string_equal(info->image_repository, "docker.io/library/bb");
	assert_string_equal(info->image_tag, "1");
	assert_string_equal(info->image_id, ID_B);
	assert_string_equal(info->image_digest, "sha256:" ID_A);
	assert_int_equal(info->privileged, ANSWER_YES);
	assert_int_equal(info->host_network, ANSWER_NO);
	assert_int_equal(info->host_ipc, ANSWER_YES);
	assert_int_equal(info->n_mounts, 1);
	assert_string_equal(info->mounts[0].propagation, "rslave");
	assert_false(info->mounts[0].rdwr);
}

static void test_podman(void **state)
{
	put_podman(STORE, "web");
	assert_int_equal(root_read(ID_A, "/machine.slice/libpod-" ID_A ".scope"), 0);
	check_podman("web");
	assert_false(info->labels.known);
	/* of a container that goes when it ends, the row is elsewhere */
	root_file(STORE "/overlay-containers/containers.json", "[]");
	root_file("/run/containers/storage/overlay-containers/volatile-containers.json",
		  ROW(ID_A, "brief"));
	assert_int_equal(root_read(ID_A, "/libpod_parent/libpod-" ID_A), 0);
	check_podman("brief");
	root_file(STORE "/overlay-containers/containers.json", "[{\"id\":");
	assert_int_equal(root_read(ID_A, "/libpod_parent/libpod-" ID_A), -EAGAIN);
}

static size_t podman_row(unsigned char *to, const char *id, const struct bolt_row *rows, size_t n)
{
	unsigned char one[2048];
	size_t len = bolt_leaf(one, 0, rows, n);
	const struct bolt_row row = {id, one, len, 1};

	return bolt_leaf(to, 0, &row, 1);
}

static void test_podman_database(void **state)
{
	static const char config[] = "{\"labels\":{\"app\":\"x\"},\"pod\":\"" ID_B "\"}";
	static const char status[] =
		"{\"networkStatus\":{\"podman\":{\"interfaces\":{\"eth0\":{\"subnets\":["
		"{\"ipnet\":\"fd00::2/64\"},{\"ipnet\":\"10.88.0.2/16\"}]}}}}}";
	static const char pod[] = "{\"name\":\"shop\",\"labels\":{\"tier\":\"back\"}}";
	const struct bolt_row of_ctr[] = {{"config", config, strlen(config)},
					  {"state", status, strlen(status)}};
	const struct bolt_row of_pod[] = {{"config", pod, strlen(pod)}};
	unsigned char ctrs[3000], pods[3000];
	struct bolt_row root[] = {{"ctr", ctrs, 0, 1}, {"pod", pods, 0, 1}};
	const void *db;
	size_t len;

	put_podman(STORE, "web");
	root[0].len = podman_row(ctrs, ID_A, of_ctr, 2);
	root[1].len = podman_row(pods, ID_B, of_pod, 1);
	db = bolt_make(root, 2, &len);
	root_put(STORE "/libpod/bolt_state.db", db, len);
	assert_int_equal(root_read(ID_A, "/libpod_parent/" ID_B "/libpod-" ID_A), 0);
	check_podman("web");
	assert_int_equal(info->labels.n, 1);
	assert_string_equal(info->labels.v[0].value, "x");
	assert_string_equal(info->ip, "10.88.0.2");
	assert_true(info->in_pod);
	assert_string_equal(info->pod.name, "shop");
	assert_string_equal(info->pod.uid, ID_B);
	assert_string_equal(info->pod.labels.v[0].name, "tier");
}

/* A user's cgroup is asked about only at that user's podman. */
static void test_podman_of_user(void **state)
{
	static const char cgroup[] =
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID_A ".scope";

	put_podman(STORE, "of-root");
	root_file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nu:x:1000:1000::/home/u:/bin/sh\n");
	assert_int_equal(root_read(ID_A, cgroup), -ENOENT);
	put_podman("/home/u/.local/share/containers/storage", "of-user");
	assert_int_equal(root_read(ID_A, cgroup), 0);
	check_podman("of-user");
	assert_int_equal(root_read(ID_A, "/machine.slice/libpod-" ID_A ".scope"), 0);
	check_podman("of-root");
	/* the home is the user's: a link in it leads nowhere */
	char link[PATH_MAX], to[PATH_MAX];

	strcpy(link, root_path("/home/u/.local/share/containers"));
	assert_true(snprintf(to, sizeof(to), "%s-", link) < (int)sizeof(to));
	assert_int_equal(rename(link, to), 0);
	assert_int_equal(symlink("/var/lib/containers", link), 0);
	assert_int_equal(root_read(ID_A, cgroup), -ENOENT);
}

/* ---- containerd ---- */

static const char plain_spec[] =
	"{\"process\":{},\"mounts\":[{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":"
	"\"tmpfs\",\"options\":[\"mode=755\"]}],\"linux\":{\"namespaces\":[{\"type\":\"pid\"}]},"
	"\"annotations\":{\"app\":\"ctr\"}}";

static void test_containerd(void **state)
{
	root_file(TASKS "/default/plain-1/config.json", plain_spec);
	assert_int_equal(root_read("plain-1", "/default/plain-1"), 0);
	assert_string_equal(info->reader, "containerd");
	assert_string_equal(info->name, "plain-1");
	assert_null(info->image);
	assert_int_equal(info->privileged, ANSWER_YES);
	assert_int_equal(info->host_network, ANSWER_YES);
	assert_string_equal(info->mounts[0].mode, "755");
	assert_string_equal(info->labels.v[0].name, "app");
	assert_int_equal(root_read("plain-2", "/default/plain-2"), -ENOENT);
	assert_int_equal(root_read(".", "/default/."), -ENOENT);
	assert_int_equal(root_read("../plain-1", "/default"), -ENOENT);
	/* nerdctl gives names */
	root_file(TASKS "/default/" ID_A "/config.json",
		  "{\"annotations\":{\"nerdctl/name\":\"web\"}}");
	assert_int_equal(root_read(ID_A, "/default/" ID_A), 0);
	assert_string_equal(info->name, "web");
	/* docker's bundle, when docker's own state is not found */
	root_file(TASKS "/moby/" ID_B "/config.json", "{}");
	assert_int_equal(root_read(ID_B, "/docker/" ID_B), 0);
	assert_string_equal(info->type, "docker");
	assert_null(info->name);
}

static void put_cri(const char *id, const char *kind, const char *rest)
{
	char path[PATH_MAX], spec[2048];

	snprintf(path, sizeof(path), TASKS "/k8s.io/%s/config.json", id);
	snprintf(spec, sizeof(spec),
		 "{\"linux\":{\"namespaces\":[{\"type\":\"pid\"}%s]},\"annotations\":{"
		 "\"io.kubernetes.cri.container-type\":\"%s\","
		 "\"io.kubernetes.cri.sandbox-id\":\"" ID_B "\","
		 "\"io.kubernetes.cri.sandbox-name\":\"web-0\","
		 "\"io.kubernetes.cri.sandbox-namespace\":\"shop\","
		 "\"io.kubernetes.cri.sandbox-uid\":\"" POD_UID "\"%s}}",
		 strcmp(kind, "sandbox") ? "" : ",{\"type\":\"network\"}", kind, rest);
	root_file(path, spec);
}

#define POD_CGROUP "/kubepods.slice/kubepods-pod1.slice/cri-containerd-"

static void test_kubernetes(void **state)
{
	put_cri(ID_A, "container",
		",\"io.kubernetes.cri.container-name\":\"app\","
		"\"io.kubernetes.cri.image-name\":\"reg.example:5000/app\"");
	put_cri(ID_B, "sandbox", "");
	root_file("/var/lib/cni/results/net-" ID_B "-eth0",
		  "{\"result\":{\"ips\":[{\"address\":\"fd00::5/64\"},"
		  "{\"address\":\"10.22.0.5/16\"}]}}");
	assert_int_equal(root_read(ID_A, POD_CGROUP ID_A ".scope"), 0);
	assert_string_equal(info->type, "containerd");
	assert_string_equal(info->name, "app");
	assert_string_equal(info->image_repository, "reg.example:5000/app");
	assert_string_equal(info->image_tag, "");
	assert_string_equal(info->pod.name, "web-0");
	assert_string_equal(info->pod.namespace, "shop");
	assert_string_equal(info->pod.uid, POD_UID);
	assert_string_equal(info->pod.sandbox, ID_B);
	assert_string_equal(info->pod.ip, "10.22.0.5");
	assert_int_equal(info->host_network, ANSWER_NO); /* as its sandbox */
	assert_false(info->pod.labels.known);
	assert_non_null(strstr(info->cni_json, "10.22.0.5/16"));
	assert_int_equal(root_read(ID_B, POD_CGROUP ID_B ".scope"), 0);
	assert_true(info->pod_sandbox);
	assert_string_equal(info->pod.sandbox, ID_B);
	assert_string_equal(info->name, "fedcba987654");
}

/* v1/NAMESPACE/containers and images in one value each. */
static void put_containerd_db(const char *namespace, struct bolt_row *container, size_t n)
{
	static unsigned char target[1024], image[1024], images[2048], one[1024], all[2048],
		space[3500], v1[3800];
	const struct bolt_row digest = {"digest", "sha256:" ID_B, 71, 0};
	const struct bolt_row of_image = {"target", target, bolt_leaf(target, 0, &digest, 1), 1};
	const struct bolt_row rows[] = {
		{"img:1", image, bolt_leaf(image, 0, &of_image, 1), 1},
		{"sha256:" ID_A, image, bolt_leaf(image, 0, &of_image, 1), 1},
	};
	struct bolt_row of_all = {container->key, one, 0, 1};
	struct bolt_row of_space[] = {{"containers", all, 0, 1}, {"images", images, 0, 1}};
	struct bolt_row of_v1 = {namespace, space, 0, 1}, root = {"v1", v1, 0, 1};
	const void *db;
	size_t len;

	of_all.len = bolt_leaf(one, 0, container + 1, n);
	of_space[0].len = bolt_leaf(all, 0, &of_all, 1);
	of_space[1].len = bolt_leaf(images, 0, rows, 2);
	of_v1.len = bolt_leaf(space, 0, of_space, 2);
	root.len = bolt_leaf(v1, 0, &of_v1, 1);
	db = bolt_make(&root, 1, &len);
	root_put("/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db", db, len);
}

static void test_containerd_database(void **state)
{
	static unsigned char labels[512];
	const struct bolt_row label[] = {{"io.cri-containerd.kind", "sandbox", 7, 0},
					 {"tier", "front", 5, 0}};
	const size_t n = bolt_leaf(labels, 0, label, 2);
	struct bolt_row plain[] = {
		{"plain-1", NULL, 0, 0}, {"image", "img:1", 5, 0}, {"labels", labels, n, 1}};
	struct bolt_row sandbox[] = {{ID_B, NULL, 0, 0}, {"labels", labels, n, 1}};

	root_file(TASKS "/default/plain-1/config.json", plain_spec);
	put_containerd_db("default", plain, 2);
	assert_int_equal(root_read("plain-1", "/default/plain-1"), 0);
	assert_string_equal(info->image, "img:1");
	assert_string_equal(info->image_repository, "img");
	assert_string_equal(info->image_digest, "sha256:" ID_B);
	assert_string_equal(info->image_id, ID_A);
	assert_int_equal(info->labels.n, 1);
	assert_string_equal(info->labels.v[0].value, "front");
	put_cri(ID_B, "sandbox", "");
	put_containerd_db("k8s.io", sandbox, 1);
	assert_int_equal(root_read(ID_B, POD_CGROUP ID_B ".scope"), 0);
	assert_int_equal(info->pod.labels.n, 1);
	assert_string_equal(info->pod.labels.v[0].name, "tier");
}

/* Each byte of the database changed, one at a time: no crash, and the bundle still counts. */
static void test_broken_database(void **state)
{
	struct bolt_row plain[] = {{"plain-1", NULL, 0, 0}, {"image", "img:1", 5, 0}};
	static const char path[] = "/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db";
	unsigned char *all;
	size_t len;

	root_file(TASKS "/default/plain-1/config.json", plain_spec);
	put_containerd_db("default", plain, 1);
	assert_int_equal(read_file(root_path(path), 1 << 20, (char **)&all, &len), 0);
	for (size_t i = 3 * BOLT_PAGE; i < 3 * BOLT_PAGE + 1600; i++) {
		for (int bit = 0; bit < 8; bit += 3) {
			all[i] ^= 1 << bit;
			root_put(path, all, len);
			assert_int_equal(root_read("plain-1", "/default/plain-1"), 0);
			assert_string_equal(info->name, "plain-1");
			all[i] ^= 1 << bit;
		}
	}
	root_put(path, all, len - BOLT_PAGE);
	assert_int_equal(root_read("plain-1", "/default/plain-1"), 0);
	assert_null(info->image);
	free(all);
}

/* ---- CRI-O ---- */

#define CRIO_A "/run/containers/storage/overlay-containers/"

static void test_crio(void **state)
{
	root_file(CRIO_A ID_A "/userdata/config.json",
		  "{\"linux\":{},\"annotations\":{\"io.container.manager\":\"cri-o\","
		  "\"io.kubernetes.cri-o.ContainerType\":\"container\","
		  "\"io.kubernetes.cri-o.SandboxID\":\"" ID_B "\","
		  "\"io.kubernetes.cri-o.ImageName\":\"quay.example/app:2\","
		  "\"io.kubernetes.cri-o.ImageRef\":\"quay.example/app@sha256:" ID_A "\","
		  "\"io.kubernetes.cri-o.Labels\":\"{\\\"io.kubernetes.container.name\\\":"
		  "\\\"app\\\",\\\"io.kubernetes.pod.name\\\":\\\"web-0\\\","
		  "\\\"io.kubernetes.pod.namespace\\\":\\\"shop\\\","
		  "\\\"io.kubernetes.pod.uid\\\":\\\"" POD_UID "\\\"}\","
		  "\"io.kubernetes.container.name\":\"app\"}}");
	root_file(CRIO_A ID_B "/userdata/config.json",
		  "{\"linux\":{\"namespaces\":[{\"type\":\"network\"}]},\"annotations\":{"
		  "\"io.container.manager\":\"cri-o\",\"io.kubernetes.cri-o.IP.0\":\"10.1.2.3\","
		  "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
		  "\"io.kubernetes.cri-o.Labels\":\"{\\\"tier\\\":\\\"front\\\"}\"}}");
	assert_int_equal(root_read(ID_A, "/kubepods.slice/crio-" ID_A ".scope"), 0);
	assert_string_equal(info->reader, "cri-o");
	assert_string_equal(info->type, "cri-o");
	assert_string_equal(info->name, "app");
	assert_string_equal(info->image_repository, "quay.example/app");
	assert_string_equal(info->image_tag, "2");
	assert_string_equal(info->image_digest, "sha256:" ID_A);
	assert_string_equal(info->pod.name, "web-0");
	assert_string_equal(info->pod.namespace, "shop");
	assert_string_equal(info->pod.uid, POD_UID);
	assert_string_equal(info->pod.labels.v[0].value, "front");
	assert_string_equal(info->pod.ip, "10.1.2.3");
	assert_int_equal(info->host_network, ANSWER_NO);
	root_file(CRIO_A ID_A "/userdata/config.json",
		  "{\"annotations\":{\"io.container.manager\":\"cri-o\","
		  "\"io.kubernetes.cri-o.Labels\":\"{{\"}}");
	assert_int_equal(root_read(ID_A, "/kubepods.slice/crio-" ID_A ".scope"), 0);
}

/* ---- names for ids ---- */

static void test_names(void **state)
{
	root_file("/var/lib/lxc/box/config", "");
	assert_int_equal(root_read("box", "/lxc.payload.box"), 0);
	assert_string_equal(info->type, "lxc");
	assert_string_equal(info->name, "box");
	assert_string_equal(info->image, "");
	root_file("/run/systemd/machines/m-1", "NAME=m-1\nCLASS=container\n");
	assert_int_equal(root_read("m-1", "/machine.slice/machine-m\\x2d1.scope"), 0);
	assert_string_equal(info->type, "systemd-nspawn");
	root_file("/run/systemd/machines/vm", "NAME=vm\nCLASS=vm\n");
	assert_int_equal(root_read("vm", "/machine.slice/machine-vm.scope"), -ENOENT);
	root_file("/run/runc/" ID_A "/state.json",
		  "{\"created\":\"2024-01-02T03:04:05Z\",\"config\":{\"labels\":[\"bundle=/b\","
		  "\"a=b=c\"],\"namespaces\":[{\"type\":\"NEWPID\"}],\"mounts\":[{\"device\":"
		  "\"bind\",\"source\":\"/s\",\"destination\":\"/d\",\"flags\":1}]}}");
	assert_int_equal(root_read(ID_A, "/x/" ID_A), 0);
	assert_string_equal(info->type, "runc");
	assert_int_equal(info->host_pid, ANSWER_NO);
	assert_int_equal(info->host_network, ANSWER_YES);
	assert_int_equal(info->labels.n, 1);
	assert_string_equal(info->labels.v[0].value, "b=c");
	assert_false(info->mounts[0].rdwr);
}

static void check_id(const char *path, const char *id)
{
	char found[RUNTIME_NAME_MAX + 1] = "";
	bool sure;

	assert_int_equal(runtime_cgroup_id(path, found, &sure), *id != 0);
	if (*id)
		assert_string_equal(found, id);
}

static void test_cgroups(void **state)
{
	check_id("/docker/" ID_A, ID_A);
	check_id("/system.slice/docker-" ID_A ".scope", ID_A);
	check_id("/machine.slice/libpod-" ID_A ".scope/container", ID_A);
	check_id("/docker/" ID_A "/docker/" ID_B, ID_B);
	check_id("/kubepods/podx:cri-containerd:" ID_A, ID_A);
	check_id("/docker/" ID_A "0", ID_A "0");
	check_id("/default/plain-1", "plain-1");
	check_id("/machine.slice/machine-a\\x2db.scope/payload", "a-b");
	check_id("/machine.slice/systemd-nspawn@deb.service/payload", "deb");
	check_id("/lxc.payload.box/init.scope", "box");
	check_id("/lxc/box", "box");
	check_id("/machine.slice/machine-\\x2e\\x2e.scope", "");
	check_id("/system.slice/ssh.service", "");
	check_id("/user.slice", "");
	check_id("/", "");
	check_id("", "");
}

/* A container can make cgroups below its own, and name them as it likes. */
static void test_nested(void **state)
{
	put_podman(STORE, "web");
	assert_int_equal(root_read(ID_A, "/libpod_parent/" ID_B "/libpod-" ID_A), 0);
	assert_int_equal(root_read(ID_A, "/machine.slice/machine-libpod_pod_" ID_B
					 ".slice/libpod-" ID_A ".scope"),
			 0);
	root_file("/var/lib/docker/containers/" ID_B "/config.v2.json", "{\"Name\":\"/d\"}");
	assert_int_equal(root_read(ID_A, "/docker/" ID_B "/libpod-" ID_A), -ENOENT);
	root_file("/var/lib/docker/containers/" ID_B "/config.v2.json", "{\"Name\"");
	assert_int_equal(root_read(ID_A, "/docker/" ID_B "/libpod-" ID_A), -ENOENT);
	assert_int_equal(root_read(ID_A, "/docker/" ID_A), 0);
	assert_int_equal(root_read(ID_A, "/docker/" ID_A "/inner"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, root_setup, root_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_podman),	    TEST(test_podman_database),
		TEST(test_podman_of_user),  TEST(test_containerd),
		TEST(test_kubernetes),	    TEST(test_containerd_database),
		TEST(test_broken_database), TEST(test_crio),
		TEST(test_names),	    TEST(test_cgroups),
		TEST(test_nested),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	root_forget();
	return failed;
}
