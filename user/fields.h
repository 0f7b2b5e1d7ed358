/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The getters of records: get_<ID>() for each row of kern/fields.def. A row without one does not
 * link. Texts are either in the record or built in the field's own e->text, so that two fields
 * can be looked at side by side.
 *
 *   user/fields.c       the table; ids and names of users, the container
 *   user/fields_event.c times, arguments, kinds of events
 *   user/fields_proc.c  command lines, the working directory
 *   user/fields_kin.c   parents, ancestors, leaders of sessions and groups
 *   user/fields_task.c  what the kernel or /proc says of the process: see user/procfs.h
 *   user/fields_fds.c   its open descriptors
 *   user/fields_file.c  file descriptors and paths
 *   user/fields_net.c   sockets
 *   user/fields_container.c what the container's runtime knows
 */
#pragma once
#include "user/record.h"

/* A getter sets str and len, or num, of *out; the type is settled by the caller. */
#define GETTER(id) enum have get_##id(struct record_event *e, const char *arg, struct value *out)

/* Rows of these kinds have one getter in common. */
#define FIELD_GETTER_ALWAYS(id) GETTER(id);
#define FIELD_GETTER_SOME(id)	GETTER(id);
#define FIELD_GETTER_NET(id)	GETTER(id);
#define FIELD_GETTER_IO(id)
#define FIELD_GETTER_TWO(id) GETTER(id);
#define FIELD_GETTER_NEVER(id)
#define FIELD_GETTER_LATER(id)
#define FIELD(id, name, type, index, source, presence, doc) FIELD_GETTER_##presence(id)
#define FIELD_KERNEL_END
#include "kern/fields.def"
#undef FIELD
#undef FIELD_KERNEL_END

/* For getters: they return what the getter returns. */
enum have field_number(struct value *out, int64_t n);
enum have field_text(struct value *out, const char *s);
/* A copy in the field's own text; unknown if the record says so of the field. */
enum have field_copy(struct record_event *e, enum field_id f, const char *s, size_t len,
		     struct value *out);
enum have field_copy_tail(struct record_event *e, enum field_id f, enum tail_id t,
			  struct value *out);
/* The same without a look at the record; false if there is no memory. */
bool field_copy_text(struct record_event *e, enum field_id f, const char *s, size_t len,
		     struct value *out);
/* Room for a text of len bytes and its NUL; NULL if there is no memory. */
char *field_room(struct record_event *e, enum field_id f, size_t len);

/* Whether the kernel could not read the field to the end. */
bool field_is_unknown(const struct record_event *e, enum field_id f);
/* Whether the event is one of the open family. */
bool field_is_open(const struct record_event *e);
bool field_is_exec(const struct record_event *e);
/* Whether the record has the arguments of the system call. */
bool field_has_registers(const struct record_event *e);
/* Path n (1 or 2) of the call, absolute and normal; of an open in the current view. */
enum have field_path(struct record_event *e, unsigned n, struct value *out);
bool field_is_host(const struct record_event *e);
/* If the descriptor is a socket, true, and what fd.name is. */
bool field_socket_name(struct record_event *e, struct value *out, enum have *have);
/* Name of the event's type. */
const char *field_event_type(const struct record_event *e);
/* Number in an argument, or -1. */
long field_parse_index(const char *arg);
/* What /proc says of the record's process; NULL if there is nothing to be told of it any more. */
struct procfs *field_task(struct record_event *e);
/* Of a process by its id, NULL if it is gone or began after the event. The caller frees it. */
struct procfs *field_other(const struct record_event *e, uint32_t pid);
/* proc.name, a blank and the arguments of argv, as proc.cmdline has them. */
bool field_command_line(struct record_event *e, enum field_id f, const char *name, const char *argv,
			size_t len, struct value *out);
/* From another time to that of the event, in nanoseconds. A record's time can be any number. */
int64_t field_since(const struct record_event *e, int64_t then);
