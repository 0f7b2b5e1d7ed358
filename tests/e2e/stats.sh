#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# stats.sh: the commands that ask a running detector: `tiercel stats` and `tiercel reload`.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "stats: $obstacle"; suite_end; exit; }

session_begin
cd "$work" || exit 1
chmod 755 "$work"
prefix=zz${work##*.}
cp /usr/bin/true "$prefix-e"
rules() { # NAME...
	for name in "$@"; do
		printf -- '- rule: %s\n  desc: d\n  condition: evt.type = execve and evt.failed = false and proc.name startswith %s\n  output: o\n  priority: INFO\n' \
			"$name" "$prefix-${name:0:1}"
	done
}
rules exec never > rules.yaml
ask() { timeout 30 "$TIERCEL" "$1" --socket "$work/sock" "${@:2}" > out 2> err; }
# says NAME STATUS REGEX: of the last `ask`.
says() {
	local status=$?
	[ $status = "$2" ] && cat out err | grep -qzP -- "$3" && ok "$1" ||
		not_ok "$1: status $status: $(cat out err | head -c 600)"
}

ask stats
says "stats without a detector" 3 'no detector answers at .*tiercel run'
ask reload
says "reload without a detector" 3 'no detector answers'
"$TIERCEL" stats -o control_socket= > out 2> err
says "stats with no socket" 3 'control_socket is empty'

detector_start -r rules.yaml -o control_socket="$work/sock" -o watch_config_files=false -P pid ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
for i in 1 2 3; do "./$prefix-e"; done
has_lines() { [ "$(wc -l < "$1")" -ge "$2" ]; }
wait_for 5 has_lines alerts 3
ask stats
says "stats: a table" 0 ' +matched +unsure +lost +alerts  rule\n +3 +0 +0 +3  exec\n +and 1 rules that never matched'
says "stats: programs" 0 'runs/s +ns/run +missed +program +at\n(.*\n)*.* on_exec +sched_process_exec\n'
says "stats: the rest" 0 'processes [0-9]+ of 65536 .*buffer [0-9]+ of 2097152 bytes\ncontainers [0-9]+, .* waited, [0-9]+ in vain\ndaemon [0-9]+: .* KiB\npolicy 1: 2 rules, 0 changes, 0 failures\n'
(for i in $(seq 50); do "./$prefix-e"; sleep 0.02; done) &
ask stats --all
says "stats --all" 0 ' +0 +0 +0 +0  never\n'
says "stats: runs and time of programs" 0 '\n +[1-9][0-9]* +[1-9][0-9]* +[0-9]+  on_exec '
wait $!
ask stats --json
says "stats --json" 0 '^\{"version":"[0-9.]+","policy":\{"generation":1,.*\}\n$'
jq -e '(.rules | length == 2) and (.rules[0] | .rule == "exec" and .matched == 53 and .alerts == 53 and .lost == 0
	and .loaded and (.residual | not)) and (.hooks | map(select(.target == "sched_process_exec" and .seen)) | length == 1)
	and (.programs | map(select(.program == "on_exec" and .runs > 0 and .ns > .runs)) | length == 1)
	and .processes.known > 1 and .ring_buffer.size == 2097152 and .daemon.rss_kb > 1000
	and .daemon.pid == '"$detector"' and .counters.emitted == 53 and .policy.rules == 2 and
	(.containers | .now >= 0 and .known >= 0 and .late >= 0)' out > /dev/null &&
	ok "stats --json: form" || not_ok "stats --json: form: $(head -c 1500 out)"
ask stats --json --interval 1 --count 2
[ "$(wc -l < out)" = 2 ] && ok "stats --interval --count" || not_ok "stats --interval --count: $(wc -l < out) lines"

