/* SPDX-License-Identifier: Apache-2.0 */
/* What the events of a type can carry: kern/calls.def as a table, and which fields follow from it.
 */
#pragma once
#include <stdbool.h>
#include "gen/event_set.h"

/* known is 0 for types without a row. */
struct call_shape call_shape(enum event_id type);
bool event_is_open(enum event_id type); /* of the open family */
/* Whether its events are about a descriptor: those of the open family are. */
bool event_has_fd(enum event_id type);
/* Whether it can be one of a socket. */
bool event_has_socket(enum event_id type);

enum call_path { CALL_PATH_NONE, CALL_PATH_FIRST, CALL_PATH_SECOND };
/* Which path of the call a field fs.path.* means; NONE for the open family and for what no event of
 * the type has. */
enum call_path call_path_of(enum event_id type, enum field_id field);
/* Whether no event of the type has a value for the field. */
bool event_lacks(enum event_id type, enum field_id field);
/* The types for which that depends on the type. */
struct event_set types_lacking(enum field_id field);
/* The types for which call_path_of() says so. */
struct event_set types_with_path(enum field_id field, enum call_path which);
