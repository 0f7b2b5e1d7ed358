/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One comparison for one event type: a constant, predicates, or a hole. A new kind of field or
 * operator is made known here.
 */
#include "gen/form.h"

#include <stdlib.h>
#include <string.h>

#include "gen/caps.h"
#include "gen/calls.h"
#include "gen/event_args.h"
#include "gen/interp.h"
#include "gen/literal.h"
#include "gen/match.h"
#include "gen/types.h"

#define ERRNO_MAX 4095 /* what a system call can return as an error */

struct target {
	const struct field *field;
	unsigned depth;
	uint32_t flag;		      /* a bool in FIELD_TASK_FLAGS: which */
	const struct arg_target *arg; /* NULL: the field itself is compared */
};

/* The field itself if it stands for no other. */
static const struct field *end_of(enum field_id f, bool server)
{
	switch (f) {
	case FIELD_FD_IP:
	case FIELD_FD_NET:
		return &fields[server ? FIELD_FD_SIP : FIELD_FD_CIP];
	case FIELD_FD_PORT:
		return &fields[server ? FIELD_FD_SPORT : FIELD_FD_CPORT];
	case FIELD_FD_CNET:
		return &fields[FIELD_FD_CIP];
	case FIELD_FD_SNET:
		return &fields[FIELD_FD_SIP];
	default:
		return &fields[f];
	}
}

/* Index 0 of the ancestors is the process itself. */
static struct target target_of(const struct expr *e)
{
	struct target t = {.field = end_of(e->field->id, true)};

	t.flag = field_task_flag(e->field->id);
	if (t.flag)
		t.field = &fields[FIELD_TASK_FLAGS];
	if (e->field->source == SOURCE_PARENT)
		t.depth = 1;
	if (e->field->source == SOURCE_ANCESTOR && e->key) {
		t.depth = strtoul(e->key, NULL, 10);
		if (!t.depth)
			t.field = &fields[e->field->base];
	}
	return t;
}

static struct form *constant_text(const struct node *n, const char *text)
{
	struct value v = {.type = TYPE_STR, .str = text, .len = strlen(text)};

	return form_const(interp_compare(n, &v) == TRUTH_YES);
}

static struct form *flag_form(struct lower *l, uint64_t mask, uint64_t value)
{
	struct alt alt = {.mask = mask, .low = value, .high = value};

	return form_lit(l, pred_intern(l->preds, FIELD_TASK_FLAGS, 0, &alt, 1), false);
}

static struct form *exists_form(struct lower *l, const struct node *n, struct target t)
{
	if (t.field->presence == PRESENCE_ALWAYS)
		return form_const(true);
	if (t.field->source == SOURCE_USER)
		return form_hole(
			l, n, arena_printf(l->arena, "the kernel does not know %s", t.field->name));
	if (t.field->id == FIELD_PROC_ENV)
		return form_hole(l, n, "the kernel only compares environments");
	if (t.flag)
		return flag_form(l, TASK_KNOWN(t.flag), TASK_KNOWN(t.flag));
	return form_lit(l, pred_intern(l->preds, t.field->id, t.depth, NULL, 0), false);
}

/* ---- numbers ---- */

static void add_range(struct lower *l, alts_t *alts, int64_t low, int64_t high)
{
	if (low <= high)
		*vec_add(l->arena, alts) =
			(struct alt){.mask = UINT64_MAX, .low = low, .high = high};
}

static void add_number(struct lower *l, alts_t *alts, enum op op, int64_t n)
{
	switch (op) {
	case OP_LT:
		if (n != INT64_MIN)
			add_range(l, alts, INT64_MIN, n - 1);
		break;
	case OP_LE:
		add_range(l, alts, INT64_MIN, n);
		break;
	case OP_GT:
		if (n != INT64_MAX)
			add_range(l, alts, n + 1, INT64_MAX);
		break;
	case OP_GE:
		add_range(l, alts, n, INT64_MAX);
		break;
	default:
		add_range(l, alts, n, n);
		break;
	}
}

