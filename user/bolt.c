/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	page     id:8 flags:2 count:2 overflow:4, then count elements, then keys and values
 *	meta     magic:4 version:4 page size:4 flags:4 root:8 sequence:8 free list:8 end:8
 *		 transaction:8 checksum:8; in pages 0 and 1, the later valid one counts
 *	branch   pos:4 key size:4 page:8         pos counts from the element
 *	leaf     flags:4 pos:4 key size:4 value size:4    flags 1: the value is a bucket
 *	bucket   root:8 sequence:8; root 0: a leaf page follows
 *
 * Numbers are those of the machine that wrote it.
 */
#include "user/bolt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/runtime_file.h"
#include "user/util.h"

#define MAGIC	    0xED0CDAEDu
#define VERSION_2   2
#define PAGE_BRANCH 1
#define PAGE_LEAF   2
#define LEAF_BUCKET 1
#define HEADER	    16
#define ELEMENT	    16
#define META_SUMMED 56
#define DEPTH_MAX   32
#define BYTES_MAX   ((size_t)32 << 20) /* of pages that one search keeps */
#define PAGE_MAX    ((size_t)4 << 20)
#define EACH_MAX    100000

struct page {
	struct page *next;
	uint64_t id;
	size_t len;
	unsigned char data[];
};

struct bolt {
	int fd;
	uint32_t page_size;
	uint64_t root, transaction;
	struct page *pages;
	size_t bytes;
};

