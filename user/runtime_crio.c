/* SPDX-License-Identifier: Apache-2.0 */
/* CRI-O: the bundle's annotations tell container, image and pod, labels too, as JSON in a text. */
#include "user/runtime.h"

#include <errno.h>
#include <string.h>

#include "user/runtime_cni.h"
#include "user/runtime_file.h"
#include "user/runtime_json.h"
#include "user/runtime_oci.h"
#include "user/runtime_storage.h"

#define CRIO "io.kubernetes.cri-o."

static unsigned likely(const struct container_ref *ref)
{
	if (!ref->cgroup)
		return 15;
	return strstr(ref->cgroup, "/crio-") || strstr(ref->cgroup, ":crio:") ? 95 : 15;
}

/* The JSON that an annotation holds, NULL if it holds none. */
static struct json_object *json_of(struct json_object *spec, const char *name)
{
	const char *text = oci_annotation(spec, name);
	struct json_object *o = NULL;
	struct buf why = {};

	if (text)
		runtime_json_parse(text, strlen(text), &o, &why);
	buf_free(&why);
	return o;
}

static const char *of(struct container_info *info, struct json_object *spec, const char *name)
{
	return container_text(info, oci_annotation(spec, name));
}

static void read_labels(struct container_info *info, struct json_object *spec)
{
	_cleanup_json_ struct json_object *labels = json_of(spec, CRIO "Labels");

	if (labels)
		runtime_json_labels(info, &info->labels, labels);
	if (info->pod_sandbox && labels)
		runtime_json_labels(info, &info->pod.labels, labels);
}

static void read_image(struct container_info *info, struct json_object *spec)
{
	const char *image = oci_annotation(spec, CRIO "ImageName");
	const char *ref = oci_annotation(spec, CRIO "ImageRef"), *at;

	if (!image || !*image)
		image = oci_annotation(spec, CRIO "Image");
	if (image)
		container_set_image(info, image);
	if (!ref)
		return;
	at = strchr(ref, '@');
	if (at)
		info->image_digest = container_text(info, at + 1);
	else
		info->image_id = container_text(info, container_digits(ref));
}

static void read_pod(struct container_info *info, struct json_object *spec)
{
	_cleanup_json_ struct json_object *metadata = json_of(spec, CRIO "Metadata");
	const char *name;

	info->in_pod = true;
	info->pod.name = of(info, spec, "io.kubernetes.pod.name");
	info->pod.namespace = of(info, spec, "io.kubernetes.pod.namespace");
	info->pod.uid = of(info, spec, "io.kubernetes.pod.uid");
	info->pod.sandbox = of(info, spec, CRIO "SandboxID");
	container_pod_from_labels(info);
	name = oci_annotation(spec, "io.kubernetes.container.name");
	if (!name)
		name = runtime_json_member(metadata, "name");
	info->name = container_text(info, name);
}

/* The sandbox's bundle knows the pod's labels and what the network plugin answered. */
static void read_sandbox(const struct runtime_roots *roots, const struct storage *s,
			 struct container_info *info)
{
	_cleanup_json_ struct json_object *spec = NULL, *labels = NULL;
	struct storage at = *s;
	struct buf why = {};

	if (!info->pod.sandbox || !runtime_is_id(info->pod.sandbox) ||
	    storage_bundle(&at, info->pod.sandbox, &spec, &why)) {
		buf_free(&why);
		return;
	}
	buf_free(&why);
	labels = json_of(spec, CRIO "Labels");
	if (labels)
		runtime_json_labels(info, &info->pod.labels, labels);
	info->host_network = oci_shares(spec, "network") ? ANSWER_YES : ANSWER_NO;
	info->host_ipc = oci_shares(spec, "ipc") ? ANSWER_YES : ANSWER_NO;
	info->cni_json = of(info, spec, CRIO "CNIResult");
	info->ip = of(info, spec, CRIO "IP.0");
}

static int read_from(const struct runtime_roots *roots, struct storage *s, const char *path,
		     const char *id, struct container_info *info, struct buf *why)
{
	_cleanup_json_ struct json_object *spec = NULL;
	int err = storage_bundle(s, id, &spec, why);
	const char *manager = oci_annotation(spec, "io.container.manager"), *kind;

	if (err)
		return err;
	if (!manager || strcmp(manager, "cri-o"))
		return -ENOENT;
	info->full_id = container_text(info, id);
	info->type = "cri-o";
	kind = oci_annotation(spec, CRIO "ContainerType");
	info->pod_sandbox = kind && !strcmp(kind, "sandbox");
	oci_read(info, spec, OCI_CRI, "/userdata/");
	read_labels(info, spec);
	read_image(info, spec);
	read_pod(info, spec);
	read_sandbox(roots, s, info);
	err = storage_read(s, id, info, why);
	if (info->host_network == ANSWER_YES)
		info->ip = info->cni_json = "";
	else if (!info->ip && info->pod.sandbox && !cni_read(roots, info->pod.sandbox, info))
		info->later |= PART_NET;
	info->pod.ip = info->ip;
	info->from = container_printf(info, "%s/%s-containers/%.12s", path, s->driver, id);
	return err;
}

static int read_crio(const struct runtime_roots *roots, const struct container_ref *ref,
		     struct container_info *out, struct buf *why)
{
	int err = -ENOENT;

	if (!runtime_is_id(ref->id))
		return -ENOENT;
	for (size_t i = 0; i < roots->storage_run.n && err == -ENOENT; i++) {
		const char *path = roots->storage_run.v[i];
		const char *root = i < roots->storage_root.n ? roots->storage_root.v[i] : NULL;
		_cleanup_close_ int run_dir = runtime_open_root(roots, path);
		_cleanup_close_ int root_dir = root ? runtime_open_root(roots, root) : -1;
		struct storage s = {root_dir, run_dir, NULL};

		err = read_from(roots, &s, path, ref->id, out, why);
	}
	return err;
}

/* Its containers are listed with podman's, whose storage it shares. */
static int list_crio(const struct runtime_roots *roots, runtime_found_fn *found, void *to,
		     struct buf *why)
{
	bool any = false;

	for (size_t i = 0; i < roots->storage_run.n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->storage_run.v[i]);
		struct storage s = {-1, dir, NULL};

		any |= storage_list(&s, found, to);
	}
	return any ? 0 : runtime_absent(&roots->storage_run, why);
}

const struct runtime runtime_crio = {"cri-o", false, likely, read_crio, list_crio};
