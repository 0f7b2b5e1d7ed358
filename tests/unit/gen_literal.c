/* SPDX-License-Identifier: Apache-2.0 */
/* Literals of every type. */
#include "tests/harness/ruleset.h"

#include "gen/arena.h"
#include "gen/literal.h"

static const char *read_as(struct arena *a, enum field_type type, enum op op, const char *text,
			   struct literal *l)
{
	*l = (struct literal){.text = text, .len = strlen(text)};
	return literal_read(a, (struct value_type){type, type, false}, op, l);
}

static void test_good(void **state)
{
	static const struct {
		enum field_type type;
		const char *text;
		int64_t number;
	} good[] = {
		{TYPE_INT, "0", 0},
		{TYPE_INT, "-9223372036854775808", INT64_MIN},
		{TYPE_INT, "+7", 7},
		{TYPE_UINT, "-1", UINT32_MAX},
		{TYPE_UINT, "-4294967295", -4294967295},
		{TYPE_UINT, "4294967295", UINT32_MAX},
		{TYPE_BOOL, "true", 1},
		{TYPE_BOOL, "false", 0},
		{TYPE_DOUBLE, "12", 12},
		{TYPE_PORT, "0", 0},
		{TYPE_PORT, "65535", 65535},
	};
	struct arena *a = arena_new();
	struct literal l;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_null(read_as(a, good[i].type, OP_EQ, good[i].text, &l));
		assert_int_equal(l.number, good[i].number);
	}
	assert_null(read_as(a, TYPE_STR, OP_EQ, "anything", &l));
	arena_free(&a);
}

static void test_wrong(void **state)
{
	static const struct {
		enum field_type type;
		const char *text, *problem;
	} wrong[] = {
		{TYPE_INT, "0x10", "'0x10' is not a valid number"},
		{TYPE_INT, "5.5", "is not a valid number"},
		{TYPE_INT, "", "is not a valid number"},
		{TYPE_INT, "-", "is not a valid number"},
		{TYPE_INT, " 5", "is not a valid number"},
		{TYPE_INT, "5 ", "is not a valid number"},
		{TYPE_INT, "9223372036854775808", "is not a valid number"},
		{TYPE_DOUBLE, "1.5", "is not a valid number"},
		{TYPE_BOOL, "1", "unrecognized boolean value '1'"},
		{TYPE_BOOL, "True", "unrecognized boolean value"},
		{TYPE_PORT, "65536", "at most 65535"},
		{TYPE_PORT, "-1", "at most 65535"},
		{TYPE_PORT, "no-such-service", "service"},
		{TYPE_IPADDR, "", "unrecognized IPv6 address ''"},
		{TYPE_IPADDR, "localhost", "unrecognized IPv6 address 'localhost'"},
		{TYPE_IPADDR, "1.2.3", "unrecognized IPv4 address '1.2.3'"},
		{TYPE_IPADDR, "1.2.3.256", "unrecognized IPv4 address"},
		{TYPE_IPADDR, "1.2.3.4/8", "unrecognized IPv4 address"},
		{TYPE_IPADDR, "fe80::zz", "unrecognized IPv6 address"},
		{TYPE_IPNET, "10.0.0.0", "it needs a length"},
		{TYPE_IPNET, "10.0.0.0/", "unrecognized IPv4 network"},
		{TYPE_IPNET, "10.0.0.0/x", "unrecognized IPv4 network"},
		{TYPE_IPNET, "10.0.0.0/+8", "unrecognized IPv4 network"},
		{TYPE_IPNET, "10.0.0.0/33", "unrecognized IPv4 network"},
		{TYPE_IPNET, "10.0.0/8", "unrecognized IPv4 network"},
		{TYPE_IPNET, "::/129", "unrecognized IPv6 network"},
	};
	struct arena *a = arena_new();
	struct literal l;
	const char *problem;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		problem = read_as(a, wrong[i].type, OP_EQ, wrong[i].text, &l);
		if (!problem || !strstr(problem, wrong[i].problem))
			fail_msg("'%s': %s", wrong[i].text, problem ? problem : "accepted");
	}
	arena_free(&a);
}

static bool within(struct arena *a, const char *text, const char *net)
{
	struct address address;
	struct literal l;

	assert_true(address_parse(text, &address));
	assert_null(read_as(a, TYPE_IPNET, OP_EQ, net, &l));
	return address_within(&address, l.address);
}

static void test_networks(void **state)
{
	struct arena *a = arena_new();

	assert_true(within(a, "10.1.2.3", "10.0.0.0/8"));
	assert_true(within(a, "10.1.2.3", "10.200.0.7/8")); /* host bits are masked off */
	assert_false(within(a, "11.0.0.0", "10.0.0.0/8"));
	assert_true(within(a, "10.1.2.3", "0.0.0.0/0"));
	assert_true(within(a, "10.1.2.3", "10.1.2.3/32"));
	assert_false(within(a, "10.1.2.2", "10.1.2.3/32"));
	assert_true(within(a, "10.1.2.130", "10.1.2.128/25"));
	assert_false(within(a, "10.1.2.127", "10.1.2.128/25"));
	assert_true(within(a, "fe80::1", "fe80::/10"));
	assert_true(within(a, "febf::1", "fe80::/10"));
	assert_false(within(a, "fec0::1", "fe80::/10"));
	assert_false(within(a, "10.1.2.3", "::/0")); /* another family */
	assert_true(within(a, "::ffff:1.2.3.4", "::/0"));
	arena_free(&a);
}

static void test_addresses(void **state)
{
	struct address x, y;

	assert_true(address_parse("::1", &x));
	assert_true(address_parse("0:0:0::1", &y));
	assert_true(address_equal(&x, &y));
	assert_true(address_parse("0.0.0.1", &y));
	assert_false(address_equal(&x, &y));
}

static void test_bytes(void **state)
{
	struct arena *a = arena_new();
	struct literal l;

	assert_null(read_as(a, TYPE_BYTES, OP_BCONTAINS, "00cAFe", &l));
	assert_int_equal(l.n_bytes, 3);
	assert_memory_equal(l.bytes, "\0\xca\xfe", 3);
	assert_non_null(read_as(a, TYPE_BYTES, OP_BCONTAINS, "0", &l));
	assert_non_null(read_as(a, TYPE_BYTES, OP_BSTARTSWITH, "0g", &l));
	assert_null(read_as(a, TYPE_BYTES, OP_BSTARTSWITH, "", &l));
	assert_null(read_as(a, TYPE_BYTES, OP_CONTAINS, "0g", &l));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	 cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_networks), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests_name("gen_literal", tests, NULL, NULL);
}
