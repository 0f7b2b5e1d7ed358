#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh: ways around a detector (evasions.tsv), each done for real and each to be detected, in
# a container and, where the rule has a counterpart there, on the host; and processes that are
# older than the detector.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "evasions: $obstacle"; suite_end; exit; }

HERE=$(cd "$(dirname "$0")" && pwd)

judge() { # SCRIPT TITLE RULE [STATUS]
	if [ "${4:-}" = 77 ]; then
		skip "$2: this kernel does not offer the call"
	elif [ "$(box_count "$1" "$3")" -ge 1 ]; then
		ok "$2: $3"
	else
		not_ok "$2: $3 did not fire"
	fi
}

read_table() {
	rows=() rules=() commands=()
	local row rule command
	while IFS=$'\t' read -r row rule command; do
		case $row in "" | "#"*) continue ;; esac
		rows+=("$row") rules+=("$rule") commands+=("$command")
	done < "$HERE/evasions.tsv"
}

in_container() {
	local i first=$((scripts + 1))
	for i in "${!rows[@]}"; do
		box_add "TMP=/tmp; ${commands[$i]}"
	done
	box_wait 60 || { not_ok "no marker of script $scripts"; return; }
	for i in "${!rows[@]}"; do
		judge $((first + i)) "container: ${rows[$i]}" "${rules[$i]}" "$(box_status $((first + i)))"
	done
}

# Every time that the file was really opened counts, whatever its name had become by then.
race() {
	local hits alerts
	box_add 'sysop flip 2000 /etc/shadow > /t/hits'
	box_wait 30
	hits=$(cat "$work/ctr/rootfs/t/hits")
	alerts=$(box_count "$scripts" "Sensitive file read")
	[ "$hits" -ge 1 ] && [ "$alerts" -ge "$hits" ] && ok "container: name rewritten during the call, $hits times" ||
		not_ok "container: name rewritten during the call: opened $hits times, alerted $alerts times"
}

# One window per command: the container's marker before and after it.
on_host() {
	local i status
	mkdir -p "$work/tmp"
	box_add true
	box_wait 20
	for i in "${!rows[@]}"; do
		[ "${rules[$i]}" = "Sensitive file read" ] || continue
		# Some machines keep everybody out of their first process.
		case ${commands[$i]} in */proc/1/root*) [ -r /proc/1/root/etc/shadow ] || continue ;; esac
		status=0
		TMP=$work/tmp PATH=$HARNESS:$PATH dash -c "${commands[$i]}" > /dev/null 2>&1 || status=$?
		box_add true
		box_wait 20
		judge "$scripts" "host: ${rows[$i]}" "Host file read" "$status"
	done
}

session_begin
read_table
box_start || { not_ok "the container does not start"; suite_end; exit 1; }
# Born before the detector: a process that only opens, and a shell that runs a program later.
box_add ': > /t/started; sysop when /t/go openat R /etc/shadow; ping -c1 127.0.0.1'
PATH=$HARNESS:$PATH sysop when "$work/go" openat R /etc/shadow &
old=$!
wait_for 5 test -f "$work/ctr/rootfs/t/started"
detector_start "${CUSTOM_RULES[@]}" -r "$HERE/rules.yaml" -r "$HERE/../harness/marker.yaml" --json ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
touch "$work/ctr/rootfs/t/go"
box_wait 20
judge 1 "container: older than the detector, opens" "Sensitive file read"
judge 1 "container: older than the detector, rule on its name" "Read by sysop"
judge 1 "container: older than the detector, runs a program" "Ping command used in container"
touch "$work/go"
wait $old
box_add true
box_wait 20
judge 2 "host: older than the detector, opens" "Host file read"
in_container
race
on_host
check "SIGTERM ends it with status 0" detector_stop
suite_end