static void add_code(struct lower *l, alts_t *alts, enum op op, const struct literal *value,
		     const char *text, int64_t code)
{
	if (match_text(op, text, strlen(text), value))
		add_range(l, alts, code, code);
}

/* The texts of a finite domain are tried one by one. Errors without a name have their number
 * as text. */
static void add_codes(struct lower *l, alts_t *alts, const struct field *f, enum op op,
		      const struct literal *value)
{
	size_t i, n = 0;
	const struct domain_entry *d = field_domain(f->id, &n);
	char number[16];
	int code;

	for (i = 0; i < n; i++)
		add_code(l, alts, op, value, d[i].text, d[i].code);
	for (code = 1; f->id == FIELD_EVT_RES && code <= ERRNO_MAX; code++) {
		snprintf(number, sizeof(number), "%d", code);
		if (match_text(op, number, strlen(number), value) && !domain_text(f->id, code))
			add_range(l, alts, code, code);
	}
}

/* Whether the name of a capability has a text in it. */
static bool has_cap(unsigned bit, enum op op, const struct literal *value)
{
	char name[64];
	size_t len = caps_text(1ULL << bit, name, sizeof(name));

	return match_text(op, name, len, value);
}

/* A text without a blank is in the names if it is in one of them. */
static void add_caps(struct lower *l, alts_t *alts, enum op op, const struct literal *v)
{
	uint64_t mask = 0;
	unsigned bit;

	if (op == OP_EQ) {
		if (caps_parse(v->text, v->len, &mask))
			*vec_add(l->arena, alts) =
				(struct alt){.mask = CAPS_NAMED, .low = mask, .high = mask};
		return;
	}
	for (bit = 0; caps_name(bit); bit++) {
		if (has_cap(bit, op, v))
			mask |= 1ULL << bit;
	}
	if (mask)
		*vec_add(l->arena, alts) = (struct alt){.mask = mask, .low = 1, .high = INT64_MAX};
}

/* Why the mask does not tell what the text is compared with. */
static const char *undecidable_caps(const struct node *n)
{
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		switch (n->op) {
		case OP_EQ:
		case OP_EQ2:
		case OP_NE:
		case OP_IN:
		case OP_INTERSECTS:
			break;
		case OP_CONTAINS:
		case OP_ICONTAINS:
			if (!memchr(n->values[i].text, ' ', n->values[i].len))
				break;
			return "the kernel compares one capability at a time";
		default:
			return "the kernel looks for capabilities only by contains, icontains and "
			       "equality";
		}
	}
	return NULL;
}

/* Both truths of a bool are tried. */
static struct form *flag_any(struct lower *l, const struct node *n, struct target t, enum op op,
			     size_t first, size_t n_values)
{
	struct node some = *n;
	struct form *kids[2];
	int64_t truth;

	some.op = op;
	some.modifier = MOD_NONE;
	some.values = n->values + first;
	some.n_values = n_values;
	for (truth = 0; truth < 2; truth++) {
		struct value v = {.type = TYPE_BOOL, .num = truth};
		uint64_t known = TASK_KNOWN(t.flag);

		kids[truth] = interp_compare(&some, &v) == TRUTH_YES
				      ? flag_form(l, known | t.flag, known | truth * t.flag)
				      : form_const(false);
	}
	return form_group(l, FORM_OR, kids, 2);
}

/* ---- addresses: of IPv4, as numbers in host order ---- */

static void add_address(struct lower *l, alts_t *alts, const struct literal *value)
{
	const struct address *a = value->address;
	int64_t low = 0;

	if (a->len != 4)
		return;
	for (int i = 0; i < 4; i++)
		low = low << 8 | a->bytes[i];
	add_range(l, alts, low, low + (1LL << (32 - a->prefix)) - 1);
}

static bool has_ipv4(const struct node *n)
{
	for (size_t i = 0; i < n->n_values; i++) {
		if (n->values[i].address && n->values[i].address->len == 4)
			return true;
	}
	return !n->n_values;
}

/* ---- texts ---- */

