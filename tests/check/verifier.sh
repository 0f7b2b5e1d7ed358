#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# verifier.sh: compares how many instructions the verifier goes through in each kernel program,
# on the kernel at hand, with tests/bench/verifier.tsv; a program that grew by more than a tenth
# fails, for 1,000,000 are the end.
# verifier.sh --renew [KERNEL...]: writes the table anew: here, and for kernels of vm/kernels.txt in
# virtual machines (all of them by default).
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/rules.sh"
. "$TESTS/vm/lib.sh"

table=$TESTS/bench/verifier.tsv
counter=$B/tests/bench/verifier
family=$(uname -r | grep -oE '^[0-9]+\.[0-9]+')

obstacle() {
	[ -x "$counter" ] || { echo "$counter is not built: make check-verifier"; return; }
	[ "$(id -u)" = 0 ] || { echo "needs root"; return; }
	[ -e /sys/kernel/btf/vmlinux ] || echo "the kernel does not describe its types"
}

in_vm() { # KERNEL
	local work
	work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
	"$TESTS/vm/fetch.sh" "$VM_CACHE" "$1" && echo /verifier > "$work/job" &&
		vm_tree "$work/tree" "$work/job" && cp "$counter" "$work/tree/verifier" &&
		vm_boot "$1" "$work/tree" 300
	rm -rf "$work"
}

renew() { # KERNEL...
	local kernel new
	new=$(mktemp)
	sed -n '/^#/p' "$table" > "$new"
	{
		"$counter" | sed "s/^/$family\t/"
		for kernel in "$@"; do in_vm "$kernel" | sed "s/^/$kernel\t/"; done
	} | awk -F '\t' '$3 ~ /^[0-9]+$/ { print $1 "\t" $2 "\t" $3 }' >> "$new"
	mv "$new" "$table"
	chmod 644 "$table"
}

judge() {
	local program count why was
	while IFS=$'\t' read -r program count why; do
		was=$(awk -F '\t' -v f="$family" -v p="$program" '$1 == f && $2 == p { print $3 }' "$table")
		case $count in
		none | refused) [ -z "$was" ] && skip "$program: $count here" ||
			not_ok "$program: $count here, and there was a baseline" ;;
		fails) not_ok "$program does not load: $why ($counter $program says more)" ;;
		*)
			if [ -z "$was" ]; then
				not_ok "$program: $count instructions, no baseline: make verifier"
			elif [ "$count" -gt $((was + was / 10)) ]; then
				not_ok "$program: $count instructions for the verifier, were $was: if it must be, make verifier, and say why"
			else
				ok "$program: $count instructions, were $was"
			fi ;;
		esac
	done
}

why=$(obstacle)
if [ "${1:-}" = --renew ]; then
	shift
	[ -z "$why" ] || { echo "verifier.sh: $why" >&2; exit 1; }
	[ $# -gt 0 ] || mapfile -t kernels < <(vm_kernels long; vm_kernels all)
	renew "${@:-${kernels[@]}}"
	exit
fi
if [ -n "$why" ]; then
	skip "instructions for the verifier: $why"
elif ! grep -q "^$family	" "$table"; then
	skip "instructions for the verifier: no baseline for Linux $family"
else
	judge < <("$counter")
fi
suite_end
