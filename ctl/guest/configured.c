// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the configurations of guests. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "configured.h"
#include "hostpci_read.h"
#include "libvirt.h"
#include "proxmox.h"
#include "text.h"
#include "tree.h"

#define LIBVIRT_DIR "/etc/libvirt/qemu"

/* What the HA manager of Proxmox VE looks after, ha-manager(1). */
#define HA_RESOURCES_PATH "/etc/pve/ha/resources.cfg"

struct reader {
	const char *root;
	struct configured_guests *guests;
};

/* Reads what is at the path of a new guest into it. Returns 0 or -ENOMEM. */
typedef int read_guest(struct reader *reader, struct configured_guest *guest);

static void free_guest(struct configured_guest *guest)
{
	free(guest->path);
	guest_free(&guest->guest);
}

/* Adds a guest, which becomes the array's, also where that fails. */
static int add_guest(struct reader *reader, struct configured_guest *guest)
{
	struct configured_guests *guests = reader->guests;
	struct configured_guest *entries;

	entries = array_grow(guests->entries, guests->n, sizeof(*entries));
	if (entries == NULL) {
		free_guest(guest);
		return -ENOMEM;
	}
	guests->entries = entries;
	entries[guests->n++] = *guest;
	return 0;
}

/*
 * Takes the settings that are not about devices. Those of snapshots and pending changes
 * come behind a line in brackets; text ends with a NUL, and is changed.
 */
static void take_settings(struct configured_guest *guest, char *text)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\r\n", &save); line != NULL;
	     line = strtok_r(NULL, "\r\n", &save)) {
		line += strspn(line, " \t");
		if (line[0] == '[')
			return;
		if (strncmp(line, "hookscript:", strlen("hookscript:")) == 0)
			guest->has_hook = true;
		else if (strncmp(line, "onboot:", strlen("onboot:")) == 0)
			guest->autostart = strchr(line, '1') != NULL;
	}
}

static int read_proxmox(struct reader *reader, struct configured_guest *guest)
{
	_cleanup_free_ char *text = NULL;
	char name[PATH_MAX];
	size_t size;
	int err;

	guest->is_proxmox = true;
	guest->error =
		tree_read(reader->root, guest->path, QEMU_SERVER_CONF_MAX, &text, &size);
	if (guest->error < 0)
		return guest->error == -ENOMEM ? -ENOMEM : 0;
	if (tree_path(reader->root, guest->path, name, sizeof(name)) < 0)
		return 0;
	err = hostpci_read(reader->root, name, text, size, &guest->guest);
	if (err == 0)
		take_settings(guest, text);
	return err;
}

/* The virtual machine of a VMID, or NULL. */
static struct configured_guest *find_proxmox(struct configured_guests *guests,
					     const char *vmid)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), QEMU_SERVER_DIR "/%s.conf", vmid);
	for (size_t i = 0; i < guests->n; i++)
		if (strcmp(guests->entries[i].path, path) == 0)
			return &guests->entries[i];
	return NULL;
}

/*
 * Has the HA manager start what it looks after: "vm: VMID", and below it, indented,
 * "state STATE" where that is another than started. Text ends with a NUL, and is changed.
 */
static void take_ha_resources(struct configured_guests *guests, char *text)
{
	struct configured_guest *guest = NULL;
	bool onboot = false;
	char *save = NULL;

	for (char *line = strtok_r(text, "\r\n", &save); line != NULL;
	     line = strtok_r(NULL, "\r\n", &save)) {
		char *words[3];
		const bool is_property = line[0] == ' ' || line[0] == '\t';
		const size_t n = text_split(line, words, ARRAY_SIZE(words));

		if (!is_property) {
			guest = n == 2 && strcmp(words[0], "vm:") == 0 ?
					find_proxmox(guests, words[1]) :
					NULL;
			onboot = guest != NULL && guest->autostart;
		}
		if (guest == NULL)
			continue;
		if (!is_property)
			guest->autostart = true;
		else if (n == 2 && strcmp(words[0], "state") == 0)
			guest->autostart = onboot || strcmp(words[1], "started") == 0 ||
					   strcmp(words[1], "enabled") == 0;
	}
}

/* Adds what cannot be read, a directory or a file, in the place of what is in it. */
static int add_unread(struct reader *reader, const char *path, int error)
{
	struct configured_guest guest = { .path = strdup(path), .error = error };

	return guest.path == NULL ? -ENOMEM : add_guest(reader, &guest);
}

/* A cluster without HA has no such file. */
static int read_ha(struct reader *reader)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	const int err = tree_read(reader->root, HA_RESOURCES_PATH, QEMU_SERVER_CONF_MAX,
				  &text, &size);

	if (err == 0)
		take_ha_resources(reader->guests, text);
	if (err == 0 || err == -ENOENT)
		return 0;
	return err == -ENOMEM ? err : add_unread(reader, HA_RESOURCES_PATH, err);
}

/* Did somebody say 'virsh autostart'? That makes an absolute link, which a root moves. */
static bool has_autostart(const char *root, const char *path)
{
	char link[PATH_MAX];
	struct stat st;
	int n;

	n = snprintf(link, sizeof(link), "%s" LIBVIRT_DIR "/autostart%s", root,
		     strrchr(path, '/'));
	return n > 0 && (size_t)n < sizeof(link) && lstat(link, &st) == 0;
}

static int read_libvirt(struct reader *reader, struct configured_guest *guest)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	guest->error =
		tree_read(reader->root, guest->path, LIBVIRT_XML_MAX, &text, &size);
	if (guest->error < 0)
		return guest->error == -ENOMEM ? -ENOMEM : 0;
	guest->autostart = has_autostart(reader->root, guest->path);
	return libvirt_parse_domain(text, size, &guest->guest);
}

static int read_one(struct reader *reader, const char *dir, const char *name,
		    read_guest *read)
{
	struct configured_guest guest = { 0 };
	int err;

	if (asprintf(&guest.path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	err = read(reader, &guest);
	if (err == 0)
		return add_guest(reader, &guest);
	free_guest(&guest);
	return err;
}

static int read_dir(struct reader *reader, const char *dir, const char *suffix,
		    read_guest *read)
{
	struct tree_names names = { 0 };
	int err = tree_list(reader->root, dir, &names);

	if (err < 0 && err != -ENOTDIR)
		return err == -ENOMEM ? err : add_unread(reader, dir, err);
	err = 0;
	for (size_t i = 0; err == 0 && i < names.n; i++)
		if (text_ends_in(names.entries[i], suffix))
			err = read_one(reader, dir, names.entries[i], read);
	tree_names_free(&names);
	return err;
}

int configured_guests_read(const char *root, struct configured_guests *ret_guests)
{
	struct configured_guests guests = { 0 };
	struct reader reader = { root, &guests };
	int err;

	err = read_dir(&reader, QEMU_SERVER_DIR, ".conf", read_proxmox);
	if (err == 0)
		err = read_ha(&reader);
	if (err == 0)
		err = read_dir(&reader, LIBVIRT_DIR, ".xml", read_libvirt);
	if (err == 0)
		*ret_guests = guests;
	else
		configured_guests_free(&guests);
	return err;
}

void configured_guests_free(struct configured_guests *guests)
{
	for (size_t i = 0; i < guests->n; i++)
		free_guest(&guests->entries[i]);
	free(guests->entries);
	*guests = (struct configured_guests){ 0 };
}
