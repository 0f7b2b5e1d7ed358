/* SPDX-License-Identifier: Apache-2.0 */
/* Which container a cgroup is of, by the names that runtimes give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "user/cgroup.h"

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define FOUND "0123456789ab"
#define UID   "pod1b2a6c0e-5c55-4a5f-8f0c-1d2e3f405162"
#define UID_  "pod1b2a6c0e_5c55_4a5f_8f0c_1d2e3f405162"

static void container_id(void **state)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{"/docker/" ID, FOUND},
		{"/system.slice/docker-" ID ".scope", FOUND},
		{"/k8s.io/" ID, FOUND},
		{"/libpod_parent/libpod-" ID, FOUND},
		{"/machine.slice/libpod-" ID ".scope", FOUND},
		{"/machine.slice/libpod-conmon-" ID ".scope", NULL},
		{"/machine.slice/libpod-" ID ".scope/container", FOUND},
		{"/kubepods/" UID "/" ID, FOUND},
		{"/kubepods/burstable/" UID "/" ID, FOUND},
		{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" UID_
		 ".slice/cri-containerd-" ID ".scope",
		 FOUND},
		{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" UID_
		 ".slice/crio-" ID ".scope",
		 FOUND},
		{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-" UID_
		 ".slice/crio-conmon-" ID ".scope",
		 NULL},
		{"/system.slice/containerd.service/kubepods-burstable-" UID_
		 ".slice:cri-containerd:" ID,
		 FOUND},
		{"/system.slice/nerdctl-" ID ".scope", FOUND},
		/* the innermost one counts */
		{"/docker/" OTHER "/docker/" ID, FOUND},
		{"/docker/" ID "/init.scope", FOUND},
		{"/docker/" ID "/a/b/c/", FOUND},
		/* names for ids */
		{"/lxc.payload.web", "web"},
		{"/lxc.payload.web/init.scope", "web"},
		{"/lxc.payload.a-name-of-21-letters", "a-name-of-21"},
		{"/lxc.monitor.web", NULL},
		{"/lxc.payload.", NULL},
		{"/machine.slice/systemd-nspawn@deb.service/payload", "deb"},
		{"/machine.slice/machine-deb.scope", "deb"},
		{"/machine.slice/machine-.scope", NULL},
		{"/lxc.payload.host", "host."},
		/* the host */
		{"/", NULL},
		{"", NULL},
		{"/user.slice/user-1000.slice/session-2.scope", NULL},
		{"/process_api/0123456789abcdef0123456789abcdef", NULL},
		{"/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde", NULL},
		{"/docker/" ID "0", NULL},
		{"/docker/x" ID, NULL},
		{"/docker/" ID "x", NULL},
		{"/docker/G123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL},
		{"/docker/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", NULL},
		/* further out than is looked at */
		{"/docker/" ID "/1/2/3/4/5/6/7/8/9/10/11/12", NULL},
		{"/docker/" ID "/1/2/3/4/5/6/7/8/9/10/11", FOUND},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char id[SHORT_SIZE] = "before";
		bool found = cgroup_container_id(cases[i].path, strlen(cases[i].path), false, id);

		if (found != !!cases[i].id)
			fail_msg("%s: %s", cases[i].path, found ? "an id" : "no id");
		assert_string_equal(id, found ? cases[i].id : "host");
	}
}

/* Of a process in a pid namespace of its own. */
static void second_component(void **state)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{"/default/web", "web"},
		{"/lxc/web/system.slice/a.service", "web"},
		{"/k8s.io/" ID, FOUND},
		{"/default/host", "host."},
		{"/default/hostage", "hostage"},
		{"/web", "host"},
		{"/", "host"},
		{"/system.slice/a.service", "host"},
		{"/user.slice/user-0.slice/session-1.scope", "host"},
		{"/a/b.scope/c", "host"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char id[SHORT_SIZE];

		cgroup_container_id(cases[i].path, strlen(cases[i].path), true, id);
		assert_string_equal(id, cases[i].id);
		cgroup_container_id(cases[i].path, strlen(cases[i].path), false, id);
		assert_string_equal(id, strstr(cases[i].path, ID) ? FOUND : "host");
	}
}

/* Long names that begin alike are told apart behind what container.id shows. */
static void long_names(void **state)
{
	char a[SHORT_SIZE], b[SHORT_SIZE];

	cgroup_container_id("/default/name-of-a-container-1", 30, true, a);
	cgroup_container_id("/default/name-of-a-container-2", 30, true, b);
	assert_string_equal(a, "name-of-a-co");
	assert_string_equal(b, "name-of-a-co");
	assert_memory_not_equal(a, b, SHORT_SIZE);
}

static void proc_text(void **state)
{
	static const struct {
		const char *text, *id, *controller;
	} cases[] = {
		{"0::/docker/" ID "\n", FOUND, ""},
		{"4:memory:/docker/" OTHER "\n0::/docker/" ID "\n", FOUND, ""},
		/* nothing uses the unified hierarchy */
		{"8:pids:/docker/" ID "\n4:memory:/docker/" OTHER "\n0::/\n", FOUND, "pids"},
		{"4:memory:/docker/" ID "\n0::/\n", FOUND, "memory"},
		{"9:name=systemd:/\n8:pids:/\n4:memory:/docker/" ID "\n0::/\n", "host", "pids"},
		{"0::/\n", "host", ""},
		{"0::/docker/" ID, FOUND, ""}, /* no end of line */
		{"", "host", NULL},
		{"nonsense\n:\n\n", "host", NULL},
		{"12:cpu,cpuacct:/docker/" ID "\n", "host", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);
		char id[SHORT_SIZE];
		struct cgroup_place place;
		bool chosen = cgroup_choose(cases[i].text, len, &place);

		cgroup_parse(cases[i].text, len, false, id);
		assert_string_equal(id, cases[i].id);
		assert_int_equal(chosen, !!cases[i].controller);
		if (chosen)
			assert_string_equal(place.controller, cases[i].controller);
	}
}

static void path_has_no_end(void **state)
{
	const char text[] = "0::/a/b\n1:x:/c\n";
	struct cgroup_place place;

	assert_true(cgroup_choose(text, strlen(text), &place));
	assert_int_equal(place.path_len, 4);
	assert_memory_equal(place.path, "/a/b", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_id),	   cmocka_unit_test(second_component),
		cmocka_unit_test(long_names),	   cmocka_unit_test(proc_text),
		cmocka_unit_test(path_has_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
