// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking what keeps the drivers off that the host needs: modprobe.d, the command line.
 */

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check_files.h"
#include "check_modules.h"
#include "cmdline.h"
#include "host/line_set.h"
#include "tree.h"

/* More functions than these are counted, not named. */
#define NAMED_MAX 4

#define KEPT_OFF_WHAT                                                                    \
	"Take it out, and run 'ptbind apply'. To give single functions away, list them " \
	"with 'ptbind add': their drivers need not be kept off."

static const struct finding_kind lost = {
	.code = "driver-kept-off",
	.severity = SEVERITY_ERROR,
	.why = "Without the driver the host loses what it boots from, is reached by or is "
	       "used with. It is kept off every function that it drives, whatever is listed.",
	.what = KEPT_OFF_WHAT,
};

/* The same where the host can do without. */
static const struct finding_kind missed = {
	.code = "driver-kept-off",
	.severity = SEVERITY_WARNING,
	.why = "The host uses the functions now, and the next boot may leave them without a "
	       "driver.",
	.what = KEPT_OFF_WHAT,
};

/* A function that the host uses, and goes on using as far as the list is concerned. */
struct driven {
	const struct pci_function *function;
	char *module;
	bool is_needed; /* something that the host must not lose hangs on it */
};

struct keeping {
	const struct host *host;
	struct findings *findings;
	const struct modprobe_config *config;
	struct driven *driven;
	size_t n;
	bool *hits; /* for each of them: what is judged keeps its driver off */
};

/* The functions that anything hangs on which the host must not lose. */
static int fill_needed(const struct stakes *stakes, struct line_set *ret_needed)
{
	struct line_set needed = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < stakes->n; i++)
		n += stakes->entries[i].n;
	needed.addresses = calloc(n + 1, sizeof(*needed.addresses));
	if (needed.addresses == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < stakes->n; i++)
		for (size_t j = 0; j < stakes->entries[i].n; j++)
			needed.addresses[needed.n++] = stakes->entries[i].functions[j];
	line_set_sort(&needed);
	*ret_needed = needed;
	return 0;
}

/*
 * Writes the name of a driver's module, which need not be the driver's own: xhci_hcd is
 * in xhci_pci. Returns false for one that is built in: it is always there. Loaded modules
 * have an initstate, Documentation/ABI/stable/sysfs-module.
 */
static bool find_module(const char *root, const char *driver, char *ret_module,
			size_t size)
{
	char link[PATH_MAX], path[PATH_MAX];

	snprintf(ret_module, size, "%s", driver);
	snprintf(link, sizeof(link), "/sys/bus/pci/drivers/%s/module", driver);
	if (tree_resolve(root, link, path, sizeof(path)) < 0)
		return true;
	snprintf(ret_module, size, "%s", strrchr(path, '/') + 1);
	snprintf(link, sizeof(link), "/sys/module/%s/initstate", ret_module);
	return tree_has(root, link);
}

static int add_driven(struct keeping *keeping, const struct pci_function *function,
		      bool is_needed)
{
	struct driven *driven =
		array_grow(keeping->driven, keeping->n, sizeof(*keeping->driven));
	char module[NAME_MAX + 1];

	if (driven == NULL)
		return -ENOMEM;
	keeping->driven = driven;
	if (!find_module(keeping->host->root, function->driver, module, sizeof(module)))
		return 0;
	driven[keeping->n] = (struct driven){ .function = function,
					      .module = strdup(module),
					      .is_needed = is_needed };
	if (driven[keeping->n].module == NULL)
		return -ENOMEM;
	keeping->n++;
	return 0;
}

static int find_driven(struct keeping *keeping, const struct next_boot *next)
{
	const struct machine *machine = &keeping->host->machine;
	struct line_set needed = { 0 }, bound = { 0 };
	int err;

	err = fill_needed(&keeping->host->stakes, &needed);
	if (err == 0)
		err = line_set_fill(next, false, &bound);
	for (size_t i = 0; err == 0 && i < machine->n_functions; i++) {
		const struct pci_function *function = &machine->functions[i];
		const bool is_needed = line_set_has(&needed, &function->address);
		size_t n_uses;

		(void)uses_of(&keeping->host->uses, &function->address, &n_uses);
		if (function->driver[0] == '\0' ||
		    cmdline_same_name(function->driver, "vfio_pci") ||
		    (!is_needed && n_uses == 0) ||
		    line_set_has(&bound, &function->address))
			continue;
		err = add_driven(keeping, function, is_needed);
	}
	line_set_free(&bound);
	line_set_free(&needed);
	return err;
}

static void forget_hits(struct keeping *keeping)
{
	if (keeping->n > 0)
		memset(keeping->hits, 0, keeping->n * sizeof(*keeping->hits));
}

/* Marks the functions that a module drives. */
static void hit_module(struct keeping *keeping, const char *module)
{
	for (size_t i = 0; i < keeping->n; i++)
		if (cmdline_same_name(keeping->driven[i].module, module))
			keeping->hits[i] = true;
}

