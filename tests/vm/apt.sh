# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# Sourced: a private view of apt, with own lists and cache, so that nothing of the machine changes.
#
#   view_make DIR SUITES ARCHITECTURE   SUITES with commas between them; of the places that this
#                                       machine has Debian from
#   view_newest REGEX ARCHITECTURE      packages that match, newest first
#   view_download PACKAGE:ARCHITECTURE  into the current directory

view_apt() {
	tool=$1
	shift
	"$tool" -qq -o Dir::State="$view/state" -o Dir::State::status=/var/lib/dpkg/status \
		-o Dir::Cache="$view/cache" -o Dir::Etc::sourcelist="$view/sources.list" \
		-o Dir::Etc::sourceparts="$view/none" -o APT::Sandbox::User=root \
		-o APT::Architectures::="$view_arch" -o APT::Architecture="$view_arch" \
		-o Acquire::Languages=none "$@"
}

# Where this machine has Debian from: lines of KIND URI, KIND being main or security.
view_places() {
	{
		for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
			[ -f "$f" ] && sed -n 's/^deb  *\(\[[^]]*\] *\)*//p' "$f"
		done
		for f in /etc/apt/sources.list.d/*.sources; do
			[ -f "$f" ] && sed -n 's/^URIs: *//p' "$f"
		done
	} | awk '$1 ~ /debian-security/ { print "security", $1; next } $1 ~ /debian\/*$/ { print "main", $1 }' |
		sort -u
}

view_make() { # DIR SUITES ARCHITECTURE
	view=$1 view_arch=$3
	rm -rf "$view"
	mkdir -p "$view/state/lists/partial" "$view/cache/archives/partial" "$view/none"
	for suite in $(echo "$2" | tr , ' '); do
		case $suite in *-security) kind=security ;; *) kind=main ;; esac
		view_places | while read -r of uri; do
			[ "$of" = "$kind" ] &&
				echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
		done
	done > "$view/sources.list"
	[ -s "$view/sources.list" ] && view_apt apt-get update
}

view_newest() { # REGEX
	for p in $(view_apt apt-cache pkgnames | grep -Ex "$1" | sort -Vr); do
		view_apt apt-cache policy "$p:$view_arch" | grep -q 'Candidate: [0-9]' && echo "$p"
	done
}

view_download() { # PACKAGE
	view_apt apt-get download "$1:$view_arch"
}
