// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser of the kernel command line: text in, values out; no I/O. */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmdline.h"

static const char *const true_words[] = { "1", "y", "yes", "on", "true" };
static const char *const false_words[] = { "0", "n", "no", "off", "false" };

/* Without any of these there is no vfio-pci. */
static const char *const vfio_modules[] = { "vfio", "vfio_pci", "vfio_pci_core" };
static const char *const vfio_initcalls[] = { "vfio_init", "vfio_pci_core_init",
					      "vfio_pci_init" };

bool cmdline_next(char **text, char **ret_name, char **ret_value)
{
	char *s = *text, *end, *equals = NULL;
	bool in_quote, quoted;

	while (isspace((unsigned char)*s))
		s++;
	if (*s == '\0')
		return false;

	quoted = in_quote = *s == '"';
	if (quoted)
		s++;
	for (end = s; *end != '\0' && (in_quote || !isspace((unsigned char)*end));
	     end++) {
		if (*end == '=' && equals == NULL && end > s)
			equals = end;
		else if (*end == '"')
			in_quote = !in_quote;
	}
	*text = *end != '\0' ? end + 1 : end;
	*end = '\0';

	if (equals != NULL) {
		*equals++ = '\0';
		if (*equals == '"') {
			equals++;
			quoted = true;
		}
	}
	if (quoted && end > s && end[-1] == '"')
		end[-1] = '\0';

	*ret_name = s;
	*ret_value = equals;
	return true;
}

bool cmdline_same_name(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

static bool is_one_of(const char *text, const char *const *words, size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Is one of the names in a comma-separated list? */
static bool list_names(const char *list, const char *const *names, size_t n_names)
{
	_cleanup_free_ char *copy = strdup(list);
	char *save = NULL;

	/* Without memory, rather leave the devices alone than bind against a blacklist.
	 */
	if (copy == NULL)
		return true;
	for (char *s = strtok_r(copy, ",", &save); s != NULL;
	     s = strtok_r(NULL, ",", &save))
		for (size_t i = 0; i < n_names; i++)
			if (cmdline_same_name(s, names[i]))
				return true;
	return false;
}

_printf_(2, 3) static int add_note(struct cmdline *cmdline, const char *format, ...)
{
	char **notes;
	char *note;
	va_list args;
	int n;

	notes = reallocarray(cmdline->notes, cmdline->n_notes + 1, sizeof(*notes));
	if (notes == NULL)
		return -ENOMEM;
	cmdline->notes = notes;

	va_start(args, format);
	n = vasprintf(&note, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	cmdline->notes[cmdline->n_notes++] = note;
	return 0;
}

/* The first parameter that disables is the reason that gets reported. */
static void disable(struct cmdline *cmdline, const char *name, const char *value)
{
	cmdline->disable = true;
	if (cmdline->reason[0] == '\0')
		snprintf(cmdline->reason, sizeof(cmdline->reason),
			 "%s%s%s on the command line", name, value != NULL ? "=" : "",
			 value != NULL ? value : "");
}

/* Parses ADDR[,ADDR…]; -EINVAL where one does not parse. */
static int parse_except(struct cmdline *cmdline, const char *value)
{
	for (const char *s = value;; s++) {
		size_t len = strcspn(s, ",");
		struct parse_error error;
		struct pci_path path, *except;
		int err;

		err = pci_path_parse(s, len, &path, &error);
		if (err < 0)
			return err;
		except = reallocarray(cmdline->except, cmdline->n_except + 1,
				      sizeof(*except));
		if (except == NULL)
			return -ENOMEM;
		cmdline->except = except;
		cmdline->except[cmdline->n_except++] = path;

		s += len;
		if (*s == '\0')
			return 0;
	}
}

static int parse_disable(struct cmdline *cmdline, const char *name, const char *value)
{
	int err;

	if (value != NULL && is_one_of(value, false_words, ARRAY_SIZE(false_words)))
		return 0;
	if (value == NULL || is_one_of(value, true_words, ARRAY_SIZE(true_words))) {
		disable(cmdline, name, value);
		return 0;
	}

	err = parse_except(cmdline, value);
	if (err != -EINVAL)
		return err;
	/* Whoever mistyped this wanted out. */
	disable(cmdline, name, value);
	return 0;
}

static int parse_timeout(struct cmdline *cmdline, const char *value)
{
	unsigned long seconds = 0;
	char *end = NULL;

	if (value != NULL && isdigit((unsigned char)*value))
		seconds = strtoul(value, &end, 10);
	if (end == NULL || *end != '\0' || seconds < 1 || seconds > CMDLINE_TIMEOUT_MAX)
		return add_note(
			cmdline,
			"pt.timeout=%s: expected 1 to %d seconds; staying with %u",
			value != NULL ? value : "", CMDLINE_TIMEOUT_MAX,
			cmdline->timeout);
	cmdline->timeout = (unsigned int)seconds;
	return 0;
}

static int parse_parameter(struct cmdline *cmdline, const char *name, const char *value)
{
	if (strcmp(name, "pt.disable") == 0)
		return parse_disable(cmdline, name, value);
	if (strcmp(name, "pt.timeout") == 0)
		return parse_timeout(cmdline, value);
	if (strncmp(name, "pt.", 3) == 0)
		return add_note(cmdline, "%s is not known; ignoring it", name);
	if (value == NULL)
		return 0;

	/* "blacklist" is a parameter of initramfs-tools, see initramfs-tools(7). */
	if ((cmdline_same_name(name, "blacklist") ||
	     cmdline_same_name(name, "modprobe.blacklist") ||
	     cmdline_same_name(name, "module_blacklist")) &&
	    list_names(value, vfio_modules, ARRAY_SIZE(vfio_modules)))
		disable(cmdline, name, value);
	if (cmdline_same_name(name, "initcall_blacklist") &&
	    list_names(value, vfio_initcalls, ARRAY_SIZE(vfio_initcalls)))
		disable(cmdline, name, value);
	return 0;
}

int cmdline_parse(const char *text, struct cmdline *ret_cmdline)
{
	struct cmdline cmdline = { .timeout = CMDLINE_TIMEOUT_DEFAULT };
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *name, *value;

	if (copy == NULL)
		return -ENOMEM;

	while (cmdline_next(&rest, &name, &value)) {
		if (value == NULL && strcmp(name, "--") == 0)
			break;
		if (parse_parameter(&cmdline, name, value) < 0) {
			cmdline_free(&cmdline);
			return -ENOMEM;
		}
	}

	*ret_cmdline = cmdline;
	return 0;
}

void cmdline_free(struct cmdline *cmdline)
{
	for (size_t i = 0; i < cmdline->n_notes; i++)
		free(cmdline->notes[i]);
	free(cmdline->notes);
	free(cmdline->except);
	*cmdline = (struct cmdline){ 0 };
}
