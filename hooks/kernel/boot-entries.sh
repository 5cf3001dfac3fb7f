# SPDX-License-Identifier: GPL-2.0-or-later
# Recovery entries for systemd-boot: how one is made from a kernel's own entry, and how it
# goes again. Where entries are, and when they change, is known to those who source this,
# after recovery.sh.
# shellcheck shell=dash

# systemd-boot sorts entries with a sort-key first, then the others by name, backwards,
# and the first one is the default: with this name and without a sort-key ours are behind
# all others. Only entries that used up their tries, where those are counted, come later:
# ours has none left from the start there.
RECOVERY_PREFIX=a-pt-off-

# The first line of an entry that is ours to delete. It must stay as it is: entries of
# older versions are known by it.
RECOVERY_MARK="# Written by ptbind, to be deleted with it."

warning() {
	printf 'W: ptbind: %s\n' "$*" >&2
}

# Gives a file new content in one step: one that is half written boots nothing. What is
# left by a power cut has no name that systemd-boot reads.
# $1: the file, $2: the content
# Return code: 0 if the file has it; if not, it is as it was
put_file() {
	[ "$(cat "$1" 2>/dev/null)" != "$2" ] || return 0
	# Through cat(1), which says why it cannot write.
	if error=$({ printf '%s\n' "$2" | cat >"$1.new" && sync "$1.new" &&
		mv -fT "$1.new" "$1"; } 2>&1); then
		return
	fi
	rm -f "$1.new"
	warning "cannot write $1, it stays as it was: $error"
	return 1
}

# Prints the name of an entry: of its file, without what boot counting adds ("+3",
# "+2-1"). A version may have a "+" of its own.
# $1: the file
entry_name() {
	name=${1##*/}
	name=${name%.conf}
	case ${name##*+} in
	"$name" | "" | *[!0-9-]*) ;;
	*) name=${name%+*} ;;
	esac
	printf '%s\n' "$name"
}

# Prints the recovery entry that belongs to a kernel's own. The words come first, since
# the owner's may have a "--" among them.
# $1: the kernel's own entry
recovery_entry() {
	awk -v mark="$RECOVERY_MARK" -v words="$RECOVERY_WORDS" \
		-v title="$RECOVERY_TITLE" '
	BEGIN {
		print mark
	}
	/^[ \t]*(#|sort-key[ \t])/ {
		next
	}
	/^[ \t]*title[ \t]/ {
		sub(/[ \t]*$/, " (" title ")")
	}
	/^[ \t]*options[ \t]/ && !done {
		done = sub(/options[ \t]+/, "&" words " ")
	}
	{
		print
	}
	END {
		if (!done)
			print "options " words
	}' "$1"
}

# Prints what the name of a recovery entry has of a counter: where the kernel's own entry
# is counted, no tries left. Seen with 252 and 257: an entry without a counter is booted by
# itself once all others have used up theirs; one that is used up as well is not.
# $1: the kernel's own entry
recovery_counter() {
	[ "${1##*/}" = "$(entry_name "$1").conf" ] || echo +0
}

# Writes the recovery entry of a kernel beside its own entry.
# $1: the kernel's own entry
add_recovery_entry() {
	if ! content=$(recovery_entry "$1"); then
		warning "cannot read $1: it has no recovery entry, or an old one"
		return
	fi
	ours=$RECOVERY_PREFIX$(entry_name "$1")
	written=${1%/*}/$ours$(recovery_counter "$1").conf
	put_file "$written" "$content" || return
	for entry in "${1%/*}/$ours.conf" "${1%/*}/$ours+"*.conf; do
		if [ "$entry" != "$written" ] && [ "$(entry_name "$entry")" = "$ours" ] &&
			is_recovery_entry "$entry"; then
			delete_file "$entry"
		fi
	done
}

# Is the file a recovery entry of ours?
# $1: the file
is_recovery_entry() {
	{ IFS= read -r line <"$1"; } 2>/dev/null && [ "$line" = "$RECOVERY_MARK" ]
}

# Is there still an entry of the kernel's own?
# $1: its recovery entry
has_own_entry() {
	name=$(entry_name "$1")
	name=${name#"$RECOVERY_PREFIX"}
	for own in "${1%/*}/$name.conf" "${1%/*}/$name+"*.conf; do
		if [ -e "$own" ] && [ "$(entry_name "$own")" = "$name" ]; then
			return 0
		fi
	done
	return 1
}

# Deletes the recovery entries of kernels that have no entry of their own any more.
# $1: the directory of the entries
prune_recovery_entries() {
	for entry in "$1/$RECOVERY_PREFIX"*.conf; do
		if is_recovery_entry "$entry" && ! has_own_entry "$entry"; then
			delete_file "$entry"
		fi
	done
}

# Deletes all recovery entries.
# $1: the directory of the entries
remove_recovery_entries() {
	for entry in "$1/$RECOVERY_PREFIX"*.conf; do
		if is_recovery_entry "$entry"; then
			delete_file "$entry"
		fi
	done
}

# Deletes a file, and what an interrupted put_file left beside it.
# $1: the file
delete_file() {
	error=$(rm -f "$1" "$1.new" 2>&1) || warning "cannot delete $1: $error"
}

# Prints an entry without the words of a recovery boot.
# $1: the entry
without_recovery_words() {
	awk -v words=" $RECOVERY_WORDS " '
	/^[ \t]*options[ \t]/ && (start = index($0 " ", words)) {
		$0 = substr($0, 1, start) substr($0, start + length(words))
		sub(/ +$/, "")
	}
	{
		print
	}' "$1"
}

# Takes the words of a recovery boot out of a kernel's own entry. Where the owner has no
# file with the words of a boot, they come from the running kernel: an update during a
# recovery boot would turn passthrough off for good. It is the words just as ours have
# them that are taken out; an owner who wants them always says so in such a file.
# $1: the kernel's own entry, $2…: the files where the owner's words can be
forget_recovery_boot() {
	own=$1
	shift
	for file; do
		[ ! -f "$file" ] || return 0
	done
	case " $(cat /proc/cmdline) " in
	*" $RECOVERY_WORDS "*) ;;
	*) return 0 ;;
	esac
	content=$(without_recovery_words "$own") || return 0
	if [ "$content" != "$(cat "$own")" ] && put_file "$own" "$content"; then
		warning "took '$RECOVERY_WORDS' out of $own: as there is no $1, it" \
			"came from the running kernel, which was booted for recovery"
	fi
}
