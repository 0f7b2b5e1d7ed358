/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions to trees and back: what is printed is read as the same tree. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "gen/arena.h"
#include "gen/op.h"
#include "gen/parse.h"

static struct node *parse(struct arena *a, const char *text)
{
	struct diags d = {.arena = a};

	return condition_parse(a, &d, (struct place){"f", 1, 1}, text, true);
}

/* Text, and what it looks like when printed (NULL: the same). */
static const char *const canonical[][2] = {
	{"evt.type=open", "evt.type = open"},
	{"a.b = c", NULL},
	{"m", NULL},
	{"((m))", "m"},
	{"a.b=c and d.e!=f", "(a.b = c and d.e != f)"},
	{"m or n and o", "(m or (n and o))"},
	{"m and n or o and p", "((m and n) or (o and p))"},
	{"(m or n) and o", "((m or n) and o)"},
	{"m and(n or o)", "(m and (n or o))"},
	{"m or(n)or(o)", "(m or n or o)"},
	{"m and (n and o)", "(m and (n and o))"},
	{"not m", NULL},
	{"not not m", "m"},
	{"not not not m", "not m"},
	{"not (not m)", "m"},
	{"not(m or n)", "not (m or n)"},
	{"not m and n", "(not m and n)"},
	{"not(m) or not(n)", "(not m or not n)"},
	{"nothing and orange and android", "(nothing and orange and android)"},
	{"a.b exists", NULL},
	{"a.b exists and m", "(a.b exists and m)"},
	{"a.b>=0", "a.b >= 0"},
	{"a.b <-1", "a.b < -1"},
	{"a.b > 0x1F", NULL},
	{"a.b <= 1.5e+3", NULL},
	{"a.b == c", NULL},
	{"a.b in(c,d)", "a.b in (c, d)"},
	{"a.b in ( \"c\" , 'd' )", "a.b in (c, d)"},
	{"a.b in ()", NULL},
	{"a.b in ( )", "a.b in ()"},
	{"a.b in c", NULL},
	{"a.b inside", "a.b in side"},
	{"a.b pmatch (/etc, /home/*)", NULL},
	{"a.b intersects (x, y)", NULL},
	{"a.b = \"c d\"", NULL},
	{"a.b = 'c d'", "a.b = \"c d\""},
	{"a.b = 'c'", "a.b = c"},
	{"a.b = \"\"", NULL},
	{"a.b = \"a=b\"", NULL},
	{"a.b = 'it\"s'", "a.b = \"it\\\"s\""},
	{"a.b = \"tab\\there\"", NULL},
	{"a.b = \"\\x01\\x7f\"", NULL},
	{"a.b = c\\d", "a.b = \"c\\\\d\""},
	{"a.b = \xc3\xa9", NULL},
	{"a.b=<", "a.b = <"},
	{"a.b = oneof", NULL},
	{"a.b = oneof and m", "(a.b = oneof and m)"},
	{"(a.b = oneof)", "a.b = oneof"},
	{"a.b = anyof or m", "(a.b = anyof or m)"},
	{"a.b startswith oneof (c, d)", NULL},
	{"a.b startswith anyof(c)", "a.b startswith anyof (c)"},
	{"a.b != allof c", NULL},
	{"a.b = oneofus", NULL},
	{"a.b contains c", NULL},
	{"a.b glob *.so?", NULL},
	{"a.b = tolower", NULL},
	{"a.b = val", NULL},
	{"a.b[1] = c", NULL},
	{"a.b[x=y] = c", NULL},
	{"a.b[\"x y\"] = c", NULL},
	{"a.b['x'] = c", "a.b[x] = c"},
	{"tolower(a.b) = c", NULL},
	{"tolower( a.b )=c", "tolower(a.b) = c"},
	{"tolower(toupper(a.b[2])) = c", NULL},
	{"join(\",\", (a.b, \"x\", 5)) = c", NULL},
	{"concat(a.b, '5', 5, \"x\") = c", "concat(a.b, 5, 5, \"x\") = c"},
	{"getopt(a.b, \"x:\")[x] exists", NULL},
	{"len(()) > 0", NULL},
	{"a.b = val(c.d)", NULL},
	{"a.b in val(c.d)", NULL},
	{"a.b > len(c.d)", NULL},
	{"a.b contains basename(c.d)", NULL},
	{"\n\tm\r\n and\tn ", "(m and n)"},
};

static void test_canonical(void **state)
{
	struct arena *a = arena_new();
	const char *want, *text;
	struct node *n;
	size_t i;

	for (i = 0; i < sizeof(canonical) / sizeof(canonical[0]); i++) {
		want = canonical[i][1] ? canonical[i][1] : canonical[i][0];
		n = parse(a, canonical[i][0]);
		if (!n)
			fail_msg("'%s' was refused", canonical[i][0]);
		text = ast_print(a, n);
		assert_string_equal(text, want);
		assert_true(ast_equal(parse(a, text), n));
	}
	arena_free(&a);
}

