#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [KERNEL]...: boots kernels of kernels.txt (those for all tests by default), runs cases.tsv in
# each with both kinds of hooks, and those of e2e/calls.tsv with hooks on functions, and judges the
# alerts.
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/rules.sh"
. "$TESTS/vm/lib.sh"

obstacle=$(vm_obstacle)
[ -z "$obstacle" ] || { skip "kernels in virtual machines: $obstacle"; suite_end; exit; }
kernels=("$@")
[ $# -gt 0 ] || mapfile -t kernels < <(vm_kernels all)
work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

part() { # FILE MODE PART: the lines after "--- MODE PART"
	awk -v mark="--- $2 $3" 'index($0, "--- ") == 1 { on = index($0, mark) == 1; next } on' "$1"
}

# Sets tag; false: the detector was not there.
take_parts() { # KERNEL TITLE FILE
	tag="$1 $2"
	part "$3" "$2" alerts > "$work/all"
	part "$3" "$2" status > "$work/log"
	part "$3" "$2" scripts > "$work/rc"
	sed '/^host$/,$d' "$work/all" > "$work/alerts"
	if ! grep -q 'armed: ' "$work/log"; then
		not_ok "$tag: the detector is not armed: $(tail -5 "$work/log" | cut -c 1-200)"
		return 1
	fi
	ok "$tag: $(grep -o 'armed: .*' "$work/log" | head -1)"
}

# Whether the detector said at start that on this kernel it does not see what COMMAND does.
told() { # COMMAND
	case $1 in
	*"sysop uring-open"*) grep -q 'opens through io_uring are not seen' "$work/log" ;;
	*" uring "*) grep -q 'calls made through io_uring are not seen' "$work/log" ;;
	*) false ;;
	esac
}

judge_rows() { # TAG
	local i got
	for i in "${!rules[@]}"; do
		got=$(sed -n "$((i + 1))p" "$work/rc")
		if told "${commands[$i]}"; then
			skip "$1: ${rules[$i]}: ${commands[$i]}: not seen on this kernel, as it said at start"
		else
			judge_row $((i + 1)) "$1: " "${rules[$i]}" "${expects[$i]}" "${commands[$i]}" "$got"
		fi
	done
}

judge_mode() { # KERNEL MODE FILE
	local tag
	take_parts "$@" || return
	judge_rows "$tag"
	[ "$(sed '1,/^host$/d' "$work/all" | grep -c .)" = 0 ] && ok "$tag: nothing fires on the host" ||
		not_ok "$tag: alerts on the host: $(sed '1,/^host$/d' "$work/all" | head -2)"
	grep -q "^--- $2 status 0" "$3" && ok "$tag: SIGTERM ends it with status 0" ||
		not_ok "$tag: $(grep "^--- $2 status" "$3")"
}

judge_calls() { # KERNEL FILE
	local tag
	take_parts "$1" calls "$2" || return
	judge_rows "$tag"
	part "$2" calls stats > "$work/stats"
	jq -e '[.hooks[].target] | contains(["__x64_sys_rename", "__ia32_sys_rename"]) and
		(map(select(startswith("syscalls/"))) == [])' "$work/stats" > /dev/null 2>&1 &&
		ok "$tag: all calls hang at their functions" ||
		not_ok "$tag: hooks: $(jq -c '[.hooks[].target]' "$work/stats" 2>&1 | cut -c 1-300)"
}

# Hooks of the first policy, of those with opens, of the last one; each open once.
judge_reload() { # KERNEL MODE FILE
	local count hooks
	part "$3" "$2" reload > "$work/reload"
	count=$(sed -n 's/^status 0 count //p' "$work/reload")
	mapfile -t hooks < <(sed -n 's/.*\(armed\|changed\): .* rules, \([0-9]*\) hooks$/\2/p' "$work/reload")
	[ "${#hooks[@]}" = 7 ] && [ "${hooks[0]}" -lt "${hooks[1]}" ] && [ "${hooks[6]}" = "${hooks[0]}" ] &&
		ok "$1 $2: hooks come and go with policies: ${hooks[*]}" ||
		not_ok "$1 $2: hooks of policies: ${hooks[*]}: $(grep -i error "$work/reload" | head -2)"
	[ "${count:-0}" -gt 0 ] && [ "$(grep -c 'opened /run/n-' "$work/reload")" = "$count" ] &&
		[ "$(grep -o 'opened /run/n-1[0-9]*' "$work/reload" | sort -u | wc -l)" = "$count" ] &&
		ok "$1 $2: $count opens under a change of policies: each once" ||
		not_ok "$1 $2: of ${count:-no} opens $(grep -c 'opened /run/n-' "$work/reload") alerts: $(tail -3 "$work/reload" | cut -c 1-200)"
}

vm_tree "$work/tree" "$TESTS/vm/job.sh" || exit 1
mkdir -p "$work/tree"/{calls,t/calls}
cp "$TESTS/e2e/calls.yaml" "$TESTS/harness/marker.yaml" "$work/tree/calls/"
read_table "$TESTS/e2e/calls.tsv"
for rule in "${rules[@]}"; do rule_name[$rule]=$rule; done
for i in "${!commands[@]}"; do
	echo "rm -rf /tmp/guard /tmp/a /tmp/f /tmp/hard /tmp/soft; mkdir -p /tmp/guard/e /tmp/guard/x; : > /tmp/guard/f; : > /tmp/a; ${commands[$i]}" \
		> "$work/tree/t/calls/$((i + 1)).sh"
done
ln -sf busybox "$work/tree/usr/bin/rm"
read_table "$TESTS/vm/cases.tsv"
echo "functions tracepoints" > "$work/tree/modes"
container_id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
echo "$container_id" > "$work/tree/id"
for i in "${!commands[@]}"; do
	printf '%s\n' "${commands[$i]}" > "$work/tree/t/ctl/$((i + 1)).sh"
done

for kernel in "${kernels[@]}"; do
	read_table "$TESTS/vm/cases.tsv"
	if ! "$TESTS/vm/fetch.sh" "$VM_CACHE" "$kernel"; then
		skip "kernel $kernel: its package cannot be had here"
		continue
	fi
	if ! vm_boot "$kernel" "$work/tree" "${VM_SECONDS:-300}" > "$work/output"; then
		not_ok "kernel $kernel does not come to an end: $(tail -3 "$work/tree.console")"
		continue
	fi
	for mode in functions tracepoints; do
		judge_mode "$kernel" "$mode" "$work/output"
		judge_reload "$kernel" "$mode" "$work/output"
	done
	read_table "$TESTS/e2e/calls.tsv"
	judge_calls "$kernel" "$work/output"
done
suite_end
