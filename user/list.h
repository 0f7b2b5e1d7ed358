/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of `tiercel list`, for other commands. */
#pragma once
#include <stdio.h>

/* TEXT: columns; NAMES: the first column alone; MDOC: items for a manual
 * page. */
enum list_form { LIST_TEXT, LIST_JSON, LIST_MARKDOWN, LIST_NAMES, LIST_MDOC };

/* Prints a table by the name that `list` knows it by. The exit status. */
int list_print(const char *topic, enum list_form form);
/* The keys of the configuration as a JSON schema. */
void list_config_schema(FILE *out);
