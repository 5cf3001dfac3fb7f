// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading and writing the PCI part of sysfs, below one directory. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_space.h"
#include "sysfs.h"

int sysfs_open(const char *root, struct sysfs *ret_sysfs)
{
	char path[PATH_MAX];
	int fd, n;

	n = snprintf(path, sizeof(path), "%s/sys/bus/pci", root);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret_sysfs->pci_fd = fd;
	return 0;
}

void sysfs_close(struct sysfs *sysfs)
{
	if (sysfs->pci_fd >= 0)
		close(sysfs->pci_fd);
	sysfs->pci_fd = -1;
}

/* Opens a function's directory; -ENODEV where there is none. */
static int open_function(const struct sysfs *sysfs, const struct pci_address *address)
{
	char path[sizeof("devices/") + PCI_ADDRESS_STRSIZE] = "devices/";
	int fd;

	pci_address_format(address, path + strlen(path));
	fd = openat(sysfs->pci_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	return fd;
}

/* Reads an attribute that holds one number in hexadecimal, 0x first. */
static int read_hex(int dir_fd, const char *attribute, unsigned long max,
		    unsigned long *ret_value)
{
	_cleanup_close_ int fd = openat(dir_fd, attribute, O_RDONLY | O_CLOEXEC);
	char text[32], *end;
	unsigned long value;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';

	errno = 0;
	value = strtoul(text, &end, 16);
	if (errno != 0 || end == text || (*end != '\n' && *end != '\0') || value > max)
		return -EBADMSG;
	*ret_value = value;
	return 0;
}

static int read_id(int dir_fd, const char *vendor_attribute, const char *device_attribute,
		   struct pci_id *ret_id)
{
	unsigned long vendor, device;
	int err;

	err = read_hex(dir_fd, vendor_attribute, UINT16_MAX, &vendor);
	if (err < 0)
		return err;
	err = read_hex(dir_fd, device_attribute, UINT16_MAX, &device);
	if (err < 0)
		return err;
	*ret_id = (struct pci_id){ (uint16_t)vendor, (uint16_t)device };
	return 0;
}

/* Reads the last component of what a link points to; an empty string without a link. */
static int read_link_name(int dir_fd, const char *link, char *name, size_t size)
{
	char target[PATH_MAX];
	const char *last;
	ssize_t n;
	size_t len;

	n = readlinkat(dir_fd, link, target, sizeof(target) - 1);
	if (n < 0 && errno != ENOENT)
		return -errno;
	target[n < 0 ? 0 : n] = '\0';

	last = strrchr(target, '/');
	last = last != NULL ? last + 1 : target;
	len = strlen(last);
	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(name, last, len + 1);
	return 0;
}

/* A config_read_t on the file descriptor of a config attribute. */
static int read_config(void *context, unsigned int offset, uint32_t *ret_value)
{
	uint8_t bytes[4];
	ssize_t n = pread(*(int *)context, bytes, sizeof(bytes), offset);

	if (n < 0)
		return -errno;
	if (n != sizeof(bytes))
		return -ENODATA;
	*ret_value = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
		     (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	return 0;
}

static void read_config_facts(int dir_fd, struct pci_function *function)
{
	_cleanup_close_ int fd = openat(dir_fd, "config", O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;

	if (err == 0)
		err = config_header_type(read_config, &fd, &function->header_type);
	if (err < 0) {
		function->error = err;
		function->dsn_error = err;
		return;
	}
	if (function->facts & FACT_DSN)
		function->dsn_error =
			config_serial_number(read_config, &fd, &function->dsn);
}

/* Makes a path of the components of ../../../devices/pci0000:00/0000:00:1c.0/… */
static int parse_device_link(char *link, struct pci_path *ret_path)
{
	struct pci_path path = { 0 };
	bool started = false;
	char *save = NULL;

	for (char *s = strtok_r(link, "/", &save); s != NULL;
	     s = strtok_r(NULL, "/", &save)) {
		struct pci_address address;
		struct parse_error error;

		/* A host bridge; one below another function (VMD) starts anew. */
		if (strncmp(s, "pci", 3) == 0) {
			path.n_steps = 0;
			started = false;
			continue;
		}
		if (pci_address_parse(s, strlen(s), &address, &error) < 0)
			continue;
		if (!started) {
			path.first = address;
			started = true;
			continue;
		}
		if (path.n_steps == PCI_PATH_STEPS_MAX)
			return -ELOOP;
		path.steps[path.n_steps++] = (struct pci_step){
			.device = address.device,
			.function = address.function,
			.bus = address.bus,
		};
	}

	if (!started)
		return -EBADMSG;
	*ret_path = path;
	return 0;
}

/*
 * Finds in such a link the function that a host bridge hangs on: the last one before the
 * last pciDDDD:BB. Returns whether there is one.
 */
static bool parse_host_bridge(const char *link, struct pci_address *ret_behind)
{
	struct pci_address last = { 0 };
	bool has_last = false, found = false;

	for (const char *s = link; *s != '\0'; s += strspn(s, "/")) {
		const size_t len = strcspn(s, "/");
		struct parse_error error;

		if (strncmp(s, "pci", 3) == 0 && has_last) {
			*ret_behind = last;
			found = true;
		} else if (pci_address_parse(s, len, &last, &error) == 0) {
			has_last = true;
		}
		s += len;
	}
	return found;
}

/* Reads where a function lies from the link that names its place in the tree. */
static int read_path(const struct sysfs *sysfs, struct pci_function *function)
{
	char name[sizeof("devices/") + PCI_ADDRESS_STRSIZE] = "devices/";
	char link[PATH_MAX];
	ssize_t n;

	pci_address_format(&function->address, name + strlen(name));
	n = readlinkat(sysfs->pci_fd, name, link, sizeof(link) - 1);
	if (n < 0)
		return -errno;
	link[n] = '\0';
	function->is_behind = parse_host_bridge(link, &function->behind);
	return parse_device_link(link, &function->path);
}

static int read_group(int dir_fd, int *ret_group)
{
	char name[16], *end;
	long group;
	int err;

	err = read_link_name(dir_fd, "iommu_group", name, sizeof(name));
	if (err < 0)
		return err;
	if (name[0] == '\0') {
		*ret_group = -1;
		return 0;
	}
	group = strtol(name, &end, 10);
	if (*end != '\0' || group < 0 || group > INT_MAX)
		return -EBADMSG;
	*ret_group = (int)group;
	return 0;
}

static int read_identity(int dir_fd, struct pci_function *function)
{
	unsigned long class;
	int err;

	err = read_id(dir_fd, "vendor", "device", &function->id);
	if (err < 0)
		return err;
	err = read_hex(dir_fd, "class", 0xffffff, &class);
	if (err < 0)
		return err;
	function->class = (uint32_t) class;
	err = read_link_name(dir_fd, "driver", function->driver,
			     sizeof(function->driver));
	if (err < 0)
		return err;
	return read_group(dir_fd, &function->group);
}

int sysfs_read_function(const struct sysfs *sysfs, const struct pci_address *address,
			unsigned int facts, struct pci_function *ret_function)
{
	struct pci_function function = { .address = *address,
					 .facts = facts,
					 .group = -1 };
	_cleanup_close_ int fd = open_function(sysfs, address);

	if (fd == -ENODEV)
		return fd;
	function.error = fd;
	if (fd >= 0)
		function.error = read_identity(fd, &function);
	if (function.error == 0) {
		read_config_facts(fd, &function);
		if (function.facts & FACT_SUBSYSTEM)
			function.subsystem_error =
				read_id(fd, "subsystem_vendor", "subsystem_device",
					&function.subsystem);
	}
	/* Also of a function that cannot be read: a line may name it by its path. */
	if (function.facts & FACT_PATH)
		function.path_error = read_path(sysfs, &function);

	*ret_function = function;
	return 0;
}

void sysfs_read_subsystem(const struct sysfs *sysfs, struct pci_function *function)
{
	_cleanup_close_ int fd = -1;

	if (function->facts & FACT_SUBSYSTEM)
		return;
	fd = open_function(sysfs, &function->address);
	function->facts |= FACT_SUBSYSTEM;
	function->subsystem_error =
		fd < 0 ? fd :
			 read_id(fd, "subsystem_vendor", "subsystem_device",
				 &function->subsystem);
}

/* Adds an address to an array that has n of them and doubles at each power of two. */
static int append_address(struct pci_address **addresses, size_t n,
			  const struct pci_address *address)
{
	if ((n & (n - 1)) == 0) {
		struct pci_address *larger;

		larger = reallocarray(*addresses, n == 0 ? 1 : n * 2, sizeof(*larger));
		if (larger == NULL)
			return -ENOMEM;
		*addresses = larger;
	}
	(*addresses)[n] = *address;
	return 0;
}

/* Reads the entries of an open directory that are addresses. */
static int read_addresses(DIR *dir, struct pci_address **ret_addresses, size_t *ret_n)
{
	_cleanup_free_ struct pci_address *addresses = NULL;
	size_t n = 0;

	for (;;) {
		struct pci_address address;
		struct parse_error error;
		struct dirent *entry;
		int err;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL && errno != 0)
			return -errno;
		if (entry == NULL)
			break;
		if (pci_address_parse(entry->d_name, strlen(entry->d_name), &address,
				      &error) < 0)
			continue;
		err = append_address(&addresses, n, &address);
		if (err < 0)
			return err;
		n++;
	}

	*ret_addresses = addresses;
	*ret_n = n;
	addresses = NULL;
	return 0;
}

/* Lists the functions in a directory below bus/pci. */
static int list_addresses(const struct sysfs *sysfs, const char *path,
			  struct pci_address **ret_addresses, size_t *ret_n)
{
	DIR *dir;
	int fd, err;

	fd = openat(sysfs->pci_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (dir == NULL) {
		err = -errno;
		close(fd);
		return err;
	}
	err = read_addresses(dir, ret_addresses, ret_n);
	closedir(dir);
	return err;
}

int sysfs_list_all(const struct sysfs *sysfs, struct pci_address **ret_addresses,
		   size_t *ret_n)
{
	return list_addresses(sysfs, "devices", ret_addresses, ret_n);
}

int sysfs_list_group(const struct sysfs *sysfs, const struct pci_address *address,
		     struct pci_address **ret_addresses, size_t *ret_n)
{
	char path[sizeof("devices//iommu_group/devices") + PCI_ADDRESS_STRSIZE];
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	snprintf(path, sizeof(path), "devices/%s/iommu_group/devices", text);
	return list_addresses(sysfs, path, ret_addresses, ret_n);
}

int sysfs_list_bound(const struct sysfs *sysfs, const char *driver,
		     struct pci_address **ret_addresses, size_t *ret_n)
{
	char path[sizeof("drivers/") + DRIVER_NAME_SIZE];

	snprintf(path, sizeof(path), "drivers/%s", driver);
	return list_addresses(sysfs, path, ret_addresses, ret_n);
}

/* Finds the function at one step below a bridge; -ENODEV where there is none. */
static int find_child(const struct sysfs *sysfs, const struct pci_address *bridge,
		      const struct pci_step *step, struct pci_address *ret_child)
{
	char path[sizeof("devices/") + PCI_ADDRESS_STRSIZE] = "devices/";
	_cleanup_free_ struct pci_address *children = NULL;
	const struct pci_address *found = NULL;
	size_t n;
	int err;

	pci_address_format(bridge, path + strlen(path));
	err = list_addresses(sysfs, path, &children, &n);
	if (err < 0)
		return err == -ENOENT ? -ENODEV : err;
	for (size_t i = 0; i < n; i++) {
		const struct pci_address *child = &children[i];

		if (child->device != step->device || child->function != step->function)
			continue;
		/* Virtual functions may lie on a further bus; the lowest is the bridge's.
		 */
		if (found == NULL || pci_address_compare(child, found) < 0)
			found = child;
	}
	if (found == NULL)
		return -ENODEV;
	*ret_child = *found;
	return 0;
}

int sysfs_resolve_path(const struct sysfs *sysfs, const struct pci_path *path,
		       struct pci_address *ret_address)
{
	struct pci_address address = path->first;

	for (unsigned int i = 0; i < path->n_steps; i++) {
		int err = find_child(sysfs, &address, &path->steps[i], &address);

		if (err < 0)
			return err;
	}
	*ret_address = address;
	return 0;
}

int sysfs_driver_of(const struct sysfs *sysfs, const struct pci_address *address,
		    char ret_driver[static DRIVER_NAME_SIZE])
{
	_cleanup_close_ int fd = open_function(sysfs, address);

	if (fd < 0)
		return fd;
	return read_link_name(fd, "driver", ret_driver, DRIVER_NAME_SIZE);
}

bool sysfs_has_driver(const struct sysfs *sysfs, const char *driver)
{
	char path[sizeof("drivers/") + DRIVER_NAME_SIZE];

	snprintf(path, sizeof(path), "drivers/%s", driver);
	return faccessat(sysfs->pci_fd, path, F_OK, 0) == 0;
}

/* Writes a text to an attribute in one write(), as sysfs wants it. */
static int write_attribute(const struct sysfs *sysfs, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(sysfs->pci_fd, path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* Writes an address to an attribute of a driver. */
static int write_to_driver(const struct sysfs *sysfs, const char *driver,
			   const char *attribute, const char *text)
{
	char path[sizeof("drivers//remove_id") + DRIVER_NAME_SIZE];

	snprintf(path, sizeof(path), "drivers/%s/%s", driver, attribute);
	return write_attribute(sysfs, path, text);
}

int sysfs_set_override(const struct sysfs *sysfs, const struct pci_address *address,
		       const char *driver)
{
	char path[sizeof("devices//driver_override") + PCI_ADDRESS_STRSIZE];
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	snprintf(path, sizeof(path), "devices/%s/driver_override", text);
	return write_attribute(sysfs, path, driver);
}

int sysfs_probe(const struct sysfs *sysfs, const struct pci_address *address)
{
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	return write_attribute(sysfs, "drivers_probe", text);
}

int sysfs_bind(const struct sysfs *sysfs, const struct pci_address *address,
	       const char *driver)
{
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	return write_to_driver(sysfs, driver, "bind", text);
}

int sysfs_unbind(const struct sysfs *sysfs, const struct pci_address *address,
		 const char *driver)
{
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	return write_to_driver(sysfs, driver, "unbind", text);
}

int sysfs_remove_id(const struct sysfs *sysfs, const char *driver, uint32_t vendor,
		    uint32_t device)
{
	char text[sizeof("ffffffff ffffffff")];

	snprintf(text, sizeof(text), "%04x %04x", vendor, device);
	return write_to_driver(sysfs, driver, "remove_id", text);
}

int sysfs_override_of(const struct sysfs *sysfs, const struct pci_address *address,
		      char ret_driver[static DRIVER_NAME_SIZE])
{
	_cleanup_close_ int dir_fd = open_function(sysfs, address);
	_cleanup_close_ int fd = -1;
	char text[DRIVER_NAME_SIZE];
	ssize_t n;

	if (dir_fd < 0)
		return dir_fd;
	fd = openat(dir_fd, "driver_override", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	/* What kernels print of a null pointer. */
	if (strcmp(text, "(null)") == 0)
		text[0] = '\0';
	memcpy(ret_driver, text, sizeof(text));
	return 0;
}

bool sysfs_override_is(const struct sysfs *sysfs, const struct pci_address *address,
		       const char *driver)
{
	char override[DRIVER_NAME_SIZE];

	return sysfs_override_of(sysfs, address, override) == 0 &&
	       strcmp(override, driver) == 0;
}
