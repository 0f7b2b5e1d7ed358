#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is known of containers of the real runtimes, compared with what each of them was told:
# docker, podman (alone, in a pod, after its daemonless self), containerd (its own clients, and as
# a kubelet names things), runc alone. All of it in namespaces of its own, in memory.
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/runtimes.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] && obstacle=$(runtimes_obstacle docker dockerd containerd ctr podman busybox)
if [ -n "$obstacle" ]; then
	skip "containers: $obstacle"
	suite_end
	exit
fi
runtimes_isolate bash "$0" "$@"

finish() {
	container_stop "$work/ctr" > /dev/null 2>&1
	detector_stop
	runtimes_end
	rm -rf --one-file-system "$work"
}
work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
trap finish EXIT
trap 'exit 1' INT TERM HUP PIPE
detector=''
REF=docker.io/library/bb:1
UID_1=11111111-2222-3333-4444-555555555555

runtimes_begin "$work" || { not_ok "places for the runtimes"; suite_end; exit; }
image_make $REF "$work/bb.tar"

# expect NAME ID FILTER [OPTION]...: what tiercel containers says of the container passes the filter.
expect() {
	local said
	said=$("$TIERCEL" containers --json "${@:4}" 2> "$work/log" | jq -c "select(.id | startswith(\"$2\"))")
	if [ -n "$said" ] && jq -e "$3" <<< "$said" > /dev/null; then
		ok "$1"
	else
		not_ok "$1: ${said:-the container is not listed; $(head -c 200 "$work/log")}"
	fi
}

hex() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# ---- nothing there ----

if "$TIERCEL" containers > "$work/out" 2> "$work/log"; then
	ok "without a runtime"
else
	not_ok "without a runtime: $(cat "$work/log")"
fi
grep -q '^docker: /var/lib/docker' "$work/log" || grep -q '^docker: state of 0' "$work/log" &&
	ok "says where it looked" || not_ok "says where it looked: $(cat "$work/log")"

# ---- containerd ----

