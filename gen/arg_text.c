/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of arguments as texts, and back. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/arg.h"

#define AT_FDCWD_NUMBER (-100)

static bool is_flags(const struct arg_source *s)
{
	return s->form == AS_FLAGS || s->form == AS_MODE;
}

bool arg_is_number(const struct arg_source *s)
{
	switch (s->form) {
	case AS_SIGNED:
	case AS_UNSIGNED:
	case AS_HEX:
	case AS_OCTAL:
	case AS_ERRNO:
	case AS_ENUM:
	case AS_FLAGS:
	case AS_MODE:
		return true;
	default:
		return false;
	}
}

bool arg_is_signed(const struct arg_source *s)
{
	return s->form == AS_SIGNED || s->form == AS_FD || s->form == AS_PID || s->form == AS_ERRNO;
}

uint64_t arg_mask(const struct arg_source *s)
{
	return s->bits && s->bits < 64 ? (1ULL << s->bits) - 1 : UINT64_MAX;
}

int64_t arg_narrow(const struct arg_source *s, uint64_t raw)
{
	uint64_t mask = arg_mask(s), n = raw & mask;

	if (arg_is_signed(s) && n & (mask ^ mask >> 1))
		n |= ~mask;
	if (s->domain && s->domain->magic && n >> 16 == s->domain->magic)
		n &= 0xffff;
	return n;
}

/* ---- members of domains ---- */

uint64_t arg_member_mask(const struct arg_domain *d, const struct arg_member *m)
{
	uint64_t all = m->mask;
	size_t i;

	for (i = 0; i < d->n && !m->mask; i++)
		all |= d->members[i].mask;
	return all;
}

static bool is_member(const struct arg_domain *d, const struct arg_member *m, int64_t number)
{
	return ((uint64_t)number & arg_member_mask(d, m)) == m->value;
}

/* The first that the number has. */
static const struct arg_member *member_of(const struct arg_domain *d, int64_t number)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (is_member(d, &d->members[i], number))
			return &d->members[i];
	}
	return NULL;
}

static const struct arg_member *member_named(const struct arg_domain *d, const char *text,
					     size_t len)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (strlen(d->members[i].text) == len && !memcmp(d->members[i].text, text, len))
			return &d->members[i];
	}
	return NULL;
}

static uint64_t flags_code(const struct arg_domain *d, int64_t number)
{
	uint64_t code = 0;
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (is_member(d, &d->members[i], number))
			code |= d->members[i].code;
	}
	return code;
}

int64_t arg_code(const struct arg_source *s, int64_t number)
{
	const struct arg_member *m;

	if (is_flags(s))
		return flags_code(s->domain, number);
	if (s->form != AS_ENUM)
		return number;
	m = member_of(s->domain, number);
	if (m)
		return m->code;
	return s->domain->otherwise ? 0 : number;
}

/* ---- numbers to texts ---- */

void arg_plain(const struct arg_source *s, int64_t number, char text[ARG_TEXT_MAX])
{
	uint64_t code = arg_code(s, number);

	switch (s->form) {
	case AS_HEX:
		snprintf(text, ARG_TEXT_MAX, "%" PRIX64, code);
		break;
	case AS_OCTAL:
	case AS_MODE:
		snprintf(text, ARG_TEXT_MAX, "%#" PRIo64, code);
		break;
	case AS_UID:
	case AS_GID:
		if (code == UINT32_MAX)
			number = -1;
		snprintf(text, ARG_TEXT_MAX, "%" PRId64, number);
		break;
	case AS_UNSIGNED:
	case AS_FLAGS:
		snprintf(text, ARG_TEXT_MAX, "%" PRIu64, code);
		break;
	default:
		snprintf(text, ARG_TEXT_MAX, "%" PRId64, (int64_t)code);
	}
}

static void flags_text(const struct arg_domain *d, int64_t number, char text[ARG_TEXT_MAX])
{
	size_t i, len = 0;

	for (i = 0; i < d->n; i++) {
		if (is_member(d, &d->members[i], number) && len < ARG_TEXT_MAX)
			len += snprintf(text + len, ARG_TEXT_MAX - len, "%s%s", len ? "|" : "",
					d->members[i].text);
	}
}

