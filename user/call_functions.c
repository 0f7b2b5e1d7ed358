/* SPDX-License-Identifier: Apache-2.0 */
#include "user/call_functions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "gen/types.h"
#include "user/calls.h"
#include "user/object.h"
#include "user/selftest.h"
#include "user/util.h"

#include "tiercel.skel.h"

#ifdef __aarch64__
#define NATIVE "__arm64_sys_"
#define COMPAT "__arm64_compat_sys_"
#define OTHER  COMPAT /* where callers of 32 bits need no translation the function is the same */
#else
#define NATIVE "__x64_sys_"
#define COMPAT "__ia32_compat_sys_"
#define OTHER  "__ia32_sys_"
#endif

struct call_hook {
	int n;
	struct {
		int program, link;
		char name[48]; /* of the function */
	} at[CALL_FUNCTIONS];
};

/* The child returns from them too, by no function. */
static const enum event_id twice[] = {EVENT_CLONE, EVENT_CLONE3, EVENT_FORK, EVENT_VFORK};

bool call_functions_can(enum event_id type)
{
	for (size_t i = 0; i < ARRAY_LEN(twice); i++)
		if (twice[i] == type)
			return false;
	return call_number(type) >= 0;
}

/* ---- functions ---- */

struct targets {
	int ids[CALL_FUNCTIONS];
	int n;
};

static bool add_target(struct targets *t, const struct btf *btf, const char *prefix,
		       const char *symbol)
{
	char name[96];
	int id;

	snprintf(name, sizeof(name), "%s%s", prefix, symbol);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	if (id < 0 || t->n == CALL_FUNCTIONS)
		return false;
	t->ids[t->n++] = id;
	return true;
}

/* The function for callers of 64 bits first: without it there are none. */
static bool find_targets(struct targets *t, const struct btf *btf, enum event_id type)
{
	const char *symbol = call_symbol(type), *old;

	*t = (struct targets){};
	if (!add_target(t, btf, NATIVE, symbol))
		return false;
	if (!add_target(t, btf, COMPAT, symbol))
		add_target(t, btf, OTHER, symbol);
	for (int i = 0; (old = call_old_symbol(type, i)); i++)
		if (!add_target(t, btf, COMPAT, old))
			add_target(t, btf, OTHER, old);
	return true;
}

static const char *name_of(const struct btf *btf, int id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	return t ? btf__name_by_offset(btf, t->name_off) : "?";
}

/* ---- groups ---- */

static int load_group(struct tiercel_bpf *skel, const char *function)
{
	struct bpf_program *both[] = {skel->progs.on_call_stub, skel->progs.on_call_return};
	int zero = 0, err = 0, handler;

	for (size_t i = 0; i < ARRAY_LEN(both) && !err; i++) {
		err = bpf_program__set_attach_target(both[i], 0, function);
		bpf_program__set_autoload(both[i], true);
	}
	if (!err)
		err = tiercel_bpf__load(skel);
	if (err)
		return err;
	handler = bpf_program__fd(skel->progs.on_call_return);
	return bpf_map_update_elem(bpf_map__fd(skel->maps.call_handler), &zero, &handler, BPF_ANY)
		       ? -errno
		       : 0;
}

static int add_group(struct call_functions *f, const struct call_ground *g, const char *function)
{
	struct tiercel_bpf *skel;
	int err;

	if (f->n_groups == CALL_GROUPS)
		return -E2BIG;
	skel = object_open(g->owner, g->room, 0, NULL, g->btf);
	if (!skel)
		return -errno;
	err = load_group(skel, function);
	if (err) {
		tiercel_bpf__destroy(skel);
		return err;
	}
	f->groups[f->n_groups] = skel;
	__atomic_store_n(&f->n_groups, f->n_groups + 1, __ATOMIC_RELEASE);
	return 0;
}

/* ---- copies ---- */

/* A copy of the group's program, for one function and one event type. Its descriptor or -errno. */
static int copy_program(const struct tiercel_bpf *group, int function, enum event_id type)
{
	LIBBPF_OPTS(bpf_prog_load_opts, o, .expected_attach_type = BPF_TRACE_FEXIT,
		    .attach_btf_id = function);
	const struct bpf_program *p = group->progs.on_call_stub;
	size_t n = bpf_program__insn_cnt(p);
	_cleanup_free_ struct bpf_insn *code = calloc(n, sizeof(*code));

	if (!code)
		return -ENOMEM;
	memcpy(code, bpf_program__insns(p), n * sizeof(*code));
	for (size_t i = 0; i < n; i++)
		if (code[i].imm == CALL_STUB_TYPE && BPF_OP(code[i].code) == BPF_MOV)
			code[i].imm = type;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "on_call_stub", "GPL", code, n, &o);
}

