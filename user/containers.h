/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The containers that run and what is known of them: asked for when the kernel tells that a
 * container's cgroup was made, forgotten when it is gone. Records of a container that is still
 * asked for are kept, in order, for a bounded time. What the rules of a policy ask of a container
 * is decided here, once, and told to the kernel.
 *
 * Of an id only this much is believed: that some cgroup bears it. What a runtime knows of that id
 * is taken from the runtime.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kern/abi.h"
#include "gen/facts.h"
#include "user/reader.h"
#include "user/record.h"
#include "user/runtime.h"

struct containers;

struct containers_options {
	struct runtime_roots roots; /* copied */
	unsigned wait_ms;	    /* how long a record waits at most */
	const char *host;	    /* what container.id is outside of containers, SHORT_SIZE */
	const char *hostname;	    /* its name if it counts as a container */
	int facts;		    /* descriptor of the kernel's map */
	struct reader *reader;	    /* its loop tells of answers; must outlive this */
	/* A record that has waited: to be opened, looked at again and decided. */
	void (*release)(void *ctx, const void *record, size_t size, uint64_t number);
	void *ctx;
};

/* 0 or -errno. */
int containers_open(struct containers **out, const struct containers_options *o);
/* Records that still wait are released before. */
void containers_close(struct containers **c);

/* Asks for the containers that run already: after the hooks are attached. */
void containers_scan(struct containers *c);
/* n: size bytes from the ring buffer, of which nothing is trusted. 0 or -EBADMSG. */
int containers_notice(struct containers *c, const void *n, size_t size);

/* Gives the record what is known of its container. False: more is on its way, keep it. */
bool containers_look(struct containers *c, struct record_event *e);
/* Keeps a record that is to wait. If there is no room, those that wait for the same container are
 * released, and false tells that this one is to be decided as it is. */
bool containers_keep(struct containers *c, const struct record_event *e);
/* Everything that waits, as it is. */
void containers_release(struct containers *c);

/* Tells the kernel what the rules of a policy ask, before it goes by it. facts NULL: the policy
 * of that slot is gone. 0 or -errno. */
int containers_policy(struct containers *c, const struct facts_of *facts, uint32_t generation);

struct containers_counts {
	uint64_t known, unknown; /* of all so far: what a runtime knew, what none did */
	uint64_t waited, late;	 /* records that waited; those whose time was over */
	size_t now;		 /* entries */
};
struct containers_counts containers_counts(const struct containers *c);
