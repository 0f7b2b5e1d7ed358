/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage that podman and CRI-O share: DRIVER-containers/containers.json with a row per
 * container, DRIVER-containers/ID/userdata/config.json, the bundle, and
 * DRIVER-images/images.json.
 */
#pragma once
#include <stdbool.h>
#include "user/buf.h"
#include "user/runtime.h"

struct json_object;

struct storage {
	int root, run; /* directories, -1 if not there; rows of volatile containers are in run */
	const char *driver;
};

/* Finds the driver that knows the container and its bundle, which is below root (podman) or run
 * (CRI-O). As runtime_json_file(). */
int storage_bundle(struct storage *s, const char *id, struct json_object **spec, struct buf *why);
/* name, image and image_id from its row, then digest and names of the image. Not finding it is no
 * error; -EAGAIN if it is being written. */
int storage_read(const struct storage *s, const char *id, struct container_info *info,
		 struct buf *why);
/* Calls found for the containers of all drivers; false if there are no such directories. */
bool storage_list(const struct storage *s, runtime_found_fn *found, void *to);
