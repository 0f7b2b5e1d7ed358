/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of one container: what its runtime wrote down or answered. All of it is one block
 * of memory, made by container_info_new() and never changed after a reader has filled it in: many
 * threads may look at it.
 *
 * A text that is NULL is not known; "" is known to be empty. What is not known is either not to be
 * had at all or comes later, when the runtime has got that far or a socket answers: the bits of
 * later say of which parts. A caller that reads again later gets a new block.
 *
 * Bounds: a text of more than CONTAINER_TEXT_MAX bytes is taken for not known, so is everything
 * beyond CONTAINER_ALL_MAX bytes of texts or CONTAINER_ITEMS_MAX mounts, labels or variables.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTAINER_TEXT_MAX  ((size_t)16 << 10)
#define CONTAINER_ALL_MAX   ((size_t)512 << 10)
#define CONTAINER_ITEMS_MAX 1024

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/* Parts that can come later. */
enum container_part {
	PART_NAME = 1 << 0,
	PART_IMAGE = 1 << 1, /* all that begins with image */
	PART_LABELS = 1 << 2,
	PART_MOUNTS = 1 << 3,
	PART_NET = 1 << 4, /* ip, cni_json, pod.ip */
	PART_POD = 1 << 5, /* name, uid, namespace, sandbox */
	PART_POD_LABELS = 1 << 6,
	PART_CONFIG = 1 << 7, /* privileged, host_*, env, probes */
};

struct container_mount {
	const char *source, *destination, *mode, *propagation; /* never NULL */
	bool rdwr;
};

/* value NULL: longer than what is kept. */
struct container_label {
	const char *name, *value;
};

/* A list that is not known is not the same as one that is known to be empty. */
struct container_labels {
	struct container_label *v; /* by name, as bytes compare */
	size_t n;
	bool known;
};

struct container_pod {
	const char *name, *uid, *namespace, *sandbox, *ip;
	struct container_labels labels;
};

struct container_info {
	const char *reader; /* name of the row of runtimes.def that knew it */
	const char *from;   /* file or socket that told, for users */
	const char *full_id, *name;
	const char *type; /* docker, containerd, cri-o, podman, lxc, systemd-nspawn, runc */
	const char *image, *image_repository, *image_tag, *image_digest, *image_id;
	const char *ip, *cni_json;
	const char *healthcheck, *liveness_probe, *readiness_probe;
	int64_t start_ts; /* ns since 1970, as the runtime says; 0: not known */
	enum answer privileged, host_pid, host_network, host_ipc;
	struct container_mount *mounts;
	size_t n_mounts;
	bool mounts_known;
	struct container_labels labels;
	const char **env; /* "NAME=value" */
	size_t n_env;
	bool env_known;
	struct container_pod pod;
	bool in_pod;	  /* false: it is known not to be part of one, if !(later & PART_POD) */
	bool pod_sandbox; /* the container that holds the pod's namespaces */
	unsigned later;	  /* enum container_part */
	struct container_memory *memory;
};

/* NULL if there is no memory. */
struct container_info *container_info_new(void);
void container_info_free(struct container_info **info);

/* ---- for readers ---- */

/* A copy in info's block; NULL for NULL and for what is beyond the bounds. */
const char *container_text(struct container_info *info, const char *s);
const char *container_text_n(struct container_info *info, const char *s, size_t len);
const char *container_printf(struct container_info *info, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* NULLs are taken for "". */
void container_add_mount(struct container_info *info, const struct container_mount *m);
/* labels is one of info's; a name that is there already gets the new value. */
void container_add_label(struct container_info *info, struct container_labels *labels,
			 const char *name, const char *value);
void container_add_env(struct container_info *info, const char *text);
/* image, and from it repository, tag and digest: [HOST[:PORT]/]NAME[:TAG][@DIGEST]. A bare digest
 * or id has none of them. */
void container_set_image(struct container_info *info, const char *image);
/* Digits of "sha256:..." or of a bare id. */
const char *container_digits(const char *id);
/* What Kubernetes' labels (io.kubernetes.pod.name ...) say of the pod. */
void container_pod_from_labels(struct container_info *info);

/* ---- for getters ---- */

const struct container_label *container_find_label(const struct container_labels *labels,
						   const char *name);
/* By number, or the first one whose source (or destination) the pattern matches. */
const struct container_mount *container_find_mount(const struct container_info *info,
						   const char *arg, bool by_destination);
