#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# seeds.sh DIR: what the fuzzers begin with, one folder for each target, and the dictionary:
# taken from the other tests and from the program's own tables.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
to=$1
cases=("$root"/tests/conform/*.cases)
rm -rf "$to"
mkdir -p "$to"/{rules,condition,format,event,image}

# one TARGET PATTERN: the rest of each line that begins with PATTERN as a file of its own
one() {
	sed -nE "s/^@($2) +//p" "${cases[@]}" | sed 's/ *;;.*//' | sort -u |
		split -l 1 -a 4 -d - "$to/$1/case."
}
one condition 'ok|bad|true|false|prints|syntax'
one format 'text|fields|badformat|alert'
sed -n 's/^@define [^ ]* //p' "${cases[@]}" | sort -u | split -l 1 -a 3 -d - "$to/event/case."

cp "$root"/tests/golden/*.yaml "$root"/rules/base.yaml "$root"/rules/custom.yaml "$to/rules/"
# The files of cases, one of each case.
awk -v to="$to/rules/case." '
	/^@file/ { out = sprintf("%s%04d", to, ++n); next }
	/^@/ { out = "" }
	out != "" { print > out }' "${cases[@]}"

"$TIERCEL" compile -r "$root/rules/custom.yaml" -o "$to/image/custom" 2>/dev/null
printf -- '- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: %s\n' \
	'evt.type = openat and proc.name in (a, b)' > "$to/small.yaml"
"$TIERCEL" compile -r "$to/small.yaml" -o "$to/image/small" 2>/dev/null
rm "$to/small.yaml"

{
	"$TIERCEL" list fields | awk '{ print $1 }' | grep '\.'
	"$TIERCEL" list operators | awk '{ print $1 }'
	"$TIERCEL" list events | awk '{ print $1 }'
	printf '%s\n' and or not in exists oneof anyof allof 'val(' 'tolower(' 'toupper(' 'b64(' \
		'basename(' 'len(' 'join(' 'concat(' 'getopt(' true false rule: macro: list: \
		condition: output: priority: desc: tags: enabled: append: override: exceptions: \
		fields: comps: values: items: replace source: INFO '%' '%proc.aname[2]' '&a' '*a'
} | grep -E '^[]!-~[]+$' | sort -u | sed 's/[\\"]/\\&/g; s/.*/"&"/' > "$to/dictionary"
