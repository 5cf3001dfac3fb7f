# SPDX-License-Identifier: GPL-2.0-or-later
# Turns what GRUB's generator prints into a submenu, of the entries in "Advanced options
# for …", where each kernel is once in each way. Variables: words, the kernel must get
# them; off, added to titles; complete, the last line if the generator came to its end.
# Exit status: 1, and no output, if it did not, or if its entries cannot be read.

BEGIN {
	q = "'"
	quoted = q "([^" q "]|" q "\\\\" q q ")*" q
	before_title = "^\t?(menuentry|submenu) "
	before_id = "[$][{]?menuentry_id_option[}]? "
}

function say(text) {
	print text | "cat >&2"
}

# Takes the heading of an entry or a submenu apart: what is before the end of the title,
# what is after it, and the ID. Titles stay quoted as they are.
function parse(line, part) {
	head = line
	if (!match(line, before_title quoted))
		return 0
	head = substr(line, 1, RLENGTH - 1)
	tail = substr(line, RLENGTH)
	if (!match(tail, before_id quoted " [{]$"))
		return 0
	split(substr(tail, RSTART), part, q)
	tail = substr(tail, 1, RSTART - 1) part[1]
	id = part[2]
	return 1
}

# Returns it with more in the title, and with another ID.
function heading(more, new_id) {
	return head more tail q new_id q " {\n"
}

# Does the kernel read all of our words in this line? Behind "--" it does not.
function has_words(line, i, n, word, found) {
	n = split(line, word)
	for (i = 1; i <= n && word[i] != "--"; i++)
		found[word[i]] = 1
	n = split(words, word)
	for (i = 1; i <= n && word[i] in found; i++)
		;
	return n > 0 && i > n
}

# Returns the version of the kernel in this line: as the generators find it, from
# the name of its file.
function version(line, word) {
	split(line, word)
	gsub(/"/, "", word[2])
	sub(/.*\//, "", word[2])
	sub(/[.]efi[.]signed$/, "", word[2])
	sub(/^[^0-9]*-/, "", word[2])
	return word[2]
}

# Returns the kind of the entry. The IDs of the ZFS generator do not tell it.
function kind() {
	if (index(head, "(" off ", "))
		return "recovery"
	if (match(id, /-init-[a-z]+-/))
		return substr(id, RSTART + 1, RLENGTH - 2)
	return "advanced"
}

# Returns the ID, with a number if it is in use: a version can be there twice.
function unique(wanted, n, tried) {
	tried = wanted
	for (n = 2; tried in used; n++)
		tried = wanted "-" n
	used[tried] = 1
	return tried
}

# Adds the entry that was read, if it is what it should be.
function add_entry(way) {
	if (!parse(title) || kernel == "" || !good) {
		sub(/^\tmenuentry ./, "", head)
		say("W: ptbind: left out: \"" head "\" would not boot with " words)
		return
	}
	way = kind()
	# A menu on a serial console is 75 characters wide: the system is in its own title.
	sub(q ".*, with Linux ", q "Linux ", head)
	entries = entries heading(way == "recovery" ? "" : " (" off ")",
		unique("ptbind-off-" version(kernel) "-" way)) body
}

/^submenu / && parse($0) && id ~ /^gnulinux-advanced-/ {
	advanced = 1
	sub("^submenu " q "Advanced options for ", "submenu " q, head)
	if (submenu == "")
		submenu = heading(" (" off ")", "ptbind-off")
}
/^}/ { advanced = 0 }
$1 == "menuentry" { any = 1 }
advanced && /^\tmenuentry / {
	broken = broken || open
	open = good = 1
	title = $0
	kernel = body = ""
	next
}
open { body = body $0 "\n" }
open && $1 ~ /^linux/ {
	kernel = $0
	good = good && has_words($0)
}
open && /^\t}$/ {
	add_entry()
	open = 0
}
{ last = $0 }

END {
	if (last != complete || advanced || open || broken)
		exit 1
	if (any && entries == "")
		exit 1
	if (any) {
		say("Adding boot menu entries with " off " ...")
		printf "%s%s}\n", submenu, entries
	}
}