static bool is_ordered(enum op op)
{
	return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

/* Whether every text passes. */
static bool is_trivial(enum op op, const struct literal *v)
{
	switch (op) {
	case OP_CONTAINS:
	case OP_ICONTAINS:
	case OP_STARTSWITH:
	case OP_ENDSWITH:
		return !v->len;
	case OP_PMATCH:
		return strspn(v->text, "/") == v->len;
	default:
		return false;
	}
}

static enum op plain_op(enum op op)
{
	return op == OP_EQ2 || op == OP_IN || op == OP_INTERSECTS || op == OP_NE ? OP_EQ : op;
}

static bool is_short(struct target t)
{
	const struct field *f = &fields[t.field->base];

	return f->source == SOURCE_SHORT;
}

static void add_text(struct lower *l, alts_t *alts, struct target t, enum op op,
		     const struct literal *v)
{
	if (op == OP_EQ && is_short(t) && v->len >= SHORT_SIZE)
		return; /* longer than the field's values can be */
	*vec_add(l->arena, alts) = (struct alt){.op = op, .text = v->text, .len = v->len};
}

/* ---- comparisons ---- */

/* The comparison with values [first, first + n): is it true for one of them? op is not NE. */
static struct form *any_form(struct lower *l, const struct node *n, struct target t, enum op op,
			     size_t first, size_t n_values)
{
	alts_t alts = {};
	size_t i;

	if (t.flag)
		return flag_any(l, n, t, op, first, n_values);
	for (i = first; i < first + n_values; i++) {
		const struct literal *v = &n->values[i];

		if (t.arg)
			arg_add(l, &alts, t.arg, op, v);
		else if (t.field->source == SOURCE_NUM)
			add_number(l, &alts, op, v->number);
		else if (t.field->source == SOURCE_ADDR)
			add_address(l, &alts, v);
		else if (t.field->source == SOURCE_ENUM)
			add_codes(l, &alts, t.field, op, v);
		else if (is_trivial(op, v))
			return exists_form(l, n, t);
		else if (t.field->source == SOURCE_CAPS)
			add_caps(l, &alts, op, v);
		else
			add_text(l, &alts, t, op, v);
	}
	if (!alts.n)
		return form_const(false);
	return form_lit(l, pred_intern(l->preds, t.field->id, t.depth, alts.v, alts.n), false);
}

/* One form per value, joined by kind; negated: of each its negation. */
static struct form *each_form(struct lower *l, const struct node *n, struct target t, enum op op,
			      enum form_kind kind, bool negated)
{
	struct form **kids = arena_alloc(l->arena, n->n_values * sizeof(*kids));
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		kids[i] = any_form(l, n, t, op, i, 1);
		if (negated)
			kids[i] = form_not(l, kids[i]);
	}
	return form_group(l, kind, kids, n->n_values);
}

/* Has a value, and another one. */
static struct form *differs_form(struct lower *l, const struct node *n, struct target t)
{
	enum form_kind kind = n->modifier == MOD_ANYOF ? FORM_OR : FORM_AND;
	struct form *kids[2];

	kids[0] = exists_form(l, n, t);
	kids[1] = each_form(l, n, t, OP_EQ, kind, true);
	return form_group(l, FORM_AND, kids, 2);
}

/* Why the tables cannot decide this comparison, NULL if they can. */
static const char *undecidable(struct lower *l, const struct node *n, struct target t)
{
	bool any_ancestor = t.field->source == SOURCE_ANCESTOR && !t.depth;

	if (t.field->source == SOURCE_USER)
		return arena_printf(l->arena, "the kernel does not know %s", t.field->name);
	if (t.arg && arg_problem(t.arg, n))
		return arg_problem(t.arg, n);
	if (t.field->id == FIELD_PROC_ARGS && n->left->key)
		return "the kernel does not look at single arguments";
	if (t.field->id == FIELD_PROC_ENV && n->left->key)
		return "the kernel does not look at single variables";
	if (n->modifier == MOD_ONEOF && n->n_values > 1)
		return "the kernel does not count how many values fit";
	if (any_ancestor && (n->op == OP_NE || (n->modifier == MOD_ALLOF && n->n_values > 1)))
		return "the kernel asks ancestors one thing at a time";
	if (t.field->source == SOURCE_ADDR && !has_ipv4(n))
		return "the kernel compares addresses of IPv4 only";
	if (t.field->source == SOURCE_NUM || t.field->source == SOURCE_ENUM ||
	    t.field->source == SOURCE_ADDR)
		return NULL;
	if (t.field->source == SOURCE_CAPS)
		return undecidable_caps(n);
	if (n->op == OP_REGEX)
		return "the kernel's tables hold no regular expressions";
	if (is_ordered(n->op))
		return "the kernel does not compare texts by their order";
	return NULL;
}

