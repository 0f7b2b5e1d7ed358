/* SPDX-License-Identifier: Apache-2.0 */
#include "user/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "user/util.h"

#define MAGIC	    0x5c3a7e19u
#define MESSAGE_MAX (16u << 20)
#define SEGMENT_MAX (4u << 20) /* then the next one begins */
#define SEGMENT_MIN (64u << 10)
#define CURSOR	    "cursor"

struct head {
	uint32_t magic, len, sum, reserved;
};

/* Two of them are written in turn: one is always whole. */
struct cursor {
	uint64_t serial, segment;
	uint32_t offset, sum;
};

struct spool {
	pthread_mutex_t lock;
	int dir, cursor;
	uint64_t max;
	_Atomic uint64_t bytes, waiting; /* written under the lock, read without */
	uint32_t segment_max;
	uint64_t first, last; /* segments on disk; last is written */
	int read_fd, write_fd;
	uint32_t read_at, write_at;
	uint32_t next_at; /* behind the record that spool_first() gave out, 0: none */
	uint64_t serial;
	bool dirty;
};

static void segment_name(uint64_t n, char name[32])
{
	snprintf(name, 32, "%016" PRIx64 ".log", n);
}

static int open_segment(const struct spool *s, uint64_t n, int flags)
{
	char name[32];
	int fd;

	segment_name(n, name);
	fd = openat(s->dir, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

static uint64_t file_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_size;
}

static uint32_t sum_of(const void *data, size_t len)
{
	return crc32(crc32(0, NULL, 0), data, len);
}

/* ---- records ---- */

/* A whole record at that place: its bytes, *data its message. 0: none is there, or a broken one;
 * -ENOMEM. */
static ssize_t read_record(int fd, uint32_t at, void **data, size_t *len)
{
	struct head h;
	char *text;

	if (pread(fd, &h, sizeof(h), at) != sizeof(h) || h.magic != MAGIC || h.len > MESSAGE_MAX ||
	    at + sizeof(h) + h.len > file_size(fd))
		return 0;
	text = malloc(h.len + 1);
	if (!text)
		return -ENOMEM;
	text[h.len] = '\0';
	if (pread(fd, text, h.len, at + sizeof(h)) != (ssize_t)h.len ||
	    sum_of(text, h.len) != h.sum) {
		free(text);
		return 0;
	}
	*data = text;
	*len = h.len;
	return sizeof(h) + h.len;
}

static bool has_record(int fd, uint32_t at)
{
	size_t len;
	void *data;
	bool has = read_record(fd, at, &data, &len) > 0;

	if (has)
		free(data);
	return has;
}

/* The next place from at on where a whole record stands, or the end. */
static uint32_t find_record(int fd, uint32_t at, uint32_t end)
{
	const uint32_t magic = MAGIC;
	char piece[4096 + sizeof(magic) - 1];

	while (at < end) {
		ssize_t n = pread(fd, piece, sizeof(piece), at);

		if (n < (ssize_t)sizeof(magic))
			break;
		for (ssize_t i = 0; i + (ssize_t)sizeof(magic) <= n; i++)
			if (!memcmp(piece + i, &magic, sizeof(magic)) && has_record(fd, at + i))
				return at + i;
		at += n - (sizeof(magic) - 1);
	}
	return end;
}

/* ---- the cursor ---- */

static uint32_t cursor_sum(const struct cursor *c)
{
	return sum_of(c, offsetof(struct cursor, sum));
}

static void read_cursor(struct spool *s, struct cursor *out)
{
	struct cursor c;

	*out = (struct cursor){};
	for (int i = 0; i < 2; i++) {
		if (pread(s->cursor, &c, sizeof(c), i * sizeof(c)) != sizeof(c) ||
		    c.sum != cursor_sum(&c) || c.serial < out->serial)
			continue;
		*out = c;
	}
}

static int write_cursor(struct spool *s)
{
	struct cursor c = {.serial = ++s->serial, .segment = s->first, .offset = s->read_at};
	off_t at = (c.serial & 1) * sizeof(c);

	c.sum = cursor_sum(&c);
	return pwrite(s->cursor, &c, sizeof(c), at) == sizeof(c) ? 0 : -EIO;
}

/* ---- segments ---- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int begin_segment(struct spool *s, uint64_t n)
{
	int fd = open_segment(s, n, O_RDWR | O_CREAT | O_TRUNC);

	if (fd < 0)
		return fd;
	if (s->write_fd >= 0 && s->dirty)
		fdatasync(s->write_fd);
	close_fd(&s->write_fd);
	s->write_fd = fd;
	s->write_at = 0;
	s->last = n;
	return 0;
}

static int open_reading(struct spool *s)
{
	close_fd(&s->read_fd);
	s->read_fd = open_segment(s, s->first, O_RDONLY);
	return s->read_fd < 0 ? s->read_fd : 0;
}

/* The first segment is read: the cursor goes on before it is removed. */
static int next_segment(struct spool *s)
{
	char name[32];
	uint64_t size = s->read_fd >= 0 ? file_size(s->read_fd) : 0;

	segment_name(s->first, name);
	s->first++;
	s->read_at = 0;
	close_fd(&s->read_fd);
	if (write_cursor(s))
		return -EIO;
	unlinkat(s->dir, name, 0);
	s->bytes -= size < s->bytes ? size : s->bytes;
	return 0;
}

static uint32_t read_end(const struct spool *s)
{
	return s->first == s->last ? s->write_at : (uint32_t)file_size(s->read_fd);
}

/* The next record to read, over what is broken and over ends of segments. */
static int seek_record(struct spool *s, void **data, size_t *len, uint64_t *damaged)
{
	for (;;) {
		ssize_t n;
		int err = 0;

		if (s->first == s->last && s->read_at >= s->write_at) {
			s->waiting = 0;
			return -ENOENT;
		}
		if (s->read_fd < 0)
			err = open_reading(s);
		if (err && err != -ENOENT)
			return err;
		if (err || s->read_at >= read_end(s)) {
			err = next_segment(s);
			if (err)
				return err;
			continue;
		}
		n = read_record(s->read_fd, s->read_at, data, len);
		if (n < 0)
			return n;
		if (n > 0) {
			s->next_at = s->read_at + n;
			return 0;
		}
		++*damaged;
		s->read_at = find_record(s->read_fd, s->read_at + 1, read_end(s));
	}
}

/* ---- opening ---- */

static bool parse_name(const char *name, uint64_t *n)
{
	int end = 0;

	return sscanf(name, "%16" SCNx64 ".log%n", n, &end) == 1 && end == 20 && !name[20];
}

/* The lowest and the highest segment, and the bytes of all. */
static int find_segments(struct spool *s, bool *any)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	struct stat st;
	uint64_t n;

	if (!d)
		return -errno;
	while ((e = readdir(d))) {
		if (!parse_name(e->d_name, &n) || fstatat(s->dir, e->d_name, &st, 0))
			continue;
		if (!*any || n < s->first)
			s->first = n;
		if (!*any || n > s->last)
			s->last = n;
		*any = true;
		s->bytes += st.st_size;
	}
	closedir(d);
	return 0;
}

