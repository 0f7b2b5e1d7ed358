# SPDX-License-Identifier: Apache-2.0
# The test targets; included by the Makefile.

TEST_PACKAGES := libcmocka-dev runc busybox-static qemu-system-x86 cpio musl-tools jq

test: test-deps ## install what the tests need and run what CI runs (root)
	@$(MAKE) --no-print-directory all unit
	@tests/run.sh

test-deps: deps
	@tests/deps.sh $(TEST_PACKAGES)

unit: $(UNIT) ## build the unit tests

$(B)/tests/unit/%: tests/unit/%.c $(B)/user.a $(B)/gen.a
	@mkdir -p $(@D)
	$(call msg,TEST,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -Werror=unused-function -o $@ $< $(B)/user.a $(B)/gen.a $(LIBS) -lcmocka
