/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd: the bundle of a task, io.containerd.runtime.v2.task/NAMESPACE/ID/config.json below
 * its state, is written before the container's cgroup is made and removed when it has ended. Of
 * containers of Kubernetes its annotations tell container, image and pod. Names of plain
 * containers' images, labels of pods and digests are in a database (user/runtime_containerd_db.h).
 */
#include "user/runtime.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "user/runtime_cni.h"
#include "user/runtime_containerd_db.h"
#include "user/runtime_file.h"
#include "user/runtime_json.h"
#include "user/runtime_oci.h"

#define TASKS	       "io.containerd.runtime.v2.task"
#define CRI	       "io.kubernetes.cri."
#define CRI_PLUGIN     "/io.containerd.grpc.v1.cri/" /* hosts, names, shared memory */
#define NAMESPACES_MAX 256
#define SHORT_ID       12
#define NAMESPACE_MOBY "moby" /* docker's */

static unsigned likely(const struct container_ref *ref)
{
	if (!ref->cgroup)
		return 20;
	if (strstr(ref->cgroup, "cri-containerd-") || strstr(ref->cgroup, ":cri-containerd:") ||
	    strstr(ref->cgroup, "/nerdctl-"))
		return 90;
	return strstr(ref->cgroup, "/kubepods") ? 80 : 20;
}

struct place {
	const struct runtime_roots *roots;
	const char *path; /* of the state directory */
	int dir;
	const char *namespace;
};

static int read_bundle(const struct place *p, const char *id, struct json_object **out,
		       struct buf *why)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), TASKS "/%s/%s/config.json", p->namespace, id) >=
	    (int)sizeof(path))
		return -ENOENT;
	return runtime_json_file(p->dir, path, out, why);
}

/* ---- containers of Kubernetes ---- */

static const char *of_cri(struct container_info *info, struct json_object *spec, const char *name)
{
	char key[128];

	snprintf(key, sizeof(key), CRI "%s", name);
	return container_text(info, oci_annotation(spec, key));
}

/* As the kubelet labels each container. */
static void add_labels(struct container_info *info, const char *container)
{
	const struct {
		const char *name, *value;
	} labels[] = {
		{"io.kubernetes.container.name", container},
		{"io.kubernetes.pod.name", info->pod.name},
		{"io.kubernetes.pod.namespace", info->pod.namespace},
		{"io.kubernetes.pod.uid", info->pod.uid},
		{"io.kubernetes.sandbox.id", info->pod.sandbox},
	};

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (labels[i].value)
			container_add_label(info, &info->labels, labels[i].name, labels[i].value);
	}
}

/* What the pod's members share with the host is settled by the sandbox. */
static void read_sandbox(const struct place *p, struct container_info *info)
{
	_cleanup_json_ struct json_object *spec = NULL;
	struct buf why = {};

	if (info->pod.sandbox && runtime_is_id(info->pod.sandbox) &&
	    !read_bundle(p, info->pod.sandbox, &spec, &why)) {
		info->host_network = oci_shares(spec, "network") ? ANSWER_YES : ANSWER_NO;
		info->host_ipc = oci_shares(spec, "ipc") ? ANSWER_YES : ANSWER_NO;
	}
	buf_free(&why);
}

static void read_cri(const struct place *p, const char *id, struct json_object *spec,
		     const char *kind, struct container_info *info)
{
	const char *container = oci_annotation(spec, CRI "container-name");
	const char *image = oci_annotation(spec, CRI "image-name");

	oci_read(info, spec, OCI_CRI, CRI_PLUGIN);
	info->in_pod = true;
	info->pod_sandbox = !strcmp(kind, "sandbox");
	info->pod.name = of_cri(info, spec, "sandbox-name");
	info->pod.namespace = of_cri(info, spec, "sandbox-namespace");
	info->pod.uid = of_cri(info, spec, "sandbox-uid");
	info->pod.sandbox = of_cri(info, spec, "sandbox-id");
	if (info->pod_sandbox && !info->pod.sandbox)
		info->pod.sandbox = info->full_id;
	info->name = info->pod_sandbox ? container_text_n(info, id, strnlen(id, SHORT_ID))
				       : container_text(info, container);
	if (image)
		container_set_image(info, image);
	else if (info->pod_sandbox && oci_annotation(spec, CRI "podsandbox.image-name"))
		container_set_image(info, oci_annotation(spec, CRI "podsandbox.image-name"));
	add_labels(info, container);
	read_sandbox(p, info);
	if (info->host_network == ANSWER_YES)
		info->ip = info->cni_json = "";
	else if (info->pod.sandbox && !cni_read(p->roots, info->pod.sandbox, info))
		info->later |= PART_NET;
	info->pod.ip = info->ip;
}

