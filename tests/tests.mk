# SPDX-License-Identifier: Apache-2.0
# The test targets; included by the Makefile.

TEST_PACKAGES := libcmocka-dev runc busybox-static docker.io containerd podman conmon netavark catatonit iproute2 qemu-system-x86 cpio musl-tools jq libclang-rt-dev prometheus openssl python3 rsyslog prometheus-alertmanager
HARNESS := $(addprefix $(B)/tests/harness/,sysop runner httpd musl attack)
BENCH := $(addprefix $(B)/tests/bench/,loops empty empty.bpf.o load)
VERIFIER := $(B)/tests/bench/verifier

test: test-deps ## install what the tests need and run what CI runs (root)
	@$(MAKE) --no-print-directory all unit harness $(B)/tests/diff/diff \
		$(B)/tests/conform/conform $(VERIFIER) fuzzers
	@B=$(B) tests/run.sh

test-deps: deps
	@tests/deps.sh $(TEST_PACKAGES)

unit: $(UNIT) ## build the unit tests

$(B)/tests/unit/%: tests/unit/%.c $(B)/user.a $(B)/gen.a
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Werror=unused-function -o $@ $< $(B)/user.a $(B)/gen.a $(LIBS) -lcmocka

# ---- helpers of the shell tests: static, so that they run in any container ----

harness: $(HARNESS) $(B)/tests/outputs/send ## build the helpers of the end-to-end tests

$(B)/tests/harness/%: tests/harness/%.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -static -pthread -o $@ $<

$(B)/tests/harness/attack: tests/evasion/attack.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -static -pthread -o $@ $<

# musl has its own headers, but not those of the kernel, and no fortified functions.
$(B)/tests/harness/sysop: $(B)/syscall_numbers.h

$(B)/tests/harness/musl: tests/harness/musl.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)musl-gcc -std=gnu17 $(WARN) -O2 -static -o $@ $<

# ---- what the verifier has to do: one static program, so that it runs on any kernel ----

$(VERIFIER): tests/bench/verifier.c $(SKEL)
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) $(CROSS_LDFLAGS) -static -o $@ $< -lbpf -lelf -lz

diff-long: $(B)/tests/diff/diff ## compare kernel tables and interpreter for a million pairs of a rule and an event
	@PAIRS=1000000 $(B)/tests/diff/diff | tail -n 5

check-verifier: $(VERIFIER) ## compare what the verifier has to do with its baseline (root)
	@B=$(B) tests/check/verifier.sh

verifier: all harness $(VERIFIER) ## write that baseline anew, here and in virtual machines
	@B=$(B) tests/check/verifier.sh --renew

# ---- the long ones ----

VM_PACKAGES := qemu-system-x86 qemu-system-arm busybox-static cpio jq gcc-aarch64-linux-gnu libc6-dev-arm64-cross

vm: all harness ## run a part of the tests on other kernels, in virtual machines; older ones and arm64 too (root)
	@tests/deps.sh $(VM_PACKAGES)
	@B=$(B) tests/run.sh vm vm_old loads

bench: all harness $(BENCH) ## what watching costs: ratios on this machine, instructions in a virtual one
	@B=$(B) tests/bench/run.sh

bench-scale: all harness $(BENCH) ## what it costs with many rules and patterns: a table, and a picture in build
	@B=$(B) tests/bench/scale.sh $(B)/scale.svg

$(B)/tests/bench/loops: tests/bench/loops.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -static -o $@ $<

$(B)/tests/bench/load: tests/bench/load.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $<

$(B)/tests/bench/empty: tests/bench/empty.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< -lbpf

$(B)/tests/bench/empty.bpf.o: tests/bench/empty.bpf.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

.PHONY: harness bench-scale

# The evaluation of the kernel programs as a program of its own, for BPF_PROG_TEST_RUN.
$(B)/tests/bpf/decide.bpf.o: tests/bpf/decide.bpf.c
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@
	$(Q)llvm-strip -g $@

$(B)/decide.skel.h: $(B)/tests/bpf/decide.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name decide_bpf > $@

DIFF_SRC := $(sort $(wildcard tests/diff/*.c))

$(B)/tests/diff/diff: $(DIFF_SRC) $(B)/decide.skel.h $(B)/user.a $(B)/gen.a
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $(DIFF_SRC) $(B)/user.a $(B)/gen.a $(LIBS)

# Alerts to outputs without a kernel: the code of the daemon.
$(B)/tests/outputs/send: tests/outputs/send.c $(B)/user.a $(B)/gen.a
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(B)/user.a $(B)/gen.a $(LIBS)

CONFORM_SRC := $(sort $(wildcard tests/conform/*.c))

$(B)/tests/conform/conform: $(CONFORM_SRC) tests/conform/conform.h $(B)/user.a $(B)/gen.a
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $(CONFORM_SRC) $(B)/user.a $(B)/gen.a $(LIBS)

# ---- fuzzers: clang's, with sanitizers; the sources are compiled again for them ----

FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/fuzz/%)
FUZZ_USER := $(wildcard user/buf.c user/event*.c user/format*.c user/json*.c user/libcurl.c user/log.c user/bolt.c \
	user/container_info.c user/runtime*.c user/util.c user/value*.c)
FUZZ_OBJ := $(GEN_SRC:%.c=$(B)/fuzz/%.o) $(FUZZ_USER:%.c=$(B)/fuzz/%.o)
FUZZ_CFLAGS := -std=gnu17 -I. -I$(B) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(WARN) -O1 -g -MMD -MP \
	-fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

fuzzers: $(FUZZ) ## build the fuzzers

fuzz: all fuzzers ## look for inputs that break the parsers: FUZZ_SECONDS for each of them (600)
	@B=$(B) FUZZ_SECONDS=$${FUZZ_SECONDS:-600} tests/fuzz/run.sh

$(B)/fuzz/gen/%.o: gen/%.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,FUZZ,$@)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

$(B)/fuzz/user/%.o: user/%.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,FUZZ,$@)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

$(B)/fuzz/code.a: $(FUZZ_OBJ)
	$(Q)rm -f $@; ar rcs $@ $^

$(B)/fuzz/%: tests/fuzz/%.c $(B)/fuzz/code.a
	$(call msg,FUZZ,$@)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(B)/fuzz/code.a $(LIBS)

.PHONY: fuzz fuzzers
