# SPDX-License-Identifier: GPL-2.0-or-later
# What scenarios are written with: an image, a machine, a boot, and questions to what the
# boot left behind. A scenario sources it; its first argument is the release.
# shellcheck shell=dash

[ "$#" -eq 1 ] || { echo "usage: $0 bookworm|trixie" >&2; exit 2; }
release=$1
top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
scenario=${scenario:-$(basename "$0")}
results=$top/build/qemu/$release/$scenario
images=$top/build/image/$release/$scenario
tools=$top/build/qemu/tools

# shellcheck source=../tests/tap.sh
. "$top/tests/tap.sh"

### The image

# image NAME: starts a new image, built by the next boot. What follows goes into it.
image() {
	image=$images/$1
	rm -rf "$image.conf"
	mkdir -p "$image.conf"
}

# conf_file PATH [MODE]: puts standard input into the root that the image is built in.
conf_file() {
	mkdir -p "$(dirname "$image.conf/$1")"
	cat >"$image.conf/$1"
	chmod "${2:-0644}" "$image.conf/$1"
}

# Puts standard input in the place of the allowlist.
allowlist() {
	conf_file etc/ptbind/allowlist
}

# modprobe_conf NAME: adds standard input as modprobe.d/NAME.conf.
modprobe_conf() {
	conf_file "etc/modprobe.d/$1.conf"
}

# init_top NAME: adds standard input as a script of init-top.
init_top() {
	conf_file "etc/initramfs-tools/scripts/init-top/$1" 0755
}

# hook NAME: adds standard input as a hook of initramfs-tools.
hook() {
	conf_file "etc/initramfs-tools/hooks/$1" 0755
}

# Runs standard input, a script, in the chroot before the image is built.
prepare() {
	conf_file prepare 0755
}

### The machine

# Starts a new machine, without any devices of its own.
machine() {
	mkdir -p "$results"
	machine=$results/machine
	: >"$machine"
}

# qemu ARG…: adds arguments for QEMU.
qemu() {
	printf '%s\n' "$@" >>"$machine"
}

# device DRIVER[,PROPERTY=VALUE]…: adds a device.
device() {
	qemu -device "$1"
}

# root_port N [,PROPERTY=VALUE…]: adds the root port rpN, N from 1, eight to a slot: rp1
# is 0000:00:01.0, rp2 01.1, … If added in order, the bus behind rpN has the number N.
root_port() {
	addr=$(printf '%x.%x' "$((($1 - 1) / 8 + 1))" "$((($1 - 1) % 8))")
	device "pcie-root-port,id=rp$1,chassis=$1,slot=$1,addr=$addr,multifunction=on${2:-}"
}

# nic N [PROPERTY…]: adds an e1000e behind a root port of its own, with the MAC address
# 52:54:00:00:00:N (N in hex). It has no cable, unless a netdev=ID says so.
nic() {
	root_port "$1"
	device "e1000e,bus=rp$1,romfile=,mac=$(printf '52:54:00:00:00:%02x' "$1")${2:-}"
}

### The boot

# guest: what the guest runs, a script from standard input, before it looks around. It is
# in all boots that follow. What it writes to its current directory gets to the host.
guest() {
	guest_file scenario
}

# guest_file NAME [FILE]: gives the guest a file, /ptbind-test/NAME.
guest_file() {
	mkdir -p "$results/overlay/ptbind-test"
	cat -- "${2:--}" >"$results/overlay/ptbind-test/$1"
	chmod 0755 "$results/overlay/ptbind-test/$1"
}

# kernel_module NAME: builds guest/NAME, and gives the guest /ptbind-test/NAME.ko.
kernel_module() {
	mkdir -p "$tools/$release"
	"$top/qemu-test/build-module" "$release" "$top/qemu-test/guest/$1" \
		"$tools/$release/$1.ko"
	guest_file "$1.ko" "$tools/$release/$1.ko"
}

# Builds the VFIO client, static, so that it runs in any guest.
build_vfio_client() {
	source=$top/qemu-test/guest/vfio-client.c
	[ ! "$tools/vfio-client" -nt "$source" ] || return 0
	mkdir -p "$tools/include"
	ln -sfn /usr/include/linux /usr/include/asm-generic \
		"/usr/include/$(uname -m)-linux-gnu/asm" "$tools/include"
	musl-gcc -static -O2 -Wall -Wextra -idirafter "$tools/include" \
		-o "$tools/vfio-client.$$" "$source"
	mv "$tools/vfio-client.$$" "$tools/vfio-client"
}

# Lays out what the guest gets behind the image.
start_overlay() {
	mkdir -p "$results/overlay/scripts"
	cp "$top/qemu-test/guest/ptbind-test" "$results/overlay/scripts"
	guest_file main "$top/qemu-test/guest/main"
	guest_file collect "$top/qemu-test/guest/collect"
	guest_file dhcp "$top/qemu-test/guest/dhcp"
	guest_file vfio-client "$tools/vfio-client"
}

# Packs it.
pack_overlay() {
	(cd "$results/overlay" && find . | sort | cpio -o -H newc -R 0:0 --quiet) \
		>"$boot/overlay.cpio"
}

