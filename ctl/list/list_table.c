// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions as a table. Where the terminal is wide enough it is one table, whose last
 * columns are wrapped; otherwise the words about a function stand in lines of their own
 * below it. Nothing is ever cut.
 */

#include <errno.h>
#include <langinfo.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

/* In fewer columns names and remarks are hard to read. */
#define WORDS_WIDTH_MIN 45

#define SEPARATOR "  "

enum layout {
	LAYOUT_LINES,  /* for programs and files: one line a function */
	LAYOUT_TABLE,  /* words wrapped in the last columns */
	LAYOUT_BLOCKS, /* title and remarks below each function */
};

enum column {
	COLUMN_ADDRESS,
	COLUMN_GROUP,
	COLUMN_ID,
	COLUMN_TWINS,
	COLUMN_DRIVER,
	COLUMN_LISTED,
	/* Not in blocks. */
	COLUMN_RESET,
	COLUMN_DEVICE,
	COLUMN_USE,
};

static const struct {
	const char *name;
	int flags;
} columns[] = {
	[COLUMN_ADDRESS] = { "ADDRESS", 0 },
	[COLUMN_GROUP] = { "GROUP", SCOLS_FL_RIGHT },
	[COLUMN_ID] = { "ID", 0 },
	[COLUMN_TWINS] = { "TWINS", 0 },
	[COLUMN_DRIVER] = { "DRIVER", 0 },
	[COLUMN_LISTED] = { "LISTED", 0 },
	[COLUMN_RESET] = { "RESET", 0 },
	[COLUMN_DEVICE] = { "DEVICE", 0 },
	[COLUMN_USE] = { "USE AND REMARKS", 0 },
};

/* The words of one row. */
struct words {
	char *title;
	struct remarks remarks;
	size_t n_lines; /* that the row takes in what was rendered last */
};

struct printing {
	const struct list_view *view;
	struct words *words; /* for each row */
	enum layout layout;
	bool coloured;
	size_t width; /* of the terminal; 0: no limit */
	/* Of columns that are wrapped, in a table. */
	size_t device_width;
	size_t use_width;
	bool brackets; /* there are groups of several functions */
};

static void words_free(struct words *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(words[i].title);
		remarks_free(&words[i].remarks);
	}
	free(words);
}

static struct words *words_make(const struct list_view *view)
{
	struct words *words = calloc(view->n_rows + 1, sizeof(*words));

	for (size_t i = 0; words != NULL && i < view->n_rows; i++) {
		const struct inventory_entry *entry = view->rows[i].entry;

		words[i].title = list_title(view->names, entry->function);
		if (words[i].title == NULL ||
		    remarks_make(view->inventory, entry, &words[i].remarks) < 0) {
			words_free(words, view->n_rows);
			return NULL;
		}
	}
	return words;
}

/* The remarks of a row in one text, allocated; NULL: no memory. */
static char *join_remarks(const struct remarks *remarks)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return NULL;
	if (remarks->n == 0)
		fputc('-', f);
	for (size_t i = 0; i < remarks->n; i++)
		fprintf(f, "%s%s", i > 0 ? "; " : "", remarks->entries[i].text);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static const char *sequence(const struct printing *printing, enum output_colour colour)
{
	return printing->coloured ? output_colour(stdout, colour) : "";
}

static int set_cell(const struct printing *printing, struct libscols_line *line,
		    enum column column, const char *text, enum output_colour colour)
{
	if (scols_line_set_data(line, column, text) < 0)
		return -ENOMEM;
	if (colour == COLOUR_NONE || !printing->coloured)
		return 0;
	return scols_cell_set_color(scols_line_get_cell(line, column),
				    sequence(printing, colour)) < 0 ?
		       -ENOMEM :
		       0;
}

