/* SPDX-License-Identifier: Apache-2.0 */
#include "user/hook.h"

#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "gen/types.h"
#include "user/probe.h"
#include "user/util.h"

#define X64_PREFIX "__x64_"

#define ANY false
#define X86 true
const struct hook hooks[HOOK_COUNT] = {
#define HOOK(id_, program_, backend_, target_, types_, arch_)                                      \
	[HOOK_##id_] = {.name = #id_,                                                              \
			.program = #program_,                                                      \
			.target = target_,                                                         \
			.backend = BACKEND_##backend_,                                             \
			.types = types_,                                                           \
			.x86_only = arch_},
#include "kern/hooks.def"
#undef HOOK
};
#undef ANY
#undef X86

struct event_set hook_types(const struct hook *h)
{
	return event_set_of_bits(h->types);
}

struct event_set hook_family(const struct event_set *types)
{
	struct event_set all = {};
	unsigned i;

	for_each_event(i, types) for (int k = 0; k < EVENT_COUNT;
				      k++) if (!strcmp(types_family(i), types_family(k)))
		event_set_add(&all, k);
	return all;
}

bool hook_is_for_this_machine(const struct hook *h)
{
#ifdef __x86_64__
	return true;
#else
	return !h->x86_only;
#endif
}

const char *hook_function(const struct hook *h)
{
#ifdef __aarch64__
	static char name[128];

	if (!strncmp(h->target, X64_PREFIX, strlen(X64_PREFIX))) {
		snprintf(name, sizeof(name), "__arm64_%s", h->target + strlen(X64_PREFIX));
		return name;
	}
#endif
	return h->target;
}

/* Number of arguments of a BTF tracepoint, -1 if there is none. */
static int tracepoint_args(const struct btf *btf, const char *name)
{
	char type_name[128];
	const struct btf_type *t;
	int id;

	snprintf(type_name, sizeof(type_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, type_name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -1;
	t = btf__type_by_id(btf, id);
	t = t ? btf__type_by_id(btf, t->type) : NULL; /* pointer to ... */
	t = t ? btf__type_by_id(btf, t->type) : NULL; /* ... a function */
	if (!t || !btf_is_func_proto(t))
		return -1;
	return btf_vlen(t) - 1; /* the first one is the tracepoint's own */
}

/* Tracepoints whose arguments have changed over time: how many our program expects. */
static int expected_args(enum hook_id id)
{
	switch (id) {
	case HOOK_on_uring_submit: /* since 6.3: (req) */
	case HOOK_on_ring_submit:
		return 1;
	case HOOK_on_uring_submit_sqe: /* since 6.0: (req, force_nonblock) */
	case HOOK_on_ring_submit_sqe:
		return 2;
	case HOOK_on_uring_complete: /* since 6.13: (ctx, req, cqe) */
	case HOOK_on_ring_complete:
		return 3;
	case HOOK_on_uring_complete_res: /* before, the members of cqe one by one */
	case HOOK_on_ring_complete_res:
		return 7;
	default:
		return -1;
	}
}

int hook_other_form(enum hook_id id)
{
	switch (id) {
	case HOOK_on_uring_submit:
		return HOOK_on_uring_submit_sqe;
	case HOOK_on_uring_submit_sqe:
		return HOOK_on_uring_submit;
	case HOOK_on_uring_complete:
		return HOOK_on_uring_complete_res;
	case HOOK_on_uring_complete_res:
		return HOOK_on_uring_complete;
	case HOOK_on_ring_submit:
		return HOOK_on_ring_submit_sqe;
	case HOOK_on_ring_submit_sqe:
		return HOOK_on_ring_submit;
	case HOOK_on_ring_complete:
		return HOOK_on_ring_complete_res;
	case HOOK_on_ring_complete_res:
		return HOOK_on_ring_complete;
	default:
		return -1;
	}
}

bool hook_has_target(const struct hook *h, enum hook_id id, const struct btf *btf)
{
	int args;

	if (h->backend == BACKEND_CALL)
		return true; /* each call for itself: user/call_hooks.c */
	if (h->backend == BACKEND_FUNCTION)
		return btf__find_by_name_kind(btf, hook_function(h), BTF_KIND_FUNC) >= 0;
	if (strchr(h->target, '/'))
		return tracefs_has(h->target);
	args = tracepoint_args(btf, h->target);
	return args >= 0 && (expected_args(id) < 0 || expected_args(id) == args);
}

bool hook_is_of_cgroups(enum hook_id id)
{
	return id == HOOK_on_attach_cgroup || id == HOOK_on_cgroup_made ||
	       id == HOOK_on_cgroup_gone;
}

const char *hook_loss(enum hook_id id)
{
	static char text[160];
	struct event_set types = hook_types(&hooks[id]);
	size_t len = 0;
	unsigned i;

	switch (id) {
	case HOOK_on_attach_cgroup:
		return "processes moved into a container are seen as in it from their next exec on";
	case HOOK_on_cgroup_made:
	case HOOK_on_cgroup_gone:
		return "names and images of containers are asked for at their first alert";
	case HOOK_on_uring_submit:
	case HOOK_on_uring_submit_sqe:
	case HOOK_on_uring_complete:
	case HOOK_on_uring_complete_res:
		return "opens through io_uring are not seen";
	case HOOK_on_ring_submit:
	case HOOK_on_ring_submit_sqe:
	case HOOK_on_ring_complete:
	case HOOK_on_ring_complete_res:
		return "system calls made through io_uring are not seen, opens excepted";
	default:
		break;
	}
	for_each_event(i, &types) len +=
		snprintf(text + len, sizeof(text) - len, "%s%s", len ? ", " : "", types_name(i));
	snprintf(text + len, sizeof(text) - len, " events are not seen");
	return text;
}
