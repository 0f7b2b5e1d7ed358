/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/event_args.h"

#include <string.h>

#include "gen/nearest.h"

#define GENERIC "ID nativeID"

static const struct row {
	const char *type, *category, *args;
} rows[] = {
#define FILE			   "file"
#define NET			   "net"
#define IPC			   "ipc"
#define MEMORY			   "memory"
#define PROCESS			   "process"
#define SLEEP			   "sleep"
#define SYSTEM			   "system"
#define SIGNAL			   "signal"
#define USER			   "user"
#define TIME			   "time"
#define PROCESSING		   "processing"
#define IO_READ			   "io_read"
#define IO_WRITE		   "io_write"
#define IO_OTHER		   "io_other"
#define WAIT			   "wait"
#define SCHEDULER		   "scheduler"
#define INTERNAL		   "internal"
#define OTHER			   "other"
#define ARGS(type, category, args) {type, category, args},
#define ARG_TYPE(name, type)
#include "gen/args.def"
#undef ARGS
#undef ARG_TYPE
};
#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct {
	const char *name;
	enum field_type type;
} types[] = {
#define ARGS(type, category, args)
#define ARG_TYPE(name, type) {name, TYPE_##type},
#include "gen/args.def"
#undef ARGS
#undef ARG_TYPE
};

static const struct row *find(const char *type)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!strcmp(rows[i].type, type))
			return &rows[i];
	}
	return NULL;
}

const char *event_args(const char *type)
{
	const struct row *r = find(type);

	return r ? r->args : GENERIC;
}

const char *event_category(const char *type)
{
	const struct row *r = find(type);

	return r ? r->category : "other";
}

static const struct {
	const char *category, *letters;
} refined[] = {{"file", "fd"}, {"net", "46"}, {"ipc", "puesi"}};
#define N_REFINED (sizeof(refined) / sizeof(refined[0]))

const char *event_category_letters(const char *category)
{
	size_t i;

	for (i = 0; i < N_REFINED; i++) {
		if (!strcmp(refined[i].category, category))
			return refined[i].letters;
	}
	return "";
}

const char *event_category_of(const char *type, char letter)
{
	const char *own = event_category(type);
	size_t i;

	for (i = 0; i < N_REFINED && letter && !strncmp(own, "io_", 3); i++) {
		if (strchr(refined[i].letters, letter))
			return refined[i].category;
	}
	return own;
}

bool event_reads(const char *type)
{
	return !strcmp(event_category(type), IO_READ) || !strcmp(type, "copy_file_range");
}

/* sendfile is not one of them in Falco. */
bool event_writes(const char *type)
{
	if (!strcmp(type, "copy_file_range") || !strcmp(type, "io_uring_enter"))
		return true;
	return !strcmp(event_category(type), IO_WRITE) && strcmp(type, "sendfile");
}

bool event_waits(const char *type)
{
	if (!strcmp(type, "epoll_create") || !strcmp(type, "epoll_create1"))
		return false;
	return !strcmp(event_category(type), WAIT) || !strcmp(event_category(type), SLEEP);
}

/* The next name of a list; *args is moved behind it. NULL at the end. */
static const char *next_name(const char **args, size_t *len)
{
	const char *name = *args + strspn(*args, " ");

	*len = strcspn(name, " ");
	*args = name + *len;
	return *len ? name : NULL;
}

static bool has_name(const char *args, const char *name)
{
	size_t len, wanted = strlen(name);
	const char *s;

	while ((s = next_name(&args, &len))) {
		if (len == wanted && !memcmp(s, name, len))
			return true;
	}
	return false;
}

bool event_has_arg(const char *type, const char *name)
{
	return has_name(event_args(type), name);
}

const char *event_arg_at(const char *type, size_t n, size_t *len)
{
	const char *args = event_args(type), *s;

	do
		s = next_name(&args, len);
	while (s && n--);
	return s;
}

bool event_arg_exists(const char *name)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (has_name(rows[i].args, name))
			return true;
	}
	return has_name(GENERIC, name);
}

const char *event_arg_nearest(const char *name)
{
	static _Thread_local char copies[2][64];
	struct nearest n = {.wanted = name};
	unsigned spare = 0;

	for (size_t i = 0; i < N_ROWS; i++) {
		const char *args = rows[i].args, *s;
		size_t len;

		while ((s = next_name(&args, &len))) {
			if (len >= sizeof(copies[0]))
				continue;
			memcpy(copies[spare], s, len);
			copies[spare][len] = '\0';
			nearest_offer(&n, copies[spare]);
			spare = n.best == copies[spare] ? !spare : spare;
		}
	}
	return n.best;
}

enum field_type event_arg_type(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strcmp(types[i].name, name))
			return types[i].type;
	}
	return TYPE_STR;
}
