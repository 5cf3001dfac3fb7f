// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind import: lists what the configurations of guests pass through. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "file.h"
#include "guest/hostpci_read.h"
#include "guest/libvirt.h"
#include "guest/proxmox.h"
#include "options.h"
#include "targets.h"
#include "tree.h"

static const char help_text[] =
	"Usage: ptbind import [OPTION...] GUEST...\n"
	"\n"
	"Lists the functions that guests pass through. GUEST is the configuration of a\n"
	"virtual machine of Proxmox VE, a domain's XML of libvirt, '-' for one of these\n"
	"on standard input, or the VMID of a virtual machine of this node.\n"
	"\n"
	"What is not there, or is a bridge, is named and left out. If the rest, as a\n"
	"whole, would lock you out, nothing is listed.\n"
	"\n"
	"      --by-path       write paths, which hold whatever bus numbers there are\n"
	"      --optional      it is no error if a function is not there at boot\n"
	"  -f, --force GUARD   list them although this guard objects, and write that into\n"
	"                      the list: network, disk, keyboard, display, group, or\n"
	"                      several with commas\n"
	"  -n, --dry-run       show what would change, and change nothing\n"
	"  -j, --json          print JSON\n"
	"  -r, --root DIR      read and write everything below DIR, a directory; names of\n"
	"                      files on this command line are taken as they are\n"
	"  -h, --help          print this\n"
	"\n"
	"Examples:\n"
	"  ptbind import 100\n"
	"  qm config 100 | ptbind import -\n"
	"  virsh dumpxml win11 | ptbind import --dry-run -\n"
	"\n"
	"Exit status: 0 all are listed, 1 refused, failed or not all of them, 2 wrong\n"
	"usage. See ptbind(8).\n";

#define UTF8_BOM "\xef\xbb\xbf"

/* PVE::JSONSchema, pve-vmid: 100 to 999999999. */
#define VMID_DIGITS_MAX 9

static bool is_vmid(const char *word)
{
	size_t len = strlen(word);

	return len > 0 && len <= VMID_DIGITS_MAX && strspn(word, "0123456789") == len;
}

/* Standard input is read as a file: a file of a pipe has no size. */
static int read_stdin(char **ret_data, size_t *ret_size)
{
	_cleanup_free_ char *data = NULL;
	size_t size = 0, room = 65536, n;

	do {
		char *larger = realloc(data, room + 1);

		if (larger == NULL)
			return -ENOMEM;
		data = larger;
		n = fread(data + size, 1, room - size, stdin);
		size += n;
		room = size == room ? room * 2 : room;
	} while (n > 0 && size <= LIBVIRT_XML_MAX);
	if (ferror(stdin))
		return -EIO;
	if (size > LIBVIRT_XML_MAX)
		return -EFBIG;
	data[size] = '\0';
	*ret_data = data;
	*ret_size = size;
	data = NULL;
	return 0;
}

/* Reads what a word names, and writes what to call it. */
static int read_input(const char *root, const char *word, char name[static PATH_MAX],
		      char **ret_data, size_t *ret_size)
{
	char path[PATH_MAX];

	snprintf(name, PATH_MAX, "%s", word);
	if (strcmp(word, "-") == 0) {
		snprintf(name, PATH_MAX, "standard input");
		return read_stdin(ret_data, ret_size);
	}
	if (!is_vmid(word) || access(word, F_OK) == 0)
		return file_read(word, LIBVIRT_XML_MAX, ret_data, ret_size);
	snprintf(path, sizeof(path), QEMU_SERVER_DIR "/%s.conf", word);
	snprintf(name, PATH_MAX, "%s%s", root, path);
	return tree_read(root, path, QEMU_SERVER_CONF_MAX, ret_data, ret_size);
}

