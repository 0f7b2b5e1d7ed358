/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gen/arg.def as a table: where the value of an argument of an event comes from, and how Falco
 * shows it. Falco has two forms of most: the value as it is (plain: 1) and what it stands for
 * (meaning: O_RDONLY). evt.arg.NAME is the meaning if there is one, evt.args has both.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/field.h"

enum arg_from {
	ARG_REGISTER, /* n: argument of the system call */
	ARG_SHOWN, /* the same, but what it means depends on others: not compared by the kernel */
	ARG_RESULT,
	ARG_OPEN_FLAGS,
	ARG_OPEN_MODE,
	ARG_FILE_DEV, /* of the file that was opened */
	ARG_FILE_INO,
	ARG_PATH,  /* n: first (1) or second (2) path of the call, made absolute */
	ARG_RAW,   /* n: the same as it was written */
	ARG_TEXT,  /* the other text of the call */
	ARG_TUPLE, /* both ends of the socket */
	ARG_ADDR,  /* the remote end, or that which was bound */
	ARG_FIELD, /* a field of the event, its meaning another one */
	ARG_CALL,  /* number and name of the system call */
	ARG_EMPTY, /* Falco leaves it empty */
	ARG_ARGS,  /* the arguments of the process */
	ARG_EXEC,  /* flags of the executed file */
	ARG_LATER, /* not known of what is seen live */
};

enum arg_form {
	AS_TEXT,
	AS_SIGNED,
	AS_UNSIGNED,
	AS_HEX,
	AS_OCTAL,
	AS_ERRNO, /* a negative one is an error by its name */
	AS_FD,	  /* a file descriptor: <f>/path */
	AS_UID,
	AS_GID,
	AS_PID,
	AS_ENUM,  /* one text of the domain */
	AS_FLAGS, /* those of the domain that are set, joined by bars */
	AS_MODE,  /* the same, the number octal */
};

/* One text of a domain: it is there if the bits of mask are value. A mask of 0 stands for the
 * bits of all others of its domain. */
struct arg_member {
	const char *text;
	uint64_t mask, value;
	uint64_t code; /* the number that Falco has for it */
};

struct arg_domain {
	const struct arg_member *members; /* in the order in which they are shown */
	size_t n;
	const char *otherwise; /* ENUM: text of all other numbers; NULL: they are shown */
	uint64_t magic;	       /* if the upper half of 32 bits is this, it means nothing; 0: none */
};

struct arg_source {
	enum arg_from from;
	unsigned n;
	enum arg_form form;
	unsigned bits; /* of the number */
	const struct arg_domain *domain;
	enum field_id field, meaning; /* ARG_FIELD: the same if there is only one form */
};

/* Of an argument of an event type, both by Falco's names. NULL if the type has no such argument.
 * Those without a row are ARG_LATER. */
const struct arg_source *arg_source(const char *type, const char *name);

#define DOMAIN(name) extern const struct arg_domain arg_domain_##name;
#define MEMBER(text, mask, value, code)
#define END(name, otherwise, magic)
#include "gen/arg_domain.def"
#undef DOMAIN
#undef MEMBER
#undef END

/* ---- numbers and texts: gen/arg_text.c ---- */

#define ARG_TEXT_MAX 1024 /* of any text below, its end included */

/* Whether the number alone settles what evt.arg.NAME is. */
bool arg_is_number(const struct arg_source *s);
bool arg_is_signed(const struct arg_source *s);
/* The bits of a register that it has. */
uint64_t arg_mask(const struct arg_source *s);
/* The bits that a member is about. */
uint64_t arg_member_mask(const struct arg_domain *d, const struct arg_member *m);
/* The number in a register: its lower bits, with a sign if the form has one. */
int64_t arg_narrow(const struct arg_source *s, uint64_t raw);
/* The number that Falco has for it (evt.rawarg): codes of flags instead of the kernel's. */
int64_t arg_code(const struct arg_source *s, int64_t number);
/* Both forms; meaning is empty if there is none. Of forms that arg_is_number() is false for, the
 * meaning of a number alone: an error, AT_FDCWD. */
void arg_plain(const struct arg_source *s, int64_t number, char text[ARG_TEXT_MAX]);
void arg_meaning(const struct arg_source *s, int64_t number, char text[ARG_TEXT_MAX]);
/* evt.arg.NAME: the meaning if there is one, else plain. */
void arg_show(const struct arg_source *s, int64_t number, char text[ARG_TEXT_MAX]);
/* A number that is shown as text, flags in any order; false if no number is. */
bool arg_read(const struct arg_source *s, const char *text, int64_t *number);
/* A number that Falco has this code for; false if there is none. */
bool arg_read_code(const struct arg_source *s, int64_t code, int64_t *number);