ask reload
says "reload: nothing new" 0 '^policy changed: 2 rules, [0-9]+ hooks\n$'
rules exec more never > rules.yaml
ask reload
says "reload: one more rule" 0 '^policy changed: 3 rules, [0-9]+ hooks\n$'
echo '- rule: exec' >> rules.yaml
ask reload
says "reload: a broken file" 1 "^policy not changed: rules\.yaml:[0-9]+:[0-9]+: "
# Several at once: each has an answer.
rules exec more > rules.yaml
for i in 1 2 3 4; do "$TIERCEL" reload --socket "$work/sock" > "answer$i" 2>&1 & asking[i]=$!; done
for i in 1 2 3 4; do wait "${asking[i]}" || not_ok "reload: four at once: status $?"; done
[ "$(cat answer? | grep -c '^policy changed: 2 rules')" = 4 ] && ok "reload: four at once" ||
	not_ok "reload: four at once: $(cat answer?)"
ask stats
says "counts survive a change of rules" 0 '\n +53 +0 +0 +53  exec\n.*(.*\n)*policy [0-9]+: 2 rules, [4-9] changes, 1 failures; last: policy changed: 2 rules'
before=$(grep -c 'policy changed' log)
"$TIERCEL" reload -P pid > out 2> err
says "reload --pidfile" 0 'SIGHUP was sent to process [0-9]+'
has_changed() { [ "$(grep -c 'policy changed' log)" -gt "$before" ]; }
[ "$(cat pid)" = "$detector" ] && wait_for 5 has_changed && ok "reload --pidfile: it is done" ||
	not_ok "reload --pidfile: the log says nothing"
"$TIERCEL" reload -P nosuch > out 2> err
says "reload --pidfile without a file" 3 'nosuch: No such file'
setpriv --reuid=65534 --regid=65534 --clear-groups "$TIERCEL" stats --socket "$work/sock" > out 2> err
says "others are not let in" 3 'Permission denied'
[ "$(stat -c %a sock)" = 600 ] && ok "the socket is its owner's" || not_ok "mode of the socket: $(stat -c %a sock)"

# Another detector leaves the socket of the first one alone.
timeout 60 "$TIERCEL" run -r rules.yaml -o control_socket="$work/sock" -M 1 > out 2> err
says "a second detector says that the socket is taken" 0 'do not find this detector: .*another detector answers there'
ask stats
says "and the first one still answers" 0 'policy [0-9]+: 2 rules'

# Who garbles, or says nothing, harms nobody.
if command -v python3 > /dev/null; then
	python3 - "$work/sock" << 'END'
import socket, sys
def open_it():
	s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(5); return s
many = [open_it() for _ in range(20)]
s = open_it(); s.sendall(b"\0\xff" * 4096)
try: s.recv(10)
except OSError: pass
s = open_it(); s.sendall(b"nosuch\n"); print(s.recv(100).decode().strip())
END
	ask stats
	says "garbled requests" 0 'policy [0-9]+: 2 rules'
else
	skip "garbled requests: python3 is not installed"
fi

# Nothing happens: nothing wakes it up. Others on this machine may start containers meanwhile, of
# which the kernel tells: one quiet second of ten is enough, who polls has none.
switches() { grep -h voluntary_ctxt "/proc/$detector/task"/*/status | awk '{ n += $2 } END { print n }'; }
is_idle() {
	local before
	before=$(switches)
	sleep 1
	[ "$(switches)" = "$before" ]
}
sleep 0.5
wait_for 10 is_idle && ok "idle is idle" || not_ok "something wakes it up every second"
check "SIGTERM ends it with status 0" detector_stop
[ ! -e sock ] && ok "the socket is removed" || not_ok "the socket is still there"

# A rule about containers, on a machine without one.
cat > container.yaml << END
- rule: in a container
  desc: d
  condition: evt.type = execve and proc.name = $prefix-e and container.id != host and container.name = $(uname -n)
  output: in %container.id
  priority: INFO
END
detector_start --all-containers -r container.yaml -o control_socket= && "./$prefix-e"
wait_for 5 has_lines alerts 1
grep -qE 'in [0-9a-f]{12} container_id=[0-9a-f]{12} container_name='"$(uname -n)"' ' alerts &&
	ok "--all-containers" || not_ok "--all-containers: $(head -c 400 alerts)"
detector_stop
suite_end
