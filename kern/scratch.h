/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Working memory of one event. The stack has 512 bytes and programs can be interrupted by
 * others on the same CPU, so every CPU has SCRATCH_SLOTS of these; an event takes a free one
 * and gives it back. Functions that the verifier checks on their own (global ones) get the
 * slot's number and look it up again.
 */
#pragma once
#include "kern/decide.h"
#include "kern/compat.h"
#include "kern/maps.h"

/* Areas of scratch.data. A text never starts outside its area and never reaches further than
 * AREA_SLACK behind it. */
enum area {
	AREA_ARGV,
	AREA_EXEPATH,
	AREA_ENV,
	AREA_RESOLVED,
	AREA_WRITTEN,
	AREA_BASE,
	AREA_NORMAL,
	AREA_SECOND, /* the second path of a call */
	AREA_COUNT
};
#define AREA_SLACK 512
#define AREA_SIZE  (4096 + AREA_SLACK)
#define DATA_SIZE  (AREA_COUNT * AREA_SIZE)
#define AREA(a)	   ((a)*AREA_SIZE)

/* A text in scratch.data. */
struct text {
	__u32 off;
	__u32 len;
	__s32 state; /* TEXT_* */
};
enum { TEXT_NONE, TEXT_WHOLE, TEXT_CUT, TEXT_UNREADABLE };

#define COMPONENTS_MAX 256
struct normal { /* progress of kern/normal.h */
	__u32 out;
	__u32 start;
	__u32 depth;
	__u32 cut;
	__u16 starts[COMPONENTS_MAX];
};

/* Progress of kern/path.h: in memory, for in registers the verifier would tell apart every
 * value that the loop can see. */
struct walk {
	__u64 dentry;
	__u64 mnt; /* struct vfsmount */
	__u64 mnt_root;
	__u64 root; /* of the task */
	__u64 root_mnt;
	__u64 parent;  /* of dentry */
	__u64 area;    /* offset of the text's area in data */
	__u32 at;      /* start of the text within its area */
	__u32 subtree; /* went through a mount of a part of a file system */
};

/* A result that is a file descriptor, not known which: passes for one in "at least 0". */
#define RES_SOME_FD 0x7fffffff

/* What kern/open.h is told of an open. */
struct open_args {
	enum event_id type;
	long res;   /* file descriptor, RES_SOME_FD or negative error */
	void *file; /* struct file that was opened, NULL if nothing */
	__u64 text; /* address of the path as written, 0 for none */
	bool text_in_kernel;
	bool no_file; /* success without a file descriptor */
	__s32 dfd;
	__u32 flags;
	__u32 mode;
	__u32 record_flags;
};

/* What kern/call.h is told of a system call, and what it finds of its descriptor. */
struct call_state {
	struct call_shape shape;
	__s64 res;
	__u64 args[8]; /* six, and room for any masked index */
	__u32 nr;
	__u32 record_flags;
	__s64 fd;
	__u64 file; /* of fd; 0: none */
	__u64 sk;   /* struct sock of file; 0: it is no socket */
	__u32 fd_type;
	__u32 has_socket;
	struct socket_info sock;
	__s32 sun_len; /* of sun, 0: there is no path */
	__u32 no_result;
	__u64 given_file; /* where fd is no number of a descriptor; 0: fd is one */
	__u32 ring;	  /* a request of io_uring: texts are in kernel memory */
	__u32 no_fd;	  /* the result is no descriptor, although it looks like one */
	char sun[SUN_ROOM];
};

