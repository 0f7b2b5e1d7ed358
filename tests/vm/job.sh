# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Runs in the virtual machine: for both kinds of hooks, the scripts of /t/ctl in a container's
# cgroup beside the detector; prints the alerts, which the host judges. /modes has the kinds of
# hooks, /id is that of the container. Then the scripts of /t/calls, about system calls, with hooks
# on functions: those on tracepoints are tested without a virtual machine.
id=$(busybox cat /id)

start() { # MODE RULES
	# Here, not by the redirections below: what the last one wrote must not be taken for new.
	: > /run/log
	: > /run/alerts
	tiercel run -r "$2" --json --hooks "$1" > /run/alerts 2> /run/log < /dev/null &
	detector=$!
	i=0
	until busybox grep -q 'armed: ' /run/log || [ $i -ge 600 ]; do
		kill -0 $detector 2> /dev/null || break
		sleep 0.1
		i=$((i + 1))
	done
	busybox grep -q 'armed: ' /run/log
}

scripts() { # DIR
	count=$(busybox ls "$1" | busybox grep -c '[.]sh$')
	group=/sys/fs/cgroup/docker/$id
	busybox mkdir -p $group
	busybox rm -f "$1"/*.rc
	(echo 0 > $group/cgroup.procs && exec /t/bin/runner "$1") > /dev/null 2>&1 &
	runner=$!
	i=0
	until busybox grep -q "end of script $count " /run/alerts || [ $i -ge 600 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	kill $runner
}

tell() { # TITLE DIR
	kill -TERM $detector
	wait $detector
	status=$?
	echo "--- $1 alerts"
	busybox cat /run/alerts
	echo "--- $1 status $status"
	busybox cat /run/log
	echo "--- $1 scripts"
	for i in $(busybox seq "$count"); do busybox cat "$2/$i.rc"; done
}

play() { # MODE
	if ! start "$1" /rules; then
		echo "--- $1 status none"
		busybox cat /run/log
		return
	fi
	scripts /t/ctl
	# The same on the host: nothing may follow.
	echo "host" >> /run/alerts
	for command in 'curl http' 'sysop open R /etc/passwd' 'sysop creat /tmp/a3' 'sh -c true' \
		'sysop uring-openat R /etc/shadow' 'tar --version'; do
		dash -c "$command" > /dev/null 2>&1
	done
	tell "$1" /t/ctl
}

calls() {
	if ! start functions /calls; then
		echo "--- calls status none"
		busybox cat /run/log
		return
	fi
	tiercel stats --json > /run/stats
	scripts /t/calls
	tell calls /t/calls
	echo "--- calls stats"
	busybox cat /run/stats
}

# Another policy that needs hooks whose programs are not loaded yet, then again without them.
rules() { # WITH OPENS?
	echo '- {rule: Exec, desc: d, condition: evt.type = execve and proc.name = nobody, output: o, priority: INFO}'
	[ "$1" = no ] || echo '- {rule: Open, desc: d, condition: "evt.type in (open, openat, openat2, creat) and fd.name startswith /run/n-", output: "opened %fd.name", priority: INFO}'
}

another() { # WITH OPENS?, NUMBER OF THE POLICY
	rules "$1" > /run/rules.yaml
	kill -HUP $detector
	i=0
	until [ "$(busybox grep -c 'policy changed: ' /run/log)" -ge "$2" ] || [ $i -ge 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
}

reload() { # MODE
	: > /run/log
	rules no > /run/rules.yaml
	tiercel run -r /run/rules.yaml --hooks "$1" -o watch_config_files=false \
		-o append_output.suggested_output=false > /run/alerts 2> /run/log < /dev/null &
	detector=$!
	i=0
	until busybox grep -q 'armed: ' /run/log || [ $i -ge 600 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	sysop burst /run/n-0 10 0
	another yes 1
	sysop count /run/n-1 /run/stop 5000 > /run/opened &
	counter=$!
	for n in 2 3 4 5; do another yes $n; done
	busybox touch /run/stop
	wait $counter
	busybox rm /run/stop
	another no 6
	sysop burst /run/n-2 10 0
	kill -TERM $detector
	wait $detector
	echo "--- $1 reload"
	echo "status $? count $(busybox cat /run/opened)"
	busybox cat /run/log /run/alerts
}

for mode in $(busybox cat /modes); do
	play "$mode"
	reload "$mode"
done
calls
