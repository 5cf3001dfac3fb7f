/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A virtual machine's side of VFIO in miniature: opens a PCI function as QEMU would,
 * reads its ID, maps a page for DMA and resets it. Prints what it did; exit status 0 if
 * all worked. The interface is described in Documentation/driver-api/vfio.rst. */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

/* Ends the program, with errno as the reason. */
static void die(const char *address, const char *what)
{
	printf("%s: %s: %s\n", address, what, strerror(errno));
	exit(1);
}

/* Opens the function's IOMMU group, /dev/vfio/N. */
static int open_group(const char *address)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		die(address, "iommu_group");
	target[len] = '\0';

	snprintf(path, sizeof(path), "/dev/vfio/%s", basename(target));
	fd = open(path, O_RDWR);
	if (fd < 0)
		die(address, path);
	printf("%s: group %s\n", address, basename(target));
	return fd;
}

/* Gives the group to a new container with an IOMMU; returns the container. */
static int set_container(const char *address, int group)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int container, type;

	container = open("/dev/vfio/vfio", O_RDWR);
	if (container < 0)
		die(address, "/dev/vfio/vfio");
	if (ioctl(container, VFIO_GET_API_VERSION) != VFIO_API_VERSION)
		die(address, "VFIO_GET_API_VERSION");

	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status) < 0)
		die(address, "VFIO_GROUP_GET_STATUS");
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
		errno = EBUSY;
		die(address, "the group is not viable");
	}
	printf("%s: group is viable\n", address);

	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) < 0)
		die(address, "VFIO_GROUP_SET_CONTAINER");
	type = ioctl(container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) > 0 ?
		       VFIO_TYPE1v2_IOMMU :
		       VFIO_TYPE1_IOMMU;
	if (ioctl(container, VFIO_SET_IOMMU, type) < 0)
		die(address, "VFIO_SET_IOMMU");
	return container;
}

/* Reads the ID, the first four bytes of configuration space. */
static void read_id(const char *address, int device)
{
	struct vfio_region_info region = {
		.argsz = sizeof(region),
		.index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint8_t id[4];

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region) < 0)
		die(address, "VFIO_DEVICE_GET_REGION_INFO");
	if (pread(device, id, sizeof(id), (off_t)region.offset) != (ssize_t)sizeof(id))
		die(address, "configuration space");
	printf("%s: id %02x%02x:%02x%02x\n", address, id[1], id[0], id[3], id[2]);
}

/* Maps a page at the device's address 1 MiB. */
static void map_page(const char *address, int container)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = 1 << 20,
		.size = size,
	};
	void *page;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (page == MAP_FAILED)
		die(address, "mmap");
	map.vaddr = (uintptr_t)page;
	if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map) < 0)
		die(address, "VFIO_IOMMU_MAP_DMA");
	printf("%s: mapped %zu bytes for DMA\n", address, size);
}

/* Resets the function, where it can be reset. */
static void reset(const char *address, int device)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	if (ioctl(device, VFIO_DEVICE_GET_INFO, &info) < 0)
		die(address, "VFIO_DEVICE_GET_INFO");
	if (!(info.flags & VFIO_DEVICE_FLAGS_RESET)) {
		printf("%s: has no reset\n", address);
		return;
	}
	if (ioctl(device, VFIO_DEVICE_RESET) < 0)
		die(address, "VFIO_DEVICE_RESET");
	printf("%s: reset\n", address);
}

int main(int argc, char *argv[])
{
	int group, container, device;
	const char *address;

	if (argc != 2) {
		fprintf(stderr, "usage: vfio-client ADDRESS\n");
		return 2;
	}
	address = argv[1];

	group = open_group(address);
	container = set_container(address, group);
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
	if (device < 0)
		die(address, "VFIO_GROUP_GET_DEVICE_FD");
	read_id(address, device);
	map_page(address, container);
	reset(address, device);
	printf("%s: assignable\n", address);
	return 0;
}
