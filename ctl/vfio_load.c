// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading vfio-pci with libkmod. */

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>

#include "ids.h"
#include "vfio_load.h"

#define VFIO_MODULE "vfio_pci"

struct loading {
	struct kmod_module *vfio;
	const char *options; /* those of modprobe.d, with ids= as it is to be; or NULL */
};

/* Stands in for the command of an "install" line. */
static int load_instead(struct kmod_module *module, const char *command, void *data)
{
	const struct loading *loading = data;

	(void)command;
	return kmod_module_insert_module(module, 0,
					 module == loading->vfio ?
						 loading->options :
						 kmod_module_get_options(module));
}

/* Loads the module; ids, if it is not NULL, comes behind its options: the last one
 * counts. */
static int load_module(struct kmod_module *module, const char *ids)
{
	struct loading loading = { module, kmod_module_get_options(module) };
	_cleanup_free_ char *extra = NULL, *joined = NULL;
	int err;

	if (ids != NULL) {
		if (asprintf(&extra, "ids=%s", ids) < 0)
			return -ENOMEM;
		if (asprintf(&joined, "%s %s",
			     loading.options != NULL ? loading.options : "", extra) < 0)
			return -ENOMEM;
		loading.options = joined;
	}
	err = kmod_module_probe_insert_module(module, 0, extra, load_instead, &loading,
					      NULL);
	/* Above 0 a blacklist applied, which none of the flags asks for. */
	return err > 0 ? -EPERM : err;
}

static int drop_ids(struct kmod_module *module, const struct plan_input *input,
		    struct outcome *outcomes, char **ret_ids)
{
	return ids_drop_listed(kmod_module_get_options(module), input, outcomes, ret_ids);
}

int vfio_load(const struct plan_input *input, struct outcome *outcomes)
{
	_cleanup_free_ char *ids = NULL;
	struct kmod_module *module;
	struct kmod_ctx *ctx;
	int err;

	ctx = kmod_new(NULL, NULL);
	if (ctx == NULL)
		return errno > 0 ? -errno : -ENOMEM;
	err = kmod_module_new_from_name(ctx, VFIO_MODULE, &module);
	if (err == 0) {
		err = drop_ids(module, input, outcomes, &ids);
		if (err == 0)
			err = load_module(module, ids);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return err;
}
