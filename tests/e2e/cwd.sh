#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# cwd.sh: rules on the working directory, of execs and of opens, decided in the kernel.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "working directories: $obstacle"; suite_end; exit; }

session_begin
cd "$work" || exit 1
chmod 755 "$work"
program=zc${work##*.}
cp /usr/bin/true "$program"
mkdir -p in/deep out
cat > rules.yaml <<EOF
- macro: ours
  condition: evt.type = execve and evt.failed = false and proc.name = $program
- macro: read
  condition: evt.type in (open, openat) and proc.name = cat and fd.name startswith $work
- rule: below
  desc: d
  condition: ours and proc.cwd startswith $work/in/
  output: "%proc.cwd"
  priority: INFO
- rule: root
  desc: d
  condition: ours and proc.cwd = /
  output: "%proc.cwd"
  priority: INFO
- rule: elsewhere
  desc: d
  condition: read and not proc.cwd startswith $work/in
  output: "%proc.cwd"
  priority: INFO
- rule: deep
  desc: d
  condition: read and proc.cwd endswith /deep/
  output: "%proc.cwd"
  priority: INFO
EOF
detector_start -r rules.yaml -o control_socket="$work/sock" ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
for dir in in in/deep out /; do
	(cd "$dir" && "$work/$program" && cat "$work/rules.yaml" > /dev/null)
done
# A directory that is gone has a name all the same; nothing is below it.
mkdir gone
(cd gone && rmdir ../gone && "$work/$program")
counts() { # RULE: matched, of these unsure, alerts
	timeout 30 "$TIERCEL" stats --socket "$work/sock" --json 2> /dev/null |
		jq -r --arg r "$1" '.rules[] | select(.rule == $r) | "\(.matched) \(.unsure) \(.alerts)"'
}
is_count() { [ "$(counts "$1")" = "$2" ]; }
while read -r rule count; do
	wait_for 5 is_count "$rule" "$count" && ok "working directory: $rule" ||
		not_ok "working directory: $rule: matched, unsure, alerts: $(counts "$rule"), not $count"
done <<EOF
below 2 0 2
root 1 0 1
elsewhere 2 0 2
deep 1 0 1
EOF
suite_end
