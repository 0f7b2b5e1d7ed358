/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_storage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "user/runtime_file.h"
#include "user/runtime_json.h"

static const char *const drivers[] = {"overlay", "vfs", "btrfs", "zfs"};

int storage_bundle(struct storage *s, const char *id, struct json_object **spec, struct buf *why)
{
	const int dirs[] = {s->root, s->run};
	int err = -ENOENT;

	*spec = NULL;
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		char path[256];

		s->driver = drivers[i];
		snprintf(path, sizeof(path), "%s-containers/%.64s/userdata/config.json", drivers[i],
			 id);
		for (size_t k = 0; k < ARRAY_LEN(dirs) && err == -ENOENT; k++)
			err = dirs[k] < 0 ? -ENOENT : runtime_json_file(dirs[k], path, spec, why);
		if (err != -ENOENT)
			break;
	}
	return err;
}

/* ---- rows ---- */

static struct json_object *find_row(struct json_object *rows, const char *id)
{
	for (size_t i = 0; i < runtime_json_length(rows); i++) {
		struct json_object *row = runtime_json_at(rows, i);
		const char *of = runtime_json_member(row, "id");

		if (of && !strcmp(of, id))
			return row;
	}
	return NULL;
}

/* metadata is JSON in a text. */
static void read_metadata(struct container_info *info, const char *text)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct buf why = {};
	const char *name, *id;

	if (text && !runtime_json_parse(text, strlen(text), &o, &why)) {
		name = runtime_json_member(o, "name");
		if (name && !info->name)
			info->name = container_text(info, name);
		name = runtime_json_member(o, "image-name");
		if (name && !info->image)
			container_set_image(info, name);
		id = runtime_json_member(o, "image-id");
		if (id && !info->image_id)
			info->image_id = container_text(info, container_digits(id));
	}
	buf_free(&why);
}

static void read_row(struct container_info *info, struct json_object *row)
{
	struct json_object *names = runtime_json_get(row, "names", NULL);
	const char *name = runtime_json_text(runtime_json_at(names, 0));
	const char *image = runtime_json_member(row, "image");

	if (name && !info->name)
		info->name = container_text(info, name);
	read_metadata(info, runtime_json_member(row, "metadata"));
	if (image && *image && !info->image_id)
		info->image_id = container_text(info, container_digits(image));
}

/* 0 if the row was found in that file, -ENOENT, or an error of the file. */
static int read_rows(int dir, const char *path, const char *id, struct container_info *info,
		     struct buf *why)
{
	_cleanup_json_ struct json_object *rows = NULL;
	int err = dir < 0 ? -ENOENT : runtime_json_file(dir, path, &rows, why);
	struct json_object *row = find_row(rows, id);

	if (err)
		return err;
	if (!row)
		return -ENOENT;
	read_row(info, row);
	return 0;
}

/* The image's own names matter only where the container does not say which it was made from. */
static void read_image(const struct storage *s, struct container_info *info)
{
	_cleanup_json_ struct json_object *rows = NULL;
	struct buf why = {};
	char path[64];
	struct json_object *row;
	const char *digest;

	snprintf(path, sizeof(path), "%s-images/images.json", s->driver);
	if (info->image_id && s->root >= 0)
		runtime_json_file(s->root, path, &rows, &why);
	buf_free(&why);
	row = info->image_id ? find_row(rows, info->image_id) : NULL;
	digest = runtime_json_member(row, "digest");
	if (digest && !info->image_digest)
		info->image_digest = container_text(info, digest);
	if (row && !info->image) {
		struct json_object *names = runtime_json_get(row, "names", NULL);
		const char *name = runtime_json_text(runtime_json_at(names, 0));

		container_set_image(info, name ? name : "");
	}
}

int storage_read(const struct storage *s, const char *id, struct container_info *info,
		 struct buf *why)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "%s-containers/containers.json", s->driver);
	err = read_rows(s->root, path, id, info, why);
	if (err == -ENOENT) {
		snprintf(path, sizeof(path), "%s-containers/volatile-containers.json", s->driver);
		err = read_rows(s->run, path, id, info, why);
	}
	read_image(s, info);
	return err == -ENOENT ? 0 : err;
}

bool storage_list(const struct storage *s, runtime_found_fn *found, void *to)
{
	const int dirs[] = {s->root, s->run};
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(drivers) * ARRAY_LEN(dirs); i++) {
		int dir = dirs[i % ARRAY_LEN(dirs)];
		char path[64], **names;
		long n;

		snprintf(path, sizeof(path), "%s-containers", drivers[i / ARRAY_LEN(dirs)]);
		n = dir < 0 ? -ENOENT
			    : runtime_names(dir, path, runtime_is_id, RUNTIME_LIST_MAX, &names);
		for (long k = 0; k < n; k++)
			found(to, names[k]);
		if (n >= 0) {
			runtime_free_names(names, n);
			any = true;
		}
	}
	return any;
}
