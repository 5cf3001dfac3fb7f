// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the allowlist's grammar: what a good line means, and what a bad one says. */

#include <stdio.h>

#include "unit.h"

#define ADDRESS_FORM "; expected [DDDD:]BB:DD.F in hexadecimal, as lspci prints it"
#define ID_FORM                                                                          \
	" is no ID; expected VVVV:DDDD, four hexadecimal digits each, as lspci -n "      \
	"prints it"
#define DSN_FORM                                                                         \
	" is no serial number; expected eight bytes as lspci -v prints them: "           \
	"20-7c-14-ff-ff-f4-78-71"
#define WORDS_FORM                                                                       \
	" is not known; expected id=, subsystem=, dsn=, path=, optional or force="
#define FORCE_FORM                                                                       \
	" is no guard; expected network, disk, keyboard, display or group, separated "   \
	"by "                                                                            \
	"commas"
#define CR_FORM "; expected lines that end in LF or CR LF"
#define ASCII_FORM "; expected plain ASCII outside comments"

static void empty_lists(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"\n\n\n",
		" ",
		" \t \n",
		"# comment",
		"# comment\n",
		"  # comment\n\n",
		"\r\n",
		"#\r\n\r\n",
		"\xef\xbb\xbf",
		"\xef\xbb\xbf# comment\n",
		"# caf\xc3\xa9 \xff\xfe\x01\x7f\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct allowlist list;

		parse_list(texts[i], &list);
		assert_int_equal(list.n_lines, 0);
		assert_int_equal(list.n_bad, 0);
		assert_int_equal(list.size, strlen(texts[i]));
		allowlist_free(&list);
	}
}

static void too_many_lines(void **state)
{
	const size_t size = 2 * (ALLOWLIST_LINES_MAX + 2);
	const struct allowlist_line *last;
	struct allowlist list;
	char *data = malloc(size);

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < size; i += 2)
		memcpy(data + i, "x\n", 2);
	/* Comments do not count. */
	memcpy(data, "#\n", 2);
	assert_int_equal(allowlist_parse(data, size, &list), 0);
	assert_int_equal(list.n_lines, ALLOWLIST_LINES_MAX + 1);
	last = &list.lines[ALLOWLIST_LINES_MAX];
	assert_int_equal(last->number, ALLOWLIST_LINES_MAX + 2);
	assert_string_equal(last->error, "too many functions; expected at most 16384");
	allowlist_free(&list);
}

static void no_bytes_at_all(void **state)
{
	struct allowlist list;

	(void)state;
	assert_int_equal(allowlist_parse(NULL, 0, &list), 0);
	assert_int_equal(list.n_lines, 0);
	allowlist_free(&list);
	allowlist_free(&list);
}

static void every_word(void **state)
{
	struct allowlist list;
	const struct allowlist_line *line;
	char text[PCI_PATH_STRSIZE];

	(void)state;
	parse_list("# two lines above\n\n"
		   "\t 0000:04:00.0  id=8086:125C\tsubsystem=1043:88e1 "
		   "dsn=20-7c-14-ff-ff-F4-78-71  path=00:1c.0/00.0 optional "
		   "force=network,group force=disk # the router's\n",
		   &list);
	assert_int_equal(list.n_lines, 1);
	assert_int_equal(list.n_bad, 0);
	line = &list.lines[0];
	assert_int_equal(line->number, 3);
	assert_int_equal(line->column, 0);
	assert_int_equal(line->where.n_steps, 0);
	assert_int_equal(line->where.first.bus, 4);
	assert_int_equal(line->pins, PIN_ID | PIN_SUBSYSTEM | PIN_DSN | PIN_PATH);
	assert_int_equal(line->id.vendor, 0x8086);
	assert_int_equal(line->id.device, 0x125c);
	assert_int_equal(line->subsystem.vendor, 0x1043);
	assert_int_equal(line->subsystem.device, 0x88e1);
	assert_true(line->dsn == 0x207c14fffff47871);
	pci_path_format(&line->path, text);
	assert_string_equal(text, "0000:00:1c.0/00.0");
	assert_true(line->optional);
	assert_int_equal(line->force, FORCE_NETWORK | FORCE_GROUP | FORCE_DISK);
	assert_ptr_equal(line->text, list.data + strlen("# two lines above\n\n"));
	allowlist_free(&list);
}

