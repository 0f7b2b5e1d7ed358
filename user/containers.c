/* SPDX-License-Identifier: Apache-2.0 */
#include "user/containers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "user/cgroup.h"
#include "user/cgroup_tree.h"
#include "user/container_worker.h"
#include "user/log.h"

#define NS_PER_S  1000000000LL
#define NS_PER_MS 1000000LL
#define BUCKETS	  1024
#define MOST	  8192		    /* containers: half the room of the kernel's map */
#define KEPT_MOST ((size_t)4 << 20) /* bytes of records that wait */
#define ASK_AGAIN (5 * NS_PER_S)    /* for one that nobody knew */

enum state { STATE_ASKED, STATE_KNOWN, STATE_UNKNOWN };

struct kept {
	struct kept *next;
	uint64_t number;
	size_t size;
	unsigned char data[];
};

struct entry {
	char id[SHORT_SIZE];
	enum state state;
	bool asked; /* a question is under way */
	bool gone;  /* its cgroup is */
	bool twice; /* another cgroup bears its id, too */
	uint64_t question;
	int64_t until; /* records wait till then */
	int64_t asked_at;
	char *full, *cgroup; /* id and path; NULL: not known */
	struct container_info *info;
	struct kept *first, **last;
	struct entry *next;
};

struct containers {
	struct containers_options o;
	struct cgroup_tree *tree;
	struct container_worker *worker;
	struct reader_source answers, timer;
	struct entry *buckets[BUCKETS];
	size_t n, sweep_at;
	uint64_t questions;
	size_t kept; /* bytes */
	struct {
		const struct facts_of *facts;
		uint32_t generation;
	} policies[IMAGE_SLOTS];
	struct record none; /* of a container alone: what facts are decided by */
	struct record_event about;
	struct containers_counts counts;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static const char host[SHORT_SIZE] = "host";

static bool is_host(const char *id)
{
	return !memcmp(id, host, SHORT_SIZE);
}

/* ---- the table ---- */

static struct entry **find(struct containers *c, const char *id)
{
	uint32_t h = 2166136261u;
	struct entry **at;

	for (int i = 0; i < SHORT_SIZE; i++)
		h = (h ^ (unsigned char)id[i]) * 16777619u;
	at = &c->buckets[h % BUCKETS];
	while (*at && memcmp((*at)->id, id, SHORT_SIZE))
		at = &(*at)->next;
	return at;
}

static void forget_facts(struct containers *c, const char *id)
{
	struct facts_key key = {};

	memcpy(key.container, id, SHORT_SIZE);
	for (key.slot = 0; key.slot < IMAGE_SLOTS; key.slot++)
		bpf_map_delete_elem(c->o.facts, &key);
}

/* Nothing of it waits. */
static void drop(struct containers *c, struct entry **at)
{
	struct entry *e = *at;

	*at = e->next;
	c->n--;
	forget_facts(c, e->id);
	container_info_free(&e->info);
	free(e->full);
	free(e->cgroup);
	free(e);
}

/* Notices that were lost: cgroups that are gone all the same. Each time there are twice as many. */
static void sweep(struct containers *c)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct entry **at = &c->buckets[i];

		while (*at) {
			struct entry *e = *at;

			if (!e->first && !e->asked && e->cgroup &&
			    !cgroup_tree_has(c->tree, e->cgroup))
				drop(c, at);
			else
				at = &e->next;
		}
	}
	c->sweep_at = 2 * c->n + 256;
}

static struct entry *add(struct containers *c, const char *id)
{
	struct entry *e, **at;

	if (c->n >= c->sweep_at)
		sweep(c);
	if (c->n >= MOST)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	memcpy(e->id, id, SHORT_SIZE);
	e->last = &e->first;
	at = find(c, id);
	e->next = *at;
	*at = e;
	c->n++;
	return e;
}

/* Parts that no alert waits for: addresses and labels of pods, which may come much later. */
#define PARTS_LATE (PART_NET | PART_POD_LABELS)

/* Whether records need not wait any more. */
static bool is_told(const struct entry *e)
{
	if (e->state == STATE_KNOWN)
		return !e->asked || !(e->info->later & ~PARTS_LATE);
	return e->state == STATE_UNKNOWN;
}

/* ---- what the kernel is told ---- */

