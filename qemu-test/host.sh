# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of a whole host are written with: a disk with an installed Debian, work in it
# as its owner would, boots through its own boot loader. A test sources it; its arguments
# are the release and the firmware.
# shellcheck shell=dash

[ "$#" -eq 2 ] || { echo "usage: $0 bookworm|trixie bios|uefi" >&2; exit 2; }
firmware=$2
scenario=${scenario:-$(basename "$0")-$firmware}
set -- "$1"
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}

# shellcheck source=lib.sh
. "$top/qemu-test/lib.sh"
# shellcheck source=disk.sh
. "$top/qemu-test/disk.sh"

disk=$results/disk.img

# host_create: makes the disk of a host as it is after Debian's installer was through, with
# just the older one of two kernels, and opens it.
host_create() {
	disk_create "$disk" "$top/build/tree/host-$release"
	disk_open "$disk"
	cp -a "$top/qemu-test/host/." "$top/qemu-test/image/." "$tree"
	chown -R 0:0 "$tree/etc"
	echo "UUID=$(root_uuid) / ext4 errors=remount-ro 0 1" >"$tree/etc/fstab"
	# Without a password of root a rescue boot ends before a shell.
	sed -i 's/^root:[^:]*:/root::/' "$tree/etc/shadow"
	in_host systemctl -q enable systemd-networkd ptbind-test
	cp "$top"/build/deb/ptbind_*.deb "$tree/debs"
	disk_install_grub "$disk" "$firmware"
}

# in_host COMMAND [ARG…]: runs a command in the host whose disk is open.
in_host() {
	DEBIAN_FRONTEND=noninteractive chroot "$tree" "$@"
}

# host_apt ARG…: installs and removes packages as apt-get does; all it needs is in /debs.
# What it says is in $apt_log.
host_apt() {
	apt_log=$results/apt.log
	in_host apt-get -q -y "$@" >"$apt_log" 2>&1 </dev/null || {
		cat "$apt_log" >&2
		return 1
	}
}

# host_kernels: prints the kernels in /boot, the oldest first.
host_kernels() {
	for kernel in "$tree"/boot/vmlinuz-*; do
		echo "${kernel##*/vmlinuz-}"
	done | sort -V
}

# boot_host NAME [TITLE…]: closes the disk and boots from it: the default entry, or the one
# with this title, one title for each menu on the way. Then the disk is open again.
# At most $boot_timeout seconds.
boot_host() {
	boot=$results/$1
	artefacts=$boot/guest
	shift
	mkdir -p "$boot" "$tree/ptbind-test"
	cp "$results/overlay/ptbind-test"/* "$tree/ptbind-test"
	disk_close

	set -- "$@" --
	while [ "$1" != -- ]; do
		set -- "$@" --choose "$1"
		shift
	done
	shift
	set -- "$@" --disk "$disk" --firmware "$firmware" --memory 1024 \
		--timeout "${boot_timeout:-240}" "$boot"
	while IFS= read -r arg; do
		set -- "$@" "$arg"
	done <"$machine"
	"$top/qemu-test/run-qemu" "$@" || :
	unpack_verdict
	judge_boot "$(basename "$boot")"
	disk_open "$disk"
}
