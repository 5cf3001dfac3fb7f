/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What disks are used for, in words, and which of it the host must not lose. */
#ifndef PTBIND_STORAGE_JUDGE_H
#define PTBIND_STORAGE_JUDGE_H

#include "host/stakes.h"
#include "host/uses.h"
#include "notes.h"
#include "storage_graph.h"
#include "util.h"

/*
 * Adds a stake for each thing that the host boots from or needs at boot: see "STORAGE" in
 * ptbind(8). What rests on no disk, or only on such that vfio-pci cannot take, is none.
 * Returns 0 or -ENOMEM.
 */
_must_check_ int storage_add_stakes(struct storage_graph *graph, struct stakes *stakes,
				    struct notes *unseen);

/* Adds a use for each disk that hangs on a PCI function. Returns 0 or -ENOMEM. */
_must_check_ int storage_add_uses(struct storage_graph *graph, struct uses *uses);

/* The partition type of EFI system partitions in a GPT: UEFI 2.10, 5.3.3. */
#define ESP_TYPE "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

/*
 * Writes what kind of thing a node is, for parentheses: "LVM pve-root", "RAID md0"; an
 * empty text for a disk and its partitions.
 */
#define STORAGE_KIND_SIZE 256
void storage_kind(const struct storage_graph *graph, size_t node,
		  char ret_text[static STORAGE_KIND_SIZE]);

/* Is it one of /, /usr, /var, /boot, /boot/efi, /efi? */
bool storage_is_vital(const char *target);

#endif
