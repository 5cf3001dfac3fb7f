# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of the host command write into a root as a boot would: the report and the list
# of that boot. A test sources it after tests/tap.sh.
# shellcheck shell=dash
# shellcheck disable=SC2034 # what the functions set is for the test

# run_ptbind ARG…: runs ptbind, at most ten seconds, and keeps status, stdout and stderr.
# Return code: 0
run_ptbind() {
	timeout 10 "$ptbind" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	stdout=$(cat "$work/stdout")
	stderr=$(cat "$work/stderr")
}

# reported LINE ADDRESS RESULT OK DRIVER [MESSAGE [TEXT]]: prints one element of the
# report's functions; ADDRESS and DRIVER may be null.
reported() {
	printf '{"line": %s, "text": "%s",\n "address": %s, "result": "%s",\n' "$1" \
		"${7:-$2}" "$(json_string "$2")" "$3"
	printf ' "ok": %s, "driver": %s, "was": null, "errno": 0, "warnings": [],\n' \
		"$4" "$(json_string "$5")"
	printf ' "message": "%s"}' "${6:-}"
}

# json_string TEXT: prints it in quotes, or null.
json_string() {
	[ "$1" = null ] && echo null || echo "\"$1\""
}

# report STATE REASON WARNINGS FUNCTION…: writes the report of this boot. WARNINGS are
# words in quotes with a comma between them.
report() {
	mkdir -p "$root/run/ptbind"
	{
		printf '{\n "version": 1, "state": "%s", "reason": "%s",\n' "$1" "$2"
		printf ' "kernel": "6.1.0", "elapsed_us": 1234, "warnings": [%s],\n' "$3"
		printf ' "notes": [], "functions": ['
		shift 3
		separator=
		for element; do
			printf '%s\n%s' "$separator" "$element"
			separator=,
		done
		printf ']\n}\n'
	} >"$root/run/ptbind/report.json"
}

# Writes the list that this boot used, and today's, which standard input holds.
list() {
	mkdir -p "$root/run/ptbind" "$root/etc/ptbind"
	tee "$root/run/ptbind/allowlist" >"$root/etc/ptbind/allowlist"
}

# record ADDRESS RESULT [MESSAGE]: records what became of a function since.
record() {
	mkdir -p "$root/run/ptbind/claims"
	printf '%s\n%s\n' "$2" "${3:-}" >"$root/run/ptbind/claims/$1"
}

# driver_is ADDRESS NAME: gives a function a driver; - takes it off.
driver_is() {
	rm -f "$root/sys/bus/pci/devices/$1/driver"
	[ "$2" != - ] || return 0
	mkdir -p "$root/sys/bus/pci/drivers/$2"
	ln -s "$root/sys/bus/pci/drivers/$2" "$root/sys/bus/pci/devices/$1/driver"
}

# new_machine: makes the root a machine of four cards of one ID behind ports; the first two
# have vfio-pci, the third igc, the fourth nothing.
new_machine() {
	rm -rf "$root"
	{
		for n in 1 2 3 4; do
			printf '0000:00:01.%s\t8086:19a5\t060400\tpcieport\t%s\t-\t8086:7270\t-\t1\t4096\n' \
				"$((n - 1))" "$n"
		done
		n=0
		for driver in vfio-pci vfio-pci igc -; do
			n=$((n + 1))
			printf '0000:0%s:00.0\t8086:125c\t020000\t%s\t1%s\t' "$n" "$driver" "$n"
			printf '20-7c-14-ff-ff-f4-78-0%s\t8086:0000\t0000:00:01.%s\t0\t4096\n' \
				"$n" "$((n - 1))"
		done
	} >"$work/machine.tsv"
	"$(dirname "$0")/../machines/make-tree" "$work/machine.tsv" "$root" || exit
}

ptbind=${PTBIND:-$(dirname "$0")/../../build/ptbind}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root
