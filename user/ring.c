/* SPDX-License-Identifier: Apache-2.0 */
#include "user/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#define HEADER BPF_RINGBUF_HDR_SZ

/* Number of bytes, a power of two. */
static int size_of(int fd, size_t *size)
{
	struct bpf_map_info info = {};
	unsigned len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	*size = info.max_entries;
	return 0;
}

int ring_open(struct ring *r, int fd)
{
	void *at;
	int err;

	*r = (struct ring){.fd = fd, .page = sysconf(_SC_PAGESIZE)};
	err = size_of(fd, &r->size);
	if (err)
		return err;
	at = mmap(NULL, r->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	r->consumed = at;
	at = mmap(NULL, r->page + r->size, PROT_READ, MAP_SHARED, fd, r->page);
	if (at == MAP_FAILED) {
		err = -errno;
		ring_close(r);
		return err;
	}
	r->produced = at;
	r->data = (const unsigned char *)at + r->page;
	return 0;
}

void ring_close(struct ring *r)
{
	if (r->produced)
		munmap((void *)r->produced, r->page + r->size);
	if (r->consumed)
		munmap(r->consumed, r->page);
	free(r->whole);
	*r = (struct ring){.fd = -1};
}

/* A record that reaches over the end, in one piece. NULL: no memory. */
static const void *join(struct ring *r, size_t at, size_t size)
{
	size_t first = r->size - at;

	if (size > r->whole_size) {
		unsigned char *more = realloc(r->whole, size);

		if (!more)
			return NULL;
		r->whole = more;
		r->whole_size = size;
	}
	memcpy(r->whole, r->data + at, first);
	memcpy(r->whole + first, r->data, size - first);
	return r->whole;
}

/* A record begins with its length and the kernel's word, and takes whole words. */
static size_t room_of(uint32_t length)
{
	return (HEADER + (length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) + 7) & ~7ul;
}

int ring_consume(struct ring *r, void (*record)(void *ctx, const void *data, size_t size),
		 void *ctx)
{
	unsigned long at = *r->consumed, end;
	int err = 0;

	while (at < (end = __atomic_load_n(r->produced, __ATOMIC_ACQUIRE))) {
		size_t begin = at & (r->size - 1), size;
		uint32_t length =
			__atomic_load_n((const uint32_t *)(r->data + begin), __ATOMIC_ACQUIRE);
		const void *data;

		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		size = length & ~BPF_RINGBUF_DISCARD_BIT;
		begin = (begin + HEADER) & (r->size - 1);
		data = begin + size <= r->size ? r->data + begin : join(r, begin, size);
		if (!data)
			err = -ENOMEM;
		else if (!(length & BPF_RINGBUF_DISCARD_BIT))
			record(ctx, data, size);
		at += room_of(length);
		__atomic_store_n(r->consumed, at, __ATOMIC_RELEASE);
	}
	return err;
}
