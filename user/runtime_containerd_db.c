/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	v1/NAMESPACE/containers/ID/image, .../labels/NAME
 *	v1/NAMESPACE/images/NAME/target/digest; an image of Kubernetes is there by its id, too
 */
#include "user/runtime_containerd_db.h"

#include <errno.h>
#include <string.h>

#include "user/bolt.h"
#include "user/runtime.h"
#include "user/runtime_file.h"

#define DATABASE "io.containerd.metadata.v1.bolt/meta.db"
#define SHA256	 "sha256:"
#define TRIES	 5 /* while containerd goes on writing */

struct db {
	struct bolt *bolt;
	struct bolt_bucket containers, images;
	struct container_info *info;
	/* when looking for the id of the image */
	struct bolt_bytes digest, image_id;
};

static bool open_db(struct db *db, int dir, const char *namespace)
{
	struct bolt_bucket v1, ns;

	if (bolt_open(dir, DATABASE, &db->bolt))
		return false;
	if (!bolt_sub(db->bolt, bolt_root(db->bolt), "v1", &v1) ||
	    !bolt_sub(db->bolt, v1, namespace, &ns) ||
	    !bolt_sub(db->bolt, ns, "containers", &db->containers))
		return false;
	if (!bolt_sub(db->bolt, ns, "images", &db->images))
		db->images = (struct bolt_bucket){};
	return true;
}

static const char *text_of(struct container_info *info, struct bolt_bytes b)
{
	return container_text_n(info, (const char *)b.data, b.len);
}

/* ---- labels ---- */

struct labels {
	struct container_info *info;
	struct container_labels *to;
};

static bool add_label(void *to, struct bolt_bytes key, struct bolt_bytes value, bool sub)
{
	struct labels *l = to;
	const char *name = sub ? NULL : text_of(l->info, key), *text = text_of(l->info, value);

	if (name && text && strncmp(name, "io.cri-containerd.", 18))
		container_add_label(l->info, l->to, name, text);
	return true;
}

static void read_labels(struct db *db, const char *id, struct container_labels *to)
{
	struct labels l = {db->info, to};
	struct bolt_bucket container, labels;

	if (!bolt_sub(db->bolt, db->containers, id, &container))
		return;
	*to = (struct container_labels){.known = true};
	if (bolt_sub(db->bolt, container, "labels", &labels))
		bolt_each(db->bolt, labels, add_label, &l);
}

/* ---- images ---- */

static bool get_digest(struct db *db, const char *image, struct bolt_bytes *out)
{
	struct bolt_bucket entry, target;

	return db->images.root + db->images.page.len &&
	       bolt_sub(db->bolt, db->images, image, &entry) &&
	       bolt_sub(db->bolt, entry, "target", &target) &&
	       bolt_get(db->bolt, target, "digest", out);
}

static bool same(struct bolt_bytes a, struct bolt_bytes b)
{
	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

/* Whether an image named by its id is the one that is looked for. */
static bool look_at_image(void *to, struct bolt_bytes key, struct bolt_bytes value, bool sub)
{
	struct db *db = to;
	struct bolt_bytes digest;
	char name[sizeof(SHA256) + 64];

	if (key.len >= sizeof(name) || key.len <= strlen(SHA256) ||
	    memcmp(key.data, SHA256, strlen(SHA256)))
		return true;
	memcpy(name, key.data, key.len);
	name[key.len] = '\0';
	if (!get_digest(db, name, &digest) || !same(digest, db->digest))
		return true;
	db->image_id = key;
	return false;
}

static void read_image(struct db *db, const char *id)
{
	struct container_info *info = db->info;
	struct bolt_bucket container;
	struct bolt_bytes image;
	const char *name = info->image;

	if (!name && bolt_sub(db->bolt, db->containers, id, &container) &&
	    bolt_get(db->bolt, container, "image", &image) && (name = text_of(info, image)))
		container_set_image(info, name);
	if (!name || !*name || !get_digest(db, name, &db->digest))
		return;
	info->image_digest = text_of(info, db->digest);
	bolt_each(db->bolt, db->images, look_at_image, db);
	if (db->image_id.len)
		info->image_id =
			container_text_n(info, (const char *)db->image_id.data + strlen(SHA256),
					 db->image_id.len - strlen(SHA256));
}

/* ---- all ---- */

/* 0; -ENOENT if the container is not there; -EAGAIN if what was read is of two states. */
static int read_once(int dir, const char *namespace, const char *id, struct container_info *info)
{
	struct db db = {.info = info};
	struct bolt_bucket container;
	int result = -ENOENT;

	if (open_db(&db, dir, namespace)) {
		read_image(&db, id);
		if (!info->in_pod)
			read_labels(&db, id, &info->labels);
		else if (info->pod.sandbox)
			read_labels(&db, info->pod.sandbox, &info->pod.labels);
		result = bolt_sub(db.bolt, db.containers, id, &container) ? 0 : -ENOENT;
		if (bolt_changed(db.bolt))
			result = -EAGAIN;
	}
	bolt_close(&db.bolt);
	return result;
}

void containerd_db_read(const struct runtime_roots *roots, const char *namespace, const char *id,
			struct container_info *info)
{
	const struct container_info before = *info;

	for (size_t i = 0; i < roots->containerd_root.n; i++) {
		_cleanup_close_ int dir = runtime_open_root(roots, roots->containerd_root.v[i]);
		int result = dir < 0 ? -ENOENT : -EAGAIN;

		for (int n = 0; n < TRIES && result == -EAGAIN; n++) {
			*info = before;
			result = read_once(dir, namespace, id, info);
		}
		if (!result)
			return;
		*info = before;
		if (result == -EAGAIN)
			info->later |= PART_IMAGE | PART_LABELS | PART_POD_LABELS;
	}
}
