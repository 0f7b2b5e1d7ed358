#!/usr/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# The first process of the virtual machine: mounts what a host has, runs the job, powers off.
b=/usr/bin/busybox
export PATH=/t/bin:/usr/bin:/t/bb HOME=/root SHELL=/bin/sh LC_ALL=C
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t cgroup2 cgroup2 /sys/fs/cgroup
$b mount -t tracefs tracefs /sys/kernel/tracing
$b mount -t tmpfs tmp /tmp
$b mount -t tmpfs run /run
$b ip link set lo up 2>/dev/null
echo "=== job ==="
$b sh /job
echo "=== end ==="
$b poweroff -f
