/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modprobe's configuration, as libkmod reads it below the host's root. */
#ifndef PTBIND_MODPROBE_CONFIG_H
#define PTBIND_MODPROBE_CONFIG_H

#include <libkmod.h>
#include <stddef.h>

#include "findings.h"
#include "host/host.h"
#include "tree.h"
#include "util.h"

struct modprobe_config {
	const struct host *host;
	struct findings *findings;
	struct tree_names files; /* the configuration files, for evidence only */
	struct kmod_ctx *ctx;
	struct kmod_ctx *bare; /* of no files: what libkmod adds to any */
};

/* One iterator of libkmod's configuration, and what is done with each of its entries. */
typedef struct kmod_config_iter *modprobe_config_get_t(const struct kmod_ctx *ctx);
typedef int modprobe_config_visit_t(void *data, const char *key, const char *value);

/*
 * Reads the configuration; host and findings, where what cannot be read is told, must
 * outlive it. Returns 0 or a negative errno; only then nothing is to be freed.
 */
_must_check_ int modprobe_config_read(const struct host *host, struct findings *findings,
				      struct modprobe_config *ret_config);

/*
 * Calls visit for each entry of the configuration files, until it returns other than 0,
 * which is returned. libkmod puts those of the running kernel's command line behind them,
 * which may be another machine's: they are left out, and the command line is read from
 * where the host has it.
 */
_must_check_ int modprobe_config_each(const struct modprobe_config *config,
				      modprobe_config_get_t *get,
				      modprobe_config_visit_t *visit, void *data);

/*
 * Writes "FILE:LINE" of the last line with a command for a module and, behind it, a text,
 * which may be NULL; libkmod tells what is configured, and not where. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int modprobe_config_line(const struct modprobe_config *config,
				      const char *command, const char *module,
				      const char *part, char *ret_where, size_t size);

/* Frees what the configuration owns, not the structure itself. */
void modprobe_config_free(struct modprobe_config *config);

#endif
