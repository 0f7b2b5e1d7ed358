#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# storm.sh: processes that open files and start programs as fast as they can, and a thousand
# actions among them that match. Each has its alert, or is counted as lost: the sum is exact. Then
# a buffer of one page and a detector that sleeps, so that there are losses.
# TIERCEL_STORM_SECONDS says how long (10).
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "storm: $obstacle"; suite_end; exit; }
seconds=${TIERCEL_STORM_SECONDS:-10}
actions=1000

session_begin
cd "$work" || exit 1
cat > rules.yaml << END
- rule: Opened
  desc: d
  condition: evt.type in (open, openat, openat2, creat) and fd.name startswith $work/n-
  output: "opened %fd.name"
  priority: NOTICE
- rule: Opened too
  desc: d
  condition: evt.type in (open, openat, openat2, creat) and fd.name startswith $work/n- and fd.name endswith 7
  output: "again %fd.name"
  priority: NOTICE
END

detector_run() { detector_start -r rules.yaml -o append_output.suggested_output=false -o control_socket= --json "$@"; }
alerts_of() { jq -r --arg rule "$1" 'select(.rule == $rule) | .output_fields["fd.name"]' alerts; }
# Of the line of a rule in the summary: alerts, matched, lost.
summary_of() { sed -n "s/^ *\([0-9]*\) *\([0-9]*\) *\([0-9]*\)  $1\$/\1 \2 \3/p" log; }

# All of them, each once or counted.
judge() { # TITLE RULE COUNT
	local sent matched lost lines different
	read -r sent matched lost < <(summary_of "$2")
	lines=$(alerts_of "$2" | wc -l)
	different=$(alerts_of "$2" | sort -u | wc -l)
	[ "$lines" = "$different" ] && ok "$1: $2: none twice" || not_ok "$1: $2: $lines alerts, $different different"
	[ "${matched:-0}" = "$3" ] && [ "$lines" = "$sent" ] && [ $((sent + lost)) = "$3" ] &&
		ok "$1: $2: $sent alerts and $lost losses of $3" ||
		not_ok "$1: $2: of $3 actions ${matched:-0} matched, ${sent:-0} alerts ($lines lines), ${lost:-0} lost"
}

# ---- a storm ----

detector_run || { not_ok "the detector does not start"; suite_end; exit 1; }
stormers=()
for i in 1 2 3 4; do
	"$HARNESS/sysop" storm "$seconds" "$work/rules.yaml" > "storm$i" & stormers+=($!)
done
"$HARNESS/sysop" fork-storm "$seconds" "$HARNESS/sysop" > forks 2> /dev/null & stormers+=($!)
"$HARNESS/sysop" burst "$work/n-" $actions $((seconds * 1000000 / actions * 8 / 10)) & stormers+=($!)
wait "${stormers[@]}"
check "SIGTERM ends it with status 0" detector_stop
judge storm Opened $actions
judge storm "Opened too" $((actions / 10))
grep -qE 'events not decided|events missed|made no sense' log &&
	not_ok "storm: $(grep -E 'events not decided|events missed|made no sense' log | head -2)" ||
	ok "storm: no event was left undecided ($(cat storm? | awk '{ n += $1 } END { print n }') opens, $(cat forks) programs)"

# ---- losses ----

lost_alerts() { jq -c 'select(.rule == "Tiercel internal: alerts lost")' alerts; }
# What the alerts of the detector about itself say of a rule.
told() { lost_alerts | jq -s --arg rule "$1" 'map(.output_fields[$rule] // "0" | tonumber) | add // 0'; }

detector_run -o kernel_buffer=4096 || { not_ok "the detector does not start"; suite_end; exit 1; }
for i in 1 2 3; do
	kill -STOP "$detector"
	"$HARNESS/sysop" burst "$work/n-$i" $actions 0
	kill -CONT "$detector"
	sleep 0.5
done
check "losses are told while it runs, without another match" wait_for 5 grep -q 'internal: alerts lost' alerts
sleep 1.2
running=$(told Opened)
check "SIGTERM ends it with status 0" detector_stop
judge "small buffer" Opened $((3 * actions))
judge "small buffer" "Opened too" $((3 * actions / 10))
read -r _ _ lost < <(summary_of Opened)
[ "$lost" -gt 0 ] && [ "$(told Opened)" = "$lost" ] && ok "the alerts about losses add up to $lost" ||
	not_ok "$lost lost, but the alerts about losses say $(told Opened)"
[ "$running" = "$lost" ] && ok "all losses were told within a second" ||
	not_ok "of $lost losses $running were told while it ran"
[ "$(lost_alerts | wc -l)" -le 4 ] && ok "at most one alert a second" || not_ok "$(lost_alerts | wc -l) alerts about losses"
lost_alerts | jq -es 'all(.priority == "Critical" and .source == "internal" and (has("tags") | not)
	and (.output | startswith("Tiercel internal: alerts lost.")) and (.output_fields | map(type == "string") | all))' > /dev/null &&
	ok "the form of the alert" || not_ok "the form of the alert: $(lost_alerts | head -1)"
# ---- more rules than a record has room for ----

for i in $(seq 100); do
	printf -- '- {rule: Many %s, desc: d, priority: NOTICE, output: "%%fd.name", condition: "evt.type in (open, openat) and fd.name startswith %s/m- and fd.num != %s"}\n' \
		"$i" "$work" "$((1000 + i))"
done > rules.yaml
detector_run -o kernel_buffer=4096 || { not_ok "the detector does not start"; suite_end; exit 1; }
kill -STOP "$detector"
"$HARNESS/sysop" burst "$work/m-" 100 0
kill -CONT "$detector"
sleep 0.5
check "SIGTERM ends it with status 0" detector_stop
sed -n 's/^ *\([0-9]*\) *\([0-9]*\) *\([0-9]*\)  Many [0-9]*$/\1 \2 \3/p' log |
	awk '$2 == 100 && $1 + $3 == 100 && $3 > 0 && $1 > 0 { n++ } END { exit n != 100 }' &&
	ok "a hundred rules match one event: alerts and losses of each add up" ||
	not_ok "a hundred rules match one event: $(grep -a 'Many' log | sort | uniq -c | head -4)"
suite_end
