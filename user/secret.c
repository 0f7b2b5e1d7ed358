/* SPDX-License-Identifier: Apache-2.0 */
#include "user/secret.h"

#include <errno.h>
#include <string.h>

#include "user/mask.h"
#include "user/util.h"

static bool has_secret(const char *option)
{
	struct buf b = {};
	bool differs;

	mask_secrets(&b, option, strlen(option));
	differs = b.failed || strcmp(buf_text(&b), option) != 0;
	buf_free(&b);
	return differs;
}

int secret_hide(struct arg_list *options, struct texts *kept)
{
	for (size_t i = 0; i < options->n; i++) {
		char *option = (char *)options->v[i], *value = strchr(option, '=');

		if (!value || !has_secret(option))
			continue;
		if (texts_add(kept, option))
			return -ENOMEM;
		options->v[i] = kept->v[kept->n - 1];
		memset(value + 1, '*', strlen(value + 1));
	}
	return 0;
}
