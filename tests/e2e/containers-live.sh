#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Alerts of containers of the real runtimes: each names its container and image. The detector is
# started before, during and after the containers; many start at once, and many in a row that
# live for a moment; a runtime ends and starts again. CONTAINERS_RUNS: how many in a row (100).
. "$(dirname "$0")/../harness/lib.sh"
. "$TESTS/harness/runtimes.sh"

obstacle=$(live_obstacle)
[ -z "$obstacle" ] && obstacle=$(runtimes_obstacle docker dockerd containerd ctr podman busybox)
if [ -n "$obstacle" ]; then
	skip "containers live: $obstacle"
	suite_end
	exit
fi
runtimes_isolate bash "$0" "$@"

finish() {
	[ -n "$watcher" ] && kill "$watcher" && wait "$watcher"
	runtimes_end
	rm -rf --one-file-system "$work"
}
work=$(mktemp -d "${TMPDIR:-/tmp}/tiercel-test.XXXXXX")
watcher=''
trap finish EXIT
trap 'exit 1' INT TERM HUP PIPE
REF=docker.io/library/bb:1
RUNS=${CONTAINERS_RUNS:-100}

cat > "$work/rules.yaml" <<'Y'
- rule: Marked
  desc: a command of the test in a container
  condition: evt.type in (execve, execveat) and evt.failed = false and container.id != host and proc.args startswith zz-
  output: marked %proc.args in %container.name of %container.image.repository (%container.full_id %container.type %container.label[app])
  priority: INFO
- rule: Of one image
  desc: decided by what the runtime knows
  condition: >
    evt.type in (execve, execveat) and evt.failed = false and container.id != host
    and proc.args startswith zz- and container.image.repository endswith bb
    and not container.name startswith other
  output: of image %proc.args
  priority: INFO
Y

watch_start() {
	: > "$work/alerts"
	"$TIERCEL" run -r "$work/rules.yaml" -o json_output=true -o watch_config_files=false \
		-o control_socket= "$@" > "$work/alerts" 2> "$work/log" &
	watcher=$!
	wait_for 30 grep -q 'armed: ' "$work/log" || not_ok "the detector: $(tail -n 3 "$work/log")"
}

watch_end() {
	kill "$watcher"
	wait "$watcher"
	watcher=''
}

# fields MARK: of the alerts of rule Marked whose arguments begin with MARK.
fields() {
	jq -c "select(.rule == \"Marked\" and (.output_fields[\"proc.args\"] | startswith(\"$1\"))) | .output_fields" \
		"$work/alerts"
}
# How many there are, and of rule Of one image.
count() { fields "$1" | wc -l; }
count_of_image() {
	jq -c "select(.rule == \"Of one image\") | .output" "$work/alerts" | grep -c "of image $1"
}