if containerd_start && ctl images import "$work/bb.tar" > /dev/null; then
	ctl run -d --label app=ctr --env A=b $REF plain-1 sleep 1000
	expect "containerd: a plain container" plain-1 '.type == "containerd" and .name == "plain-1"
		and .image == "docker.io/library/bb:1" and .image_repository == "docker.io/library/bb"
		and .image_tag == "1" and (.image_digest | startswith("sha256:"))
		and .labels.app == "ctr" and .privileged == false and .host_network == false'
	ctl run -d --privileged --net-host $REF plain-2 sleep 1000
	expect "containerd: privileged, in the host's network" plain-2 \
		'.privileged and .host_network and (.host_pid | not)'

	CTR_NAMESPACE=k8s.io ctl images import "$work/bb.tar" > /dev/null
	sandbox=$(hex) member=$(hex)
	cri=io.kubernetes.cri
	pod_is=(--annotation $cri.sandbox-name=web-0 --annotation $cri.sandbox-namespace=shop
		--annotation $cri.sandbox-uid=$UID_1 --annotation "$cri.sandbox-id=$sandbox")
	CTR_NAMESPACE=k8s.io ctl run -d --annotation $cri.container-type=sandbox "${pod_is[@]}" \
		--label io.cri-containerd.kind=sandbox --label tier=front --label io.kubernetes.pod.name=web-0 \
		--cgroup "/kubepods/burstable/pod$UID_1/$sandbox" $REF "$sandbox" sleep 1000
	CTR_NAMESPACE=k8s.io ctl run -d --annotation $cri.container-type=container "${pod_is[@]}" \
		--annotation $cri.container-name=app --annotation $cri.image-name=$REF \
		--mount type=bind,src=/tmp,dst=/data,options=rbind:ro:rslave \
		--cgroup "/kubepods/burstable/pod$UID_1/$member" $REF "$member" sleep 1000
	expect "Kubernetes: a container" "$member" '.type == "containerd" and .name == "app"
		and .image_repository == "docker.io/library/bb" and .image_tag == "1"
		and .pod == "web-0" and .namespace == "shop" and .pod_uid == "'$UID_1'"
		and .sandbox == "'"$sandbox"'" and .pod_labels.tier == "front"
		and .labels["io.kubernetes.container.name"] == "app"
		and .mounts == [{source: "/tmp", destination: "/data", mode: "", rdwr: false, propagation: "rslave"}]'
	expect "Kubernetes: its sandbox" "$sandbox" '.pod == "web-0" and .name == .id[:12]
		and .pod_labels.tier == "front" and .sandbox == .id'
	# whoever may make cgroups in a container can give one the name of another container
	false_place=/sys/fs/cgroup/pids/kubepods/burstable/pod$UID_1/$member/$sandbox
	[ -d /sys/fs/cgroup/pids ] || false_place=${false_place/pids\//}
	mkdir "$false_place"
	sleep 1000 &
	false_pid=$!
	echo $false_pid > "$false_place/cgroup.procs" 2> /dev/null
	if [ "$("$TIERCEL" containers --json | jq -c "select(.cgroup | endswith(\"$member/$sandbox\")) | .pod")" = null ] ||
		! grep -q "$member/$sandbox" "/proc/$false_pid/cgroup"; then
		ok "a cgroup below a container's is not believed"
	else
		not_ok "a cgroup below a container's is believed: $("$TIERCEL" containers --json)"
	fi
	kill "$false_pid"; wait "$false_pid" 2> /dev/null
	rmdir "$false_place"
else
	not_ok "containerd does not start: $(tail -n 3 "$work/containerd.log")"
fi

# ---- docker ----

if docker_start && dk load -i "$work/bb.tar" > /dev/null; then
	id=$(dk run -d --network none --name web1 --label app=web --label z= -v /tmp:/data:ro \
		--pid host --ipc private --health-cmd 'test -e /app' bb:1 sleep 1000)
	expect "docker" "$id" '.type == "docker" and .name == "web1" and .image == "bb:1"
		and .image_repository == "bb" and .image_tag == "1" and .labels == {app: "web", z: ""}
		and .mounts == [{source: "/tmp", destination: "/data", mode: "ro", rdwr: false, propagation: "rprivate"}]
		and (.privileged | not) and .host_pid and (.host_network | not) and (.host_ipc | not)
		and .healthcheck == "/bin/sh -c test -e /app"'
	image=$(dk image inspect -f '{{.Id}}' bb:1)
	dk tag bb:1 zz/other:2
	id=$(dk run -d --network host --name by-id "${image#sha256:}" sleep 1000)
	expect "docker: an image by its id" "$id" '.image == "'"${image#sha256:}"'"
		and .image_id == .image and .image_repository == "bb" and .host_network'
	id=$(dk run -d --network none --name second zz/other:2 sleep 1000)
	expect "docker: the name that was asked for" "$id" \
		'.image_repository == "zz/other" and .image_tag == "2" and .name == "second"'
	dk rename second third
	expect "docker: renamed" "$id" '.name == "third"'
	# only its socket answers
	"$TIERCEL" containers --json -o container.docker.root=/nowhere \
		-o container.docker.socket=/run/docker/docker.sock 2> "$work/log" |
		jq -e "select(.id == \"$id\") | .name == \"third\" and .image_repository == \"zz/other\"
			and .from == \"/run/docker/docker.sock\"" > "$work/out"
	check "docker: from its socket" grep -q true "$work/out"
	kill -STOP "$docker_pid"
	began=$SECONDS
	"$TIERCEL" containers --json -o container.docker.root=/nowhere \
		-o container.docker.socket=/run/docker/docker.sock > "$work/out" 2> "$work/log"
	kill -CONT "$docker_pid"
	if [ $((SECONDS - began)) -le 15 ] && grep -q '"type":"docker"' "$work/out" &&
		! grep -q '"name":"third"' "$work/out"; then
		ok "docker: a socket that does not answer is given up"
	else
		not_ok "docker: a socket that does not answer: $((SECONDS - began)) s, $(head -c 300 "$work/out")"
	fi
else
	not_ok "docker does not start: $(tail -n 3 "$work/dockerd.log")"
fi

# ---- podman ----

if pod load -i "$work/bb.tar" > /dev/null 2>&1; then
	id=$(pod run -d --network none --name alone --label app=pod -v /tmp:/data:ro $REF sleep 1000)
	expect "podman" "$id" '.type == "podman" and .name == "alone" and .image == "docker.io/library/bb:1"
		and .image_repository == "docker.io/library/bb" and .image_tag == "1"
		and (.image_digest | startswith("sha256:")) and .labels == {app: "pod"} and .ip == ""
		and (.privileged | not) and .mounts[0].source == "/tmp" and .mounts[0].propagation == "rprivate"
		and (.mounts[0].rdwr | not)'
	id=$(pod run -d --rm --network none --privileged --name gone-later $REF sleep 1000)
	expect "podman: privileged, with --rm" "$id" '.name == "gone-later" and .privileged'
	pod pod create --name shop --infra=false --label tier=back > /dev/null
	id=$(pod run -d --pod shop --network none --name member $REF sleep 1000)
	expect "podman: in a pod" "$id" '.name == "member" and .pod == "shop" and .pod_labels == {tier: "back"}'
	pod rm -f -t 0 alone gone-later member > /dev/null
	pod pod rm -f shop > /dev/null
else
	not_ok "podman loads no image"
fi

# ---- runc alone ----

container_make "$work/ctr"
if container_start "$work/ctr" /usr/bin/sleep 1000; then
	expect "runc" "$container_id" '.type == "runc" and .name == .id[:12] and .image == ""' \
		-o "container.runc.root=$work/ctr/runc"
else
	not_ok "runc does not start a container"
fi

for id in $(dk ps -q); do dk rm -f "$id" > /dev/null; done
for ns in default k8s.io; do
	for id in $(CTR_NAMESPACE=$ns ctl c ls -q); do
		CTR_NAMESPACE=$ns ctl t kill -s KILL "$id" > /dev/null 2>&1
		wait_for 5 eval "CTR_NAMESPACE=$ns ctl t rm $id > /dev/null 2>&1"
		CTR_NAMESPACE=$ns ctl c rm "$id" > /dev/null 2>&1
	done
done
suite_end
