#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# reload.sh: another policy in the place of the one that runs, under a steady stream of numbered
# actions: none missed, none reported twice. By SIGHUP and `tiercel reload`, by changed files, by the exchange of a link
# as Kubernetes does it; policies of other rules, with other event types, and broken ones.
# TIERCEL_RELOADS says how often (40).
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "reload: $obstacle"; suite_end; exit; }
reloads=${TIERCEL_RELOADS:-40}

session_begin
cd "$work" || exit 1
exec_name=zz-${work##*.}
cp /usr/bin/true "$exec_name"

# rules FILE NUMBER [MORE]: the two rules that the stream matches are the same in every policy, but
# their numbers, those of their predicates and the hooks are not.
filler() { # NAME CONDITION
	printf -- '- rule: %s\n  desc: d\n  condition: %s\n  output: o\n  priority: INFO\n' "$1" "$2"
}
stream_rules() {
	cat << END
- rule: Opened
  desc: d
  condition: evt.type in (open, openat, openat2, creat) and fd.name startswith $work/n-
  output: "opened %fd.name"
  priority: NOTICE
- rule: Executed
  desc: d
  condition: evt.type = execve and evt.failed = false and proc.name = $exec_name and proc.cmdline contains $exec_name
  output: "executed %proc.args"
  priority: NOTICE
END
}
write_rules() { # FILE NUMBER
	local i
	{
		for ((i = 0; i < $2 % 5; i++)); do
			filler "Before $i" "evt.type = execve and proc.pname = nobody$i and proc.args contains x$i"
		done
		[ $(($2 % 2)) = 0 ] && filler Attempt 'evt.type = execveat and evt.failed = true and proc.name = nobody'
		stream_rules
		for ((i = 0; i < $2 % 7; i++)); do
			filler "After $i" "evt.type in (open, openat, openat2, creat) and fd.name startswith /nowhere/$i and proc.name = nobody"
		done
	} > "$1.new"
	mv "$1.new" "$1"
}

outcomes() { grep -c 'policy changed: \|policy not changed: ' log; }
has_outcomes() { [ "$(outcomes)" -ge "$1" ]; }
has_alert() { grep -q "$1" alerts; }

# Numbers from 1 to N, each once, behind a word of the output.
each_once() { # WORD N
	local missed doubled
	missed=$(sed -n "s|.*Notice $1\([0-9]*\).*|\1|p" alerts | sort -u | comm -13 - <(seq "$2" | sort) | wc -l)
	doubled=$(sed -n "s|.*Notice $1\([0-9]*\).*|\1|p" alerts | sort | uniq -d | wc -l)
	[ "$2" -gt 0 ] && [ "$missed" = 0 ] && [ "$doubled" = 0 ] && return
	echo "# $1: of $2 actions $missed missed, $doubled doubled"
	return 1
}

stream_start() {
	rm -f stop
	"$HARNESS/sysop" count "$work/n-" "$work/stop" 300 > opened &
	opener=$!
	(
		n=0
		until [ -e stop ]; do sleep 0.005; "./$exec_name" $((++n)); done
		echo $n > executed
	) &
	executor=$!
}
stream_stop() {
	touch stop
	wait $opener $executor
	wait_for 10 has_alert "opened $work/n-$(cat opened) "
	wait_for 10 has_alert "executed $(cat executed) "
	check "$1: every open once" each_once "opened $work/n-" "$(cat opened)"
	check "$1: every exec once" each_once "executed " "$(cat executed)"
}

# ---- as fast as it goes ----

write_rules rules.yaml 1
detector_start -r rules.yaml -o watch_config_files=false -o control_socket="$work/sock" -o append_output.suggested_output=false ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
stream_start
for ((i = 1; i <= reloads; i++)); do
	write_rules rules.yaml "$i"
	# In turn: by a signal, and by a command that waits for the outcome.
	if [ $((i % 4)) = 0 ]; then
		kill -HUP "$detector"
		wait_for 20 has_outcomes "$i" || break
	else
		timeout 20 "$TIERCEL" reload --socket "$work/sock" > /dev/null || break
	fi
done
stream_stop "$reloads policies"
[ "$(grep -c 'policy changed: ' log)" = "$reloads" ] && ok "$reloads policies: each took effect" ||
	not_ok "$(grep -c 'policy changed: ' log) of $reloads policies took effect: $(grep 'not changed' log | head -2)"
check "SIGTERM ends it with status 0" detector_stop
grep -q "^ *$(($(cat opened))) *$(cat opened) *0  Opened" log && ok "the summary counts over all policies" ||
	not_ok "the summary does not count $(cat opened) of Opened: $(grep Opened log)"
grep -q 'policy that is gone' log && not_ok "records of a policy that was gone" || ok "no record came too late"

# ---- files that change ----

mkdir -p config/..1
write_rules config/..1/rules.yaml 1
ln -s ..1 config/..data
ln -s ..data/rules.yaml config/rules.yaml
detector_start -r config/rules.yaml -o append_output.suggested_output=false ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
stream_start
sleep 0.3
touch config/unrelated config/..1/rules.yaml
write_rules config/..1/rules.yaml 2
check "a file that is replaced is read again" wait_for 5 has_outcomes 1
mkdir config/..2
write_rules config/..2/rules.yaml 3
ln -s ..2 config/..data_tmp
mv -T config/..data_tmp config/..data
check "a link that is exchanged is followed again" wait_for 5 has_outcomes 2
rm -r config/..1
echo '- rule: Opened' >> config/..2/rules.yaml
check "a broken policy is refused" wait_for 5 grep -q 'policy not changed: ' log
grep -q 'rules.yaml: Invalid' log && ok "the report of it is that of check" || not_ok "no report of it"
check "a broken policy raises an alert" wait_for 5 grep -q 'Critical policy not changed: .*rules.yaml:' alerts
sed -i '$d' config/..2/rules.yaml
check "and the next one is taken" wait_for 5 has_outcomes 4
before=$(outcomes)
write_rules config/other.yaml 3
touch config/..2/rules.yaml
sleep 0.6
[ "$(outcomes)" = "$before" ] && ok "what is the same or not ours changes nothing" || not_ok "reloaded without a change"
stream_stop "changed files"
check "SIGTERM ends it with status 0" detector_stop

# ---- a policy that is larger than the room for it ----

write_rules rules.yaml 1
detector_start -r rules.yaml -o append_output.suggested_output=false ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
{
	stream_rules
	for i in $(seq 600); do filler "Many $i" "evt.type = execve and proc.name = nobody$i"; done
} > rules.new
mv rules.new rules.yaml
check "a policy that is too large is refused" wait_for 10 grep -q 'not changed: the new policy has 602 rules.*restart' log
"$HARNESS/sysop" openat R "$work/n-1" 2> /dev/null
check "and the old one goes on" wait_for 5 has_alert "opened $work/n-1"
check "SIGTERM ends it with status 0" detector_stop
suite_end