static void every_guard(void **state)
{
	struct allowlist list;

	(void)state;
	parse_list("04:00.0 force=network,disk,keyboard,display,group", &list);
	assert_int_equal(list.n_bad, 0);
	assert_int_equal(list.lines[0].force, FORCE_NETWORK | FORCE_DISK |
						      FORCE_KEYBOARD | FORCE_DISPLAY |
						      FORCE_GROUP);
	assert_false(list.lines[0].optional);
	assert_int_equal(list.lines[0].pins, 0);
	allowlist_free(&list);
}

static void path_form(void **state)
{
	struct allowlist list;
	char text[PCI_PATH_STRSIZE];

	(void)state;
	parse_list("0000:00:1c.1/00.0 id=8086:125c\n10000:e0:06.0/00.0", &list);
	assert_int_equal(list.n_lines, 2);
	assert_int_equal(list.n_bad, 0);
	assert_int_equal(list.lines[0].where.n_steps, 1);
	pci_path_format(&list.lines[1].where, text);
	assert_string_equal(text, "10000:e0:06.0/00.0");
	allowlist_free(&list);
}

/* Line ends and comments that all come to the same two lines. */
static void forms_of_one_list(void **state)
{
	static const char *const texts[] = {
		"04:00.0 id=8086:125c\n05:00.0\n",
		"04:00.0 id=8086:125c\n05:00.0",
		"04:00.0 id=8086:125c\r\n05:00.0\r\n",
		"04:00.0 id=8086:125c\r\n05:00.0\r",
		"\357\273\27704:00.0 id=8086:125c\n05:00.0\n",
		"04:00.0 id=8086:125c#x\n05:00.0#\n",
		"04:00.0 id=8086:125c # \xc3\xa9\n05:00.0 # \x80\x01\n",
		"\t04:00.0\tid=8086:125c \t \n   05:00.0  \n# end",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct allowlist list;

		parse_list(texts[i], &list);
		assert_int_equal(list.n_lines, 2);
		assert_int_equal(list.n_bad, 0);
		assert_int_equal(list.lines[0].number, 1);
		assert_int_equal(list.lines[0].where.first.bus, 4);
		assert_int_equal(list.lines[0].pins, PIN_ID);
		assert_int_equal(list.lines[1].number, 2);
		assert_int_equal(list.lines[1].where.first.bus, 5);
		assert_int_equal(list.lines[1].pins, 0);
		allowlist_free(&list);
	}
}

