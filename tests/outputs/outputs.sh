#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# outputs.sh: the outputs with real peers on the loopback: servers with TLS, the system log,
# Alertmanager; and with peers that fail in every way. Alerts come from `send`, which has no kernel,
# but the code of the daemon. OUTAGE_SECONDS (10) is how long the outage takes; 600 is the long run.
#
# Loki, Elasticsearch and the chats are not packaged: their messages are a recorded contract,
# tests/golden/outputs.expect, checked by tests/unit/user_outputs.c.
. "$(dirname "$0")/../harness/lib.sh"

HERE=$(cd "$(dirname "$0")" && pwd)
SEND=$B/tests/outputs/send
servers=()
work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
trap finish EXIT
trap 'exit 1' INT TERM HUP PIPE

# shellcheck disable=SC2317
finish() {
	for s in "${servers[@]}"; do
		kill "$s" 2> /dev/null
		wait "$s" 2> /dev/null
	done
	mountpoint -q "$work/small" && umount "$work/small"
	rm -rf --one-file-system "$work"
}

server_start() { # NAME [CERT KEY [CLIENT_CA]]
	local name=$1
	shift
	mkdir -p "$work/$name"
	rm -f "$work/$name/up"
	python3 "$HERE/server.py" "$work/$name" "$@" &
	server=$!
	servers+=("$server")
	wait_for 60 test -f "$work/$name/up" || not_ok "the server $name does not start"
	port=$(cat "$work/$name/port")
}

server_stop() {
	kill "$server" 2> /dev/null
	wait "$server" 2> /dev/null
}

mode() { printf '%s' "$2" > "$work/$1/mode.new" && mv "$work/$1/mode.new" "$work/$1/mode"; }
lines() { if [ -f "$1" ]; then wc -l < "$1"; else echo 0; fi; }
bodies() { lines "$work/$1/bodies"; }
has_bodies() { [ "$(bodies "$1")" -ge "$2" ]; }

# send NAME ARG...: with stdout_output off; what it prints goes to NAME.out, its log to NAME.log.
send() {
	local name=$1 count=$2 rate=$3 seconds=$4
	shift 4
	"$SEND" "$count" "$rate" "$seconds" stdout_output.enabled=false log_level=info "$@" \
		> "$work/$name.out" 2> "$work/$name.log"
}

count_of() { # NAME OUTPUT WORD
	awk -v o="$2" -v w="$3" '$1 == o && $2 == w { n += $3 } END { print n + 0 }' "$work/$1.out"
}

# The numbers in a file, as they came: 0 1 2 ...
numbers() { grep -o 'number [0-9]*' "$1" | awk '{ if (NR == 1 || $2 != last) print $2; last = $2 }'; }
in_order() { # FILE COUNT NAME
	if numbers "$1" | cmp -s - <(seq 0 $(($2 - 1))); then
		ok "$3: all $2 in order"
	else
		not_ok "$3: $(numbers "$1" | wc -l) of $2 came, or not in order"
		numbers "$1" | diff - <(seq 0 $(($2 - 1))) | head -5 | sed 's/^/#   /'
		tail -5 "${1%/*}".log 2> /dev/null | sed 's/^/#   /'
	fi
}

equals() { # NAME WANT GOT
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: $3 instead of $2"; fi
}

quick=(outputs_queue.retry_ms=50 outputs_queue.retry_max_ms=400)

# ---- TLS ----

certificate() { # NAME SUBJECT_ALT_NAME
	openssl req -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" \
		-subj "/CN=$1" 2> /dev/null
	openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -days 2 \
		-CAcreateserial -extfile <(echo "subjectAltName=$2") -out "$work/$1.crt" 2> /dev/null
}

