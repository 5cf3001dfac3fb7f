# SPDX-License-Identifier: GPL-2.0-or-later
# A whole host with five network cards of one ID, of which four are listed: what it looks
# at when it has booted, and what is to be seen. Source it after host.sh and twins.sh.
# shellcheck shell=dash
# shellcheck disable=SC2154 # what lib.sh sets

listed='0000:01:00.0 0000:02:00.0 0000:03:00.0 0000:04:00.0'
all="$listed 0000:05:00.0"

# list_first N: only the first N are listed, until it is called again.
list_first() {
	listed=$(echo "$all" | cut -d ' ' -f "1-$1")
}

# Prints those that are not.
not_listed() {
	echo "$all" | tr ' ' '\n' | grep -vxF "$(echo "$listed" | tr ' ' '\n')"
}

# judge_running BOOT KERNEL: the host runs that kernel, is well, and is on the network.
judge_running() {
	is "$1: it is Linux $2" "$2" "$(awk '{ print $3 }' "$artefacts/version")"
	like "$1: it is a system on the disk" '^/dev/vda3 / ext4 ' "$(cat "$artefacts/mounts")"
	is "$1: no service failed" '' "$(cat "$artefacts/failed-units")"
	is "$1: the network is up" 0 "$(cat "$artefacts/ping.status")"
}

# judge_passthrough BOOT: the listed functions are bound, and only they.
judge_passthrough() {
	for address in $listed; do
		is "$1: $address has vfio-pci" vfio-pci "$(driver_of "$address")"
		is "$1: $address is reported as bound" bound "$(result_of "$address")"
	done
	for address in $(not_listed); do
		is "$1: $address has e1000e" e1000e "$(driver_of "$address")"
	done
	unlike "$1: e1000e never saw the others" "e1000e.*($(echo "$listed" | tr ' ' '|'))" \
		"$(kmsg)"
	is "$1: modprobe vfio-pci finds it loaded" 0 "$(cat "$artefacts/modprobe.status")"
}

# judge_recovery BOOT: every function is on its host driver, and vfio-pci is nobody's.
judge_recovery() {
	like "$1: the words are on the command line" \
		'(^| )pt\.disable initcall_blacklist=vfio_pci_init( |$)' \
		"$(cat "$artefacts/cmdline")"
	for address in $all; do
		is "$1: $address has e1000e" e1000e "$(driver_of "$address")"
		like "$1: $address has no override" '^(-|\(null\))$' "$(override_of "$address")"
	done
	for address in $listed; do
		is "$1: $address is reported as disabled" disabled "$(result_of "$address")"
	done
	not_ok "$1: modprobe vfio-pci is refused" \
		test "$(cat "$artefacts/modprobe.status")" -eq 0
	not_ok "$1: it is not loaded" module_loaded vfio_pci
}

# What the owner runs: adds the fourth card to the list, and has the next boot use it. For
# twins_guest.
twins_apply() {
	cat <<-'END'
		# run NAME COMMAND…: keeps what it says, and how it ends.
		run() {
			name=$1
			shift
			"$@" >"$name.out" 2>"$name.err" </dev/null
			echo "$?" >"$name.status"
		}
		run add ptbind add 0000:04:00.0
		run check ptbind check --json
		cut -d ' ' -f 1 /proc/uptime >apply.uptime
		run apply ptbind apply
		cut -d ' ' -f 1 /proc/uptime >>apply.uptime
		run check-after ptbind check --json
	END
}

# What the owner asks when it has booted. For twins_guest.
twins_ask() {
	cat <<-'END'
		ptbind status >status.out 2>&1
		echo "$?" >status.status
		ptbind check --json >check.out 2>check.err
		echo "$?" >check.status
	END
}

# to_mend NAME: prints what a check found of images and of the menu, which "ptbind apply"
# makes anew.
to_mend() {
	jq -r '.findings[] | select(.severity != "note" and
		(.code | test("^(image|menu|entries)-"))) | "\(.code) \(.evidence)"' \
		"$artefacts/$1.out"
}