# told NAME MARK N FILTER: N alerts come, all pass the filter, and as many of the other rule.
told() {
	local bad
	# shellcheck disable=SC2317
	enough() { [ "$(count "$2")" -ge "$3" ] && [ "$(count_of_image "$2")" -ge "$3" ]; }
	wait_for 10 enough "$@"
	bad=$(fields "$2" | jq -c "select(($4) | not)" | head -n 2)
	if [ "$(count "$2")" = "$3" ] && [ -z "$bad" ] && [ "$(count_of_image "$2")" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1: $(count "$2") and $(count_of_image "$2") of $3 alerts; wrong: $bad"
	fi
}

# is NAME REPOSITORY TYPE: a filter
is() {
	echo ".[\"container.name\"] == \"$1\" and .[\"container.image.repository\"] == \"$2\"
		and .[\"container.type\"] == \"$3\""
}

runtimes_begin "$work" || { not_ok "places for the runtimes"; suite_end; exit; }
image_make $REF "$work/bb.tar"
if ! containerd_start || ! docker_start || ! dk load -qi "$work/bb.tar" > /dev/null ||
	! ctl images import "$work/bb.tar" > /dev/null || ! pod load -qi "$work/bb.tar" > /dev/null; then
	not_ok "the runtimes start: $(tail -n 2 "$work/containerd.log" "$work/dockerd.log")"
	suite_end
	exit
fi

# ---- there before the detector ----

dk run -d --network none --name early --label app=web bb:1 sleep 1000 > /dev/null
pod run -d --network none --name early-pod --label app=pod $REF sleep 1000 > /dev/null
watch_start
dk exec early echo zz-early > /dev/null
told "docker: a container that was there before" zz-early 1 \
	"$(is early bb docker) and .[\"container.label[app]\"] == \"web\""
pod exec early-pod echo zz-pod-early > /dev/null
told "podman: a container that was there before" zz-pod-early 1 \
	"$(is early-pod docker.io/library/bb podman) and .[\"container.label[app]\"] == \"pod\""

# ---- that come and go ----

dk run --rm --network none --name short --label app=web bb:1 echo zz-docker > /dev/null
told "docker: one that lives for a moment" zz-docker 1 "$(is short bb docker)"
pod run --rm --network none --name short-pod $REF echo zz-podman > /dev/null
told "podman: one that lives for a moment" zz-podman 1 "$(is short-pod docker.io/library/bb podman)"
pod pod create --name shop --infra=false > /dev/null
pod run --rm --pod shop --network none --name member $REF echo zz-shop > /dev/null
pod pod rm -f shop > /dev/null
told "podman: one in a pod" zz-shop 1 \
	"$(is member docker.io/library/bb podman) and .[\"k8s.pod.name\"] == \"shop\""
member=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
CTR_NAMESPACE=k8s.io ctl images import "$work/bb.tar" > /dev/null
CTR_NAMESPACE=k8s.io ctl run --rm --annotation io.kubernetes.cri.container-type=container \
	--annotation io.kubernetes.cri.container-name=app --annotation io.kubernetes.cri.image-name=$REF \
	--annotation io.kubernetes.cri.sandbox-name=web-0 --cgroup "/kubepods/podx/$member" \
	$REF "$member" echo zz-cri > /dev/null
told "Kubernetes: one that lives for a moment" zz-cri 1 "$(is app docker.io/library/bb containerd)"

# ---- many at once ----

for i in $(seq 50); do
	dk run --rm --network none --name "once-$i" bb:1 echo zz-once > /dev/null &
	launched="${launched:-} $!"
	[ $((i % 10)) != 0 ] || sleep 0.1
done
# shellcheck disable=SC2086
wait $launched
told "50 at once" zz-once 50 '(.["container.name"] | startswith("once-")) and .["container.image.repository"] == "bb"'
names=$(fields zz-once | jq -r '.["container.name"]' | sort -u | wc -l)
[ "$names" = 50 ] && ok "50 at once: each its own name" || not_ok "50 at once: $names names"

# ---- many in a row ----

memory() { awk '/^VmRSS/ { print $2 }' "/proc/$watcher/status"; }
before=$(memory)
row() {
	local id
	id=$(printf '%064x' "$1")
	CTR_NAMESPACE=k8s.io ctl run --rm --annotation io.kubernetes.cri.container-type=container \
		--annotation "io.kubernetes.cri.container-name=row-$1" \
		--annotation io.kubernetes.cri.image-name=$REF --cgroup "/kubepods/podx/$id" \
		$REF "$id" echo zz-row > /dev/null
}
# two at a time, one after the other
odd() { for i in $(seq 1 2 "$RUNS"); do row "$i"; done; }
even() { for i in $(seq 2 2 "$RUNS"); do row "$i"; done; }
odd &
odd_pid=$!
even
wait $odd_pid
told "$RUNS in a row" zz-row "$RUNS" '(.["container.name"] | startswith("row-"))'
after=$(memory)
[ $((after - before)) -lt 4096 ] && ok "memory: $before KiB, then $after" ||
	not_ok "memory: $before KiB before $RUNS containers, $after after"

# ---- a runtime that goes and comes ----

kill "$docker_pid"
wait "$docker_pid" 2> /dev/null
pod exec early-pod echo zz-alone > /dev/null
told "docker ended: others go on" zz-alone 1 "$(is early-pod docker.io/library/bb podman)"
docker_start || not_ok "docker does not start again: $(tail -n 3 "$work/dockerd.log")"
dk run --rm --network none --name again bb:1 echo zz-again > /dev/null
told "docker started again" zz-again 1 "$(is again bb docker)"

watch_end
grep -E 'error|cannot|warning' "$work/log" | grep -v 'using tracepoints' > "$work/said"
[ -s "$work/said" ] && not_ok "the log: $(head -n 3 "$work/said")" || ok "nothing to complain of"

for id in $(dk ps -aq); do dk rm -f "$id" > /dev/null; done
pod rm -f -t 0 early-pod > /dev/null
suite_end