tls() {
	local http=(http_output.enabled=true json_output=true "${quick[@]}")
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/ca.key" -out "$work/ca.crt" \
		-days 2 -subj /CN=authority 2> /dev/null
	certificate good IP:127.0.0.1
	certificate other DNS:elsewhere.example
	certificate client DNS:client

	server_start tls "$work/good.crt" "$work/good.key"
	send tls 5 0 1 "${http[@]}" http_output.url="https://127.0.0.1:$port/x" \
		http_output.ca_cert="$work/ca.crt" http_output.keep_alive=true
	equals "TLS: a server of our own authority gets all" 5 "$(bodies tls)"
	send tls 5 0 1 "${http[@]}" http_output.url="https://127.0.0.1:$port/x"
	equals "TLS: a server of an unknown authority gets nothing" 5 "$(bodies tls)"
	grep -qi 'certificate' "$work/tls.log" && ok "TLS: the log says why" || not_ok "TLS: $(cat "$work/tls.log")"
	send tls 5 0 1 "${http[@]}" http_output.url="https://127.0.0.1:$port/x" http_output.insecure=true
	equals "TLS: insecure trusts any" 10 "$(bodies tls)"
	jq -e '.output_fields.number and .priority and .rule and .time' "$work/tls/bodies" > /dev/null &&
		ok "the body is what falcosidekick asks for" || not_ok "the body is not: $(head -1 "$work/tls/bodies")"
	grep -q '^User-Agent: falcosecurity/falco' "$work/tls/head" && grep -q '^Content-Type: application/json' "$work/tls/head" &&
		ok "headers as Falco's" || not_ok "headers: $(cat "$work/tls/head")"
	server_stop

	server_start wrong "$work/other.crt" "$work/other.key"
	send wrong 3 0 1 "${http[@]}" http_output.url="https://127.0.0.1:$port/x" http_output.ca_cert="$work/ca.crt"
	equals "TLS: a certificate of another host is refused" 0 "$(bodies wrong)"
	server_stop

	server_start mutual "$work/good.crt" "$work/good.key" "$work/ca.crt"
	send mutual 3 0 1 "${http[@]}" http_output.url="https://127.0.0.1:$port/x" http_output.ca_cert="$work/ca.crt"
	equals "mTLS: without a certificate nothing arrives" 0 "$(bodies mutual)"
	send mutual 3 0 1 "${http[@]}" http_output.url="https://127.0.0.1:$port/x" http_output.ca_cert="$work/ca.crt" \
		http_output.mtls=true http_output.client_cert="$work/client.crt" http_output.client_key="$work/client.key"
	equals "mTLS: with one all does" 3 "$(bodies mutual)"
	send mutual 3 0 1 "${quick[@]}" webhook.address="https://127.0.0.1:$port/x" webhook.mutualtls=true \
		mutualtlsclient.certfile="$work/client.crt" mutualtlsclient.keyfile="$work/client.key" \
		mutualtlsclient.cacertfile="$work/ca.crt"
	equals "mTLS: also with falcosidekick's keys" 6 "$(bodies mutual)"
	server_stop
}

# ---- peers of this host ----

syslog() {
	command -v rsyslogd > /dev/null || { skip "syslog: rsyslog is not installed"; return; }
	cat > "$work/rsyslog.conf" << EOF
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$work/log")
\$template plain,"%syslogpriority-text% %programname% %msg%\n"
*.* action(type="omfile" file="$work/messages" template="plain")
EOF
	rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslog.pid" > "$work/rsyslog.log" 2>&1 &
	servers+=($!)
	wait_for 30 test -S "$work/log" || { not_ok "rsyslog does not start: $(cat "$work/rsyslog.log")"; return; }
	send syslog 20 0 1 syslog_output.enabled=true syslog_output.socket="$work/log" json_output=true
	wait_for 5 grep -q 'number 19"' "$work/messages"
	in_order <(grep 'number' "$work/messages" | sed 's/,"output_fields.*//') 20 "rsyslog"
	grep -q '^warning tiercel .*number 1"' "$work/messages" && grep -q '^notice tiercel .*number 0"' "$work/messages" &&
		ok "rsyslog: name and priority" || not_ok "rsyslog: $(head -2 "$work/messages")"
}

alertmanager() {
	command -v prometheus-alertmanager > /dev/null || { skip "Alertmanager is not installed"; return; }
	local address=127.0.0.1:39093
	printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' > "$work/am.yml"
	prometheus-alertmanager --config.file="$work/am.yml" --storage.path="$work/am" --cluster.listen-address= \
		--web.listen-address="$address" > "$work/am.log" 2>&1 &
	servers+=($!)
	wait_for 60 curl -sf -o "$work/am.ready" "http://$address/-/ready" || { not_ok "Alertmanager does not start: $(tail -1 "$work/am.log")"; return; }
	send am 6 0 1 "${quick[@]}" alertmanager.hostport="http://$address" alertmanager.minimumpriority=warning \
		alertmanager.extralabels.team=blue
	equals "Alertmanager takes all from its minimum priority on" 4 "$(count_of am alertmanager delivered)"
	curl -s "http://$address/api/v2/alerts" > "$work/am.json"
	jq -e 'length == 4 and all(.[]; .labels.severity == "warning" and .labels.team == "blue" and .labels.number and .labels.eventsource == "syscall")' \
		"$work/am.json" > /dev/null && ok "Alertmanager has the labels" || not_ok "Alertmanager: $(head -c 600 "$work/am.json")"
	send am 2 0 1 "${quick[@]}" alertmanager.hostport="http://$address" alertmanager.endpoint=/api/v1/alerts
	equals "Alertmanager: the older interface, too" 2 "$(count_of am alertmanager delivered)"
}