static void bad_lines(void **state)
{
	static const struct {
		const char *text;
		unsigned int column;
		const char *error;
	} cases[] = {
		{ "eth0", 2, "':' missing" ADDRESS_FORM },
		{ "  04:00", 8, "'.' and the function number missing" ADDRESS_FORM },
		{ "04:00.8", 7, "function above 7" ADDRESS_FORM },
		{ "id=8086:125c", 1, "not a PCI address" ADDRESS_FORM },
		{ "optional", 1, "not a PCI address" ADDRESS_FORM },
		{ "04:00.0id=8086:125c", 8,
		  "unexpected text behind the address" ADDRESS_FORM
		  ", or a path: then DD.F behind each '/', one for each bridge that is passed" },
		{ "00:1c.0/ id=8086:125c", 9,
		  "a step of the path is missing; expected DD.F behind each '/', one for each bridge that is passed" },

		{ "04:00.0 id=", 12, "''" ID_FORM },
		{ "04:00.0 id=8086", 12, "'8086'" ID_FORM },
		{ "04:00.0 id=8086:125", 12, "'8086:125'" ID_FORM },
		{ "04:00.0 id=8086:125c0", 12, "'8086:125c0'" ID_FORM },
		{ "04:00.0 id=8086-125c", 12, "'8086-125c'" ID_FORM },
		{ "04:00.0 id=8086:12_c", 12, "'8086:12_c'" ID_FORM },
		{ "04:00.0 id=808g:125c", 12, "'808g:125c'" ID_FORM },
		{ "04:00.0 id=0x80:125c", 12, "'0x80:125c'" ID_FORM },
		{ "04:00.0 id= 8086:125c", 12, "''" ID_FORM },
		{ "04:00.0 id = 8086:125c", 9, "'id'" WORDS_FORM },
		{ "04:00.0  subsystem=1043", 20, "'1043'" ID_FORM },
		{ "04:00.0 id=8086:125c id=8086:125c", 22,
		  "'id=8086:125c' comes twice on this line; expected it once" },
		{ "04:00.0 subsystem=8086:0000 subsystem=8086:0001", 29,
		  "'subsystem=8086:0001' comes twice on this line; expected it once" },

		{ "04:00.0 dsn=", 13, "''" DSN_FORM },
		{ "04:00.0 dsn=20-7c-14-ff-ff-f4-78", 13,
		  "'20-7c-14-ff-ff-f4-78'" DSN_FORM },
		{ "04:00.0 dsn=20-7c-14-ff-ff-f4-78-71-", 13,
		  "'20-7c-14-ff-ff-f4-78-71-'" DSN_FORM },
		{ "04:00.0 dsn=20:7c:14:ff:ff:f4:78:71", 13,
		  "'20:7c:14:ff:ff:f4:78:71'" DSN_FORM },
		{ "04:00.0 dsn=20-7c-14-ff-ff-f4-78-7g", 13,
		  "'20-7c-14-ff-ff-f4-78-7g'" DSN_FORM },
		{ "04:00.0 dsn=00-00-00-00-00-00-00-00", 13,
		  "a serial number of only zeros or ones tells no card from another; "
		  "expected a real one, or no dsn=" },
		{ "04:00.0 dsn=ff-ff-ff-ff-ff-ff-ff-ff", 13,
		  "a serial number of only zeros or ones tells no card from another; "
		  "expected a real one, or no dsn=" },
		{ "04:00.0 dsn=20-7c-14-ff-ff-f4-78-71 dsn=20-7c-14-ff-ff-f4-78-71", 37,
		  "'dsn=20-7c-14-ff-ff-f4-78-71' comes twice on this line; expected it "
		  "once" },

		{ "04:00.0 path=", 14, "not a PCI address" ADDRESS_FORM },
		{ "04:00.0 path=1c.0/00.0", 16, "':' missing" ADDRESS_FORM },
		{ "04:00.0 path=00:1c.0/00.9", 25, "function above 7" ADDRESS_FORM },
		{ "04:00.0 path=00:1c.0 path=00:1c.0", 22,
		  "'path=00:1c.0' comes twice on this line; expected it once" },

		{ "04:00.0 force=", 15, "''" FORCE_FORM },
		{ "04:00.0 force=net", 15, "'net'" FORCE_FORM },
		{ "04:00.0 force=network,", 23, "''" FORCE_FORM },
		{ "04:00.0 force=network,,disk", 23, "''" FORCE_FORM },
		{ "04:00.0 force=disk,everything", 20, "'everything'" FORCE_FORM },
		{ "04:00.0 force", 9, "'force'" WORDS_FORM },

		{ "04:00.0 Optional", 9, "'Optional'" WORDS_FORM },
		{ "04:00.0 optional=1", 9, "'optional=1'" WORDS_FORM },
		{ "04:00.0 05:00.0", 9, "'05:00.0'" WORDS_FORM },
		{ "04:00.0 ID=8086:125c", 9, "'ID=8086:125c'" WORDS_FORM },
		{ "04:00.0 vendor=8086", 9, "'vendor=8086'" WORDS_FORM },

		{ "04:00.0 \xc3\xa9", 9, "byte 0xc3" ASCII_FORM },
		{ "04:00.0\xc2\xa0id=8086:125c", 8, "byte 0xc2" ASCII_FORM },
		{ " \357\273\27704:00.0", 2, "byte 0xef" ASCII_FORM },
		{ "04:00.0\rid=8086:125c", 8, "a carriage return inside a line" CR_FORM },
		{ "04:00.0\r\r", 8, "a carriage return inside a line" CR_FORM },
		{ "04:00.0\x7f", 8, "byte 0x7f" ASCII_FORM },
		{ "04:00.0\x0b", 8, "byte 0x0b" ASCII_FORM },
		{ "\x1b[1m04:00.0", 1, "byte 0x1b" ASCII_FORM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256];
		struct allowlist list;

		snprintf(text, sizeof(text), "03:00.0\n\n# \n%s\n05:00.0\n",
			 cases[i].text);
		parse_list(text, &list);
		assert_int_equal(list.n_lines, 3);
		assert_int_equal(list.n_bad, 1);
		assert_int_equal(list.lines[1].number, 4);
		assert_string_equal(list.lines[1].error, cases[i].error);
		assert_int_equal(list.lines[1].column, cases[i].column);
		assert_int_equal(list.lines[2].number, 5);
		assert_int_equal(list.lines[2].column, 0);
		allowlist_free(&list);
	}
}

