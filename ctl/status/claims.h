/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of listed functions after boot: a file for each, see ptbind(8), FILES. */
#ifndef PTBIND_CLAIMS_H
#define PTBIND_CLAIMS_H

#include <stdbool.h>

#include "address.h"
#include "result.h"
#include "util.h"

#define CLAIMS_DIR "/run/ptbind/claims"

#define CLAIM_RESULT_SIZE 32

/* It counts more than the report of the boot, being newer. */
struct claim {
	char result[CLAIM_RESULT_SIZE];                       /* a word of lib/result.h */
	char message[sizeof(((struct outcome *)0)->message)]; /* empty: nothing to say */
};

/*
 * Reads what is recorded of the function at an address. root is a directory, or empty for
 * "/". Returns 0; -ENOENT where nothing is, which is usual; -EBADMSG where the record
 * cannot be understood; or another negative errno.
 */
_must_check_ int claims_read(const char *root, const struct pci_address *address,
			     struct claim *ret_claim);

/*
 * Records it, in one step, in the place of what was recorded before. The directory below
 * RUN_DIR is made where it is missing. Returns 0 or a negative errno.
 */
_must_check_ int claims_write(const char *root, const struct pci_address *address,
			      const struct claim *claim);

/* Says the record that vfio-pci got the function? */
bool claim_is_bound(const struct claim *claim);

/* Says the record that the function was removed, and nothing came since? */
bool claim_is_absent(const struct claim *claim);

#endif
