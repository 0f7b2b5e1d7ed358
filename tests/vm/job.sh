# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Runs in the virtual machine: for both kinds of hooks, the scripts of /t/ctl in a container's
# cgroup beside the detector; prints the alerts, which the host judges. /count is the number of
# scripts, /modes the kinds of hooks, /id that of the container.
id=$(busybox cat /id)
count=$(busybox cat /count)

play() { # MODE
	# Here, not by the redirections below: what the last one wrote must not be taken for new.
	: > /run/log
	: > /run/alerts
	tiercel run -r /rules --json --hooks "$1" > /run/alerts 2> /run/log < /dev/null &
	detector=$!
	i=0
	until busybox grep -q 'armed: ' /run/log || [ $i -ge 600 ]; do
		kill -0 $detector 2> /dev/null || break
		sleep 0.1
		i=$((i + 1))
	done
	if ! busybox grep -q 'armed: ' /run/log; then
		echo "--- $1 status none"
		busybox cat /run/log
		return
	fi
	group=/sys/fs/cgroup/docker/$id
	busybox mkdir -p $group
	busybox rm -f /t/ctl/*.rc
	(echo 0 > $group/cgroup.procs && exec /t/bin/runner /t/ctl) > /dev/null 2>&1 &
	runner=$!
	i=0
	until busybox grep -q "end of script $count " /run/alerts || [ $i -ge 600 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	# The same on the host: nothing may follow.
	echo "host" >> /run/alerts
	for command in 'curl http' 'sysop open R /etc/passwd' 'sysop creat /tmp/a3' 'sh -c true' \
		'sysop uring-openat R /etc/shadow' 'tar --version'; do
		dash -c "$command" > /dev/null 2>&1
	done
	kill $runner
	kill -TERM $detector
	wait $detector
	status=$?
	echo "--- $1 alerts"
	busybox cat /run/alerts
	echo "--- $1 status $status"
	busybox cat /run/log
	echo "--- $1 scripts"
	for i in $(busybox seq "$count"); do busybox cat "/t/ctl/$i.rc"; done
}

for mode in $(busybox cat /modes); do play "$mode"; done
