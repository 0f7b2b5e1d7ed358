# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Runs in a virtual machine whose clock counts instructions: lines of CONFIGURATION PLACE KIND
# NANOSECONDS, where a nanosecond is one instruction.
group=/sys/fs/cgroup/docker/$(head -c 32 /dev/urandom | busybox od -An -tx1 | tr -d ' \n')
busybox mkdir -p "$group"

loops_all() { # CONFIGURATION PLACE
	for job in 'getppid 3000' 'open 2000' 'exec 200'; do
		# shellcheck disable=SC2086
		loops $job | busybox sed "s/^/$1 $2 /"
	done
}

both_places() { # CONFIGURATION
	loops_all "$1" host
	(echo 0 > "$group/cgroup.procs" && exec busybox sh -c ". /loops_all; loops_all $1 container")
}

wait_line() { # FILE TEXT
	i=0
	until busybox grep -q "$2" "$1" || [ $i -ge 300 ]; do sleep 0.1; i=$((i + 1)); done
}

busybox sed -n '/^loops_all()/,/^}/p' /job > /loops_all
both_places baseline
empty /empty.bpf.o functions > /run/empty 2>&1 &
pid=$!
wait_line /run/empty attached
both_places empty
kill $pid
wait $pid

with_detector() { # RULES FUNCTION CONFIGURATION
	tiercel run -r "$1" --hooks functions > /dev/null 2> /run/log &
	pid=$!
	wait_line /run/log 'armed: '
	"$2" "$3"
	kill -TERM $pid
	wait $pid
	busybox grep -q 'armed: ' /run/log || busybox cat /run/log
}

# A system call that no rule watches, where rules watch others.
unwatched() { # CONFIGURATION
	loops getppid 3000 | busybox sed "s/^/$1 host /"
}

with_detector /rules both_places tiercel
echo '- {rule: Calls, desc: d, condition: "evt.type in (rename, connect)", output: o, priority: INFO}' > /run/calls.yaml
with_detector /run/calls.yaml unwatched calls