static int add_once(struct tree_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (cmdline_same_name(names->entries[i], name))
			return 0;
	return tree_names_add(names, name);
}

static int add_holders(const struct keeping *keeping, const char *module,
		       struct tree_names *names)
{
	char path[PATH_MAX], file[NAME_MAX + 1];
	struct tree_names holders;
	int err;

	snprintf(file, sizeof(file), "%s", module);
	for (char *s = file; *s != '\0'; s++)
		if (*s == '-')
			*s = '_';
	snprintf(path, sizeof(path), "/sys/module/%s/holders", file);
	err = tree_list(keeping->host->root, path, &holders);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; err == 0 && i < holders.n; i++)
		err = add_once(names, holders.entries[i]);
	tree_names_free(&holders);
	return err;
}

/* The same where a module cannot be loaded at all: what needs it cannot be either. */
static int hit_holders(struct keeping *keeping, const char *module)
{
	struct tree_names names = { 0 };
	int err = add_once(&names, module);

	for (size_t i = 0; err == 0 && i < names.n; i++) {
		hit_module(keeping, names.entries[i]);
		err = add_holders(keeping, names.entries[i], &names);
	}
	tree_names_free(&names);
	return err;
}

/* Appends a function and what the host calls what is on it. */
static void name_function(const struct host *host, const struct pci_function *function,
			  char *text, size_t size)
{
	const size_t len = strlen(text);
	char address[PCI_ADDRESS_STRSIZE];
	const struct use *uses;
	size_t n;

	pci_address_format(&function->address, address);
	uses = uses_of(&host->uses, &function->address, &n);
	snprintf(text + len, size - len, "%s%s%s%s%s", len > 0 ? ", " : "", address,
		 n > 0 ? " (" : "", n > 0 ? uses[0].device : "", n > 0 ? ")" : "");
}

/* Is it found already? A line may be in more than one file. */
static bool is_said(const struct findings *findings, const char *evidence)
{
	for (size_t i = 0; i < findings->n; i++)
		if ((findings->entries[i].kind == &lost ||
		     findings->entries[i].kind == &missed) &&
		    strcmp(findings->entries[i].evidence, evidence) == 0)
			return true;
	return false;
}

/* Tells what was hit: where anything needed was, that alone. */
static int tell_hits(const struct keeping *keeping, const char *where, const char *what)
{
	_cleanup_free_ char *evidence = NULL;
	size_t n_needed = 0, n_hit = 0, n_named = 0, n;
	char text[512] = "";

	for (size_t i = 0; i < keeping->n; i++) {
		n_hit += keeping->hits[i];
		n_needed += keeping->hits[i] && keeping->driven[i].is_needed;
	}
	if (n_hit == 0)
		return 0;
	n = n_needed > 0 ? n_needed : n_hit;
	for (size_t i = 0; i < keeping->n && n_named < NAMED_MAX; i++) {
		if (!keeping->hits[i] || (n_needed > 0 && !keeping->driven[i].is_needed))
			continue;
		name_function(keeping->host, keeping->driven[i].function, text,
			      sizeof(text));
		n_named++;
	}
	if (asprintf(&evidence, "%s: %s: keeps the driver off %s%s", where, what, text,
		     n > n_named ? ", ..." : "") < 0) {
		evidence = NULL;
		return -ENOMEM;
	}
	if (is_said(keeping->findings, evidence))
		return 0;
	return findings_add(keeping->findings, n_needed > 0 ? &lost : &missed, "%s",
			    evidence);
}

/* Tells what a line of modprobe.d hit. */
static int tell_line(struct keeping *keeping, const char *command, const char *key,
		     const char *value)
{
	char where[PATH_MAX + 16], what[256];
	int err;

	for (size_t i = 0; i < keeping->n; i++) {
		if (!keeping->hits[i])
			continue;
		err = modprobe_config_line(keeping->config, command, key, NULL, where,
					   sizeof(where));
		if (err < 0)
			return err;
		snprintf(what, sizeof(what), "%s %s%s%s", command, key,
			 value == NULL ? "" : " ", value == NULL ? "" : value);
		return tell_hits(keeping, where, what);
	}
	return 0;
}

static int visit_blacklist(void *data, const char *key, const char *value)
{
	struct keeping *keeping = data;

	(void)value;
	forget_hits(keeping);
	hit_module(keeping, key);
	return tell_line(keeping, "blacklist", key, NULL);
}

/* A command that loads a module itself most likely does so for this one. */
static int visit_install(void *data, const char *key, const char *value)
{
	struct keeping *keeping = data;
	int err;

	if (strstr(value, "modprobe") != NULL || strstr(value, "insmod") != NULL)
		return 0;
	forget_hits(keeping);
	err = hit_holders(keeping, key);
	return err < 0 ? err : tell_line(keeping, "install", key, value);
}

