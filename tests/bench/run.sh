#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [live|vm|load]: what watching costs, as ratios within one run: nothing attached, empty
# programs on the same hooks, Tiercel with the project's rules.
#
# live: this machine, its kernel and its kind of hooks; medians of alternating samples.
# vm:   hooks on kernel functions, under an emulator that counts instructions: exact.
# load: rules to an image: the project's own and, where there is a directory of public rule files
#       beside the repository or in FALCO_RULES_DIR, those too.
# Without an argument, all. The budgets beside the figures are the project's own.
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/vm/lib.sh"
BENCH=$B/tests/bench
ROUNDS=${ROUNDS:-9}

# ---- live ----

# The samples of one configuration: lines of CONFIGURATION PLACE KIND NANOSECONDS.
sample() { # CONFIGURATION
	local job rc=$work/ctr/rootfs/t/ctl
	for job in 'getppid 100000' 'open 20000' 'exec 200'; do
		# shellcheck disable=SC2086
		"$BENCH/loops" $job | sed "s/^/$1 host /"
		box_add "loops $job > /t/sample"
		wait_for 30 test -f "$rc/$scripts.rc"
		sed "s/^/$1 container /" "$work/ctr/rootfs/t/sample"
	done
}

empty_start() {
	"$BENCH/empty" "$BENCH/empty.bpf.o" tracepoints > "$work/empty" 2>&1 &
	empty=$!
	wait_for 10 grep -q attached "$work/empty"
}

empty_stop() {
	kill "$empty"
	wait "$empty" 2>/dev/null
}

# CPU time of a process in seconds.
cpu_seconds() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$1/stat"; }

live() {
	local round began before after
	session_begin
	box_start || { echo "the container does not start" >&2; return 1; }
	cp "$BENCH/loops" "$work/ctr/rootfs/t/bin/"
	: > "$work/samples"
	for round in $(seq "$ROUNDS"); do
		sample baseline >> "$work/samples"
		empty_start && sample empty >> "$work/samples"
		empty_stop
		began=$(date +%s%N)
		detector_start "${CUSTOM_RULES[@]}" || return 1
		echo "armed - start $(($(date +%s%N) - began))" >> "$work/samples"
		sample tiercel >> "$work/samples"
		[ "$round" = "$ROUNDS" ] || detector_stop
	done
	before=$(cpu_seconds "$detector")
	box_add 'loops open 1000000 > /t/sample'
	wait_for 120 test -f "$work/ctr/rootfs/t/ctl/$scripts.rc"
	after=$(cpu_seconds "$detector")
	echo "Live, $(uname -r), $(nproc) processors: medians of $ROUNDS alternating samples"
	report live "$work/samples"
	awk -v a="$before" -v b="$after" 'BEGIN {
		printf "daemon CPU for 1,100,000 opens without match   %.2f s (budget 0.00)\n", b - a }'
	awk '/VmRSS/ { printf "resident memory of the daemon                  %.1f MiB (budget 8)\n", $2 / 1024 }' \
		"/proc/$detector/status"
	detector_stop
	container_stop "$work/ctr"
}

# ---- under the emulator ----

in_vm() {
	local obstacle tree=$work/tree
	obstacle=$(vm_obstacle)
	[ -z "$obstacle" ] || { echo "Instruction counts are left out: $obstacle"; return 0; }
	"$TESTS/vm/fetch.sh" "$VM_CACHE" 6.12 || { echo "Instruction counts are left out: no kernel"; return 0; }
	vm_tree "$tree" "$TESTS/bench/vm-job.sh"
	rm -f "$tree/rules/marker.yaml"
	cp "$BENCH/loops" "$BENCH/empty" "$tree/t/bin/"
	cp "$BENCH/empty.bpf.o" "$tree/"
	vm_copy "$tree" "$BENCH/empty"
	vm_boot 6.12 "$tree" 400 -icount shift=0,sleep=off > "$work/counts" ||
		{ echo "the virtual machine did not come to an end" >&2; tail -5 "$tree.console"; return 1; }
	echo "Instructions, kernel 6.12, hooks on kernel functions"
	report vm "$work/counts"
}

# ---- the table ----

