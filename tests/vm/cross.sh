#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# cross.sh DIR: unpacks what programs for arm64 are made of below DIR: headers and static libraries
# (LIBROOT of the Makefile), and busybox for a virtual machine. Nothing is installed.
# Exit status 2: the packages cannot be had here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/apt.sh"
root=$1
mkdir -p "$root"
root=$(cd "$root" && pwd)
[ ! -e "$root/done" ] || exit 0
. /etc/os-release
view_make "$root/apt" "$VERSION_CODENAME,$VERSION_CODENAME-security" arm64 || exit 2
work=$(mktemp -d "$root/unpack.XXXXXX")
cd "$work"
for package in libbpf-dev libelf-dev zlib1g-dev libyaml-dev libjson-c-dev libcurl4-openssl-dev busybox-static; do
	view_download "$package" || { rm -rf "$work" "$root/apt"; exit 2; }
done
for deb in ./*.deb; do dpkg-deb -x "$deb" "$root"; done
cd /
rm -rf "$work" "$root/apt"
: > "$root/done"
