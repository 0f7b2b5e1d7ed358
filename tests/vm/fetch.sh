#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fetch.sh CACHE NAME...: puts the kernels NAME of kernels.txt into CACHE as vmlinuz-NAME.
#
# Works on a private view of apt (own lists and cache, the sources of this machine and, for
# newer kernels, the backports of the same place), so that nothing of the machine changes.
# Exit status 2: this machine has no such packages or cannot reach them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=$1
shift
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
view=$cache/apt

missing=
for name in "$@"; do
	[ -s "$cache/vmlinuz-$name" ] || missing="$missing $name"
done
[ -n "$missing" ] || exit 0

apt() {
	tool=$1
	shift
	"$tool" -qq -o Dir::State="$view/state" -o Dir::State::status=/var/lib/dpkg/status \
		-o Dir::Cache="$view/cache" -o Dir::Etc::sourcelist="$view/sources.list" \
		-o Dir::Etc::sourceparts="$view/sources.d" -o APT::Sandbox::User=root \
		-o Acquire::Languages=none "$@"
}

# The machine's sources, and the same with every suite replaced by its backports.
make_view() {
	mkdir -p "$view/state/lists/partial" "$view/cache/archives/partial" "$view/sources.d"
	: > "$view/sources.list"
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$f" ] && grep -h '^deb .*debian' "$f" >> "$view/sources.list"
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -f "$f" ] && grep -q debian "$f" && cp "$f" "$view/sources.d/"
	done
	return 0
}

add_backports() {
	. /etc/os-release
	[ "$ID" = debian ] || return 0
	code=$VERSION_CODENAME
	for f in "$view"/sources.d/*.sources; do
		[ -f "$f" ] || continue
		sed -n "/^Suites:.*security/,/^\$/!p" "$f" |
			sed "s/^Suites:.*/Suites: $code-backports/" > "$view/sources.d/backports.sources"
		break
	done
	sed -n "s/^deb \(.*\) $code main.*/deb \1 $code-backports main/p" "$view/sources.list" \
		> "$view/backports" && cat "$view/backports" >> "$view/sources.list"
}

# The newest package that matches $1 and can be had.
newest() {
	for p in $(apt apt-cache pkgnames linux-image- | grep -Ex "$1" | sort -Vr); do
		apt apt-cache policy "$p" | grep -q 'Candidate: [0-9]' && echo "$p" && return 0
	done
	return 1
}

unpack() { # NAME PACKAGE
	dir=$(mktemp -d "$cache/unpack.XXXXXX")
	(cd "$dir" && apt apt-get download "$2" && dpkg-deb --fsys-tarfile ./*.deb |
		tar -x --wildcards './boot/vmlinuz*')
	mv "$dir"/boot/vmlinuz* "$cache/vmlinuz-$1"
	echo "$2" > "$cache/package-$1"
	rm -rf "$dir"
}

make_view
apt apt-get update || exit 2
backports=
for name in $missing; do
	pattern=$(awk -v n="$name" '$1 == n { print $2 }' "$here/kernels.txt")
	[ -n "$pattern" ] || { echo "fetch.sh: no kernel '$name' in kernels.txt" >&2; exit 1; }
	if ! package=$(newest "$pattern"); then
		[ -n "$backports" ] || { backports=1; add_backports; apt apt-get update || exit 2; }
		package=$(newest "$pattern") || {
			echo "fetch.sh: no package for kernel $name (pattern $pattern)" >&2
			exit 2
		}
	fi
	unpack "$name" "$package" || exit 2
done
rm -rf "$view"
