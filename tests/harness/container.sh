# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced: throw-away containers made by runc, with the programs of this host.
#
#   container_make DIR             lays out DIR/rootfs and DIR/config.json; sets container_id
#   container_start DIR ARG...     starts ARG... as its first process
#   container_exec DIR ARG...      runs a command in it, as `kubectl exec` would
#   container_stop DIR             ends it and removes every trace, cgroups too
#
# The root holds /usr of the host, read-only, and an own /etc, /root, /t and (a tmpfs) /tmp.
# Below /t: bin (first in PATH: sysop, stand-ins for programs that this host lacks, named
# copies), bb (busybox under the names of its applets), ctl (for runner), links. The cgroup is
# named as docker names it, so that the id is a real one.

# Rules go by the names of programs: what is not installed is played by a copy of true.
container_standins="curl wget ftp nc ncat scp rsync aria2c python python3 python3.13 base64
	base32 basenc openssl gpg gpgv gpg2 gpg-agent tar gzip bzip2 zip xz zstd 7z gunzip bunzip2
	git ssh sshd autossh socat chisel chisel_1 ngrok cloudflared dig nslookup host delv drill
	resolvectl hostname ping ping4 ping6 fping hping3 arping sftp cpio age hub twistd node zsh
	perl stat getent"
# Programs under a name of their own, whatever the host has.
container_copies="curl2 mytrue marker renamed-tar pip3"

container_make() {
	local dir=$1 root=$1/rootfs name

	container_id=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
	mkdir -p "$root"/{usr,proc,sys,dev,tmp,tmpx,run,var/tmp,home/u,host/etc} "$root"/t/{bin,bb,ctl,bindetc} \
		"$root/root/.ssh" "$root/etc" || return 1
	for name in bin sbin lib lib32 lib64 libx32; do
		[ -L "/$name" ] && cp -P "/$name" "$root/$name"
	done
	cp -a /etc/alternatives "$root/etc/" 2>/dev/null
	cp /etc/ld.so.cache "$root/etc/" 2>/dev/null
	printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/home/u:/bin/sh\n' > "$root/etc/passwd"
	printf 'root:x:0:\nweb:x:1000:\n' > "$root/etc/group"
	printf 'root:*:19000:0:99999:7:::\n' > "$root/etc/shadow"
	cp "$root/etc/shadow" "$root/etc/shadow-"
	cp "$root/etc/passwd" "$root/etc/passwd-"
	cp "$root/etc/passwd" "$root/host/etc/passwd"
	printf 'passwd: files\ngroup: files\nhosts: files\n' > "$root/etc/nsswitch.conf"
	printf '127.0.0.1 localhost\n' > "$root/etc/hosts"
	echo box > "$root/etc/hostname"
	: > "$root/root/.ssh/id_rsa"
	: > "$root/root/.ssh/id_ed25519"
	: > "$root/root/.bash_history"
	: > "$root/home/u/.bash_history"
	container_programs "$root"
	ln -s /etc/passwd "$root/t/link_passwd"
	ln -s /etc/shadow "$root/t/link_shadow"
	ln -s /etc "$root/t/etclink"
	ln -s /tmp "$root/t/tmplink"
	container_config "$dir" > "$dir/config.json"
}

container_programs() {
	local root=$1 name
	for name in sysop runner musl attack; do
		[ -x "$HARNESS/$name" ] && cp "$HARNESS/$name" "$root/t/bin/$name"
	done
	for name in $container_standins; do
		[ -x "/usr/bin/$name" ] || cp /usr/bin/true "$root/t/bin/$name"
	done
	for name in $container_copies; do
		cp /usr/bin/true "$root/t/bin/$name"
	done
	cp /usr/bin/true "$root/tmpx/mytrue"
	cp "$(command -v busybox)" "$root/t/bin/busybox"
	for name in sh ash wget nc base64 nslookup ping tar cat touch; do
		ln -s ../bin/busybox "$root/t/bb/$name"
	done
}

container_config() {
	local caps
	caps='["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_DAC_READ_SEARCH","CAP_FOWNER","CAP_FSETID","CAP_KILL",
	"CAP_SETGID","CAP_SETUID","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_NET_RAW","CAP_SYS_CHROOT",
	"CAP_SYS_ADMIN","CAP_SYS_PTRACE","CAP_MKNOD"]'
	jq -n --arg id "$container_id" --arg etc "$1/rootfs/etc" --argjson caps "$caps" '{
	ociVersion: "1.0.2", hostname: "box",
	process: {
		user: {uid: 0, gid: 0}, cwd: "/t", args: ["/t/bin/true"], noNewPrivileges: false,
		env: ["PATH=/t/bin:/usr/bin", "HOME=/root", "SHELL=/bin/sh", "LC_ALL=C"],
		capabilities: {bounding: $caps, effective: $caps, permitted: $caps}
	},
	root: {path: "rootfs"},
	mounts: [
		{destination: "/proc", type: "proc", source: "proc"},
		{destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["mode=755"]},
		{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=1777"]},
		{destination: "/usr", type: "bind", source: "/usr", options: ["rbind", "ro"]},
		{destination: "/t/bindetc", type: "bind", source: $etc, options: ["bind"]}
	],
	linux: {
		cgroupsPath: ("/docker/" + $id),
		namespaces: [{type: "pid"}, {type: "mount"}, {type: "uts"}, {type: "ipc"}, {type: "network"}]
	}}'
}

container_start() {
	local dir=$1
	shift
	jq '.process.args = $ARGS.positional' "$dir/config.json" --args "$@" > "$dir/config.new" &&
		mv "$dir/config.new" "$dir/config.json" || return 1
	# runc leaves its output to the container: a file, or it would hold the caller's pipe open.
	runc --root "$dir/runc" run --detach --bundle "$dir" --pid-file "$dir/pid" \
		"$(container_name "$dir")" > "$dir/out" 2>&1 < /dev/null ||
		{ cat "$dir/out" >&2; return 1; }
}

container_name() {
	jq -r '.linux.cgroupsPath | sub(".*/"; "")' "$1/config.json"
}

container_exec() {
	local dir=$1
	shift
	runc --root "$dir/runc" exec "$(container_name "$dir")" "$@"
}

container_stop() {
	local dir=$1 id path
	[ -f "$dir/config.json" ] || return 0
	id=$(container_name "$dir")
	runc --root "$dir/runc" delete --force "$id" 2>/dev/null
	find /sys/fs/cgroup -depth -type d -path "*/docker/$id*" -exec rmdir {} + 2>/dev/null
	# The parent was made for us if it is empty now.
	for path in /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker; do
		[ -d "$path" ] && rmdir "$path" 2>/dev/null
	done
	return 0
}
