/* SPDX-License-Identifier: Apache-2.0 */
/* A condition: what is accepted is printed and read back as the same tree. */
#include "tests/fuzz/fuzz.h"

#include "gen/arena.h"
#include "gen/interp.h"
#include "gen/parse.h"
#include "gen/ruleset.h"

/* An event that has no value, and one whose values cannot be read. */
static enum have missing(const struct event *ev, enum field_id id, const char *arg,
			 struct value *out)
{
	return HAVE_MISSING;
}

static enum have unknown(const struct event *ev, enum field_id id, const char *arg,
			 struct value *out)
{
	out->str = NULL;
	return HAVE_UNKNOWN;
}

static void evaluate(const struct node *n)
{
	struct event ev = {.get = missing, .views = 1};

	/* Where nothing is unknown, so is no answer. */
	FUZZ_HOLDS(interp_eval(n, &ev, NULL) != TRUTH_UNKNOWN);
	ev.get = unknown;
	interp_eval(n, &ev, fuzz_nowhere());
}

static void read_back(struct ruleset *rs, struct node *n, bool syntax_only)
{
	const char *text = ast_print(rs->arena, n);
	struct node *again = condition_parse(rs->arena, &rs->diags, n->at, text, syntax_only);

	if (!again || !ast_equal(n, again))
		fprintf(stderr, "printed: %s\n", text);
	FUZZ_HOLDS(again && ast_equal(n, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	for (int syntax_only = 0; syntax_only < 2; syntax_only++) {
		struct ruleset *rs = ruleset_new();
		struct node *n = ruleset_condition(rs, text, syntax_only);

		FUZZ_HOLDS(!n == !!rs->diags.errors);
		if (n)
			read_back(rs, n, syntax_only);
		if (n && !syntax_only)
			evaluate(n);
		diag_print(&rs->diags, fuzz_nowhere(), false);
		ruleset_free(&rs);
	}
	free(text);
	return 0;
}
