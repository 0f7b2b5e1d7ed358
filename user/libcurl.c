/* SPDX-License-Identifier: Apache-2.0 */
#include "user/libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

#include "user/log.h"

#define SONAME "libcurl.so.4"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct libcurl functions;
static bool is_loaded;

static void *find(void *handle, const char *name, bool *all)
{
	void *f = dlsym(handle, name);

	if (!f)
		*all = false;
	return f;
}

static void load_library(void)
{
	void *handle = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);
	bool all = true;

	if (!handle) {
		log_error("%s; install the package libcurl4", dlerror());
		return;
	}
#define F(name) functions.name = find(handle, "curl_" #name, &all);
	LIBCURL_FUNCTIONS(F)
#undef F
	if (!all) {
		log_error("%s lacks functions that every version has", SONAME);
		dlclose(handle);
		return;
	}
	functions.global_init(CURL_GLOBAL_DEFAULT);
	is_loaded = true;
}

const struct libcurl *libcurl(void)
{
	pthread_once(&once, load_library);
	return is_loaded ? &functions : NULL;
}
