/* SPDX-License-Identifier: Apache-2.0 */
#include "user/rulefiles.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base_yaml.h"

int rulefiles_base(struct ruleset *rs)
{
	return ruleset_load_text(rs, BASE_NAME, (const char *)base_yaml, sizeof(base_yaml));
}

static int load_all(struct ruleset *rs, const char *const *paths, size_t n, bool may_miss)
{
	for (size_t i = 0; i < n; i++) {
		int err;

		if (may_miss && access(paths[i], F_OK))
			continue;
		err = ruleset_load(rs, paths[i]);
		if (err)
			return err;
	}
	return 0;
}

int rulefiles_read(struct ruleset *rs, const char *const *paths, size_t n, const struct config *cfg)
{
	bool named = n > 0;
	int err = rulefiles_base(rs);

	if (!named) {
		paths = (const char *const *)cfg->rules_files.v;
		n = cfg->rules_files.n;
	}
	return err ? err : load_all(rs, paths, n, !named);
}

int rulefiles_load(struct ruleset *rs, const char *const *paths, size_t n, const struct config *cfg)
{
	int err = rulefiles_read(rs, paths, n, cfg);

	if (!err)
		err = ruleset_finish(rs, cfg->rule_matching == MATCHING_FIRST);
	return err;
}

void rulefiles_print(const struct ruleset *rs, FILE *out)
{
	diag_print(&rs->diags, out, isatty(fileno(out)));
}
