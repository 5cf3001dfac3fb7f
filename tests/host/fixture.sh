# SPDX-License-Identifier: GPL-2.0-or-later
# Roots for tests of the host command: the machines of tests/machines as the hosts that
# they are, with what hangs on their functions, and a boot menu with images. Source it.
# shellcheck shell=dash

machines=$(cd "$(dirname "$0")/../machines" && pwd)

# make_root MACHINE DIR [FUNCTIONS]: makes DIR anew: the machine with its networks, disks,
# USB and displays, and names for its functions.
# $1: a directory, or the name of one in tests/machines
# $3: the functions, if they are not the machine's own
# Return code: 0; a machine that cannot be made ends the test
make_root() {
	machine=$(cd "$machines" && cd "$1" && pwd) || exit
	rm -rf "$2"
	"$machines/make-tree" "${3:-$machine/functions.tsv}" "$2" &&
		"$machines/make-neighbourhood" "$machine" "$2" || exit
	mkdir -p "$2/usr/share/misc"
	cp "$(dirname "$0")/pci.ids" "$2/usr/share/misc/pci.ids" || exit
}

# make_image DIR: puts today's list into the image of the kernel that make_bootable made,
# as the hook of initramfs-tools does.
make_image() {
	rm -rf "$1/image"
	mkdir -p "$1/image/etc/ptbind" "$1/image/scripts/init-top" "$1/image/usr/sbin" \
		"$1/image/usr/lib/modules/6.1.0-1-amd64/kernel/drivers/vfio/pci"
	cp "$1/etc/ptbind/allowlist" "$1/image/etc/ptbind/allowlist"
	: >"$1/image/usr/sbin/ptbind-early"
	: >"$1/image/usr/lib/modules/6.1.0-1-amd64/kernel/drivers/vfio/pci/vfio-pci.ko"
	# shellcheck disable=SC2016 # for the image's own shell
	printf '/scripts/init-top/%s "$@"\n[ -e /conf/param.conf ] && . /conf/param.conf\n' \
		00-ptbind udev >"$1/image/scripts/init-top/ORDER"
	(cd "$1/image" && find . | cpio --quiet -o -H newc) \
		>"$1/boot/initrd.img-6.1.0-1-amd64" || exit
	rm -r "$1/image"
}

# make_bootable DIR: gives a root a kernel with its image, what could make another, and
# GRUB with the menu that Debian and ptbind make.
make_bootable() {
	mkdir -p "$1/boot/grub" "$1/lib/modules/6.1.0-1-amd64" "$1/usr/sbin"
	: >"$1/usr/sbin/update-initramfs"
	chmod 0755 "$1/usr/sbin/update-initramfs"
	: >"$1/boot/vmlinuz-6.1.0-1-amd64"
	cat >"$1/boot/grub/grub.cfg" <<-'END'
		set default="0"
		set timeout_style=menu
		set timeout=5
		menuentry 'Debian GNU/Linux' $menuentry_id_option 'gnulinux-simple' {
			linux	/boot/vmlinuz-6.1.0-1-amd64 root=/dev/mapper/pve-root ro quiet
			initrd	/boot/initrd.img-6.1.0-1-amd64
		}
		submenu 'Debian GNU/Linux (passthrough off)' $menuentry_id_option 'ptbind-off' {
			menuentry 'Linux 6.1.0-1-amd64' $menuentry_id_option 'ptbind-off-6.1.0-1-amd64-advanced' {
				linux	/boot/vmlinuz-6.1.0-1-amd64 root=/dev/mapper/pve-root ro quiet pt.disable
				initrd	/boot/initrd.img-6.1.0-1-amd64
			}
		}
	END
	make_image "$1"
}
