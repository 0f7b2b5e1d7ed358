#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# cli.sh: the commands that need no privilege, what they say about bad input, and what a user
# without privileges hears. Only the last part needs root.
. "$(dirname "$0")/../harness/lib.sh"

[ -x "$TIERCEL" ] || { skip "commands: $TIERCEL is not built"; suite_end; exit; }

work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
trap 'detector_stop; rm -rf "$work"' EXIT
cd "$work" || exit 1

# try NAME STATUS TEXT COMMAND...: regular expressions for the exit status and for what the
# output must contain: stdout in file out, then stderr in file err. Its standard input is $input.
input=/dev/null
try() {
	local name=$1 want=$2 text=$3 got=0
	shift 3
	timeout -k 1 60 "$@" > out 2> err < "$input" || got=$?
	cat out err > all
	if ! [[ $got =~ ^$want$ ]]; then
		not_ok "$name: exit status $got, not $want: $(tail -c 300 all)"
	elif ! grep -Pqza -- "(?s)$text" all; then
		not_ok "$name: no '$text' in: $(tail -c 300 all)"
	else
		ok "$name"
	fi
}

rule() { # FILE CONDITION [OUTPUT]
	printf -- '- rule: Sample\n  desc: d\n  condition: %s\n  output: "%s"\n  priority: WARNING\n' \
		"$2" "${3:-out of %proc.name}" > "$1"
}

# ---- the plain uses ----

try "--version" 0 '[0-9]+\.[0-9]+\.[0-9]+' "$TIERCEL" --version
try "--help names the commands" 0 'run.*check.*' "$TIERCEL" --help
for command in run check explain list compile eval test watch try; do
	try "$command --help" 0 "$command" "$TIERCEL" "$command" --help
done
try "unknown command" 2 'nosuch' "$TIERCEL" nosuch
try "unknown option" 2 'nosuch' "$TIERCEL" check --nosuch

try "check of the project's rules" 0 '' "$TIERCEL" check -r "$ROOT/rules"
try "check --condition" 0 '' "$TIERCEL" check --condition 'evt.type = execve and proc.name = curl'
try "check --condition --syntax takes unknown names" 0 '' \
	"$TIERCEL" check --syntax --condition 'some_macro and some.field = 1'
try "check --condition of an unknown field" 1 "fd\.name" "$TIERCEL" check --condition 'evt.type = open and fd.nmae = x'
try "list fields" 0 'proc\.cmdline.*fd\.name' "$TIERCEL" list fields
try "list events" 0 'execve.*openat' "$TIERCEL" list events
try "list fields --names" 0 '(^|\n)proc\.aname\n' "$TIERCEL" list --names fields
try "list fields --json" 0 '"name":"fd\.sip"' "$TIERCEL" list --json fields
jq -e 'map(select(.name == "fd.net"))[0].type == "ip network of either end"' out > /dev/null &&
	ok "types are told" || not_ok "list fields --json: no type of fd.net"
try "list fields --markdown" 0 '\| name \| argument \| type \|.*\| proc\.name \|' \
	"$TIERCEL" list --markdown fields
try "list refused" 0 'ka\..*Kubernetes audit' "$TIERCEL" list refused
try "check says why a field is refused" 1 'ka\.user of Falco is not offered' \
	"$TIERCEL" check --condition 'ka.user = x'
try "check knows arguments of events" 1 'unknown event argument falgs; did you mean .flags' \
	"$TIERCEL" check --condition 'evt.type = open and evt.arg.falgs contains O_CREAT'
rule argument.yaml 'evt.type = open and evt.arg.newpath = x'
try "check: an argument that the event type does not have" 0 "no argument 'newpath'" \
	"$TIERCEL" check argument.yaml
rule unseen.yaml 'evt.type = execve and proc.name = a and evt.cpu = 1'
try "explain tells what is not seen live" 0 'not seen live: evt\.cpu' \
	"$TIERCEL" explain -r unseen.yaml
