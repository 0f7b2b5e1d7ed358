#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# test.sh: the tests of the project's rules (rules/tests), and `tiercel test` itself: a broken
# expectation fails, a broken file is an error with its place. Needs no privileges.
. "$(dirname "$0")/../harness/lib.sh"

[ -x "$TIERCEL" ] || { skip "tiercel test: $TIERCEL is not built"; suite_end; exit; }

work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

# ---- the rules ----

"$TIERCEL" test -v "$ROOT/rules/tests" > "$work/out" 2> "$work/err"
status=$?
while read -r result place; do
	case $result in
	ok) ok "rules: ${place#"$ROOT/rules/tests/"}" ;;
	FAILED) not_ok "rules: ${place#"$ROOT/rules/tests/"}" ;;
	esac
done < <(grep -E '^(ok|FAILED) ' "$work/out")
[ $status = 0 ] || { cat "$work/err"; grep -A 3 '^FAILED' "$work/out"; } | head -40 | sed 's/^/#   /'
[ $status = 0 ] && ok "rules: exit status 0" || not_ok "rules: exit status $status"
lacking=$("$TIERCEL" test --complete "$ROOT/rules/tests" | grep '^rule ')
[ -z "$lacking" ] && ok "rules: each has a test that expects it and one that forbids it" ||
	not_ok "rules: $lacking"

# ---- the command ----

cd "$work" || exit 1
cat > shell.yaml << 'END'
- rule: Shell in container
  desc: A shell.
  condition: evt.type = execve and proc.name = sh and container.id != host
  output: "shell %proc.cmdline in %container.id by %proc.pname"
  priority: WARNING
- rule: Other
  desc: Something else.
  condition: evt.type = openat and fd.name startswith /srv/
  output: "%fd.name %evt.res"
  priority: NOTICE
END
# Another directory than that of the rules: paths are relative to the file of tests.
mkdir -p tests

# say TEXT...: the lines of tests/t.yaml, after the rules and one event.
say() {
	{
		echo "rules: ../shell.yaml"
		echo "tests:"
		echo "- name: sh"
		echo "  event: {evt.type: execve, proc.name: sh, proc.cmdline: sh -c 1, container.id: 0a1b2c3d4e5f}"
		printf '%s\n' "$@"
	} > tests/t.yaml
}

# try NAME STATUS REGEX [ARG...]
try() {
	local name=$1 want=$2 text=$3 got=0
	shift 3
	timeout -k 1 60 "$TIERCEL" test "$@" tests/t.yaml > out 2> err || got=$?
	if [ $got != "$want" ]; then
		not_ok "$name: exit status $got, not $want: $(cat out err | tail -c 300)"
	elif ! cat out err | grep -Pqz -- "(?s)$text"; then
		not_ok "$name: no '$text' in: $(cat out err | tail -c 400)"
	else
		ok "$name"
	fi
}

say "  alerts: [Shell in container]"
try "an expected alert" 0 '1 passed, 0 failed'
for engine in interpreter tables both; do
	try "engine $engine" 0 '1 passed' --engine $engine
done
try "no such engine" 2 "engine 'abacus'" --engine abacus
say "  alerts: []"
try "an alert where none is expected" 1 "must not alert, but did: shell sh -c 1 in 0a1b2c3d4e5f"
say "  no_alerts: [Shell in container]"
try "a forbidden alert" 1 "'Shell in container' must not alert"
say "  no_alerts: [Other]"
try "a forbidden alert that is not raised" 0 '1 passed'
say "  alerts: [Other]"
try "an expected alert that is not raised" 1 "'Other' raised no alert; raised were 'Shell in container'"
try "-v shows the comparisons" 1 "the comparisons of rule 'Other'.*evt\.type" -v
say "  alerts: [{rule: Shell in container, priority: ERROR}]"
try "another priority" 1 "its priority is Warning, not Error"
say "  alerts: [{rule: Shell in container, priority: warning}]"
try "the priority, in any case" 0 '1 passed'
say "  alerts: [{rule: Shell in container, output: shell sh}]"
try "another output" 1 "its output is 'shell sh -c 1 in 0a1b2c3d4e5f by <NA>', not 'shell sh'"
say "  alerts: [{rule: Shell in container, output: shell sh -c 1 in 0a1b2c3d4e5f by <NA>}]"
try "the whole output" 0 '1 passed'
say "  alerts: [{rule: Shell in container, contains: [sh -c, in 0a1b]}]"
try "parts of the output" 0 '1 passed'
say "  alerts: [{rule: Shell in container, contains: [sh -c, nonesuch]}]"
try "a part that is not in the output" 1 "no 'nonesuch' in its output"
say "  alerts: [{rule: Shell in container, fields: {container.id: 0a1b2c3d4e5f, proc.pname: null}}]"
try "fields, one of them missing" 0 '1 passed'
say "  alerts: [{rule: Shell in container, fields: {container.id: ffff}}]"
try "another value of a field" 1 "container.id is '0a1b2c3d4e5f', not 'ffff'"
say "  alerts: [{rule: Shell in container, fields: {user.name: root}}]"
try "a field that the output has not" 1 "its output does not print user.name"
say "  alerts: [{rule: Shell in container, count: 2}]"
try "a wrong count" 1 "raised 1 such alerts, not 2"
say "  alerts: [Shell in container]" "- name: file" \
	"  event: {evt.type: openat, fd.name: /srv/a, evt.res: SUCCESS}" "  alerts: [Other]"
