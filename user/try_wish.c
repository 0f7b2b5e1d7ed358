/* SPDX-License-Identifier: Apache-2.0 */
#include "user/try_wish.h"

#include <string.h>

#include "gen/arena.h"
#include "kern/abi.h"
#include "user/path.h"

bool wish_is_empty(const struct wish *w)
{
	return !w->exact && !w->prefix && !w->suffix && !w->n_parts;
}

/* A text that a shell pattern matches: stars stand for nothing, or for a letter where a path
 * component would be empty, or for the process itself. */
static const char *from_glob(struct arena *a, const char *pattern)
{
	static const char proc[] = "/proc/*/";
	char *out = arena_alloc(a, strlen(pattern) + sizeof("self")), *to = out;

	if (!strncmp(pattern, proc, strlen(proc))) {
		to = stpcpy(to, "/proc/self");
		pattern += strlen(proc) - 1;
	}
	for (const char *at = pattern; *at; at++) {
		bool empty = (at == pattern || at[-1] == '/') && (!at[1] || at[1] == '/');

		if (*at == '?' || (*at == '*' && empty))
			*to++ = 'x';
		else if (*at != '*')
			*to++ = *at;
	}
	return out;
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static bool ends_with(const char *s, const char *suffix)
{
	size_t len = strlen(s), n = strlen(suffix);

	return len >= n && !strcmp(s + len - n, suffix);
}

static bool set_exact(struct wish *w, const char *value)
{
	if (w->exact)
		return !strcmp(w->exact, value);
	w->exact = value;
	return true;
}

/* Of two beginnings one must be the beginning of the other. */
static bool set_prefix(struct wish *w, const char *value)
{
	if (w->prefix && !starts_with(value, w->prefix))
		return starts_with(w->prefix, value);
	w->prefix = value;
	return true;
}

static bool set_suffix(struct wish *w, const char *value)
{
	if (w->suffix && !ends_with(value, w->suffix))
		return ends_with(w->suffix, value);
	w->suffix = value;
	return true;
}

static bool add_part(struct wish *w, const char *value)
{
	for (unsigned i = 0; i < w->n_parts; i++)
		if (strstr(w->parts[i], value))
			return true;
	if (w->n_parts == WISH_PARTS)
		return false;
	w->parts[w->n_parts++] = value;
	return true;
}

bool wish_add(struct arena *a, struct wish *w, enum op op, const char *value)
{
	switch (op) {
	case OP_EQ:
	case OP_EQ2:
	case OP_IN:
	case OP_INTERSECTS:
		return set_exact(w, value);
	case OP_STARTSWITH:
	case OP_PMATCH:
		return set_prefix(w, value);
	case OP_ENDSWITH:
		return set_suffix(w, value);
	case OP_CONTAINS:
	case OP_ICONTAINS:
		return add_part(w, value);
	case OP_GLOB:
	case OP_IGLOB:
		return set_exact(w, from_glob(a, value));
	default:
		return true;
	}
}

static size_t wish_len(const struct wish *w)
{
	size_t len = (w->prefix ? strlen(w->prefix) : 0) + (w->suffix ? strlen(w->suffix) : 0);

	for (unsigned i = 0; i < w->n_parts; i++)
		len += strlen(w->parts[i]) + 1;
	return len + 2;
}

/* between: what is put between the pieces. */
static const char *join(struct arena *a, const struct wish *w, const char *between)
{
	char *out = arena_alloc(a, wish_len(w) + 1), *to = out;

	if (w->prefix)
		to = stpcpy(to, w->prefix);
	for (unsigned i = 0; i < w->n_parts; i++) {
		if (to != out)
			to = stpcpy(to, between);
		to = stpcpy(to, w->parts[i]);
	}
	if (w->suffix) {
		if (to != out)
			to = stpcpy(to, between);
		stpcpy(to, w->suffix);
	}
	return out;
}

const char *wish_join(struct arena *a, const struct wish *w)
{
	if (wish_is_empty(w))
		return NULL;
	return w->exact ? w->exact : join(a, w, "");
}

/* The text before it is made a proper path. Variants: 0 whole components, below home if that
 * fits, 1 whole components, 2 nothing between the pieces, 3 no name of our own behind a prefix. */
static const char *raw_path(struct arena *a, const struct wish *w, const char *home,
			    const char *last, unsigned variant)
{
	const char *text;

	if (w->exact)
		return w->exact;
	text = join(a, w, variant < 2 ? "/" : "");
	if (!w->suffix && (!w->n_parts || ends_with(text, "/")) && variant < 3)
		text = arena_printf(a, variant < 2 && *text ? "%s/%s" : "%s%s", text, last);
	if (w->prefix && variant == 0 && starts_with(home, w->prefix)) {
		struct wish rest = *w;

		rest.prefix = home;
		return raw_path(a, &rest, home, last, 1);
	}
	if (*text != '/' || (!w->prefix && variant == 0 && !w->n_parts))
		text = arena_printf(a, "%s/%s", home, text);
	return text;
}

const char *wish_path(struct arena *a, const struct wish *w, const char *home, const char *last,
		      unsigned variant)
{
	const char *raw = raw_path(a, w, home, last, variant);
	char out[PATH_MAX_LEN];
	ssize_t len;

	if (!raw || *raw != '/')
		return NULL;
	len = path_normalize(NULL, 0, raw, strlen(raw), out, sizeof(out));
	return len < 0 ? NULL : arena_str(a, out, len);
}

static const char **append(struct arena *a, const char **words, const char *word, size_t len)
{
	size_t n = 0;
	const char **more;

	while (words && words[n])
		n++;
	more = arena_alloc(a, (n + 2) * sizeof(*more));
	if (n)
		memcpy(more, words, n * sizeof(*more));
	more[n] = arena_str(a, word, len);
	return more;
}

static const char **split(struct arena *a, const char **words, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, " ");

		words = append(a, words, text, len);
		if (!text[len])
			return words;
		text += len + 1;
	}
}

const char **wish_words(struct arena *a, const struct wish *w, const char **words)
{
	if (!words)
		words = arena_alloc(a, sizeof(*words));
	if (w->exact)
		return *w->exact ? split(a, words, w->exact) : words;
	if (w->prefix)
		words = split(a, words, w->prefix);
	for (unsigned i = 0; i < w->n_parts; i++)
		words = append(a, words, w->parts[i], strlen(w->parts[i]));
	if (w->suffix)
		words = append(a, words, w->suffix, strlen(w->suffix));
	return words;
}
