# SPDX-License-Identifier: GPL-2.0-or-later
# A whole host with five network cards of one ID, of which four are listed: what it looks
# at when it has booted, and what is to be seen. Source it after host.sh and twins.sh.
# shellcheck shell=dash
# shellcheck disable=SC2154 # what lib.sh sets

listed='0000:01:00.0 0000:02:00.0 0000:03:00.0 0000:04:00.0'
all="$listed 0000:05:00.0"

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
	is "$1: the fifth one has e1000e" e1000e "$(driver_of 0000:05:00.0)"
	unlike "$1: e1000e never saw the others" 'e1000e.*0000:0[1-4]:00\.0' "$(kmsg)"
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
