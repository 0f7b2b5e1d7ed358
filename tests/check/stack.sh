#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# stack.sh: how deep the kernel programs' stacks are. The verifier of older kernels refuses one of
# more than 512 bytes or 8 frames; newer ones count less, so that a build that loads here need not
# load there.
cd "$(dirname "$0")/../.." || exit 2
object=${B:-build}/tiercel.bpf.o
objdump=$(command -v llvm-objdump || command -v llvm-objdump-14)
if [ ! -f "$object" ] || [ -z "$objdump" ]; then
	echo "skip - stack: $object or llvm-objdump is not there"
	exit 0
fi
programs=$(sed -n 's/^int \(BPF_PROG(\)\{0,1\}\(on_[a-z_0-9]*\)[,()].*/\2/p' kern/tiercel.bpf.c | tr '\n' ' ')
"$objdump" -dr --no-show-raw-insn "$object" | awk -v programs="$programs" -f tests/check/stack.awk |
	tee "${object%/*}/stack.out"
! grep -q '^not ok' "${object%/*}/stack.out"
