# SPDX-License-Identifier: GPL-2.0-or-later
# A host's disk in a file, which boots from BIOS and UEFI firmware: source it, make one with
# disk_create, work in its root with disk_open and disk_close. All of $scratch, and what was
# mounted, is gone when the script ends; the file stays.
# shellcheck shell=dash

# shellcheck source=tree.sh
. "$top/qemu-test/tree.sh"
trap disk_end EXIT
device= # the loop device of the root file system that is open

# Where the partitions lie, in sectors of 512 bytes: GRUB's own for BIOS (a GPT has no gap
# behind the boot sector), the EFI system partition, the root file system. The sizes are
# in the partition table alone: the file is sparse.
DISK_SECTORS=8388608
CORE_START=2048
CORE_SECTORS=2048
ESP_START=4096
ESP_SECTORS=409600
ROOT_START=413696
ROOT_SECTORS=$((DISK_SECTORS - ROOT_START - 2048))

# disk_create FILE TREE: makes the disk, with the root tree TREE on it and an empty ESP.
disk_create() {
	rm -f "$1"
	truncate -s "$((DISK_SECTORS * 512))" "$1"
	sfdisk -q "$1" <<-END
		label: gpt
		start=$CORE_START, size=$CORE_SECTORS, type=21686148-6449-6E6F-744E-656564454649
		start=$ESP_START, size=$ESP_SECTORS, type=U
		start=$ROOT_START, size=$ROOT_SECTORS, type=L
	END
	format_esp "$1"
	mke2fs -q -t ext4 -d "$2" -E "offset=$((ROOT_START * 512))" "$1" \
		"$((ROOT_SECTORS / 2))k"
}

# disk_open FILE: mounts the root file system at $tree, with /proc, /sys and a /dev of its
# own, which has the device and its name in by-uuid: what update-grub asks for.
disk_open() {
	attach_root "$1"
	mkdir -p "$tree"
	mount "$device" "$tree"
	mount -t proc proc "$tree/proc"
	mount -t sysfs -o ro sysfs "$tree/sys"
	mount -t tmpfs -o mode=755 dev "$tree/dev"
	fill_dev "$tree/dev"
	[ ! -d "$scratch/efi" ] || mount --bind "$scratch/efi" "$tree/efi"
}

# Attaches the root file system in a file to a loop device, $device. GRUB's generator takes
# a root on loop0 to loop9 for a live system's and leaves it out.
# $1: the file
attach_root() {
	loop=10
	until try_device "$1" "/dev/loop$loop" 2>"$scratch/losetup.log"; do
		loop=$((loop + 1))
		[ "$loop" -lt 250 ] || { cat "$scratch/losetup.log" >&2; return 1; }
	done
	device=/dev/loop$loop
}

# Attaches it to that very loop device, which fails if it is in use.
# $1: the file, $2: the device
try_device() {
	[ -e "$2" ] || mknod -m 0660 "$2" b 7 "${2#/dev/loop}"
	losetup --offset "$((ROOT_START * 512))" --sizelimit "$((ROOT_SECTORS * 512))" "$2" "$1"
}

# Makes the nodes of a host that programs of the host look for.
# $1: the directory
fill_dev() {
	mknod -m 0666 "$1/null" c 1 3
	mknod -m 0666 "$1/zero" c 1 5
	mknod -m 0666 "$1/full" c 1 7
	mknod -m 0666 "$1/random" c 1 8
	mknod -m 0666 "$1/urandom" c 1 9
	mknod -m 0666 "$1/tty" c 5 0
	ln -s /proc/self/fd "$1/fd"
	mkdir -p "$1/pts" "$1/shm" "$1/disk/by-uuid"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/pts"
	ln -s pts/ptmx "$1/ptmx"
	mknod -m 0660 "$1/${device#/dev/}" b 7 "${device#/dev/loop}"
	ln -s "../../${device#/dev/}" "$1/disk/by-uuid/$(root_uuid)"
}

# Prints the UUID of the root file system that is attached.
root_uuid() {
	blkid -p -s UUID -o value "$device"
}

# Unmounts the root file system, if it is mounted, and frees its loop device.
disk_close() {
	for mount in efi dev/pts dev proc sys .; do
		! mountpoint -q "$tree/$mount" || umount "$tree/$mount"
	done
	if [ "$device" ]; then
		losetup -d "$device"
		device=
	fi
}