/* Newer kernels take a copy only for functions of the type that the group was loaded for. */
static int copy_somehow(struct call_functions *f, const struct call_ground *g, int function,
			enum event_id type)
{
	int fd;

	for (size_t i = 0; i < f->n_groups; i++) {
		fd = copy_program(f->groups[i], function, type);
		if (fd >= 0)
			return fd;
	}
	if (!f->failed)
		f->failed = add_group(f, g, name_of(g->btf, function));
	return f->failed ? f->failed : copy_program(f->groups[f->n_groups - 1], function, type);
}

static int attach_one(struct call_functions *f, const struct call_ground *g, enum event_id type,
		      int function)
{
	struct call_hook *h = f->hooks[type];
	_cleanup_close_ int program = copy_somehow(f, g, function, type);
	int link;

	if (program < 0)
		return program;
	link = bpf_raw_tracepoint_open(NULL, program);
	if (link < 0)
		return link;
	snprintf(h->at[h->n].name, sizeof(h->at[0].name), "%s", name_of(g->btf, function));
	h->at[h->n].link = link;
	h->at[h->n].program = TAKE_FD(program);
	__atomic_store_n(&h->n, h->n + 1, __ATOMIC_RELEASE);
	return 0;
}

static void detach(struct call_hook *h)
{
	while (h && h->n) {
		__atomic_store_n(&h->n, h->n - 1, __ATOMIC_RELEASE);
		close(h->at[h->n].link);
		close(h->at[h->n].program);
	}
}

static bool is_seen(const struct call_ground *g, enum event_id type)
{
	uint64_t before = selftest_seen(g->hook_self, HOOK_on_call_return);

	return !selftest_act_call(type) ||
	       selftest_seen(g->hook_self, HOOK_on_call_return) != before;
}

int call_functions_attach(struct call_functions *f, const struct call_ground *g, enum event_id type,
			  char *why, size_t size)
{
	struct targets t;
	int err;

	if (!f->hooks[type])
		f->hooks[type] = calloc(1, sizeof(*f->hooks[type]));
	if (!f->hooks[type]) {
		snprintf(why, size, "no memory");
		return -ENOMEM;
	}
	if (!find_targets(&t, g->btf, type)) {
		snprintf(why, size, "the kernel has no function %s%s", NATIVE, call_symbol(type));
		return -ENOENT;
	}
	for (int i = 0; i < t.n; i++) {
		err = attach_one(f, g, type, t.ids[i]);
		if (!err)
			continue;
		snprintf(why, size, "no program can be attached to %s: %s",
			 name_of(g->btf, t.ids[i]), strerror(-err));
		detach(f->hooks[type]);
		return err;
	}
	if (is_seen(g, type))
		return 0;
	snprintf(why, size, "the program on %s sees nothing", name_of(g->btf, t.ids[0]));
	detach(f->hooks[type]);
	return -ENODATA;
}

struct event_set call_functions_attached(const struct call_functions *f)
{
	struct event_set all = {};

	for (int t = 0; t < EVENT_COUNT; t++)
		if (f->hooks[t] && f->hooks[t]->n)
			event_set_add(&all, t);
	return all;
}

void call_functions_detach(struct call_functions *f, const struct event_set *types)
{
	unsigned t;

	for_each_event(t, types) if (t < EVENT_COUNT) detach(f->hooks[t]);
}

void call_functions_free(struct call_functions *f)
{
	for (int t = 0; t < EVENT_COUNT; t++) {
		detach(f->hooks[t]);
		free(f->hooks[t]);
		f->hooks[t] = NULL;
	}
	while (f->n_groups)
		tiercel_bpf__destroy(f->groups[--f->n_groups]);
}

const char *call_functions_get(const struct call_functions *f, enum event_id type, int n,
			       int *program)
{
	const struct call_hook *h = __atomic_load_n(&f->hooks[type], __ATOMIC_ACQUIRE);

	if (!h || n >= __atomic_load_n(&h->n, __ATOMIC_ACQUIRE))
		return NULL;
	*program = h->at[n].program;
	return h->at[n].name;
}
