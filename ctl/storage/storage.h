/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a host's block devices, and of what it mounts, as it was read. */
#ifndef PTBIND_STORAGE_H
#define PTBIND_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "notes.h"
#include "tree.h"
#include "util.h"

/* Texts of a block device that it may have or not. */
enum block_text {
	BLOCK_PARENT, /* the directory in sysfs that it lies in: a partition's disk */
	BLOCK_VENDOR, /* of SCSI */
	BLOCK_MODEL,
	BLOCK_DM_NAME,
	BLOCK_DM_UUID,      /* "LVM-…", "CRYPT-LUKS2-…", "mpath-…" */
	BLOCK_BACKING_FILE, /* of a loop device */
	BLOCK_FS_TYPE,      /* as libblkid calls it: "ext4", "LVM2_member" */
	BLOCK_FS_UUID,
	BLOCK_FS_LABEL,     /* of a member of a ZFS pool: the pool's name */
	BLOCK_VOLUME_GROUP, /* of an LVM physical volume */
	BLOCK_PART_TYPE,    /* GPT's type GUID, or 0x… */
	BLOCK_PART_UUID,
	BLOCK_PART_NAME,
	BLOCK_TEXTS,
};

/* What a block device hangs on, by its place in sysfs. */
enum block_bus {
	BLOCK_ON_PCI,
	BLOCK_ON_NETWORK,
	BLOCK_ELSEWHERE, /* memory, or a local bus that is not PCI: vfio-pci takes neither
			  */
	BLOCK_VIRTUAL,   /* on other block devices, or on nobody knows what */
};

struct block {
	char *name; /* the kernel's: "sda1", "nvme0n1"; '!' stands for '/' */
	unsigned int major;
	unsigned int minor;
	uint64_t size; /* bytes */
	enum block_bus bus;
	struct pci_address *functions; /* more than one: NVMe with several controllers */
	size_t n_functions;
	bool has_disc;            /* optical: there is one in it */
	bool is_ambivalent;       /* it has signatures of several kinds */
	struct tree_names slaves; /* kernel names of what it is made of */
	struct tree_names links;  /* in /dev, without that: "disk/by-uuid/…" */
	char *texts[BLOCK_TEXTS];
};

enum storage_origin {
	STORAGE_MOUNT, /* mountinfo: later ones hide earlier ones */
	STORAGE_FSTAB,
	STORAGE_SWAP, /* /proc/swaps, then fstab */
	STORAGE_CRYPTTAB,
	STORAGE_ESP,    /* of proxmox-boot-tool */
	STORAGE_VDEV,   /* a file that is a member of some ZFS pool */
	STORAGE_UNREAD, /* a file with some of these could not be read: source, error */
};

enum storage_medium {
	STORAGE_ON_DISK, /* as far as the type of the file system tells */
	STORAGE_ON_NETWORK,
	STORAGE_ON_NOTHING, /* pseudo file systems */
};

/* What a line of crypttab needs. */
enum storage_part {
	STORAGE_CIPHERTEXT,
	STORAGE_KEY,
	STORAGE_HEADER,
};

/* Something that needs storage. */
struct storage_entry {
	enum storage_origin origin;
	enum storage_medium medium;
	char *source;  /* device, tag (UUID=…), path, dataset; never NULL */
	char *target;  /* mount point, or the name of a mapping; empty: none */
	char *type;    /* of the file system; empty: not known */
	char *subtree; /* what of the file system is mounted; empty: not known */
	unsigned int major, minor; /* of a mount, or where the source led; 0: not known */
	bool is_active;            /* in use now; else a file names it */
	enum storage_part part;    /* of crypttab */
	bool is_remote;            /* the network is there before it */
	bool needed;               /* boot waits for it, or stops without it */
	int error;                 /* negative errno of what could not be read */
};

enum storage_group_kind {
	STORAGE_POOL,         /* of ZFS, imported */
	STORAGE_BTRFS,        /* mounted, or of several devices */
	STORAGE_VOLUME_GROUP, /* of LVM: without all of it nothing is activated at boot */
};

/* Several block devices that act as one, of which the kernel has no block device. */
struct storage_group {
	enum storage_group_kind kind;
	char *name;                /* the pool's or volume group's, or btrfs's UUID */
	char *label;               /* of btrfs; empty: none */
	struct tree_names members; /* not of pools: kernel names */
	struct tree_names others;  /* of btrfs: by what is on them, not mounted */
};

struct storage {
	struct block *blocks; /* by name, each once */
	size_t n_blocks;
	struct storage_entry *entries;
	size_t n_entries;
	struct storage_group *groups; /* pools, btrfs, volume groups; each by name */
	size_t n_groups;
	bool by_uefi; /* the host was booted by UEFI, from an EFI system partition */
};

/* Frees what the storage owns, not the structure itself. */
void storage_free(struct storage *storage);

/*
 * The parts of reading it below root. They return 0 or -ENOMEM, and add to what is there;
 * that is the caller's also on failure. What could not be seen is added to unseen, and to
 * the entries where a stake may be hidden in it.
 */
_must_check_ int storage_read_blocks(const char *root, struct storage *storage,
				     struct notes *unseen);
_must_check_ int storage_read_entries(const char *root, struct storage *storage,
				      struct notes *unseen);
_must_check_ int storage_read_pools(const char *root, struct storage *storage,
				    struct notes *unseen);
_must_check_ int storage_read_btrfs(const char *root, struct storage *storage,
				    struct notes *unseen);
_must_check_ int storage_read_volume_groups(const char *root, struct storage *storage,
					    struct notes *unseen);

/*
 * Calls read for each name in a directory that has one for each group; none is fine. What
 * cannot be listed is added to unseen, and to the entries. Returns 0 or -ENOMEM.
 */
_must_check_ int storage_read_groups(const char *root, const char *path,
				     int (*read)(const char *root, const char *name,
						 struct storage *storage),
				     struct storage *storage, struct notes *unseen);

/* Is root the running system's own, where libudev and /dev are good for? */
bool storage_root_is_real(const char *root);

/* The texts of an entry; NULL is empty. */
struct storage_words {
	const char *source;
	const char *target;
	const char *type;
	const char *subtree;
};

/* Adds a copy of an entry, with copies of these texts. Returns 0 or -ENOMEM. */
_must_check_ int storage_add_entry(struct storage *storage,
				   const struct storage_entry *entry,
				   const struct storage_words *words);

/* A file could not be read: who knows what it names? Adds that. Returns 0 or -ENOMEM. */
_must_check_ int storage_add_unread(struct storage *storage, const char *path, int error,
				    struct notes *unseen);

/* Adds a group without members; label may be empty. Returns 0 or -ENOMEM. */
_must_check_ int storage_add_group(struct storage *storage, enum storage_group_kind kind,
				   const char *name, const char *label);

/* Sets a text of a block device, which is copied; an empty one removes it. 0 or -ENOMEM.
 */
_must_check_ int block_set(struct block *block, enum block_text which, const char *text);

#endif
