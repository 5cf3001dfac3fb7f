# SPDX-License-Identifier: GPL-2.0-or-later
# Which images of the installed kernels have ptbind in them; the package's scripts source it.
# shellcheck shell=dash

# Prints the images of the kernels that are installed. Copies that somebody keeps are in no
# menu.
kernel_images() {
	for kernel in /boot/vmlinuz-*; do
		image=/boot/initrd.img-${kernel#/boot/vmlinuz-}
		[ ! -e "$kernel" ] || [ ! -e "$image" ] || echo "$image"
	done
}

# Is ptbind in the image?
# $1: the image
has_ptbind() {
	lsinitramfs "$1" 2>/dev/null | grep -q '^usr/sbin/ptbind-early$'
}

# Prints the images that have ptbind in them.
images_with() {
	for image in $(kernel_images); do
		! has_ptbind "$image" || echo "$image"
	done
}

# Prints the images that do not.
images_without() {
	for image in $(kernel_images); do
		has_ptbind "$image" || echo "$image"
	done
}
