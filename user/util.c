/* SPDX-License-Identifier: Apache-2.0 */
#include "user/util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int texts_add(struct texts *t, const char *text)
{
	char **more = realloc(t->v, (t->n + 1) * sizeof(*more));
	char *copy;

	if (!more)
		return -ENOMEM;
	t->v = more;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	t->v[t->n++] = copy;
	return 0;
}

void texts_free(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	*t = (struct texts){};
}

int read_fd(int fd, size_t max, char **text, size_t *len)
{
	_cleanup_free_ char *data = NULL;
	size_t n = 0, cap = 0;

	for (;;) {
		ssize_t got;

		if (cap - n < 2) {
			size_t want = cap ? 2 * cap : 4096;
			char *more = realloc(data, want);

			if (!more)
				return -ENOMEM;
			data = more;
			cap = want;
		}
		got = read(fd, data + n, cap - n - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += got;
		if (n > max)
			return -EFBIG;
	}
	data[n] = '\0';
	*text = TAKE_PTR(data);
	*len = n;
	return 0;
}

int read_file(const char *path, size_t max, char **text, size_t *len)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_fd(fd, max, text, len);
}

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= n;
	}
	return 0;
}