try "--only runs some" 0 '1 passed, 0 failed' --only 'fi*'
try "--only that fits none" 1 'no test has a name' --only 'none*'
try "--complete names what is missing" 1 "'Shell in container' has no test that names it in no_alerts" --complete
try "--json" 0 '"result":"passed".*"rule":"Shell in container","priority":"Warning"' --json
try "-r replaces the rules of the file" 1 "no rule 'Other' is loaded" -r "$ROOT/rules/custom.yaml"

# ---- JUnit ----

say "  alerts: [{rule: Shell in container, contains: \"<&\\x01\\\"\"}]"
try "--junit" 1 '1 failed' --junit junit.xml
if command -v python3 > /dev/null; then
	python3 -c '
import sys, xml.dom.minidom
d = xml.dom.minidom.parse("junit.xml")
s = d.getElementsByTagName("testsuite")[0]
f = d.getElementsByTagName("failure")[0]
assert s.getAttribute("tests") == "1" and s.getAttribute("failures") == "1"
assert "<&\ufffd\"" in f.getAttribute("message"), f.getAttribute("message")
' 2> err && ok "--junit: well-formed, whatever a test says" || not_ok "--junit: $(tail -1 err)"
else
	skip "--junit: well-formed: python3 is not installed"
fi
try "--junit into nowhere" 1 'nowhere/x: No such file' --junit nowhere/x

# ---- files that are wrong ----

place='tests/t\.yaml:[0-9]+:[0-9]+: error: '
say "  alrets: []"
try "an unknown key" 1 "t\.yaml:5:3: error: unknown key 'alrets'.*\\^.*did you mean 'alerts'"
say "  alerts: [Shell in contaner]"
try "an unknown rule" 1 "t\.yaml:5:12: error: no rule 'Shell in contaner'.*did you mean 'Shell in container'"
say "  alerts: [{rule: Other, priority: LOUD}]"
try "an unknown priority" 1 "${place}unknown priority 'LOUD'"
say "  alerts: [{priority: INFO}]"
try "an alert of no rule" 1 "${place}an expected alert needs the key 'rule'"
say "  alerts: []" "  alerts: []"
try "a key given twice" 1 "${place}key 'alerts' is given twice"
say ""
try "a test that expects nothing" 1 "${place}test 'sh' expects nothing"
say "  alerts: [" 
try "broken YAML" 1 "$place"
say "  alerts: []" "- name: x" "  event: {evt.type: openta}" "  alerts: []"
try "an unknown event type" 1 "t\.yaml:7:21: error: unknown event type openta.*openat"
say "  alerts: []" "- name: x" "  event: {evt.type: openat, fd.nmae: x}" "  alerts: []"
try "an unknown field" 1 "t\.yaml:7:29: error: .*fd\.nmae.*fd\.name"
say "  alerts: []" "- name: x" "  event: {evt.type: openat, fd.num: many}" "  alerts: []"
try "a wrong value" 1 "t\.yaml:7:37: error: fd\.num must be a whole number"
say "  alerts: []" "- name: x" "  event: {fd.num: 1}" "  alerts: []"
try "an event without a type" 1 "${place}an event needs evt.type"
{ echo 'a: &a [x, x, x, x, x, x, x, x, x, x]'
	for i in b c d e f g h i; do
		p=$(echo "$i" | tr b-i a-h)
		echo "$i: &$i [*$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p, *$p]"
	done; } > tests/t.yaml
try "not a file of tests" 1 "${place}unknown key 'a'"
printf 'rules: ../shell.yaml\ntests: []\n' > tests/t.yaml
try "no test at all" 1 "there is no test"
printf 'rules: ../none.yaml\ntests: []\n' > tests/t.yaml
try "rules that are not there" 1 "none\.yaml.*No such file"
printf 'tests: []\n' > tests/t.yaml
try "no rules" 1 "the file names no rules"
rm tests/t.yaml
try "a file that is not there" 1 "t\.yaml: error: cannot be read: No such file"
"$TIERCEL" test > out 2> err
[ $? = 2 ] && ok "no file at all: status 2" || not_ok "no file at all: $(cat err)"
suite_end
