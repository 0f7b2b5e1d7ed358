#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fetch.sh CACHE NAME...: puts the kernels NAME of kernels.txt into CACHE as vmlinuz-NAME.
# Exit status 2: this machine has no such packages or cannot reach them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/apt.sh"
cache=$1
shift
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# The newest that can be had: an index can name one that is not there any more.
fetch() { # NAME REGEX
	dir=$(mktemp -d "$cache/unpack.XXXXXX")
	for package in $(view_newest "$2" | head -n 6); do
		(cd "$dir" && view_download "$package" && dpkg-deb --fsys-tarfile ./*.deb |
			tar -x --wildcards './boot/vmlinuz*') 2> "$dir/error" || continue
		mv "$dir"/boot/vmlinuz* "$cache/vmlinuz-$1"
		echo "$package" > "$cache/package-$1"
		break
	done
	[ -s "$cache/vmlinuz-$1" ] || cat "$dir/error" >&2
	rm -rf "$dir"
	[ -s "$cache/vmlinuz-$1" ]
}

for name in "$@"; do
	[ ! -s "$cache/vmlinuz-$name" ] || continue
	row=$(awk -v n="$name" '$1 == n { print $2, $3, $4 }' "$here/kernels.txt")
	[ -n "$row" ] || { echo "fetch.sh: no kernel '$name' in kernels.txt" >&2; exit 1; }
	# shellcheck disable=SC2086
	set -- $row
	if ! view_make "$cache/apt" "$2" "$1" || ! fetch "$name" "$3"; then
		rm -rf "$cache/apt"
		echo "fetch.sh: no package for kernel $name (pattern $3 of $2)" >&2
		exit 2
	fi
	rm -rf "$cache/apt"
done