static void bom_is_no_column(void **state)
{
	struct allowlist list;

	(void)state;
	parse_list("\xef\xbb\xbfx", &list);
	assert_int_equal(list.lines[0].number, 1);
	assert_int_equal(list.lines[0].column, 1);
	allowlist_free(&list);
}

static void nul_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		unsigned int column;
	} cases[] = {
		{ "\0", 1, 1 },
		{ "04:00.0\0", 8, 8 },
		{ "04:00.0\0id=8086:125c\n", 21, 8 },
		{ "04:00.0 # comment \0 \n", 21, 19 },
		{ "04:00.0 id=808\0:125c\n", 21, 15 },
		{ "# comment \0\n", 12, 11 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct allowlist list;

		parse_list_bytes(cases[i].bytes, cases[i].size, &list);
		assert_int_equal(list.n_bad, 1);
		assert_int_equal(list.lines[0].column, cases[i].column);
		assert_string_equal(list.lines[0].error,
				    "a NUL byte; expected a text file");
		allowlist_free(&list);
	}
}

/* What UTF-16 makes of a good line. */
static void utf16(void **state)
{
	static const char text[] = "\xff\xfe"
				   "0\0"
				   "4\0:\0"
				   "0\0"
				   "0\0.\0"
				   "0\0\n";
	struct allowlist list;

	(void)state;
	parse_list_bytes(text, sizeof(text), &list);
	assert_true(list.n_lines >= 1);
	assert_int_equal(list.n_bad, list.n_lines);
	allowlist_free(&list);
}

/* A line of len bytes in front of its end: an address, then blanks. */
static void parse_long_line(size_t len, const char *end, struct allowlist *list)
{
	char *text = malloc(len + strlen(end) + 1);

	assert_non_null(text);
	memset(text, ' ', len);
	memcpy(text, "04:00.0", strlen("04:00.0"));
	strcpy(text + len, end);
	parse_list(text, list);
	free(text);
}

static void long_lines(void **state)
{
	struct allowlist list;

	(void)state;
	parse_long_line(ALLOWLIST_LINE_MAX, "\n05:00.0", &list);
	assert_int_equal(list.n_bad, 0);
	assert_int_equal(list.n_lines, 2);
	assert_int_equal(list.lines[0].len, ALLOWLIST_LINE_MAX);
	allowlist_free(&list);

	parse_long_line(ALLOWLIST_LINE_MAX, "\r\n05:00.0", &list);
	assert_int_equal(list.n_bad, 0);
	allowlist_free(&list);

	parse_long_line(ALLOWLIST_LINE_MAX + 1, "\n05:00.0", &list);
	assert_int_equal(list.n_bad, 1);
	assert_int_equal(list.n_lines, 2);
	assert_int_equal(list.lines[0].column, ALLOWLIST_LINE_MAX + 1);
	assert_int_equal(list.lines[0].len, ALLOWLIST_LINE_MAX);
	assert_string_equal(list.lines[0].error,
			    "the line is too long; expected at most 1024 bytes");
	assert_int_equal(list.lines[1].column, 0);
	allowlist_free(&list);
}

