/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the container's runtime knows (user/container_info.h) as fields. While that is on its way
 * a field is unknown; once nothing more comes, what is not known is missing.
 *
 * On the host the name is "host" and other texts of containers are empty; there are no pods.
 */
#include "user/fields.h"

#include <stdio.h>
#include <string.h>

#include "user/buf.h"
#include "user/container_info.h"

#define SHORT_ID 12

/* ---- what is not there ---- */

static enum have on_host(enum field_id f, struct value *out)
{
	if (f == FIELD_CONTAINER_NAME || f == FIELD_CONTAINER_TYPE)
		return field_text(out, "host");
	if (strncmp(fields[f].name, "container.", strlen("container.")) ||
	    fields[f].type != TYPE_STR)
		return HAVE_MISSING;
	return field_text(out, "");
}

/* Of a container of which part is not known. */
static enum have absent(const struct record_event *e, enum container_part part)
{
	if (e->info_final || (e->container_info && !(e->container_info->later & part)))
		return HAVE_MISSING;
	return HAVE_UNKNOWN;
}

static bool has_none(const struct record_event *e, enum field_id f, enum container_part part,
		     struct value *out, enum have *have)
{
	if (!field_is_host(e) && e->container_info)
		return false;
	*have = field_is_host(e) ? on_host(f, out) : absent(e, part);
	return true;
}

/* ---- texts and answers ---- */

static enum have of_text(const struct record_event *e, const char *s, enum container_part part,
			 struct value *out)
{
	return s ? field_text(out, s) : absent(e, part);
}

