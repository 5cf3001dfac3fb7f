/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of check_modules(). */
#ifndef PTBIND_CHECK_MODULES_H
#define PTBIND_CHECK_MODULES_H

#include "boot_words.h"
#include "findings.h"
#include "host/host.h"
#include "modprobe_config.h"
#include "util.h"

/* They return 0 or -ENOMEM. */

/* Is the IOMMU on, will it be, and if not: where is it turned on? */
_must_check_ int check_iommu(const struct host *host, const struct next_boot *next,
			     const struct boot_words *words, struct findings *findings);
/* Will the groups be those of this boot? */
_must_check_ int check_groups(const struct host *host, const struct boot_words *words,
			      struct findings *findings);
/* What the command line says to ptbind. */
_must_check_ int check_words(const struct boot_words *words, struct findings *findings);
/* modprobe.d, as libkmod reads it, and ids=, wherever it comes from. */
_must_check_ int check_modprobe(const struct host *host, const struct next_boot *next,
				const struct modprobe_config *config,
				const struct boot_words *words,
				struct findings *findings);
/* What of both keeps drivers off that the host uses. */
_must_check_ int check_kept_off(const struct host *host, const struct next_boot *next,
				const struct modprobe_config *config,
				const struct boot_words *words,
				struct findings *findings);
/* Lists of modules to load. */
_must_check_ int check_module_lists(const struct host *host, struct findings *findings);
/* What others bind: driverctl, scripts in the images. */
_must_check_ int check_overrides(const struct host *host, const struct next_boot *next,
				 struct findings *findings);

#endif