/* Text, a part of the message, and the byte it is about. */
static const struct {
	const char *text, *message;
	unsigned column;
} wrong[] = {
	{"", "filter input string is empty", 1},
	{"  \n", "filter input string is empty", 1},
	{"()", "expected a '(' token, a field check, or an identifier", 2},
	{"m and", "expected blank or '(' after 'and'", 6},
	{"m and ", "expected a '(' token, a field check, or an identifier", 6},
	{"m andn", "expected blank or '(' after 'and'", 6},
	{"m or", "expected blank or '(' after 'or'", 5},
	{"m AND n", "unexpected token after 'm', expecting 'or', 'and'", 3},
	{"m and and n", "expected a '(' token, a field check, or an identifier", 7},
	{"and", "expected a '(' token", 1},
	{"m n", "unexpected token after 'm'", 3},
	{"(m", "expected a ')' token", 3},
	{"m)", "unexpected token after 'm'", 2},
	{"(m or (n and o)", "expected a ')' token", 16},
	{"not", "expected a '(' token", 4},
	{"a.b", "expected a valid check operator: one of 'exists', '<=', ", 4},
	{"a.b is c", "expected a valid check operator", 5},
	{"a.b contains", "expected a valid check operator", 5},
	{"a.b contains\"c\"", "expected a valid check operator", 5},
	{"a.b contains ", "expected a string value or a field with a valid transformer", 13},
	{"a.b =", "expected a string value", 6},
	{"a.b = and.c = d", "unexpected token after 'and.c'", 13},
	{"a.b > c", "expected a number value or a field with a valid transformer", 7},
	{"a.b < 1.2.3.4", "unexpected token after '1.2'", 10},
	{"a.b in", "expected a list, an identifier, or a field with a valid transformer", 7},
	{"a.b in \"c\"", "expected a list, an identifier", 8},
	{"a.b in (c", "expected a ')' token closing the list", 10},
	{"a.b in (c,)", "expected a value in the list", 11},
	{"a.b in (c d)", "expected a ')' token closing the list", 11},
	{"a.b in c, d", "unexpected token after 'c'", 9},
	{"a.b contains c=d", "unexpected token after 'c'", 15},
	{"a.b = \"c", "unterminated quoted string", 7},
	{"a.b = 'c\"", "unterminated quoted string", 7},
	{"a.b = \"\\d\"", "unsupported string escape sequence", 8},
	{"a.b = \"\\x00\"", "cannot contain a NUL byte", 8},
	{"a.b[ = c", "expected an argument after '['", 5},
	{"a.b[1 = c", "expected a ']' token", 6},
	{"a.b [1] = c", "expected a valid check operator", 5},
	{"tolower (a.b) = c", "unexpected token after 'tolower'", 9},
	{"tolower(a.b = c", "expected a ')' token closing the transformer", 13},
	{"tolower() = c", "expected a field, a transformer, a number or a quoted text", 9},
	{"tolower(m) = c", "expected a field, a transformer", 9},
	{"join((a.b, (c.d))) = c", "expected a field, a transformer", 12},
	{"val(a.b) = c", "unexpected token after 'val'", 4},
	{"a.b = val(c)", "expected a field, a transformer", 11},
	{"a.b = val(tolower(c.d))", "val() takes one field", 7},
	{"a.b. = c", "expected a valid check operator", 4},
	{"1 = 1", "expected a '(' token, a field check, or an identifier", 1},
	{"_m", "expected a '(' token", 1},
	{"proc.name=a AND b", "unexpected token after 'a'", 13},
	{"a.b=c>d e", "unexpected token after 'c>d'", 9},
	{"a.b = \"c d\" e", "unexpected token after '\"c d\"'", 13},
	{"a.b >=5 c", "unexpected token after '5'", 9},
	{"a.b in (c, d) e", "unexpected token after ')'", 15},
	{"a.b[1] exists e", "unexpected token after 'exists'", 15},
	{"a.b contains oneof 5", "unexpected token after 'oneof'", 20},
	{"m and a.b glob tolower(c.d) e", "unexpected token after ')'", 29},
	{"m # comment", "unexpected token after 'm'", 3},
};

