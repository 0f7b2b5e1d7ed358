/* SPDX-License-Identifier: Apache-2.0 */
#include "user/libcurl.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* ---- memory ---- */

static unsigned n_before; /* objects that were there before it */

static int count_object(struct dl_phdr_info *info, size_t size, void *n)
{
	++*(unsigned *)n;
	return 0;
}

/* The pages of one that are as in its file: mapped again when they are used. */
static int rest_object(struct dl_phdr_info *info, size_t size, void *n)
{
	uintptr_t page = sysconf(_SC_PAGESIZE);

	if (++*(unsigned *)n <= n_before)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t begin = info->dlpi_addr + p->p_vaddr, end = begin + p->p_filesz;

		begin &= ~(page - 1);
		end &= ~(page - 1);
		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && begin < end)
			madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 0;
}

void libcurl_rest(void)
{
	unsigned n = 0;

	if (is_loaded)
		dl_iterate_phdr(rest_object, &n);
}

/* ---- loading ---- */

static void load_library(void)
{
	void *handle;
	bool all = true;

	dl_iterate_phdr(count_object, &n_before);
	handle = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);
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
	libcurl_rest();
}

const struct libcurl *libcurl(void)
{
	pthread_once(&once, load_library);
	return is_loaded ? &functions : NULL;
}
