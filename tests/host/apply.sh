# SPDX-License-Identifier: GPL-2.0-or-later
# A host with two kernels on which ptbind apply is run, with the release's own
# update-initramfs; its PCI functions are those of a fixture machine. A test sources it
# after tests/tap.sh and qemu-test/disk.sh, with $release set.
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # what is for the test, and what it has set

first=$(tree_kernel "host-$release")
second=$first.2
said=$scratch/said
before=$scratch/before
copies=copies
# Routes and mounts are those of this machine, where nothing is on a fixture's functions:
# the guards cannot tell.
force='force=network,disk'
line="0000:05:00.0 id=8086:125c subsystem=8086:0000 dsn=20-7c-14-ff-ff-f4-78-72 $force"
other="0000:06:00.0 id=8086:125c subsystem=8086:0000 dsn=20-7c-14-ff-ff-f4-78-73 $force"

### The host

# Runs a command in the host, with nothing of our own environment.
in_host() {
	chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" </dev/null
}

# host_file PATH [MODE]: puts standard input into the host.
host_file() {
	mkdir -p "$(dirname "$tree/$1")"
	cat >"$tree/$1"
	chmod "${2:-0644}" "$tree/$1"
}

# Makes a second kernel: the same one, with few of its modules, under another name.
install_second_kernel() {
	for file in vmlinuz config System.map; do
		cp "$tree/boot/$file-$first" "$tree/boot/$file-$second"
	done
	modules=$tree/lib/modules
	mkdir -p "$modules/$second/kernel/drivers" "$modules/$second/kernel/virt"
	cp "$modules/$first"/modules.builtin* "$modules/$first/modules.order" \
		"$modules/$second"
	cp -a "$modules/$first/kernel/drivers/vfio" "$modules/$second/kernel/drivers"
	cp -a "$modules/$first/kernel/virt/." "$modules/$second/kernel/virt"
	in_host depmod "$second"
}

# Makes the host, with the package and all that is around it.
open_host() {
	disk_create "$scratch/disk" "$top/build/tree/host-$release" &&
		disk_open "$scratch/disk" || return
	make -s -C "$top" install "DESTDIR=$scratch/stage" &&
		cp -a "$scratch/stage/." "$tree" && chown -R 0:0 "$tree/etc" || return
	install_second_kernel
	# A handful of modules, for speed; "dep" would look for the root's device.
	echo 'MODULES=list' | host_file etc/initramfs-tools/conf.d/ptbind-test
	umount "$tree/sys" && "$top/tests/machines/make-tree" \
		"$top/tests/machines/qotom/functions.tsv" "$scratch/machine" &&
		cp -a "$scratch/machine/sys/." "$tree/sys"
}

# list LINE…: makes these the allowlist.
list() {
	printf '%s\n' "$@" | host_file etc/ptbind/allowlist
}

### What is looked at

# Runs ptbind apply. $status is its exit status; what it said is in $said, and
# what it printed, in $out.
apply() {
	in_host ptbind apply "$@" >"$scratch/out" 2>"$said"
	status=$?
	out=$(cat "$scratch/out")
}

# list_in KERNEL: prints the list that is in its image; not with code of ours.
list_in() {
	list_in_file "/boot/initrd.img-$1"
}

# list_in_file PATH: the same, of a file of the host.
list_in_file() {
	rm -rf "$tree/unpacked"
	in_host unmkinitramfs "$1" /unpacked >/dev/null 2>&1
	cat "$tree/unpacked/etc/ptbind/allowlist" "$tree/unpacked/main/etc/ptbind/allowlist" \
		2>/dev/null
}

# Prints what of the host matters: checksums of all in /boot, of the copies, which are in
# $copies, of the last good list, and what is kept.
state() {
	(cd "$tree" && find boot "$copies" var/lib/ptbind -type f ! -name grub.cfg \
		-exec sha256sum {} + | sort -k 2)
}

# ends STATUS DESC: judges the exit status.
ends() {
	is "$2" "$1" "$status"
	[ "$status" -eq "$1" ] || diag "$(cat "$said")"
}

# is_as_before DESC: judges whether all is as $before.
is_as_before() {
	is "$1" '' "$(state | diff "$before" -)"
}
