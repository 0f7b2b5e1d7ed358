/* SPDX-License-Identifier: Apache-2.0 */
/* Templates of messages: what Go makes of them, and what is refused. */
#include "tests/unit/alert.h"

#include "user/sink.h"
#include "user/template.h"

#define EVENT                                                                                      \
	"{\"evt.type\":\"openat\",\"evt.time\":1700000000120000000,\"proc.name\":\"cat\","         \
	"\"proc.pid\":42,\"proc.cmdline\":\"cat <x> *b*\"}"

static struct alerts alerts;

static int open_alerts(void **state)
{
	const char *const options[] = {"hostname=h1", "append_output[0].suggested_output=false",
				       NULL};

	alerts_open(&alerts, "%proc.name %proc.pid %proc.cmdline", EVENT, options);
	return 0;
}

static int close_alerts(void **state)
{
	alerts_close(&alerts);
	return 0;
}

static void rendered(void **state)
{
	static const struct {
		const char *template, *expected;
	} rows[] = {
		{"plain", "plain"},
		{"", ""},
		{"Alert : rule *{{ .Rule }}* triggered by user *{{ index .OutputFields "
		 "\"user.name\" "
		 "}}*",
		 "Alert : rule *Sample* triggered by user *&lt;no value&gt;*"},
		{"{{.Rule}}{{.Priority}}", "SampleWarning"},
		{"{{ .Time }}", "2023-11-14 22:13:20.12 +0000 UTC"},
		{"{{ .Source }} {{ .Hostname }} {{ .Tags }}", "syscall h1 [a b]"},
		{"{{ .Output }}", "22:13:20.120000000: Warning cat 42 cat &lt;x&gt; *b*"},
		{"{{ index .OutputFields \"proc.pid\" }}", "42"},
		{"{{ index .OutputFields `proc.cmdline` }}", "cat &lt;x&gt; *b*"},
		{"{{ \"<!here> & \" }}", "<!here> & "},
		{"a {{- .Rule -}} b", "aSampleb"},
		{"a {{/* a comment }} */}}b", "a b"},
		{"{{ \"}}\" }}", "}}"},
		{"{{ printf \"%s is %d%% <%q>\" .Rule 7 .Hostname }}", "Sample is 7% <\"h1\">"},
		{"{{ .Rule | printf \"%s-%s\" \"x\" }}", "x-Sample"},
		{"{{ print .Rule 1 2 }}", "Sample1 2"},
		{"{{ len .Tags }} {{ len .Rule }}", "2 6"},
		{"{{ index .Tags 1 }}{{ index .Tags 7 }}", "b&lt;no value&gt;"},
		{"{{ if .Rule }}yes{{ else }}no{{ end }}", "yes"},
		{"{{ if not .Rule }}yes{{ else }}no{{ end }}", "no"},
		{"{{ if eq .Priority \"Notice\" \"Warning\" }}w{{ end }}", "w"},
		{"{{ if eq .Priority \"A\" }}a{{ else if ne .Source \"k\" }}b{{ else }}c{{ end }}d",
		 "bd"},
		{"{{ if and .Rule (index .OutputFields \"none\") }}x{{ end }}y", "y"},
		{"{{ or (index .OutputFields \"none\") .Hostname }}", "h1"},
		{"{{ if true }}{{ if false }}a{{ else }}b{{ end }}{{ end }}", "b"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct template_error err;
		struct template *t = NULL;
		struct buf b = {};

		if (template_compile(rows[i].template, &t, &err))
			fail_msg("'%s': %zu: %s", rows[i].template, err.position, err.why);
		template_render(t, &alerts.alert, CHAT_SLACK, &b);
		assert_string_equal(buf_text(&b), rows[i].expected);
		template_free(&t);
		buf_free(&b);
	}
}

static void refused(void **state)
{
	static const struct {
		const char *template;
		size_t position;
		const char *why;
	} rows[] = {
		{"ab {{ .Rul }}", 6, "there is no such field"},
		{"{{ .OutputFields.name }}", 16, "write it as index"},
		{"{{ . }}", 3, "name a field"},
		{"{{ upper .Rule }}", 3, "there is no such function"},
		{"{{ range .Tags }}", 3, "there is no such function"},
		{"{{ .Rule", 0, "{{ has no }}"},
		{"{{ \"x }}", 0, "{{ has no }}"},
		{"{{ if .Rule }}a", 6, "has no {{ end }}"},
		{"a{{ end }}", 10, "without {{ if }}"},
		{"{{ else }}", 10, "without {{ if }}"},
		{"{{ if .Rule }}{{ else }}{{ else }}{{ end }}", 6, "has no {{ end }}"},
		{"{{ }}", 3, "an expression is expected"},
		{"{{ index .OutputFields }}", 3, "too few"},
		{"{{ index .OutputFields \"a\" \"b\" }}", 27, "too many"},
		{"{{ .Rule .Rule }}", 9, "the end of the action"},
		{"{{ .Rule | .Rule }}", 11, "behind | a function"},
		{"{{ (.Rule }}", 10, "a ) is missing"},
		{"{{ 12345678901234567890 }}", 3, "there is no such function"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct template_error err;
		struct template *t = NULL;

		if (!template_compile(rows[i].template, &t, &err))
			fail_msg("'%s' is accepted", rows[i].template);
		if (err.position != rows[i].position || !strstr(err.why, rows[i].why))
			fail_msg("'%s': %zu: %s", rows[i].template, err.position, err.why);
		assert_null(t);
	}
}

/* Any bytes and any depth: an answer, and soon. */
static void garbage(void **state)
{
	static const char pieces[][12] = {"{{",	   "}}",     "{{-",	   "-}}",    "if ", "else ",
					  "end",   "(",	     ")",	   "|",	     "\"",  "`",
					  ".Rule", "index ", "print ",	   " ",	     "/*",  "*/",
					  ".",	   "\\",     "{{ if 1 }}", "{{end}}"};
	unsigned seed = 7;

	for (int round = 0; round < 20000; round++) {
		struct template_error err;
		struct template *t = NULL;
		struct buf b = {}, out = {};

		for (int n = rand_r(&seed) % 30; n >= 0; n--)
			buf_str(&b, pieces[rand_r(&seed) % (sizeof(pieces) / sizeof(pieces[0]))]);
		if (!template_compile(buf_text(&b), &t, &err))
			template_render(t, &alerts.alert, CHAT_SLACK, &out);
		template_free(&t);
		buf_free(&b);
		buf_free(&out);
	}
}

static void deep(void **state)
{
	static const char *const pieces[] = {"{{ if 1 }}", "{{ (", "| print ",
					     "{{ if 1 }}{{ else "};

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct template_error err;
		struct template *t = NULL;
		struct buf b = {};

		buf_str(&b, i == 2 ? "{{ 1 " : "");
		for (int n = 0; n < 5000; n++)
			buf_str(&b, i == 1 && n ? "(" : pieces[i]);
		buf_str(&b, "}}");
		assert_true(template_compile(buf_text(&b), &t, &err) < 0);
		buf_free(&b);
	}
}

/* In the message, and what is wrong with it at the start. */
static void in_the_message(void **state)
{
	const char *const good[] = {"slack.messageformat=*{{ .Rule }}*",
				    "slack.webhookurl=http://127.0.0.1:1/",
				    "append_output[0].suggested_output=false", NULL};
	struct alerts t;
	void *sink = NULL;
	struct buf b = {};

	alerts_open(&t, "x", EVENT, good);
	assert_int_equal(sink_slack.open(&t.config, &sink), 0);
	sink_slack.render(sink, &t.config, &t.alert, &b);
	assert_memory_equal(b.s, "{\"text\":\"*Sample*\",\"username\":", 29);
	sink_slack.close(sink);
	buf_free(&b);
	free(t.config.slack_messageformat);
	t.config.slack_messageformat = strdup("{{ .Rul }}");
	log_forget();
	assert_true(sink_slack.open(&t.config, &sink) < 0);
	assert_non_null(strstr(log_last_error(), "slack.messageformat, character 4: "));
	alerts_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rendered),	  cmocka_unit_test(refused),
		cmocka_unit_test(garbage),	  cmocka_unit_test(deep),
		cmocka_unit_test(in_the_message),
	};

	return cmocka_run_group_tests(tests, open_alerts, close_alerts);
}
