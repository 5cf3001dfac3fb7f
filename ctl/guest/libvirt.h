/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI devices in libvirt's domain XML. */
#ifndef PTBIND_LIBVIRT_H
#define PTBIND_LIBVIRT_H

#include <stddef.h>

#include "guest.h"
#include "util.h"

/* libvirt itself takes no more (VIR_NET_MESSAGE_STRING_MAX) than a quarter of this. */
#define LIBVIRT_XML_MAX 16777216

/*
 * Adds the PCI functions of the host that a domain takes to a guest: <hostdev
 * type='pci'>, <interface type='hostdev'>, <disk type='nvme'>. text holds size bytes,
 * which may be anything. What is not understood becomes a problem of the guest. Returns 0
 * or -ENOMEM.
 */
_must_check_ int libvirt_parse_domain(const char *text, size_t size, struct guest *guest);

#endif
