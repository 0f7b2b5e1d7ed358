#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# service.sh: what a running detector answers over HTTP, to curl, to a real Prometheus and to those
# who mean it ill.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "service: $obstacle"; suite_end; exit; }
command -v python3 > /dev/null || { skip "service: python3 is not installed"; suite_end; exit; }

session_begin
prometheus=''
trap '[ -n "$prometheus" ] && kill "$prometheus" 2> /dev/null; session_end' EXIT
cd "$work" || exit 1
prefix=zz${work##*.}
cp /usr/bin/true "$prefix-e"
cat > rules.yaml << END
- rule: exec "quoted" \\ back
  desc: d
  condition: evt.type = execve and evt.failed = false and proc.name = $prefix-e
  output: o
  priority: WARNING
  tags: [network, a-b, a_b]
- rule: never
  desc: d
  condition: evt.type = execve and proc.name = $prefix-never
  output: o
  priority: INFO
END
cat > conf.yaml << END
rules_files: [$work/rules.yaml]
control_socket: $work/sock
webserver: {listen_port: 0, prometheus_metrics_enabled: true}
metrics: {enabled: true, kernel_event_counters_per_cpu_enabled: true}
END

# get PATH [STATUS]: its body in file body; ok if the status is that.
get() {
	python3 - "$port" "$1" > body 2> status << 'END'
import sys, urllib.request, urllib.error
try:
	r = urllib.request.urlopen("http://127.0.0.1:%s%s" % (sys.argv[1], sys.argv[2]), timeout=5)
except urllib.error.HTTPError as e:
	r = e
sys.stdout.write(r.read().decode())
sys.stderr.write("%d %s" % (r.status, r.headers["Content-Type"]))
END
	[ "$(cut -d' ' -f1 status)" = "${2:-200}" ]
}
port_of() { sed -n 's/.*HTTP at 127\.0\.0\.1 port \([0-9]*\)$/\1/p' log | tail -n 1; }
# value 'NAME{LABELS}'
value() { name="$1 " awk 'index($0, ENVIRON["name"]) == 1 { print substr($0, length(ENVIRON["name"]) + 1) }' body; }

detector_start -c conf.yaml || { not_ok "the detector does not start"; suite_end; exit 1; }
port=$(port_of)
[ -n "$port" ] && ok "the log says where" || not_ok "the log does not say where: $(tail -n 3 log)"
check "/healthz" get /healthz
[ "$(cat body)" = '{"status": "ok"}' ] && grep -q 'application/json$' status && ok "/healthz as Falco's" ||
	not_ok "/healthz: $(cat body status)"
check "/versions" get /versions
jq -e '.engine_version == "63" and .engine_version_semver == "0.63.0" and .plugin_versions == {}
	and (.tiercel_version | length > 0)' body > /dev/null && ok "/versions: form" || not_ok "/versions: $(cat body)"
check "what is not there" get /nosuch 404

for i in 1 2 3; do "./$prefix-e"; done
has_alerts() { [ "$(wc -l < alerts)" -ge 3 ]; }
wait_for 5 has_alerts
check "/metrics" get /metrics
cp body metrics
rule='exec \"quoted\" \\ back'
[ "$(value 'falcosecurity_falco_rules_matches_total{priority="4",rule_name="'"$rule"'",source="syscall",tag_a_b="true",tag_network="true"}')" = 3 ] &&
	ok "matches by rule, as Falco's" || not_ok "matches by rule: $(grep rules_matches body)"
[ "$(value 'tiercel_rule_alerts_total{rule="'"$rule"'"}')" = 3 ] && [ "$(value 'tiercel_rule_lost_total{rule="'"$rule"'"}')" = 0 ] &&
	ok "our counts by rule" || not_ok "our counts by rule: $(grep ^tiercel_rule_ body)"
grep -q 'rule_name="never"' body && not_ok "a rule without matches is shown" || ok "only rules that matched"
missing=''
for name in falco_rules_matches_total scap_n_drops_buffer_total falco_cpu_usage_ratio falco_memory_rss_bytes \
	falco_memory_vsz_bytes scap_n_evts_total scap_n_drops_total scap_n_drops_cpu_total scap_n_drops_scratch_map_total \
	scap_n_drops_full_threadtable_total falco_outputs_queue_num_drops_total scap_engine_name_info falco_version_info; do
	grep -q "^falcosecurity_$name[ {]" body || missing="$missing $name"
done
[ -z "$missing" ] && ok "what the dashboard of Falco graphs" || not_ok "missing:$missing"
missing=$(sed -n 's/^METRIC([A-Z_]*, "\([a-z_]*\)".*/\1/p' "$ROOT/user/metrics.def" | while read -r name; do
	grep -q "^$name[ {]" body || echo "$name"
done)
[ -z "$missing" ] && ok "every metric has a sample" || not_ok "no sample of:" $missing
awk -v rss="$(value falcosecurity_falco_memory_rss_bytes)" -v vsz="$(value falcosecurity_falco_memory_vsz_bytes)" \
	-v maps="$(value tiercel_map_memory_bytes)" -v known="$(value tiercel_processes)" -v room="$(value tiercel_processes_room)" \
	'BEGIN { exit !(rss > 1e6 && rss < vsz && maps > 1e6 && known > 1 && known < room) }' &&
	ok "numbers that can be" || not_ok "odd numbers: $(grep -E '_bytes|_processes' body)"
[ "$(grep -v '^#' body | sed 's/ [^ ]*$//' | sort | uniq -d | wc -l)" = 0 ] && ok "no sample is there twice" ||
	not_ok "twice: $(grep -v '^#' body | sed 's/ [^ ]*$//' | sort | uniq -d | head -3)"
python3 - "$port" > out << 'END'
import sys, urllib.request, urllib.error
def get():
	try:
		return urllib.request.urlopen("http://127.0.0.1:%s/metrics" % sys.argv[1], timeout=5).status
	except urllib.error.HTTPError as e:
		return e.status
print([get() for _ in range(20)].count(429) > 0)
END
[ "$(cat out)" = True ] && ok "the page is not made more often than ten times a second" || not_ok "twenty pages at once: $(cat out)"
sleep 0.2
if command -v promtool > /dev/null; then
	check "promtool finds nothing to object to" sh -c 'promtool check metrics < metrics'
	{
		printf 'groups:\n- name: dashboard\n  rules:\n'
		jq -r '.panels[].targets[].expr' "$ROOT"/chart/dashboards/*.json |
			sed "s/\$__rate_interval/5m/g; s/.*/  - record: a:b\n    expr: '&'/"
	} > expressions.yml
	promtool check rules --lint=none expressions.yml > out 2>&1 && grep -q 'SUCCESS: [1-9][0-9]* rules' out &&
		ok "the queries of the dashboard are right" || not_ok "the queries of the dashboard: $(cat out)"
else
	skip "promtool: the package prometheus is not installed"
fi

# A real Prometheus reads it.
scraped() {
	python3 - "$scraper" > answer 2> /dev/null << 'END'
import sys, urllib.request
print(urllib.request.urlopen("http://127.0.0.1:%s/api/v1/query?query=tiercel_rule_alerts_total" % sys.argv[1], timeout=5).read().decode())
END
	jq -e '.data.result[0].value[1] == "3"' answer > /dev/null
}
if command -v prometheus > /dev/null; then
	scraper=$((20000 + $$ % 20000))
	printf 'scrape_configs:\n- job_name: tiercel\n  scrape_interval: 1s\n  static_configs: [{targets: ["127.0.0.1:%s"]}]\n' \
		"$port" > prometheus.yml
	prometheus --config.file=prometheus.yml --storage.tsdb.path="$work/tsdb" \
		--web.listen-address="127.0.0.1:$scraper" > prometheus.log 2>&1 &
	prometheus=$!
	wait_for 30 scraped && ok "Prometheus scrapes it" || not_ok "Prometheus: $(cat answer; tail -n 3 prometheus.log)"
	kill "$prometheus"
	wait "$prometheus" 2> /dev/null
	prometheus=''
else
	skip "Prometheus scrapes it: the package prometheus is not installed"
fi

# Who floods it, says nothing, or goes away in the middle, harms nobody; alerts go on.
python3 - "$port" << 'END' &
import random, socket, sys, time
def open_it():
	s = socket.socket(); s.settimeout(2); s.connect(("127.0.0.1", int(sys.argv[1]))); return s
silent = [open_it() for _ in range(40)]
random.seed(1)
for i in range(300):
	try:
		s = open_it()
		if i % 3 == 0: s.sendall(bytes(random.randrange(256) for _ in range(random.randrange(6000))))
		if i % 3 == 1: s.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
		if i % 3 == 2: s.sendall(b"GET /healthz HTTP/1.1\r\n" + b"A: b\r\n" * random.randrange(2000) + b"\r\n")
		if i % 2: s.close()
	except OSError:
		pass
END
flood=$!
for i in 1 2 3 4 5 6 7; do "./$prefix-e"; done
has_more() { [ "$(wc -l < alerts)" -ge 10 ]; }
wait_for 5 has_more && ok "alerts come while it is flooded" || not_ok "$(wc -l < alerts) alerts while it is flooded"
wait "$flood"
sleep 0.2
get /healthz && ok "it answers after a flood" || not_ok "after a flood: $(cat status)"

# Connections end by themselves, then nothing wakes it up.
descriptors() { ls "/proc/$detector/fd" | wc -l; }
switches() { grep -h voluntary_ctxt "/proc/$detector/task"/*/status | awk '{ n += $2 } END { print n }'; }
exec 7<> "/dev/tcp/127.0.0.1/$port"
before=$(descriptors)
few() { [ "$(descriptors)" -lt "$before" ]; }
wait_for 10 few && ok "who says nothing is cut off" || not_ok "a silent connection stays"
exec 7>&-

# Another address after a change of the configuration; the old one is shut.
old=$port
sed -i 's/^webserver:.*/webserver: {listen_port: 0, k8s_healthz_endpoint: \/live, listen_address: "127.0.0.1"}/' conf.yaml
"$TIERCEL" reload --socket sock > out 2>&1
check "another path of /healthz after a reload" get /live
check "metrics can be turned off" get /metrics 404
grep -q 'metrics.enabled' body && ok "... and say how to turn them on" || not_ok "metrics that are off: $(cat body)"
[ "$(port_of)" = "$old" ] && ok "the port stays if its keys are the same" || not_ok "another port: $(port_of)"
sed -i 's/^webserver:.*/webserver: {enabled: false}/' conf.yaml
"$TIERCEL" reload --socket sock > out 2>&1
is_shut() { ! (exec 7<> "/dev/tcp/127.0.0.1/$old") 2> /dev/null; }
check "webserver.enabled: false" is_shut
check "SIGTERM ends it with status 0" detector_stop

# What cannot be had is said, and the detector runs without.
detector_start -c conf.yaml -o webserver.enabled=true -o webserver.listen_address=203.0.113.1
grep -q 'warning: nothing is answered over HTTP: 203\.0\.113\.1 port [0-9]*: Cannot assign' log &&
	ok "an address that is not ours" || not_ok "an address that is not ours: $(cat log)"
detector_stop
detector_start -c conf.yaml -o webserver.enabled=true -o webserver.ssl_enabled=true
grep -q 'error: webserver\.ssl_enabled: TLS is not offered' log && ok "TLS is refused, not left out" || not_ok "TLS: $(cat log)"
detector_stop
suite_end
