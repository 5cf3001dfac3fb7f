# SPDX-License-Identifier: GPL-2.0-or-later
# Is this what ptbind(8) says of 'ptbind list --json'? true or false: each object has the
# members that are described, each of its type, and no other.

def is(types): type as $t | any(types[]; . == $t);
def members(types): (keys == (types | keys)) and
	([to_entries[] | .key as $k | .value | is(types[$k])] | all);
def array_of(f): is(["array"]) and all(.[]; f);
def word(words): . as $w | any(words[]; . == $w);
def matches(re): is(["string"]) and test("^(" + re + ")$");
def or_null(f): . == null or f;

def address: matches("[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");
def line: members({line: ["number"], text: ["string"], address: ["string", "null"],
		result: ["string"], ok: ["boolean"], warnings: ["array"], message: ["string"]})
	and (.address | or_null(address))
	and (.result | word(["bind", "absent", "mismatch", "pin-unreadable", "bridge",
		"bad-line"]))
	and (.warnings | array_of(word(["unpinned", "duplicate", "group-shared"])));
def need: members({guard: ["string"], what: ["string"], carrier: ["string"],
		alone: ["boolean"]})
	and (.guard | word(["network", "disk", "keyboard", "display"]));
def use: members({kind: ["string"], device: ["string"], text: ["string"]})
	and (.kind | word(["network", "disk", "usb", "display", "sound", "thunderbolt",
		"serial"]));
def function: members({address: ["string"], path: ["string", "null"],
		id: ["string", "null"], subsystem: ["string", "null"], dsn: ["string", "null"],
		class: ["string", "null"], bridge: ["boolean", "null"],
		driver: ["string", "null"], group: ["number", "null"], names: ["object"],
		twins: ["number"], reset_methods: ["array", "null"],
		listed: ["object", "null"], needed_for: ["array"], uses: ["array"],
		unread: ["array"]})
	and (.address | address)
	and (.path | or_null(matches("[0-9a-f:.]+(/[01][0-9a-f]\\.[0-7])*")))
	and ([.id, .subsystem | or_null(matches("[0-9a-f]{4}:[0-9a-f]{4}"))] | all)
	and (.dsn | or_null(matches("[0-9a-f]{2}(-[0-9a-f]{2}){7}")))
	and (.class | or_null(matches("[0-9a-f]{6}")))
	and (.names | members({class: ["string", "null"], vendor: ["string", "null"],
		device: ["string", "null"], subsystem: ["string", "null"]}))
	and (.reset_methods | or_null(array_of(matches("[a-z_]+"))))
	and (.listed | or_null(line))
	and (.needed_for | array_of(need))
	and (.uses | array_of(use))
	and (.unread | array_of(word(["identity", "subsystem", "dsn", "path",
		"reset_methods"])));

members({version: ["number"], functions: ["array"], list: ["object"], unseen: ["array"]})
and .version == 1
and (.functions | array_of(function))
and (.list | members({error: ["string", "null"], lines: ["array"]})
	and (.lines | array_of(line)))
and (.unseen | array_of(is(["string"])))
