/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What 'ptbind check' finds: would the next boot be good? */
#ifndef PTBIND_FINDINGS_H
#define PTBIND_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "host/host.h"
#include "util.h"

enum severity {
	SEVERITY_ERROR,   /* the next boot would not be as wanted, or dangerous */
	SEVERITY_WARNING, /* it may not be, or the way back is not what it should be */
	SEVERITY_NOTE,    /* worth knowing */
};

/* What a finding is about, once and for all; each has a section in ptbind(8). */
struct finding_kind {
	const char *code; /* stable: "ids-takes-unlisted" */
	enum severity severity;
	const char *why;      /* why it matters, a sentence */
	const char *what;     /* what to do, a sentence */
	bool mended_by_apply; /* images or a menu made anew put it right */
};

struct finding {
	const struct finding_kind *kind;
	char *evidence; /* what was found, and where: a file with its line, an address */
	char *advice;   /* what to do in this case, instead of the kind's; or NULL */
	bool mended_by_apply; /* as of the kind, unless it was said otherwise */
};

struct findings {
	struct finding *entries;
	size_t n;
};

/* Adds a finding with its evidence. Returns 0 or -ENOMEM. */
_must_check_ _printf_(3, 4) int findings_add(struct findings *findings,
					     const struct finding_kind *kind,
					     const char *format, ...);

/* Gives the last finding an advice of its own. Returns 0 or -ENOMEM. */
_must_check_ _printf_(2, 3) int findings_advise(struct findings *findings,
						const char *format, ...);

/* Says of the last finding whether 'ptbind apply' puts it right. */
void findings_mended(struct findings *findings, bool by_apply);

/* How many findings there are of a severity. */
size_t findings_count(const struct findings *findings, enum severity severity);

/* The word of a severity, a literal: "error", "warning", "note". */
const char *severity_word(enum severity severity);

/* Frees what the findings own, not the structure itself. */
void findings_free(struct findings *findings);

/*
 * All that is found about the host and its next boot, in a fixed order. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int check_everything(const struct host *host, const struct next_boot *next,
				  struct findings *findings);

/*
 * The parts of it, each in a file of its own. Return 0 or -ENOMEM.
 */
/* Lines that are refused, guards, groups, pins, reset methods. */
_must_check_ int check_list(const struct host *host, const struct next_boot *next,
			    struct findings *findings);
/* The IOMMU, the command line, modprobe.d and lists of modules. */
_must_check_ int check_modules(const struct host *host, const struct next_boot *next,
			       struct findings *findings);
/* GRUB's menu, systemd-boot's entries, and the way back. */
_must_check_ int check_menu(const struct host *host, const struct next_boot *next,
			    struct findings *findings);
/* The images, every copy of them. */
_must_check_ int check_images(const struct host *host, const struct next_boot *next,
			      struct findings *findings);
/* Guests of Proxmox VE and libvirt. */
_must_check_ int check_guests(const struct host *host, const struct next_boot *next,
			      struct findings *findings);
/* Names of network interfaces that will move. */
_must_check_ int check_interfaces(const struct host *host, const struct next_boot *next,
				  struct findings *findings);
/* Names of disks that will move. */
_must_check_ int check_disks(const struct host *host, const struct next_boot *next,
			     struct findings *findings);

#endif
