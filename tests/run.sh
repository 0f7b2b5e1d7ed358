#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [SUITE]...: runs the suites and adds up what they say. The last line counts.
#
# A suite is a program that prints `ok - NAME`, `not ok - NAME: why` or `skip - NAME: reason`
# lines, or a cmocka program. One that ends badly without saying so counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
B=$(realpath -m "${B:-build}")
export B
log=$B/tests/log
mkdir -p "$log"
passed=0 failed=0 skipped=0

count() { grep -cE "$1" "$2" || true; }

# run_suite NAME COMMAND...: the output goes to the log; failures and skips are shown.
run_suite() {
	local name=$1 out status=0 began=$SECONDS p f s
	shift
	out=$log/$(echo "$name" | tr / -).log
	timeout -k 10 "${SUITE_SECONDS:-420}" "$@" > "$out" 2>&1 || status=$?
	p=$(count '^ok -|^\[       OK \]' "$out")
	f=$(count '^not ok -|^\[  FAILED  \] [^ ]*$' "$out")
	s=$(count '^skip -|^\[  SKIPPED \] [^ ]*$' "$out")
	# cmocka names a failed test twice: as it fails and in its summary.
	if grep -q '^\[  FAILED  \]' "$out"; then f=$(grep '^\[  FAILED  \] [^ ]*$' "$out" | sort -u | wc -l); fi
	if [ "$status" != 0 ] && [ "$f" = 0 ]; then
		f=1
		echo "not ok - $name: exit status $status; the end of $out:"
		tail -n 15 "$out" | sed 's/^/    /'
	elif [ $((p + f + s)) = 0 ]; then
		f=1
		echo "not ok - $name: it ran no test"
	fi
	grep -aE '^not ok -|^skip -|^\[  ERROR|^\[  FAILED  \] [^ ]*$' "$out"
	grep -aE -A 8 '^not ok -' "$out" | grep -a '^#   '
	printf '%-16s %4d passed %4d failed %4d skipped %5d s\n' "$name" "$p" "$f" "$s" $((SECONDS - began))
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

unit() {
	local program
	for program in "$B"/tests/unit/*; do
		[ -f "$program" ] && [ -x "$program" ] && run_suite "unit/$(basename "$program")" "$program"
	done
}

# The same binaries with address and undefined-behaviour sanitizers.
sanitized() {
	local program san=$B/sanitized
	if ! make --no-print-directory B="$san" all unit "$san/tests/diff/diff" CFLAGS="-O1 -g -fno-omit-frame-pointer \
		-fsanitize=address,undefined -fno-sanitize-recover=all" > "$log/sanitized.log" 2>&1; then
		run_suite sanitized tail -n 20 "$log/sanitized.log"
		return
	fi
	export ASAN_OPTIONS=detect_leaks=0
	for program in "$san"/tests/unit/*; do
		[ -f "$program" ] && [ -x "$program" ] && run_suite "asan/$(basename "$program")" "$program"
	done
	run_suite asan/diff env PAIRS=20000 "$san/tests/diff/diff"
	run_suite asan/cli env TIERCEL="$san/tiercel" tests/e2e/cli.sh
	run_suite asan/rules env TIERCEL="$san/tiercel" tests/e2e/test.sh
	unset ASAN_OPTIONS
}

# Suites in other folders: name and command; absent ones are a failure, not a skip.
tree() {
	run_suite tree tests/check/tree.sh
	run_suite stack tests/check/stack.sh
}
reload() { run_suite e2e/reload tests/e2e/reload.sh; }
service() { run_suite e2e/service tests/e2e/service.sh; }
daemon() { run_suite e2e/daemon tests/e2e/daemon.sh; }
stats() {
	run_suite e2e/stats tests/e2e/stats.sh
	run_suite e2e/users tests/e2e/users.sh
	run_suite e2e/cwd tests/e2e/cwd.sh
}
storm() { run_suite e2e/storm tests/e2e/storm.sh; }
tries() { run_suite e2e/try tests/e2e/try.sh; }
golden() { run_suite golden tests/golden/run.sh; }
conform() { run_suite conform "$B/tests/conform/conform"; }
fuzz() {
	run_suite fuzz tests/fuzz/run.sh
	run_suite limits "$B/tests/conform/conform" limits
}
differential() { run_suite diff "$B/tests/diff/diff"; }
rules() { run_suite rules tests/e2e/test.sh; }
cli() { run_suite e2e/cli tests/e2e/cli.sh; }
e2e() {
	run_suite e2e/rules tests/e2e/run.sh
	run_suite e2e/calls tests/e2e/calls.sh
}
containers() {
	run_suite e2e/containers tests/e2e/containers.sh
	run_suite e2e/containers-live tests/e2e/containers-live.sh
}
slack() { run_suite e2e/slack tests/e2e/slack.sh; }
outputs() { run_suite outputs tests/outputs/outputs.sh; }
evasion() { run_suite evasion tests/evasion/run.sh; }
vm() { run_suite vm tests/vm/run.sh; }
vm_old() { SUITE_SECONDS=${SUITE_SECONDS:-1200} VM_SECONDS=1000 run_suite vm/5.10 tests/vm/run.sh 5.10; }
loads() { SUITE_SECONDS=${SUITE_SECONDS:-900} run_suite vm/loads tests/vm/load.sh; }
verifier() { run_suite verifier tests/check/verifier.sh; }

all="tree unit golden verifier conform fuzz differential rules cli e2e containers reload stats service daemon storm tries slack outputs evasion vm sanitized"
long="vm_old loads" # not without being asked for
# shellcheck disable=SC2048
for suite in ${*:-$all}; do
	case " $all $long " in
	*" $suite "*) "$suite" ;;
	*) echo "run.sh: no suite '$suite'; there are: $all $long" >&2; exit 2 ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
