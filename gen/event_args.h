/* SPDX-License-Identifier: Apache-2.0 */
/* gen/args.def as tables: which arguments an event type carries, under Falco's names. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/field.h"

/* The names, in order, one blank between two; of types that are not looked into: "ID nativeID". */
const char *event_args(const char *type);
/* "file", "process", ...: what evt.category says of the type by itself. */
const char *event_category(const char *type);
/* The category of reads and writes is that of their descriptor, by its letter (fd.typechar), if it
 * is a file, a socket or a pipe; else the type's own. */
const char *event_category_of(const char *type, char letter);
/* Letters of the descriptors that make it "file", "net" or "ipc"; "" for other categories. */
const char *event_category_letters(const char *category);
/* Whether it is a call that moves data from or to a descriptor, or waits. */
bool event_reads(const char *type);
bool event_writes(const char *type);
bool event_waits(const char *type);
bool event_has_arg(const char *type, const char *name);
/* Name and length of argument number n, from 0; NULL if there are fewer. */
const char *event_arg_at(const char *type, size_t n, size_t *len);
/* Whether any event type has it. */
bool event_arg_exists(const char *name);
/* The known name that is nearest in edits, NULL if none is near. Valid until the next call. */
const char *event_arg_nearest(const char *name);
/* Of evt.rawarg.NAME. */
enum field_type event_arg_type(const char *name);
