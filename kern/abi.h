/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The contract between the kernel programs, the generator and the daemon: limits, the policy
 * image, map values and ring-buffer records. Included by all three, so it knows only fixed-size
 * integers. No structure may have a hole the compiler put there (-Wpadded is an error here).
 *
 * All offsets inside the image are in bytes from its first byte, all indexes count elements of
 * the section they name. The image is little-endian on every machine we support.
 */
#pragma once

#ifdef __bpf__
typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
#else
#include <linux/types.h>
#endif

/* ---- fields and event types, numbered from the registries ---- */

enum field_id {
#define FIELD(id, name, type, index, source, presence, doc) FIELD_##id,
#define FIELD_KERNEL_END				    FIELD_KERNEL_COUNT, FIELD_KERNEL_LAST = FIELD_KERNEL_COUNT - 1,
#include "kern/fields.def"
#undef FIELD
#undef FIELD_KERNEL_END
	FIELD_COUNT
};
#define FIELD_BIT(id) (1ULL << (id)) /* only for fields before FIELD_KERNEL_COUNT */

enum event_id {
#define EVENT(id, name, family, doc) EVENT_##id,
#define EVENT_LATER(name, doc)
#define EVENT_IO(name, doc)
#include "kern/events.def"
#undef EVENT
#undef EVENT_LATER
#undef EVENT_IO
	EVENT_COUNT
};
#define EVENT_MAX     512	     /* event types at most: they index img_head.type_slot */
#define EVENT_BIT(id) (1ULL << (id)) /* only for the first 64: kern/hooks.def */

_Static_assert(FIELD_KERNEL_COUNT <= 64, "fields known to the kernel index a 64-bit mask");
_Static_assert(EVENT_COUNT <= EVENT_MAX, "event types index a table of the image");
_Static_assert(EVENT_UNLINKAT < 64, "event types with hooks of their own come first");

/* What io_uring does as well as a system call: kern/ring.h. */
#define RING_TYPES                                                                                 \
	(EVENT_BIT(EVENT_ACCEPT) | EVENT_BIT(EVENT_ACCEPT4) | EVENT_BIT(EVENT_BIND) |              \
	 EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_FSETXATTR) | EVENT_BIT(EVENT_LINKAT) |         \
	 EVENT_BIT(EVENT_LISTEN) | EVENT_BIT(EVENT_MKDIRAT) | EVENT_BIT(EVENT_RECVFROM) |          \
	 EVENT_BIT(EVENT_RECVMSG) | EVENT_BIT(EVENT_RENAMEAT) | EVENT_BIT(EVENT_RENAMEAT2) |       \
	 EVENT_BIT(EVENT_SENDMSG) | EVENT_BIT(EVENT_SENDTO) | EVENT_BIT(EVENT_SETXATTR) |          \
	 EVENT_BIT(EVENT_SHUTDOWN) | EVENT_BIT(EVENT_SOCKET) | EVENT_BIT(EVENT_SPLICE) |           \
	 EVENT_BIT(EVENT_SYMLINKAT) | EVENT_BIT(EVENT_UNLINKAT))

/* ---- limits ---- */

