# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced by every suite of shell tests: results, waiting, and one detector beside one container.
#
# A result is one line: `ok - NAME`, `not ok - NAME: why` or `skip - NAME: reason`; run.sh adds
# them up. `suite_end` prints the sum of the suite and gives its exit status.

set -u
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(dirname "$TESTS")
B=$(cd "$ROOT" && realpath -m "${B:-build}")
HARNESS=$B/tests/harness
TIERCEL=${TIERCEL:-$B/tiercel}
# shellcheck source=tests/harness/container.sh
. "$TESTS/harness/container.sh"

# The seventeen rules whose alerts suites count, with the standard macros.
CUSTOM_RULES=(-r "$ROOT/rules/base.yaml" -r "$ROOT/rules/custom.yaml")

passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); echo "ok - $*"; }
not_ok() { failed=$((failed + 1)); echo "not ok - $*"; }
skip() { skipped=$((skipped + 1)); echo "skip - $*"; }

# check NAME COMMAND...: ok if the command succeeds.
check() {
	local name=$1
	shift
	if "$@"; then ok "$name"; else not_ok "$name: failed: $*"; fi
}

suite_end() {
	echo "# $(basename "$(dirname "$0")")/$(basename "$0"): $passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

# wait_for SECONDS COMMAND...: until it succeeds; looks 50 times a second.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -le "$end" ] || return 1
		sleep 0.02
	done
}

# Why live tests cannot run here, or nothing.
live_obstacle() {
	[ "$(id -u)" = 0 ] || { echo "needs root"; return; }
	[ -r /sys/kernel/btf/vmlinux ] || { echo "this kernel has no type information (BTF)"; return; }
	[ -x "$TIERCEL" ] || { echo "$TIERCEL is not built"; return; }
	command -v runc > /dev/null || { echo "runc is not installed"; return; }
	command -v jq > /dev/null || { echo "jq is not installed"; return; }
	[ -x "$HARNESS/sysop" ] || echo "the helpers are not built: make harness"
}

# ---- a detector and a container ----
#
# session_start [-r FILE]... [ARG...] starts `tiercel run --json` and waits until it is armed;
# without -r, the rules of the project. The rule of harness/marker.yaml is always added: its
# alerts end the alerts of each script.

work='' detector=''

session_begin() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
	trap session_end EXIT
	trap 'exit 1' INT TERM HUP PIPE
}

session_end() {
	detector_stop
	container_stop "$work/ctr" > /dev/null 2>&1
	[ -n "$work" ] && rm -rf --one-file-system "$work"
	work=''
}

is_armed() { grep -q 'armed: ' "$work/log" 2>/dev/null || ! kill -0 "$detector" 2>/dev/null; }

detector_start() {
	# Here, not by the redirections below: what the last one wrote must not be taken for new.
	: > "$work/log"
	: > "$work/alerts"
	# It must not stay for ever if this script is killed.
	"$TIERCEL" run -M 1800 "$@" > "$work/alerts" 2> "$work/log" < /dev/null &
	detector=$!
	wait_for 30 is_armed
	if ! grep -q 'armed: ' "$work/log"; then
		echo "# the detector did not get armed:"
		sed 's/^/#   /' "$work/log"
		return 1
	fi
}

# SIGTERM, then what the exit status was.
detector_stop() {
	local status=0
	[ -n "$detector" ] || return 0
	kill -TERM "$detector" 2>/dev/null
	wait "$detector" || status=$?
	detector=''
	return $status
}

# ---- scripts in the container ----

scripts=0

box_start() {
	mkdir -p "$work/ctr"
	container_make "$work/ctr" && container_start "$work/ctr" /t/bin/runner /t/ctl
}

# box_add COMMAND: one more script for the container; its number is $scripts.
box_add() {
	local ctl=$work/ctr/rootfs/t/ctl
	scripts=$((scripts + 1))
	printf '%s\n' "$1" > "$ctl/new"
	mv "$ctl/new" "$ctl/$scripts.sh"
}

box_status() { cat "$work/ctr/rootfs/t/ctl/$1.rc"; }

# Everything below looks at this container's alerts and the host's; others may be at work here.
marker_text() { echo "end of script $1 in ${container_id:0:12} "; }

# The alert of the marker that ends script N.
has_marker() { grep -q "$(marker_text "$1")" "$work/alerts"; }

# box_wait SECONDS: until all scripts have run and their alerts have come.
box_wait() { wait_for "$1" has_marker "$scripts"; }

# The alerts of script N, one JSON object a line.
box_alerts() {
	awk -v before="$(marker_text $(($1 - 1)))" -v after="$(marker_text "$1")" -v first="$1" '
		BEGIN { on = first == 1 }
		index($0, after) { exit }
		on { print }
		index($0, before) { on = 1 }' "$work/alerts" |
		jq -c --arg id "${container_id:0:12}" \
			'select(.rule != "Marker" and (.output_fields["container.id"] | IN($id, "host")))'
}

# box_count N RULE: how many alerts of that rule script N raised; "*" is any rule.
box_count() {
	box_alerts "$1" | jq -r --arg rule "$2" 'select($rule == "*" or .rule == $rule) | .rule' | wc -l
}
