# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced after harness/lib.sh: boots a kernel of kernels.txt in a virtual machine without any
# disk, whose file system is an archive that holds the detector, the helpers and one script.
#
#   vm_tree DIR JOB                  lays out the file system; JOB is the script that runs in it
#   vm_boot NAME DIR SECONDS [QEMU ARG...]   boots it; what the script printed, on stdout
#
# Emulated by software, so it runs where there is no hardware virtualisation; a boot takes some
# ten seconds. The script's output comes over the serial line.

VM_CACHE=$B/vm

# Why virtual machines cannot run here, or nothing.
vm_obstacle() {
	[ "$(uname -m)" = x86_64 ] || { echo "made for x86-64"; return; }
	[ -x "$TIERCEL" ] || { echo "$TIERCEL is not built"; return; }
	for tool in qemu-system-x86_64 busybox cpio jq; do
		command -v "$tool" > /dev/null || { echo "$tool is not installed"; return; }
	done
	[ -x "$HARNESS/sysop" ] || echo "the helpers are not built: make harness"
}

# Those of which WHAT is tested, as kernels.txt says.
vm_kernels() { awk -v what="$1" '!/^#/ && NF && $5 == what { print $1 }' "$TESTS/vm/kernels.txt"; }

# Copies programs with the libraries they are linked to.
vm_copy() { # DIR FILE...
	local dir=$1 file lib
	shift
	for file in "$@"; do
		for lib in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
			mkdir -p "$dir$(dirname "$lib")"
			cp -Lu "$lib" "$dir$lib"
		done
	done
}

vm_tree() { # DIR JOB
	local dir=$1 job=$2 name
	mkdir -p "$dir"/{proc,sys,dev,tmp,tmpx,run,etc,root/.ssh,usr/bin,t/bin,t/bb,t/ctl,rules} || return 1
	for name in bin sbin lib lib64; do ln -sfn "usr/$name" "$dir/$name"; mkdir -p "$dir/usr/$name"; done
	cp "$(command -v busybox)" "$dir/usr/bin/busybox"
	cp /usr/bin/dash /usr/bin/true "$dir/usr/bin/"
	cp /usr/bin/dash "$dir/t/bin/sh"
	cp /usr/bin/dash "$dir/t/bin/bash"
	cp "$TIERCEL" "$dir/usr/bin/tiercel"
	vm_copy "$dir" "$TIERCEL" /usr/bin/dash /usr/bin/true
	for name in $container_standins $container_copies; do cp /usr/bin/true "$dir/t/bin/$name"; done
	cp /usr/bin/true "$dir/tmpx/mytrue"
	cp "$HARNESS"/{sysop,runner,musl} "$dir/t/bin/"
	for name in cat wget base64 ls touch; do ln -sf /usr/bin/busybox "$dir/t/bb/$name"; done
	for name in cp ln mkdir head tr printf sleep env; do ln -sf /usr/bin/busybox "$dir/usr/bin/$name"; done
	cp "$ROOT"/rules/{base,custom}.yaml "$TESTS/harness/marker.yaml" "$dir/rules/"
	printf 'root:x:0:0:root:/root:/bin/sh\n' > "$dir/etc/passwd"
	printf 'root:x:0:\n' > "$dir/etc/group"
	printf 'root:*:19000:0:99999:7:::\n' > "$dir/etc/shadow"
	echo box > "$dir/etc/hostname"
	: > "$dir/root/.ssh/id_rsa"
	ln -sf /etc/passwd "$dir/t/link_passwd"
	ln -sf /etc/shadow "$dir/t/link_shadow"
	ln -sf /etc "$dir/t/etclink"
	cp "$TESTS/vm/init.sh" "$dir/init"
	cp "$job" "$dir/job"
	chmod +x "$dir/init" "$dir/job"
}

vm_arch() { awk -v n="$1" '$1 == n { print $2 }' "$TESTS/vm/kernels.txt"; }
vm_console() { [ "$(vm_arch "$1")" = arm64 ] && echo ttyAMA0 || echo ttyS0; }

vm_machine() { # NAME
	case $(vm_arch "$1") in
	arm64) echo qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on ;;
	*) echo qemu-system-x86_64 -M q35 -cpu max,la57=off ;;
	esac
}

# The line ends of a serial line are taken off; only what stands between the marks is printed.
vm_boot() { # NAME DIR SECONDS [QEMU ARG...]
	local name=$1 dir=$2 seconds=$3 machine
	shift 3
	(cd "$dir" && find . | cpio -o -H newc --quiet | gzip -1) > "$dir.img" || return 1
	read -ra machine < <(vm_machine "$name")
	timeout -k 5 "$seconds" "${machine[@]}" -accel tcg -m 768 \
		-nographic -no-reboot -nic none "$@" -kernel "$VM_CACHE/vmlinuz-$name" -initrd "$dir.img" \
		-append "console=$(vm_console "$name") panic=-1 quiet mitigations=off" < /dev/null > "$dir.console" 2>&1
	tr -d '\r' < "$dir.console" | sed -n '/=== job ===$/,/^=== end ===$/p' | sed '1d;$d'
	grep -q '^=== end ===' "$dir.console"
}
