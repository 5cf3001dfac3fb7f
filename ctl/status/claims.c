// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and writing the records: the result on one line, the message on the next. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "claims.h"
#include "file.h"
#include "tree.h"

static int record_path(const char *root, const struct pci_address *address,
		       char ret_path[static PATH_MAX])
{
	char path[sizeof(CLAIMS_DIR "/") + PCI_ADDRESS_STRSIZE] = CLAIMS_DIR "/";

	pci_address_format(address, path + strlen(path));
	return tree_path(root, path, ret_path, PATH_MAX);
}

/* Takes one line of *text, without its end, and moves *text behind it. */
static int take_line(char **text, char *ret_line, size_t size)
{
	char *line = strsep(text, "\n");

	if (line == NULL || *text == NULL || strlen(line) >= size)
		return -EBADMSG;
	memcpy(ret_line, line, strlen(line) + 1);
	return 0;
}

int claims_read(const char *root, const struct pci_address *address,
		struct claim *ret_claim)
{
	_cleanup_free_ char *data = NULL;
	struct claim claim;
	char path[PATH_MAX], *text;
	size_t size;
	int err;

	err = record_path(root, address, path);
	if (err == 0)
		err = file_read(path, sizeof(claim), &data, &size);
	if (err != 0)
		return err == -EFBIG ? -EBADMSG : err;
	if (strlen(data) != size)
		return -EBADMSG;
	text = data;
	err = take_line(&text, claim.result, sizeof(claim.result));
	if (err == 0)
		err = take_line(&text, claim.message, sizeof(claim.message));
	if (err == 0 && (text[0] != '\0' || claim.result[0] == '\0'))
		err = -EBADMSG;
	if (err == 0)
		*ret_claim = claim;
	return err;
}

int claims_write(const char *root, const struct pci_address *address,
		 const struct claim *claim)
{
	char path[PATH_MAX], text[sizeof(*claim) + 2];
	int err, n;

	n = snprintf(text, sizeof(text), "%s\n%s\n", claim->result, claim->message);
	err = tree_make_dir(root, CLAIMS_DIR, 0755);
	if (err == 0)
		err = record_path(root, address, path);
	if (err == 0)
		err = file_replace(path, text, (size_t)n);
	return err;
}

bool claim_is_bound(const struct claim *claim)
{
	return strcmp(claim->result, result_word(RESULT_BOUND)) == 0 ||
	       strcmp(claim->result, result_word(RESULT_ALREADY_BOUND)) == 0;
}

bool claim_is_absent(const struct claim *claim)
{
	return strcmp(claim->result, result_word(RESULT_ABSENT)) == 0;
}
