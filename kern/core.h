/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What we know of the kernel: the few structures that are read, with only the members that
 * are. libbpf moves every access to where the running kernel has the member (CO-RE), so neither
 * kernel headers nor the build machine's BTF are needed. Members that differ between kernels
 * are in kern/compat.h.
 */
#pragma once
#include "kern/img.h"
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define NULL	  ((void *)0)
#define barrier() asm volatile("" ::: "memory")

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	__u32 val;
} kuid_t, kgid_t;

typedef struct {
	int counter;
} atomic_t;

struct qstr {
	union {
		struct {
			__u32 hash;
			__u32 len;
		};
		__u64 hash_len;
	};
	const unsigned char *name;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_flags;
	unsigned int f_mode;
	void *private_data;
};

struct linux_binprm {
	const char *filename;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
	unsigned long env_start;
	unsigned long env_end;
	struct file *exe_file;
};

/* Two numbers of 32 bits or one of 64: it depends on the kernel. */
typedef struct {
	__u64 val;
} kernel_cap_t;

struct cred {
	kuid_t euid;
	kgid_t egid;
	kernel_cap_t cap_inheritable;
	kernel_cap_t cap_permitted;
	kernel_cap_t cap_effective;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct pid_namespace {
	struct task_struct *child_reaper;
};

struct tty_driver {
	int major;
	int minor_start;
};

struct tty_struct {
	struct tty_driver *driver;
	int index;
};

struct signal_struct {
	atomic_t live;
	int nr_threads;
	struct pid *pids[4];
	struct tty_struct *tty;
};

struct kernfs_node {
	const char *name;
	__u64 id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	int level;
	struct kernfs_node *kn;
	struct cgroup_subsys_state *subsys[16];
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

struct thread_info {
	unsigned long flags;
};

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	int exit_code;
	struct mm_struct *mm;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	__u64 start_boottime;
	const struct cred *cred;
	char comm[COMM_SIZE];
	struct fs_struct *fs;
	struct files_struct *files;
	struct signal_struct *signal;
	kuid_t loginuid;
	struct css_set *cgroups;
};

struct in6_addr {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport; /* in network order */
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len; /* of name, family included */
	struct sockaddr_un name[];
};

struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};

struct filename {
	const char *name;
};

struct open_flags {
	int open_flag;
	unsigned short mode;
	int lookup_flags;
};

struct open_how {
	__u64 flags;
	__u64 mode;
};

struct io_open {
	int dfd;
	__u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_cqe {
	__s32 fd; /* of the submission, until the request is done */
};

struct io_kiocb {
	struct file *file;
	__u8 opcode;
	__u32 flags;
	struct io_cqe cqe;
};

struct io_accept {
	void *addr;
	int *addr_len;
	int flags;
	__u32 file_slot;
};

struct io_bind {
	int addr_len;
};

struct io_connect {
	void *addr;
	int addr_len;
};

struct io_link {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_listen {
	int backlog;
};

struct io_mkdir {
	int dfd;
	unsigned short mode;
	struct filename *filename;
};

struct io_rename {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_shutdown {
	int how;
};

struct io_socket {
	int domain;
	int type;
	int protocol;
	__u32 file_slot;
};

struct io_splice {
	__u64 len;
	int splice_fd_in;
	unsigned int flags;
};

struct io_sr_msg {
	void *buf; /* of a message: its header */
	unsigned int len;
	unsigned int msg_flags;
};

struct io_unlink {
	int dfd;
	int flags;
	struct filename *filename;
};

struct io_uring_cqe {
	__s32 res;
};

#pragma clang attribute pop

/* Values that are part of the kernel's interface to programs, or have never changed. */
#define AT_FDCWD      (-100)
#define O_ACCMODE     3
#define O_WRONLY      1
#define O_CREAT	      0100
#define O_TRUNC	      01000
#define O_CLOEXEC     02000000
#define O_TMPFILE_BIT 020000000 /* O_TMPFILE without O_DIRECTORY */
#ifdef __TARGET_ARCH_arm64
#define O_DIRECTORY 040000
#define O_LARGEFILE 0400000
#else
#define O_DIRECTORY 0200000
#define O_LARGEFILE 0100000
#endif
#define O_PATH		  010000000
#define FMODE_EXEC	  0x20 /* in open_flags: the open is part of an exec */
#define FMODE_CREATED	  0x100000
#define OVERLAY_MAGIC	  0x794c7630
#define PF_IO_WORKER	  0x10
#define LOOKUP_CACHED	  0x200000
#define EAGAIN		  11
#define MAX_ERRNO	  4095
#define S_IFMT		  0170000
#define S_IFSOCK	  0140000
#define S_IFREG		  0100000
#define S_IFBLK		  0060000
#define S_IFDIR		  0040000
#define S_IFCHR		  0020000
#define S_IFIFO		  0010000
#define AF_UNIX		  1
#define AF_INET		  2
#define AF_INET6	  10
#define AF_NETLINK	  16
#define SOCK_STREAM	  1
#define SOCK_DGRAM	  2
#define SOCK_RAW	  3
#define IPPROTO_ICMP	  1
#define IPPROTO_TCP	  6
#define IPPROTO_UDP	  17
#define IPPROTO_ICMPV6	  58
#define TCP_ESTABLISHED	  1
#define TCP_LISTEN	  10
#define IORING_OP_OPENAT  18
#define IORING_OP_OPENAT2 28
#define REQ_F_FIXED_FILE  1
#define REQ_F_CQE_SKIP	  0x40 /* no completion is posted if the request succeeds */
