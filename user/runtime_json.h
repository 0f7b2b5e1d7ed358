/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that runtimes write, read with json-c. Texts of it may be any bytes: json-c takes those
 * that are not UTF-8 as they are. A text that nests deeper than RUNTIME_JSON_DEPTH or has more
 * than RUNTIME_JSON_VALUES values is refused before memory is spent on it; an array or object
 * counts as ten.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "user/buf.h"

#define RUNTIME_JSON_DEPTH  64
#define RUNTIME_JSON_VALUES 500000

struct json_object;
struct container_info;
struct container_labels;

/* 0; -EAGAIN for a text that ends in the middle, or is empty: it is being written; -EBADMSG, with
 * why set, for anything else that is not one JSON value. To be put with runtime_json_put. */
int runtime_json_parse(const char *text, size_t len, struct json_object **out, struct buf *why);
/* A file below dir (user/runtime_file.h). Why names it, as name. */
int runtime_json_file(int dir, const char *path, struct json_object **out, struct buf *why);
void runtime_json_put(struct json_object **o);
#define _cleanup_json_ __attribute__((cleanup(runtime_json_put)))

/* A member of a member ...: names end with NULL. NULL if there is none, or it is null. */
struct json_object *runtime_json_get(struct json_object *o, const char *name, ...)
	__attribute__((sentinel));
/* NULL if it is no text. */
const char *runtime_json_text(struct json_object *o);
/* Text of a member, NULL if there is none or it is no text. */
const char *runtime_json_member(struct json_object *o, const char *name);
enum answer runtime_json_bool(struct json_object *o, const char *name);
int64_t runtime_json_number(struct json_object *o);    /* 0 if it is none */
size_t runtime_json_length(struct json_object *array); /* 0 if it is no array */
struct json_object *runtime_json_at(struct json_object *array, size_t i);
/* Calls each for every member of an object, in the order of the text. */
void runtime_json_each(struct json_object *object,
		       void (*each)(void *to, const char *name, struct json_object *value),
		       void *to);
/* RFC 3339 time as ns since 1970, 0 if it is none or before 1970. */
int64_t runtime_json_time(const char *text);

/* ---- into container_info ---- */

/* All texts of an object. labels becomes known. */
void runtime_json_labels(struct container_info *info, struct container_labels *labels,
			 struct json_object *object);
void runtime_json_env(struct container_info *info, struct json_object *array);
