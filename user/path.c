/* SPDX-License-Identifier: Apache-2.0 */
#include "user/path.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* The path written so far: "" stands for the root, else "/a/b". */
struct builder {
	char *out;
	size_t len;
	size_t size;
};

static int add_component(struct builder *b, const char *name, size_t len)
{
	if (!len || (len == 1 && name[0] == '.'))
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		while (b->len && b->out[--b->len] != '/')
			;
		return 0;
	}
	if (len + 1 >= b->size - b->len)
		return -ENAMETOOLONG;
	b->out[b->len++] = '/';
	memcpy(b->out + b->len, name, len);
	b->len += len;
	return 0;
}

static int add_path(struct builder *b, const char *path, size_t len)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		int err;

		if (i < len && path[i] != '/')
			continue;
		err = add_component(b, path + start, i - start);
		if (err)
			return err;
		start = i + 1;
	}
	return 0;
}

static bool is_absolute(const char *path, size_t len)
{
	return path && len && path[0] == '/';
}

ssize_t path_normalize(const char *base, size_t base_len, const char *text, size_t text_len,
		       char *out, size_t size)
{
	struct builder b = {.out = out, .size = size};
	int err = 0;

	if (size < 2)
		return -ENAMETOOLONG;
	if (!is_absolute(text, text_len)) {
		if (!is_absolute(base, base_len))
			return -EINVAL;
		err = add_path(&b, base, base_len);
	}
	if (!err)
		err = add_path(&b, text, text_len);
	if (err)
		return err;
	if (!b.len)
		out[b.len++] = '/';
	out[b.len] = '\0';
	return b.len;
}

size_t path_directory_len(const char *path, size_t len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}