static int tell(struct containers *c, int slot, const char *id, const struct container_info *info,
		bool final)
{
	struct facts_key key = {.slot = slot};
	struct facts f = {.generation = c->policies[slot].generation};
	struct record_event *e = &c->about;

	if (!c->policies[slot].facts)
		return 0;
	memcpy(key.container, id, SHORT_SIZE);
	memset(e->container, 0, sizeof(e->container));
	memcpy(e->container, key.container, SHORT_SIZE);
	e->container_info = info;
	e->info_final = final;
	f.sure = facts_decide(c->policies[slot].facts, FACT_CONTAINER, &e->ev, f.bits);
	return bpf_map_update_elem(c->o.facts, &key, &f, BPF_ANY);
}

static void tell_all(struct containers *c, const struct entry *e)
{
	for (int slot = 0; slot < IMAGE_SLOTS && !e->twice; slot++) {
		int err = tell(c, slot, e->id, e->info, !e->asked);

		if (err)
			log_warn("container %.12s: the kernel cannot be told of it, rules about it "
				 "are decided outside: %s",
				 e->id, strerror(-err));
	}
}

int containers_policy(struct containers *c, const struct facts_of *facts, uint32_t generation)
{
	int slot = IMAGE_SLOT(generation), err;

	c->policies[slot].facts = facts;
	c->policies[slot].generation = generation;
	if (!facts)
		return 0;
	err = tell(c, slot, host, NULL, true);
	for (size_t i = 0; i < BUCKETS && !err; i++) {
		for (struct entry *e = c->buckets[i]; e && !err; e = e->next)
			if (e->state == STATE_KNOWN && !e->twice)
				err = tell(c, slot, e->id, e->info, !e->asked);
	}
	return err;
}

/* ---- records that wait ---- */

/* Those of an entry, in order. It does not wait any more, or its time is over. */
static void release(struct containers *c, struct entry *e)
{
	struct kept *k, *next;

	k = e->first;
	e->first = NULL;
	e->last = &e->first;
	for (; k; k = next) {
		next = k->next;
		c->kept -= k->size;
		c->o.release(c->o.ctx, k->data, k->size, k->number);
		free(k);
	}
}

/* The next time at which something has waited long enough. */
static void set_timer(struct containers *c)
{
	struct itimerspec t = {};
	int64_t at = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		for (const struct entry *e = c->buckets[i]; e; e = e->next)
			if (e->first && (!at || e->until < at))
				at = e->until;
	}
	if (at)
		t.it_value = (struct timespec){at / NS_PER_S, at % NS_PER_S};
	timerfd_settime(c->timer.fd, TFD_TIMER_ABSTIME, &t, NULL);
}

static void on_time(void *ctx, uint32_t events)
{
	struct containers *c = ctx;
	int64_t t = now();
	uint64_t n;

	if (read(c->timer.fd, &n, sizeof(n)) != sizeof(n))
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry *e = c->buckets[i]; e; e = e->next) {
			if (!e->first || e->until > t)
				continue;
			for (struct kept *k = e->first; k; k = k->next)
				c->counts.late++;
			log_debug("container %.12s: its runtime has not told of it in time", e->id);
			release(c, e);
		}
	}
	set_timer(c);
}

void containers_release(struct containers *c)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry *e = c->buckets[i]; e; e = e->next) {
			e->until = 0;
			release(c, e);
		}
	}
}

bool containers_keep(struct containers *c, const struct record_event *ev)
{
	struct entry *e = *find(c, ev->container);
	size_t size = ev->rec->size;
	struct kept *k = NULL;
	bool first = e && !e->first;

	if (e && c->kept + size <= KEPT_MOST)
		k = malloc(sizeof(*k) + size);
	if (!k) {
		if (e) {
			e->until = 0;
			release(c, e);
		}
		return false;
	}
	*k = (struct kept){.number = ev->number, .size = size};
	memcpy(k->data, ev->rec, size);
	*e->last = k;
	e->last = &k->next;
	c->kept += size;
	c->counts.waited++;
	if (first)
		set_timer(c);
	return true;
}

/* ---- questions and answers ---- */

/* patient: it was just made, its runtime may not have written of it. */
static void ask(struct containers *c, struct entry *e, bool patient)
{
	struct container_question q = {.number = ++c->questions, .until = 0};

	e->asked_at = now();
	if (e->asked || !e->full)
		return;
	q.id = strdup(e->full);
	q.cgroup = strdup(e->cgroup);
	if (patient)
		q.until = e->asked_at + c->o.wait_ms * NS_PER_MS;
	e->asked = q.id && q.cgroup && !container_worker_ask(c->worker, &q);
	e->question = q.number;
	if (!e->asked) {
		free(q.id);
		free(q.cgroup);
	}
}

