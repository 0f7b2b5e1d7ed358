/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: keys of user/config.def, from a YAML file and those that it includes, then
 * from the environment, then from -o key=value; the later wins. Names and meaning are those of
 * falco.yaml and of falcosidekick. A new key is a row of config.def; it is a member of struct
 * config.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "gen/ruleset.h"
#include "user/append.h"
#include "user/log.h"
#include "user/util.h"

#define CONFIG_FILE "/etc/tiercel/tiercel.yaml"

enum matching { MATCHING_ALL, MATCHING_FIRST };
enum slack_format { SLACK_ALL, SLACK_TEXT, SLACK_FIELDS };
enum suffix { SUFFIX_DAILY, SUFFIX_MONTHLY, SUFFIX_ANNUALLY, SUFFIX_NONE };
enum loki_format { LOKI_TEXT, LOKI_JSON };
enum teams_format { TEAMS_ALL, TEAMS_TEXT, TEAMS_FACTS };

/* The types that a row can have. */
typedef bool config_BOOL;
typedef char *config_TEXT; /* never NULL, "" for none */
typedef struct texts config_TEXTS;
typedef struct texts config_SELECTIONS; /* as config_selection() reads them */
typedef unsigned config_UINT;
typedef enum priority config_PRIORITY; /* the least that passes */
typedef enum log_level config_LEVEL;
typedef enum matching config_MATCHING;
typedef enum slack_format config_SLACK_FORMAT;
typedef enum suffix config_SUFFIX;
typedef enum loki_format config_LOKI_FORMAT;
typedef enum teams_format config_TEAMS_FORMAT;
typedef struct append config_APPEND;
typedef struct texts config_PAIRS;    /* name, value, name, value ... */
typedef struct texts config_INCLUDES; /* paths of further files */

struct config {
#define KEY(id, path, type, value, env, doc) config_##type id;
#define KEY_IGNORED(path, why)
#include "user/config.def"
#undef KEY
#undef KEY_IGNORED
	size_t warnings; /* that reading it gave */
};

void config_free(struct config *c);

/*
 * Sets every key. file NULL: CONFIG_FILE, which need not exist. options: n texts "key=value".
 * Also sets the log level. What is odd is logged; 0, or -errno after an error was logged.
 */
int config_load(struct config *c, const char *file, const char *const *options, size_t n);

/* Whether all keys whose path begins with start have the same values. */
bool config_same(const struct config *a, const struct config *b, const char *start);

/* One element of rules: "disable.rule=NAME". The pattern is a part of text. -EINVAL if it is not
 * of that form. */
int config_selection(const char *text, struct rule_selection *out);

/* One row, for list. */
struct config_key {
	const char *path, *type, *value, *env, *doc;
	bool ignored; /* accepted so that a falco.yaml can be used; doc says why */
};
extern const struct config_key config_keys[];
extern const size_t n_config_keys;
