#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# calls.sh: system calls as events (calls.tsv, calls.yaml), in a container.
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/rules.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "system calls as events: $obstacle"; suite_end; exit; }

HERE=$(cd "$(dirname "$0")" && pwd)
session_begin
read_table "$HERE/calls.tsv"
for rule in "${rules[@]}"; do rule_name[$rule]=$rule; done
detector_start -r "$HERE/calls.yaml" -r "$HERE/../harness/marker.yaml" --json ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
box_start || { not_ok "the container does not start"; suite_end; exit 1; }
box_add true
for command in "${commands[@]}"; do
	box_add "rm -rf /tmp/guard /tmp/a /tmp/f /tmp/hard /tmp/soft; mkdir -p /tmp/guard/e /tmp/guard/x; : > /tmp/guard/f; : > /tmp/a; $command"
done
box_wait 120 || { not_ok "no marker of script $scripts"; tail -5 "$work/log" | sed 's/^/#   /'; }
for i in "${!rules[@]}"; do
	judge_row $((i + 2)) "" "${rules[$i]}" "${expects[$i]}" "${commands[$i]}" "$(box_status $((i + 2)))"
done
suite_end
