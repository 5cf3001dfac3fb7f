/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading vfio-pci and what it needs, through libkmod. */
#ifndef PTBIND_MODULES_H
#define PTBIND_MODULES_H

#include "util.h"

struct kmod_ctx;
struct kmod_module;

struct vfio_module {
	struct kmod_ctx *ctx;
	struct kmod_module *module;
};

/* Reads the configuration of modules. Returns 0 or a negative errno. */
_must_check_ int vfio_module_open(struct vfio_module *ret_vfio);
void vfio_module_close(struct vfio_module *vfio);

/* The options from modprobe.d and the kernel command line, or NULL; owned by vfio. */
const char *vfio_module_options(const struct vfio_module *vfio);

/*
 * Loads the module, its dependencies and softdeps, with their options; where ids is not
 * NULL it replaces the configured ids=. Commands from "install" lines are not run: the
 * modules are loaded instead. Returns 0, also where it was loaded before, or a negative
 * errno: -ENOENT where there is no such module, or what the kernel said.
 */
_must_check_ int vfio_module_load(const struct vfio_module *vfio, const char *ids);

#endif