rule unbounded.yaml 'evt.type = execve and not evt.cpu in (1)'
try "explain tells what counts as missing" 0 'evt\.cpu \(nothing else narrows the rule: it counts as missing\)' \
	"$TIERCEL" explain -r unbounded.yaml
for topic in fields events; do
	names=$("$TIERCEL" list --names $topic | wc -l)
	items=$("$TIERCEL" list --mdoc $topic | grep -c '^\.It Li ')
	if [ "$names" -gt 50 ] && [ "$names" = "$items" ]; then
		ok "list --mdoc has an item for each of the $topic"
	else
		not_ok "list --mdoc $topic: $items items of $names"
	fi
done
try "list operators" 0 'startswith' "$TIERCEL" list operators
try "list config" 0 'slack\.webhookurl' "$TIERCEL" list config
try "explain of the project's rules" 0 'Ping command used in container' "$TIERCEL" explain -r "$ROOT/rules"
if grep -Eqi '^ *residual: *[1-9]|needs userspace' out; then
	not_ok "the project's rules are decided in the kernel: $(grep -Ei residual out | head -2)"
else
	ok "the project's rules are decided in the kernel"
fi
try "explain of the default rules" 0 '(\d+) rules, \1 decided in the kernel alone' \
	"$TIERCEL" explain -r "$ROOT/rules/tiercel.yaml"
try "compile writes an image" 0 '' "$TIERCEL" compile -r "$ROOT/rules" -o image
[ -s image ] && ok "the image is there" || not_ok "compile made no file"
"$TIERCEL" compile -r "$ROOT/rules" -o image2 > /dev/null 2>&1
cmp -s image image2 && ok "the same rules give the same image" || not_ok "two images of the same rules differ"

# ---- eval: rules and events without a kernel ----

ping='{"evt.type":"execve","evt.time":1700000000123456789,"container.id":"0123456789ab","proc.name":"ping","proc.cmdline":"ping -c1 h","user.name":"root","container.name":"box"}'
printf '%s\n' "$ping" '{"evt.type":"execve","container.id":"host","proc.name":"ping","proc.cmdline":"ping h"}' > events
input=events
try "eval prints the alert" 0 \
	'Warning \[PING COMMAND\] Ping used in container \(cmd=ping -c1 h user=root container=box\)' \
	"$TIERCEL" eval -r "$ROOT/rules"
[ "$(grep -c 'PING COMMAND' out)" = 1 ] && ok "eval alerts once" || not_ok "eval: $(grep -c PING out) alerts, not 1"
try "eval: text form" 0 '(^|\n)22:13:20\.123456789: Warning \[PING' env TZ=UTC "$TIERCEL" eval -r "$ROOT/rules"
try "eval --engine tables" 0 'PING COMMAND' "$TIERCEL" eval --engine tables -r "$ROOT/rules"
try "eval --json" 0 '"rule":"Ping command used in container"' "$TIERCEL" eval --json -r "$ROOT/rules"
jq -e 'select(.priority == "Warning" and .source == "syscall" and .tags == ["network", "reconnaissance"]
	and .time == "2023-11-14T22:13:20.123456789Z" and .output_fields["evt.time"] == 1700000000123456789
	and .output_fields["proc.cmdline"] == "ping -c1 h"
	and (keys_unsorted | . == sort))' out > /dev/null && ok "eval --json: form" ||
	not_ok "eval --json: form: $(head -c 400 out)"