#define COMM_SIZE	  16   /* TASK_COMM_LEN */
#define SHORT_SIZE	  16   /* a text of the hash sets, padded with NUL */
#define ARGS_MAX	  4096 /* bytes of argv copied: Falco's bound, shared by exe and args */
#define PATH_MAX_LEN	  4096 /* bytes of a path, NUL included */
#define PATH_DEPTH_MAX	  96   /* components of a resolved path: Falco's bound */
#define CGROUP_DEPTH_MAX  12   /* levels looked at for a container id */
#define ANCESTORS_MAX	  32   /* levels of parents followed */
#define PROC_WORDS	  16   /* 64-bit words of process predicates ... */
#define EVENT_WORDS	  16   /* ... and of event predicates */
#define PRED_WORDS	  (PROC_WORDS + EVENT_WORDS)
#define PRED_MAX	  (PRED_WORDS * 64)
#define EVENT_PRED_BASE	  (PROC_WORDS * 64)
#define SHAPE_MAX	  64   /* bits of struct proc.live */
#define TYPE_SLOTS	  64   /* groups of event types that the rules tell apart */
#define GUARD_MAX	  1024 /* tested at exec, one after the other */
#define CONJ_MAX	  32768
#define RULE_MAX	  8192
#define TEST_MAX	  8 /* words tested by one conjunction ... */
#define EXCLUDE_CHUNK	  32
#define EXCLUDE_TESTS_MAX (8 * EXCLUDE_CHUNK) /* ... and by all that is excluded from it */
#define LIST_MAX	  256 /* conjunctions tested for one predicate of one event */
#define RANGE_MAX	  64  /* ranges of one numeric field ... */
#define TYPE_RANGE_MAX	  (RANGE_MAX * FIELD_KERNEL_COUNT) /* ... and of all of a type slot */
#define DERIVED_MAX	  64				   /* predicates on parents and ancestors */
#define PROBE_MAX	  8				   /* slots looked at in a hash set */
#define HIT_MAX		  64				   /* rules that one record can carry */
#define IMAGE_MAX	  (8u << 20)			   /* bytes of the part the kernel reads */
#define SCRATCH_SLOTS	  3 /* events under way at once on a CPU: one interrupts another */
#define IMAGE_SLACK                                                                                \
	1024 /* bytes behind the image in its map, so that a masked offset of a                    \
	      * structure never ends outside: value size is a power of two + this */

/* ---- hooks ---- */

enum hook_id {
#define HOOK(id, program, backend, target, types, arch) HOOK_##id,
#include "kern/hooks.def"
#undef HOOK
	HOOK_COUNT
};

/* ---- system calls as events: kern/calls.def ---- */

#define CALL_NR_MAX 512 /* numbers of system calls, a power of two */
#define SUN_MAX	    108 /* bytes of a unix socket's path */
#define SUN_ROOM    128 /* the next power of two */

/* Columns of kern/calls.def: numbers of arguments, or one of CALL_*. A type without a row is all
 * zero: known is 0. */
struct call_shape {
	__s8 known;
	__s8 fd;
	__s8 addr;
	__s8 path1;
	__s8 dir1;
	__s8 path2;
	__s8 dir2;
	__u8 text; /* CALL_TEXT() of an argument, 0: none */
};
#define CALL_NO	       (-1)
#define CALL_RES       (-2) /* the result */
#define CALL_CWD       (-3)
#define CALL_RAW       (-4)
#define CALL_TEXT(arg) ((arg) + 1)
#define CALL_STUB_TYPE 0x57ab7e57 /* on_call_stub: stands for the event type that a copy serves */
#define CALL_MSG       8 /* plus the number of an argument: a struct msghdr, not the address itself */

/* ---- policy image ---- */

#define IMAGE_MAGIC   0x434c4954u /* "TILC" */
#define IMAGE_VERSION 5

/* Bits. A predicate is one bit of a vector of PRED_WORDS words: process predicates (fixed at
 * exec) first, event predicates from EVENT_PRED_BASE on. */

/* A test holds if ((truth[word] ^ want) & mask) == 0. */
struct img_test {
	__u64 mask;
	__u64 want;
	__u32 word;
	__u32 last; /* 1: the last one of an exclusion; else 0 */
};

/* Event types that are in exactly the same conjunctions share a type slot; masks and tables by
 * event type are by slot. Where the rules tell more types apart than there are slots, the last
 * one is for all others, and what only some of its types satisfy is residual. */
#define TYPE_BIT(slot) (1ULL << ((slot)&63))
#define TYPE_SLOT_NONE 0xff /* no rule watches the event type */

