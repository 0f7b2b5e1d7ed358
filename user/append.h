/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration's key append_output adds to the outputs of rules: text behind the output,
 * and fields of their own in output_fields. Every entry that matches a rule applies, in order.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gen/diag.h"
#include "gen/image.h"
#include "gen/yaml.h"
#include "user/buf.h"
#include "user/util.h"

struct append_field {
	char *name;
	char *format; /* the field's value is this text; NULL: the field of that name as it is */
	bool literal; /* ... in which % stands for itself */
};

/* Texts are owned, NULL if not given: then any rule matches, or nothing is added. */
struct append_entry {
	char *source, *rule;
	struct texts tags; /* a rule must have them all */
	char *output;
	struct append_field *fields;
	size_t n_fields;
	bool suggested; /* what Falco adds unless it is told not to: format_suggested */
};

struct append {
	struct append_entry *v;
	size_t n;
};

/* Texts borrowed. */
struct append_rule {
	const char *source, *name;
	const char *tags; /* one after the other, an empty one ends */
};

/* user/append_read.c: the value of the key, in place of what is in out. 0, or -errno with errors
 * in d. */
int append_read(struct diags *d, struct ynode *value, struct append *out);
/* -o append_outputREST=value: REST is empty, or [N], [] or nothing, and then .key. value has been
 * read from the option. 0, or -errno with errors in d. */
int append_option(struct diags *d, const char *rest, struct ynode *value, struct append *out);

/* user/append.c */
void append_free(struct append *a);
/* An entry at the end; NULL if there is no memory. */
struct append_entry *append_add(struct append *a);
bool append_applies(const struct append_entry *e, const struct append_rule *r);
/* Adds what stands behind the output of the rule. */
void append_text(const struct append *a, const struct append_rule *r, struct buf *out);
/* FIELD_BIT()s of what all that prints for the rule: see gen/needs.h. */
uint64_t append_needs(const struct append *a, const struct append_rule *r);
/* Has the kernel send that along with the records of the image's rules. */
void append_to_image(const struct append *a, struct image *im);
struct append_rule append_rule_of(const struct image *im, unsigned rule);