try "eval --condition" 0 'true\nfalse' "$TIERCEL" eval --condition 'container.id != host'
try "eval --condition on missing values" 0 'false\nfalse' "$TIERCEL" eval --condition 'fd.name != x'
try "eval --trace" 0 'proc\.name' "$TIERCEL" eval --trace -r "$ROOT/rules"
printf '{"evt.type":\n' > broken
input=broken
try "eval of broken JSON" 1 '1' "$TIERCEL" eval -r "$ROOT/rules"
input=/dev/null
rule quote.yaml 'evt.type = execve and proc.name = ping' 'a %proc.cmdline'
printf '%s\n' '{"evt.type":"execve","proc.name":"ping","proc.cmdline":"ping \"a\\b\"\n\u001b[2J"}' > events
input=events
try "eval: hostile bytes are escaped" 0 'a ping \\"a\\\\b\\"\\n\\u001b\[2J' "$TIERCEL" eval -r quote.yaml
input=/dev/null

# ---- bad rule files: where, what, exit status 1 ----

place='bad\.yaml:[0-9]+:[0-9]+: error: '
bad() { try "bad input: $1" 1 "$2" "$TIERCEL" check -r "${3:-bad.yaml}"; }

bad "a file that is not there" 'none\.yaml.*No such file' none.yaml
mkdir -p directory.yaml
rule bad.yaml 'evt.type = open and fd.nmae = x'
bad "unknown field" "bad\.yaml:3:[0-9]+: error: .*fd\.nmae"
grep -q '^ *\^' all && ok "bad input: the place is shown by a caret" || not_ok "no caret in: $(head -c 300 all)"
grep -q "fd\.name" all && ok "bad input: the nearest name is offered" || not_ok "no nearest name in: $(head -c 300 all)"
rule bad.yaml 'evt.type = open and proc.pid = many'
bad "wrong type of value" "$place"
rule bad.yaml 'evt.type = open and proc.pid contains 1'
bad "wrong operator for a number" "$place"
rule bad.yaml 'evt.type = opne'
bad "unknown event type" "$place"
rule bad.yaml 'evt.type = open and no_such_macro'
bad "unknown macro" "$place"
rule bad.yaml "'evt.type = open and proc.name = \"a'"
bad "unterminated quote" "$place"
rule bad.yaml 'evt.type = open and (proc.name = a'
bad "missing parenthesis" "$place"
rule bad.yaml 'evt.type = open and'
bad "nothing after and" "$place"
rule bad.yaml 'evt.type = open' 'x %no.such'
bad "unknown field in an output" "$place"
printf -- '- rule: [unclosed\n' > bad.yaml
bad "broken YAML" "$place"
printf -- 'just text\n' > bad.yaml
bad "YAML that is no list" "$place"
printf -- '- rule: A\n  desc: d\n  condition: evt.type = open\n  priority: WARNING\n' > bad.yaml
bad "rule without output" "$place"
printf -- '- rule: A\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: LOUD\n' > bad.yaml
bad "unknown priority" "$place"
printf -- '- macro: a\n  condition: b\n- macro: b\n  condition: a\n' > bad.yaml
rule tail.yaml 'evt.type = open and a'
cat tail.yaml >> bad.yaml
bad "macros that name each other" "$place"
rule bad.yaml "evt.type = open and $(head -c 10000 /dev/zero | tr '\0' '(')proc.name = a$(head -c 10000 /dev/zero | tr '\0' ')')"
bad "10,000 parentheses deep" "$place"
printf -- '- rule: A\0\n' > bad.yaml
bad "NUL byte" "bad\.yaml"
head -c 4096 /dev/urandom > bad.yaml
bad "random bytes" "bad\.yaml"
{ printf -- '- rule: A\n  desc: '; head -c 52428800 /dev/zero | tr '\0' x; echo; } > bad.yaml
bad "50 MB file" "bad\.yaml"
printf -- '- list: a\n  items: &a [x, x, x, x, x, x, x, x, x, x]\n' > bad.yaml
for i in b c d e f g h i; do
	p=$(echo "$i" | tr b-i a-h)
	printf -- '- list: %s\n  items: &%s [*%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s]\n' \
		"$i" "$i" "$p" "$p" "$p" "$p" "$p" "$p" "$p" "$p" "$p" "$p" >> bad.yaml
