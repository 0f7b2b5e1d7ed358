#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [ID]...: ways around a detector (evasions.tsv), each done for real, in a container and,
# where the rule has a counterpart there, on the host; processes that are older than the detector;
# and attacks on the detector itself (agent.sh). README.md says what the outcomes mean.
. "$(dirname "$0")/../harness/lib.sh"
. "$(dirname "$0")/agent.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "evasions: $obstacle"; suite_end; exit; }

HERE=$(cd "$(dirname "$0")" && pwd)
only=" $* "

# judge SCRIPT TITLE OUTCOME RULE STATUS
judge() {
	local count
	case $5 in
	77) skip "$2: this machine has no such thing"; return ;;
	0) ;;
	*) not_ok "$2: the attack failed with status $5"; return ;;
	esac
	count=$(box_count "$1" "$4")
	if [ "$3" = out ]; then
		[ "$count" = 0 ] && ok "$2: out of reach" || not_ok "$2: $4 fired, which evasions.tsv does not know"
	elif [ "$count" -ge 1 ]; then
		ok "$2: $4"
	else
		not_ok "$2: $4 did not fire"
	fi
}

# Sets ids, outcomes, wheres, rules, commands.
read_table() {
	ids=() outcomes=() wheres=() rules=() commands=()
	local id outcome where rule command what
	while IFS=$'\t' read -r id outcome where rule command what; do
		case $id in "" | "#"*) continue ;; esac
		case $only in "  " | *" $id "*) ;; *) continue ;; esac
		ids+=("$id") outcomes+=("$outcome") wheres+=("$where") rules+=("$rule") commands+=("$command")
	done < "$HERE/evasions.tsv"
}

in_container() {
	local i script numbers=()
	for i in "${!ids[@]}"; do
		case ${wheres[$i]} in box | both) ;; *) continue ;; esac
		box_add "TMP=/tmp; ${commands[$i]}"
		numbers[i]=$scripts
	done
	[ "${#numbers[@]}" != 0 ] || return
	box_wait 120 || { not_ok "no marker of script $scripts"; return; }
	for i in "${!numbers[@]}"; do
		script=${numbers[$i]}
		judge "$script" "container: ${ids[$i]}" "${outcomes[$i]}" "${rules[$i]%%|*}" "$(box_status "$script")"
	done
}

# Every time that it was really done counts: the command prints how often.
races() {
	local i hits alerts status title
	for i in "${!ids[@]}"; do
		[ "${wheres[$i]}" = race ] || continue
		title="container: ${ids[$i]}"
		box_add "TMP=/tmp; ${commands[$i]} > /t/hits"
		box_wait 30 || { not_ok "$title: no marker of script $scripts"; return; }
		status=$(box_status "$scripts")
		[ "$status" = 0 ] || { judge "$scripts" "$title" detected "${rules[$i]}" "$status"; continue; }
		hits=$(cat "$work/ctr/rootfs/t/hits")
		alerts=$(box_count "$scripts" "${rules[$i]}")
		[ "$hits" -ge 1 ] && [ "$alerts" -ge "$hits" ] && ok "$title, $hits times: ${rules[$i]}" ||
			not_ok "$title: done $hits times, alerted $alerts times"
	done
}

on_detector() {
	local i
	for i in "${!ids[@]}"; do
		[ "${wheres[$i]}" = agent ] || continue
		if "${commands[$i]}" > "$work/why"; then
			ok "detector: ${ids[$i]}: ${rules[$i]}"
		else
			not_ok "detector: ${ids[$i]}: $(cat "$work/why")"
		fi
	done
}

rule_on_host() {
	[ "$1" = "Sensitive file read" ] && { echo "Host file read"; return; }
	echo "${1##*|}"
}

# One window per command: the container's marker before and after it.
on_host() {
	local i status
	box_add true
	box_wait 20
	for i in "${!ids[@]}"; do
		case ${wheres[$i]} in host | both) ;; *) continue ;; esac
		status=0
		rm -rf --one-file-system "$work/tmp"
		mkdir -p "$work/tmp"
		(cd "$work/tmp" && TMP=$work/tmp PATH=$HARNESS:$PATH exec dash -c "${commands[$i]}") > /dev/null 2>&1 || status=$?
		box_add true
		box_wait 20
		judge "$scripts" "host: ${ids[$i]}" "${outcomes[$i]}" "$(rule_on_host "${rules[$i]}")" "$status"
	done
}

# Born before the detector: a process that only opens, and a shell that runs a program later.
older_begin() {
	box_add ': > /t/started; sysop when /t/go openat R /etc/shadow; ping -c1 127.0.0.1'
	PATH=$HARNESS:$PATH sysop when "$work/go" openat R /etc/shadow &
	old=$!
	wait_for 5 test -f "$work/ctr/rootfs/t/started"
}

older_judge() {
	touch "$work/ctr/rootfs/t/go"
	box_wait 20
	judge 1 "container: older than the detector, opens" detected "Sensitive file read" 0
	judge 1 "container: older than the detector, rule on its name" detected "Read by sysop" 0
	judge 1 "container: older than the detector, runs a program" detected "Ping command used in container" 0
	touch "$work/go"
	wait $old
	box_add true
	box_wait 20
	judge 2 "host: older than the detector, opens" detected "Host file read" 0
}

session_begin
read_table
box_start || { not_ok "the container does not start"; suite_end; exit 1; }
ln "$work/ctr/rootfs/etc/shadow" "$work/ctr/rootfs/etc/hard"
[ -n "${1:-}" ] || older_begin
detector_start "${CUSTOM_RULES[@]}" -r "$ROOT/rules/tiercel.yaml" -r "$HERE/rules.yaml" \
	-r "$HERE/../harness/marker.yaml" --json ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
[ -n "${1:-}" ] && box_add true || older_judge
in_container
races
on_host
on_detector
[ -z "$detector" ] || check "SIGTERM ends it with status 0" detector_stop
suite_end