/* Who can make cgroups can give one the id of a container: what is known of the container is not
 * said of the other cgroup, and not of ids in the kernel. The first one stays what it was. */
static void distrust(struct containers *c, struct entry *e, const char *path, size_t len)
{
	if (e->twice)
		return;
	log_warn("container %.12s: a second cgroup bears its id and is not believed: %.*s", e->id,
		 (int)len, path);
	e->twice = true;
	forget_facts(c, e->id);
}

/* Whether a record comes from the cgroup of the entry or from one below it. */
static bool is_of(const struct containers *c, const struct entry *e, const struct record_event *ev)
{
	char path[NOTICE_PATH_MAX];
	size_t len = strlen(e->cgroup);

	if (cgroup_tree_path(c->tree, ev->rec->cgroup, path, sizeof(path)))
		return false;
	return !strncmp(path, e->cgroup, len) && (!path[len] || path[len] == '/');
}

/* Begins an entry, or begins it anew: its container was started again. */
static struct entry *begin(struct containers *c, const char *path, size_t len, bool inner,
			   bool patient)
{
	char id[SHORT_SIZE];
	struct cgroup_id full;
	struct entry *e;

	if (!cgroup_full_id(path, len, inner, &full))
		return NULL;
	cgroup_short_id(&full, id);
	len = full.end - path; /* the container's own cgroup is meant, not one below */
	e = *find(c, id);
	if (e && !e->gone && e->full) {
		if (strlen(e->cgroup) != len || memcmp(e->cgroup, path, len))
			distrust(c, e, path, len);
		return e;
	}
	if (!e)
		e = add(c, id);
	if (!e)
		return NULL;
	e->gone = false;
	free(e->full);
	free(e->cgroup);
	e->full = strndup(full.id, full.len);
	e->cgroup = strndup(path, len);
	if (!e->full || !e->cgroup) {
		free(e->full);
		e->full = NULL;
	}
	e->state = STATE_ASKED;
	e->until = now() + c->o.wait_ms * NS_PER_MS;
	ask(c, e, patient);
	if (!e->asked)
		e->state = STATE_UNKNOWN;
	return e;
}

static struct entry **find_question(struct containers *c, uint64_t number)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct entry **at = &c->buckets[i]; *at; at = &(*at)->next)
			if ((*at)->asked && (*at)->question == number)
				return at;
	}
	return NULL;
}

static void take_answer(struct containers *c, struct container_answer *a)
{
	struct entry **at = find_question(c, a->number), *e = at ? *at : NULL;

	if (!e)
		return;
	e->asked = !a->last;
	if (a->why)
		log_warn("container %.12s: %s", e->id, a->why);
	if (a->info) {
		container_info_free(&e->info);
		e->info = a->info;
		a->info = NULL;
		c->counts.known += e->state != STATE_KNOWN;
		e->state = STATE_KNOWN;
		tell_all(c, e);
	} else if (e->state != STATE_KNOWN) {
		e->state = STATE_UNKNOWN;
		c->counts.unknown++;
		log_debug("container %.12s: no runtime knows it", e->id);
	}
	if (is_told(e))
		release(c, e);
	if (e->gone && !e->asked)
		drop(c, find(c, e->id));
}

static void on_answers(void *ctx, uint32_t events)
{
	struct containers *c = ctx;
	struct container_answer *a = container_worker_take(c->worker), *next;

	for (; a; a = next) {
		next = a->next;
		take_answer(c, a);
		container_answer_free(a);
	}
	set_timer(c);
}

/* ---- where they come from ---- */

static void on_found(void *ctx, const char *path, size_t len)
{
	begin(ctx, path, len, false, false);
}

void containers_scan(struct containers *c)
{
	cgroup_tree_walk(c->tree, on_found, c);
}

static void end(struct containers *c, const char *path, size_t len)
{
	char id[SHORT_SIZE];
	struct cgroup_id full;
	struct entry **at;

	/* Not one below it. */
	if (!cgroup_full_id(path, len, true, &full) || full.end != path + len)
		return;
	cgroup_short_id(&full, id);
	at = find(c, id);
	if (!*at || ((*at)->full && strncmp((*at)->full, full.id, full.len)))
		return;
	if ((*at)->cgroup && (strlen((*at)->cgroup) != len || memcmp((*at)->cgroup, path, len)))
		return; /* another one of that id */
	(*at)->gone = true;
	if (!(*at)->asked && !(*at)->first)
		drop(c, at);
}

