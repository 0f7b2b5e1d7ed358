/* SPDX-License-Identifier: Apache-2.0 */
/* A policy image: one that passes the check can be run without reading beyond it. */
#include "tests/fuzz/fuzz.h"

#include "gen/image.h"
#include "gen/tables.h"

static enum have get(const struct event *ev, enum field_id id, const char *arg, struct value *out)
{
	static const char text[] = "/usr/bin/x --flag /etc/passwd";

	*out = (struct value){.type = fields[id].type, .num = 3};
	if (out->type == TYPE_STR || out->type == TYPE_LIST) {
		out->str = text;
		out->len = strlen(text);
	}
	return HAVE_VALUE;
}

static void run(const struct image *im)
{
	struct tables *t = tables_new(im);
	struct event ev = {.get = get, .views = 2};
	struct hit hits[RULE_MAX];

	FUZZ_HOLDS(t);
	for (enum event_id type = 0; type < EVENT_COUNT; type++)
		tables_decide(t, type, &ev, hits, RULE_MAX);
	tables_free(&t);
	for (unsigned i = 0; i < image_head(im)->n_rules; i++)
		FUZZ_HOLDS(strlen(image_text(im, image_rule(im, i)->output)) < im->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image im = {.size = size};
	char why[200];

	if (image_check(data, size, why, sizeof(why)))
		return 0;
	im.data = malloc(size);
	memcpy(im.data, data, size);
	run(&im);
	image_free(&im);
	return 0;
}
