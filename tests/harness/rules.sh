# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced after lib.sh: reading and judging tables of RULE, EXPECT, COMMAND; e2e/rules.tsv says
# what the columns mean.

declare -A rule_name=(
	[R1]="Container Breakout Attempt Detected"
	[R2]="Network tool used in container"
	[R3]="Python HTTP server started in container"
	[R4]="Suspicious use of base64 in container"
	[R5]="File written in tmp directory"
	[R6]="Netcat or similar listener started in container"
	[R7]="Git clone inside container"
	[R8]="Compression utility used in container"
	[R9]="Suspicious shell command execution"
	[R10]="Suspicious use of eval"
	[R11]="Executable run from /tmp"
	[R12]="Encryption tool used in container"
	[R13]="Tunneling tool used"
	[R14]="Sensitive file read"
	[R15]="Archive and transfer pattern"
	[R16]="Suspicious DNS activity"
	[R17]="Ping command used in container"
	["*"]="*"
)

read_table() { # FILE: sets rules, expects, commands
	rules=() expects=() commands=()
	local rule expect command
	while IFS=$'\t' read -r rule expect command; do
		case $rule in "" | "#"*) continue ;; esac
		rules+=("$rule") expects+=("$expect") commands+=("$command")
	done < "$1"
}

# Why a row cannot be tried here: $1 is what follows the @ of EXPECT.
row_obstacle() {
	case $1 in
	"") ;;
	[0-9]*)
		[ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -1)" = "$1" ] ||
			echo "needs Linux $1" ;;
	*) [ -x "/usr/bin/$1" ] || echo "$1 is not installed" ;;
	esac
}

# 64-bit ARM has no open(2) and no creat(2): what needs them cannot be tried there.
is_possible() {
	[ "$(uname -m)" = x86_64 ] && return
	case $1 in *"sysop open "* | *"sysop creat "* | *"thread open "* | *"musl "* | *"syscall(2"*) return 1 ;; esac
}

judge_row() { # SCRIPT PREFIX RULE EXPECT COMMAND STATUS
	local count want=1 obstacle expect=${4%@*} title="$2$3 ${4%@*}: ${5:0:100}"
	obstacle=$(row_obstacle "$(expr "$4" : '[^@]*@\(.*\)')")
	[ -z "$obstacle" ] || { skip "$title: $obstacle"; return; }
	is_possible "$5" || { skip "$title: this machine has no such system call"; return; }
	[ "$6" != 77 ] || { skip "$title: this kernel does not offer the call"; return; }
	case $5 in *missing* | *nonexistent* | */t/s2*) ;; *)
		[ "$6" != 127 ] || { not_ok "$title: there is no such program"; return; } ;;
	esac
	count=$(box_count "$1" "${rule_name[$3]}")
	case $expect in
	must:*) want=${expect#must:} ;;
	mustnot)
		[ "$count" = 0 ] && ok "$title" ||
			not_ok "$title: $count alerts: $(box_alerts "$1" | jq -r .output | head -3)"
		return ;;
	esac
	[ "$count" -ge "$want" ] && ok "$title" || not_ok "$title: $count alerts, not $want"
}
