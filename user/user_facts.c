/* SPDX-License-Identifier: Apache-2.0 */
#include "user/user_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include <bpf/bpf.h>

#include "user/log.h"
#include "user/users.h"
#include "user/watcher.h"

#define NS_PER_S 1000000000ULL
#define KEEP_S	 60 /* files of containers are not watched */

struct user_facts_of {
	struct user_facts_options o;
	struct watcher *watcher;
	struct reader_source source;
};

static void forget(struct user_facts_of *u)
{
	struct user_facts_key key;

	while (!bpf_map_get_next_key(u->o.map, NULL, &key) && !bpf_map_delete_elem(u->o.map, &key))
		;
	if (u->o.users)
		users_forget(u->o.users);
}

static void on_change(void *ctx, uint32_t events);

static void unwatch(struct user_facts_of *u)
{
	if (u->watcher)
		reader_remove(u->o.reader, &u->source);
	watcher_free(&u->watcher);
}

static void watch(struct user_facts_of *u)
{
	static const char *const names[] = {"passwd", "group"};
	char path[600];

	u->watcher = watcher_new();
	if (!u->watcher) {
		log_warn("changes of names of users are seen after %d s: %s", KEEP_S,
			 strerror(errno));
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", u->o.etc, names[i]);
		watcher_add(u->watcher, path);
	}
	u->source = (struct reader_source){watcher_fd(u->watcher), on_change, u};
	if (reader_add(u->o.reader, &u->source, EPOLLIN))
		watcher_free(&u->watcher);
}

/* Another file may have taken the place of the one that is watched. Watched before what was known
 * is forgotten, so that no change falls between. */
static void on_change(void *ctx, uint32_t events)
{
	struct user_facts_of *u = ctx;

	if (!watcher_take(u->watcher))
		return;
	log_debug("names of users have changed");
	unwatch(u);
	watch(u);
	forget(u);
}

int user_facts_open(struct user_facts_of **out, const struct user_facts_options *o)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->o = *o;
	return 0;
}

void user_facts_close(struct user_facts_of **u)
{
	if (!*u)
		return;
	unwatch(*u);
	free(*u);
	*u = NULL;
}

void user_facts_policy(struct user_facts_of *u, const struct facts_of *facts)
{
	if (!u->watcher && facts_count(facts, FACT_NAMES))
		watch(u);
}

static uint64_t until(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec + KEEP_S) * NS_PER_S + ts.tv_nsec;
}

int user_facts_learn(struct user_facts_of *u, const struct facts_of *facts,
		     const struct record_event *e)
{
	struct user_facts_key key = {
		.uid = e->rec->uid,
		.gid = e->rec->gid,
		.loginuid = e->rec->loginuid,
		.slot = IMAGE_SLOT(e->rec->generation),
	};
	struct user_facts f = {.until = until(), .generation = e->rec->generation};
	__u64 truth[PRED_WORDS] = {};
	int err;

	if (u->o.users)
		users_forget(
			u->o.users); /* names that were read a while ago last no longer for it */
	if (!facts_decide(facts, FACT_NAMES, &e->ev, truth))
		return 0;
	memcpy(key.container, e->rec->container, SHORT_SIZE);
	memcpy(f.bits, truth + PROC_WORDS, sizeof(f.bits));
	err = bpf_map_update_elem(u->o.map, &key, &f, BPF_ANY);
	if (err == -E2BIG) {
		forget(u);
		err = bpf_map_update_elem(u->o.map, &key, &f, BPF_ANY);
	}
	return err;
}
