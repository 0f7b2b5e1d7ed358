/* SPDX-License-Identifier: Apache-2.0 */
/*
 * empty FILE functions|tracepoints: attaches the empty programs of that kind, says `attached`,
 * and stays until it is killed.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/libbpf.h>

static bool is_wanted(const char *program, const char *kind)
{
	if (!strncmp(program, "fn_", 3))
		return !strcmp(kind, "functions");
	if (!strncmp(program, "tp_", 3))
		return !strcmp(kind, "tracepoints");
	return true;
}

static int attach(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) if (bpf_program__autoload(prog) &&
						    !bpf_program__attach(prog)) return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct bpf_program *prog;

	if (argc != 3) {
		fprintf(stderr, "usage: empty FILE functions|tracepoints\n");
		return 2;
	}
	obj = bpf_object__open_file(argv[1], NULL);
	if (!obj)
		return 1;
	bpf_object__for_each_program(prog, obj)
		bpf_program__set_autoload(prog, is_wanted(bpf_program__name(prog), argv[2]));
	if (bpf_object__load(obj) || attach(obj))
		return 1;
	printf("attached\n");
	fflush(stdout);
	pause();
	return 0;
}