/* Numbers of events run from 1. */
static struct form *event_number(struct lower *l, const struct node *n)
{
	struct value first = {.type = TYPE_INT, .num = 1},
		     last = {.type = TYPE_INT, .num = INT64_MAX};
	enum truth t = interp_compare(n, &first);
	size_t i;

	for (i = 0; i < n->n_values; i++) {
		if (n->values[i].number > 1 && n->values[i].number < INT64_MAX)
			return form_hole(l, n, "the kernel does not know evt.num");
	}
	if (t != interp_compare(n, &last))
		return form_hole(l, n, "the kernel does not know evt.num");
	return form_const(t == TRUTH_YES);
}

static struct form *compare_values(struct lower *l, const struct node *n, struct target t)
{
	const char *why = undecidable(l, n, t);

	if (why)
		return form_hole(l, n, why);
	if (!n->n_values)
		return form_const(false);
	if (n->op == OP_NE)
		return differs_form(l, n, t);
	if (n->modifier == MOD_ALLOF)
		return each_form(l, n, t, plain_op(n->op), FORM_AND, false);
	return any_form(l, n, t, plain_op(n->op), 0, n->n_values);
}

/* ---- fields that are others by another name ---- */

/* Either end passes; for != none is equal, of those that are there. */
static struct form *either_form(struct lower *l, const struct node *n)
{
	struct target ends[] = {{.field = end_of(n->left->field->id, false)},
				{.field = end_of(n->left->field->id, true)}};
	struct form *equal[2], *there[2], *both[2];
	const char *why = undecidable(l, n, ends[0]);
	enum op op = n->op == OP_NE ? OP_EQ : plain_op(n->op);

	if (why || n->modifier)
		return form_hole(l, n, why ? why : "the kernel compares either end with one value");
	for (int i = 0; i < 2; i++) {
		there[i] = exists_form(l, n, ends[i]);
		if (n->op != OP_EXISTS)
			equal[i] = any_form(l, n, ends[i], op, 0, n->n_values);
	}
	if (n->op == OP_EXISTS)
		return form_group(l, FORM_OR, there, 2);
	if (n->op != OP_NE)
		return form_group(l, FORM_OR, equal, 2);
	both[0] = form_group(l, FORM_OR, there, 2);
	both[1] = form_not(l, form_group(l, FORM_OR, equal, 2));
	return form_group(l, FORM_AND, both, 2);
}

static bool is_either(enum field_id f)
{
	return f == FIELD_FD_IP || f == FIELD_FD_NET || f == FIELD_FD_PORT;
}

/* A path of the call, which of all but opens is there only if the call succeeded. */
static struct form *path_form(struct lower *l, const struct node *n, enum call_path which)
{
	static const struct alt no = {.mask = UINT64_MAX};
	struct target t = {.field = &fields[which == CALL_PATH_FIRST ? FIELD_PATH1 : FIELD_PATH2]};
	const char *why = undecidable(l, n, t);
	struct form *kids[2];

	if (why)
		return form_hole(l, n, why);
	kids[0] = form_lit(l, pred_intern(l->preds, FIELD_EVT_FAILED, 0, &no, 1), false);
	kids[1] = n->op == OP_EXISTS ? exists_form(l, n, t) : compare_values(l, n, t);
	return form_group(l, FORM_AND, kids, 2);
}

static bool is_path(enum field_id f)
{
	return f == FIELD_FS_PATH_NAME || f == FIELD_FS_PATH_SOURCE || f == FIELD_FS_PATH_TARGET;
}

