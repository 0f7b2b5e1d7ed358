# SPDX-License-Identifier: Apache-2.0
#
# make          build what is needed to run: build/tiercel
# make help     all targets
#
# Kernel objects (kern/*.bpf.c) are linked into one and turned into a skeleton header; gen/ and
# user/ become one program. Everything made lands in build/.

VERSION := 0.1.0
B := build
CC ?= gcc
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool /usr/bin/bpftool) bpftool)
V ?= 0
ifeq ($(V),0)
Q := @
msg = @printf '  %-8s %s\n' $(1) $(2);
endif

# ARCH=arm64 on another machine: Debian's cross compiler, and the libraries for arm64 unpacked below
# LIBROOT (tests/vm/cross.sh does both), linked statically.
MACHINE := $(patsubst aarch64,arm64,$(shell uname -m))
ARCH := $(MACHINE)
BPF_ARCH := $(patsubst x86_64,x86,$(ARCH))
ifneq ($(ARCH),$(MACHINE))
TRIPLE := $(patsubst arm64,aarch64,$(ARCH))-linux-gnu
CC := $(TRIPLE)-gcc
CROSS_CFLAGS := -isystem $(LIBROOT)/usr/include -isystem $(LIBROOT)/usr/include/$(TRIPLE)
CROSS_LDFLAGS := -static -L$(LIBROOT)/usr/lib/$(TRIPLE)
CROSS_BPF_CFLAGS := -idirafter /usr/$(TRIPLE)/include
endif

WARN := -Wall -Wextra -Werror \
	-Wmissing-prototypes \
	-Wshadow \
	-Wstrict-prototypes \
	-Wpointer-arith \
	-Wno-unused-parameter \
	-Wno-missing-field-initializers
CFLAGS ?= -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CFLAGS := -std=gnu17 -I. -I$(B) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(WARN) $(CFLAGS) $(CROSS_CFLAGS) -fPIE -MMD -MP
BPF_CFLAGS := -std=gnu17 -I. -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null) $(CROSS_BPF_CFLAGS) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP
LDFLAGS += $(if $(CROSS_LDFLAGS),$(CROSS_LDFLAGS),-pie) -Wl,-z,relro,-z,now
LIBS := -lbpf -lelf -lz -lyaml -ljson-c -lpthread -ldl

GEN_SRC := $(sort $(wildcard gen/*.c))
USER_SRC := $(sort $(wildcard user/*.c))
BPF_SRC := $(sort $(wildcard kern/*.bpf.c))
GEN_OBJ := $(GEN_SRC:%.c=$(B)/%.o)
USER_OBJ := $(filter-out $(B)/user/main.o,$(USER_SRC:%.c=$(B)/%.o))
BPF_OBJ := $(BPF_SRC:%.bpf.c=$(B)/%.bpf.o)
SKEL := $(B)/tiercel.skel.h

UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT := $(UNIT_SRC:%.c=$(B)/%)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: check-verifier verifier diff-long all run test unit check format format-check clean help deps test-deps install man vm bench

all: $(B)/tiercel ## build the detector (the default); says which package is missing

include tests/tests.mk

# ---- tools: say what is missing and how to get it ----

PACKAGES := gcc clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev libyaml-dev libjson-c-dev libcurl4-openssl-dev

$(B)/tools.ok: Makefile
	@mkdir -p $(B)
	@need() { command -v "$$1" >/dev/null || [ -x "$$1" ] || miss="$$miss $$2"; }; \
	head() { echo "#include <$$1>" | $(CC) $(CROSS_CFLAGS) -E - >/dev/null 2>&1 || miss="$$miss $$2"; }; \
	miss=; need $(CC) gcc; need $(CLANG) clang; need llvm-strip llvm; need $(BPFTOOL) bpftool; \
	head bpf/libbpf.h libbpf-dev; head libelf.h libelf-dev; head zlib.h zlib1g-dev; \
	head yaml.h libyaml-dev; head json-c/json.h libjson-c-dev; \
	head curl/curl.h libcurl4-openssl-dev; \
	if [ -n "$$miss" ]; then \
		echo "Missing to build:$$miss" >&2; \
		echo "Install them with: apt-get install$$miss   (or run 'make deps' as root)" >&2; \
		exit 1; \
	fi
	@touch $@

# ---- kernel side ----

$(B)/kern/%.bpf.o: kern/%.bpf.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@
	$(Q)llvm-strip -g $@

$(B)/tiercel.bpf.o: $(BPF_OBJ)
	$(call msg,LINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(SKEL): $(B)/tiercel.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name tiercel_bpf > $@

# ---- userspace ----

$(B)/gen/%.o: gen/%.c | $(B)/tools.ok
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(B)/user/%.o: user/%.c | $(B)/tools.ok $(SKEL)
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

# The standard macros are part of the program.
$(B)/base_yaml.h: rules/base.yaml
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q){ echo 'static const unsigned char base_yaml[] = {'; \
		od -An -v -tx1 $< | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '};'; } > $@
$(B)/user/rulefiles.o: $(B)/base_yaml.h

# The system calls of this architecture.
$(B)/syscall_numbers.h:
	@mkdir -p $(@D)
	$(call msg,GEN,$@)
	$(Q)echo '#include <asm/unistd.h>' | $(CC) -E -dM - | \
		sed -n 's/^#define __NR_\([a-z0-9_]*\) .*/{"\1", __NR_\1},/p' > $@
$(B)/user/calls.o: $(B)/syscall_numbers.h

$(B)/gen.a: $(GEN_OBJ)
	$(Q)rm -f $@; ar rcs $@ $^
$(B)/user.a: $(USER_OBJ)
	$(Q)rm -f $@; ar rcs $@ $^

$(B)/tiercel: $(B)/user/main.o $(B)/user.a $(B)/gen.a
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# ---- the two commands ----

run: deps ## install what is missing, build, watch this host and show something (root)
	@$(MAKE) --no-print-directory all
	@user/run-demo.sh $(B)/tiercel

deps: ## install the packages that building needs (root, Debian or Ubuntu)
	@tests/deps.sh $(PACKAGES)

format: ## format all C sources
	clang-format -i $$(git ls-files '*.c' '*.h')

$(B)/%: user/%.in $(B)/tiercel
	$(call msg,MAN,$@)
	$(Q)while IFS= read -r line; do case $$line in \
		@*@) topic=$${line#@}; $(B)/tiercel list --mdoc $${topic%@} || exit 1;; \
		*) printf '%s\n' "$$line";; esac; done < $< > $@

man: $(B)/tiercel-fields.7 $(B)/tiercel.yaml.5 ## the manual pages of fields, event types, operators and keys, from the tables

install: all man ## install below DESTDIR (default /)
	install -D -m 755 $(B)/tiercel $(DESTDIR)/usr/sbin/tiercel
	install -D -m 644 -t $(DESTDIR)/etc/tiercel/rules.d rules/*.yaml
	install -D -m 644 user/tiercel.service $(DESTDIR)/usr/lib/systemd/system/tiercel.service
	install -D -m 644 user/tiercel.8 $(DESTDIR)/usr/share/man/man8/tiercel.8
	install -D -m 644 $(B)/tiercel-fields.7 $(DESTDIR)/usr/share/man/man7/tiercel-fields.7
	install -D -m 644 $(B)/tiercel.yaml.5 $(DESTDIR)/usr/share/man/man5/tiercel.yaml.5

clean: ## remove everything made
	rm -rf $(B)

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' Makefile tests/tests.mk

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
