#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh: the project's rules on real commands in a real container (rules.tsv, first.tsv), and
# on the host, where none of them may fire.
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/rules.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "rules on live events: $obstacle"; suite_end; exit; }

play_table() { # TABLE TAG ARG...
	local table=$1 tag=$2 i base
	shift 2
	read_table "$TESTS/e2e/$table"
	detector_start "$@" "${CUSTOM_RULES[@]}" -r "$HERE/../harness/marker.yaml" --json ||
		{ not_ok "$tag: the detector does not start"; return; }
	scripts=0
	box_start || { not_ok "$tag: the container does not start"; return; }
	# The first script stands for the start of the container.
	box_add true
	for i in "${!rules[@]}"; do
		box_add "${commands[$i]}"
	done
	if ! box_wait 240; then
		not_ok "$tag: no marker of script $scripts; the last lines of the log:"
		tail -5 "$work/log" | sed 's/^/#   /'
		return
	fi
	[ "$(box_count 1 "${rule_name[R14]}")" -ge 1 ] && ok "$tag: the start of a container reads /etc/passwd" ||
		not_ok "$tag: no alert for the start of a container, which reads /etc/passwd"
	for i in "${!rules[@]}"; do
		judge_row $((i + 2)) "$tag: " "${rules[$i]}" "${expects[$i]}" "${commands[$i]}" \
			"$(box_status $((i + 2)))"
	done
}

# Each window was found by the id in its marker; here the text that the author of a rule wrote.
check_ids() {
	local id=${container_id:0:12} bad
	bad=$(jq -r --arg id "$id" 'select(.output_fields["container.id"] == $id and .rule == "'"${rule_name[R1]}"'")
		| .output | select(contains("(Container ID=" + $id + " Command=") | not)' "$work/alerts" | wc -l)
	[ "$bad" = 0 ] && ok "%container.id in an output" || not_ok "$bad outputs with a wrong container id"
}

# Everything that fires in a container, on the host and in a host cgroup that is no container's.
host_commands() {
	local path=$HARNESS:$PATH
	for command in 'curl --version' 'sh -c true' 'bash -c "echo http.server eval"' 'cat /etc/passwd' \
		'sysop open R /etc/passwd' "sysop open WC $work/tmp" 'sysop open R /tmp/none' \
		'sysop openat R /etc/shadow' 'openssl version' 'tar --version' 'base64 /dev/null' \
		'python3 -c pass' 'echo git clone' 'gzip -c /dev/null' '/usr/bin/echo ssh -R'; do
		PATH=$path dash -c "$command" > /dev/null 2>&1
	done
}

check_host() {
	local group made=()
	box_add true
	box_wait 20
	host_commands
	for group in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/pids; do
		[ -f "$group/cgroup.procs" ] && mkdir -p "$group/tiercel-test/b" && made+=("$group/tiercel-test")
	done
	(
		for group in "${made[@]}"; do echo "$BASHPID" > "$group/b/cgroup.procs"; done
		host_commands
	)
	for group in "${made[@]}"; do rmdir "$group/b" "$group"; done
	box_add true
	box_wait 20
	[ "$(box_count "$scripts" '*')" = 0 ] && ok "nothing fires on the host" ||
		not_ok "alerts on the host: $(box_alerts "$scripts" | jq -r .output | head -3)"
}

HERE=$(cd "$(dirname "$0")" && pwd)
session_begin
play_table rules.tsv all
check_ids
check_host
check "SIGTERM ends it with status 0" detector_stop
[ "$(grep -c . "$work/log")" -ge 2 ] && ok "the log has a summary" || not_ok "no summary in the log"
container_stop "$work/ctr"
rm -rf "$work/ctr"
play_table first.tsv first -o rule_matching=first
suite_end
