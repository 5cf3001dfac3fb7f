// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checking the names of network interfaces in the host's configuration: which of them the
 * next boot no longer has, and which it gives to another card.
 */

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_words.h"
#include "check_files.h"
#include "cmdline.h"
#include "host/line_set.h"
#include "network/interfaces.h"
#include "shell_text.h"
#include "tree.h"

#define INITRAMFS_DIR "/etc/initramfs-tools"
#define INITRAMFS_HOOKS "/usr/share/initramfs-tools/hooks"

/* How a name came about: name_assign_type in Documentation/ABI/testing/sysfs-class-net,
 * NET_NAME_ENUM in include/uapi/linux/netdevice.h. */
#define NAME_ASSIGN_ENUM "1"

static const struct finding_kind given_away = {
	.code = "interface-given-away",
	.severity = SEVERITY_WARNING,
	.why = "The interface no longer exists once its function is bound: what names it comes "
	       "up without it, or not at all.",
	.what = "Take it out of the host's network configuration.",
};

static const struct finding_kind given_away_early = {
	.code = "interface-given-away",
	.severity = SEVERITY_ERROR,
	.why = "The initramfs waits for this interface, to be given by it the keys of the "
	       "disks. Once its function is bound there is none, and the host does not boot.",
	.what = "Name another interface there.",
};

#define RENUMBERED_ADVICE                                                                \
	"Give the card a name that stays, by its MAC address, in a file of "             \
	"/etc/systemd/network: systemd.link(5); and use that name."

static const struct finding_kind renumbered_needed = {
	.code = "interface-renumbered",
	.severity = SEVERITY_ERROR,
	.why = "The kernel counts these names in the order in which the cards appear. With a "
	       "listed card gone, the name goes to another card or to none, and the host can "
	       "no longer be reached.",
	.what = RENUMBERED_ADVICE,
};

static const struct finding_kind renumbered = {
	.code = "interface-renumbered",
	.severity = SEVERITY_WARNING,
	.why = "The kernel counts these names in the order in which the cards appear. With a "
	       "listed card gone, the name goes to another card, and the host's addresses with "
	       "it.",
	.what = RENUMBERED_ADVICE,
};

static const struct finding_kind missing = {
	.code = "interface-missing",
	.severity = SEVERITY_WARNING,
	.why = "The name is made of the card's bus number, which changes when other cards come "
	       "or go. No interface has it now.",
	.what = "Look with 'ip -br link' what the card is called now, and correct the "
		"configuration.",
};

/* One interface of the host that is a PCI function's. */
struct nic {
	char *name;
	struct pci_address address;
	bool counted; /* the kernel named it by counting */
	bool leaves;  /* the next boot binds its function */
};

struct names {
	const struct host *host;
	struct findings *findings;
	struct line_set bound; /* what the next boot binds */
	struct nic *nics;      /* by name */
	size_t n;
	const struct nic *leaving; /* the counted one of the lowest number that leaves */
};

/* Is it ethN? Writes N. */
static bool parse_counted(const char *name, unsigned long *ret_number)
{
	char *end;

	if (strncmp(name, "eth", 3) != 0 || !isdigit((unsigned char)name[3]))
		return false;
	*ret_number = strtoul(name + 3, &end, 10);
	return *end == '\0';
}

/* Did the kernel count it? Where the kernel does not tell, the name does. */
static bool is_counted(const struct host *host, const char *name)
{
	char path[PATH_MAX], value[TREE_VALUE_SIZE];
	unsigned long number;

	if (!parse_counted(name, &number))
		return false;
	snprintf(path, sizeof(path), "/sys/class/net/%s/name_assign_type", name);
	return tree_value(host->root, path, value) < 0 ||
	       strcmp(value, NAME_ASSIGN_ENUM) == 0;
}

static int read_nics(struct names *names)
{
	const struct host *host = names->host;
	struct tree_names entries;
	int err;

	err = tree_list(host->root, "/sys/class/net", &entries);
	if (err < 0)
		return check_not_read(names->findings, "/sys/class/net", err);
	names->nics = calloc(entries.n + 1, sizeof(*names->nics));
	if (names->nics == NULL)
		err = -ENOMEM;
	for (size_t i = 0; err == 0 && i < entries.n; i++) {
		struct nic nic = { .name = entries.entries[i] };
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "/sys/class/net/%s/device", nic.name);
		if (tree_function(host->root, path, &nic.address) < 0)
			continue;
		nic.counted = is_counted(host, nic.name);
		nic.leaves = line_set_has(&names->bound, &nic.address);
		entries.entries[i] = NULL;
		names->nics[names->n++] = nic;
	}
	tree_names_free(&entries);
	return err;
}