# Makes $boot/root.img, a root disk with nothing but busybox and the guest's files.
make_root_disk() {
	tree=$top/build/tree/$release
	root=$boot/root
	(umask 022 && cd "$boot" && mkdir -p root/bin root/sbin root/dev root/proc \
		root/sys root/run root/tmp)
	cp -r "$results/overlay/ptbind-test" "$root"
	cp "$tree/bin/busybox" "$root/bin"
	chroot "$tree" ldd /bin/busybox | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$root$(dirname "$library")"
		cp -L "$tree$library" "$root$library"
	done
	chroot "$root" /bin/busybox --install -s /bin
	ln -s ../ptbind-test/main "$root/sbin/init"
	truncate -s 16M "$boot/root.img"
	mke2fs -q -t ext4 -d "$root" "$boot/root.img"
	rm -rf "$root"
}

# boot [--to-root] [--no-iommu] [--memory MIB] [--timeout SECONDS] NAME [WORD…]: boots
# the machine with the image; words are added to the kernel command line. It stops in
# the initramfs, with --to-root in a root file system. $artefacts is what the guest sent.
boot() {
	to_root=
	iommu=yes
	memory=512
	limit=120
	while :; do
		case $1 in
		--to-root) to_root=yes ;;
		--no-iommu) iommu=no ;;
		--memory) memory=$2 && shift ;;
		--timeout) limit=$2 && shift ;;
		*) break ;;
		esac
		shift
	done
	boot=$results/$1
	artefacts=$boot/guest
	shift
	words=$*

	"$top/qemu-test/build-image" "$release" "$image.conf" "$image"
	mkdir -p "$boot"
	pack_overlay
	set --
	while IFS= read -r arg; do
		set -- "$@" "$arg"
	done <"$machine"
	if [ "$to_root" ]; then
		make_root_disk
		words="root=/dev/vda rootfstype=ext4 $words"
		set -- "$@" -drive "if=none,id=root,format=raw,file=$boot/root.img" \
			-device virtio-blk-pci,drive=root,addr=1e.0
	else
		words="boot=ptbind-test $words"
	fi
	"$top/qemu-test/run-qemu" --kernel "$top/build/tree/$release/boot"/vmlinuz-* \
		--initrd "$image" --overlay "$boot/overlay.cpio" --append "$words" \
		--iommu "$iommu" --memory "$memory" --timeout "$limit" "$boot" "$@" || :
	rm -f "$boot/root.img"
	unpack_verdict
	judge_boot "$(basename "$boot")"
}

# Unpacks what the guest sent, as far as it came.
unpack_verdict() {
	tr -d '\r' <"$boot/verdict" | sed '1,/^ptbind-test: verdict$/d' |
		base64 -d 2>/dev/null | tar -xzf - -C "$boot" 2>/dev/null || :
}

# judge_boot NAME: a boot is good if the guest's sign came and nothing speaks against it.
# If it did not come there is nothing to ask about, and the test ends here.
judge_boot() {
	diag "$1: $(cat "$boot/seconds") s"
	is "$1: QEMU ended by itself" 0 "$(cat "$boot/status")"
	unlike "$1: no panic, Oops or kernel warning" \
		'Kernel panic|BUG:|Oops|general protection|cut here' "$(cat "$boot/console.log")"
	ok "$1: the guest came to its end" test -e "$boot/end"
	if [ ! -e "$boot/end" ]; then
		diag "$(tail -n 20 "$boot/qemu.log" "$boot/console.log")"
		exit 1
	fi
}

### What the boot left behind

# function_field ADDRESS N: prints a field of the row in "functions".
function_field() {
	awk -F '\t' -v address="$1" -v n="$2" '
		$1 == address { print $n; found = 1 }
		END { if (!found) print "no such function" }' "$artefacts/functions"
}

# driver_of ADDRESS: prints the driver that has the function, "-" if none.
driver_of() {
	function_field "$1" 4
}

# override_of ADDRESS: prints driver_override, as sysfs has it ("(null)" if unset), "?" if
# it could not be read.
override_of() {
	function_field "$1" 5
}

# group_of ADDRESS: prints the IOMMU group, "-" if none.
group_of() {
	function_field "$1" 6
}

# class_devices CLASS ADDRESS: prints the names of the function's block, net or input
# devices, with a blank between them.
class_devices() {
	awk -F '\t' -v address="$2" '$2 == address { print $1 }' \
		"$artefacts/$1_devices" | paste -s -d ' '
}

# report FILTER: asks report.json with jq.
report() {
	jq -r "$1" "$artefacts/report.json"
}

# result_of ADDRESS: prints the function's result.
result_of() {
	report ".functions[] | select(.address == \"$1\") | .result"
}

# message_of ADDRESS: prints the sentence that explains it, if there is one.
message_of() {
	report ".functions[] | select(.address == \"$1\") | .message"
}

# warnings_of ADDRESS: prints the function's warnings, with a blank between them.
warnings_of() {
	report ".functions[] | select(.address == \"$1\") | .warnings | join(\" \")"
}

# Prints the kernel log, one message a line: "LEVEL TEXT".
kmsg() {
	awk -F , '/^[0-9]/ { level = $1 % 8; sub(/^[^;]*;/, ""); print level, $0 }' \
		"$artefacts/kmsg"
}

# kmsg_has LEVEL ERE: says whether a message of that level starts like this. If not, it
# prints the project's messages.
kmsg_has() {
	kmsg | grep -Eq -e "^$1 $2" || {
		kmsg | grep ' ptbind: '
		return 1
	}
}

# module_loaded NAME: says whether the module is loaded (or loading).
module_loaded() {
	grep -q "^$1 " "$artefacts/modules"
}

# One at a time: a second run would take away what the first one still reads.
mkdir -p "$results"
exec 8>"$results.lock"
flock 8
rm -rf "$results"
mkdir -p "$results"
build_vfio_client
start_overlay
