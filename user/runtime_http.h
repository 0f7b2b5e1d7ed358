/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a runtime that answers HTTP on a socket of the host. */
#pragma once
#include "user/buf.h"

struct json_object;
struct runtime_roots;

/* GET path from the socket, within RUNTIME_SOCKET_MS and RUNTIME_FILE_MAX. 0 with the answer's
 * JSON, to be put with runtime_json_put(); -ENOENT if there is no such socket, nobody behind it,
 * or the answer is 404; another -errno with why set. */
int runtime_http_get(const struct runtime_roots *roots, const char *socket, const char *path,
		     struct json_object **out, struct buf *why);