/* Counts what waits by reading it once. */
static int count(struct spool *s)
{
	uint64_t first = s->first;
	uint32_t at = s->read_at;

	for (; s->first < s->last; s->first++, s->read_at = 0) {
		void *data;
		size_t len;
		ssize_t n;

		if (open_reading(s))
			continue;
		while (s->read_at < read_end(s)) {
			n = read_record(s->read_fd, s->read_at, &data, &len);
			if (n < 0)
				return n;
			if (n > 0) {
				free(data);
				s->waiting++;
				s->read_at += n;
				continue;
			}
			s->read_at = find_record(s->read_fd, s->read_at + 1, read_end(s));
		}
	}
	close_fd(&s->read_fd);
	s->first = first;
	s->read_at = at;
	return 0;
}

static int open_files(struct spool *s)
{
	struct cursor c;
	bool any = false;
	int err;

	s->cursor = openat(s->dir, CURSOR, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->cursor < 0)
		return -errno;
	read_cursor(s, &c);
	s->serial = c.serial;
	err = find_segments(s, &any);
	if (err)
		return err;
	if (any && c.segment >= s->first && c.segment <= s->last) {
		s->first = c.segment;
		s->read_at = c.offset;
	} else if (!any) {
		s->first = s->last = c.segment;
	}
	/* Never behind what may be torn. */
	err = begin_segment(s, s->last + 1);
	if (!any)
		s->first = s->last;
	/* Now, while there is room for it: on a full disk it is what makes room. */
	if (!err)
		err = write_cursor(s);
	return err ? err : count(s);
}

int spool_prepare(const char *dir)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (char *p = path + 1;; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		if (!c)
			break;
		*p = c;
	}
	return access(dir, R_OK | W_OK | X_OK) ? -errno : 0;
}