static int set_facts(const struct printing *printing, struct libscols_line *line,
		     const struct inventory_entry *entry)
{
	const struct pci_function *function = entry->function;
	const bool is_bridge = pci_function_is_bridge(function);
	char text[PCI_ADDRESS_STRSIZE], group[16] = "-", id[16] = "-", twins[48] = "-";
	int err;

	pci_address_format(&function->address, text);
	if (function->group >= 0)
		snprintf(group, sizeof(group), "%d", function->group);
	if (function->error == 0)
		snprintf(id, sizeof(id), "%04x:%04x", function->id.vendor,
			 function->id.device);
	if (entry->n_twins > 1)
		snprintf(twins, sizeof(twins), "%zu of %zu", entry->twin + 1,
			 entry->n_twins);

	err = set_cell(printing, line, COLUMN_ADDRESS, text,
		       is_bridge ? COLOUR_FAINT : COLOUR_BOLD);
	if (err == 0)
		err = set_cell(printing, line, COLUMN_GROUP, group, COLOUR_NONE);
	if (err == 0)
		err = set_cell(printing, line, COLUMN_ID, id, COLOUR_NONE);
	if (err == 0)
		err = set_cell(printing, line, COLUMN_TWINS, twins, COLOUR_NONE);
	if (err == 0)
		err = set_cell(printing, line, COLUMN_DRIVER,
			       function->driver[0] != '\0' ? function->driver : "-",
			       COLOUR_NONE);
	return err;
}

static int set_listed(const struct printing *printing, struct libscols_line *line,
		      const struct inventory_entry *entry)
{
	char text[64] = "-";
	enum output_colour colour = COLOUR_NONE;

	if (entry->line != NULL && entry->outcome->result == RESULT_BIND) {
		snprintf(text, sizeof(text), "bind");
		colour = COLOUR_GREEN;
	} else if (entry->unjudged) {
		snprintf(text, sizeof(text), "?");
		colour = COLOUR_YELLOW;
	} else if (entry->line != NULL) {
		snprintf(text, sizeof(text), "refuse %s",
			 result_word(entry->outcome->result));
		colour = COLOUR_RED;
	}
	return set_cell(printing, line, COLUMN_LISTED, text, colour);
}

static const char *reset_text(const struct inventory_entry *entry)
{
	switch (entry->reset) {
	case RESET_NONE:
		return "-";
	case RESET_METHODS:
		return entry->reset_methods;
	case RESET_UNNAMED:
		return "yes";
	case RESET_UNREADABLE:
		break;
	}
	return "?";
}

/* Sets the words of a row of a table: in its line, and in more lines below that. */
static int set_wrapped(const struct printing *printing, struct libscols_table *table,
		       struct libscols_line *line, const struct remarks *device,
		       const struct remarks *use)
{
	int err = 0;

	for (size_t i = 0; err == 0 && (i < device->n || i < use->n); i++) {
		if (i > 0)
			line = scols_table_new_line(table, NULL);
		if (line == NULL)
			return -ENOMEM;
		if (i < device->n)
			err = set_cell(printing, line, COLUMN_DEVICE,
				       device->entries[i].text, COLOUR_NONE);
		if (err == 0 && i < use->n)
			err = set_cell(printing, line, COLUMN_USE, use->entries[i].text,
				       use->entries[i].colour);
	}
	return err;
}

static int wrap_words(const struct printing *printing, struct libscols_table *table,
		      struct libscols_line *line, struct words *words)
{
	struct remarks device = { 0 }, use = { 0 };
	int err;

	err = remarks_wrap(&device, COLOUR_NONE, words->title, printing->device_width);
	for (size_t i = 0; err == 0 && i < words->remarks.n; i++)
		err = remarks_wrap(&use, words->remarks.entries[i].colour,
				   words->remarks.entries[i].text, printing->use_width);
	if (err == 0 && use.n == 0)
		err = remarks_add(&use, COLOUR_NONE, "-");
	if (err == 0)
		err = set_wrapped(printing, table, line, &device, &use);
	words->n_lines = device.n > use.n ? device.n : use.n;
	remarks_free(&device);
	remarks_free(&use);
	return err;
}

/* The columns beside which no words stand below. */
static int set_words(const struct printing *printing, struct libscols_table *table,
		     struct libscols_line *line, const struct inventory_entry *entry,
		     struct words *words)
{
	_cleanup_free_ char *joined = NULL;
	int err;