done
bad "aliases that multiply" "bad\.yaml"
rm bad.yaml

# Lint: a warning, not an error.
rule lint.yaml 'evt.type = open and fd.name = /x'
try "lint: open alone" 0 'warning.*openat' "$TIERCEL" check -r lint.yaml
rule lint.yaml 'evt.type = write and fd.name = /x'
try "lint: write is off by default" 0 'warning.*write' "$TIERCEL" check -r lint.yaml
rule lint.yaml 'evt.type = openat and fd.name = /x'
printf -- '- list: unused_one\n  items: [a]\n' >> lint.yaml
try "lint: unused list" 0 'unused_one' "$TIERCEL" check -r lint.yaml


# Turning rules on and off: the key "rules" of the configuration.
rule off.yaml 'evt.type = execve and proc.name = ping'
try "a rule turned off" 0 '0 rules' "$TIERCEL" explain -r off.yaml -o 'rules[].disable.rule=Samp*'
try "a rule turned on again" 0 '1 rules' \
	"$TIERCEL" explain -r off.yaml -o 'rules[].disable.rule=*' -o 'rules[].enable.rule=Sample'
try "a name that no rule has" 0 'LINT_SELECTS_NOTHING.*Sample' \
	"$TIERCEL" check -r off.yaml -o 'rules[].disable.rule=Sampel'
try "neither enable nor disable" 1 'disable: \{rule' "$TIERCEL" check -r off.yaml -o 'rules[].remove.rule=Sample'
rm off.yaml

# ---- Falco's options of run ----

run="$TIERCEL run"
rule asked.yaml 'evt.type = execve and m' 'x %proc.name'
sed -i '1i - list: l\n  items: [a, b]\n- macro: m\n  condition: proc.name in (l)' asked.yaml
rule bad.yaml 'evt.type = open and fd.nmae = x'
try "run -V of a good file" 0 'asked\.yaml: Ok\n' $run -V asked.yaml
try "run -V of a bad file" 1 'bad\.yaml: Invalid\n1 Errors:\n.*LOAD_ERR_COMPILE_CONDITION \(Error compiling condition\)' \
	$run -V bad.yaml
rule other.yaml 'evt.type = open and fd.nmae = x'
sed -i 's/Sample/Other/' other.yaml
try "run -V: one file after the other" 1 'asked\.yaml: Ok\nother\.yaml: Invalid' $run -V asked.yaml -V other.yaml
try "run -V as JSON" 1 '' $run -V bad.yaml -o json_output=true
jq -e '.falco_load_results[0] | .successful == false and .schema_valid and .warnings == []
	and (.errors[0] | .code == "LOAD_ERR_COMPILE_CONDITION" and .codedesc == "Error compiling condition"
	and (.context | .locations[1].item_type == "rule" and .locations[1].item_name == "Sample"
	and .locations[2].position.line == 2 and .locations[2].position.column == 33
	and (.snippet | contains("fd.nmae"))))' out > /dev/null && ok "run -V as JSON: form" ||
	not_ok "run -V as JSON: form: $(head -c 900 out)"
try "run -L" 0 'Sample +d\n' $run -L -r asked.yaml
try "run -l of no rule" 1 "no rule 'nosuch'" $run -l nosuch -r asked.yaml
try "run -L of a bad file" 1 'fd\.nmae' $run -L -r bad.yaml
try "run -L as JSON" 0 '' $run -L -r asked.yaml -o json_output=true
jq -e '(.rules[0] | .info.name == "Sample" and .info.priority == "Warning" and .info.enabled
	and (.details | .macros == ["m"] and .lists == ["l"] and .condition_operators == ["=", "in"]
	and .condition_fields == ["evt.type", "proc.name"] and .output_fields == ["proc.name"]
	and .events == ["execve"] and .condition_compiled == "(evt.type = execve and proc.name in (a, b))"))
	and (.lists[] | select(.info.name == "l") | .info.items == ["a", "b"] and .details.used)
	and (.macros[] | select(.info.name == "m") | .details.lists == ["l"])' out > /dev/null &&
	ok "run -L as JSON: form" || not_ok "run -L as JSON: form: $(head -c 900 out)"