static const char *enum_text(const struct arg_domain *d, int64_t number)
{
	const struct arg_member *m = member_of(d, number);

	return m ? m->text : d->otherwise;
}

static const char *error_text(int64_t number)
{
	return number < 0 ? domain_text(FIELD_EVT_RES, -(uint64_t)number) : NULL;
}

void arg_meaning(const struct arg_source *s, int64_t number, char text[ARG_TEXT_MAX])
{
	const char *one = NULL;

	text[0] = '\0';
	switch (s->form) {
	case AS_FD:
		one = number == AT_FDCWD_NUMBER ? "AT_FDCWD" : error_text(number);
		break;
	case AS_ERRNO:
		one = error_text(number);
		break;
	case AS_UID:
	case AS_GID:
		one = number == UINT32_MAX || number == -1 ? "<NONE>" : NULL;
		break;
	case AS_ENUM:
		one = enum_text(s->domain, number);
		break;
	case AS_FLAGS:
	case AS_MODE:
		flags_text(s->domain, number, text);
		break;
	default:
		break;
	}
	if (one)
		snprintf(text, ARG_TEXT_MAX, "%s", one);
}

void arg_show(const struct arg_source *s, int64_t number, char text[ARG_TEXT_MAX])
{
	arg_meaning(s, number, text);
	if (!text[0])
		arg_plain(s, number, text);
}

/* ---- texts to numbers ---- */

static bool is_shown_as(const struct arg_source *s, int64_t number, const char *text)
{
	char shown[ARG_TEXT_MAX];

	arg_show(s, number, shown);
	return !strcmp(shown, text);
}

static bool read_flags(const struct arg_domain *d, const char *text, int64_t *number)
{
	uint64_t n = 0;

	for (;;) {
		size_t len = strcspn(text, "|");
		const struct arg_member *m = member_named(d, text, len);

		if (!m)
			return false;
		n |= m->value;
		text += len;
		if (!*text++)
			break;
	}
	*number = n;
	return true;
}

static bool read_number(const struct arg_source *s, const char *text, int64_t *number)
{
	int base = s->form == AS_HEX ? 16 : s->form == AS_OCTAL || s->form == AS_MODE ? 8 : 10;
	char *end;

	if (!*text || text[strspn(text, "-0123456789ABCDEF")])
		return false;
	errno = 0;
	if (*text == '-')
		*number = strtoll(text, &end, base);
	else
		*number = strtoull(text, &end, base);
	if (errno || *end)
		return false;
	return arg_read_code(s, *number, number);
}

bool arg_read(const struct arg_source *s, const char *text, int64_t *number)
{
	const struct arg_member *m;
	size_t i, n = 0;
	const struct domain_entry *errors = field_domain(FIELD_EVT_RES, &n);

	if (is_flags(s) && read_flags(s->domain, text, number))
		return true;
	m = s->form == AS_ENUM ? member_named(s->domain, text, strlen(text)) : NULL;
	if (m) {
		*number = m->value;
		return true;
	}
	for (i = 0; i < n && (s->form == AS_ERRNO || s->form == AS_FD); i++) {
		*number = -errors[i].code;
		if (*number && !strcmp(errors[i].text, text))
			return is_shown_as(s, *number, text);
	}
	*number = AT_FDCWD_NUMBER;
	if (s->form == AS_FD && is_shown_as(s, *number, text))
		return true;
	return read_number(s, text, number) && is_shown_as(s, *number, text);
}

bool arg_read_code(const struct arg_source *s, int64_t code, int64_t *number)
{
	const struct arg_domain *d = s->domain;
	uint64_t n = is_flags(s) ? 0 : code, left = code;
	size_t i;

	for (i = 0; i < d->n && is_flags(s); i++) {
		if (!d->members[i].code || (left & d->members[i].code) != d->members[i].code)
			continue;
		n |= d->members[i].value;
		left &= ~d->members[i].code;
	}
	for (i = 0; i < d->n && s->form == AS_ENUM; i++) {
		if ((int64_t)d->members[i].code == code)
			n = d->members[i].value;
	}
	*number = n;
	return arg_code(s, n) == code && arg_narrow(s, n) == (int64_t)n;
}
