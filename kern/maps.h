/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Every map, by who writes it. Sizes marked "loader" are set before the programs are loaded. */
#pragma once
#include "kern/core.h"

/* ---- policy: written by the daemon ---- */

/* Size of an image's map value without IMAGE_SLACK, minus one. */
const volatile __u32 image_mask = (1u << 20) - 1;

/* Rules that each half of rule_counts has room for: set by the loader. */
const volatile __u32 rule_room = RULE_MAX;

/* What is no container: "host", or an id where the host is to count as one. Set by the loader. */
const volatile char host_id[SHORT_SIZE] = "host";

/* Whether bpf_rdonly_cast() is there (6.2): set by the loader. */
const volatile bool has_rdonly_cast = false;

/* Two images: the current one and room for the next. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags,
	       BPF_F_MMAPABLE); /* for the daemon to write, without a copy of all of it */
	__uint(max_entries, IMAGE_SLOTS);
	__uint(key_size, 4);
	__uint(value_size, (1u << 20) + IMAGE_SLACK); /* loader */
} image SEC(".maps");

/* In the daemon's memory, too: so that a change is one store. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct control);
} control SEC(".maps");

/* ---- state: written by the kernel; the daemon adds what was there before it ---- */

/* Processes by tgid. A hash and not task storage: it works on every kernel, costs the same,
 * and lets a handler reach parents and ancestors by their number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct proc);
} procs SEC(".maps");

/* Command lines of processes with candidates, in two sizes, shared by forks. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct cmd_small);
} cmds_small SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct cmd_large);
} cmds_large SEC(".maps");

struct container {
	char id[SHORT_SIZE];
};

/* What the daemon knows of containers, as far as rules ask for it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct facts_key);
	__type(value, struct facts);
} facts SEC(".maps");

/* What the daemon knows of names of users, as far as rules ask for it. It makes room. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct user_facts_key);
	__type(value, struct user_facts);
} user_facts SEC(".maps");

/* What the names of a cgroup say, by its id. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct container);
} containers SEC(".maps");

/* io_uring opens between submission and completion, by request. */
#define URING_TEXT 512
struct uring_open {
	__s32 dfd;
	__u32 flags;
	__u32 mode;
	__u32 type;
	__u32 file_slot;
	__s32 len; /* of text, or a negative error */
	char text[URING_TEXT];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 512);
	__type(key, __u64);
	__type(value, struct uring_open);
} uring SEC(".maps");

/* Other requests of io_uring, in the form of the system call that does the same: arguments that
 * are texts are the offset of one of text, plus one. */
struct ring_call {
	__u64 args[6];
	__u32 type; /* enum event_id */
	__u32 no_fd;
	__u32 len[2];
	char text[2 * URING_TEXT];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, struct ring_call);
} ring_calls SEC(".maps");

/* ---- system calls: filled by the loader ---- */

/* The number of a system call to its event type plus one; 0: none of ours. */
const volatile __u16 call_types[CALL_NR_MAX];

/* What on_call_stub goes on with. Each object has one of its own: the kernel takes only programs
 * here whose functions have one type. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 4);
} call_handler SEC(".maps");

#define RES	 CALL_RES
#define NO	 CALL_NO
#define CWD	 CALL_CWD
#define RAW	 CALL_RAW
#define MSG(arg) (CALL_MSG | (arg))
#define TEXT	 CALL_TEXT
#define CALL_NAME(id, name)
#define CALL_SYMBOL(name, symbol)
#define CALL_OLD(symbol, old)
#define CALL_NUMBER(name, nr)
#define CALL(id, ...) [EVENT_##id] = {1, __VA_ARGS__},
/* What a call of an event type carries. */
const volatile struct call_shape call_shapes[EVENT_MAX] = {
#include "kern/calls.def"
};
#undef CALL
#undef CALL_NAME
#undef CALL_SYMBOL
#undef CALL_OLD
#undef CALL_NUMBER
#undef RES
#undef NO
#undef CWD
#undef RAW
#undef MSG
#undef TEXT

/* The last peer of a socket that is not connected, so that a new one is told apart. */
struct peer {
	__u64 addr[2];
	__u64 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct peer);
} peers SEC(".maps");

/* ---- output ---- */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 2u << 20); /* mapped twice into the daemon: it shows in its size */
} events SEC(".maps");

/* By rule, the rules of each slot of image apart. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, IMAGE_SLOTS *RULE_MAX); /* loader */
	__type(key, __u32);
	__type(value, struct rule_count);
} rule_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STAT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, HOOK_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} hook_self SEC(".maps");

INLINE void count(enum stat_id what)
{
	__u32 key = what;
	__u64 *n = bpf_map_lookup_elem(&stats, &key);

	if (n)
		++*n;
}