/* The first of the interfaces that the kernel counted, and that will be gone. */
static const struct nic *find_leaving(const struct names *names)
{
	unsigned long lowest = ULONG_MAX, number;
	const struct nic *found = NULL;

	for (size_t i = 0; i < names->n; i++) {
		const struct nic *nic = &names->nics[i];

		if (!nic->leaves || !nic->counted || !parse_counted(nic->name, &number) ||
		    number >= lowest)
			continue;
		lowest = number;
		found = nic;
	}
	return found;
}

static int compare_nic(const void *name, const void *nic)
{
	return strcmp(name, ((const struct nic *)nic)->name);
}

static const struct nic *find_nic(const struct names *names, const char *name)
{
	if (names->n == 0)
		return NULL;
	return bsearch(name, names->nics, names->n, sizeof(*names->nics), compare_nic);
}

/* Reads a decimal number behind a letter, if it comes next. */
static bool next_number(const char **text, char letter, unsigned long max,
			unsigned long *ret_number)
{
	unsigned long number;
	char *end;

	if (**text != letter || !isdigit((unsigned char)(*text)[1]))
		return false;
	number = strtoul(*text + 1, &end, 10);
	if (number > max)
		return false;
	*text = end;
	*ret_number = number;
	return true;
}

/*
 * The function in a name that is made of where the card is: en[P<domain>]p<bus>s<slot>
 * [f<function>], decimal, and more behind it for the ports of one function
 * (systemd.net-naming-scheme(7), ID_NET_NAME_PATH).
 */
static bool parse_slot_name(const char *name, struct pci_address *ret_address)
{
	unsigned long domain = 0, bus, slot, function = 0;
	const char *s = name + 2;

	if (strncmp(name, "en", 2) != 0)
		return false;
	(void)next_number(&s, 'P', UINT32_MAX, &domain);
	if (!next_number(&s, 'p', UINT8_MAX, &bus) ||
	    !next_number(&s, 's', PCI_DEVICE_MAX, &slot))
		return false;
	(void)next_number(&s, 'f', PCI_FUNCTION_MAX, &function);
	if (*s != '\0' && *s != 'n' && *s != 'd')
		return false;
	*ret_address = (struct pci_address){ .domain = (uint32_t)domain,
					     .bus = (uint8_t)bus,
					     .device = (uint8_t)slot,
					     .function = (uint8_t)function };
	return true;
}

static int say_given_away(const struct names *names, const struct finding_kind *kind,
			  const char *where, const char *name,
			  const struct pci_address *address)
{
	char text[PCI_ADDRESS_STRSIZE];

	pci_address_format(address, text);
	return findings_add(names->findings, kind, "%s: %s is %s, which is listed", where,
			    name, text);
}

/* Does a card carry what the host must not lose of its network? */
static bool is_needed(const struct names *names, const struct nic *nic)
{
	const struct stakes *stakes = &names->host->stakes;

	for (size_t i = 0; i < stakes->n; i++) {
		const struct stake *stake = &stakes->entries[i];

		for (size_t j = 0; stake->guard == FORCE_NETWORK && j < stake->n; j++)
			if (pci_address_compare(&stake->functions[j], &nic->address) == 0)
				return true;
	}
	return false;
}

/* An interface that there is, and stays: does a counted one before it leave? */
static int check_count(const struct names *names, const char *where,
		       const struct nic *nic)
{
	const struct nic *leaving = names->leaving;
	char text[PCI_ADDRESS_STRSIZE];
	unsigned long own, other;

	if (leaving == NULL || !nic->counted || !parse_counted(nic->name, &own) ||
	    !parse_counted(leaving->name, &other) || other > own)
		return 0;
	pci_address_format(&leaving->address, text);
	return findings_add(names->findings,
			    is_needed(names, nic) ? &renumbered_needed : &renumbered,
			    "%s: %s, counted after %s, which is %s and listed", where,
			    nic->name, leaving->name, text);
}

