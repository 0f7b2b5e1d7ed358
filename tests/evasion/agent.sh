# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced by run.sh: attacks on the detector itself, one function for each row of evasions.tsv with
# `agent` in its third column. A function does the attack and succeeds if what its row says came of
# it; otherwise it prints why not. It leaves the detector running.

# A hundred matching actions while the detector does not run.
agent_stopped() {
	local n
	kill -STOP "$detector"
	box_add 'i=0; while [ $i -lt 100 ]; do sysop openat R /etc/shadow; i=$((i + 1)); done; : > /t/asleep'
	wait_for 30 test -f "$work/ctr/rootfs/t/asleep" || { kill -CONT "$detector"; echo "the script does not end"; return 1; }
	kill -CONT "$detector"
	box_wait 30 || { echo "no marker"; return 1; }
	n=$(box_count "$scripts" "Sensitive file read")
	[ "$n" = 100 ] || { echo "$n alerts of 100 actions"; return 1; }
}

# The numbers of its maps, programs or links.
detector_has() { # map, prog or link
	cat /proc/"$detector"/fdinfo/* 2> /dev/null | sed -n "s/^$1_id:[[:space:]]*//p" | sort -un
}

# Its map of a name.
detector_map() {
	local id
	for id in $(detector_has map); do
		[ "$(bpftool -j map show id "$id" | jq -r .name)" = "$1" ] && { echo "$id"; return; }
	done
}

# All keys of its table of processes: what was known at exec is gone, what is read now is not.
agent_map_keys() {
	local map
	map=$(detector_map procs)
	[ -n "$map" ] || { echo "its table of processes is not found"; return 1; }
	rm -f "$work/ctr/rootfs/t/go2" "$work/ctr/rootfs/t/waits"
	box_add ': > /t/waits; sysop when /t/go2 openat R /etc/shadow'
	wait_for 10 test -f "$work/ctr/rootfs/t/waits"
	sleep 0.2
	bpftool -j map dump id "$map" | jq -r --arg id "$map" '.[].key | "map delete id \($id) key hex \(map(ltrimstr("0x")) | join(" "))"' > "$work/keys"
	[ -s "$work/keys" ] || { echo "it has no keys"; return 1; }
	sed 's/^/ /' "$work/keys" | bpftool batch file - > /dev/null 2>&1
	: > "$work/ctr/rootfs/t/go2"
	box_wait 30 || { echo "no marker"; return 1; }
	[ "$(box_count "$scripts" "Sensitive file read")" -ge 1 ] || { echo "the rule did not fire"; return 1; }
}

# The kernel does not let go of a tracepoint by this call; whoever holds the link does.
agent_detach() {
	local link n=0
	for link in $(detector_has link); do
		bpftool link detach id "$link" > /dev/null 2>&1
		n=$((n + 1))
	done
	[ $n -ge 3 ] || { echo "only $n links are found"; return 1; }
	box_add 'sysop openat R /etc/shadow'
	box_wait 30 || { echo "no marker"; return 1; }
	[ "$(box_count "$scripts" "Sensitive file read")" -ge 1 ] || { echo "the rule did not fire"; return 1; }
}

# There is nothing to remove.
agent_unpin() {
	[ -z "$(find /sys/fs/bpf -iname '*tiercel*' 2>/dev/null)" ] || { echo "something is pinned"; return 1; }
}

# A name with a line break, quotes, an escape sequence and a byte that is no UTF-8.
agent_hostile_name() {
	box_add 'mkdir -p /etc/cron.d; : > /t/a; mv /t/a "/etc/cron.d/$(printf "a\n{\"rule\":\"x\"}\377\033[2J")"'
	box_wait 30 || { echo "no marker"; return 1; }
	[ "$(box_count "$scripts" "Job put in place")" -ge 1 ] || { echo "the rule did not fire"; return 1; }
	jq -e . "$work/alerts" > /dev/null || { echo "an alert is not JSON"; return 1; }
	! grep -q "$(printf '\033')" "$work/alerts" || { echo "an escape sequence got through"; return 1; }
}

# A sink that takes nothing: it says so, and the detector goes on.
agent_full_disk() {
	local pid status=1
	: > "$work/log2"
	"$TIERCEL" run -M 30 -o control_socket= -r "$HERE/../harness/marker.yaml" -r "$HERE/rules.yaml" \
		-r "$ROOT/rules/base.yaml" > /dev/full 2> "$work/log2" < /dev/null &
	pid=$!
	wait_for 20 grep -q 'armed: ' "$work/log2"
	cat /etc/shadow > /dev/null
	wait_for 10 grep -q 'standard output: No space left' "$work/log2" && status=0
	kill -0 $pid 2> /dev/null || { echo "the detector ended"; status=1; }
	kill -TERM $pid
	wait $pid
	[ $status = 0 ] || echo "its log says nothing: $(tail -1 "$work/log2")"
	return $status
}

# The last one: nobody is left to see.
agent_killed() {
	local before id programs
	before=$(wc -l < "$work/alerts")
	programs=$(detector_has prog)
	[ -n "$programs" ] || { echo "no programs are found"; return 1; }
	kill -KILL "$detector"
	wait "$detector" 2> /dev/null
	detector=''
	box_add 'sysop openat R /etc/shadow'
	wait_for 10 test -f "$work/ctr/rootfs/t/ctl/$scripts.rc"
	[ "$(wc -l < "$work/alerts")" = "$before" ] || { echo "there were alerts"; return 1; }
	for id in $programs; do
		! bpftool prog show id "$id" > /dev/null 2>&1 || { echo "program $id was left behind"; return 1; }
	done
}