try "run -V as JSON shows the rules" 0 '"falco_describe_results":\{"rules"' $run -V asked.yaml -o json_output=true
printf -- '- rule: S\n  nosuch: 1\n  condition: evt.type = execve\n  desc: d\n  output: o\n  priority: Warning\n' > shape.yaml
try "run -V: the shape of a file" 0 '' $run -V shape.yaml -o json_output=true
jq -e '.falco_load_results[0] | .successful and (.schema_valid | not) and (.schema_warnings | length == 2)
	and .warnings[0].code == "LOAD_UNKNOWN_KEY"' out > /dev/null && ok "the shape of a file: form" ||
	not_ok "the shape of a file: $(head -c 500 out)"
try "run --list" 0 'proc\.name' $run --list
try "run --list -N" 0 '\nproc\.name\n' $run --list=syscall -N
try "run --list of another source" 1 'syscall' $run --list=k8s_audit
try "run --list --markdown" 0 '\n\| proc\.name \|' $run --list --markdown
try "run --list-events" 0 'openat' $run --list-events
try "run -i" 0 '- read\n' $run -i
try "run --version" 0 'Engine: 0\.63\.0' $run --version
try "run --version as JSON" 0 '"engine_version_semver":"0\.63\.0"' $run --version -o json_output=true
try "run --dry-run" 0 'dry run: 1 rules' $run --dry-run -r asked.yaml
try "run --dry-run of a bad file" 1 'fd\.nmae' $run --dry-run -r bad.yaml
try "run --rule-schema" 0 '' $run --rule-schema
jq -e '.definitions.item.properties | has("rule") and has("skip-if-unknown-filter")' out > /dev/null &&
	ok "the schema of rules is JSON" || not_ok "the schema of rules: $(head -c 300 out)"
try "run --config-schema" 0 '' $run --config-schema
jq -e '.properties.slack.properties | has("webhookurl")' out > /dev/null &&
	ok "the schema of the configuration is JSON" || not_ok "the schema of the configuration: $(head -c 300 out)"
jq -e '.properties.webserver and (.properties.slack.properties.webhookurl | .type == "string" and (.description | length > 10))
	and .properties.customfields.type == "object"' out > /dev/null &&
	ok "the schema has types and descriptions" || not_ok "the schema has no types: $(head -c 300 out)"
printf 'rules_files: [asked.yaml]\njson_output: true\n' > conf.yaml
try "check --config" 0 '^conf\.yaml: Ok\nasked\.yaml: Ok' "$TIERCEL" check --config conf.yaml
echo 'json_ouptut: true' >> conf.yaml
try "check --config: an unknown key" 0 '^conf\.yaml: Ok, with warnings\n.*conf\.yaml:3:1: warning: .*json_output' \
	"$TIERCEL" check --config conf.yaml
echo 'priority: loud' >> conf.yaml
try "check --config: a wrong value" 1 '^conf\.yaml: Invalid\n.*conf\.yaml:4:11: error: priority must be' \
	"$TIERCEL" check --config conf.yaml
names=$("$TIERCEL" list --names config | wc -l)
[ "$names" = "$("$TIERCEL" list --mdoc config | grep -c '^\.It Li ')" ] && [ "$names" -gt 60 ] &&
	ok "the manual has every key" || not_ok "the manual does not have all of the $names keys"
printf 'slack:\n  webhookurl: https://secret.invalid/x\n' > secret.yaml
try "run --support" 0 'Sample' $run --support -c secret.yaml -r asked.yaml -o slack.webhookurl=secret
jq -e '.rules_files[0].name == "asked.yaml" and .engine_version_semver == "0.63.0"' out > /dev/null &&
	! grep -q secret.invalid out && ! grep -q '=secret' out && ok "run --support: form" ||
	not_ok "run --support: form: $(head -c 900 out)"
