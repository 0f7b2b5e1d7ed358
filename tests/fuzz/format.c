/* SPDX-License-Identifier: Apache-2.0 */
/* An output: what the check of rule files accepts is compiled and rendered. */
#include "tests/fuzz/fuzz.h"

#include "gen/arena.h"
#include "gen/check.h"
#include "user/event_json.h"
#include "user/format.h"

static const char sample[] =
	"{\"evt.type\":\"openat\",\"evt.time\":1700000000123456789,\"proc.name\":\"cat\","
	"\"proc.pid\":42,\"evt.failed\":false,\"proc.args\":\"\",\"proc.aname\":[\"bash\","
	"\"sshd\"],\"fd.name\":\"/etc/passwd\"}";

static void render(struct arena *a, const struct format *f)
{
	struct json_error bad;
	const struct json *object = json_read(a, sample, strlen(sample), &bad);
	struct json_event e;
	struct buf out = {};
	char why[200];
	size_t n;

	FUZZ_HOLDS(object && !json_event_open(&e, a, object, why, sizeof(why)));
	format_render(f, &e.ev, &out);
	format_fields(f, &n);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct arena *a = arena_new();
	struct diags d = {.arena = a};
	struct format_error err;
	struct format *f = NULL;
	int refused = format_compile(text, &f, &err);
	struct text output = text_at(a, (struct place){"fuzz", 1, 1}, text);
	int checked = check_output(&d, &output);

	FUZZ_HOLDS(!refused == !checked);
	if (!refused)
		render(a, f);
	else
		FUZZ_HOLDS(err.position <= strlen(text));
	if (f)
		format_free(&f);
	arena_free(&a);
	free(text);
	return 0;
}