/* fs.path.*: a path of the call, or what an open names. */
static struct form *path_compare(struct lower *l, const struct node *n)
{
	struct event_set first = types_with_path(n->left->field->id, CALL_PATH_FIRST),
			 second = types_with_path(n->left->field->id, CALL_PATH_SECOND);
	struct target name = {.field = &fields[FIELD_FD_NAME]};

	if (lower_asks(l, &first))
		return path_form(l, n, CALL_PATH_FIRST);
	if (lower_asks(l, &second))
		return path_form(l, n, CALL_PATH_SECOND);
	if (n->op == OP_EXISTS)
		return exists_form(l, n, name);
	return compare_values(l, n, name);
}

/* Sockets and pipes have names, but neither directory nor file name. */
static struct form *part_form(struct lower *l, const struct node *n, struct target t)
{
	static const struct alt files[] = {{.mask = UINT64_MAX, .low = 'f', .high = 'f'},
					   {.mask = UINT64_MAX, .low = 'd', .high = 'd'}};
	struct event_set open = types_of_family("open");
	struct form *kids[2];

	kids[0] = n->op == OP_EXISTS ? exists_form(l, n, t) : compare_values(l, n, t);
	if (lower_asks(l, &open))
		return kids[0];
	kids[1] = form_lit(l, pred_intern(l->preds, FIELD_FD_TYPECHAR, 0, files, 2), false);
	return form_group(l, FORM_AND, kids, 2);
}

static bool lower_lacks(struct lower *l, enum field_id f)
{
	struct event_set lacking;

	if (field_is_absent_live(f))
		return true;
	lacking = types_lacking(f);
	return !event_set_is_empty(&lacking) && lower_asks(l, &lacking);
}

static struct form *exists_or_compare(struct lower *l, const struct node *n, struct target t)
{
	return n->op == OP_EXISTS ? exists_form(l, n, t) : compare_values(l, n, t);
}

/* Of reads and writes the category is that of the descriptor, if that has one. */
static struct form *category_form(struct lower *l, const struct node *n)
{
	static const char *const categories[] = {"file", "net", "ipc"};
	struct event_set own = types_of_category(n, false), refined = types_of_category(n, true);
	bool holds = n->op == OP_EXISTS || lower_asks(l, &own);
	alts_t yes = {}, all = {};
	struct form *kids[2];

	if (n->op == OP_EXISTS || !lower_asks(l, &refined))
		return form_const(holds);
	for (size_t i = 0; i < 3; i++) {
		bool is = constant_text(n, categories[i])->kind == FORM_YES;

		for (const char *c = event_category_letters(categories[i]); *c; c++) {
			add_range(l, is ? &yes : &all, *c, *c);
			if (is)
				add_range(l, &all, *c, *c);
		}
	}
	kids[0] = form_const(false);
	if (yes.n)
		kids[0] = form_lit(l, pred_intern(l->preds, FIELD_FD_TYPECHAR, 0, yes.v, yes.n),
				   false);
	kids[1] = form_const(false);
	if (holds)
		kids[1] = form_lit(l, pred_intern(l->preds, FIELD_FD_TYPECHAR, 0, all.v, all.n),
				   true);
	return form_group(l, FORM_OR, kids, 2);
}

/* fd.sockfamily is what its kind of descriptor says. */
static struct form *family_form(struct lower *l, const struct node *n)
{
	static const struct {
		const char *family, *letters;
	} list[] = {{"ip", "46"}, {"unix", "u"}};
	alts_t alts = {};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (n->op != OP_EXISTS && constant_text(n, list[i].family)->kind != FORM_YES)
			continue;
		for (const char *c = list[i].letters; *c; c++)
			add_range(l, &alts, *c, *c);
	}
	if (!alts.n)
		return form_const(false);
	return form_lit(l, pred_intern(l->preds, FIELD_FD_TYPECHAR, 0, alts.v, alts.n), false);
}

