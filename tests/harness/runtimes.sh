# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced: the container runtimes of this machine, each with its state in memory and in namespaces
# of its own, so that they meet nothing of the host's and leave nothing behind.
#
#   runtimes_isolate SCRIPT ARG...   runs the script again in namespaces of network and mounts
#   runtimes_begin DIR               places for all of them; DIR holds logs and configuration
#   image_make REF FILE              an image of busybox, made without a registry
#   docker_start, containerd_start   start the daemons; podman has none
#   runtimes_end                     ends what was started, removes cgroups
#
# The clients: dk, ctl, pod.

runtimes_isolate() {
	[ -z "${RUNTIMES_ISOLATED:-}" ] || return 0
	RUNTIMES_ISOLATED=1 exec unshare --net --mount --propagation private -- "$@"
}

runtimes_places="/var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/cni /run/containerd
	/run/docker /run/containers /run/podman /run/runc /run/libpod /run/crun"
runtimes_cgroups="docker libpod_parent default k8s.io kubepods"

runtimes_obstacle() {
	local program
	[ "$(id -u)" = 0 ] || { echo "needs root"; return; }
	for program in "$@"; do
		command -v "$program" > /dev/null || { echo "$program is not installed"; return; }
	done
}

runtimes_begin() {
	local place
	runtimes_dir=$1
	runtimes_pids='' runtimes_made=''
	ip link set lo up
	for place in $runtimes_places; do
		[ -d "$place" ] || { mkdir -p "$place" && runtimes_made="$place $runtimes_made"; }
		mount -t tmpfs -o mode=0755 tmpfs "$place" || return 1
	done
	# what is there of cgroups now is not ours
	runtimes_old=" $(cd /sys/fs/cgroup && find . -maxdepth 2 -type d -printf '%P\n' | tr '\n' ' ')"
	cat > "$runtimes_dir/containerd.toml" <<-E
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  restrict_oom_score_adj = true
	E
	cat > "$runtimes_dir/containers.conf" <<-E
		[containers]
		default_ulimits = ["nofile=1024:1024","nproc=1024:1024"]
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "runc"
	E
	export CONTAINERS_CONF=$runtimes_dir/containers.conf
}

# daemon NAME ARG...: starts it in the background.
daemon() {
	local name=$1
	shift
	"$@" > "$runtimes_dir/$name.log" 2>&1 &
	runtimes_pids="$! $runtimes_pids"
}

docker_options="--iptables=false --ip6tables=false --bridge=none --ip-forward=false
	--exec-opt native.cgroupdriver=cgroupfs"

containerd_start() {
	daemon containerd containerd -c "$runtimes_dir/containerd.toml"
	wait_for 30 ctl version > /dev/null 2>&1
}

docker_start() {
	# shellcheck disable=SC2086
	daemon dockerd dockerd $docker_options --containerd /run/containerd/containerd.sock \
		-H unix:///run/docker/docker.sock -p "$runtimes_dir/docker.pid"
	docker_pid=${runtimes_pids%% *}
	wait_for 30 dk version > /dev/null 2>&1
}

dk() { docker -H unix:///run/docker/docker.sock "$@"; }
ctl() { ctr -n "${CTR_NAMESPACE:-default}" "$@"; }
pod() { podman --log-level error "$@"; }

# A docker-archive of two layers, which all of them can load. IMAGE_CONFIG: further members of
# the image's configuration.
image_make() {
	local ref=$1 out=$2 dir applet d1 d2 config
	dir=$(mktemp -d "$runtimes_dir/image.XXXXXX")
	mkdir -p "$dir"/1/{bin,tmp,etc,proc,sys,dev} "$dir"/2/app "$dir/image"
	cp /bin/busybox "$dir/1/bin/"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$dir/1/bin/$applet"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' > "$dir/1/etc/passwd"
	echo hello > "$dir/2/app/hello"
	tar -C "$dir/1" --owner=0 --group=0 -cf "$dir/image/1.tar" .
	tar -C "$dir/2" --owner=0 --group=0 -cf "$dir/image/2.tar" .
	d1=$(sha256sum < "$dir/image/1.tar" | cut -c1-64)
	d2=$(sha256sum < "$dir/image/2.tar" | cut -c1-64)
	printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/sh"],"Env":["PATH=/bin"]%s},"rootfs":{"type":"layers","diff_ids":["sha256:%s","sha256:%s"]},"history":[{},{}]}' \
		"${IMAGE_CONFIG:-}" "$d1" "$d2" > "$dir/config.json"
	config=$(sha256sum < "$dir/config.json" | cut -c1-64).json
	mv "$dir/config.json" "$dir/image/$config"
	printf '[{"Config":"%s","RepoTags":["%s"],"Layers":["1.tar","2.tar"]}]' "$config" "$ref" \
		> "$dir/image/manifest.json"
	tar -C "$dir/image" -cf "$out" manifest.json "$config" 1.tar 2.tar
	rm -rf "$dir"
}

# Removes the cgroups that were made since, innermost first, with what still runs in them.
cgroups_remove() {
	local hierarchy name
	for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
		hierarchy=${hierarchy%/}
		for name in $runtimes_cgroups; do
			case "$runtimes_old" in
			*" ${hierarchy#/sys/fs/cgroup/}/$name "* | *" $name "*) continue ;;
			esac
			[ -d "$hierarchy/$name" ] || continue
			find "$hierarchy/$name" -name cgroup.procs -exec cat {} + 2> /dev/null |
				xargs -r kill -9 2> /dev/null && sleep 0.1
			find "$hierarchy/$name" -depth -type d -exec rmdir {} + 2> /dev/null
		done
	done
}

runtimes_end() {
	local pid place
	for pid in $runtimes_pids; do
		kill "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
	done
	# what the daemons left running: shims and containers whose state is below our places
	for pid in $(pgrep -f "containerd-shim.*-address /run/containerd|conmon.*/var/lib/containers"); do
		[ "$(readlink "/proc/$pid/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] && kill -9 "$pid"
	done
	for place in $runtimes_places; do
		umount -R "$place" 2> /dev/null || umount -l "$place" 2> /dev/null
	done
	# shellcheck disable=SC2086
	[ -z "$runtimes_made" ] || rmdir $runtimes_made 2> /dev/null
	cgroups_remove
}
