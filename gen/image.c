/* SPDX-License-Identifier: Apache-2.0 */
/* Images as files and blocks of memory. What a valid one is: gen/image_check.c. */
#include "gen/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (256u << 20)

void image_free(struct image *im)
{
	free(im->data);
	*im = (struct image){};
}

struct event_set image_types(const struct image *im)
{
	struct event_set types = {};
	unsigned id;

	for (id = 0; id < EVENT_COUNT; id++) {
		if (image_head(im)->type_slot[id] != TYPE_SLOT_NONE)
			event_set_add(&types, id);
	}
	return types;
}

const struct text_rule *image_rule(const struct image *im, unsigned rule)
{
	return (const struct text_rule *)(im->data + image_head(im)->text) + rule;
}

const char *image_text(const struct image *im, __u32 offset)
{
	return (const char *)im->data + image_head(im)->text + offset;
}

static int fail(char *why, size_t why_size, const char *path, int err)
{
	snprintf(why, why_size, "cannot read policy '%s': %s", path, strerror(err));
	return -err;
}

static int read_all(int fd, unsigned char *to, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = read(fd, to + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		done += n;
	}
	return 0;
}

static int read_file(int fd, struct image *out)
{
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
		return -EINVAL;
	out->size = st.st_size;
	out->data = malloc(out->size ? out->size : 1);
	if (!out->data)
		return -ENOMEM;
	err = read_all(fd, out->data, out->size);
	if (err)
		image_free(out);
	return err;
}

int image_read(const char *path, struct image *out, char *why, size_t why_size)
{
	struct image im = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return fail(why, why_size, path, errno);
	err = read_file(fd, &im);
	close(fd);
	if (err)
		return fail(why, why_size, path, -err);
	err = image_check(im.data, im.size, why, why_size);
	if (err)
		image_free(&im);
	else
		*out = im;
	return err;
}

static int write_all(int fd, const unsigned char *from, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = write(fd, from + done, size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += n;
	}
	return fsync(fd) ? -errno : 0;
}

/* Through a temporary file, so that a reader finds the old or the new one. */
int image_write(const struct image *im, const char *path)
{
	char *temporary;
	int fd, err;

	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkstemp(temporary);
	if (fd < 0) {
		err = -errno;
		free(temporary);
		return err;
	}
	err = write_all(fd, im->data, im->size);
	if (!err && fchmod(fd, 0644))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	free(temporary);
	return err;
}
