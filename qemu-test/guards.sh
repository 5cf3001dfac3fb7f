# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of the guards are written with: a whole host on a disk, booted without its boot
# loader, and questions to what ptbind said there. A test sources it; its argument is the
# release.
# shellcheck shell=dash

# shellcheck source=lib.sh
. "$top/qemu-test/lib.sh"
# shellcheck source=tree.sh
. "$top/qemu-test/tree.sh"
trap guards_end EXIT

device= # the loop device, while there is one
# shellcheck disable=SC2034 # for those who source this
disk=$results/disk.img
guest_file run "$top/qemu-test/guest/run"

# Frees what was attached and mounted.
guards_end() {
	for mount in "$tree/dev/pts" "$tree/dev" "$tree/proc" "$tree/sys"; do
		! mountpoint -q "$mount" || umount "$mount"
	done
	[ -z "$device" ] || losetup -d "$device"
	tree_close
}

### The host

# Runs a command in the host's tree.
in_host() {
	DEBIAN_FRONTEND=noninteractive chroot "$tree" "$@"
}

# Opens the host's tree, with what programs of the host want to see.
open_host() {
	tree_open "host-$release"
	mount -t proc proc "$tree/proc"
	mount -t sysfs -o ro sysfs "$tree/sys"
	mount -t tmpfs -o mode=755 dev "$tree/dev"
	mknod -m 0666 "$tree/dev/null" c 1 3
	mknod -m 0666 "$tree/dev/urandom" c 1 9
	ln -s /proc/self/fd "$tree/dev/fd"
}

# install_host ROOT [DEBS]: makes the host what it is, with its root on that device, ptbind
# installed, and the packages that the pattern DEBS matches. Its image is not built yet.
install_host() {
	cp -a "$top/qemu-test/host/." "$top/qemu-test/image/." "$tree"
	rm "$tree/etc/systemd/network/host.network"
	chown -R 0:0 "$tree/etc"
	echo "$1 / ext4 errors=remount-ro 0 1" >"$tree/etc/fstab"
	in_host systemctl -q enable ptbind-test
	cp "$top"/build/deb/ptbind_*.deb "$tree/debs"
	# shellcheck disable=SC2016 # the tree's shell knows what the pattern matches
	in_host sh -c 'apt-get -q -y install /debs/ptbind_*.deb $1' sh "${2:-}" \
		>"$results/apt.log" 2>&1
}

# Builds the image, and takes out of the tree what the machine is booted with. The tree is
# then ready to be put on the disk.
finish_host() {
	in_host update-initramfs -c -k all >>"$results/apt.log" 2>&1
	cp -a "$results/overlay/ptbind-test" "$tree/ptbind-test"
	cp "$tree/boot"/vmlinuz-* "$results/vmlinuz"
	cp "$tree/boot"/initrd.img-* "$results/initrd"
	umount "$tree/dev" "$tree/proc" "$tree/sys"
}

# boot_host ROOT: boots the machine with the host, with its root on that device.
boot_host() {
	boot=$results/host
	artefacts=$boot/guest
	mkdir -p "$boot"
	set -- --kernel "$results/vmlinuz" --initrd "$results/initrd" --memory 1024 \
		--timeout 240 --append "root=$1 ro" "$boot"
	while IFS= read -r arg; do
		set -- "$@" "$arg"
	done <"$machine"
	"$top/qemu-test/run-qemu" "$@" || :
	unpack_verdict
	judge_boot host
}

### What ptbind said

# guard_objects NAME GUARD ADDRESS: says whether the command NAME was refused because of
# that function, by that guard.
guard_objects() {
	cat "$artefacts/$1.err"
	[ "$(cat "$artefacts/$1.status")" -eq 1 ] &&
		grep -q "refused: .*$3: $2: " "$artefacts/$1.err"
}

# finds NAME CODE ADDRESS: says whether the check NAME found that of that function.
finds() {
	jq -e --arg code "$2" --arg address "$3" '.findings[] | select(.severity == "error" and
		.code == $code and (.evidence | contains($address)))' "$artefacts/$1.out"
}

# use_of NAME ADDRESS: prints what the "list --json" NAME says that the host uses the
# function for.
use_of() {
	jq -r --arg address "$2" '.functions[] | select(.address == $address) |
		.uses[] | "\(.device): \(.text)"' "$artefacts/$1.out"
}

# uses NAME: prints all that the "list --json" NAME says that the host uses functions for.
uses() {
	jq -S '[.functions[].uses]' "$artefacts/$1.out"
}