static void test_wrong(void **state)
{
	struct arena *a = arena_new();
	struct ynode node;
	struct text t;
	struct diags d;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		node = (struct ynode){.kind = YNODE_SCALAR,
				      .text = wrong[i].text,
				      .len = strlen(wrong[i].text),
				      .at = {"f", 1, 1},
				      .source = &(struct diag_source){"f", wrong[i].text,
								      strlen(wrong[i].text), NULL}};
		t = (struct text){.arena = a};
		d = (struct diags){.arena = a};
		text_add_node(&t, &node, 0, node.len);
		if (parse_text(&d, &t))
			fail_msg("'%s' was accepted", wrong[i].text);
		assert_int_equal(d.n, 1);
		if (!strstr(d.list[0].message, wrong[i].message))
			fail_msg("'%s': %s", wrong[i].text, d.list[0].message);
		assert_string_equal(d.list[0].code, "LOAD_ERR_COMPILE_CONDITION");
		if (wrong[i].column != 1 && d.list[0].at.column != wrong[i].column)
			fail_msg("'%s': column %u", wrong[i].text, d.list[0].at.column);
	}
	arena_free(&a);
}

static char *nested(struct arena *a, const char *open, const char *inner, const char *end, size_t n)
{
	char *text = arena_alloc(a, n * (strlen(open) + 1) + strlen(inner) + strlen(end) + 1);
	char *p = text;
	size_t i;

	for (i = 0; i < n; i++)
		p = stpcpy(p, open);
	p = stpcpy(p, inner);
	for (i = 0; i < n; i++)
		*p++ = ')';
	strcpy(p, end);
	return text;
}

static void test_depth(void **state)
{
	struct arena *a = arena_new();

	assert_non_null(parse(a, nested(a, "(", "m", "", PARSE_DEPTH_MAX)));
	assert_null(parse(a, nested(a, "(", "m", "", PARSE_DEPTH_MAX + 1)));
	assert_null(parse(a, nested(a, "(", "m", "", 10000)));
	assert_null(parse(a, nested(a, "not(", "m", "", 10000)));
	assert_null(parse(a, nested(a, "m or not (n and ", "m", "", 10000)));
	assert_non_null(parse(a, nested(a, "tolower(", "a.b", " = c", PARSE_DEPTH_MAX)));
	assert_null(parse(a, nested(a, "tolower(", "a.b", " = c", 10000)));
	arena_free(&a);
}

static void test_many_nots(void **state)
{
	struct arena *a = arena_new();
	char *text = arena_alloc(a, 400010);
	size_t i;

	for (i = 0; i < 99999; i++)
		strcpy(text + 4 * i, "not ");
	strcpy(text + 4 * i, "m");
	assert_string_equal(ast_print(a, parse(a, text)), "not m");
	arena_free(&a);
}

static void test_not_equal(void **state)
{
	static const char *const pairs[][2] = {
		{"m", "n"},
		{"m", "not m"},
		{"m and n", "n and m"},
		{"m and n", "m or n"},
		{"a.b = c", "a.b == c"},
		{"a.b = c", "a.b = d"},
		{"a.b = c", "a.c = c"},
		{"a.b in (c)", "a.b in c"},
		{"a.b in (c, d)", "a.b in (c)"},
		{"a.b = anyof (c)", "a.b = allof (c)"},
		{"a.b[1] = c", "a.b = c"},
		{"a.b[1] = c", "a.b[2] = c"},
		{"tolower(a.b) = c", "a.b = c"},
		{"tolower(a.b) = c", "toupper(a.b) = c"},
		{"a.b = val(c.d)", "a.b = val(c.e)"},
		{"a.b = val(c.d)", "a.b = c.d"},
		{"concat(a.b, 5) = c", "concat(a.b, 6) = c"},
	};
	struct arena *a = arena_new();
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_false(ast_equal(parse(a, pairs[i][0]), parse(a, pairs[i][1])));
	arena_free(&a);
}

/* ---- random trees ---- */

static unsigned pick(unsigned n)
{
	return (unsigned)(random() % n);
}

static const char *random_value(struct arena *a)
{
	static const char *const words[] = {"or", "and",    "not", "oneof",   "anyof",
					    "in", "exists", "=",   "val(",    "<",
					    "-1", "",	    "a,",  "tolower("};
	static const char letters[] = "ab/*. \t\n\r\b\f\"'\\(),=[]\x01\x7f\xc3";
	size_t len = pick(6), i;
	char *text;

	if (!pick(3))
		return words[pick(sizeof(words) / sizeof(words[0]))];
	text = arena_alloc(a, len + 1);
	for (i = 0; i < len; i++)
		text[i] = letters[pick(sizeof(letters) - 1)];
	return text;
}

static struct expr *random_field(struct arena *a)
{
	static const char *const names[] = {"proc.name", "fd.name", "evt.type", "a.b.c_1.d"};
	struct expr *e = arena_alloc(a, sizeof(*e));
	const char *arg = pick(4) ? NULL : random_value(a);

	e->name = names[pick(4)];
	e->arg = arg;
	return e;
}

static struct expr *random_transformer(struct arena *a, unsigned depth)
{
	static const char *const literals[] = {"5", "-1.5e+2", "x y", "", "0x1f", "\"", "a"};
	struct expr *e = arena_alloc(a, sizeof(*e)), *item;
	size_t i;