	err = set_cell(printing, line, COLUMN_RESET, reset_text(entry), COLOUR_NONE);
	if (err == 0 && printing->layout == LAYOUT_TABLE)
		return wrap_words(printing, table, line, words);
	if (err == 0)
		err = set_cell(printing, line, COLUMN_DEVICE, words->title, COLOUR_NONE);
	if (err < 0)
		return err;
	joined = join_remarks(&words->remarks);
	return joined == NULL ? -ENOMEM :
				set_cell(printing, line, COLUMN_USE, joined, COLOUR_NONE);
}

static int add_columns(struct libscols_table *table, enum layout layout)
{
	const size_t n = layout == LAYOUT_BLOCKS ? COLUMN_RESET : ARRAY_SIZE(columns);

	for (size_t i = 0; i < n; i++)
		if (scols_table_new_column(table, columns[i].name, 0, columns[i].flags) ==
		    NULL)
			return -ENOMEM;
	return 0;
}

static int fill_table(const struct printing *printing, struct libscols_table *table)
{
	int err = add_columns(table, printing->layout);

	for (size_t i = 0; err == 0 && i < printing->view->n_rows; i++) {
		const struct inventory_entry *entry = printing->view->rows[i].entry;
		struct libscols_line *line = scols_table_new_line(table, NULL);

		if (line == NULL)
			return -ENOMEM;
		printing->words[i].n_lines = 1;
		err = set_facts(printing, line, entry);
		if (err == 0)
			err = set_listed(printing, line, entry);
		if (err == 0 && printing->layout != LAYOUT_BLOCKS)
			err = set_words(printing, table, line, entry,
					&printing->words[i]);
	}
	return err;
}

/* Renders the table of the layout, allocated; NULL: no memory. */
static char *render(const struct printing *printing)
{
	struct libscols_table *table = scols_new_table();
	char *text = NULL;

	if (table == NULL)
		return NULL;
	/* Nothing is cut: what fits is decided here. */
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	if (scols_table_enable_colors(table, printing->coloured) < 0 ||
	    scols_table_set_column_separator(table, SEPARATOR) < 0 ||
	    fill_table(printing, table) < 0 ||
	    scols_print_table_to_string(table, &text) < 0) {
		free(text);
		text = NULL;
	}
	scols_unref_table(table);
	return text;
}

/* The mark of a group beside one of its rows, or beside the words below that. */
static const char *bracket(const struct printing *printing,
			   const struct inventory_row *row, bool below)
{
	static const char *const lines[] = { "┌ ", "├ ", "└ ", "│ " };
	static const char *const ascii[] = { "/ ", "| ", "\\ ", "| " };
	const bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	const char *const *marks = utf8 ? lines : ascii;
	const bool is_last = row->in_group + 1 == row->n_group;

	if (!printing->brackets)
		return "";
	if (row->n_group < 2 || (below && is_last))
		return "  ";
	if (below)
		return marks[3];
	if (row->in_group == 0)
		return marks[0];
	return is_last ? marks[2] : marks[1];
}

/* Prints a line without the blanks at its end. */
static void print_line(const char *prefix, char *line)
{
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	if (len == 0 && strcmp(prefix, "  ") == 0)
		prefix = "";
	printf("%s%s\n", prefix, line);
}

/* Prints a text below a row, in as many lines as it takes. */
static void print_below(const struct printing *printing, const struct inventory_row *row,
			const char *text, enum output_colour colour)
{
	const char *prefix = bracket(printing, row, true), *indent = "  ";
	const size_t margin = strlen("    ") + (printing->brackets ? 2 : 0);
	/* A terminal that is hardly wider than the margin gets long lines. */
	const size_t width = printing->width > 2 * margin ? printing->width - margin : 0;

	while (*text != '\0') {
		const size_t len = list_wrap(text, width);
		_cleanup_free_ char *line = strndup(text, len);

		printf("%s%s%s", prefix, indent,
		       colour != COLOUR_NONE ? sequence(printing, colour) : "");
		if (line != NULL)
			output_text(stdout, line);
		puts(colour != COLOUR_NONE ? sequence(printing, COLOUR_NONE) : "");
		text += len;
		text += strspn(text, " ");
		indent = "    ";
	}
}

