/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_cgroup.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/util.h"

/* The last id in the path that has no letter or digit on either side. */
static const char *find_id(const char *path)
{
	const char *found = NULL;

	for (const char *at = path; *at;) {
		size_t n = 0;

		while (isalnum((unsigned char)at[n]))
			n++;
		if (n == RUNTIME_ID_DIGITS && strspn(at, "0123456789abcdef") >= n)
			found = at;
		at += n ? n : 1;
	}
	return found;
}

/* systemd writes "-" within a name as "\x2d". */
static void unescape(char *s)
{
	char *to = s, digits[3] = "";

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] == 'x' && isxdigit((unsigned char)s[2]) &&
		    isxdigit((unsigned char)s[3])) {
			memcpy(digits, s + 2, 2);
			*to++ = strtol(digits, NULL, 16);
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static bool take_name(const char *from, size_t len, char id[RUNTIME_NAME_MAX + 1])
{
	if (!len || len > RUNTIME_NAME_MAX)
		return false;
	memcpy(id, from, len);
	id[len] = '\0';
	unescape(id);
	return runtime_is_name(id);
}

/* The text in a component between a start and an end: "machine-" and ".scope". */
static bool find_form(const char *path, char id[RUNTIME_NAME_MAX + 1])
{
	static const struct {
		const char *start, *end;
	} forms[] = {
		{"/machine-", ".scope"}, {"/systemd-nspawn@", ".service"},
		{"/lxc.payload.", ""},	 {"/lxc.payload/", ""},
		{"/lxc/", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *at = strstr(path, forms[i].start), *end;

		if (!at)
			continue;
		at += strlen(forms[i].start);
		end = at + strcspn(at, "/");
		if (*forms[i].end) {
			const char *stop = strstr(at, forms[i].end);

			if (!stop || stop > end)
				continue;
			end = stop;
		}
		if (take_name(at, end - at, id))
			return true;
	}
	return false;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && !strcmp(name + n - m, end);
}

bool runtime_cgroup_id(const char *path, char id[RUNTIME_NAME_MAX + 1], bool *sure)
{
	const char *found = find_id(path), *last = strrchr(path, '/');

	*sure = found;
	if (found)
		return take_name(found, RUNTIME_ID_DIGITS, id);
	if (find_form(path, id))
		return true;
	if (!last || last == path || ends_in(path, ".service") || ends_in(path, ".slice") ||
	    ends_in(path, ".scope"))
		return false;
	return take_name(last + 1, strlen(last + 1), id);
}
