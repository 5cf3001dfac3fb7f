// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the parser of the kernel command line. */

#include "cmdline.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct cmdline cmdline;

	if (cmdline_parse(text, &cmdline) == 0) {
		CHECK(cmdline.disable == (cmdline.reason[0] != '\0'));
		CHECK(memchr(cmdline.reason, '\0', sizeof(cmdline.reason)) != NULL);
		CHECK(cmdline.timeout >= 1 && cmdline.timeout <= CMDLINE_TIMEOUT_MAX);
		for (size_t i = 0; i < cmdline.n_notes; i++)
			CHECK(strlen(cmdline.notes[i]) > 0);
		for (size_t i = 0; i < cmdline.n_except; i++)
			CHECK(cmdline.except[i].n_steps <= PCI_PATH_STEPS_MAX);
		/* Without a name of ours or of a blacklist nothing may come of it. */
		if (strstr(text, "pt.") == NULL && strstr(text, "blacklist") == NULL)
			CHECK(!cmdline.disable && cmdline.n_except == 0 &&
			      cmdline.n_notes == 0);
		cmdline_free(&cmdline);
	}
	CHECK(memcmp(text, data, size) == 0);
	free(text);
	return 0;
}
