/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that both programs know of. */
#ifndef PTBIND_PATHS_H
#define PTBIND_PATHS_H

/* Written by the owner; read by ptbind-early, at boot the image's copy, and by ptbind. */
#define ALLOWLIST_PATH "/etc/ptbind/allowlist"

/* Made by whichever comes first: ptbind-early at boot, ptbind for a permission. */
#define RUN_DIR "/run/ptbind"

/* Written by ptbind-early at boot, read by ptbind. */
#define REPORT_PATH RUN_DIR "/report.json"

/* The list that this boot used, byte for byte. */
#define USED_LIST_PATH RUN_DIR "/allowlist"

#endif