try "an option that Falco removed" 1 "option '-A' does not exist" $run -A
try "run --plugin-info" 1 'no plugins' $run --plugin-info json
try "run --disable-source syscall" 1 'at least one source' $run -r asked.yaml --disable-source syscall
rm asked.yaml bad.yaml shape.yaml secret.yaml other.yaml

# ---- without privileges: one sentence that says what is missing ----

if [ "$(id -u)" != 0 ]; then
	skip "without privileges: needs root to drop it"
	suite_end
	exit
fi
chmod 755 "$work"
cp "$TIERCEL" tiercel
cp -r "$ROOT/rules" rules
chmod -R a+rX rules tiercel
nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
try "run without privileges says what is missing" 3 'root|CAP_|capabilit' $nobody ./tiercel run -r rules
[ "$(grep -c 'error:' err)" = 1 ] && ok "in one sentence" || not_ok "not one sentence: $(tail -c 400 err)"
try "watch without privileges says what is missing" 3 'root|CAP_|capabilit' $nobody ./tiercel watch 'evt.type = execve'
try "check needs no privileges" 0 '' $nobody ./tiercel check -r rules
printf '%s\n' "$ping" > events
chmod a+r events
input=events
try "eval needs no privileges" 0 'PING COMMAND' $nobody ./tiercel eval -r rules
input=/dev/null
rule bad.yaml 'evt.type = open'
chmod 600 bad.yaml
try "a file without permission" 1 'bad\.yaml.*Permission denied' $nobody ./tiercel check -r bad.yaml

# ---- watch and run, live ----

obstacle=$(live_obstacle)
if [ -n "$obstacle" ]; then
	skip "watch: $obstacle"
	suite_end
	exit
fi
cp /usr/bin/true zz-watched
: > log
"$TIERCEL" watch 'evt.type = execve and evt.failed = false and proc.name = zz-watched' --count 2 -M 20 > watched 2> log &
detector=$!
wait_for 20 grep -q 'armed: ' log
./zz-watched one
./zz-watched two
wait $detector && ok "watch --count ends by itself" || not_ok "watch --count: exit status $?: $(tail -3 log)"
detector=''
[ "$(grep -c zz-watched watched)" -ge 2 ] && ok "watch prints what it saw" || not_ok "watch printed: $(head -c 300 watched)"
# A name that no hash set knows: the first look at a process must not take it for a no.
: > log
"$TIERCEL" watch 'evt.type = execve and proc.name startswith zz-wat' --count 1 -M 20 > watched 2> log &
detector=$!
wait_for 20 grep -q 'armed: ' log
./zz-watched three
wait $detector
detector=''
grep -q 'zz-watched three' watched && ok "watch: the start of a name" || not_ok "watch: the start of a name: $(tail -3 log)"
try "run -M ends by itself" 0 'armed: [0-9]+ rules, [0-9]+ hooks' "$TIERCEL" run -r "$ROOT/rules" -M 1
rule never-seen.yaml 'evt.type in (openat, page_fault, drop) and proc.name = a'
try "run names event types that are not seen in one line" 0 \
	'rules name event types that are not seen: (?=[^\n]*\bpage_fault\b)(?=[^\n]*\bdrop\b)[^\n]*\n' \
	"$TIERCEL" run -r never-seen.yaml -M 1
grep -q LINT_EVENT_OFF err && not_ok "run repeats what check says of event types" ||
	ok "run does not repeat what check says of event types"
try "run of a bad file" 1 'quote2\.yaml' "$TIERCEL" run -r quote2.yaml -M 1
try "run: unknown value of -o" '[12]' 'minimumpriority' "$TIERCEL" run -r "$ROOT/rules" -o slack.minimumpriority=loudest -M 1
suite_end
