/* SPDX-License-Identifier: Apache-2.0 */
#include "user/runtime_json.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "user/container_info.h"
#include "user/runtime_file.h"
#include "user/util.h"

/* Whether there are more values than we take. json-c makes room for some items in each array and
 * object, so that a text of brackets would become some hundred times as long. */
static bool is_too_much(const char *text, size_t len)
{
	bool inside = false;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (inside && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			inside = !inside;
		else if (!inside && (text[i] == '{' || text[i] == '['))
			n += 10;
		else if (!inside && text[i] == ',')
			n++;
	}
	return n > RUNTIME_JSON_VALUES;
}

int runtime_json_parse(const char *text, size_t len, struct json_object **out, struct buf *why)
{
	struct json_tokener *t;
	enum json_tokener_error err;
	struct json_object *o;
	size_t end;

	*out = NULL;
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (!len)
		return -EAGAIN;
	if (len > INT_MAX || is_too_much(text, len)) {
		buf_printf(why, "has more than %d values", RUNTIME_JSON_VALUES);
		return -EBADMSG;
	}
	t = json_tokener_new_ex(RUNTIME_JSON_DEPTH);
	if (!t)
		return -ENOMEM;
	o = json_tokener_parse_ex(t, text, len);
	err = json_tokener_get_error(t);
	end = json_tokener_get_parse_end(t);
	json_tokener_free(t);
	if (err == json_tokener_success && o && end == len) {
		*out = o;
		return 0;
	}
	json_object_put(o);
	if (err == json_tokener_continue)
		return -EAGAIN;
	buf_printf(why, "is no JSON at byte %zu: %s", end,
		   err == json_tokener_success ? "more text than one value"
					       : json_tokener_error_desc(err));
	return -EBADMSG;
}

int runtime_json_file(int dir, const char *path, struct json_object **out, struct buf *why)
{
	_cleanup_free_ char *text = NULL;
	struct buf what = {};
	size_t len;
	int err = runtime_read(dir, path, &text, &len);

	*out = NULL;
	if (err == -ENOENT || err == -ENOTDIR)
		return -ENOENT;
	if (err) {
		buf_printf(why, "%s: %s", path, strerror(-err));
		return err;
	}
	err = runtime_json_parse(text, len, out, &what);
	if (err)
		buf_printf(why, "%s %s", path, what.len ? buf_text(&what) : "ends in the middle");
	buf_free(&what);
	return err;
}

void runtime_json_put(struct json_object **o)
{
	json_object_put(*o);
	*o = NULL;
}

/* ---- looking inside ---- */

struct json_object *runtime_json_get(struct json_object *o, const char *name, ...)
{
	va_list ap;

	va_start(ap, name);
	for (; name && o; name = va_arg(ap, const char *)) {
		struct json_object *next = NULL;

		if (json_object_is_type(o, json_type_object))
			json_object_object_get_ex(o, name, &next);
		o = next;
	}
	va_end(ap);
	return o;
}

const char *runtime_json_text(struct json_object *o)
{
	return json_object_is_type(o, json_type_string) ? json_object_get_string(o) : NULL;
}

const char *runtime_json_member(struct json_object *o, const char *name)
{
	return runtime_json_text(runtime_json_get(o, name, NULL));
}

enum answer runtime_json_bool(struct json_object *o, const char *name)
{
	struct json_object *v = runtime_json_get(o, name, NULL);

	if (!json_object_is_type(v, json_type_boolean))
		return ANSWER_UNKNOWN;
	return json_object_get_boolean(v) ? ANSWER_YES : ANSWER_NO;
}

int64_t runtime_json_number(struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : 0;
}

size_t runtime_json_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *runtime_json_at(struct json_object *array, size_t i)
{
	return i < runtime_json_length(array) ? json_object_array_get_idx(array, i) : NULL;
}

void runtime_json_each(struct json_object *object,
		       void (*each)(void *to, const char *name, struct json_object *value),
		       void *to)
{
	if (!json_object_is_type(object, json_type_object))
		return;
	json_object_object_foreach(object, name, value)
	{
		each(to, name, value);
	}
}

int64_t runtime_json_time(const char *text)
{
	struct tm tm = {};
	int64_t seconds, ns = 0, unit = 100000000;
	int hours = 0, minutes = 0;
	char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;

	if (!end)
		return 0;
	if (*end == '.') {
		for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
			ns += (*end - '0') * unit;
	}
	if (*end == '+' || *end == '-') {
		if (sscanf(end + 1, "%2d:%2d", &hours, &minutes) != 2)
			return 0;
		if (*end == '-') {
			hours = -hours;
			minutes = -minutes;
		}
	} else if (*end != 'Z') {
		return 0;
	}
	seconds = (int64_t)timegm(&tm) - hours * 3600 - minutes * 60;
	if (seconds <= 0 || seconds > INT64_MAX / 1000000000 - 1)
		return 0;
	return seconds * 1000000000 + ns;
}

/* ---- into container_info ---- */

struct label_target {
	struct container_info *info;
	struct container_labels *labels;
};

static void add_label(void *to, const char *name, struct json_object *value)
{
	const struct label_target *t = to;
	const char *text = runtime_json_text(value);

	if (text)
		container_add_label(t->info, t->labels, name, text);
}

void runtime_json_labels(struct container_info *info, struct container_labels *labels,
			 struct json_object *object)
{
	struct label_target t = {info, labels};

	labels->known = true;
	runtime_json_each(object, add_label, &t);
}

void runtime_json_env(struct container_info *info, struct json_object *array)
{
	info->env_known = true;
	for (size_t i = 0; i < runtime_json_length(array); i++) {
		const char *text = runtime_json_text(runtime_json_at(array, i));

		if (text)
			container_add_env(info, text);
	}
}