/* ---- others ---- */

static void read_plain(const char *id, struct json_object *spec, struct container_info *info)
{
	const char *name = oci_annotation(spec, "nerdctl/name");

	oci_read(info, spec, OCI_ALL, NULL);
	runtime_json_labels(info, &info->labels, runtime_json_get(spec, "annotations", NULL));
	info->name = name && *name ? container_text(info, name)
				   : container_text_n(info, id, strnlen(id, SHORT_ID));
	info->ip = "";
	container_pod_from_labels(info);
}

static int read_in(const struct place *p, const char *id, struct container_info *info,
		   struct buf *why)
{
	_cleanup_json_ struct json_object *spec = NULL;
	int err = read_bundle(p, id, &spec, why);
	const char *kind;

	if (err)
		return err;
	info->full_id = container_text(info, id);
	info->type = "containerd";
	kind = oci_annotation(spec, CRI "container-type");
	if (!strcmp(p->namespace, NAMESPACE_MOBY)) {
		/* docker's own state was not found: what its bundle tells */
		info->type = "docker";
		oci_read(info, spec, OCI_BINDS, NULL);
	} else if (kind) {
		read_cri(p, id, spec, kind, info);
	} else {
		read_plain(id, spec, info);
	}
	containerd_db_read(p->roots, p->namespace, id, info);
	info->from = container_printf(info, "%s/" TASKS "/%s/%.64s", p->path, p->namespace, id);
	return 0;
}

/* ---- namespaces ---- */

typedef int place_fn(const struct place *p, void *to);

/* Calls each for every namespace of every place until one returns something else than -ENOENT,
 * which is returned. */
static int each_namespace(const struct runtime_roots *roots, place_fn *each, void *to)
{
	int result = -ENOENT;

	for (size_t i = 0; i < roots->containerd_state.n && result == -ENOENT; i++) {
		const char *path = roots->containerd_state.v[i];
		_cleanup_close_ int dir = runtime_open_root(roots, path);
		char **names;
		long n = dir < 0 ? dir
				 : runtime_names(dir, TASKS, runtime_is_name, NAMESPACES_MAX,
						 &names);

		if (n < 0)
			continue;
		for (long k = 0; k < n && result == -ENOENT; k++) {
			struct place p = {roots, path, dir, names[k]};

			result = each(&p, to);
		}
		runtime_free_names(names, n);
	}
	return result;
}

struct wanted {
	const char *id;
	struct container_info *info;
	struct buf *why;
};

static int look_for(const struct place *p, void *to)
{
	struct wanted *w = to;

	return read_in(p, w->id, w->info, w->why);
}

static int read_containerd(const struct runtime_roots *roots, const struct container_ref *ref,
			   struct container_info *out, struct buf *why)
{
	struct wanted w = {ref->id, out, why};

	return runtime_is_name(ref->id) ? each_namespace(roots, look_for, &w) : -ENOENT;
}

struct listing {
	runtime_found_fn *found;
	void *to;
	bool any;
};

static int list_in(const struct place *p, void *to)
{
	struct listing *l = to;
	char path[PATH_MAX];
	char **names;
	long n;

	snprintf(path, sizeof(path), TASKS "/%s", p->namespace);
	l->any = true;
	n = strcmp(p->namespace, NAMESPACE_MOBY)
		    ? runtime_names(p->dir, path, runtime_is_name, RUNTIME_LIST_MAX, &names)
		    : -ENOENT;
	for (long i = 0; i < n; i++)
		l->found(l->to, names[i]);
	if (n >= 0)
		runtime_free_names(names, n);
	return -ENOENT;
}

static int list_containerd(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
			   struct buf *why)
{
	struct listing l = {found, to, false};

	each_namespace(roots, list_in, &l);
	return l.any ? 0 : runtime_absent(&roots->containerd_state, why);
}

const struct runtime runtime_containerd = {"containerd", false, likely, read_containerd,
					   list_containerd};
