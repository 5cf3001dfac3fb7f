// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking what else loads modules or binds functions: lists of modules, driverctl. */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_files.h"
#include "check_modules.h"
#include "cmdline.h"
#include "tree.h"

#define VIRQFD "vfio_virqfd"
#define DRIVERCTL_DIR "/etc/driverctl.d"

/* driverctl names its files after the bus and the device. */
#define DRIVERCTL_PCI "pci-"

static const struct finding_kind virqfd = {
	.code = "vfio-virqfd",
	.severity = SEVERITY_WARNING,
	.why = "There is no such module since Linux 6.2: it became a part of vfio. Whatever is "
	       "to load it or to copy it into an image finds none, and says so or fails.",
	.what = "Take the line out; nothing replaces it.",
};

static const struct finding_kind driverctl = {
	.code = "driverctl-override",
	.severity = SEVERITY_WARNING,
	.why = "driverctl takes the function off vfio-pci again, later in the boot, and gives "
	       "it to this driver.",
	.what = "Remove the file, or remove the function from the list.",
};

static const struct finding_kind driverctl_needless = {
	.code = "driverctl-needless",
	.severity = SEVERITY_NOTE,
	.why = "driverctl binds by address alone: should the function be refused one day, as "
	       "another card is there, driverctl gives that one to vfio-pci.",
	.what = "Remove the file; the list is enough.",
};

static const struct finding_kind other_script = {
	.code = "other-bind-script",
	.severity = SEVERITY_WARNING,
	.why = "The script goes into the images beside ptbind. It checks nothing, and undoes "
	       "what ptbind refuses.",
	.what = "List with 'ptbind add' what it binds, and remove it.",
};

/* Is there a kernel that has no vfio_virqfd, or may there be? */
static bool has_new_kernel(const struct tree_names *versions)
{
	for (size_t i = 0; i < versions->n; i++) {
		const char *version = versions->entries[i];
		char *end;
		unsigned long major, minor = 0;

		if (!isdigit((unsigned char)version[0]))
			continue;
		major = strtoul(version, &end, 10);
		if (*end == '.')
			minor = strtoul(end + 1, NULL, 10);
		if (major > 6 || (major == 6 && minor >= 2))
			return true;
	}
	return versions->n == 0;
}

static int check_module_list(const struct host *host, const char *path,
			     struct findings *findings)
{
	struct check_file file;
	char *line;
	int err;

	err = check_file_open(host, path, findings, &file);
	if (err < 0)
		return err;
	while (err == 0 && (line = check_file_next(&file)) != NULL) {
		const char *module = check_next_word(&line);

		if (module != NULL && cmdline_same_name(module, VIRQFD))
			err = findings_add(findings, &virqfd, "%s:%u: %s", path,
					   file.line, module);
	}
	check_file_close(&file);
	return err;
}

int check_module_lists(const struct host *host, struct findings *findings)
{
	static const char *const files[] = { "/etc/initramfs-tools/modules",
					     "/etc/modules" };
	static const char *const dirs[] = { "/etc/modules-load.d", "/run/modules-load.d",
					    "/usr/local/lib/modules-load.d",
					    "/usr/lib/modules-load.d" };
	struct tree_names paths = { 0 };
	bool matters;
	int err;

	err = tree_list(host->root, "/lib/modules", &paths);
	if (err == -ENOMEM)
		return err;
	matters = has_new_kernel(&paths);
	tree_names_free(&paths);
	if (!matters)
		return 0;
	err = 0;
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(files); i++)
		err = check_module_list(host, files[i], findings);
	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(dirs); i++) {
		err = check_files_list(host, dirs[i], ".conf", findings, &paths);
		for (size_t j = 0; err == 0 && j < paths.n; j++)
			err = check_module_list(host, paths.entries[j], findings);
		tree_names_free(&paths);
	}
	return err;
}

/* Does a line come to the function, whether it will be bound or not? */
static bool is_listed(const struct next_boot *next, const struct pci_address *address)
{
	for (size_t i = 0; i < next->list.n_lines; i++)
		if (next->outcomes[i].has_address &&
		    pci_address_compare(&next->outcomes[i].address, address) == 0)
			return true;
	return false;
}

static int check_override(const struct host *host, const struct next_boot *next,
			  const char *name, struct findings *findings)
{
	char path[PATH_MAX], driver[TREE_VALUE_SIZE];
	const char *text = name;
	struct pci_address address;
	struct parse_error error;
	int err;

	if (strncmp(text, DRIVERCTL_PCI, strlen(DRIVERCTL_PCI)) == 0)
		text += strlen(DRIVERCTL_PCI);
	if (pci_address_parse(text, strlen(text), &address, &error) < 0 ||
	    !is_listed(next, &address))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", DRIVERCTL_DIR, name);
	err = tree_value(host->root, path, driver);
	if (err < 0)
		return check_not_read(findings, path, err);
	return findings_add(findings,
			    cmdline_same_name(driver, "vfio-pci") ? &driverctl_needless :
								    &driverctl,
			    "%s: %s", path, driver);
}

/* Does a script bind functions by itself? */
static int check_script(const struct host *host, const char *path,
			struct findings *findings)
{
	struct check_file file;
	unsigned int found = 0;
	char *line;
	int err;

	err = check_file_open(host, path, findings, &file);
	if (err < 0)
		return err;
	while (found == 0 && (line = check_file_next(&file)) != NULL)
		if (line[0] != '#' && (strstr(line, "driver_override") != NULL ||
				       strstr(line, "vfio-pci/new_id") != NULL ||
				       strstr(line, "vfio-pci/bind") != NULL))
			found = file.line;
	check_file_close(&file);
	return found > 0 ? findings_add(findings, &other_script, "%s:%u", path, found) :
			   0;
}

/* Where scripts of the owner go into images made by initramfs-tools. */
static int check_scripts(const struct host *host, struct findings *findings)
{
	static const char *const dirs[] = {
		"/etc/initramfs-tools/scripts/init-top",
		"/etc/initramfs-tools/scripts/init-premount"
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(dirs); i++) {
		struct tree_names paths = { 0 };

		err = check_files_list(host, dirs[i], "", findings, &paths);
		for (size_t j = 0; err == 0 && j < paths.n; j++)
			err = check_script(host, paths.entries[j], findings);
		tree_names_free(&paths);
	}
	return err;
}

int check_overrides(const struct host *host, const struct next_boot *next,
		    struct findings *findings)
{
	struct tree_names names = { 0 };
	int err;

	err = tree_list(host->root, DRIVERCTL_DIR, &names);
	if (err < 0)
		err = check_not_read(findings, DRIVERCTL_DIR, err);
	for (size_t i = 0; err == 0 && i < names.n; i++)
		err = check_override(host, next, names.entries[i], findings);
	tree_names_free(&names);
	return err == 0 ? check_scripts(host, findings) : err;
}
