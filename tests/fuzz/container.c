/* SPDX-License-Identifier: Apache-2.0 */
/* One file of a container runtime's state, the others being as they should: the first byte of the
 * input chooses which. Of a database the rest is what is changed of one that is right: places of
 * two bytes, each with its new byte. */
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/bolt.h"
#include "user/runtime.h"
#include "user/runtime_cgroup.h"

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define STORE "/storage/overlay-"

/* What is asked, and the file that tells. */
static const struct shape {
	const char *cgroup, *file;
} shapes[] = {
	{"/docker/" ID, "/docker/containers/" ID "/config.v2.json"},
	{"/docker/" ID, "/docker/containers/" ID "/hostconfig.json"},
	{"/docker/" ID, "/docker/image/overlay2/repositories.json"},
	{"/libpod_parent/libpod-" ID, STORE "containers/containers.json"},
	{"/libpod_parent/libpod-" ID, STORE "containers/" ID "/userdata/config.json"},
	{"/libpod_parent/libpod-" ID, STORE "images/images.json"},
	{"/libpod_parent/libpod-" ID, "/storage/libpod/bolt_state.db"},
	{"/kubepods/" ID, "/state/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json"},
	{"/kubepods/" ID, "/root/io.containerd.metadata.v1.bolt/meta.db"},
	{"/kubepods/" ID, "/cni/results/net-" OTHER "-eth0"},
	{"/kubepods/crio-" ID ".scope", "/run/overlay-containers/" ID "/userdata/config.json"},
	{"/x/" ID, "/runc/" ID "/state.json"},
	{"/machine.slice/machine-m.scope", "/machines/m"},
};
#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static char root[] = "/tmp/tiercel-fuzz-XXXXXX";
static struct runtime_roots roots;

static void put(const char *path, const void *data, size_t len)
{
	char whole[PATH_MAX];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *at = strchr(whole + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(whole, 0755);
		*at = '/';
	}
	f = fopen(whole, "we");
	FUZZ_HOLDS(f);
	fwrite(data, 1, len, f);
	fclose(f);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	return remove(path);
}

