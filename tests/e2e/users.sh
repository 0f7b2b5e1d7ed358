#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# users.sh: names of users in rules. The daemon decides the first event of a user, the kernel those
# that follow, and both follow changes of the passwd file.
. "$(dirname "$0")/../harness/lib.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] || { skip "names of users: $obstacle"; suite_end; exit; }

session_begin
cd "$work" || exit 1
chmod 755 "$work"
prefix=zu${work##*.}
cp /usr/bin/true "$prefix"
mkdir -p host/etc
echo 'known:x:54321:54321::/:/bin/sh' > host/etc/passwd
echo 'knowngroup:x:54321:' > host/etc/group
cat > rules.yaml <<EOF
- rule: named
  desc: d
  condition: evt.type = execve and evt.failed = false and proc.name = $prefix and user.name startswith known
  output: by %user.name
  priority: INFO
- rule: grouped
  desc: d
  condition: evt.type = execve and evt.failed = false and proc.name = $prefix and not group.name in (root, "<NA>", users)
  output: of %group.name
  priority: INFO
EOF
as() { # UID GID
	setpriv --reuid "$1" --regid "$2" --clear-groups "$work/$prefix"
}
export HOST_ROOT=$work/host
detector_start -r rules.yaml -o control_socket="$work/sock" ||
	{ not_ok "the detector does not start"; suite_end; exit 1; }
unset HOST_ROOT
counts() { # RULE: matched, of these unsure, alerts
	timeout 30 "$TIERCEL" stats --socket "$work/sock" --json 2> /dev/null |
		jq -r --arg r "$1" '.rules[] | select(.rule == $r) | "\(.matched) \(.unsure) \(.alerts)"'
}
is_count() { [ "$(counts "$1")" = "$2" ]; }
counted() { # NAME RULE COUNTS
	wait_for 5 is_count "$2" "$3" && ok "$1" || not_ok "$1: matched, unsure, alerts: $(counts "$2"), not $3"
}

as 54321 54321
counted "the first event of a user is decided by the daemon" named "1 1 1"
for i in 1 2 3; do as 54321 54321; done
counted "the next ones by the kernel" named "4 1 4"
as 54322 0
counted "a user without a name" named "5 2 4"
for i in 1 2 3; do as 54322 0; done
as 54321 54321
counted "does not leave the kernel again" named "6 2 5"
grep -q 'by known ' alerts && grep -q 'of knowngroup ' alerts && ! grep -q '[yf] <NA>' alerts && ok "names in alerts" ||
	not_ok "names in alerts: $(head -3 alerts)"

{ cat host/etc/passwd; echo 'known2:x:54322:0::/:/bin/sh'; } > host/etc/passwd.new
mv host/etc/passwd.new host/etc/passwd
sleep 0.3
as 54322 0
counted "a name that is new" named "7 3 6"
grep -q 'by known2 ' alerts && ok "a new name in an alert" || not_ok "a new name in an alert: $(tail -1 alerts)"
: > host/etc/passwd
sleep 0.3
as 54322 0
as 54322 0
counted "a name that is gone" named "8 4 6"

# What the daemon has learned ends with a policy.
timeout 30 "$TIERCEL" reload --socket "$work/sock" > /dev/null
echo 'known3:x:54322:0::/:/bin/sh' > host/etc/passwd
sleep 0.3
as 54322 0
as 54322 0
counted "another policy" named "10 5 8"
suite_end