# Lines CONFIGURATION PLACE KIND VALUE, beside the budgets. What is compared was measured in the
# same round; of the rounds the median is taken, so that a machine that is busy now and then
# changes little.
report() { # live|vm FILE
	awk -v how="$1" '
	NF == 4 { key = $1 " " $2 " " $3; v[key, ++n[key]] = $4 }
	function sorted_middle(count,   i, j, x) {
		for (i = 2; i <= count; i++) {
			x = s[i]
			for (j = i - 1; j >= 1 && s[j] > x; j--)
				s[j + 1] = s[j]
			s[j + 1] = x
		}
		return s[int((count + 1) / 2)]
	}
	function median(key,   i) {
		for (i = 1; i <= n[key]; i++)
			s[i] = v[key, i]
		return sorted_middle(n[key])
	}
	function ratio(a, b,   i) {
		for (i = 1; i <= n[a]; i++)
			s[i] = v[a, i] / v[b, i]
		return sorted_middle(n[a])
	}
	function difference(a, b,   i) {
		for (i = 1; i <= n[a]; i++)
			s[i] = v[a, i] - v[b, i]
		return sorted_middle(n[a])
	}
	function row(place, kind, budget,   base, empty, ours) {
		base = "baseline " place " " kind
		empty = "empty " place " " kind
		ours = "tiercel " place " " kind
		if (!n[base] || n[base] != n[empty] || n[base] != n[ours])
			return
		printf "%-9s %-9s %10.1f %9.3f %9.3f %+11.1f %+11.1f   %s\n", kind, place, median(base),
			ratio(empty, base), ratio(ours, base), difference(ours, base),
			difference(ours, empty), budget
	}
	END {
		unit = how == "vm" ? "instr" : "ns"
		printf "%-9s %-9s %10s %9s %9s %11s %11s   %s\n", "what", "where", "base " unit, "empty x",
			"Tiercel x", "over base", "over empty", "budget"
		row("host", "getppid", how == "vm" ? "+0" : "<= 1.03 x")
		row("container", "getppid", how == "vm" ? "+0" : "<= 1.03 x")
		row("host", "open", how == "vm" ? "<= +150 over empty" : "<= +420 over base")
		row("container", "open", how == "vm" ? "<= +1800 over empty" : "<= +700 over base")
		if (n["calls host getppid"])
			printf "getppid while rules watch rename and connect %+.1f over base (budget +0)\n",
				difference("calls host getppid", "baseline host getppid")
		row("host", "exec", "<= 1.005 x")
		row("container", "exec", "<= 1.005 x")
		if (n["armed - start"])
			printf "start to armed                                 %.0f ms (budget 150)\n",
				median("armed - start") / 1e6
	}' "$2"
}

# ---- rules to an image ----

# Prints the time and the processor time (what counts on a busy machine) and the peak of memory of
# compiling these files.
load_one() { # NAME FILE...
	local name=$1 out median cpu mib
	local -a rules=()
	shift
	for out in "$@"; do rules+=(-r "$out"); done
	out=$(mktemp)
	read -r median cpu mib < <("$BENCH/load" "$ROUNDS" "$TIERCEL" compile "${rules[@]}" -o "$out")
	rm -f "$out"
	[ -n "${mib:-}" ] || { echo "$name: they do not load"; return 1; }
	printf '%-32s %5s ms, %5s ms of processor (budget 400), %s MiB\n' "$name" "$median" "$cpu" "$mib"
}

load() {
	local -a public
	mapfile -t public < <(compgen -G "${FALCO_RULES_DIR:-$ROOT/../*/*-rules}/*.yaml")
	[ -x "$BENCH/load" ] || { echo "Cannot measure: make bench builds what is needed"; return 1; }
	load_one "the project's own rules" "$ROOT"/rules/*.yaml || return 1
	[ "${#public[@]}" -gt 0 ] || { echo "no public rule files beside the repository"; return 0; }
	load_one "and ${#public[@]} public rule files" "${public[@]}" "$ROOT"/rules/*.yaml
}

if [ "${1:-}" = load ]; then
	load
	exit
fi
# The empty programs are attached by way of tracefs; where it is not mounted, in a place of our own.
if [ "${1:-both}" != vm ] && [ ! -d /sys/kernel/tracing/events ] && [ -z "${BENCH_MOUNTS:-}" ] && [ "$(id -u)" = 0 ]; then
	# shellcheck disable=SC2016
	BENCH_MOUNTS=own exec unshare -m sh -c \
		'mount -t tracefs tracefs /sys/kernel/tracing; exec "$0" "$@"' "$0" "$@"
fi
obstacle=$(live_obstacle)
[ -x "$BENCH/loops" ] || obstacle="the loops are not built: make bench"
[ -z "$obstacle" ] || { echo "Cannot measure: $obstacle"; exit 1; }
status=0
case ${1:-both} in
live) live || status=1 ;;
vm) work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; in_vm || status=1 ;;
*) live || status=1; echo; in_vm || status=1; echo; load || status=1 ;;
esac
exit $status
