/* SPDX-License-Identifier: Apache-2.0 */
#include "user/config_type.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "gen/arena.h"

#include "user/append.h"
#include "user/config.h"

static int set_BOOL(void *member, const char *text)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "n", "y"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!strcasecmp(text, words[i])) {
			*(bool *)member = i & 1;
			return 0;
		}
	}
	return -EINVAL;
}

static int set_TEXT(void *member, const char *text)
{
	*(char **)member = strdup(text);
	return *(char **)member ? 0 : -ENOMEM;
}

static int set_TEXTS(void *member, const char *text)
{
	return *text ? texts_add(member, text) : 0;
}

int config_selection(const char *text, struct rule_selection *out)
{
	static const struct {
		const char *start;
		bool enable, by_tag;
	} forms[] = {
		{"enable.rule=", true, false},
		{"enable.tag=", true, true},
		{"disable.rule=", false, false},
		{"disable.tag=", false, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t n = strlen(forms[i].start);

		if (strncmp(text, forms[i].start, n) || !text[n])
			continue;
		*out = (struct rule_selection){forms[i].enable, forms[i].by_tag, text + n};
		return 0;
	}
	return -EINVAL;
}

static int set_SELECTIONS(void *member, const char *text)
{
	struct rule_selection s;

	if (!*text)
		return 0;
	return config_selection(text, &s) ? -EINVAL : texts_add(member, text);
}

static int set_UINT(void *member, const char *text)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n > INT_MAX)
		return -EINVAL;
	*(unsigned *)member = n;
	return 0;
}

static int set_PRIORITY(void *member, const char *text)
{
	if (*text)
		return priority_parse(text, member);
	*(enum priority *)member = PRIORITY_DEBUG;
	return 0;
}

static int set_LEVEL(void *member, const char *text)
{
	return log_level_parse(text, member);
}

/* Index in words, -EINVAL if it is none of them. */
static int choose(const char *const *words, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcasecmp(text, words[i]))
			return i;
	}
	return -EINVAL;
}

static int set_MATCHING(void *member, const char *text)
{
	static const char *const words[] = {"all", "first"};
	int i = choose(words, ARRAY_LEN(words), text);

	if (i < 0)
		return i;
	*(enum matching *)member = i;
	return 0;
}

static int set_SLACK_FORMAT(void *member, const char *text)
{
	static const char *const words[] = {"all", "text", "fields"};
	int i = choose(words, ARRAY_LEN(words), text);

	if (i < 0)
		return i;
	*(enum slack_format *)member = i;
	return 0;
}

static int set_TEAMS_FORMAT(void *member, const char *text)
{
	static const char *const words[] = {"all", "text", "facts"};
	int i = choose(words, ARRAY_LEN(words), text);

	if (i < 0)
		return i;
	*(enum teams_format *)member = i;
	return 0;
}

static int set_LOKI_FORMAT(void *member, const char *text)
{
	static const char *const words[] = {"text", "json"};
	int i = choose(words, ARRAY_LEN(words), text);

	if (i < 0)
		return i;
	*(enum loki_format *)member = i;
	return 0;
}

static int set_SUFFIX(void *member, const char *text)
{
	static const char *const words[] = {"daily", "monthly", "annually", "none"};
	int i = choose(words, ARRAY_LEN(words), text);

	if (i < 0)
		return i;
	*(enum suffix *)member = i;
	return 0;
}

bool config_variable(const char *text, size_t from, struct config_variable *out)
{
	const char *start = strstr(text + from, "${"), *end = start ? strchr(start, '}') : NULL;
	bool escaped = end && start > text + from && start[-1] == '$';
	_cleanup_free_ char *name = NULL;
	const char *value;

	if (!end)
		return false;
	name = strndup(start + 2, end - start - 2);
	value = name ? getenv(name) : NULL;
	*out = (struct config_variable){
		.start = start - escaped - text,
		.end = end + 1 - text,
		.value = escaped ? strndup(start, end + 1 - start) : strdup(value ? value : ""),
	};
	return out->value != NULL;
}

