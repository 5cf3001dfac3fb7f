# SPDX-License-Identifier: GPL-2.0-or-later
# What the boot menu entries that undo ptbind for one boot have in common. The hooks of all
# boot loaders source it; where it is gone, so is the package, and they do nothing.
# shellcheck shell=dash
# shellcheck disable=SC2034 # for those who source it

# ptbind lets go of all functions, and nobody else loads vfio-pci: a guest that starts with
# the host would take them back. Unlike module_blacklist= the second one adds up with the
# owner's own, and it holds for a built-in vfio-pci too.
RECOVERY_WORDS="pt.disable initcall_blacklist=vfio_pci_init"

# Added to the title of an entry.
RECOVERY_TITLE="passthrough off"
