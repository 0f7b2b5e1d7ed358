/* SPDX-License-Identifier: Apache-2.0 */
/* A rule file: read, resolved, compiled, its messages printed; the image passes its own check. */
#include "tests/fuzz/fuzz.h"

#include "gen/gen.h"

static void compile(struct ruleset *rs)
{
	struct gen_options options = {.minimum = PRIORITY_DEBUG};
	struct policy policy = {};
	char why[200];

	if (gen_compile(rs, &options, &policy))
		return;
	FUZZ_HOLDS(!image_check(policy.image.data, policy.image.size, why, sizeof(why)));
	image_free(&policy.image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ruleset *rs = ruleset_new();
	int err = ruleset_load_text(rs, "fuzz.yaml", (const char *)data, size);

	if (!err)
		err = ruleset_finish(rs, true);
	/* An error is always said, and nothing is said to be one that is none. */
	FUZZ_HOLDS(!err == !rs->diags.errors);
	if (!err)
		compile(rs);
	diag_print(&rs->diags, fuzz_nowhere(), true);
	ruleset_free(&rs);
	return 0;
}
