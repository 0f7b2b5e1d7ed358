#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What `make run` does after building: run-demo.sh TIERCEL
#
# Watches this host with the rules of rules/ and, as soon as it is armed, lets `tiercel try` make
# something to see. It goes on watching until Ctrl-C. Where the kernel cannot be watched, the same
# rules are shown at work on a recorded stream of events instead.
# TIERCEL_DEMO_SECONDS ends it after that time, for tests.
#
# shellcheck disable=SC2317 # what traps call

set -u
tiercel=${1:?usage: run-demo.sh TIERCEL}
rules=$(cd "$(dirname "$0")/.." && pwd)/rules
work=$(mktemp -d) || exit 1
watcher='' actor='' interrupts=0 handled=0

say() { printf '\n==> %s\n\n' "$*" >&2; }

# Ends only what was started here.
stop() {
	interrupts=$((interrupts + 1))
	[ -n "$actor" ] && kill -TERM "$actor" 2>/dev/null
	[ -n "$watcher" ] && kill -TERM "$watcher" 2>/dev/null
	:
}

clean() {
	stop
	[ -n "$actor" ] && wait "$actor" 2>/dev/null
	[ -n "$watcher" ] && wait "$watcher" 2>/dev/null
	rm -rf "$work"
}
trap clean EXIT
trap stop INT TERM HUP

# In the background: the watcher's log is read meanwhile.
act() {
	say "Making something to see: the actions of 'tiercel try', in a throw-away container."
	"$tiercel" try --no-detector -r "$rules" >&2 &
	trying=$!
	trap 'kill -TERM "$trying" 2>/dev/null; wait "$trying"; exit' TERM
	wait "$trying"
	say "That was all of it. Watching this host goes on; Ctrl-C ends it."
}

replay() {
	say "This host cannot be watched from here; the reason is above." \
		"The same rules on a recorded stream of events, by 'tiercel eval':"
	"$tiercel" eval -r "$rules" "$rules/demo-events.jsonl"
	status=$?
	say "To watch real events run 'make run' as root on a host that permits BPF."
	exit "$status"
}

say "Watching this host with the rules of $rules, by 'tiercel run'." \
	"Alerts go to stdout, the log to stderr. Ctrl-C ends it."
mkfifo "$work/log" || exit 1
set -- run -r "$rules"
[ -n "${TIERCEL_DEMO_SECONDS:-}" ] && set -- "$@" -M "$TIERCEL_DEMO_SECONDS"
"$tiercel" "$@" 2>"$work/log" &
watcher=$!

# A signal ends read as the end of the log does: only the latter ends the loop.
while :; do
	if IFS= read -r line; then
		printf '%s\n' "$line" >&2
		case $line in
		*'armed: '*)
			[ -n "$actor" ] && continue
			act &
			actor=$!
			;;
		esac
	elif [ "$handled" -lt "$interrupts" ]; then
		handled=$interrupts
	else
		break
	fi
done <"$work/log"

wait "$watcher"
status=$?
watcher=''
[ "$status" = 3 ] && [ -z "$actor" ] && replay
exit "$status"
