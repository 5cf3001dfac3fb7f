// SPDX-License-Identifier: GPL-2.0-or-later
/* The one file that talks to libkmod. */

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>

#include "modules.h"

#define VFIO_MODULE "vfio_pci"

/* What the callback for "install" lines needs to do the loading itself. */
struct install_context {
	struct kmod_module *vfio;
	const char *vfio_options;
};

int vfio_module_open(struct vfio_module *ret_vfio)
{
	struct vfio_module vfio = { 0 };
	int err;

	vfio.ctx = kmod_new(NULL, NULL);
	if (vfio.ctx == NULL)
		return errno > 0 ? -errno : -ENOMEM;
	err = kmod_module_new_from_name(vfio.ctx, VFIO_MODULE, &vfio.module);
	if (err < 0) {
		kmod_unref(vfio.ctx);
		return err;
	}

	*ret_vfio = vfio;
	return 0;
}

void vfio_module_close(struct vfio_module *vfio)
{
	if (vfio->ctx == NULL)
		return;
	kmod_module_unref(vfio->module);
	kmod_unref(vfio->ctx);
	*vfio = (struct vfio_module){ 0 };
}

const char *vfio_module_options(const struct vfio_module *vfio)
{
	return kmod_module_get_options(vfio->module);
}

/*
 * Stands in for the command of an "install" line. libkmod would run it in a shell, which
 * in an initramfs does anything between nothing and a second bind script.
 */
static int load_instead(struct kmod_module *module, const char *command, void *data)
{
	const struct install_context *context = data;
	const char *options = module == context->vfio ? context->vfio_options :
							kmod_module_get_options(module);

	(void)command;
	return kmod_module_insert_module(module, 0, options);
}

/* Puts ids= behind the configured options: the kernel takes the last one. */
static int join_options(const char *options, const char *ids, char **ret_joined)
{
	int n;

	n = asprintf(ret_joined, "%s%sids=%s", options != NULL ? options : "",
		     options != NULL ? " " : "", ids);
	return n < 0 ? -ENOMEM : 0;
}

int vfio_module_load(const struct vfio_module *vfio, const char *ids)
{
	struct install_context context = {
		.vfio = vfio->module,
		.vfio_options = vfio_module_options(vfio),
	};
	_cleanup_free_ char *joined = NULL, *extra = NULL;
	int err;

	if (ids != NULL) {
		err = join_options(context.vfio_options, ids, &joined);
		if (err < 0)
			return err;
		err = join_options(NULL, ids, &extra);
		if (err < 0)
			return err;
		context.vfio_options = joined;
	}
	err = kmod_module_probe_insert_module(vfio->module, 0, extra, load_instead,
					      &context, NULL);
	/* Positive values say that a blacklist applied, which none of the flags asks for.
	 */
	return err > 0 ? -EPERM : err;
}