files() {
	local file=$work/files/alerts
	mkdir -p "$work/files"
	"$SEND" 40 40 1 stdout_output.enabled=false file_output.enabled=true file_output.keep_alive=true \
		file_output.filename="$file" > "$work/files.out" 2> "$work/files.log" &
	local pid=$!
	wait_for 5 test -s "$file"
	mv "$file" "$file.1"
	kill -USR1 "$pid"
	wait "$pid"
	[ -s "$file" ] && [ -s "$file.1" ] && ok "a file that was moved away is left at SIGUSR1" || not_ok "SIGUSR1 does not open the file anew"
	in_order <(cat "$file.1" "$file") 40 "file, moved away meanwhile"

	send program 20 0 1 program_output.enabled=true program_output.keep_alive=true program_output.program="cat > $work/program1"
	in_order "$work/program1" 20 "a program that stays"
	send program 10 0 2 program_output.enabled=true program_output.program="cat >> $work/program2"
	in_order "$work/program2" 10 "a program for each alert"
	local began=$SECONDS
	send program 10 0 1 program_output.enabled=true program_output.program="sleep 1000" program_output.keep_alive=true
	[ $((SECONDS - began)) -le 12 ] && ok "a program that does not end does not keep us" || not_ok "a program that does not end kept us $((SECONDS - began)) s"
	pgrep -f 'sleep 1000' > /dev/null && not_ok "the program was left behind" || ok "nor is it left behind"
}

# ---- peers that fail ----

# Each in turn while alerts come; in the end all have arrived.
faults() {
	local name n=0
	server_start faults
	"$SEND" 160 40 8 stdout_output.enabled=false log_level=debug "${quick[@]}" http_output.enabled=true \
		http_output.url="http://127.0.0.1:$port/" > "$work/faults.out" 2> "$work/faults.log" &
	local pid=$!
	for name in 500 "429 1" garbage nothing reset 200; do
		mode faults "$name"
		sleep 0.6
		n=$((n + 1))
	done
	wait "$pid"
	in_order "$work/faults/bodies" 160 "answers 500, 429, garbage, nothing, a reset"
	equals "faults: all counted as delivered" 160 "$(count_of faults http delivered)"
	[ "$(count_of faults http retried)" -ge 5 ] && ok "faults: tries that failed are counted" || not_ok "faults: $(count_of faults http retried) tries that failed"
	mode faults 404
	send refused 10 0 1 "${quick[@]}" http_output.enabled=true http_output.url="http://127.0.0.1:$port/"
	equals "what a server refuses is counted" 10 "$(count_of refused http refused)"
	equals "... by rule" 5 "$(awk '$2 == "lost" && $4 == "Odd" { print $3 }' "$work/refused.out")"
	server_stop
}

# One that answers late, one that never does, one without a name: the file gets all at once.
independence() {
	server_start slow
	mode slow silent
	local began
	began=$(date +%s%N)
	"$SEND" 500 0 30 stdout_output.enabled=false file_output.enabled=true file_output.filename="$work/beside" \
		http_output.enabled=true http_output.url="http://127.0.0.1:$port/" outputs_queue.capacity=600 \
		webhook.address=http://no-such-host.invalid/SECRETKEY slack.webhookurl="http://127.0.0.1:1/SECRETKEY" \
		> "$work/slow.out" 2> "$work/slow.log" &
	local pid=$!
	wait_for 5 eval '[ "$(lines "$work/beside")" -ge 500 ]'
	[ $((($(date +%s%N) - began) / 1000000)) -lt 4000 ] && ok "a file gets all while three others hang" || not_ok "a file waited for other outputs"
	idle "$pid"
	kill -TERM "$pid"
	began=$SECONDS
	wait "$pid"
	[ $((SECONDS - began)) -le 9 ] && ok "SIGTERM while they hang: within the time" || not_ok "SIGTERM took $((SECONDS - began)) s"
	equals "what the hanging one did not get is counted" 500 "$(($(count_of slow http delivered) + $(count_of slow http dropped)))"
	grep -q SECRETKEY "$work/slow.log" "$work/slow.out" && not_ok "the log has the address of a webhook" || ok "no address of a webhook in the log"
	server_stop
}