/* Gate of one or more type slots, settled before any path is read: the comparisons with
 * numbers that some conjunctions share. Bit n of struct proc.live stands for shape n. */
struct img_shape {
	__u64 types; /* TYPE_BIT()s it belongs to */
	__u64 paths; /* FIELD_BIT()s of PATH fields its conjunctions compare */
	__u32 first_test;
	__u32 n_tests;
	__u32 first_always; /* in lists: conjunctions without a trigger */
	__u32 n_always;
	__u32 flags; /* SHAPE_* */
	__u32 pad;
};
#define SHAPE_PROC_TRIGGER 1u /* a process predicate triggers some of its conjunctions */
#define SHAPE_DERIVED	   2u /* predicates of parents or ancestors are needed */
#define SHAPE_HAS_ALWAYS   4u /* n_always is not 0 */
#define SHAPE_NAMES	   8u /* what is known of names of users is needed */

/* What a process must be for shapes to be possible at all: tested once per exec. Its tests
 * name process words only. */
struct img_guard {
	__u64 shapes;
	__u32 first_test;
	__u32 n_tests;
};

/* One way in which a rule can match: all its tests hold, and none of its exclusions does. An
 * exclusion is a row of tests up to one that is marked as the last: it holds if all of them do.
 * None crosses a multiple of EXCLUDE_CHUNK, counted from the first one of the conjunction.
 * What would be a product of many ways is a few exclusions. */
struct img_conj {
	__u64 types; /* TYPE_BIT()s it is tested for */
	__u32 first_test;
	__u32 first_exclude; /* among the tests as well */
	__u32 rule;
	__u32 shape;
	__u16 n_tests;
	__u16 n_exclude; /* tests of all its exclusions */
	__u16 flags;	 /* CONJ_* */
	__u16 pad;
};
#define CONJ_RESIDUAL 1u /* something was left out: userspace decides */

/* Conjunctions to test when a predicate is true: n entries of lists from first on. */
struct img_trigger {
	__u32 first;
	__u32 n;
};

/* How a kernel field is compared. */
struct img_field {
	__u32 set;	/* SHORT: offset of a table of img_slot, 0 for none */
	__u32 set_mask; /* its number of slots minus one */
	__u32 set_seed;
	__u32 exists;	  /* predicate "has a value" plus one, 0 for none */
	__u64 preds_word; /* offset of PRED_WORDS words: the field's predicates */
};

/* A number of the event, in the bits of mask, in a range makes a predicate true. That a NUM or
 * ENUM field has a value is a range too: all numbers. One flag is mask and low of one bit. */
struct img_range {
	__u64 mask;  /* all ones: the number itself */
	__u64 low;   /* first number of the range, as two's complement */
	__u64 width; /* last number minus low */
	__u32 pred;
	__u32 field;
};

/* The ranges of a type slot: n from first on. */
struct img_ranges {
	__u32 first;
	__u32 n;
};

/* Slot of a hash set: linear probing over at most PROBE_MAX slots; out is an index of outs
 * plus one, 0 marks an empty slot. */
struct img_slot {
	__u64 key[2]; /* the text as SHORT_SIZE bytes, padded with NUL */
	__u32 out;
	__u32 pad;
};

/* Predicates that become true together. More than OUT_WORDS words: the generator must choose
 * other bits or give up. */
#define OUT_WORDS 4
struct img_out {
	struct {
		__u64 mask;
		__u64 word;
	} set[OUT_WORDS]; /* mask 0 ends the list */
};

