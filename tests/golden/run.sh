#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What `tiercel check` says about each *.yaml of this folder, compared with the *.expect beside it
# (its output, then the exit status). A first line "# options: ..." gives options. Texts that no
# file here could hold are made on the way. UPDATE=1 writes the *.expect anew: read the diff.
set -u
cd "$(dirname "$0")" || exit 1
tiercel=${TIERCEL:-$(realpath -m "${B:-../../build}")/tiercel}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# golden NAME ARGUMENT...: compares the output of check with NAME.expect
golden() {
	local name=$1
	shift
	{ "$tiercel" check "$@" 2>&1; echo "exit $?"; } | sed "s|$tmp/||g" > "$tmp/out"
	[ "${UPDATE:-0}" = 1 ] && cp "$tmp/out" "$name.expect"
	if diff -u "$name.expect" "$tmp/out" > "$tmp/diff"; then
		echo "ok - golden/$name"
	else
		echo "not ok - golden/$name: not as expected"
		sed 's/^/#   /' "$tmp/diff"
		failed=1
	fi
}

# rule CONDITION: a file with one rule
rule() {
	printf -- '- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: %s\n' "$1"
}

# repeat TEXT N
repeat() {
	local all
	printf -v all '%*s' "$2" ''
	printf '%s' "${all// /$1}"
}

for file in *.yaml; do
	read -ra options < <(sed -n '1s/^# options: //p' "$file")
	golden "${file%.yaml}" "${options[@]}" "$file"
done

golden custom ../../rules/custom.yaml
golden custom-first -o rule_matching=first ../../rules/custom.yaml
golden condition --condition 'container and proc.nmae = curl'
golden missing-file "$tmp/missing.yaml"

rule "$(repeat '(' 10000)evt.type=execve$(repeat ')' 10000)" > "$tmp/parentheses.yaml"
golden parentheses "$tmp/parentheses.yaml"
rule "$(repeat 'not(' 10000)evt.type=execve$(repeat ')' 10000)" > "$tmp/negations.yaml"
golden negations "$tmp/negations.yaml"
repeat '[' 100000 > "$tmp/deep.yaml"
golden deep "$tmp/deep.yaml"
truncate -s 50M "$tmp/huge.yaml"
golden huge "$tmp/huge.yaml"
rule 'evt.type=execve' > "$tmp/nul.yaml"
printf '  tags: [a\0b]\n' >> "$tmp/nul.yaml"
golden nul "$tmp/nul.yaml"
rule 'evt.type=execve' > "$tmp/latin1.yaml"
printf '  tags: [caf\xe9]\n' >> "$tmp/latin1.yaml"
golden latin1 "$tmp/latin1.yaml"
: > "$tmp/empty.yaml"
golden empty "$tmp/empty.yaml"

exit $failed
