#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# daemon.sh: the detector as a service: what it tells the service manager, its log as JSON, the
# level of the log, the process id, and the privileges that the unit leaves it.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "daemon: $obstacle"; suite_end; exit; }
command -v python3 > /dev/null || { skip "daemon: python3 is not installed"; suite_end; exit; }

session_begin
listener=''
trap '[ -n "$listener" ] && kill "$listener" 2> /dev/null; session_end' EXIT
cd "$work" || exit 1
prefix=zz${work##*.}
cp /usr/bin/true "$prefix-e"
cat > rules.yaml << END
- rule: exec
  desc: d
  condition: evt.type = execve and evt.failed = false and proc.name = $prefix-e
  output: by %user.name in %proc.cwd
  priority: INFO
END
common=(-r rules.yaml -o control_socket="$work/sock" -o webserver.enabled=false)
has_alert() { [ -s alerts ]; }

# ---- the service manager ----

cat > listen.py << 'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("\0" + sys.argv[1][1:] if sys.argv[1][0] == "@" else sys.argv[1])
print("listening", flush=True)
while True:
	print(s.recv(4096).decode().replace("\n", " "), flush=True)
END
# told NAME SOCKET: a detector with that NOTIFY_SOCKET.
told() {
	python3 listen.py "$2" > told 2>&1 &
	listener=$!
	wait_for 5 grep -q listening told
	NOTIFY_SOCKET=$2 WATCHDOG_USEC=400000 detector_start "${common[@]}" > /dev/null
	fed() { [ "$(grep -c '^WATCHDOG=1$' told)" -ge 3 ]; }
	wait_for 5 fed && ok "$1: the watchdog is fed" || not_ok "$1: the watchdog is not fed: $(cat told)"
	detector_stop
	wait_for 5 grep -q STOPPING told
	[ "$(sed -n 2p told)" = "READY=1 STATUS=watching" ] && [ "$(tail -n 1 told)" = STOPPING=1 ] &&
		ok "$1: it is told of begin and end" || not_ok "$1: $(cat told)"
	kill "$listener"
	wait "$listener" 2> /dev/null
	listener=''
}
told "a socket" "$work/notify"
told "an abstract name" "@tiercel-test-$$"
NOTIFY_SOCKET=$work/nosuch detector_start "${common[@]}" && grep -q 'warning: the service manager cannot be told' log &&
	ok "a service manager that is not there" || not_ok "a service manager that is not there: $(cat log)"
detector_stop
WATCHDOG_USEC=200000 WATCHDOG_PID=1 detector_start "${common[@]}"
grep -ls '^clockid:' "/proc/$detector/fdinfo/"* > timers
detector_stop
NOTIFY_SOCKET=$work/nosuch WATCHDOG_USEC=200000 detector_start "${common[@]}"
[ "$(grep -ls '^clockid:' "/proc/$detector/fdinfo/"* | wc -l)" = $(($(wc -l < timers) + 1)) ] &&
	ok "the watchdog of another process is not fed" || not_ok "timers: $(wc -l < timers)"
detector_stop

# ---- the log ----

detector_start "${common[@]}" -o log_json=true -o json_ouptut=true -P pid ||
	not_ok "the detector does not start with a log as JSON"
[ "$(cat pid)" = "$detector" ] && ok "the process id" || not_ok "the process id is $(cat pid), not $detector"
"$TIERCEL" loglevel --socket sock > out 2>&1
[ "$(cat out)" = info ] && ok "loglevel shows it" || not_ok "loglevel: $(cat out)"
"$TIERCEL" loglevel --socket sock debug > out 2>&1 && "$TIERCEL" loglevel --socket sock >> out 2>&1
[ "$(cat out)" = $'debug\ndebug' ] && ok "loglevel sets it" || not_ok "loglevel debug: $(cat out)"
"$TIERCEL" loglevel --socket sock loud > out 2>&1
[ $? = 2 ] && grep -q "'loud' is not a level" out && ok "an unknown level" || not_ok "an unknown level: $(cat out)"
"$TIERCEL" loglevel --socket sock error > out 2>&1
"$TIERCEL" reload --socket sock -o log_json=false > out 2>&1
"./$prefix-e"
wait_for 5 has_alert
echo '- rule: exec' >> rules.yaml
"$TIERCEL" reload --socket sock > out 2>&1
detector_stop
[ ! -e pid ] && ok "the file with the process id is removed" || not_ok "the file with the process id is still there"
jq -e -s 'all(.[]; (.level | IN("error", "warning", "info", "debug")) and (.message | type == "string")
	and (.time | test("^20[0-9]{2}-[0-9-]{5}T[0-9:]{8}\\.[0-9]{6}Z$"))) and any(.[]; .message | contains("armed: "))
	and any(.[]; .level == "error" and (.message | contains("rules.yaml:")))
	and any(.[]; .message | contains("unknown key"))' log > /dev/null &&
	ok "the log is JSON, all of it" || not_ok "the log as JSON: $(head -c 1500 log)"
"$TIERCEL" loglevel --socket sock > out 2>&1
[ $? = 3 ] && ok "loglevel without a detector" || not_ok "loglevel without a detector: $(cat out)"

# ---- secrets ----

sed -i '$d' rules.yaml
detector_start "${common[@]}" -o slack.webhookurl=https://127.0.0.1:1/zz-secret -o slack.channel=zz-plain
tr '\0' ' ' < "/proc/$detector/cmdline" > line
! grep -q zz-secret line && grep -q 'slack\.channel=zz-plain' line && ok "the command line tells no secret" ||
	not_ok "the command line: $(cat line)"
detector_stop
grep -q zz-secret log && not_ok "the log tells a secret" || ok "the log tells no secret"

# ---- the unit ----

unit=$ROOT/user/tiercel.service
# All that are not in the unit are dropped; those that are not there anyway cannot be.
keep=" $(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | sed 's/CAP_//g' | tr A-Z a-z) "
caps=$(for cap in $(setpriv --list-caps); do
	case "$keep" in *" $cap "*) ;; *) printf ',-%s' "$cap" ;; esac
done)
caps=${caps#,}
if setpriv --bounding-set "$caps" --no-new-privs true 2> /dev/null; then
	TIERCEL_REAL=$TIERCEL
	cat > confined << END
#!/bin/sh
exec setpriv --bounding-set "$caps" --no-new-privs "$TIERCEL_REAL" "\$@"
END
	chmod 755 confined
	TIERCEL=$work/confined
	if detector_start "${common[@]}"; then
		"./$prefix-e"
		wait_for 5 has_alert
		grep -q "by root in $work" alerts && ok "the privileges of the unit are enough" || not_ok "with the unit's privileges: $(cat alerts log)"
		detector_stop
	else
		not_ok "with the unit's privileges the detector does not start"
	fi
	TIERCEL=$TIERCEL_REAL
else
	skip "the privileges of the unit: setpriv cannot drop them here"
fi
if command -v systemd-analyze > /dev/null; then
	mkdir -p "$work/root/usr/sbin"
	sed "s,/usr/sbin/tiercel,$TIERCEL," "$unit" > tiercel.service
	systemd-analyze verify --man=no ./tiercel.service > out 2>&1
	grep -E 'tiercel\.service' out > complaints
	[ ! -s complaints ] && ok "systemd finds nothing to object to" || not_ok "systemd: $(cat complaints)"
else
	skip "systemd reads the unit: systemd-analyze is not installed"
fi
suite_end