/* A row of kern/fields.def that is a text in struct container_info. */
#define TEXT(id, member, part)                                                                     \
	GETTER(id)                                                                                 \
	{                                                                                          \
		enum have have;                                                                    \
                                                                                                   \
		if (has_none(e, FIELD_##id, part, out, &have))                                     \
			return have;                                                               \
		return of_text(e, e->container_info->member, part, out);                           \
	}
TEXT(CONTAINER_FULL_ID, full_id, PART_NAME)
TEXT(CONTAINER_NAME, name, PART_NAME)
TEXT(CONTAINER_TYPE, type, PART_NAME)
TEXT(CONTAINER_IMAGE, image, PART_IMAGE)
TEXT(CONTAINER_IMAGE_ID, image_id, PART_IMAGE)
TEXT(CONTAINER_IMAGE_REPOSITORY, image_repository, PART_IMAGE)
TEXT(CONTAINER_IMAGE_TAG, image_tag, PART_IMAGE)
TEXT(CONTAINER_IMAGE_DIGEST, image_digest, PART_IMAGE)
TEXT(CONTAINER_HEALTHCHECK, healthcheck, PART_CONFIG)
TEXT(CONTAINER_LIVENESS_PROBE, liveness_probe, PART_CONFIG)
TEXT(CONTAINER_READINESS_PROBE, readiness_probe, PART_CONFIG)
TEXT(CONTAINER_IP, ip, PART_NET)
TEXT(CONTAINER_CNI_JSON, cni_json, PART_NET)
TEXT(K8S_POD_NAME, pod.name, PART_POD)
TEXT(K8S_POD_ID, pod.uid, PART_POD)
TEXT(K8S_POD_UID, pod.uid, PART_POD)
TEXT(K8S_NS_NAME, pod.namespace, PART_POD)
TEXT(K8S_POD_FULL_SANDBOX_ID, pod.sandbox, PART_POD)
#undef TEXT

GETTER(K8S_POD_SANDBOX_ID)
{
	enum have have = get_K8S_POD_FULL_SANDBOX_ID(e, arg, out);

	if (have == HAVE_VALUE && out->len > SHORT_ID)
		return field_copy(e, FIELD_K8S_POD_SANDBOX_ID, out->str, SHORT_ID, out);
	return have;
}

#define ANSWER(id, member)                                                                         \
	GETTER(id)                                                                                 \
	{                                                                                          \
		enum have have;                                                                    \
                                                                                                   \
		if (has_none(e, FIELD_##id, PART_CONFIG, out, &have))                              \
			return have;                                                               \
		if (e->container_info->member == ANSWER_UNKNOWN)                                   \
			return absent(e, PART_CONFIG);                                             \
		return field_number(out, e->container_info->member == ANSWER_YES);                 \
	}
ANSWER(CONTAINER_PRIVILEGED, privileged)
ANSWER(CONTAINER_HOST_PID, host_pid)
ANSWER(CONTAINER_HOST_NETWORK, host_network)
ANSWER(CONTAINER_HOST_IPC, host_ipc)
#undef ANSWER

/* ---- addresses of the pod ---- */

static enum have of_pod_net(struct record_event *e, enum field_id f, const char *s,
			    struct value *out)
{
	if (e->container_info->in_pod)
		return of_text(e, s, PART_NET, out);
	return absent(e, PART_POD);
}

GETTER(K8S_POD_IP)
{
	const struct container_info *i = e->container_info;
	enum have have;

	if (has_none(e, FIELD_K8S_POD_IP, PART_NET, out, &have))
		return have;
	return of_pod_net(e, FIELD_K8S_POD_IP, i->pod.ip ? i->pod.ip : i->ip, out);
}

GETTER(K8S_POD_CNI_JSON)
{
	enum have have;

	if (has_none(e, FIELD_K8S_POD_CNI_JSON, PART_NET, out, &have))
		return have;
	return of_pod_net(e, FIELD_K8S_POD_CNI_JSON, e->container_info->cni_json, out);
}

/* ---- mounts ---- */

static enum have build(struct record_event *e, enum field_id f, struct buf *b, struct value *out)
{
	bool ok = !b->failed && field_copy_text(e, f, buf_text(b), b->len, out);

	buf_free(b);
	return ok ? HAVE_VALUE : HAVE_UNKNOWN;
}

static const char *rdwr(const struct container_mount *m)
{
	return m->rdwr ? "true" : "false";
}

static void add_mount(struct buf *b, const struct container_mount *m)
{
	buf_printf(b, "%s:%s:%s:%s:%s", m->source, m->destination, m->mode, rdwr(m),
		   m->propagation);
}

GETTER(CONTAINER_MOUNTS)
{
	const struct container_info *info = e->container_info;
	struct buf b = {};
	enum have have;

	if (has_none(e, FIELD_CONTAINER_MOUNTS, PART_MOUNTS, out, &have))
		return have;
	if (!info->mounts_known)
		return absent(e, PART_MOUNTS);
	for (size_t i = 0; i < info->n_mounts; i++) {
		buf_str(&b, i ? "," : "");
		add_mount(&b, &info->mounts[i]);
	}
	return build(e, FIELD_CONTAINER_MOUNTS, &b, out);
}

/* The mount that arg means; NULL with what the field is then. */
static const struct container_mount *find_mount(struct record_event *e, enum field_id f,
						const char *arg, enum have *have)
{
	const struct container_info *info = e->container_info;
	const struct container_mount *m;

	*have = HAVE_MISSING;
	if (field_is_host(e))
		return NULL;
	if (!info || !info->mounts_known) {
		*have = absent(e, PART_MOUNTS);
		return NULL;
	}
	m = arg ? container_find_mount(info, arg, f == FIELD_CONTAINER_MOUNT_SOURCE) : NULL;
	return m;
}

GETTER(CONTAINER_MOUNT)
{
	const struct container_mount *m;
	struct buf b = {};
	enum have have;

	m = find_mount(e, FIELD_CONTAINER_MOUNT, arg, &have);
	if (!m)
		return have;
	add_mount(&b, m);
	return build(e, FIELD_CONTAINER_MOUNT, &b, out);
}

#define MOUNT(id, text)                                                                            \
	GETTER(id)                                                                                 \
	{                                                                                          \
		enum have have;                                                                    \
		const struct container_mount *m = find_mount(e, FIELD_##id, arg, &have);           \
                                                                                                   \
		return m ? field_text(out, text) : have;                                           \
	}
MOUNT(CONTAINER_MOUNT_SOURCE, m->source)
MOUNT(CONTAINER_MOUNT_DEST, m->destination)
MOUNT(CONTAINER_MOUNT_MODE, m->mode)
MOUNT(CONTAINER_MOUNT_RDWR, rdwr(m))
MOUNT(CONTAINER_MOUNT_PROPAGATION, m->propagation)
#undef MOUNT

/* ---- labels ---- */

/* Kubernetes' own, and annotations, are not listed; each can be asked for. */
static bool is_listed(const char *name)
{
	return strncmp(name, "annotation.", 11) && strncmp(name, "io.kubernetes.", 14);
}

static enum have of_labels(struct record_event *e, enum field_id f,
			   const struct container_labels *l, enum container_part part,
			   struct value *out)
{
	struct buf b = {};

	if (!l->known)
		return absent(e, part);
	for (size_t i = 0; i < l->n; i++) {
		const char *value = l->v[i].value ? l->v[i].value : "";

		if (!is_listed(l->v[i].name))
			continue;
		buf_str(&b, b.len ? ", " : "");
		buf_str(&b, l->v[i].name);
		buf_str(&b, *value ? ":" : "");
		buf_str(&b, value);
	}
	return build(e, f, &b, out);
}

static enum have of_label(struct record_event *e, const struct container_labels *l,
			  const char *name, enum container_part part, struct value *out)
{
	const struct container_label *found;

	if (!l->known || !name)
		return absent(e, part);
	found = container_find_label(l, name);
	if (!found)
		return HAVE_MISSING;
	return found->value ? field_text(out, found->value) : HAVE_UNKNOWN;
}

#define LABELS(id, member, part)                                                                   \
	GETTER(id##S)                                                                              \
	{                                                                                          \
		enum have have;                                                                    \
                                                                                                   \
		if (has_none(e, FIELD_##id##S, part, out, &have))                                  \
			return have;                                                               \
		return of_labels(e, FIELD_##id##S, &e->container_info->member, part, out);         \
	}                                                                                          \
	GETTER(id)                                                                                 \
	{                                                                                          \
		enum have have = HAVE_MISSING;                                                     \
                                                                                                   \
		if (field_is_host(e) || has_none(e, FIELD_##id, part, out, &have))                 \
			return have;                                                               \
		return of_label(e, &e->container_info->member, arg, part, out);                    \
	}
LABELS(CONTAINER_LABEL, labels, PART_LABELS)
LABELS(K8S_POD_LABEL, pod.labels, PART_POD_LABELS)
#undef LABELS