static uint16_t get_16(const unsigned char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t get_32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t get_64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* ---- opening ---- */

static uint64_t fnv_1a(const unsigned char *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

/* Reads one of the two, -EBADMSG if it is not valid. */
static int read_meta(int fd, off_t at, struct bolt *out)
{
	unsigned char m[META_SUMMED + 8];

	if (pread(fd, m, sizeof(m), at + HEADER) != sizeof(m))
		return -EBADMSG;
	if (get_32(m) != MAGIC || get_32(m + 4) != VERSION_2 ||
	    get_64(m + META_SUMMED) != fnv_1a(m, META_SUMMED))
		return -EBADMSG;
	out->page_size = get_32(m + 8);
	out->root = get_64(m + 16);
	out->transaction = get_64(m + 48);
	if (out->page_size < 1024 || out->page_size > 65536 ||
	    (out->page_size & (out->page_size - 1)))
		return -EBADMSG;
	return 0;
}

/* The second one is a page further, whose size a broken first one does not tell. */
static int read_metas(int fd, struct bolt *out)
{
	struct bolt a = {}, b = {};
	int err = read_meta(fd, 0, &a);

	if (err)
		err = read_meta(fd, getpagesize(), &a);
	else if (!read_meta(fd, a.page_size, &b) && b.transaction > a.transaction)
		a = b;
	if (err)
		return err;
	out->page_size = a.page_size;
	out->root = a.root;
	out->transaction = a.transaction;
	return 0;
}

int bolt_open(int dir, const char *path, struct bolt **out)
{
	_cleanup_close_ int fd = runtime_open_file(dir, path);
	struct bolt *b;
	int err;

	*out = NULL;
	if (fd < 0)
		return fd;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	err = read_metas(fd, b);
	if (err) {
		free(b);
		return err;
	}
	b->fd = TAKE_FD(fd);
	*out = b;
	return 0;
}

void bolt_close(struct bolt **b)
{
	if (!*b)
		return;
	for (struct page *p = (*b)->pages, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	close((*b)->fd);
	free(*b);
	*b = NULL;
}

bool bolt_changed(const struct bolt *b)
{
	struct bolt now;

	return read_metas(b->fd, &now) || now.transaction != b->transaction;
}

/* ---- pages ---- */

static struct bolt_bytes load(struct bolt *b, uint64_t id)
{
	const struct bolt_bytes none = {};
	unsigned char header[HEADER];
	struct page *p;
	size_t len;

	for (p = b->pages; p; p = p->next) {
		if (p->id == id)
			return (struct bolt_bytes){p->data, p->len};
	}
	if (id > (uint64_t)INT64_MAX / b->page_size - 1 ||
	    pread(b->fd, header, HEADER, id * b->page_size) != HEADER || get_64(header) != id)
		return none;
	len = ((size_t)get_32(header + 12) + 1) * b->page_size;
	if (len > PAGE_MAX || len > BYTES_MAX - b->bytes)
		return none;
	p = malloc(sizeof(*p) + len);
	if (!p)
		return none;
	*p = (struct page){b->pages, id, len};
	b->pages = p;
	b->bytes += len;
	if (pread(b->fd, p->data, len, id * b->page_size) != (ssize_t)len)
		return none;
	return (struct bolt_bytes){p->data, len};
}

static struct bolt_bytes first_page(struct bolt *b, struct bolt_bucket in)
{
	return in.root ? load(b, in.root) : in.page;
}

struct element {
	bool sub;
	uint64_t page; /* of a branch */
	struct bolt_bytes key, value;
};

static bool cut(struct bolt_bytes page, size_t at, size_t len, struct bolt_bytes *out)
{
	if (at > page.len || len > page.len - at)
		return false;
	*out = (struct bolt_bytes){page.data + at, len};
	return true;
}

/* Element i; false if the page has none or does not hold it. */
static bool get_element(struct bolt_bytes page, size_t i, struct element *out)
{
	size_t at = HEADER + i * ELEMENT;
	struct bolt_bytes e;
	bool branch;

	if (page.len < HEADER || i >= get_16(page.data + 10) || !cut(page, at, ELEMENT, &e))
		return false;
	branch = get_16(page.data + 8) & PAGE_BRANCH;
	*out = (struct element){};
	if (branch) {
		out->page = get_64(e.data + 8);
		return cut(page, at + get_32(e.data), get_32(e.data + 4), &out->key);
	}
	out->sub = get_32(e.data) & LEAF_BUCKET;
	at += get_32(e.data + 4);
	return cut(page, at, get_32(e.data + 8), &out->key) &&
	       cut(page, at + out->key.len, get_32(e.data + 12), &out->value);
}

static int compare(struct bolt_bytes a, const char *key, size_t len)
{
	int order = memcmp(a.data, key, a.len < len ? a.len : len);

	return order ? order : (a.len > len) - (a.len < len);
}

static bool is_branch(struct bolt_bytes page)
{
	return page.len >= HEADER && get_16(page.data + 8) & PAGE_BRANCH;
}

/* ---- looking up ---- */

/* The page below a branch that would hold the key. */
static struct bolt_bytes descend(struct bolt *b, struct bolt_bytes page, const char *key,
				 size_t len)
{
	struct element e;
	uint64_t next = 0;

	for (size_t i = 0; get_element(page, i, &e); i++) {
		if (i && compare(e.key, key, len) > 0)
			break;
		next = e.page;
	}
	return next ? load(b, next) : (struct bolt_bytes){};
}

static bool find(struct bolt *b, struct bolt_bucket in, const char *key, struct element *out)
{
	struct bolt_bytes page = first_page(b, in);
	size_t len = strlen(key);

	for (int depth = 0; is_branch(page); depth++) {
		if (depth == DEPTH_MAX)
			return false;
		page = descend(b, page, key, len);
	}
	for (size_t i = 0; get_element(page, i, out); i++) {
		int order = compare(out->key, key, len);

		if (order >= 0)
			return !order;
	}
	return false;
}

static bool bucket_of(struct bolt_bytes value, struct bolt_bucket *out)
{
	if (value.len < 16)
		return false;
	*out = (struct bolt_bucket){get_64(value.data), {value.data + 16, value.len - 16}};
	return true;
}

struct bolt_bucket bolt_root(const struct bolt *b)
{
	return (struct bolt_bucket){.root = b->root};
}

bool bolt_sub(struct bolt *b, struct bolt_bucket in, const char *key, struct bolt_bucket *out)
{
	struct element e;

	return find(b, in, key, &e) && e.sub && bucket_of(e.value, out);
}

bool bolt_get(struct bolt *b, struct bolt_bucket in, const char *key, struct bolt_bytes *out)
{
	struct element e;

	if (!find(b, in, key, &e) || e.sub)
		return false;
	*out = e.value;
	return true;
}

struct walk {
	bolt_each_fn *each;
	void *to;
	size_t left;
};

static bool walk(struct bolt *b, struct bolt_bytes page, struct walk *w, int depth)
{
	struct element e;

	if (depth == DEPTH_MAX)
		return false;
	for (size_t i = 0; get_element(page, i, &e); i++) {
		if (!w->left--)
			return false;
		if (is_branch(page)) {
			if (!walk(b, load(b, e.page), w, depth + 1))
				return false;
		} else if (!w->each(w->to, e.key, e.value, e.sub)) {
			return false;
		}
	}
	return true;
}

void bolt_each(struct bolt *b, struct bolt_bucket in, bolt_each_fn *each, void *to)
{
	struct walk w = {each, to, EACH_MAX};

	walk(b, first_page(b, in), &w, 0);
}
