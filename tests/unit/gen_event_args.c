/* SPDX-License-Identifier: Apache-2.0 */
/* Event types that are only known by name, and what the types carry. */
#include "tests/harness/ruleset.h"

#include "gen/event_args.h"

static void test_types_are_known_once(void **state)
{
	for (size_t i = 0; i < n_event_types; i++) {
		const struct event_type *t = &event_types[i];

		if (event_type_find(t->name) != t)
			fail_msg("'%s' is there twice", t->name);
	}
	assert_null(event_type_find("pread64"));
	assert_non_null(event_type_find("container"));
	assert_null(event_type_find("opnat"));
	assert_string_equal(event_type_nearest("opnat"), "openat");
}

/* Every type that the table of arguments names is one that a rule can name. */
static void test_rows_are_of_known_types(void **state)
{
	static const char *const types[] = {
#define ARGS(type, category, args) type,
#define ARG_TYPE(name, type)
#include "gen/args.def"
#undef ARGS
#undef ARG_TYPE
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!event_type_find(types[i]))
			fail_msg("'%s' is no event type", types[i]);
	}
}

static void test_typed_arguments_exist(void **state)
{
	static const char *const names[] = {
#define ARGS(type, category, args)
#define ARG_TYPE(name, type) name,
#include "gen/args.def"
#undef ARGS
#undef ARG_TYPE
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!event_arg_exists(names[i]))
			fail_msg("no event type has '%s'", names[i]);
	}
	assert_int_equal(event_arg_type("flags"), TYPE_INT);
	assert_int_equal(event_arg_type("newpath"), TYPE_STR);
}

static void test_arguments(void **state)
{
	size_t len;

	assert_true(event_has_arg("openat", "dirfd"));
	assert_false(event_has_arg("open", "dirfd"));
	assert_false(event_has_arg("open", "fla"));
	assert_true(event_has_arg("uname", "nativeID"));
	assert_false(event_has_arg("getsockname", "ID"));
	assert_memory_equal(event_arg_at("open", 1, &len), "name", 4);
	assert_int_equal(len, 4);
	assert_null(event_arg_at("open", 6, &len));
	assert_true(event_arg_exists("linkpath"));
	assert_false(event_arg_exists("linkpat"));
	assert_false(event_arg_exists(""));
	assert_string_equal(event_arg_nearest("linkpat"), "linkpath");
	assert_string_equal(event_category("connect"), "net");
	assert_string_equal(event_category("uname"), "other");
}

/* Of calls that move data, the kind is that of the descriptor. */
static void kinds(void **state)
{
	assert_string_equal(event_category_of("sendto", '4'), "net");
	assert_string_equal(event_category_of("write", 'f'), "file");
	assert_string_equal(event_category_of("write", 'p'), "ipc");
	assert_string_equal(event_category_of("write", 'l'), "io_write");
	assert_string_equal(event_category_of("recvmsg", '\0'), "io_read");
	assert_string_equal(event_category_of("socket", 'f'), "net");
	assert_string_equal(event_category_letters("process"), "");
	assert_true(event_reads("recvmsg") && !event_writes("recvmsg"));
	assert_true(event_writes("sendto") && !event_reads("sendto"));
	assert_true(event_reads("copy_file_range") && event_writes("copy_file_range"));
	assert_false(event_writes("sendfile") || event_reads("openat"));
	assert_true(event_waits("poll") && event_waits("nanosleep"));
	assert_false(event_waits("epoll_create1") || event_waits("read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(test_types_are_known_once),
		cmocka_unit_test(test_rows_are_of_known_types),
		cmocka_unit_test(test_typed_arguments_exist),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
