/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading end of a BPF ring buffer. Its data is mapped once, not twice in a row as libbpf has
 * it: half the memory, and a record that goes on at the beginning is put together in a copy.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct ring {
	int fd; /* of the map; readable when there is a record */
	size_t page, size;
	unsigned long *consumed;       /* bytes, in a page of its own */
	const unsigned long *produced; /* the same; data begins one page further */
	const unsigned char *data;
	unsigned char *whole; /* a record that was in two parts */
	size_t whole_size;
};

/* fd stays with the caller and must outlive it. 0 or -errno. */
int ring_open(struct ring *r, int fd);
void ring_close(struct ring *r);
/* Calls record for all that are there. data is 8-byte aligned and valid until it returns. 0, or
 * -ENOMEM: that record was dropped. */
int ring_consume(struct ring *r, void (*record)(void *ctx, const void *data, size_t size),
		 void *ctx);