# judge_apply BOOT KERNEL: the list was applied to the one kernel that is installed, and its
# owner was told so all along.
judge_apply() {
	diag "$1: apply took $(awk '{ was = now; now = $1 } END { print now - was }' \
		"$artefacts/apply.uptime") s"
	is "$1: the card is added" 0 "$(cat "$artefacts/add.status")"
	is "$1: with all its pins" "$(twins_allowlist | tail -n 1)" \
		"$(grep '^0000:04' "$tree/etc/ptbind/allowlist" | tr -s ' ')"
	like "$1: the check sees that the image is older" \
		'^image-list-differs /boot/initrd\.img-' "$(to_mend check)"
	is "$1: it is applied" 0 "$(cat "$artefacts/apply.status")"
	diag "$(cat "$artefacts/apply.err")"
	is "$1: it is told which image is built" \
		"ptbind: [1/1] building /boot/initrd.img-$2" \
		"$(grep '^ptbind: \[' "$artefacts/apply.err")"
	is "$1: the last line says that it is applied" \
		'ptbind: applied: the next boot uses the list as it is now' \
		"$(tail -n 1 "$artefacts/apply.err")"
	is "$1: nothing is left to be applied" '' "$(to_mend check-after)"
	ok "$1: the list is kept as the last good one" \
		cmp "$tree/etc/ptbind/allowlist" "$tree/var/lib/ptbind/allowlist.good"
	is "$1: nothing is left of the old image" '' \
		"$(find "$tree/boot" -name '*.ptbind*' -o -name '*.new' -o -name '*.dpkg-bak')"
}

# judge_image BOOT PATH: the host's image has the list as it is now, and ptbind before udev;
# not with code of ours.
judge_image() {
	rm -rf "$tree/unpacked"
	in_host unmkinitramfs "$2" /unpacked
	unpacked=$tree/unpacked
	[ ! -d "$unpacked/main" ] || unpacked=$unpacked/main
	ok "$1: today's list is in $2" cmp "$tree/etc/ptbind/allowlist" \
		"$unpacked/etc/ptbind/allowlist"
	is "$1: and ptbind comes before udev" '/scripts/init-top/00-ptbind
/scripts/init-top/udev' "$(grep -oE '^/scripts/init-top/(00-ptbind|udev)' \
		"$unpacked/scripts/init-top/ORDER")"
	rm -rf "$tree/unpacked"
}

# judge_next BOOT: it was booted with the list that was applied, and nothing is to be done.
judge_next() {
	is "$1: status says that all is as wanted" 0 "$(cat "$artefacts/status.status")"
	like "$1: in words, too" "^All is as this boot's list says: $(
		grep -c '^[0-9]' "$tree/etc/ptbind/allowlist") listed\\." \
		"$(cat "$artefacts/status.out")"
	is "$1: check finds no error" 0 "$(cat "$artefacts/check.status")"
	is "$1: nor anything to be applied" '' "$(to_mend check)"
}

# judge_no_ptbind BOOT: nothing speaks of it.
judge_no_ptbind() {
	for address in $all; do
		is "$1: $address has e1000e" e1000e "$(driver_of "$address")"
		like "$1: $address has no override" '^(-|\(null\))$' "$(override_of "$address")"
	done
	unlike "$1: the kernel log does not name it" ' ptbind: ' "$(kmsg)"
	not_ok "$1: there is no report" test -e "$artefacts/report.json"
	unlike "$1: the command line does not name it" 'pt\.' "$(cat "$artefacts/cmdline")"
}

# Prints the files whose name has ptbind in it, but for those of the test.
files_of_package() {
	(cd "$tree" && find . -xdev -name '*ptbind*' ! -path './ptbind-test*' \
		! -name ptbind-test.service ! -path './debs/*')
}

# twins_guest [COMMAND]: has the host look around after each boot that follows, and then do
# what the command says.
twins_guest() {
	guest <<-END
		#!/bin/sh
		# Waits for the network, which the host sets up by itself.
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			ping -c 1 -W 2 10.0.2.2 >ping 2>&1
			echo "\$?" >ping.status
			[ "\$(cat ping.status)" -ne 0 ] || break
			sleep 1
		done
		modprobe vfio-pci >modprobe 2>&1
		echo "\$?" >modprobe.status
		systemctl list-units --failed --plain --no-legend >failed-units
		systemctl list-units --type target --plain --no-legend >targets
		${1:-:}
		sync
	END
}
