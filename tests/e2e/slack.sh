#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# slack.sh: the commands with which a user tries an installation, run as `kubectl exec` runs
# them, arrive at a real HTTP server in Slack's place, each with the exact message.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "alerts to Slack: $obstacle"; suite_end; exit; }

HERE=$(cd "$(dirname "$0")" && pwd)
server=
url=

server_start() { # STATUS...
	mkdir -p "$work/http"
	"$HARNESS/httpd" "$work/http" "$@" &
	server=$!
	wait_for 5 test -f "$work/http/port"
	url=http://127.0.0.1:$(cat "$work/http/port")/services/xxx
}

server_stop() {
	[ -n "$server" ] || return 0
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	server=
	rm -rf "$work/http"
}

bodies() { find "$work/http" -name '*.body' | wc -l; }

has_bodies() { [ "$(bodies)" -ge "$1" ]; }

# All bodies in the order of their arrival, one a line.
received() {
	local n
	for n in $(seq "$(bodies)"); do jq -cS . "$work/http/$n.body"; done
}

expected() { jq -cS -f "$HERE/slack.jq" "$work/alerts"; }

run_with_slack() {
	detector_start "${CUSTOM_RULES[@]}" -r "$HERE/../harness/marker.yaml" --json \
		-o "slack.webhookurl=$url" -o slack.minimumpriority=warning
}

has_alert() { # RULE TEXT
	jq -c --arg rule "$1" --arg text "$2" 'select(.rule == $rule and (.output | contains($text)))' \
		"$work/alerts" | grep -q .
}

same_messages() { # NAME
	if [ "$(expected)" = "$(received)" ]; then
		ok "$1: $(bodies) messages are exactly those of the alerts"
	else
		not_ok "$1: messages differ from the alerts (< expected, > received):"
		diff <(expected) <(received) | head -6 | sed 's/^/#   /'
	fi
}

# ---- the four commands ----

session_begin
trap 'server_stop; session_end' EXIT
server_start 200
run_with_slack || { not_ok "the detector does not start"; suite_end; exit 1; }
box_start || { not_ok "the container does not start"; suite_end; exit 1; }
ctr=$work/ctr
container_exec "$ctr" ping -c1 127.0.0.1 > /dev/null 2>&1
container_exec "$ctr" curl -s http://127.0.0.1:1/ > /dev/null 2>&1
container_exec "$ctr" bash -c "echo 'test'" > /dev/null 2>&1
container_exec "$ctr" curl -s http://127.0.0.1:1/again > /dev/null 2>&1
box_add true
box_wait 20 || not_ok "no marker in the stream"
check "ping is alerted" has_alert "Ping command used in container" "cmd=ping -c1 127.0.0.1 user=root"
check "curl is alerted" has_alert "Network tool used in container" "tool=curl user=root command=curl -s http://127.0.0.1:1/ "
check "bash -c is alerted" has_alert "Suspicious shell command execution" "cmd=bash -c echo 'test' user=root"
check "curl is alerted again" has_alert "Network tool used in container" "command=curl -s http://127.0.0.1:1/again "
wait_for 10 has_bodies "$(expected | wc -l)"
same_messages "four commands"
grep -qi '^content-type: *application/json; charset=utf-8' "$work/http/1.head" && ok "content type" ||
	not_ok "content type: $(grep -i content-type "$work/http/1.head")"
head -1 "$work/http/1.head" | grep -q '^POST /services/xxx HTTP/1' && ok "request line" ||
	not_ok "request line: $(head -1 "$work/http/1.head")"
[ "$(received | grep -c 'end of script')" = 0 ] && ok "minimum priority holds back a notice" ||
	not_ok "a notice reached Slack under slack.minimumpriority=warning"
check "SIGTERM ends it with status 0" detector_stop
server_stop

# ---- SIGTERM delivers what waits ----

