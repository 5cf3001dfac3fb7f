# SPDX-License-Identifier: GPL-2.0-or-later
# Test points in TAP, the Test Anything Protocol, for shell tests: source it, end
# with done_testing. A test that dies earlier prints no plan, and so fails.
# shellcheck shell=dash

tap_run=0
tap_failed=0

# tap_point STATUS DESC: prints one test point, passed if STATUS is 0.
tap_point() {
	tap_run=$((tap_run + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_run" "$2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_run" "$2"
}

# diag TEXT: prints text, of any number of lines, as a comment.
diag() {
	printf '%s\n' "$1" | sed 's/^/# /'
}

# ok DESC COMMAND [ARG…]: passes if the command does; else its output is shown.
ok() {
	tap_desc=$1
	shift
	if tap_output=$("$@" 2>&1); then
		tap_point 0 "$tap_desc"
	else
		tap_point 1 "$tap_desc"
		diag "failed: $*"
		[ -z "$tap_output" ] || diag "$tap_output"
	fi
}

# not_ok DESC COMMAND [ARG…]: passes if the command fails.
not_ok() {
	tap_desc=$1
	shift
	if tap_output=$("$@" 2>&1); then
		tap_point 1 "$tap_desc"
		diag "succeeded: $*"
		[ -z "$tap_output" ] || diag "$tap_output"
	else
		tap_point 0 "$tap_desc"
	fi
}

# is DESC EXPECTED ACTUAL: passes if both are the same string.
is() {
	if [ "$2" = "$3" ]; then
		tap_point 0 "$1"
	else
		tap_point 1 "$1"
		diag "expected: $2"
		diag "found:    $3"
	fi
}

# tap_matches ERE TEXT: says whether any line of the text matches.
tap_matches() {
	printf '%s\n' "$2" | grep -Eq -e "$1"
}

# like DESC ERE TEXT: passes if a line of the text matches.
like() {
	if tap_matches "$2" "$3"; then
		tap_point 0 "$1"
	else
		tap_point 1 "$1"
		diag "no line matches $2 in:"
		diag "$3"
	fi
}

# unlike DESC ERE TEXT: passes if no line of the text matches.
unlike() {
	if tap_matches "$2" "$3"; then
		tap_point 1 "$1"
		diag "matches $2:"
		diag "$(printf '%s\n' "$3" | grep -E -e "$2")"
	else
		tap_point 0 "$1"
	fi
}

# cpu_time FILE: sets $cpu_ms to the milliseconds of processor that the commands so far have
# taken, which unlike the clock do not tell how busy the machine is. FILE is overwritten.
# shellcheck disable=SC2034 # it is for the test
cpu_time() {
	# In a pipeline the shell would tell of the pipeline's commands.
	times >"$1"
	cpu_ms=$(tr 'ms' '  ' <"$1" |
		awk 'NR == 2 { printf "%d", ($1 * 60 + $2 + $3 * 60 + $4) * 1000 }')
}

# skip DESC REASON: counts a test point that cannot be run here.
skip() {
	tap_run=$((tap_run + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_run" "$1" "$2"
}

# done_testing: prints the plan and ends the test; it fails if a point failed. A test
# without any point fails too, and has no plan: 1..0 would mean that it was skipped.
done_testing() {
	[ "$tap_run" -gt 0 ] || exit 1
	printf '1..%d\n' "$tap_run"
	[ "$tap_failed" -eq 0 ]
	exit
}
