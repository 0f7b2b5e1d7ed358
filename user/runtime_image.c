/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_image.h"

#include <string.h>

#include "user/container_info.h"
#include "user/runtime_json.h"

struct finder {
	const char *asked, *id;
	/* the texts found, each the first, and the best: as asked for */
	const char *tag, *digest, *best_tag, *best_digest;
};

/* Length of the repository's name in a reference. */
static size_t name_len(const char *reference)
{
	size_t len = strcspn(reference, "@");
	const char *slash = memrchr(reference, '/', len), *colon = memrchr(reference, ':', len);

	if (colon && (!slash || colon > slash))
		len = colon - reference;
	return len;
}

/* docker calls docker.io/library/x just x. */
static const char *familiar(const char *reference)
{
	static const char *const starts[] = {"docker.io/library/", "docker.io/"};

	for (size_t i = 0; i < 2; i++) {
		if (!strncmp(reference, starts[i], strlen(starts[i])))
			return reference + strlen(starts[i]);
	}
	return reference;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = name_len(a);

	return n == name_len(b) && !strncmp(a, b, n);
}

static bool same_reference(const char *asked, const char *tag)
{
	size_t n = strlen(asked);

	if (!strcmp(asked, tag))
		return true;
	return !strchr(asked, '@') && name_len(asked) == n && !strncmp(asked, tag, n) &&
	       !strcmp(tag + n, ":latest");
}

static void add_reference(struct finder *f, const char *reference)
{
	if (strchr(reference, '@')) {
		if (!f->digest)
			f->digest = reference;
		if (!f->best_digest && f->asked && same_name(f->asked, reference))
			f->best_digest = reference;
		return;
	}
	if (!f->tag)
		f->tag = reference;
	if (!f->best_tag && f->asked && same_reference(f->asked, reference))
		f->best_tag = reference;
}

static void look_at_reference(void *to, const char *reference, struct json_object *value)
{
	struct finder *f = to;
	const char *id = runtime_json_text(value);

	if (id && !strcmp(id, f->id))
		add_reference(f, reference);
}

static void look_at_repository(void *to, const char *name, struct json_object *references)
{
	runtime_json_each(references, look_at_reference, to);
}

static void set(struct container_info *info, struct finder *f)
{
	const char *tag = f->best_tag, *digest;

	if (!tag && !f->best_digest && f->tag)
		tag = f->tag;
	digest = f->best_digest;
	if (!digest && f->digest && (!tag || same_name(tag, f->digest)))
		digest = f->digest;
	if (tag || digest) {
		const char *name = tag ? tag : digest;
		size_t n = name_len(name);

		info->image_repository = container_text_n(info, name, n);
		info->image_tag = tag && tag[n] ? container_text(info, tag + n + 1) : "";
	}
	if (digest)
		info->image_digest = container_text(info, strchr(digest, '@') + 1);
	if (!info->image_repository)
		info->image_repository = "";
	if (!info->image_tag)
		info->image_tag = "";
	if (!info->image_digest)
		info->image_digest = "";
}

void runtime_image_docker(struct container_info *info, const char *asked, const char *id,
			  struct json_object *repositories)
{
	struct finder f = {asked ? familiar(asked) : NULL, id};

	if (id)
		runtime_json_each(repositories, look_at_repository, &f);
	set(info, &f);
}

static void add_all(struct finder *f, struct json_object *texts)
{
	for (size_t i = 0; i < runtime_json_length(texts); i++) {
		const char *text = runtime_json_text(runtime_json_at(texts, i));

		if (text)
			add_reference(f, text);
	}
}

void runtime_image_names(struct container_info *info, const char *asked, struct json_object *tags,
			 struct json_object *digests)
{
	struct finder f = {asked ? familiar(asked) : NULL, NULL};

	add_all(&f, tags);
	add_all(&f, digests);
	set(info, &f);
}
