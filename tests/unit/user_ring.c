/* SPDX-License-Identifier: Apache-2.0 */
/* The ring buffer's reading end, on memory that stands for what the kernel maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "user/ring.h"

#define SIZE 64u

static _Alignas(8) unsigned char memory[SIZE];
static unsigned long produced, consumed;

/* Puts a record of n bytes, each the letter, where the writer stands. */
static void put(unsigned n, unsigned char letter, uint32_t flags)
{
	uint32_t length = n | flags;

	memcpy(memory + produced % SIZE, &length, sizeof(length));
	for (unsigned i = 0; i < n; i++)
		memory[(produced + BPF_RINGBUF_HDR_SZ + i) % SIZE] = letter;
	produced += (BPF_RINGBUF_HDR_SZ + n + 7) & ~7u;
}

static char got[256];

static void take(void *ctx, const void *data, size_t size)
{
	assert_int_equal((uintptr_t)data % 8, 0);
	strncat(got, data, size);
	strcat(got, ".");
}

static const char *consume(struct ring *r)
{
	got[0] = '\0';
	assert_int_equal(ring_consume(r, take, NULL), 0);
	return got;
}

static struct ring fresh(void)
{
	produced = consumed = 0;
	memset(memory, 0, sizeof(memory));
	return (struct ring){
		.size = SIZE, .consumed = &consumed, .produced = &produced, .data = memory};
}

static void finish(struct ring *r)
{
	r->consumed = NULL; /* not mapped */
	r->produced = NULL;
	ring_close(r);
}

static void in_order(void **state)
{
	struct ring r = fresh();

	assert_string_equal(consume(&r), "");
	put(3, 'a', 0);
	put(8, 'b', 0);
	put(5, 'x', BPF_RINGBUF_DISCARD_BIT);
	put(1, 'c', 0);
	assert_string_equal(consume(&r), "aaa.bbbbbbbb.c.");
	assert_int_equal(consumed, produced);
	assert_string_equal(consume(&r), "");
	finish(&r);
}

/* At every place where a record can reach over the end. */
static void over_the_end(void **state)
{
	struct ring r = fresh();

	for (unsigned i = 0; i < 100; i++) {
		put(17 + i % 20, 'd', 0);
		assert_int_equal(strlen(consume(&r)), 17 + i % 20 + 1);
		assert_int_equal(strspn(got, "d"), 17 + i % 20);
		assert_int_equal(consumed, produced);
	}
	finish(&r);
}

/* One that is still being written holds up those behind it, and nothing is lost. */
static void not_finished(void **state)
{
	struct ring r = fresh();
	uint32_t length = 4;

	put(2, 'e', 0);
	put(4, 'f', BPF_RINGBUF_BUSY_BIT);
	put(2, 'g', 0);
	assert_string_equal(consume(&r), "ee.");
	memcpy(memory + 16, &length, sizeof(length));
	assert_string_equal(consume(&r), "ffff.gg.");
	finish(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(over_the_end),
		cmocka_unit_test(not_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
