#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# load.sh [KERNEL]...: builds the kernel programs and what loads them for arm64, boots kernels of
# kernels.txt (those for `load` by default) and asks each whether it takes all programs. Needs
# gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-system-arm.
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/rules.sh"
. "$TESTS/vm/lib.sh"

cross=$B/cross
work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

obstacle() {
	for tool in aarch64-linux-gnu-gcc qemu-system-aarch64 cpio; do
		command -v $tool > /dev/null || { echo "$tool is not installed"; return; }
	done
	[ -e /usr/aarch64-linux-gnu/include/asm/types.h ] || echo "libc6-dev-arm64-cross is not installed"
}

tree() {
	mkdir -p "$work"/tree/{proc,sys,dev,tmp,run,usr/bin}
	ln -sfn usr/bin "$work/tree/bin"
	cp "$cross/bin/busybox" "$work/tree/usr/bin/"
	cp "$B/arm64/tests/bench/verifier" "$work/tree/"
	cp "$TESTS/vm/init.sh" "$work/tree/init"
	echo '/verifier' > "$work/tree/job"
	chmod +x "$work/tree/init"
}

# A program without a target there is left out by the detector, too, and named when it starts.
judge() { # KERNEL FILE
	local program count why loaded=0 none=
	while IFS=$'\t' read -r program count why; do
		case $count in
		none) none="$none $program" ;;
		[0-9]*) loaded=$((loaded + 1)) ;;
		*) not_ok "kernel $1: $program: $count: $why" ;;
		esac
	done < "$2"
	# Of those for io_uring there are two forms each, for other kernels.
	[ "$loaded" -ge 20 ] && ok "kernel $1: $loaded programs load; nothing there for:${none:- none}" ||
		not_ok "kernel $1: $loaded programs load: $(tail -3 "$work/tree.console")"
}

why=$(obstacle)
[ -z "$why" ] || { skip "kernels of arm64: $why"; suite_end; exit; }
kernels=("$@")
[ $# -gt 0 ] || mapfile -t kernels < <(vm_kernels load)
if ! "$TESTS/vm/cross.sh" "$cross" > "$work/log" 2>&1; then
	skip "kernels of arm64: libraries for it cannot be had here"
	suite_end
	exit
fi
if ! make --no-print-directory -C "$ROOT" ARCH=arm64 B="$B/arm64" LIBROOT="$cross" "$B/arm64/tests/bench/verifier" > "$work/log" 2>&1; then
	not_ok "the build for arm64: $(tail -5 "$work/log")"
	suite_end
	exit
fi
tree
for kernel in "${kernels[@]}"; do
	if ! "$TESTS/vm/fetch.sh" "$VM_CACHE" "$kernel"; then
		skip "kernel $kernel: its package cannot be had here"
	elif ! vm_boot "$kernel" "$work/tree" "${VM_SECONDS:-300}" > "$work/output"; then
		not_ok "kernel $kernel does not come to an end: $(tail -3 "$work/tree.console")"
	else
		judge "$kernel" "$work/output"
	fi
done
suite_end