/* Automata. A stream is a sequence of symbols: bytes 0-255, then SYM_*. */
enum automaton {
	AUT_CMD,	/* proc.name SEP args END, NUL between arguments reads as a blank; without
			 * arguments: proc.name END. For PROC_NAME (all but = and in), PROC_CMDLINE,
			 * PROC_ARGS */
	AUT_EXE,	/* proc.exe END */
	AUT_EXEPATH,	/* proc.exepath END */
	AUT_CONTAINER,	/* container.id END (all but = and in) */
	AUT_FD_NAME,	/* fd.name and one of the three ends, once per view. For FD_NAME,
			 * FD_DIRECTORY, FD_FILENAME */
	AUT_PATH1,	/* first path of a call END */
	AUT_PATH2,	/* second path of a call END */
	AUT_ENV,	/* proc.env END, NUL reads as a blank */
	AUT_FD_NAMERAW, /* fd.nameraw END */
	AUT_CWD,	/* proc.cwd, which ends in a slash, END */
	AUT_COUNT
};
#define SYM_SEP	       256
#define SYM_END	       257
#define SYM_END_DIR    258 /* of the name of a directory that was opened as one */
#define SYM_END_FAILED 259 /* of a name that led to nothing */
#define SYM_COUNT      260

struct img_automaton {
	__u32 n_states; /* 0: nothing to do. At most 65,535; state 0 is dead: no way out, no output
			 */
	__u32 n_classes;
	__u32 start;
	__u32 first_out; /* states from here on have an output ... */
	__u32 outs;	 /* ... at offset outs: one __u32 each, index of img_out */
	__u32 classes;	 /* offset of SYM_COUNT bytes: symbol to class */
	__u32 trans;	 /* offset of n_states * n_classes __u16: next state */
	__u32 pad;
};

/* Predicate on the parent (depth 1), the Nth ancestor (depth N) or any ancestor (depth 0):
 * the base predicate, a process predicate, is tested on that process. */
struct img_derived {
	__u32 pred;
	__u32 base;
	__u32 depth;
	__u32 field; /* that base compares */
};

struct img_rule {
	__u64 needs; /* FIELD_BIT()s of what its output and residual part print or compare */
	__u32 flags;
	__u32 pad;
};

struct img_head {
	__u32 magic;
	__u32 version;
	__u64 checksum;	   /* of all bytes after this member, FNV-1a */
	__u32 size;	   /* whole image */
	__u32 kernel_size; /* the part that the kernel reads: everything but text */
	__u32 rules, n_rules;
	__u32 shapes, n_shapes;
	__u32 guards, n_guards;
	__u32 conjs, n_conjs;
	__u32 tests, n_tests;
	__u32 lists, n_lists; /* __u16 each */
	__u32 triggers;	      /* PRED_MAX of img_trigger */
	__u32 fields;	      /* FIELD_KERNEL_COUNT of img_field */
	__u32 ranges, n_ranges;
	__u32 outs, n_outs;
	__u32 automata; /* AUT_COUNT of img_automaton */
	__u32 derived, n_derived;
	__u32 text, text_size; /* what userspace needs: gen/image.h */
	__u32 facts, n_facts;  /* of it, n_facts of struct text_fact on the container: the kernel
				* asks if there are any, ... */
	__u32 n_names;	       /* ... and behind them n_names on names of users */
	__u8 type_slot[EVENT_MAX];     /* per event type: its type slot, or TYPE_SLOT_NONE */
	__u64 type_shapes[TYPE_SLOTS]; /* per type slot: shapes that belong to it */
	__u64 type_nums[TYPE_SLOTS];   /* per type slot: NUM and ENUM fields to compare */
	struct img_ranges type_ranges[TYPE_SLOTS]; /* ... and their ranges */
	__u64 trigger_words[PRED_WORDS];	   /* predicates that have a trigger list */
	__u64 base_words[PROC_WORDS];  /* predicates that derived ones rest on: decided for every
					* process, whether or not it has candidates */
	__u64 path_words[EVENT_WORDS]; /* predicates that AUT_FD_NAME decides or that say that
					* there is such a name */
	__u64 text_words[PROC_WORDS];  /* predicates that an automaton over the texts of a process
					* decides: not known from its name and container alone */
	__u64 proc_fields;	       /* FIELD_BIT()s of SHORT and PROC fields compared at exec */
	__u64 path_shapes;	       /* shapes whose conjunctions are all triggered by a path */
};