# Switches of all threads of a process, in sum.
switches() { cat "/proc/$1"/task/*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'; }

# idle PID: only tries that are due wake anybody: not one thread polls.
idle() {
	local before after
	before=$(switches "$1")
	sleep 2
	after=$(switches "$1")
	[ $((after - before)) -le 40 ] && ok "hanging outputs do not poll: $((after - before)) switches in 2 s" ||
		not_ok "hanging outputs poll: $((after - before)) switches in 2 s"
}

really_idle() {
	server_start idle
	"$SEND" 10 0 30 stdout_output.enabled=false file_output.enabled=true file_output.filename="$work/idle.alerts" \
		http_output.enabled=true http_output.url="http://127.0.0.1:$port/" outputs_queue.spool="$work/idle.spool" \
		> "$work/idle.out" 2> "$work/idle.log" &
	local pid=$! before after rss
	wait_for 10 has_bodies idle 10
	sleep 2.5
	before=$(switches "$pid")
	sleep 2
	after=$(switches "$pid")
	equals "without alerts no thread wakes up" "$before" "$after"
	rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")
	[ "$rss" -le 8192 ] && ok "resident with a file, HTTP and a spool: $rss KiB" || not_ok "resident: $rss KiB"
	kill -TERM "$pid"
	wait "$pid"
	server_stop
}

# ---- an outage ----

outage() {
	local seconds=${OUTAGE_SECONDS:-10} total pid began
	total=$((seconds * 100))
	server_start outage
	server_stop
	"$SEND" "$total" 100 60 stdout_output.enabled=false "${quick[@]}" http_output.enabled=true \
		http_output.keep_alive=true http_output.url="http://127.0.0.1:$port/" outputs_queue.spool="$work/spool" \
		> "$work/outage.out" 2> "$work/outage.log" &
	pid=$!
	wait_for $((seconds + 20)) grep -q '^sent in' "$work/outage.log"
	# It is killed, and others go on: what was put is on disk.
	sleep 1
	kill -KILL "$pid"
	wait "$pid" 2> /dev/null
	server_start outage
	began=$SECONDS
	send outage2 0 0 $((5 + total / 200)) "${quick[@]}" http_output.enabled=true http_output.keep_alive=true \
		http_output.url="http://127.0.0.1:$port/" outputs_queue.spool="$work/spool"
	in_order "$work/outage/bodies" "$total" "an outage of $seconds s at 100 alerts/s and SIGKILL"
	equals "outage: nothing is left" 0 "$(count_of outage2 http waiting)"
	[ "$(du -s "$work/spool" | cut -f1)" -le 600 ] && ok "outage: the disk is given back" || not_ok "outage: the spool keeps $(du -s "$work/spool")"
	server_stop
}

full_disk() {
	mkdir -p "$work/small"
	mount -t tmpfs -o size=200k tmpfs "$work/small" 2> /dev/null || { skip "a full disk: no tmpfs may be mounted"; return; }
	server_start full
	mode full 503
	"$SEND" 3000 600 12 stdout_output.enabled=false "${quick[@]}" http_output.enabled=true http_output.keep_alive=true \
		http_output.url="http://127.0.0.1:$port/" outputs_queue.spool="$work/small" outputs_queue.capacity=50 \
		json_output=true > "$work/full.out" 2> "$work/full.log" &
	local pid=$!
	wait_for 20 grep -q '^sent in' "$work/full.log"
	mode full 200
	wait "$pid"
	equals "a full disk: delivered and dropped add up" 3000 "$(($(count_of full http delivered) + $(count_of full http dropped)))"
	[ "$(count_of full http dropped)" -gt 100 ] && [ "$(count_of full http delivered)" -gt 300 ] &&
		ok "a full disk: $(count_of full http delivered) were kept and $(count_of full http dropped) counted" ||
		not_ok "a full disk: $(cat "$work/full.out")"
	equals "a full disk: dropped ones are counted by rule" "$(count_of full http dropped)" "$(count_of full http lost)"
	numbers "$work/full/bodies" | sort -nC && ok "a full disk: those that were kept are in order" || not_ok "a full disk: not in order"
	server_stop
	umount "$work/small"
}

command -v python3 > /dev/null || { skip "outputs: python3 is not installed"; suite_end; exit; }
for t in ${OUTPUTS:-tls syslog alertmanager files faults independence really_idle outage full_disk}; do "$t"; done
suite_end