# Takes all away but the file.
disk_end() {
	disk_close
	! mountpoint -q "$scratch/efi" || umount "$scratch/efi"
	tree_close
}

# disk_add_efi: mounts something at /efi of the host whose disk is open, now and each time
# it is opened. It is a file system of its own, but not the ESP: not every kernel can mount
# that one. disk_write_esp FILE copies what is in it.
disk_add_efi() {
	mkdir "$tree/efi" "$scratch/efi"
	mount -t tmpfs efi "$scratch/efi"
	mount --bind "$scratch/efi" "$tree/efi"
}

disk_write_esp() {
	format_esp "$1"
	for file in "$scratch/efi"/*; do
		esp "$1" mcopy -s "$file" ::/
	done
}

# disk_read_esp FILE: the other way round, for what the host itself changed on the ESP.
disk_read_esp() {
	find "$scratch/efi" -mindepth 1 -delete
	esp "$1" mcopy -s '::/*' "$scratch/efi"
}

# disk_install_grub FILE bios|uefi: does what grub-install does, to the disk whose root is
# open; grub-install itself wants a real disk and a mounted ESP.
disk_install_grub() {
	mkdir -p "$tree/boot/grub"
	"install_grub_$2" "$1"
}

# The first sector jumps to GRUB's core image, whose first sector says where the rest is
# (grub-core/boot/i386/pc/{boot,diskboot}.S: GRUB_BOOT_MACHINE_KERNEL_SECTOR, 0x5c; the
# list of blocks is at the end of the sector, 12 bytes a block, the start first).
# $1: the disk
install_grub_bios() {
	pc=/usr/lib/grub/i386-pc
	mkdir -p "$tree/boot/grub/i386-pc"
	cp "$tree$pc"/*.mod "$tree$pc"/*.lst "$tree/boot/grub/i386-pc"
	chroot "$tree" grub-mkimage -O i386-pc -o /boot/grub/core.img \
		-p '(hd0,gpt3)/boot/grub' biosdisk part_gpt ext2
	dd if="$tree$pc/boot.img" of="$1" bs=1 count=440 conv=notrunc status=none
	number64 "$CORE_START" | dd of="$1" bs=1 seek=$((0x5c)) conv=notrunc status=none
	dd if="$tree/boot/grub/core.img" of="$1" bs=512 seek="$CORE_START" conv=notrunc \
		status=none
	number64 "$((CORE_START + 1))" |
		dd of="$1" bs=1 seek=$((CORE_START * 512 + 500)) conv=notrunc status=none
}

# Debian's signed GRUB reads EFI/debian/grub.cfg, which leads it to the root file system.
# $1: the disk
install_grub_uefi() {
	cat >"$scratch/grub.cfg" <<-END
		search.fs_uuid $(root_uuid) root
		set prefix=(\$root)'/boot/grub'
		configfile \$prefix/grub.cfg
	END
	mkdir -p "$tree/boot/grub/x86_64-efi"
	cp "$tree/usr/lib/grub/x86_64-efi"/*.mod "$tree/usr/lib/grub/x86_64-efi"/*.lst \
		"$tree/boot/grub/x86_64-efi"
	esp "$1" mmd ::/EFI ::/EFI/BOOT ::/EFI/debian
	esp "$1" mcopy "$tree/usr/lib/shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI
	esp "$1" mcopy "$tree/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		::/EFI/BOOT/grubx64.efi
	esp "$1" mcopy "$scratch/grub.cfg" ::/EFI/debian/grub.cfg
}

# Makes an empty file system on the ESP.
# $1: the disk
format_esp() {
	esp "$1" mformat -F -c 1 -T "$ESP_SECTORS" ::
}

# esp FILE MTOOL ARG…: works on the EFI system partition with a tool of mtools(1). Not every
# kernel can mount one.
esp() {
	esp_disk=$1
	esp_tool=$2
	shift 2
	"$esp_tool" -i "$esp_disk@@$((ESP_START * 512))" "$@"
}

# number64 N: prints the bytes of a 64-bit little-endian number below 65536.
number64() {
	# shellcheck disable=SC2059 # made of numbers
	printf "$(printf '\\%03o\\%03o' "$(($1 % 256))" "$(($1 / 256))")\0\0\0\0\0\0"
}
