/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building the images of all kernels anew: all of them, or none. */
#ifndef PTBIND_REBUILD_H
#define PTBIND_REBUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/kernels.h"
#include "saved_images.h"
#include "util.h"

/* Where images are kept for which /boot has no room. */
#define REBUILD_KEEP_DIR "/var/lib/ptbind/images"

/* The path of an image: the version of its kernel is to be filled in. */
#define REBUILD_IMAGE_FORMAT "/boot/initrd.img-%s"

enum rebuild_state {
	REBUILD_UNTOUCHED, /* the image is the one that was there */
	REBUILD_BUILT,
	REBUILD_RESTORED, /* a new one was there, and went again */
	REBUILD_LOST, /* the old one could not be put back; it is where it was saved */
};

struct rebuild_image {
	const struct kernel *kernel;
	char path[280];         /* of the image */
	unsigned int leftovers; /* that were beside it before, a bit for each */
	bool is_saved;
	struct saved_image saved;
	enum rebuild_state state;
	bool has_other_copies; /* it was put back, but not where the hooks copy it to */
};

struct rebuild {
	struct rebuild_image *images;
	size_t n;
};

/* The word of a state, a literal: "untouched", "built", "restored", "lost". */
const char *rebuild_state_word(enum rebuild_state state);

/*
 * Lists the images to build: of kernels that have one, and of those that have modules,
 * which should. Returns 0 or -ENOMEM.
 */
_must_check_ int rebuild_plan(const struct kernels *kernels, struct rebuild *ret_rebuild);

/* The command that builds image i; argv has room for 6 words. */
void rebuild_command(const struct rebuild *rebuild, size_t i, const char *argv[static 6]);

/*
 * Keeps all images, then builds them anew, and says so on standard error. Returns 0; or a
 * negative errno, -ECANCELED where a program failed, -EINTR where a signal came: what
 * went wrong has been said, and rebuild_restore() puts everything back.
 */
_must_check_ int rebuild_run(struct rebuild *rebuild);

/*
 * Puts back what was there, has copies made of it, and says so. Returns 0, or -EIO where
 * an image could not be put back or copied.
 */
_must_check_ int rebuild_restore(struct rebuild *rebuild);

/*
 * Has the hooks in /etc/initramfs/post-update.d copy an image to where the boot loader
 * looks for it, whatever signals come. Returns 0, or -EIO where one fails, which has been
 * said on standard error.
 */
int rebuild_run_hooks(const struct kernel *kernel, const char *image);

/*
 * Puts right what a run that was killed left: where it kept an image, and the one in its
 * place cannot be read, the kept one is put back. What is not needed is dropped. All of
 * it is said on standard error. To be called before the kernels' images are listed.
 * Returns 0 or a negative errno that has been said.
 */
_must_check_ int rebuild_recover(const struct kernels *kernels);

/* Drops what was kept, unless it is the only one there is, and frees what it owns. */
void rebuild_free(struct rebuild *rebuild);

#endif
