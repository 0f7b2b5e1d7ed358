#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh PACKAGE...: installs the Debian or Ubuntu packages that are not there yet.
set -u
missing=
for p in "$@"; do
	dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' && continue
	# Ubuntu has bpftool in its kernel tools.
	if [ "$p" = bpftool ] && command -v bpftool >/dev/null; then continue; fi
	missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	echo "Missing packages:$missing" >&2
	echo "Run this as root, or: sudo apt-get install$missing" >&2
	exit 1
fi
echo "Installing:$missing"
apt="apt-get -o DPkg::Lock::Timeout=600 -qq"
export DEBIAN_FRONTEND=noninteractive
$apt update >/dev/null || true
# shellcheck disable=SC2086
$apt install -y --no-install-recommends $missing >/dev/null && exit 0
case "$missing" in
*bpftool*)
	rest=$(echo "$missing" | sed 's/ bpftool//')
	# shellcheck disable=SC2086
	$apt install -y --no-install-recommends linux-tools-common "linux-tools-$(uname -r)" $rest \
		>/dev/null && exit 0 ;;
esac
echo "Could not install:$missing" >&2
exit 1
