/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, loaded when the first sink needs it: with the libraries that it needs in turn it is
 * several times the size of everything else, and most detectors only write to stdout.
 */
#pragma once
#include <curl/curl.h>

#define LIBCURL_FUNCTIONS(F)                                                                       \
	F(global_init)                                                                             \
	F(easy_init)                                                                               \
	F(easy_setopt)                                                                             \
	F(easy_getinfo)                                                                            \
	F(easy_perform)                                                                            \
	F(easy_strerror)                                                                           \
	F(easy_cleanup)                                                                            \
	F(slist_append)                                                                            \
	F(slist_free_all)

struct libcurl {
#define F(name) __typeof__(curl_##name) *name;
	LIBCURL_FUNCTIONS(F)
#undef F
};

/* Loads and initialises it at the first call; NULL, after saying why, if it cannot be had. */
const struct libcurl *libcurl(void);
/* Nothing is sent for a while: its code leaves memory until it is used again. Three quarters of
 * what the daemon would need with it are code that only the start of a connection runs through. */
void libcurl_rest(void);