struct scratch {
	__u64 owner;	  /* pid_tgid of the event that has the slot, 0: free */
	__u32 generation; /* of the policy that decides the event, from its start to its end */
	__u32 type;	  /* enum event_id */
	__u64 truth[PRED_WORDS];
	__u64 unknown[PRED_WORDS];
	__s64 num[64]; /* by field */
	__u64 have;    /* fields that have a number in num */
	__u64 unsure;  /* fields that could not be read to the end */
	__u64 outside; /* fields whose number was not in some range */
	__u64 shapes;
	__u64 mask; /* bits under way in a loop */
	__u64 paths;
	__u64 pointer; /* one that has a type, to be read as a number */
	__u32 flags;   /* SHAPE_* of the shapes that hold */
	__u32 n_hits;
	__u32 view;	    /* hit flag of the view being decided */
	__u32 overflow;	    /* more conjunctions or hits than the bounds allow */
	__u32 has_beyond;   /* beyond is set */
	__u32 run;	    /* of kern/cgroup.h: hexadecimal digits in a row, ... */
	__u32 run_clean;    /* ... and whether no other letter stood before them */
	__u32 mounted_part; /* the resolved path leads through a bind mount */
	__u32 one_view;	    /* the path as written is the resolved one */
	__u32 path_end;	    /* SYM_END, SYM_END_DIR or SYM_END_FAILED */
	__u32 path_hit;	    /* the automaton found something in the path */
	__u32 raw_hit;	    /* the same, of the path as it was written */
	__u32 any_unknown;  /* unknown is not all zero */
	__u32 judged;	    /* the numbers of an open were looked at */
	__u32 type_slot;    /* of type */
	__u32 number;	    /* of this slot */
	__u32 has_task;	    /* task was read */
	__u32 nameless;	    /* what is known of names was asked for and is not there */
	__u32 pad;
	struct proc proc;
	struct task_info task;
	struct text argv, exepath, env, resolved, written, base, normal;
	struct text written2, base2;
	struct normal norm;
	struct walk walk;
	struct container container;
	struct facts facts; /* of the container of proc; generation 0: not known */
	struct user_facts_key user_key;
	struct cmd_large cmd; /* also built here before it goes into its map */
	struct uring_open uring;
	struct ring_call ring;
	struct open_args open;
	struct call_state call;
	struct call regs; /* of a system call: on the stack there is no room for it */
	struct hit hits[HIT_MAX];
	__u64 beyond[RULE_MAX / 64]; /* rules that have no room in hits: a bit each */
	unsigned char data[DATA_SIZE + AREA_SLACK];
	unsigned char out[RECORD_MAX + 4096 + 256]; /* a tail is copied before its end is checked */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS); /* loader: times the number of CPUs */
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

INLINE struct scratch *scratch_at(__u32 idx)
{
	return bpf_map_lookup_elem(&scratch, &idx);
}

/* The number of a free slot of this CPU, now taken, or -1; *out is the slot. An interrupt between
 * the test and the store can take the same slot; the second look finds that out. */
INLINE int scratch_take(struct scratch **out)
{
	__u64 me = bpf_get_current_pid_tgid() | 1ULL << 63;
	__u32 base = bpf_get_smp_processor_id() * SCRATCH_SLOTS;

	for (int i = 0; i < SCRATCH_SLOTS; i++) {
		struct scratch *s = scratch_at(base + i);

		if (!s)
			break;
		if (s->owner)
			continue;
		s->owner = me;
		barrier();
		if (s->owner == me) {
			s->number = base + i;
			s->has_task = 0;
			*out = s;
			return base + i;
		}
	}
	count(STAT_NESTED);
	return -1;
}

/* The number of the slot that the same thread took in a program that went on with this one. */
INLINE int scratch_mine(struct scratch **out)
{
	__u64 me = bpf_get_current_pid_tgid() | 1ULL << 63;
	__u32 base = bpf_get_smp_processor_id() * SCRATCH_SLOTS;

	for (int i = 0; i < SCRATCH_SLOTS; i++) {
		struct scratch *s = scratch_at(base + i);

		if (!s)
			break;
		if (s->owner == me) {
			*out = s;
			return base + i;
		}
	}
	return -1;
}

INLINE void scratch_give(struct scratch *s)
{
	s->owner = 0;
}

INLINE struct control *get_control(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&control, &zero);
}

/* Number of the current policy, 0: none. Asked for once per event. */
INLINE __u32 get_generation(const struct control *c)
{
	return c ? *(const volatile __u32 *)&c->generation : 0;
}

/* The image that the event in s began with. */
INLINE bool get_image(struct scratch *s, struct img *im)
{
	__u32 slot = IMAGE_SLOT(s->generation);

	im->data = bpf_map_lookup_elem(&image, &slot);
	im->mask = image_mask;
	return im->data;
}

/* The event type of s, and with that its slot; false if no rule watches it. */
INLINE bool enter_type(struct scratch *s, struct img im, __u32 type)
{
	s->type = type;
	s->type_slot = img_head(im)->type_slot[type & (EVENT_MAX - 1)];
	return s->type_slot < TYPE_SLOTS;
}