const char *config_expand(struct arena *a, const char *text)
{
	struct config_variable v;
	const char *done = "";
	size_t from = 0;

	while (config_variable(text, from, &v)) {
		done = arena_printf(a, "%s%.*s%s", done, (int)(v.start - from), text + from,
				    v.value);
		from = v.end;
		free(v.value);
	}
	return from ? arena_printf(a, "%s%s", done, text + from) : text;
}

static int set_APPEND(void *member, const char *text)
{
	struct diags d = {.arena = arena_new()};
	struct ynode **documents;
	int err = -ENOMEM;
	size_t n;

	if (!d.arena)
		return err;
	diag_source_add(&d, "append_output", text, strlen(text));
	err = yaml_read(&d, d.sources, &documents, &n);
	if (!err)
		err = n == 1 ? append_read(&d, documents[0], member) : -EINVAL;
	arena_free(&d.arena);
	return err;
}

static void clear_APPEND(void *member)
{
	append_free(member);
}

static void clear_none(void *member)
{
}

static void clear_TEXT(void *member)
{
	free(*(char **)member);
	*(char **)member = NULL;
}

static void clear_TEXTS(void *member)
{
	texts_free(member);
}

static bool same_BOOL(const void *a, const void *b)
{
	return *(const bool *)a == *(const bool *)b;
}

static bool same_TEXT(const void *a, const void *b)
{
	return !strcmp(*(char *const *)a, *(char *const *)b);
}

static bool same_TEXTS(const void *a, const void *b)
{
	const struct texts *x = a, *y = b;
	bool same = x->n == y->n;

	for (size_t i = 0; same && i < x->n; i++)
		same = !strcmp(x->v[i], y->v[i]);
	return same;
}

/* Numbers and words. */
static bool same_UINT(const void *a, const void *b)
{
	return *(const unsigned *)a == *(const unsigned *)b;
}

/* Nobody asks. */
static bool same_never(const void *a, const void *b)
{
	return false;
}

_Static_assert(sizeof(enum priority) == sizeof(unsigned) &&
		       sizeof(enum log_level) == sizeof(unsigned) &&
		       sizeof(enum matching) == sizeof(unsigned) &&
		       sizeof(enum slack_format) == sizeof(unsigned) &&
		       sizeof(enum suffix) == sizeof(unsigned) &&
		       sizeof(enum loki_format) == sizeof(unsigned) &&
		       sizeof(enum teams_format) == sizeof(unsigned),
	       "words are compared as numbers");

const struct config_type type_BOOL = {set_BOOL, clear_none, same_BOOL, "true or false"};
const struct config_type type_TEXT = {set_TEXT, clear_TEXT, same_TEXT, "a text"};
const struct config_type type_TEXTS = {set_TEXTS, clear_TEXTS, same_TEXTS, "a list of texts"};
const struct config_type type_SELECTIONS = {
	set_SELECTIONS, clear_TEXTS, same_TEXTS,
	"a list of enable or disable with a rule or a tag, as in {disable: {rule: NAME}}"};
const struct config_type type_UINT = {set_UINT, clear_none, same_UINT, "a number"};
const struct config_type type_PRIORITY = {
	set_PRIORITY, clear_none, same_UINT,
	"emergency, alert, critical, error, warning, notice, informational or debug"};
const struct config_type type_LEVEL = {set_LEVEL, clear_none, same_UINT,
				       "error, warning, info or debug"};
const struct config_type type_MATCHING = {set_MATCHING, clear_none, same_UINT, "all or first"};
const struct config_type type_TEAMS_FORMAT = {set_TEAMS_FORMAT, clear_none, same_UINT,
					      "all, text or facts"};
const struct config_type type_LOKI_FORMAT = {set_LOKI_FORMAT, clear_none, same_UINT,
					     "text or json"};
const struct config_type type_SUFFIX = {set_SUFFIX, clear_none, same_UINT,
					"daily, monthly, annually or none"};
const struct config_type type_SLACK_FORMAT = {set_SLACK_FORMAT, clear_none, same_UINT,
					      "all, text or fields"};
const struct config_type type_APPEND = {set_APPEND, clear_APPEND, same_never, "a list of entries"};
const struct config_type type_PAIRS = {set_TEXTS, clear_TEXTS, same_TEXTS,
				       "a mapping of names and texts"};
const struct config_type type_INCLUDES = {set_TEXTS, clear_TEXTS, same_TEXTS, "a list of paths"};
