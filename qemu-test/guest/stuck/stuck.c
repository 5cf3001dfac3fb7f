// SPDX-License-Identifier: GPL-2.0-or-later
/* A driver whose remove, or probe, never returns; for QEMU's teaching device "edu". */

#include <linux/completion.h>
#include <linux/module.h>
#include <linux/pci.h>

#define VENDOR_QEMU 0x1234
#define DEVICE_EDU 0x11e8

static DECLARE_COMPLETION(never);

static bool hang_in_probe;
module_param(hang_in_probe, bool, 0444);
MODULE_PARM_DESC(hang_in_probe, "Hang in probe already");

static int stuck_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (hang_in_probe) {
		pci_info(pdev, "probe does not return\n");
		wait_for_completion(&never);
	}
	pci_info(pdev, "bound\n");
	return 0;
}

static void stuck_remove(struct pci_dev *pdev)
{
	pci_info(pdev, "remove does not return\n");
	wait_for_completion(&never);
}

static const struct pci_device_id stuck_ids[] = { { PCI_DEVICE(VENDOR_QEMU, DEVICE_EDU) },
						  {} };
MODULE_DEVICE_TABLE(pci, stuck_ids);

static struct pci_driver stuck_driver = {
	.name = "stuck",
	.id_table = stuck_ids,
	.probe = stuck_probe,
	.remove = stuck_remove,
};
module_pci_driver(stuck_driver);

MODULE_DESCRIPTION("Test driver that hangs in remove or probe");
MODULE_LICENSE("GPL");
