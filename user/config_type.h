/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How values of the types of user/config.def are read and released. A new type is a typedef
 * config_X in user/config.h and a type_X here.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* ${NAME} of the environment in a text, or $${NAME}, which stands for ${NAME} itself. */
struct config_variable {
	size_t start, end; /* bytes of the text that value takes the place of */
	char *value;	   /* owned; "" for a variable that is not set */
};
/* The next one from byte from on; false if there is none. */
bool config_variable(const char *text, size_t from, struct config_variable *out);

/* All of them replaced; in the arena. */
const char *config_expand(struct arena *a, const char *text);

struct config_type {
	/* Sets the member, or adds to a list: clear comes before the first. 0 or -errno. */
	int (*set)(void *member, const char *text);
	void (*clear)(void *member);
	bool (*same)(const void *member, const void *other);
	const char *expected; /* "x must be ..." */
};

extern const struct config_type type_BOOL;
extern const struct config_type type_TEXT;
extern const struct config_type type_TEXTS;
extern const struct config_type type_SELECTIONS;
extern const struct config_type type_UINT;
extern const struct config_type type_PRIORITY;
extern const struct config_type type_LEVEL;
extern const struct config_type type_MATCHING;
extern const struct config_type type_SLACK_FORMAT;
extern const struct config_type type_SUFFIX;
extern const struct config_type type_LOKI_FORMAT;
extern const struct config_type type_TEAMS_FORMAT;
extern const struct config_type type_APPEND; /* an entry as YAML */
extern const struct config_type type_PAIRS;
extern const struct config_type type_INCLUDES;