server_start 200
run_with_slack || { not_ok "the detector does not start again"; suite_end; exit 1; }
box_add 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sh -c true; done'
wait_for 20 test -f "$ctr/rootfs/t/ctl/$scripts.rc"
check "SIGTERM in a burst ends it with status 0" detector_stop
[ "$(jq -r .rule "$work/alerts" | grep -c 'Suspicious shell')" -ge 20 ] && ok "a burst is on stdout after SIGTERM" ||
	not_ok "a burst lost alerts on stdout at SIGTERM"
same_messages "SIGTERM drains the queue"
server_stop

# ---- a receiver that asks to slow down, and one that is not there ----

server_start 429 200
run_with_slack || { not_ok "the detector does not start again"; suite_end; exit 1; }
box_add 'ping -c1 127.0.0.1'
box_wait 20
wait_for 15 has_bodies 2
cmp -s "$work/http/1.body" "$work/http/2.body" && ok "429 is tried again with the same message" ||
	not_ok "429: $(bodies) requests, the second is not the first again"
detector_stop
server_stop

url=http://127.0.0.1:1/services/xxx
run_with_slack || { not_ok "the detector does not start without a receiver"; suite_end; exit 1; }
box_add 'ping -c1 127.0.0.1'
box_wait 20 && ok "alerts go to stdout while Slack is down" || not_ok "a dead receiver holds up stdout"
began=$SECONDS
detector_stop && [ $((SECONDS - began)) -le 15 ] && ok "ends in time while Slack is down" ||
	not_ok "with a dead receiver SIGTERM took $((SECONDS - began)) s, or failed"

# ---- what is not delivered is told ----

server_start 404
run_with_slack || { not_ok "the detector does not start again"; suite_end; exit 1; }
box_add 'ping -c1 127.0.0.1'
wait_for 15 grep -q 'Tiercel internal: alerts not delivered' "$work/alerts"
jq -e 'select(.rule == "Tiercel internal: alerts not delivered") | .priority == "Critical" and
	.output_fields.output == "slack" and .output_fields["Ping command used in container"] == "1"' "$work/alerts" > /dev/null &&
	ok "alerts that Slack refuses are told by rule to the other outputs" ||
	not_ok "refused alerts: $(grep internal "$work/alerts" | tail -2)"
sleep 2.5
[ "$(grep -c 'alerts not delivered' "$work/alerts")" = 1 ] && ok "... once, not about itself" ||
	not_ok "it is told $(grep -c 'alerts not delivered' "$work/alerts") times"
detector_stop
server_stop

# ---- few instead of many, and no secret anywhere ----

server_start 200
export SLACK_WEBHOOKURL=http://127.0.0.1:$(cat "$work/http/port")/services/SECRETKEY
detector_start "${CUSTOM_RULES[@]}" -r "$HERE/../harness/marker.yaml" --json -o slack.minimumpriority=warning \
	-o outputs_aggregate.seconds=3 -o control_socket="$work/socket" || not_ok "the detector does not start with aggregation"
unset SLACK_WEBHOOKURL
box_add 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sh -c true; done'
wait_for 20 test -f "$ctr/rootfs/t/ctl/$scripts.rc"
wait_for 10 grep -q '"aggregated.count":' "$work/alerts"
"$TIERCEL" stats --json --socket "$work/socket" > "$work/stats" 2>&1
jq -e '.outputs[] | select(.output == "slack") | .delivered > 0 and .dropped == 0' "$work/stats" > /dev/null &&
	ok "stats count what outputs deliver" || not_ok "stats: $(jq -c .outputs "$work/stats")"
grep -l SECRETKEY "$work/log" "$work/alerts" "$work/stats" "/proc/$detector/cmdline" &&
	not_ok "the address of the webhook is shown" || ok "the address of the webhook is shown nowhere"
detector_stop
jq -s -e '[.[] | select(.rule | startswith("Suspicious shell"))] |
	length < 15 and (map(.output_fields["aggregated.count"] // 1) | add) >= 20' "$work/alerts" > /dev/null &&
	ok "repeated alerts are few, and their numbers add up" ||
	not_ok "aggregation: $(jq -c 'select(.rule | startswith("Suspicious shell")) | [.output, .output_fields["aggregated.count"]]' "$work/alerts" | tail -4)"
same_messages "aggregation"
server_stop
suite_end