/* The interface that has a name as another one beside its own: ip-link(8), altname. */
static const struct nic *find_altname(const struct names *names, const char *name)
{
	char own[IF_NAMESIZE];
	unsigned int index;

	if (names->host->root[0] != '\0')
		return NULL;
	index = if_nametoindex(name);
	return index == 0 || if_indextoname(index, own) == NULL ? NULL :
								  find_nic(names, own);
}

/* Judges a name that the configuration has somewhere; what it is if that is listed. */
static int judge_name(const struct names *names, const struct finding_kind *listed,
		      const char *where, const char *name)
{
	const struct nic *nic = find_nic(names, name);
	struct pci_address address;
	char sys[PATH_MAX];

	if (nic == NULL)
		nic = find_altname(names, name);
	if (nic != NULL && nic->leaves)
		return say_given_away(names, listed, where, name, &nic->address);
	if (nic != NULL)
		return check_count(names, where, nic);
	if (!parse_slot_name(name, &address))
		return 0;
	if (line_set_has(&names->bound, &address))
		return say_given_away(names, listed, where, name, &address);
	/* It may be a name of the owner's that only looks like one. */
	snprintf(sys, sizeof(sys), "/sys/class/net/%s", name);
	if (tree_has(names->host->root, sys))
		return 0;
	return findings_add(names->findings, &missing, "%s: there is no %s", where, name);
}

static int check_name(const struct names *names, const char *path, unsigned int line,
		      const char *name)
{
	char where[PATH_MAX + 16];

	snprintf(where, sizeof(where), "%s:%u", path, line);
	return judge_name(names, &given_away, where, name);
}

