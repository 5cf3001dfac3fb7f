# SPDX-License-Identifier: GPL-2.0-or-later
# The machine with five network cards of one ID, of which four are listed: source it
# after lib.sh.
# shellcheck shell=dash

# Starts that machine. The fifth card is the host's, and the only one with a cable.
twins_machine() {
	machine
	for n in 1 2 3 4; do
		nic "$n"
	done
	nic 5 ,netdev=net
	qemu -netdev user,id=net,restrict=on
}

# Prints the allowlist for it, with every pin that the cards have.
twins_allowlist() {
	for n in 1 2 3 4; do
		printf '0000:0%s:00.0 id=8086:10d3 subsystem=8086:0000 ' "$n"
		printf 'dsn=52-54-00-ff-ff-00-00-0%s path=0000:00:01.%s/00.0\n' \
			"$n" "$((n - 1))"
	done
}
