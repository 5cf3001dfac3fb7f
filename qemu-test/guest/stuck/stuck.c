// SPDX-License-Identifier: GPL-2.0-or-later
/* A driver whose remove never returns, for QEMU's teaching device "edu". */

#include <linux/completion.h>
#include <linux/module.h>
#include <linux/pci.h>

#define VENDOR_QEMU 0x1234
#define DEVICE_EDU 0x11e8

static DECLARE_COMPLETION(never);

static int stuck_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	pci_info(pdev, "bound\n");
	return 0;
}

static void stuck_remove(struct pci_dev *pdev)
{
	pci_info(pdev, "remove does not return\n");
	wait_for_completion(&never);
}

static const struct pci_device_id stuck_ids[] = {
	{ PCI_DEVICE(VENDOR_QEMU, DEVICE_EDU) },
	{ }
};
MODULE_DEVICE_TABLE(pci, stuck_ids);

static struct pci_driver stuck_driver = {
	.name = "stuck",
	.id_table = stuck_ids,
	.probe = stuck_probe,
	.remove = stuck_remove,
};
module_pci_driver(stuck_driver);

MODULE_DESCRIPTION("Test driver that hangs in remove");
MODULE_LICENSE("GPL");
