/* SPDX-License-Identifier: Apache-2.0 */
#include "user/call_hooks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "user/calls.h"
#include "user/log.h"
#include "user/probe.h"

static void tracepoint_of(char *to, size_t size, enum event_id type)
{
	snprintf(to, size, "sys_exit_%s", call_symbol(type));
}

static bool is_here(enum event_id type)
{
	char name[96] = "syscalls/";

	if (call_number(type) < 0)
		return false;
	tracepoint_of(name + strlen(name), sizeof(name) - strlen(name), type);
	return tracefs_has(name);
}

bool call_hooks_wanted(const struct event_set *types)
{
	unsigned t;

	for_each_event(t, types)
	{
		if (call_is(t) && is_here(t))
			return true;
	}
	return false;
}

/* A call that this architecture does not have cannot happen; one that this kernel does not have
 * cannot either, but a rule that asks for it may be meant for something else. */
static void tell_missing(enum event_id type)
{
	if (call_number(type) >= 0)
		log_info("the kernel has no system call %s", call_symbol(type));
}

bool call_hooks_missing(const struct call_hooks *c, const struct event_set *types)
{
	unsigned t;

	for_each_event(t, types)
	{
		if (call_number(t) >= 0 && !c->links[t] && !event_set_has(&c->absent, t))
			return true;
	}
	return false;
}

static void attach_one(struct call_hooks *c, struct bpf_program *p, enum event_id type)
{
	char name[80];

	tracepoint_of(name, sizeof(name), type);
	c->links[type] = bpf_program__attach_tracepoint(p, "syscalls", name);
	if (!c->links[type])
		log_warn("%s cannot be attached to: %s: %s events are not seen", name,
			 strerror(errno), call_symbol(type));
}

void call_hooks_attach(struct call_hooks *c, struct bpf_program *p, const struct event_set *types,
		       struct event_set *fresh)
{
	unsigned t;

	for_each_event(t, types)
	{
		if (!call_is(t) || c->links[t] || event_set_has(&c->absent, t))
			continue;
		if (is_here(t))
			attach_one(c, p, t);
		else
			tell_missing(t);
		if (c->links[t])
			event_set_add(fresh, t);
		else
			event_set_add(&c->absent, t);
	}
}

struct event_set call_hooks_attached(const struct call_hooks *c)
{
	struct event_set all = {};

	for (int t = 0; t < EVENT_COUNT; t++)
		if (c->links[t])
			event_set_add(&all, t);
	return all;
}

void call_hooks_detach(struct call_hooks *c, const struct event_set *types)
{
	unsigned t;

	for_each_event(t, types)
	{
		if (t >= EVENT_COUNT)
			break;
		bpf_link__destroy(c->links[t]);
		c->links[t] = NULL;
	}
}