/* By what udev looks a function's module up: file2alias.c in scripts/mod of Linux. */
static void read_modalias(const struct host *host, const struct pci_function *function,
			  char ret_alias[static TREE_VALUE_SIZE])
{
	char path[PATH_MAX], address[PCI_ADDRESS_STRSIZE];

	pci_address_format(&function->address, address);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/modalias", address);
	if (tree_value(host->root, path, ret_alias) == 0)
		return;
	snprintf(ret_alias, TREE_VALUE_SIZE,
		 "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", function->id.vendor,
		 function->id.device, function->subsystem.vendor,
		 function->subsystem.device, function->class >> 16 & 0xff,
		 function->class >> 8 & 0xff, function->class & 0xff);
}

/*
 * An alias of the owner's replaces those of the modules: __kmod_module_new_from_lookup()
 * in libkmod stops at the first table that has one.
 */
static int visit_alias(void *data, const char *key, const char *value)
{
	struct keeping *keeping = data;
	char alias[TREE_VALUE_SIZE];

	if (strncmp(key, "pci:", 4) != 0)
		return 0;
	forget_hits(keeping);
	for (size_t i = 0; i < keeping->n; i++) {
		const struct driven *driven = &keeping->driven[i];

		read_modalias(keeping->host, driven->function, alias);
		keeping->hits[i] = !cmdline_same_name(driven->module, value) &&
				   fnmatch(key, alias, 0) == 0;
	}
	return tell_line(keeping, "alias", key, value);
}

/* Judges each of the names behind a parameter, which are separated by commas. */
static int check_parameter(struct keeping *keeping, const char *source, const char *name,
			   char *modules)
{
	const bool in_kernel = cmdline_same_name(name, "module_blacklist");
	char *save = NULL, what[256];
	int err = 0;

	for (const char *module = strtok_r(modules, ",", &save);
	     err == 0 && module != NULL; module = strtok_r(NULL, ",", &save)) {
		forget_hits(keeping);
		/* The kernel compares byte by byte: blacklisted() in kernel/module. */
		if (!in_kernel)
			hit_module(keeping, module);
		else if (strchr(module, '-') == NULL)
			err = hit_holders(keeping, module);
		snprintf(what, sizeof(what), "%s=%s", name, module);
		if (err == 0)
			err = tell_hits(keeping, source, what);
	}
	return err;
}

/*
 * "blacklist" is a parameter of initramfs-tools, see initramfs-tools(7). Of several
 * module_blacklist= the last counts, as the kernel has one variable for it.
 */
static int check_piece(struct keeping *keeping, const struct boot_piece *piece,
		       const struct boot_piece *last)
{
	_cleanup_free_ char *copy = strdup(piece->text), *kernel = NULL;
	char *rest = copy, *name, *value;
	int err = 0;

	if (copy == NULL)
		return -ENOMEM;
	while (err == 0 && cmdline_next(&rest, &name, &value)) {
		if (value == NULL)
			continue;
		if (cmdline_same_name(name, "module_blacklist")) {
			free(kernel);
			kernel = strdup(value);
			err = kernel == NULL ? -ENOMEM : 0;
		} else if (cmdline_same_name(name, "modprobe.blacklist") ||
			   cmdline_same_name(name, "blacklist")) {
			err = check_parameter(keeping, piece->source, name, value);
		}
	}
	if (err == 0 && kernel != NULL && piece == last)
		err = check_parameter(keeping, piece->source, "module_blacklist", kernel);
	return err;
}

static int check_all(struct keeping *keeping, const struct boot_words *words)
{
	const struct boot_piece *last = boot_words_find(words, "module_blacklist", NULL);
	int err;

	keeping->hits = calloc(keeping->n + 1, sizeof(*keeping->hits));
	if (keeping->hits == NULL)
		return -ENOMEM;
	err = modprobe_config_each(keeping->config, kmod_config_get_blacklists,
				   visit_blacklist, keeping);
	if (err == 0)
		err = modprobe_config_each(keeping->config,
					   kmod_config_get_install_commands,
					   visit_install, keeping);
	if (err == 0)
		err = modprobe_config_each(keeping->config, kmod_config_get_aliases,
					   visit_alias, keeping);
	for (size_t i = 0; err == 0 && i < words->n; i++)
		err = check_piece(keeping, &words->pieces[i], last);
	return err;
}

int check_kept_off(const struct host *host, const struct next_boot *next,
		   const struct modprobe_config *config, const struct boot_words *words,
		   struct findings *findings)
{
	struct keeping keeping = { .host = host, .findings = findings, .config = config };
	int err = find_driven(&keeping, next);

	if (err == 0)
		err = check_all(&keeping, words);
	for (size_t i = 0; i < keeping.n; i++)
		free(keeping.driven[i].module);
	free(keeping.driven);
	free(keeping.hits);
	return err;
}