/* ---- control: one element, written by the daemon ---- */

struct control {
	__u32 generation; /* number of the current policy, from 1; 0: none yet. One store of this
			   * number is the change of policy */
	__u32 self;	  /* tgid of the daemon: its own events are only counted, per hook */
};

/* Policies use the two images, and the two halves of the counters by rule, in turn. */
#define IMAGE_SLOTS	       2
#define IMAGE_SLOT(generation) ((generation) & (IMAGE_SLOTS - 1))

/* ---- state kept by the kernel ---- */

/* One process, by tgid. Filled at exec, copied at fork, deleted when its last thread exits. */
struct proc {
	__u64 bits[PROC_WORDS]; /* truth of the process predicates */
	__u64 unknown;		/* FIELD_BIT()s whose false predicates are not certain */
	__u64 live;		/* shapes that this process can still satisfy */
	__u64 exec_id;		/* key of its command line in cmds, 0 for none */
	__u64 cgroup;		/* id of its cgroup when container was read */
	__u32 generation;	/* of the policy that bits and live belong to */
	__u32 flags;		/* PROC_* */
	char name[COMM_SIZE];	/* proc.name */
	char container[SHORT_SIZE];
};
#define PROC_RENAMED   1u /* a descendant of one that changed its comm without exec */
#define PROC_TRUNCATED 2u /* argv longer than ARGS_MAX */
#define PROC_EARLY     4u /* not seen at exec or fork: born before the detector */

/* What the daemon tells of a container, for one of the two policies: truth of the predicates of
 * FIELD_CONTAINER_FACTS. */
struct facts_key {
	char container[SHORT_SIZE];
	__u32 slot; /* IMAGE_SLOT() */
	__u32 pad;
};
struct facts {
	__u32 generation; /* of the policy that bits belong to */
	__u32 sure;	  /* 0: what is false may become true */
	__u64 bits[PROC_WORDS];
};

/* The same of names of user and group: truth of the predicates of FIELD_NAME_FACTS for processes
 * of one user. */
struct user_facts_key {
	char container[SHORT_SIZE];
	__u32 uid, gid; /* effective */
	__u32 loginuid;
	__u32 slot; /* IMAGE_SLOT() */
};
struct user_facts {
	__u64 until; /* CLOCK_MONOTONIC, ns: files with names change */
	__u32 generation;
	__u32 pad;
	__u64 bits[EVENT_WORDS];
};

/* The command line of an exec: argv as the kernel copied it, NUL after each argument. */
#define CMD_SMALL 240
struct cmd_head {
	__s32 refs; /* processes that share it */
	__u32 len;
	__u64 pad;
};
struct cmd_small {
	struct cmd_head h;
	char argv[CMD_SMALL];
};
struct cmd_large {
	struct cmd_head h;
	char argv[ARGS_MAX];
};

/* ---- records ---- */

enum tail_id {
	TAIL_HITS, /* struct hit[] */
	TAIL_ARGV, /* argv, NUL after each argument */
	TAIL_EXEPATH,
	TAIL_CWD,
	TAIL_WRITTEN,	/* path as written, as the program gave it (not normalised) */
	TAIL_BASE,	/* directory that a relative TAIL_WRITTEN starts from */
	TAIL_RESOLVED,	/* path as resolved */
	TAIL_PARGV,	/* argv of the parent */
	TAIL_ANCESTORS, /* struct ancestor[], the parent first */
	TAIL_WRITTEN2,	/* the second path of a call with two: as TAIL_WRITTEN, ... */
	TAIL_BASE2,	/* ... TAIL_BASE and ... */
	TAIL_RESOLVED2, /* ... TAIL_RESOLVED */
	TAIL_TEXT,	/* another text of the call: type of a file system, name of a module */
	TAIL_SOCKET,	/* struct socket_info of the descriptor */
	TAIL_SUN,	/* path of a unix socket's address; a first NUL: an abstract one */
	TAIL_TASK,	/* struct task_info */
	TAIL_COUNT
};

