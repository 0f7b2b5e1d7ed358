/* SPDX-License-Identifier: Apache-2.0 */
/* What each output makes of the same alerts, byte by byte: tests/golden/outputs.expect. Run with
 * --write it writes that file anew: look at the difference. */
#include "tests/unit/alert.h"

#include "user/sink.h"

#define EXPECT "tests/golden/outputs.expect"

static const struct sink_ops *const all[] = {
#define SINK(x) &sink_##x,
#include "user/sinks.def"
#undef SINK
};

/* One that is plain, and one whose names were chosen by an attacker. */
#define PLAIN                                                                                      \
	"{\"evt.type\":\"openat\",\"evt.time\":1700000000120000000,\"proc.name\":\"cat\","         \
	"\"proc.pid\":42,\"proc.cmdline\":\"cat /etc/shadow\"}"
#define HOSTILE                                                                                    \
	"{\"evt.type\":\"openat\",\"evt.time\":1700000000000000000,\"proc.name\":\"<!channel>\","  \
	"\"proc.pid\":1,\"proc.cmdline\":\"@here @everyone <@U1> *b* _i_ ~s~ `c` ```x``` "         \
	"[l](http://h/) | # & \\\"q\\\" \\\\ \\u001b[31m \\u009b2J \\u202e \\u0007\\n\\t end\"}"

/* Random and of this run: told apart by their form only. */
static void mask(char *text)
{
	char *p = strstr(text, "\"uuid\":\"");

	if (p && strlen(p) > 44 && p[44] == '"')
		memset(p + 8, 'u', 36);
	p = strstr(text, " tiercel[");
	if (p) /* syslog: also the date before it */
		memmove(strchr(text, '>') + 1, strstr(p, "]: "), strlen(strstr(p, "]: ")) + 1);
}

static void render(struct buf *out, const char *label, const char *event)
{
	const char *const options[] = {"hostname=h1",
				       "append_output[0].suggested_output=false",
				       "slack.channel=#ops",
				       "loki.extralabels=proc.name, x",
				       "alertmanager.expiresafter=60",
				       "elasticsearch.hostport=http://e:9200/",
				       "json_output=true",
				       NULL};
	struct alerts t;

	alerts_open(&t, "%proc.name %proc.pid %proc.cmdline", event, options);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct buf b = {};

		all[i]->render(NULL, &t.config, &t.alert, &b);
		assert_false(b.failed);
		mask(b.s);
		buf_printf(out, "== %s %s\n%s\n", all[i]->name, label, buf_text(&b));
		buf_free(&b);
	}
	t.config.json_output = false;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct buf b = {};

		if (strchr(all[i]->keys, '_') == NULL)
			continue;
		all[i]->render(NULL, &t.config, &t.alert, &b);
		mask(b.s);
		buf_printf(out, "== %s %s as text\n%s\n", all[i]->name, label, buf_text(&b));
		buf_free(&b);
	}
	alerts_close(&t);
}

static int renew;

static void as_expected(void **state)
{
	static char expected[65536];
	struct buf out = {};
	FILE *f = fopen(EXPECT, renew ? "w" : "r");
	const char *a, *b;

	assert_non_null(f);
	render(&out, "plain", PLAIN);
	render(&out, "hostile", HOSTILE);
	if (renew)
		fputs(buf_text(&out), f);
	else
		expected[fread(expected, 1, sizeof(expected) - 1, f)] = '\0';
	fclose(f);
	a = buf_text(&out);
	for (b = expected; !renew && (*a || *b);) {
		size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");

		if (n != m || memcmp(a, b, n))
			fail_msg("made:     %.*s\nexpected: %.*s", (int)n, a, (int)m, b);
		a += n + (a[n] != '\0');
		b += m + (b[m] != '\0');
	}
	buf_free(&out);
}

/* No message has a byte in it that a reader of lines would take for something. */
static void no_raw_bytes(void **state)
{
	struct buf out = {};

	render(&out, "hostile", HOSTILE);
	for (const char *p = buf_text(&out); *p; p++)
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
	buf_free(&out);
}

/* Nor, where people look at it, anything that a terminal obeys: U+009B, U+202E. */
static void no_terminal_is_told_anything(void **state)
{
	static const struct sink_ops *const watched[] = {&sink_syslog,	&sink_loki,
							 &sink_slack,	&sink_mattermost,
							 &sink_discord, &sink_teams};
	struct alerts t;

	for (int json = 0; json < 2; json++) {
		alerts_open(&t, "%proc.cmdline", HOSTILE, NULL);
		t.config.json_output = json;
		for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
			struct buf b = {};

			watched[i]->render(NULL, &t.config, &t.alert, &b);
			assert_null(strstr(b.s, "\xc2\x9b"));
			assert_null(strstr(b.s, "\xe2\x80\xae"));
			assert_null(strchr(b.s, '\x1b'));
			assert_non_null(strstr(b.s, "u009b"));
			buf_free(&b);
		}
		alerts_close(&t);
	}
}

/* Discord refuses what is too long: whatever the alert, the message is not. */
static void discord_limits(void **state)
{
	struct buf event = {}, b = {}, format = {};
	struct alerts t;

	buf_str(&event, "{\"evt.type\":\"openat\"");
	for (int i = 0; i < 9; i++) {
		buf_printf(&event, ",\"proc.aname[%d]\":\"", i);
		buf_printf(&format, "%%proc.aname[%d] ", i);
		for (int k = 0; k < 3000; k++)
			buf_str(&event, "`");
		buf_str(&event, "\"");
	}
	buf_str(&event, "}");
	alerts_open(&t, buf_text(&format), buf_text(&event), NULL);
	sink_discord.render(NULL, &t.config, &t.alert, &b);
	assert_in_range(b.len, 2000, 9000);
	assert_non_null(strstr(buf_text(&b), "\"name\":\"rule\",\"value\":\"Sample\""));
	assert_non_null(strstr(buf_text(&b), "\"name\":\"time\""));
	alerts_close(&t);
	buf_free(&event);
	buf_free(&format);
	buf_free(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_expected),
		cmocka_unit_test(no_raw_bytes),
		cmocka_unit_test(no_terminal_is_told_anything),
		cmocka_unit_test(discord_limits),
	};

	renew = argc > 1 && !strcmp(argv[1], "--write");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