static void print_words(const struct printing *printing, size_t i)
{
	const struct inventory_row *row = &printing->view->rows[i];
	const struct words *words = &printing->words[i];

	print_below(printing, row, words->title, COLOUR_NONE);
	for (size_t j = 0; j < words->remarks.n; j++)
		print_below(printing, row, words->remarks.entries[j].text,
			    words->remarks.entries[j].colour);
}

/* Prints what render() made, with brackets and words. */
static void print_rendered(const struct printing *printing, char *text)
{
	const struct list_view *view = printing->view;
	char *line = strsep(&text, "\n");

	print_line(printing->brackets ? "  " : "", line);
	for (size_t i = 0; i < view->n_rows; i++) {
		const size_t n = printing->words[i].n_lines;

		for (size_t j = 0; j < n && (line = strsep(&text, "\n")) != NULL; j++)
			print_line(bracket(printing, &view->rows[i], j > 0), line);
		if (printing->layout == LAYOUT_BLOCKS)
			print_words(printing, i);
	}
}

/* Before which column of the terminal do the words start in a table? */
static size_t measure_facts(const struct printing *printing, const char *table)
{
	const char *start = strstr(table, columns[COLUMN_DEVICE].name);

	/* In the header everything is ASCII. */
	return (start != NULL ? (size_t)(start - table) : 0) +
	       (printing->brackets ? 2 : 0);
}

/* Shares the columns that are left among device and use; false: there are too few. */
static bool share_width(struct printing *printing, size_t taken)
{
	size_t longest = 0, left;

	if (printing->width <
	    taken + WORDS_WIDTH_MIN + WORDS_WIDTH_MIN + strlen(SEPARATOR))
		return false;
	left = printing->width - taken - strlen(SEPARATOR);
	for (size_t i = 0; i < printing->view->n_rows; i++) {
		const size_t width = list_columns(printing->words[i].title);

		longest = width > longest ? width : longest;
	}
	printing->device_width = longest < left / 2 ? longest : left / 2;
	printing->use_width = left - printing->device_width;
	return true;
}

/* What somebody who sees this for the first time has to know. */
static void print_legend(const struct printing *printing)
{
	const struct list_view *view = printing->view;
	bool twins = false;

	for (size_t i = 0; !twins && i < view->n_rows; i++)
		twins = view->rows[i].entry->n_twins > 1;
	fputc('\n', stdout);
	if (printing->brackets)
		puts("Functions in brackets share an IOMMU group: a guest takes all but "
		     "bridges.");
	if (twins)
		puts("TWINS have the same ID: only the address tells them apart.");
	if (view->n_hidden > 0)
		printf("Bridges are not shown: %zu. --all shows them.\n", view->n_hidden);
	puts("'ptbind list ADDRESS' says all about a function.");
}

/* One table, if the terminal is wide enough for it. Returns 0 or -ENOMEM. */
static int choose_layout(struct printing *printing)
{
	_cleanup_free_ char *text = NULL;

	printing->layout = LAYOUT_LINES;
	if (printing->width == 0)
		return 0;
	printing->layout = LAYOUT_TABLE;
	/* However wide they are, the words start behind the others. */
	printing->device_width = printing->use_width = WORDS_WIDTH_MIN;
	text = render(printing);
	if (text == NULL)
		return -ENOMEM;
	if (!share_width(printing, measure_facts(printing, text)))
		printing->layout = LAYOUT_BLOCKS;
	return 0;
}

static int print_view(struct printing *printing)
{
	_cleanup_free_ char *text = NULL;
	int err = choose_layout(printing);

	if (err < 0)
		return err;
	printing->coloured = output_has_colour(stdout);
	text = render(printing);
	if (text == NULL)
		return -ENOMEM;
	print_rendered(printing, text);
	if (printing->width > 0)
		print_legend(printing);
	return 0;
}

int list_print_table(const struct list_view *view)
{
	struct printing printing = { .view = view, .width = list_width() };
	int err;

	if (view->n_rows == 0)
		return 0;
	for (size_t i = 0; printing.width > 0 && i < view->n_rows; i++)
		printing.brackets = printing.brackets || view->rows[i].n_group > 1;
	printing.words = words_make(view);
	if (printing.words == NULL)
		return -ENOMEM;
	err = print_view(&printing);
	words_free(printing.words, view->n_rows);
	return err;
}