/* What is behind a byte order mark, which editors may put in front; size is adapted. */
static const char *skip_bom(const char *data, size_t *size)
{
	const size_t len = strlen(UTF8_BOM);

	if (*size < len || memcmp(data, UTF8_BOM, len) != 0)
		return data;
	*size -= len;
	return data + len;
}

static bool is_xml(const char *data, size_t size)
{
	size_t i = 0;

	while (i < size && data[i] != '\0' && strchr(" \t\r\n", data[i]) != NULL)
		i++;
	return i < size && data[i] == '<';
}

/* Says why these bytes, which are no XML, are no configuration of Proxmox VE either. */
static int say_no_guest(struct change *change, const char *name, const char *data,
			size_t size)
{
	const bool has_nul = memchr(data, '\0', size) != NULL;

	return notes_add(
		&change->errors,
		"%s: %s; expected the configuration of a guest, as 'qm config' "
		"or 'virsh dumpxml' prints it",
		name, has_nul ? "a NUL byte" : "neither XML nor any line 'key: value'");
}

/* Takes the devices of a guest for targets. */
static int take_guest(struct targets *targets, struct change *change, const char *name,
		      const struct guest *guest)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < guest->problems.n; i++)
		err = notes_add(&change->errors, "%s: %s", name,
				guest->problems.lines[i]);
	for (size_t i = 0; err == 0 && i < guest->n_devices; i++) {
		const struct guest_device *device = &guest->devices[i];
		char source[512];

		snprintf(source, sizeof(source), "%.200s: %.200s: ", name,
			 device->source);
		err = targets_add(targets, change, &device->functions, source);
	}
	for (size_t i = 0; err == 0 && i < guest->remarks.n; i++)
		err = notes_add(&change->done, "%s: %s", name, guest->remarks.lines[i]);
	if (err == 0 && guest->n_devices == 0 && guest->problems.n == 0 &&
	    guest->remarks.n == 0)
		err = notes_add(&change->done, "%s: passes no PCI function through",
				name);
	return err;
}

static int import_word(struct targets *targets, struct change *change, const char *word,
		       bool *ret_unreadable)
{
	_cleanup_free_ char *data = NULL;
	struct guest guest = { 0 };
	char name[PATH_MAX];
	const char *text;
	size_t size;
	int err;

	err = read_input(change->options->root, word, name, &data, &size);
	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		*ret_unreadable = true;
		return notes_add(&change->errors, "%s: %s", name, file_read_error(err));
	}
	text = skip_bom(data, &size);
	if (!is_xml(text, size) && !hostpci_is_config(text, size)) {
		*ret_unreadable = true;
		return say_no_guest(change, name, text, size);
	}
	if (is_xml(text, size))
		err = libvirt_parse_domain(text, size, &guest);
	else
		err = hostpci_read(change->options->root, name, text, size, &guest);
	if (err == 0)
		err = take_guest(targets, change, name, &guest);
	guest_free(&guest);
	return err;
}

static int run(int argc, char *argv[])
{
	struct targets targets = { 0 };
	bool unreadable = false;
	struct options options;
	struct change change;
	int status, err = 0;

	if (!options_parse(argc, argv, help_text,
			   OPTION_JSON | OPTION_DRY_RUN | OPTION_FORCE | OPTION_OPTIONAL |
				   OPTION_BY_PATH,
			   INT_MAX, &options, &status))
		return status;
	if (options.n_words == 0)
		return options_wrong("import", "which guest?", "");
	if (!change_begin("import", &options, &change, &status))
		return status;
	change.guarded = true;
	for (int i = 0; err == 0 && i < options.n_words; i++)
		err = import_word(&targets, &change, options.words[i], &unreadable);
	/* A guest of which nothing is known is no part of what could be done. */
	change.partial = !unreadable;
	if (err == 0)
		err = targets_list(&targets, &change);
	status = change_end(&change, err);
	targets_free(&targets);
	change_free(&change);
	return status;
}

const struct cmd cmd_import = { "import", run, "list what a guest passes through" };