int spool_open(struct spool **out, const char *dir, uint64_t max)
{
	struct spool *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	pthread_mutex_init(&s->lock, NULL);
	s->cursor = s->read_fd = s->write_fd = -1;
	s->max = max;
	s->segment_max = max / 8 < SEGMENT_MIN	 ? SEGMENT_MIN
			 : max / 8 < SEGMENT_MAX ? max / 8
						 : SEGMENT_MAX;
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = s->dir < 0 || flock(s->dir, LOCK_EX | LOCK_NB) ? -errno : open_files(s);
	if (err)
		spool_close(&s);
	else
		*out = s;
	return err;
}

void spool_close(struct spool **out)
{
	struct spool *s = *out;

	if (!s)
		return;
	if (s->write_fd >= 0 && s->dirty)
		fdatasync(s->write_fd);
	close_fd(&s->read_fd);
	close_fd(&s->write_fd);
	close_fd(&s->cursor);
	close_fd(&s->dir);
	pthread_mutex_destroy(&s->lock);
	free(s);
	*out = NULL;
}

/* ---- use ---- */

static int write_record(struct spool *s, const void *data, size_t len)
{
	struct head h = {MAGIC, len, sum_of(data, len), 0};
	ssize_t n = pwrite(s->write_fd, &h, sizeof(h), s->write_at), m = 0;
	int err;

	if (n == sizeof(h))
		m = pwrite(s->write_fd, data, len, s->write_at + sizeof(h));
	if (n == sizeof(h) && m == (ssize_t)len)
		return 0;
	err = n < 0 || m < 0 ? -errno : -ENOSPC;
	/* A part of a record would only be passed over: without it there is room for others. */
	return ftruncate(s->write_fd, s->write_at) ? -errno : err;
}

static int append(struct spool *s, const void *data, size_t len)
{
	size_t whole = sizeof(struct head) + len;
	int err = 0;

	if (len > MESSAGE_MAX)
		return -EMSGSIZE;
	if (s->bytes + whole > s->max)
		return -ENOSPC;
	if (s->write_at && s->write_at + whole > s->segment_max)
		err = begin_segment(s, s->last + 1);
	if (!err)
		err = write_record(s, data, len);
	if (err)
		return err;
	s->write_at += whole;
	s->bytes += whole;
	s->waiting++;
	s->dirty = true;
	return 0;
}

int spool_append(struct spool *s, const void *data, size_t len)
{
	int err;

	pthread_mutex_lock(&s->lock);
	err = append(s, data, len);
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* Without the lock: the disk may take its time, the reader does not wait for it. */
int spool_sync(struct spool *s)
{
	int fd = -1, err = 0;

	pthread_mutex_lock(&s->lock);
	if (s->dirty)
		fd = fcntl(s->write_fd, F_DUPFD_CLOEXEC, 0);
	s->dirty = false;
	pthread_mutex_unlock(&s->lock);
	if (fd < 0)
		return 0;
	err = fdatasync(fd) ? -errno : 0;
	close(fd);
	return err;
}

int spool_first(struct spool *s, void **data, size_t *len, uint64_t *damaged)
{
	int err;

	pthread_mutex_lock(&s->lock);
	err = seek_record(s, data, len, damaged);
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* Segments that are read are removed; if all is, the last one is emptied before it grows on. */
static int wind_back(struct spool *s)
{
	int err = 0;

	while (!err && s->first != s->last && s->read_fd >= 0 && s->read_at >= read_end(s)) {
		err = next_segment(s);
		if (!err && s->first != s->last)
			err = open_reading(s);
	}
	if (err)
		return err == -ENOENT ? 0 : err;
	if (s->first != s->last || s->read_at < s->write_at || s->write_at < SEGMENT_MIN / 4)
		return 0;
	if (begin_segment(s, s->last + 1))
		return 0; /* the next time, perhaps */
	return next_segment(s);
}

int spool_done(struct spool *s)
{
	int err;

	pthread_mutex_lock(&s->lock);
	if (s->next_at) {
		s->read_at = s->next_at;
		s->next_at = 0;
		s->waiting -= s->waiting > 0;
	}
	err = write_cursor(s);
	if (!err)
		err = wind_back(s);
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* Asked for while the loop waits: never behind the disk. */
uint64_t spool_waiting(const struct spool *s)
{
	return s->waiting;
}

uint64_t spool_bytes(const struct spool *s)
{
	return s->bytes;
}
