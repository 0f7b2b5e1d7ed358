/* SPDX-License-Identifier: Apache-2.0 */
/* An event as JSON: the interpreter and the compiled tables decide it alike. */
#include "tests/fuzz/fuzz.h"

#include "gen/arena.h"
#include "gen/gen.h"
#include "gen/interp.h"
#include "gen/tables.h"
#include "user/event_json.h"

static const char *const conditions[] = {
	"evt.type = openat and fd.name startswith /etc",
	"evt.type in (open, openat, openat2) and not proc.name in (cat, less)",
	"proc.name != cat and fd.num >= 0",
	"fd.name contains shadow or proc.cmdline contains shadow",
	"proc.aname in (sshd, bash) and not proc.pname = bash",
	"fd.name glob /home/*/.ssh/* and not fd.name endswith .pub",
	"evt.type = execve and proc.exepath pmatch (/tmp, /dev/shm) and user.uid != 0",
	"not (proc.args = \"\" or proc.tty = 0) and container.id != host",
	"proc.cmdline icontains CURL and evt.res = SUCCESS and evt.failed = false",
	"proc.name regex \"(ba|da)?sh\" and proc.name in (sh, bash, dash)",
};
#define N_CONDITIONS (sizeof(conditions) / sizeof(conditions[0]))

static struct policy policy;
static struct tables *tables;

static void begin(void)
{
	struct gen_options options = {.minimum = PRIORITY_DEBUG};
	struct ruleset *rs = ruleset_new();
	char yaml[4000] = "";

	for (size_t i = 0; i < N_CONDITIONS; i++) {
		size_t len = strlen(yaml);

		snprintf(yaml + len, sizeof(yaml) - len,
			 "- rule: r%zu\n  desc: d\n  output: o\n  priority: INFO\n  condition: >\n"
			 "    %s\n",
			 i, conditions[i]);
	}
	FUZZ_HOLDS(!ruleset_load_text(rs, "fuzz.yaml", yaml, strlen(yaml)));
	FUZZ_HOLDS(!ruleset_finish(rs, false));
	FUZZ_HOLDS(!gen_compile(rs, &options, &policy));
	tables = tables_new(&policy.image);
	FUZZ_HOLDS(tables);
}

/* What the tables leave open may be either. */
static void compare(struct json_event *e, enum event_id type)
{
	struct hit hits[N_CONDITIONS];
	size_t n = tables_decide(tables, type, &e->ev, hits, N_CONDITIONS);

	for (size_t i = 0; i < policy.n_rules; i++) {
		enum truth truth = interp_eval_views(policy.rules[i].rule->tree, &e->ev, NULL);
		const struct hit *found = NULL;

		for (size_t k = 0; k < n; k++)
			found = hits[k].rule == i ? &hits[k] : found;
		if (found && (found->flags & HIT_UNSURE))
			continue;
		if (truth != (found ? TRUTH_YES : TRUTH_NO))
			fprintf(stderr, "%s: the interpreter says %d\n", conditions[i], truth);
		FUZZ_HOLDS(truth == (found ? TRUTH_YES : TRUTH_NO));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct json_error bad;
	const struct json *object = json_read(a, (const char *)data, size, &bad);
	const struct event_type *type;
	struct json_event e;
	char why[200];

	if (!tables)
		begin();
	if (!object)
		FUZZ_HOLDS(bad.position <= size);
	if (object && !json_event_open(&e, a, object, why, sizeof(why))) {
		type = json_event_type(&e);
		if (type && type->kind == EVENT_SEEN)
			compare(&e, type->id);
	}
	arena_free(&a);
	return 0;
}
