/* SPDX-License-Identifier: Apache-2.0 */
/* Events in files of tests: YAML mappings made into what `tiercel eval` takes. */
#pragma once
#include "gen/diag.h"
#include "gen/yaml.h"
#include "user/json.h"

/* Values that the events of one file may have in all: aliases can multiply what is short. */
#define TEST_VALUES_MAX 200000

/*
 * The mapping as an object: first the members of defaults that it does not name, then its own.
 * defaults may be NULL. left is lessened by the number of values. NULL with the reason in d.
 */
struct json *test_event_read(struct diags *d, struct ynode *map, const struct json *defaults,
			     size_t *left);
/* The same for defaults: an object that need not be a whole event. */
struct json *test_defaults_read(struct diags *d, struct ynode *map, size_t *left);