int containers_notice(struct containers *c, const void *data, size_t size)
{
	const struct notice *n = data;

	if (size < sizeof(*n) || n->len >= sizeof(n->path))
		return -EBADMSG;
	if (n->what == NOTICE_MADE)
		begin(c, n->path, n->len, false, true);
	else
		end(c, n->path, n->len);
	return 0;
}

/* One that nobody told of: its cgroup, if it is still there, says the rest. */
static struct entry *meet(struct containers *c, const struct record_event *ev)
{
	char path[NOTICE_PATH_MAX];
	struct entry *e = NULL;

	if (!cgroup_tree_path(c->tree, ev->rec->cgroup, path, sizeof(path)))
		e = begin(c, path, strlen(path), true, true);
	if (e && !memcmp(e->id, ev->container, SHORT_SIZE))
		return e;
	e = *find(c, ev->container);
	if (!e)
		e = add(c, ev->container);
	if (e)
		e->state = STATE_UNKNOWN;
	return e;
}

bool containers_look(struct containers *c, struct record_event *ev)
{
	struct entry *e;

	ev->container_info = NULL;
	ev->info_final = true;
	if (is_host(ev->container))
		return true;
	e = *find(c, ev->container);
	if (!e)
		e = meet(c, ev);
	if (!e)
		return true;
	if (e->state == STATE_UNKNOWN && !e->asked && now() - e->asked_at > ASK_AGAIN)
		ask(c, e, false);
	if (e->twice && !is_of(c, e, ev))
		return true;
	ev->container_info = e->info;
	ev->info_final = e->state != STATE_ASKED && !e->asked;
	/* in order: not before those that wait */
	return !e->first && (is_told(e) || now() >= e->until);
}

/* The host counts as a container: its name is that of the host, it has no image. */
static int add_host(struct containers *c)
{
	struct entry *e = memcmp(c->o.host, host, SHORT_SIZE) ? add(c, c->o.host) : NULL;
	struct container_info *info = e ? container_info_new() : NULL;

	if (!e)
		return 0;
	if (!info)
		return -ENOMEM;
	info->reader = "host";
	info->type = "host";
	info->full_id = container_text(info, e->id);
	info->name = container_text(info, c->o.hostname ? c->o.hostname : "host");
	info->image = info->image_repository = info->image_tag = info->image_digest = "";
	info->privileged = info->host_pid = info->host_network = info->host_ipc = ANSWER_YES;
	info->labels.known = info->mounts_known = true;
	e->info = info;
	e->state = STATE_KNOWN;
	return 0;
}

/* ---- */

int containers_open(struct containers **out, const struct containers_options *o)
{
	struct containers *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	*out = c;
	if (!c)
		return err;
	c->o = *o;
	c->sweep_at = 256;
	c->answers = (struct reader_source){-1, on_answers, c};
	c->timer = (struct reader_source){-1, on_time, c};
	record_event_init(&c->about, NULL);
	c->about.rec = &c->none;
	memset(&c->o.roots, 0, sizeof(c->o.roots));
	if (!runtime_roots_copy(&c->o.roots, &o->roots) && (c->tree = cgroup_tree_new()))
		c->worker = container_worker_new(&c->o.roots);
	if (!c->worker)
		goto fail;
	c->answers.fd = container_worker_fd(c->worker);
	c->timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (c->timer.fd < 0) {
		err = -errno;
		goto fail;
	}
	err = add_host(c);
	if (!err)
		err = reader_add(o->reader, &c->answers, EPOLLIN);
	if (!err)
		err = reader_add(o->reader, &c->timer, EPOLLIN);
	if (!err)
		return 0;
fail:
	containers_close(out);
	return err;
}

void containers_close(struct containers **containers)
{
	struct containers *c = *containers;

	if (!c)
		return;
	containers_release(c);
	reader_remove(c->o.reader, &c->answers);
	reader_remove(c->o.reader, &c->timer);
	container_worker_free(&c->worker);
	for (size_t i = 0; i < BUCKETS; i++)
		while (c->buckets[i])
			drop(c, &c->buckets[i]);
	if (c->timer.fd >= 0)
		close(c->timer.fd);
	cgroup_tree_free(&c->tree);
	runtime_roots_free(&c->o.roots);
	record_event_free(&c->about);
	free(c);
	*containers = NULL;
}

struct containers_counts containers_counts(const struct containers *c)
{
	struct containers_counts counts = c->counts;

	counts.now = c->n;
	return counts;
}
