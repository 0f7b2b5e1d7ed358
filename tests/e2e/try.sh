#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# try.sh: `tiercel try` finds an action for each kind of rule, sees the alert, says so by its exit
# status, and leaves nothing behind, whatever ends it.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "tiercel try: $obstacle"; suite_end; exit; }
session_begin

cat > "$work/kinds.yaml" << 'RULES'
- rule: exec of a path
  desc: d
  condition: evt.type=execve and proc.exepath = /usr/bin/ls and proc.name = dir
  output: o
  priority: DEBUG
- rule: failed exec
  desc: d
  condition: evt.type=execveat and evt.failed=true and proc.name = zsh
  output: o
  priority: WARNING
- rule: exec in a terminal
  desc: d
  condition: evt.type=execve and proc.tty != 0 and proc.pname = containerd-shim and container.id != host
  output: o
  priority: WARNING
- rule: ancestors
  desc: d
  condition: evt.type=execve and proc.name = zz and container.id != host and
    proc.aname[2] = tiercel and proc.aname[3] = tiercel and not proc.aname[4] = tiercel and
    not proc.aname in (apt, dpkg)
  output: o
  priority: WARNING
- rule: write
  desc: d
  condition: evt.type=openat2 and evt.is_open_write=true and fd.name = /usr/bin/new
  output: o
  priority: WARNING
- rule: failed open
  desc: d
  condition: evt.type=openat and evt.failed=true and fd.name startswith /etc and proc.name = vi
  output: o
  priority: WARNING
- rule: write on the host
  desc: d
  condition: evt.type=openat and evt.is_open_write=true and fd.name startswith /tmp
  output: o
  priority: WARNING
- rule: write of a file of the host
  desc: d
  condition: evt.type=openat and evt.is_open_write=true and fd.name = /etc/hostname
  output: o
  priority: WARNING
- rule: no action
  desc: d
  condition: evt.type=execve and proc.pid = 1
  output: o
  priority: WARNING
RULES
cat > "$work/never.yaml" << 'RULES'
- rule: first
  desc: d
  condition: evt.type=execve and proc.name = one
  output: o
  priority: WARNING
- rule: hidden by first
  desc: d
  condition: evt.type=execve and proc.name = one and container.id != host
  output: o
  priority: WARNING
RULES

# attempt ARG...: output in $work/try, exit status in $status.
attempt() {
	status=0
	timeout 120 "$TIERCEL" try --json "$@" > "$work/try" 2> "$work/try.log" || status=$?
}

# result RULE: what is said about it.
result() { jq -r --arg rule "$1" 'select(.rule == $rule) | .result' "$work/try"; }
on_host() { equal "$(jq -r --arg rule "$1" 'select(.rule == $rule) | .host' "$work/try")" true; }
# How many runs of a command raised a rule's alert.
raised() { jq -r --arg c "$1" --arg r "$2" 'select(.command == $c) | .alerts[] | select(. == $r)' "$work/try" | wc -l; }
equal() { [ "$1" = "$2" ]; }

# Cgroups of containers without a process, directories and mounts of ours.
leftovers() {
	local group
	for group in /sys/fs/cgroup/docker/*/ /sys/fs/cgroup/*/docker/*/; do
		[ -e "$group/cgroup.procs" ] && [ -z "$(cat "$group/cgroup.procs")" ] && echo "$group"
	done
	find /tmp -maxdepth 1 -name 'tiercel-try.*' -newer "$work/kinds.yaml"
	grep tiercel-try /proc/mounts
}

attempt "${CUSTOM_RULES[@]}"
check "exit status 0 if all rules fired" equal "$status" 0
check "17 rules fired" equal "$(jq -r 'select(.result == "fired") | .rule' "$work/try" | wc -l)" 17
check "ping raises its alert" equal "$(raised 'ping -c 1 127.0.0.1' 'Ping command used in container')" 1
check "curl raises its alert, both times" equal \
	"$(raised 'curl http://127.0.0.1:1/' 'Network tool used in container')" 2
check "bash -c raises its alert" equal \
	"$(raised "bash -c \"echo 'test'\"" 'Suspicious shell command execution')" 1

attempt -r "$ROOT/rules/tiercel.yaml"
check "exit status 0 with the default rules" equal "$status" 0
check "49 default rules fired" equal "$(jq -r 'select(.result == "fired") | .rule' "$work/try" | wc -l)" 49
check "the others say why they cannot be tried" equal \
	"$(jq -r 'select(.rule and .result != "fired") | .result + ": " + .reason' "$work/try" | sort -u)" \
	'no action known: its events are neither program starts nor opens'

for where in '' --host; do
	attempt -r "$work/kinds.yaml" $where
	check "exit status 0 although one rule has no action${where:+, with $where}" equal "$status" 0
	for rule in 'exec of a path' 'failed exec' 'exec in a terminal' 'ancestors' 'write' 'failed open' \
		'write on the host' 'write of a file of the host'; do
		check "$rule${where:+ with $where}" equal "$(result "$rule")" fired
	done
	check "no action is known for some rule${where:+, with $where}" equal "$(result 'no action')" 'no action known'
done
check "what is harmless is done on the host" on_host 'write on the host'
if on_host 'write of a file of the host'; then not_ok "a file of the host was opened for writing"
else ok "no file of the host is opened for writing"; fi

attempt -r "$work/never.yaml" -o rule_matching=first
check "exit status 1 if a rule did not fire" equal "$status" 1
check "the rule that did not fire is named" equal "$(result 'hidden by first')" 'did not fire'

attempt --no-detector "${CUSTOM_RULES[@]}"
check "without a detector the actions are done" equal \
	"$(jq -r 'select(.result == "done") | .rule' "$work/try" | wc -l)" 17

attempt -r "$work/none.yaml"
check "exit status 1 for a missing rule file" equal "$status" 1

for signal in INT TERM KILL; do
	for delay in 0.05 0.3 0.6; do
		"$TIERCEL" try -r "$ROOT/rules" > "$work/try" 2>&1 &
		pid=$!
		sleep "$delay"
		kill -"$signal" "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		[ "$signal" = KILL ] && sleep 1
		check "nothing is left after SIG$signal at $delay s" equal "$(leftovers)" ''
	done
done

suite_end