static void end(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void begin(void)
{
	FUZZ_HOLDS(mkdtemp(root));
	atexit(end);
	roots.host = root;
	FUZZ_HOLDS(!texts_add(&roots.docker_root, "/docker"));
	FUZZ_HOLDS(!texts_add(&roots.containerd_root, "/root"));
	FUZZ_HOLDS(!texts_add(&roots.containerd_state, "/state"));
	FUZZ_HOLDS(!texts_add(&roots.storage_root, "/storage"));
	FUZZ_HOLDS(!texts_add(&roots.storage_run, "/run"));
	FUZZ_HOLDS(!texts_add(&roots.cni, "/cni"));
	FUZZ_HOLDS(!texts_add(&roots.runc, "/runc"));
	FUZZ_HOLDS(!texts_add(&roots.machines, "/machines"));
}

/* The others, so that a reader gets as far as the one that is tried. */
static void put_others(size_t shape)
{
	static const char config[] =
		"{\"ID\":\"" ID "\",\"Name\":\"/w\",\"Driver\":\"overlay2\","
		"\"Image\":\"sha256:" OTHER "\",\"Config\":{\"Image\":\"bb:1\"}}";
	static const char spec[] =
		"{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
		"\"io.kubernetes.cri.image-name\":\"img:1\","
		"\"io.kubernetes.cri.sandbox-id\":\"" OTHER "\"}}";
	static const char podman[] =
		"[{\"id\":\"" ID "\",\"names\":[\"w\"],\"image\":\"" OTHER "\"}]";

	end();
	mkdir(root, 0700);
	if (shape == 1 || shape == 2)
		put(shapes[0].file, config, strlen(config));
	if (shape == 3 || shape == 5 || shape == 6)
		put(shapes[4].file, "{}", 2);
	if (shape == 5)
		put(shapes[3].file, podman, strlen(podman));
	if (shape == 8 || shape == 9)
		put(shapes[7].file, spec, strlen(spec));
}

/* ---- databases ---- */

#define DB_PODMAN     6
#define DB_CONTAINERD 8

/* A bucket of one row. */
static size_t around(unsigned char *to, const char *key, const void *value, size_t len)
{
	const struct bolt_row row = {key, value, len, 1};

	return bolt_leaf(to, 0, &row, 1);
}

static const unsigned char *make_db(size_t shape, size_t *len)
{
	static const char config[] = "{\"labels\":{\"a\":\"b\"},\"pod\":\"" OTHER "\"}";
	const struct bolt_row of_ctr = {"config", config, strlen(config), 0};
	const struct bolt_row of_container = {"image", "img:1", 5, 0};
	const struct bolt_row digest = {"digest", "sha256:" OTHER, 71, 0};
	unsigned char a[1000], b[1200], c[1400], images[1500], v1[3000];
	const bool podman = shape == DB_PODMAN;
	struct bolt_row space[2] = {{"containers", b, 0, 1}, {"images", images, 0, 1}};
	struct bolt_row top = {podman ? "ctr" : "v1", podman ? b : v1, 0, 1};
	size_t n = bolt_leaf(a, 0, podman ? &of_ctr : &of_container, 1);

	n = around(b, ID, a, n);
	if (podman) {
		top.len = n;
	} else {
		space[0].len = n;
		n = bolt_leaf(a, 0, &digest, 1);
		n = around(c, "target", a, n);
		space[1].len = around(images, "img:1", c, n);
		n = bolt_leaf(v1, 0, space, 2);
		{
			static unsigned char inner[3000];

			memcpy(inner, v1, n);
			top.len = around(v1, "k8s.io", inner, n);
		}
	}
	return bolt_make(&top, 1, len);
}

static void put_db(size_t shape, const uint8_t *data, size_t size)
{
	static unsigned char db[4 * BOLT_PAGE];
	size_t len;

	memcpy(db, make_db(shape, &len), sizeof(db));
	for (; size >= 3; data += 3, size -= 3)
		db[3 * BOLT_PAGE + (data[0] | (data[1] & 15) << 8)] = data[2];
	put(shapes[shape].file, db, len);
}

/* ---- */

static void look_at(const struct container_info *info)
{
	size_t n = 0;

	for (size_t i = 0; i < info->n_mounts; i++)
		n += strlen(info->mounts[i].source) + strlen(info->mounts[i].propagation);
	for (size_t i = 1; i < info->labels.n; i++)
		FUZZ_HOLDS(strcmp(info->labels.v[i - 1].name, info->labels.v[i].name) < 0);
	for (size_t i = 0; i < info->labels.n; i++)
		FUZZ_HOLDS(container_find_label(&info->labels, info->labels.v[i].name) ==
			   &info->labels.v[i]);
	FUZZ_HOLDS(!info->name || strlen(info->name) <= CONTAINER_TEXT_MAX);
	FUZZ_HOLDS(n <= CONTAINER_ALL_MAX);
}

/* Unchanged it is read to its end. */
static void check_db(void)
{
	const struct container_ref ref = {ID, "/kubepods/" ID};
	struct container_info *info;

	put_db(DB_CONTAINERD, NULL, 0);
	FUZZ_HOLDS(!containers_read_info(&roots, &ref, &info, NULL));
	FUZZ_HOLDS(info->image_digest && !strcmp(info->image_digest, "sha256:" OTHER));
	container_info_free(&info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t last = N_SHAPES;
	struct container_info *info;
	struct container_ref ref;
	char id[RUNTIME_NAME_MAX + 1];
	struct buf why = {};
	size_t shape;
	bool sure;

	if (!size)
		return 0;
	if (!roots.host)
		begin();
	shape = data[0] % N_SHAPES;
	if (shape != last)
		put_others(shape);
	if (shape == DB_CONTAINERD && shape != last)
		check_db();
	last = shape;
	if (shape == DB_PODMAN || shape == DB_CONTAINERD)
		put_db(shape, data + 1, size - 1);
	else
		put(shapes[shape].file, data + 1, size - 1);
	FUZZ_HOLDS(runtime_cgroup_id(shapes[shape].cgroup, id, &sure));
	ref = (struct container_ref){id, shapes[shape].cgroup};
	if (!containers_read_info(&roots, &ref, &info, &why))
		look_at(info);
	container_info_free(&info);
	buf_free(&why);
	return 0;
}
