/* SPDX-License-Identifier: Apache-2.0 */
/* Images that are damaged are refused, and what is not refused leads nobody outside. */
#include "tests/unit/gen_fake.h"

#include <errno.h>
#include <unistd.h>

#include "gen/layout.h"
#include "gen/tables.h"

static const char *const conditions[] = {
	"proc.name in (sh, bash) and proc.args contains -c and not container.id = host",
	"evt.type in (open, openat) and fd.name in (/etc/passwd, /etc/shadow) and fd.num >= 0",
	"evt.type = openat and fd.name glob \"/tmp/*x\" and proc.pname = sshd",
	"evt.type = openat and evt.res = ENOENT and proc.exepath startswith /tmp",
	"evt.type = openat and user.uid = 0",
};
#define N_RULES (sizeof(conditions) / sizeof(conditions[0]))

struct fixture {
	struct policy policy;
	struct ruleset *rs;
	char why[200];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->rs = fake_policy(conditions, N_RULES, &f->policy);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	image_free(&f->policy.image);
	ruleset_free(&f->rs);
	free(f);
	return 0;
}

static int check(struct fixture *f, const struct image *im)
{
	f->why[0] = '\0';
	return image_check(im->data, im->size, f->why, sizeof(f->why));
}

static struct image copy_of(const struct image *im)
{
	struct image c = {malloc(im->size), im->size};

	memcpy(c.data, im->data, im->size);
	return c;
}

static void good_one_is_taken(void **state)
{
	struct fixture *f = *state;
	const struct image *im = &f->policy.image;

	assert_int_equal(check(f, im), 0);
	assert_int_equal(image_head(im)->n_rules, N_RULES);
	assert_string_equal(image_text(im, image_rule(im, 1)->name), "r1");
	assert_string_equal(image_text(im, image_rule(im, 1)->output), "%proc.exeline %fd.name");
	assert_string_equal(image_text(im, image_rule(im, 1)->tags), "x");
	assert_string_equal(image_text(im, image_rule(im, 4)->condition),
			    "(evt.type = openat and user.uid = 0)");
	assert_int_equal(image_rule(im, 0)->priority, PRIORITY_INFORMATIONAL);
}

static void every_flipped_byte_is_refused(void **state)
{
	struct fixture *f = *state;
	struct image im = copy_of(&f->policy.image);
	size_t i;

	for (i = 0; i < im.size; i++) {
		im.data[i] ^= 1 << (i % 8);
		assert_int_equal(check(f, &im), -EINVAL);
		assert_true(strlen(f->why) > 10);
		im.data[i] ^= 1 << (i % 8);
	}
	assert_int_equal(check(f, &im), 0);
	image_free(&im);
}

static void every_cut_is_refused(void **state)
{
	struct fixture *f = *state;
	size_t size, step;

	for (size = 0; size < f->policy.image.size; size += step) {
		struct image im = {malloc(size + 1), size};

		step = size < 1024 ? 1 : 509;
		memcpy(im.data, f->policy.image.data, size);
		assert_int_equal(check(f, &im), -EINVAL);
		image_free(&im);
	}
}

/* Decides something with an image that may mean nonsense. */
static void use(const struct image *im)
{
	struct tables *t = tables_new(im);
	struct hit hits[16];
	struct proc p = {.name = "sh", .container = "abc"};
	struct fake e = fake_new();
	unsigned i, type;

	fake_text(&e, FIELD_PROC_NAME, "sh");
	fake_text(&e, FIELD_PROC_CMDLINE, "sh -c x");
	fake_text(&e, FIELD_PROC_ARGS, "-c x");
	fake_text(&e, FIELD_PROC_EXEPATH, "/tmp/x");
	fake_text(&e, FIELD_CONTAINER_ID, "abc");
	fake_text(&e, FIELD_FD_NAME, "/etc/passwd");
	fake_text(&e, FIELD_PROC_PNAME, "sshd");
	fake_text(&e, FIELD_EVT_RES, "ENOENT");
	fake_number(&e, FIELD_FD_NUM, 3);
	fake_unknown(&e, FIELD_USER_UID, NULL);
	tables_process(t, &p, "sh\0-c\0x", 8, false, "/tmp/x");
	for (type = 0; type < EVENT_COUNT; type++)
		tables_decide(t, type, &e.ev, hits, 16);
	for (i = 0; i < image_head(im)->n_rules; i++)
		strlen(image_text(im, image_rule(im, i)->condition));
	tables_free(&t);
}

/* A hostile file has a right checksum. */
static void wrong_words_are_harmless(void **state)
{
	static const __u32 wrong[] = {0, 1, 0xffffffff, 0x7fffffff, 0x10000, 65535};
	struct fixture *f = *state;
	struct image im = copy_of(&f->policy.image);
	struct img_head *h = (struct img_head *)im.data;
	size_t i, k, refused = 0;

	for (i = 0; i + 4 <= im.size; i += 4) {
		__u32 word, kept = *(__u32 *)(im.data + i);

		for (k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
			word = k % 2 ? wrong[k] : kept ^ wrong[k] ^ (1u << (i / 4 % 32));
			memcpy(im.data + i, &word, sizeof(word));
			h->checksum = image_sum(im.data, im.size);
			if (check(f, &im))
				refused++;
			else
				use(&im);
			memcpy(im.data + i, &kept, sizeof(kept));
		}
	}
	assert_true(refused > 1000);
	image_free(&im);
}

static void goes_through_a_file(void **state)
{
	struct fixture *f = *state;
	char path[] = "/tmp/tiercel-image-XXXXXX";
	int fd = mkstemp(path);
	struct image im = {};

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(image_write(&f->policy.image, path), 0);
	assert_int_equal(image_read(path, &im, f->why, sizeof(f->why)), 0);
	assert_int_equal(im.size, f->policy.image.size);
	assert_memory_equal(im.data, f->policy.image.data, im.size);
	image_free(&im);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(image_read(path, &im, f->why, sizeof(f->why)), -EINVAL);
	unlink(path);
	assert_int_equal(image_read(path, &im, f->why, sizeof(f->why)), -ENOENT);
	assert_non_null(strstr(f->why, path));
	assert_null(im.data);
	assert_true(image_write(&f->policy.image, "/nonexistent/x") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_one_is_taken),
		cmocka_unit_test(every_flipped_byte_is_refused),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(wrong_words_are_harmless),
		cmocka_unit_test(goes_through_a_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