/* Does a word of interfaces(5) have names behind it which have to be there? */
static bool needs_names(const char *word)
{
	static const char *const words[] = {
		"auto",         "bridge_ports", "bridge-ports",    "bond-slaves",
		"bond_slaves",  "slaves",       "vlan-raw-device", "vlan_raw_device",
		"bond-primary", "ovs_bonds",    "ovs_ports",
	};

	/* "allow-auto" is "auto"; of others, udev or Open vSwitch brings up the names. */
	if (strncmp(word, "allow-", 6) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* Checks one name, of which a VLAN ("enp4s0.10") and an alias ("eth0:1") have a part. */
static int check_word(const struct names *names, const struct interfaces_line *line,
		      size_t offset, char *word)
{
	unsigned int number = line->line;

	for (size_t i = 0; i < offset; i++)
		number += line->text[i] == '\n';
	word[strcspn(word, ".:@")] = '\0';
	return check_name(names, line->path, number, word);
}

static int check_line(const struct names *names, const struct interfaces_line *line)
{
	_cleanup_free_ char *copy = strdup(line->text);
	char *rest = copy, *word;
	int err = 0;

	if (copy == NULL)
		return -ENOMEM;
	word = check_next_word(&rest);
	if (word == NULL || !needs_names(word))
		return 0;
	while (err == 0 && (word = check_next_word(&rest)) != NULL)
		err = check_word(names, line, (size_t)(word - copy), word);
	return err;
}

static int check_ifupdown(const struct names *names)
{
	struct interfaces interfaces;
	int err = interfaces_read(names->host->root, &interfaces);

	if (err < 0)
		return err;
	for (size_t i = 0; err == 0 && i < interfaces.n_unread; i++)
		err = check_not_read(names->findings, interfaces.unread[i].path,
				     interfaces.unread[i].error);
	for (size_t i = 0; err == 0 && i < interfaces.n; i++)
		err = check_line(names, &interfaces.lines[i]);
	interfaces_free(&interfaces);
	return err;
}

/* Judges a pattern: it names something as long as one card that it matches stays. */
static int check_pattern(const struct names *names, const char *path, unsigned int line,
			 const char *pattern)
{
	const struct nic *leaving = NULL;
	char where[PATH_MAX + 16];

	for (size_t i = 0; i < names->n; i++) {
		const struct nic *nic = &names->nics[i];

		if (fnmatch(pattern, nic->name, 0) != 0)
			continue;
		if (!nic->leaves)
			return 0;
		leaving = nic;
	}
	if (leaving == NULL)
		return 0;
	snprintf(where, sizeof(where), "%s:%u", path, line);
	return say_given_away(names, &given_away, where, leaving->name,
			      &leaving->address);
}

/* The names behind one key in one section of a file of systemd or NetworkManager. */
static int check_section(const struct names *names, const char *path, const char *section,
			 const char *key)
{
	struct check_file file;
	bool in_section = false;
	char *line, *word;
	int err;

	err = check_file_open(names->host, path, names->findings, &file);
	if (err < 0)
		return err;
	while (err == 0 && (line = check_file_next(&file)) != NULL) {
		if (line[0] == '[')
			in_section = strcmp(line, section) == 0;
		if (!in_section || strncmp(line, key, strlen(key)) != 0)
			continue;
		line += strlen(key) + strspn(line + strlen(key), " \t");
		if (*line++ != '=')
			continue;
		/* NetworkManager has semicolons between names. */
		for (char *s = line; (s = strchr(s, ';')) != NULL;)
			*s = ' ';
		while (err == 0 && (word = check_next_word(&line)) != NULL)
			err = strpbrk(word, "*?[") != NULL ?
				      check_pattern(names, path, file.line, word) :
				      check_name(names, path, file.line, word);
	}
	check_file_close(&file);
	return err;
}

/* Names in a file of netplan: whole words, wherever they are. */
static int check_netplan(const struct names *names, const char *path, const char *section,
			 const char *key)
{
	static const char separators[] = " \t:.,[]{}\"'-";
	struct check_file file;
	char *line;
	int err;

	(void)section;
	(void)key;
	err = check_file_open(names->host, path, names->findings, &file);
	if (err < 0)
		return err;
	while (err == 0 && (line = check_file_next(&file)) != NULL) {
		char *word;

		line[strcspn(line, "#")] = '\0';
		while (err == 0 && (word = strsep(&line, separators)) != NULL)
			if (word[0] != '\0')
				err = check_name(names, path, file.line, word);
	}
	check_file_close(&file);
	return err;
}

static int check_dirs(const struct names *names)
{
	static const struct {
		const char *dir, *suffix, *section, *key;
		int (*check)(const struct names *names, const char *path,
			     const char *section, const char *key);
	} dirs[] = {
		{ "/etc/systemd/network", ".network", "[Match]", "Name", check_section },
		{ "/etc/systemd/network", ".link", "[Match]", "OriginalName",
		  check_section },
		{ "/etc/NetworkManager/system-connections", ".nmconnection",
		  "[connection]", "interface-name", check_section },
		{ "/etc/NetworkManager/system-connections", ".nmconnection", "[match]",
		  "interface-name", check_section },
		{ "/etc/NetworkManager/system-connections", ".nmconnection", "[vlan]",
		  "parent", check_section },
		{ "/etc/netplan", ".yaml", NULL, NULL, check_netplan },
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(dirs); i++) {
		struct tree_names paths = { 0 };

		err = check_files_list(names->host, dirs[i].dir, dirs[i].suffix,
				       names->findings, &paths);
		for (size_t j = 0; err == 0 && j < paths.n; j++)
			err = dirs[i].check(names, paths.entries[j], dirs[i].section,
					    dirs[i].key);
		tree_names_free(&paths);
	}
	return err;
}

/* The value that a variable of the initramfs has in the end, and where it got it. */
struct setting {
	const char *name;
	char *value; /* NULL: none */
	char where[PATH_MAX + 16];
};

static int take_setting(const struct shell_assignment *assignment, const char *path,
			struct setting *setting)
{
	char *value;

	if (assignment->name_len != strlen(setting->name) ||
	    memcmp(assignment->name, setting->name, assignment->name_len) != 0)
		return 0;
	value = strdup(assignment->value);
	if (value == NULL)
		return -ENOMEM;
	free(setting->value);
	setting->value = value;
	snprintf(setting->where, sizeof(setting->where), "%s:%u", path, assignment->line);
	return 0;
}

static int read_settings(const struct names *names, const char *path, struct setting *ip,
			 struct setting *device)
{
	static const char *const known[] = { NULL };
	struct shell_text text = { .line = 1, .known = known };
	struct shell_assignment assignment;
	struct check_file file;
	int err;

	err = check_file_open(names->host, path, names->findings, &file);
	if (err < 0)
		return err;
	text.rest = file.data != NULL ? file.data : "";
	while ((err = shell_next_assignment(&text, &assignment)) > 0) {
		err = take_setting(&assignment, path, ip);
		if (err == 0)
			err = take_setting(&assignment, path, device);
		free(assignment.value);
		if (err < 0)
			break;
	}
	check_file_close(&file);
	return err;
}

/* A parameter ip= takes the place of the variable: init of initramfs-tools. */
static int take_parameter(const struct boot_words *words, struct setting *ip)
{
	const struct boot_piece *piece = boot_words_find(words, "ip", NULL);
	_cleanup_free_ char *copy = NULL;
	char *rest, *name, *value;

	if (piece == NULL)
		return 0;
	copy = strdup(piece->text);
	if (copy == NULL)
		return -ENOMEM;
	rest = copy;
	while (cmdline_next(&rest, &name, &value)) {
		if (value == NULL || strcmp(name, "ip") != 0)
			continue;
		free(ip->value);
		ip->value = strdup(value);
		if (ip->value == NULL)
			return -ENOMEM;
		snprintf(ip->where, sizeof(ip->where), "%s", piece->source);
	}
	return 0;
}

/* What of the words cannot be told check_modules() says. */
static int read_parameter(const struct host *host, struct setting *ip)
{
	struct findings told = { 0 };
	struct boot_words words = { .n = 0 };
	int err;

	err = boot_words_read(host, &told, &words);
	if (err == 0)
		err = take_parameter(&words, ip);
	boot_words_free(&words);
	findings_free(&told);
	return err;
}

/* Finds the device in "CLIENT:SERVER:GATEWAY:MASK:HOST:DEVICE:AUTOCONF"; NULL: none. */
static char *device_of_ip(char *ip)
{
	for (unsigned int i = 0; ip != NULL && i < 5; i++) {
		ip = strchr(ip, ':');
		ip = ip == NULL ? NULL : ip + 1;
	}
	return ip == NULL || strcspn(ip, ":") == 0 ? NULL : ip;
}

/* Judges the device as configure_networking() of initramfs-tools chooses it. */
static int check_settings(const struct names *names, const struct setting *ip,
			  const struct setting *device)
{
	char *name = device_of_ip(ip->value);
	const char *where = name != NULL ? ip->where : device->where;

	/* It waits for it all the same, three minutes, and then goes on. */
	if (ip->value != NULL &&
	    (strcmp(ip->value, "off") == 0 || strcmp(ip->value, "none") == 0))
		return 0;
	if (name == NULL)
		name = device->value;
	if (name == NULL)
		return 0;
	/* A VLAN ("enp4s0.10") needs its part before the point. */
	name[strcspn(name, ".:")] = '\0';
	return judge_name(names, &given_away_early, where, name);
}

/* Does the initramfs take keys of disks from the network? By SSH, or from a server. */
static bool unlocks_by_network(const struct host *host)
{
	return tree_has(host->root, INITRAMFS_HOOKS "/dropbear") ||
	       tree_has(host->root, INITRAMFS_HOOKS "/clevis");
}

/* The interface by which the initramfs is reached: initramfs.conf(5), initramfs-tools(7).
 */
static int check_initramfs(const struct names *names)
{
	struct setting ip = { .name = "IP" }, device = { .name = "DEVICE" };
	struct tree_names paths = { 0 };
	int err;

	if (!unlocks_by_network(names->host))
		return 0;
	err = read_settings(names, INITRAMFS_DIR "/initramfs.conf", &ip, &device);
	if (err == 0)
		err = check_files_list(names->host, INITRAMFS_DIR "/conf.d", "",
				       names->findings, &paths);
	for (size_t i = 0; err == 0 && i < paths.n; i++)
		err = read_settings(names, paths.entries[i], &ip, &device);
	if (err == 0)
		err = read_parameter(names->host, &ip);
	if (err == 0)
		err = check_settings(names, &ip, &device);
	tree_names_free(&paths);
	free(ip.value);
	free(device.value);
	return err;
}

int check_interfaces(const struct host *host, const struct next_boot *next,
		     struct findings *findings)
{
	struct names names = { .host = host, .findings = findings };
	int err;

	err = line_set_fill(next, false, &names.bound);
	if (err == 0)
		err = read_nics(&names);
	names.leaving = find_leaving(&names);
	if (err == 0)
		err = check_ifupdown(&names);
	if (err == 0)
		err = check_dirs(&names);
	if (err == 0)
		err = check_initramfs(&names);
	for (size_t i = 0; i < names.n; i++)
		free(names.nics[i].name);
	free(names.nics);
	line_set_free(&names.bound);
	return err;
}