	e->transform = TR_TOLOWER + pick(TR_GETOPT);
	e->name = transform_name(e->transform);
	e->n_args = 1 + pick(3);
	e->args = arena_alloc(a, e->n_args * sizeof(item));
	for (i = 0; i < e->n_args; i++) {
		item = depth && !pick(3) ? random_transformer(a, depth - 1) : random_field(a);
		if (!pick(3)) {
			item = arena_alloc(a, sizeof(*item));
			item->literal = literals[pick(7)];
		} else if (!pick(4)) {
			struct expr *list = arena_alloc(a, sizeof(*list));

			list->is_list = true;
			list->n_args = 1;
			list->args = arena_copy(a, &item, sizeof(item));
			item = list;
		}
		e->args[i] = item;
	}
	return e;
}

static void random_values(struct arena *a, struct node *n)
{
	static const char *const numbers[] = {"0", "-1", "+5", "0xaB", "1.5", "2e10"};
	size_t i;

	n->is_list = ops[n->op].operand == OPERAND_LIST || n->modifier;
	n->n_values = n->is_list ? pick(4) : 1;
	n->values = arena_alloc(a, n->n_values * sizeof(*n->values));
	for (i = 0; i < n->n_values; i++) {
		n->values[i].text =
			ops[n->op].operand == OPERAND_NUMBER ? numbers[pick(6)] : random_value(a);
		n->values[i].len = strlen(n->values[i].text);
	}
}

static struct node *random_compare(struct arena *a)
{
	struct node *n = arena_alloc(a, sizeof(*n));

	n->kind = NODE_COMPARE;
	n->op = pick(OP_COUNT);
	n->left = pick(4) ? random_field(a) : random_transformer(a, 2);
	if (ops[n->op].operand == OPERAND_NONE)
		return n;
	if (!pick(6)) {
		n->right = random_transformer(a, 1);
		return n;
	}
	if (!pick(6)) {
		n->right = arena_alloc(a, sizeof(*n->right));
		n->right->transform = TR_VAL;
		n->right->name = "val";
		n->right->n_args = 1;
		n->right->args = arena_alloc(a, sizeof(struct expr *));
		n->right->args[0] = random_field(a);
		return n;
	}
	if (ops[n->op].operand == OPERAND_ONE || ops[n->op].operand == OPERAND_HEX)
		n->modifier = pick(MOD_ALLOF + 1);
	random_values(a, n);
	return n;
}

static struct node *random_tree(struct arena *a, unsigned depth)
{
	static const char *const macros[] = {"m", "orange", "android", "nothing", "len", "in"};
	struct node *n, **kids;
	unsigned kind = depth ? pick(5) : 4, i, n_kids = 2 + pick(3);

	if (kind < 2) {
		kids = arena_alloc(a, n_kids * sizeof(*kids));
		for (i = 0; i < n_kids; i++)
			kids[i] = random_tree(a, depth - 1);
		return node_group(a, kind ? NODE_AND : NODE_OR, kids, n_kids);
	}
	if (kind == 2)
		return node_not(a, (struct place){0}, random_tree(a, depth - 1));
	if (pick(5))
		return random_compare(a);
	n = arena_alloc(a, sizeof(*n));
	n->kind = NODE_MACRO;
	n->macro = macros[pick(6)];
	return n;
}

static void test_random(void **state)
{
	const char *given = getenv("TEST_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	struct node *n, *again;
	struct arena *a;
	const char *text;
	int i;

	print_message("TEST_SEED=%u\n", seed);
	srandom(seed);
	for (i = 0; i < 20000; i++) {
		a = arena_new();
		n = random_tree(a, 5);
		text = ast_print(a, n);
		again = parse(a, text);
		if (!again || !ast_equal(n, again))
			fail_msg("not read as it was printed: %s", text);
		assert_string_equal(ast_print(a, again), text);
		arena_free(&a);
	}
}

/* Cut, and with bytes changed: refused or read, never worse. */
static void test_damaged(void **state)
{
	struct arena *a;
	size_t len, i;
	char *text;
	int round;

	srandom(7);
	for (round = 0; round < 20000; round++) {
		a = arena_new();
		text = (char *)ast_print(a, random_tree(a, 3));
		len = strlen(text);
		for (i = pick(4); i > 0; i--)
			text[pick((unsigned)len)] = "()\"'\\ =,[]a\x01\xff"[pick(13)];
		text[pick((unsigned)len + 1)] = '\0';
		if (parse(a, text))
			assert_non_null(parse(a, ast_print(a, parse(a, text))));
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_depth),	  cmocka_unit_test(test_many_nots),
		cmocka_unit_test(test_not_equal), cmocka_unit_test(test_random),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests_name("gen_parse", tests, NULL, NULL);
}
