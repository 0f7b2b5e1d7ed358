/* SPDX-License-Identifier: Apache-2.0 */
/* Which names an image has: what a container was started with need not say it. */
#pragma once

struct container_info;
struct json_object;

/*
 * repository, tag and digest of info. asked: what docker run was given; id: of the image;
 * repositories: {"name": {"name:tag": "id", "name@digest": "id"}}. Of several names of one
 * image the one that was asked for counts, else the first.
 */
void runtime_image_docker(struct container_info *info, const char *asked, const char *id,
			  struct json_object *repositories);
/* The same from lists of texts, as the socket gives them: "name:tag" and "name@digest". */
void runtime_image_names(struct container_info *info, const char *asked, struct json_object *tags,
			 struct json_object *digests);
