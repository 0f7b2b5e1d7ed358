/* SPDX-License-Identifier: Apache-2.0 */
#include "user/container_info.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arena.h"

struct container_memory {
	struct arena *arena;
	size_t used; /* bytes of texts */
};

struct container_info *container_info_new(void)
{
	struct container_info *info = calloc(1, sizeof(*info));

	if (!info)
		return NULL;
	info->memory = calloc(1, sizeof(*info->memory));
	if (info->memory)
		info->memory->arena = arena_new();
	if (!info->memory || !info->memory->arena)
		container_info_free(&info);
	return info;
}

void container_info_free(struct container_info **info)
{
	struct container_info *i = *info;

	if (!i)
		return;
	if (i->memory && i->memory->arena)
		arena_free(&i->memory->arena);
	free(i->memory);
	free(i);
	*info = NULL;
}

/* ---- filling in ---- */

const char *container_text_n(struct container_info *info, const char *s, size_t len)
{
	struct container_memory *m = info->memory;

	if (!s || len > CONTAINER_TEXT_MAX || len > CONTAINER_ALL_MAX - m->used)
		return NULL;
	m->used += len;
	return len ? arena_str(m->arena, s, len) : "";
}

const char *container_text(struct container_info *info, const char *s)
{
	return s ? container_text_n(info, s, strnlen(s, CONTAINER_TEXT_MAX + 1)) : NULL;
}

const char *container_printf(struct container_info *info, const char *format, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= sizeof(text) ? NULL : container_text_n(info, text, n);
}

/* Never NULL: an empty text stands for what cannot be kept. */
static const char *kept(struct container_info *info, const char *s)
{
	const char *copy = container_text(info, s);

	return copy ? copy : "";
}

void container_add_mount(struct container_info *info, const struct container_mount *m)
{
	info->mounts_known = true;
	if (info->n_mounts == CONTAINER_ITEMS_MAX)
		return;
	info->mounts = arena_push(info->memory->arena, info->mounts, info->n_mounts, sizeof(*m));
	info->mounts[info->n_mounts++] = (struct container_mount){
		.source = kept(info, m->source),
		.destination = kept(info, m->destination),
		.mode = kept(info, m->mode),
		.propagation = kept(info, m->propagation),
		.rdwr = m->rdwr,
	};
}

void container_add_label(struct container_info *info, struct container_labels *labels,
			 const char *name, const char *value)
{
	size_t at = 0;
	const char *copy;

	labels->known = true;
	while (at < labels->n && strcmp(labels->v[at].name, name) < 0)
		at++;
	if (at < labels->n && !strcmp(labels->v[at].name, name)) {
		labels->v[at].value = container_text(info, value);
		return;
	}
	copy = container_text(info, name);
	if (!copy || labels->n == CONTAINER_ITEMS_MAX)
		return;
	labels->v = arena_push(info->memory->arena, labels->v, labels->n, sizeof(*labels->v));
	memmove(labels->v + at + 1, labels->v + at, (labels->n - at) * sizeof(*labels->v));
	labels->v[at] = (struct container_label){copy, container_text(info, value)};
	labels->n++;
}

void container_add_env(struct container_info *info, const char *text)
{
	const char *copy = container_text(info, text);

	info->env_known = true;
	if (!copy || info->n_env == CONTAINER_ITEMS_MAX)
		return;
	info->env = arena_push(info->memory->arena, info->env, info->n_env, sizeof(*info->env));
	info->env[info->n_env++] = copy;
}

/* ---- names of images ---- */

#define SHA256	   "sha256:"
#define SHA_DIGITS 64

static bool is_hex(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return false;
	}
	return len;
}

const char *container_digits(const char *id)
{
	return strncmp(id, SHA256, strlen(SHA256)) ? id : id + strlen(SHA256);
}

void container_set_image(struct container_info *info, const char *image)
{
	const char *digits = container_digits(image), *digest, *slash, *tag;
	size_t len;

	info->image = container_text(info, image);
	if (!*image || (strlen(digits) == SHA_DIGITS && is_hex(digits, SHA_DIGITS)))
		return;
	digest = strchr(image, '@');
	len = digest ? (size_t)(digest - image) : strlen(image);
	slash = memrchr(image, '/', len);
	tag = memrchr(image, ':', len);
	if (tag && slash && tag < slash) /* the port of the host */
		tag = NULL;
	info->image_repository = container_text_n(info, image, tag ? (size_t)(tag - image) : len);
	info->image_tag = tag ? container_text_n(info, tag + 1, image + len - tag - 1) : "";
	if (digest)
		info->image_digest = container_text(info, digest + 1);
}

/* ---- pods ---- */

static void pod_text(const struct container_info *info, const char *label, const char **to)
{
	const struct container_label *l = container_find_label(&info->labels, label);

	if (!*to && l)
		*to = l->value;
}

void container_pod_from_labels(struct container_info *info)
{
	pod_text(info, "io.kubernetes.pod.name", &info->pod.name);
	pod_text(info, "io.kubernetes.pod.uid", &info->pod.uid);
	pod_text(info, "io.kubernetes.pod.namespace", &info->pod.namespace);
	pod_text(info, "io.kubernetes.sandbox.id", &info->pod.sandbox);
	info->in_pod = info->in_pod || info->pod.name || info->pod.uid;
}

/* ---- finding ---- */

const struct container_label *container_find_label(const struct container_labels *labels,
						   const char *name)
{
	size_t low = 0, high = labels->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(labels->v[middle].name, name);

		if (!order)
			return &labels->v[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct container_mount *container_find_mount(const struct container_info *info,
						   const char *arg, bool by_destination)
{
	char *end;
	unsigned long n;

	if (isdigit((unsigned char)*arg)) {
		errno = 0;
		n = strtoul(arg, &end, 10);
		if (!*end && !errno)
			return n < info->n_mounts ? &info->mounts[n] : NULL;
	}
	for (size_t i = 0; i < info->n_mounts; i++) {
		const struct container_mount *m = &info->mounts[i];

		if (!fnmatch(arg, by_destination ? m->destination : m->source, 0))
			return m;
	}
	return NULL;
}
