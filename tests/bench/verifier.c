/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verifier [PROGRAM]: loads each of the kernel programs alone and prints how many instructions the
 * verifier went through: lines of PROGRAM <tab> COUNT. Instead of the count stands `none` if the
 * kernel does not have what the program hangs at, `refused` if it takes no program of the kind at
 * all, `fails` if it does not load, and the reason behind it. With a name, what the verifier says
 * of that one. Nothing is attached.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "kern/abi.h"

#include "tiercel.skel.h"

#define LOG_MAX	   (16u << 20)
#define LEVEL_STAT 4
#define X64	   "__x64_"

static char log_text[LOG_MAX];

static int be_silent(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static int has_kfunc(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) >= 0;
}

/* The functions of system calls have the architecture in their names. */
static int take_target(struct bpf_program *p, const struct btf *btf)
{
	const char *target = strchr(bpf_program__section_name(p), '/');
	char name[128];

	if (!target)
		return 0;
	target++;
	snprintf(name, sizeof(name), "%s", target);
#ifdef __aarch64__
	if (!strncmp(target, X64, strlen(X64)))
		snprintf(name, sizeof(name), "__arm64_%s", target + strlen(X64));
#endif
	if (strncmp(bpf_program__section_name(p), "fexit", 5)) {
		snprintf(name, sizeof(name), "btf_trace_%s", target);
		return btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) < 0 ? -ENOENT : 0;
	}
	if (btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) < 0)
		return -ENOENT;
	return bpf_program__set_attach_target(p, 0, name);
}

/* Tracepoints of io_uring whose arguments have changed: those that a program expects, and the
 * tracepoint's own. */
static const struct {
	const char *program, *tracepoint;
	int n;
} forms[] = {
	{"ring_submit_sqe", "io_uring_submit_sqe", 3},
	{"ring_complete_res", "io_uring_complete", 8},
	{"ring_complete", "io_uring_complete", 4},
};

static int n_arguments(const struct btf *btf, const char *tracepoint)
{
	char name[128];
	const struct btf_type *t;
	int id;

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	t = id < 0 ? NULL : btf__type_by_id(btf, id);
	return t ? btf_vlen(btf__type_by_id(btf, btf__type_by_id(btf, t->type)->type)) : -1;
}

static int is_other_form(const char *program, const struct btf *btf)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strstr(program, forms[i].program))
			return n_arguments(btf, forms[i].tracepoint) != forms[i].n;
	return 0;
}

static void print_result(const char *name, int err, int is_function)
{
	const char *count = strstr(log_text, "processed ");

	if (!err && count)
		printf("%s\t%d\n", name, atoi(count + strlen("processed ")));
	else if (err == -ENOENT || err == -ESRCH)
		printf("%s\tnone\n", name);
	else if (err == -EPERM && is_function && !log_text[0])
		printf("%s\trefused\n", name);
	else
		printf("%s\tfails\t%s\n", name, strerror(-err));
}

static int load_one(int which, const char *wanted, const struct btf *btf)
{
	struct tiercel_bpf *skel = tiercel_bpf__open();
	struct bpf_program *p, *me = NULL;
	const char *name;
	int i = 0, err;

	if (!skel)
		return -1;
	bpf_object__for_each_program(p, skel->obj)
	{
		if (i == which)
			me = p;
		bpf_program__set_autoload(p, i++ == which);
	}
	if (!me) {
		tiercel_bpf__destroy(skel);
		return 1;
	}
	name = bpf_program__name(me);
	if (wanted && strcmp(wanted, name)) {
		tiercel_bpf__destroy(skel);
		return 0;
	}
	skel->rodata->has_rdonly_cast = has_kfunc(btf, "bpf_rdonly_cast");
	log_text[0] = '\0';
	bpf_program__set_log_buf(me, log_text, sizeof(log_text));
	bpf_program__set_log_level(me, wanted ? 1 : LEVEL_STAT);
	err = is_other_form(name, btf) ? -ENOENT : take_target(me, btf);
	if (!err)
		err = tiercel_bpf__load(skel);
	print_result(name, err, !strncmp(bpf_program__section_name(me), "fexit", 5));
	if (wanted) {
		size_t len = strlen(log_text);

		puts(len > 6000 ? log_text + len - 6000 : log_text);
	}
	fflush(stdout);
	tiercel_bpf__destroy(skel);
	return 0;
}

int main(int argc, char **argv)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int status = 0;

	if (!btf) {
		fprintf(stderr, "verifier: the kernel does not describe its types\n");
		return 1;
	}
	libbpf_set_print(getenv("VERBOSE") ? NULL : be_silent);
	for (int i = 0; !status; i++)
		status = load_one(i, argc > 1 ? argv[1] : NULL, btf);
	btf__free(btf);
	return status < 0;
}