/* A comment does not count. */
static void long_comment(void **state)
{
	char comment[3000];
	struct allowlist list;

	(void)state;
	memset(comment, 'x', sizeof(comment));
	comment[0] = '#';
	comment[sizeof(comment) - 1] = '\0';
	parse_long_line(1000, comment, &list);
	assert_int_equal(list.n_bad, 0);
	assert_int_equal(list.lines[0].len, ALLOWLIST_LINE_MAX);
	allowlist_free(&list);
}

/* What is cut out of a long word must leave room for what was expected. */
static void long_word(void **state)
{
	char text[1000];
	struct allowlist list;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "04:00.0 ", 8);
	text[sizeof(text) - 1] = '\0';
	parse_list(text, &list);
	assert_string_equal(list.lines[0].error,
			    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" WORDS_FORM);
	memcpy(text, "04:00.0 dsn=", 12);
	allowlist_free(&list);
	parse_list(text, &list);
	assert_string_equal(list.lines[0].error,
			    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'" DSN_FORM);
	allowlist_free(&list);
}

/* Numbers and order hold however often the array of lines has grown. */
static void many_lines(void **state)
{
	enum { N = 1000 };
	char *text = malloc(N * 16), *end = text;
	struct allowlist list;

	(void)state;
	assert_non_null(text);
	for (unsigned int i = 0; i < N; i++)
		end += sprintf(end, "%s%02x:00.0\n", i % 10 == 0 ? "#\n" : "", i % 256);
	parse_list(text, &list);
	assert_int_equal(list.n_lines, N);
	for (unsigned int i = 0; i < N; i++) {
		assert_int_equal(list.lines[i].number, i + i / 10 + 2);
		assert_int_equal(list.lines[i].where.first.bus, i % 256);
	}
	allowlist_free(&list);
	free(text);
}

static void words(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *words;
	} cases[] = {
		{ "  04:00.0 \t id=8086:125c  # comment", 80, "04:00.0 id=8086:125c" },
		{ "04:00.0\n", 80, "04:00.0" },
		{ "a\xc3\xa9\x1b[m b", 80, "a???[m b" },
		{ "04:00.0 id=8086:125c", 6, "04:0" },
		{ "04:00.0 id=8086:125c", 10, "04:00.0" },
		{ "04:00.0 id=8086:125c", 2, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct allowlist list;
		char text[80];

		parse_list(cases[i].text, &list);
		memset(text, 'z', sizeof(text));
		assert_ptr_equal(
			allowlist_line_words(&list.lines[0], text, cases[i].size), text);
		assert_string_equal(text, cases[i].words);
		allowlist_free(&list);
	}
}

static void serial_numbers_as_text(void **state)
{
	char text[DSN_STRSIZE];

	(void)state;
	dsn_format(0x207c14fffff47871, text);
	assert_string_equal(text, "20-7c-14-ff-ff-f4-78-71");
	dsn_format(0, text);
	assert_string_equal(text, "00-00-00-00-00-00-00-00");
	dsn_format(UINT64_MAX, text);
	assert_string_equal(text, "ff-ff-ff-ff-ff-ff-ff-ff");
}

static void force_words(void **state)
{
	(void)state;
	assert_string_equal(allowlist_force_word(FORCE_NETWORK), "network");
	assert_string_equal(allowlist_force_word(FORCE_DISK), "disk");
	assert_string_equal(allowlist_force_word(FORCE_KEYBOARD), "keyboard");
	assert_string_equal(allowlist_force_word(FORCE_DISPLAY), "display");
	assert_string_equal(allowlist_force_word(FORCE_GROUP), "group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_lists),
		cmocka_unit_test(no_bytes_at_all),
		cmocka_unit_test(too_many_lines),
		cmocka_unit_test(every_word),
		cmocka_unit_test(every_guard),
		cmocka_unit_test(path_form),
		cmocka_unit_test(forms_of_one_list),
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(bom_is_no_column),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(utf16),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(long_comment),
		cmocka_unit_test(long_word),
		cmocka_unit_test(many_lines),
		cmocka_unit_test(words),
		cmocka_unit_test(serial_numbers_as_text),
		cmocka_unit_test(force_words),
	};

	return run_unit_tests("allowlist", tests, NULL, NULL);
}
