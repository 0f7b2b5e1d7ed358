/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ownership of descriptors, memory and streams: what a _cleanup_ variable holds when it goes out
 * of scope is released, TAKE_ passes it on.
 *
 *	_cleanup_close_ int fd = open(...);
 *	...
 *	return TAKE_FD(fd);
 */
#pragma once
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_(f)	 __attribute__((cleanup(f)))
#define _cleanup_close_	 _cleanup_(cleanup_close)
#define _cleanup_free_	 _cleanup_(cleanup_free)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})
#define TAKE_PTR(p)                                                                                \
	({                                                                                         \
		__auto_type taken_ = (p);                                                          \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

/* Texts that are owned one by one, the array too. */
struct texts {
	char **v;
	size_t n;
};
int texts_add(struct texts *t, const char *text); /* copies it */
void texts_free(struct texts *t);

/* All of a file, NUL-terminated; -EFBIG if it has more than max bytes. */
int read_file(const char *path, size_t max, char **text, size_t *len);
int read_fd(int fd, size_t max, char **text, size_t *len);
/* Writes all bytes, whatever write() takes at once. 0 or -errno. */
int write_all(int fd, const void *data, size_t len);
