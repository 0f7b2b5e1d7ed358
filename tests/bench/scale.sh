#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scale.sh [FILE.svg]: what an open and an exec that no rule matches cost, by the number of rules
# and by the number of patterns of one rule, on this machine. The rules are generated and hold for
# every process, so that none is let off because it runs on the host. Prints a table and, if a file
# is named, draws it. See README.md.
. "$(dirname "$0")/../harness/lib.sh"
BENCH=$B/tests/bench
ROUNDS=${ROUNDS:-5}
RULES=${RULES:-17 100 1000 5000}
PATTERNS=${PATTERNS:-10 100 1000 10000 50000}

# N rules, of which every other one is about execs.
rules() {
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++) {
			open = "evt.type in (open, openat, openat2) and fd.name startswith /nosuch/" i "/"
			exec = "evt.type in (execve, execveat) and proc.name = nosuch" i " and proc.args contains x" i
			printf "- {rule: r%d, desc: d, output: o, priority: INFO, condition: \"%s\"}\n", i, i % 2 ? open : exec
		}
	}'
}

# Two rules, one for opens and one for execs, with N paths each.
patterns() {
	awk -v n="$1" 'BEGIN {
		print "- list: paths"
		print "  items:"
		for (i = 1; i <= n; i++)
			printf "    - /nosuch/%d/file\n", i
		print "- {rule: open, desc: d, output: o, priority: INFO, condition: \"evt.type in (open, openat, openat2) and fd.name in (paths)\"}"
		print "- {rule: exec, desc: d, output: o, priority: INFO, condition: \"evt.type in (execve, execveat) and proc.exepath in (paths)\"}"
	}'
}

# Lines of SERIES SIZE WHAT VALUE: nanoseconds of an open and an exec.
sample() { # SERIES SIZE
	local job
	for job in 'open 20000' 'exec 200'; do
		# shellcheck disable=SC2086
		"$BENCH/loops" $job | sed "s/^/$1 $2 /"
	done
}

# Processor time and size of the image: what compiling a rule file gives.
sample_load() { # SERIES SIZE FILE
	local cpu
	read -r _ cpu _ < <("$BENCH/load" 3 "$TIERCEL" compile -r "$3" -o "$work/image") || return 1
	echo "$1 $2 load $cpu"
	echo "$1 $2 image $(stat -c %s "$work/image")"
}

measure() { # SERIES SIZE
	local file=$work/$1-$2.yaml
	detector_start -r "$file" || return 1
	sample "$1" "$2"
	detector_stop
}

main() {
	local n round
	session_begin
	for n in $RULES; do rules "$n" > "$work/rules-$n.yaml"; done
	for n in $PATTERNS; do patterns "$n" > "$work/patterns-$n.yaml"; done
	for n in $RULES; do sample_load rules "$n" "$work/rules-$n.yaml" || return 1; done >> "$work/samples"
	for n in $PATTERNS; do sample_load patterns "$n" "$work/patterns-$n.yaml" || return 1; done >> "$work/samples"
	for round in $(seq "$ROUNDS"); do
		sample none 0
		for n in $RULES; do measure rules "$n" || return 1; done
		for n in $PATTERNS; do measure patterns "$n" || return 1; done
	done >> "$work/samples"
	echo "Live, $(uname -r), $(nproc) processors: $ROUNDS rounds, each with all sizes"
	awk -f "$TESTS/bench/scale.awk" "$work/samples"
	[ -z "${1:-}" ] || awk -v svg=1 -f "$TESTS/bench/scale.awk" "$work/samples" > "$1"
}

# Tracepoints are found by way of tracefs; where it is not mounted, in a place of our own.
if [ ! -d /sys/kernel/tracing/events ] && [ -z "${BENCH_MOUNTS:-}" ] && [ "$(id -u)" = 0 ]; then
	# shellcheck disable=SC2016
	BENCH_MOUNTS=own exec unshare -m sh -c \
		'mount -t tracefs tracefs /sys/kernel/tracing; exec "$0" "$@"' "$0" "$@"
fi
obstacle=$(live_obstacle)
[ -x "$BENCH/loops" ] && [ -x "$BENCH/load" ] || obstacle="the programs are not built: make bench"
[ -z "$obstacle" ] || { echo "Cannot measure: $obstacle"; exit 1; }
main "$@"