/* Data are in no record: of calls that move them they are not known, other calls have none. */
static bool is_data(enum field_id f)
{
	switch (f) {
	case FIELD_EVT_BUFFER:
	case FIELD_SYSLOG_FACILITY:
	case FIELD_SYSLOG_FACILITY_STR:
	case FIELD_SYSLOG_SEVERITY:
	case FIELD_SYSLOG_SEVERITY_STR:
	case FIELD_SYSLOG_MESSAGE:
		return true;
	default:
		return false;
	}
}

static bool is_argument(const struct expr *e)
{
	return e->key && (e->field->id == FIELD_EVT_ARG || e->field->id == FIELD_EVT_RAWARG);
}

static struct form *argument_form(struct lower *l, const struct node *n)
{
	struct arg_target arg = arg_target(l, n->left);
	struct target t = {.arg = arg.is_field ? NULL : &arg};

	if (!arg.source)
		return form_const(false);
	if (arg.field == FIELD_COUNT)
		return form_hole(l, n, "the kernel does not know this argument");
	t.field = &fields[arg.field];
	return exists_or_compare(l, n, t);
}

static bool lacks_data(struct lower *l, enum field_id f)
{
	struct event_set data;

	if (!is_data(f))
		return false;
	data = types_with_arg("data"); /* not for every comparison: it takes long */
	return !lower_asks(l, &data);
}

/* The event has no value for it: a field in it, and with that the whole, is missing. */
static bool is_never_there(struct lower *l, const struct expr *e)
{
	size_t i;

	if (e->field && lacks_data(l, e->field->id))
		return true;
	if (e->field && lower_lacks(l, e->field->id))
		return true;
	for (i = 0; i < e->n_args; i++) {
		if (is_never_there(l, e->args[i]))
			return true;
	}
	return false;
}

/* ---- facts ---- */

static bool is_about(const struct expr *e, enum field_source source)
{
	size_t i;

	if (e->field)
		return e->field->source == source;
	for (i = 0; i < e->n_args; i++) {
		if (!is_about(e->args[i], source))
			return false;
	}
	return e->n_args;
}

static bool compares(const struct node *n, enum field_source source)
{
	return is_about(n->left, source) && (!n->right || is_about(n->right, source));
}

/* Whatever the comparison, it is decided once per container, or user in it. */
static struct form *fact_form(struct lower *l, const struct node *n, enum field_id facts)
{
	struct alt alt = {.op = OP_EQ, .text = ast_print(l->arena, n)};

	alt.len = strlen(alt.text);
	return form_lit(l, pred_intern(l->preds, facts, 0, &alt, 1), false);
}

struct form *compare_form(struct lower *l, const struct node *n)
{
	struct event_set types;
	struct target t;

	if (is_never_there(l, n->left) || (n->right && is_never_there(l, n->right)))
		return form_const(false);
	if (compares(n, SOURCE_CONTAINER))
		return fact_form(l, n, FIELD_CONTAINER_FACTS);
	if (compares(n, SOURCE_NAMES))
		return fact_form(l, n, FIELD_NAME_FACTS);
	if (n->left->transform)
		return form_hole(l, n, "the kernel does not transform values");
	if (n->right)
		return form_hole(l, n, "the kernel does not compare fields with each other");
	if (is_either(n->left->field->id))
		return either_form(l, n);
	if (is_path(n->left->field->id))
		return path_compare(l, n);
	if (is_argument(n->left))
		return argument_form(l, n);
	if (n->left->field->id == FIELD_EVT_CATEGORY)
		return category_form(l, n);
	if (n->left->field->id == FIELD_FD_SOCKFAMILY)
		return family_form(l, n);
	t = target_of(n->left);
	if (types_is_compared(n)) {
		types = types_compare(n);
		return form_const(lower_asks(l, &types));
	}
	if (t.field->id == FIELD_EVT_SOURCE)
		return constant_text(n, "syscall");
	if (t.field->id == FIELD_EVT_DIR)
		return constant_text(n, "<");
	if (t.field->id == FIELD_FD_DIRECTORY || t.field->id == FIELD_FD_FILENAME)
		return part_form(l, n, t);
	if (n->op != OP_EXISTS && t.field->id == FIELD_EVT_NUM)
		return event_number(l, n);
	return exists_or_compare(l, n, t);
}
