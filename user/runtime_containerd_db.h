/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containerd's database, io.containerd.metadata.v1.bolt/meta.db below its root: the image a
 * container was made from, its labels, those of its pod, the image's digest. What clients would
 * ask containerd for over gRPC.
 */
#pragma once

struct container_info;
struct runtime_roots;

/* Adds to info what is known of container id of a namespace. Not finding it is no error. */
void containerd_db_read(const struct runtime_roots *roots, const char *namespace, const char *id,
			struct container_info *info);