struct tail {
	__u32 offset; /* from the start of the record; 0: absent */
	__u32 len;
};

struct hit {
	__u16 rule;
	__u16 flags; /* HIT_* */
};
#define HIT_UNSURE   1u /* userspace must decide */
#define HIT_RESOLVED 2u /* the resolved view matched and the written one did not */

struct ancestor {
	__u32 pid;
	__u32 pad;
	char name[COMM_SIZE];
};

/* Ends of a socket. Addresses in network order, IPv4 in the first four bytes; all zero and
 * port 0 where an end has none. */
struct socket_info {
	__u16 family;	/* AF_* */
	__u16 type;	/* SOCK_* */
	__u16 protocol; /* IPPROTO_* */
	__u16 flags;	/* SOCKET_* */
	__u16 lport;	/* local end, in host order */
	__u16 rport;	/* remote end */
	__u32 pad;
	__u8 laddr[16];
	__u8 raddr[16];
};
#define SOCKET_SERVER	 1u /* this end accepted the connection, or listens */
#define SOCKET_CONNECTED 2u
#define SOCKET_CHANGED	 4u /* the event changed one of the ends */

/* What came of an open, beside the flags that were given. */
#define OPENED_CREATED (1u << 28)
#define OPENED_UPPER   (1u << 29) /* the file is in the upper layer of an overlay, ... */
#define OPENED_LOWER   (1u << 30) /* ... or in a lower one */
#define OPENED_FLAGS   (OPENED_CREATED | OPENED_UPPER | OPENED_LOWER)

/* What the kernel knows of a process at the event beyond what every record says. */
struct task_info {
	__u64 start;	    /* when the process began: CLOCK_BOOTTIME, ns */
	__u64 parent_start; /* the same of its parent, 0: it has none */
	__u64 ns_start;	    /* of the first process of its pid namespace, 0: not known */
	__u64 caps[3];	    /* CAPS_* */
	__u64 exe_ino;	    /* of the executed file */
	__s64 exe_ctime;    /* ns since 1970 */
	__s64 exe_mtime;
	__u32 vpid; /* in the pid namespace of the process, as the others with a v */
	__u32 pvpid;
	__u32 vtid;
	__u32 sid; /* 0: its session is not in that namespace */
	__u32 vpgid;
	__u32 pgid;
	__u32 threads;
	__u32 flags; /* TASK_* */
};
enum { CAPS_EFFECTIVE, CAPS_PERMITTED, CAPS_INHERITABLE };
/* Of each of the bool fields that one number holds: its truth, and above it whether it is known
 * (TASK_KNOWN). FIELD_TASK_FLAGS is this number. */
#define TASK_SID_LEADER	  1u
#define TASK_PGID_LEADER  2u
#define TASK_EXE_UPPER	  4u
#define TASK_EXE_LOWER	  8u
#define TASK_EXE_MEMFD	  16u
#define TASK_KNOWN(flags) ((flags) << 16)
#define TASK_ALL_KNOWN	  0x1f0000u

