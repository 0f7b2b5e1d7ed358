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
mkdir -p "$to"/{rules,condition,format,event,image,container}

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

# file N TEXT: number N of the files that the target knows
file() { printf "\\x$(printf %02x "$1")%s" "$2" > "$to/container/$1"; }
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
other=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
file 0 '{"ID":"'$id'","Name":"/w","Image":"sha256:'$other'","Driver":"overlay2","State":{"StartedAt":"2024-05-06T07:08:09.5Z"},"Config":{"Image":"r.example:5/a:1@sha256:'$other'","Labels":{"b":"1","a":"\u00e9"},"Env":["A=b"],"Healthcheck":{"Test":["CMD","x"]}},"MountPoints":{"/d":{"Source":"/s","Destination":"/d","RW":true}},"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"1.2.3.4"}}}}'
file 1 '{"Privileged":true,"NetworkMode":"container:'$other'","PidMode":"host"}'
file 2 '{"Repositories":{"bb":{"bb:1":"sha256:'$other'","bb@sha256:'$id'":"sha256:'$other'"}}}'
file 3 '[{"id":"'$id'","names":["w"],"image":"'$other'","metadata":"{\"image-name\":\"bb:1\"}"}]'
file 4 '{"mounts":[{"type":"bind","source":"/s","destination":"/d","options":["ro","rslave","mode=1"]}],"linux":{"namespaces":[{"type":"pid"}],"rootfsPropagation":"x"},"annotations":{"io.container.manager":"libpod"}}'
file 5 '[{"id":"'$other'","digest":"sha256:'$id'","names":["n:1"]}]'
file 6 'abc'
file 7 '{"process":{},"linux":{},"annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.image-name":"img:1","io.kubernetes.cri.sandbox-id":"'$other'"}}'
file 8 'abc'
file 9 '{"result":{"ips":[{"address":"10.0.0.1/8"}]}}'
file 10 '{"linux":{},"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.Labels":"{\"a\":\"b\"}","io.kubernetes.cri-o.ImageRef":"x@sha256:'$id'"}}'
file 11 '{"config":{"labels":["a=b"],"namespaces":[{"type":"NEWPID"}],"mounts":[{"device":"bind","flags":1}]}}'
file 12 'CLASS=container'

{
	"$TIERCEL" list fields | awk '{ print $1 }' | grep '\.'
	"$TIERCEL" list operators | awk '{ print $1 }'
	"$TIERCEL" list events | awk '{ print $1 }'
	printf '%s\n' and or not in exists oneof anyof allof 'val(' 'tolower(' 'toupper(' 'b64(' \
		'basename(' 'len(' 'join(' 'concat(' 'getopt(' true false rule: macro: list: \
		condition: output: priority: desc: tags: enabled: append: override: exceptions: \
		fields: comps: values: items: replace source: INFO '%' '%proc.aname[2]' '&a' '*a'
} | grep -E '^[]!-~[]+$' | sort -u | sed 's/[\\"]/\\&/g; s/.*/"&"/' > "$to/dictionary"
