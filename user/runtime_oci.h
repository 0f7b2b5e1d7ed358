/* SPDX-License-Identifier: Apache-2.0 */
/* config.json of an OCI bundle: what low-level runtimes are given, and runc's own state. */
#pragma once
#include <stdbool.h>

struct container_info;
struct json_object;

enum oci_mounts {
	OCI_ALL,   /* every mount, as containerd's own clients see them */
	OCI_BINDS, /* what was asked for: binds, but for those of a source with skip in it */
	OCI_CRI	   /* the same with Kubernetes' words for the propagation */
};

/* privileged, host_*, env and mounts. skip: NULL, or part of the path of what the runtime made. */
void oci_read(struct container_info *info, struct json_object *spec, enum oci_mounts which,
	      const char *skip);
/* Whether the spec has no namespace of its own of that type. */
bool oci_shares(struct json_object *spec, const char *type);
/* An annotation's text, NULL if there is none. */
const char *oci_annotation(struct json_object *spec, const char *name);
