/* SPDX-License-Identifier: Apache-2.0 */
#include "user/cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kern/container_id.h"

#define ID_DIGITS 64

const char *const cgroup_places[CGROUP_PLACES] = {"pids", "memory", ""};

/* Not <ctype.h>: the kernel side knows no locale. */
static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Start of an id in one component, NULL if it holds none. */
static const char *find_id(const char *name, size_t len)
{
	size_t start = 0;
	bool hex = true;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && is_alnum(name[i])) {
			hex = hex && is_hex(name[i]);
			continue;
		}
		if (hex && i - start == ID_DIGITS)
			return name + start;
		start = i + 1;
		hex = true;
	}
	return NULL;
}

/* A component as the kernel programs read it. */
static struct id_part named(const char *name, size_t len, bool second)
{
	unsigned char copy[NAME_BYTES] = {};

	if (len >= sizeof(copy))
		len = sizeof(copy) - 1;
	memcpy(copy, name, len);
	return second ? id_of_second(copy, len) : id_of_named(copy, len);
}

/* Whether the component from start on is the second one. */
static bool is_second(const char *path, size_t start)
{
	size_t slashes = 0;

	for (size_t i = 0; i < start; i++)
		slashes += path[i] == '/';
	return slashes == 2;
}

static bool id_in(const char *path, size_t start, size_t len, bool inner, struct cgroup_id *out)
{
	const char *name = path + start, *hex = find_id(name, len);
	struct id_part p = {};

	if (hex && id_of_monitor((const unsigned char *)name, hex - name))
		return false;
	if (hex) {
		*out = (struct cgroup_id){hex, ID_DIGITS, name + len};
		return true;
	}
	p = named(name, len, false);
	if (!p.len && inner && is_second(path, start))
		p = named(name, len, true);
	*out = (struct cgroup_id){name + p.from, p.len, name + len};
	return p.len;
}

bool cgroup_full_id(const char *path, size_t len, bool inner, struct cgroup_id *out)
{
	for (int depth = 0; depth < CGROUP_DEPTH_MAX && len; depth++) {
		size_t start = len;

		while (start && path[start - 1] != '/')
			start--;
		if (id_in(path, start, len - start, inner, out))
			return true;
		len = start ? start - 1 : 0;
	}
	return false;
}

void cgroup_short_id(const struct cgroup_id *id, char out[SHORT_SIZE])
{
	unsigned char copy[NAME_BYTES] = {};

	memcpy(copy, id->id, id->len < sizeof(copy) ? id->len : sizeof(copy) - 1);
	id_keep(out, copy, (struct id_part){0, id->len});
}

bool cgroup_container_id(const char *path, size_t len, bool inner, char id[SHORT_SIZE])
{
	struct cgroup_id full;

	if (cgroup_full_id(path, len, inner, &full)) {
		cgroup_short_id(&full, id);
		return true;
	}
	memset(id, 0, SHORT_SIZE);
	memcpy(id, "host", 4);
	return false;
}

/* A line of /proc/PID/cgroup: "number:controllers:path". */
struct line {
	const char *controllers;
	size_t controllers_len;
	const char *path;
	size_t path_len;
};

static bool parse_line(const char *text, size_t len, struct line *out)
{
	const char *first = memchr(text, ':', len), *second;

	if (!first)
		return false;
	second = memchr(first + 1, ':', text + len - first - 1);
	if (!second)
		return false;
	*out = (struct line){
		.controllers = first + 1,
		.controllers_len = second - first - 1,
		.path = second + 1,
		.path_len = text + len - second - 1,
	};
	return true;
}

/* Takes the next line off text; false at the end. */
static bool next_line(const char **text, size_t *len, struct line *out)
{
	while (*len) {
		const char *line = *text, *end = memchr(line, '\n', *len);
		size_t line_len = end ? (size_t)(end - line) : *len;

		*len -= line_len + (end ? 1 : 0);
		*text += line_len + (end ? 1 : 0);
		if (parse_line(line, line_len, out))
			return true;
	}
	return false;
}

/* The line of one hierarchy; "" is the unified one. */
static bool find_line(const char *text, size_t len, const char *controller, struct line *out)
{
	while (next_line(&text, &len, out))
		if (out->controllers_len == strlen(controller) &&
		    !memcmp(out->controllers, controller, out->controllers_len))
			return true;
	return false;
}

bool cgroup_choose(const char *text, size_t len, struct cgroup_place *out)
{
	struct line line;

	if (find_line(text, len, "", &line) && line.path_len > 1) {
		*out = (struct cgroup_place){"", line.path, line.path_len};
		return true;
	}
	for (size_t i = 0; i < CGROUP_PLACES; i++) {
		if (!find_line(text, len, cgroup_places[i], &line))
			continue;
		*out = (struct cgroup_place){cgroup_places[i], line.path, line.path_len};
		return true;
	}
	return false;
}

void cgroup_parse(const char *text, size_t len, bool inner, char id[SHORT_SIZE])
{
	struct cgroup_place place = {.path = ""};

	cgroup_choose(text, len, &place);
	cgroup_container_id(place.path, place.path_len, inner, id);
}

static bool has_option(const char *options, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = options; (at = strstr(at, name)); at += n)
		if ((at == options || at[-1] == ',') && (!at[n] || at[n] == ','))
			return true;
	return false;
}

int cgroup_mount_point(const char *controller, char *out, size_t size)
{
	FILE *f = fopen("/proc/self/mounts", "re");
	char line[4096], where[1024], type[64], options[1024];
	int err = -ENOENT;

	if (!f)
		return -errno;
	while (err == -ENOENT && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %1023s %63s %1023s", where, type, options) != 3)
			continue;
		if (strcmp(type, *controller ? "cgroup" : "cgroup2"))
			continue;
		if (*controller && !has_option(options, controller))
			continue;
		err = snprintf(out, size, "%s", where) < (int)size ? 0 : -ENAMETOOLONG;
	}
	fclose(f);
	return err;
}
