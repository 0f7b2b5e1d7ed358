/* SPDX-License-Identifier: Apache-2.0 */
#include "user/post.h"

#include "user/curl.h"
#include "user/libcurl.h"

enum delivery_result post_send(void *state, const char *text, size_t len, struct delivery_try *t)
{
	return poster_send(state, NULL, text, len, t);
}

void post_rest(void *state)
{
	libcurl_rest();
}

void post_close(void *state)
{
	poster_free(state);
}