struct record {
	__u32 size;
	__u32 type;    /* enum event_id */
	__u64 time;    /* CLOCK_BOOTTIME, ns */
	__u64 have;    /* FIELD_BIT()s that have a value */
	__u64 unknown; /* FIELD_BIT()s that could not be read to the end */
	__u64 cgroup;
	__s64 res;
	__u32 generation; /* of the policy that the rule numbers belong to */
	__u32 flags;	  /* PROC_* and RECORD_* */
	__u32 pid;	  /* tgid */
	__u32 tid;
	__u32 ppid;
	__u32 uid;
	__u32 gid;
	__u32 loginuid;
	__u32 tty;
	__s32 fd;
	__u32 open_flags; /* O_* as given, OPENED_* */
	__u32 mode;
	__u32 fd_type; /* letter of fd.typechar, 0: not known */
	__u32 nr;      /* number of the system call, in the table of its kind (RECORD_COMPAT) */
	__u64 args[6]; /* of the system call, as it was called */
	__u64 ino;     /* of the file that was opened */
	__u32 dev;     /* as stat() has it */
	__u32 pad;
	char name[COMM_SIZE]; /* proc.name: at exec */
	char comm[COMM_SIZE]; /* now */
	char container[SHORT_SIZE];
	struct tail tails[TAIL_COUNT];
};
#define RECORD_ALL_RULES    (1u << 16) /* too many candidates: userspace decides every rule */
#define RECORD_IO_URING	    (1u << 17)
#define RECORD_ARGV_NOW	    (1u << 18) /* argv was read at the event, not at exec */
#define RECORD_WRITTEN_CUT  (1u << 19) /* the path as written, or its base, is not complete */
#define RECORD_RESOLVED_CUT (1u << 20) /* the path as resolved is not complete */
#define RECORD_COMPAT	    (1u << 21) /* a 32-bit system call */
#define RECORD_SECOND_CUT   (1u << 22) /* the second path is not complete, in any view */
#define RECORD_TEXT_CUT	    (1u << 23) /* TAIL_TEXT is not complete */
#define RECORD_REGISTERS    (1u << 24) /* of an open or an exec: args are there */
#define RECORD_FILE	    (1u << 25) /* dev and ino are those of the opened file */
#define RECORD_NAMELESS	    (1u << 26) /* struct user_facts was asked for and is not there */

/* The daemon is told of the cgroup of a container when it is made and when it goes: a record of
 * another form, told apart by type. */
#define RECORD_NOTICE	0x80000000u
#define NOTICE_PATH_MAX 1024
enum { NOTICE_MADE, NOTICE_GONE };

struct notice {
	__u32 size;
	__u32 type; /* RECORD_NOTICE */
	__u32 what; /* NOTICE_* */
	__u32 len;  /* of path, without its NUL; NOTICE_PATH_MAX - 1: it may go on */
	__u64 cgroup;
	char path[NOTICE_PATH_MAX]; /* of the cgroup in its hierarchy, as the kernel calls it */
};

/* Bytes: the largest record fits, whatever rules print. */
#define TEXT_TAILS 10 /* of argv and of paths */
#define RECORD_MAX 49152
_Static_assert(sizeof(struct record) + TEXT_TAILS * (PATH_MAX_LEN + 8) +
			       HIT_MAX * sizeof(struct hit) +
			       ANCESTORS_MAX * sizeof(struct ancestor) +
			       sizeof(struct socket_info) + SUN_ROOM + sizeof(struct task_info) +
			       SHORT_SIZE + 512 <=
		       RECORD_MAX,
	       "a value could be left out of a record");

/* ---- counters, per CPU ---- */

struct rule_count {
	__u64 matched; /* counted before space in the ring buffer is asked for */
	__u64 unsure;  /* of these, left to userspace */
	__u64 lost;    /* of these, not delivered: the ring buffer was full */
};

enum stat_id {
	STAT_SEEN,	 /* events of processes that can still satisfy some rule */
	STAT_EMITTED,	 /* records delivered */
	STAT_LOST,	 /* records not delivered: ring buffer full */
	STAT_NESTED,	 /* events not decided: all scratch slots of the CPU in use */
	STAT_TRUNCATED,	 /* values longer than their bound */
	STAT_UNREADABLE, /* user memory that could not be read */
	STAT_EARLY,	 /* processes first seen at an event */
	STAT_NO_PROC,	 /* process table full */
	STAT_NO_CMD,	 /* command line table full */
	STAT_NO_NOTICE,	 /* containers that the daemon could not be told of: ring buffer full */
	STAT_COUNT
};
