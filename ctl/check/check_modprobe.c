// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking modprobe's configuration, read through libkmod, and the ids= of vfio-pci. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_files.h"
#include "check_modules.h"
#include "cmdline.h"
#include "host/line_set.h"
#include "ids.h"
#include "modprobe_config.h"

/* More functions than these are counted, not named. */
#define NAMED_MAX 4

static const struct finding_kind ids_takes_unlisted = {
	.code = "ids-takes-unlisted",
	.severity = SEVERITY_ERROR,
	.why = "The driver takes every function of the ID before a host driver can, those that "
	       "the host needs as well: it goes by the ID and not by the list.",
	.what = "Take the entry out of ids=, and list with 'ptbind add' what the guests need.",
};

static const struct finding_kind ids_twin = {
	.code = "ids-twin",
	.severity = SEVERITY_WARNING,
	.why = "ptbind-early drops the entry at boot, as it matches a listed function; the "
	       "others of that ID stay with the host for this reason alone. Once the listed "
	       "one is removed from the list, or ptbind from the images, vfio-pci takes them "
	       "all.",
	.what = "Take the entry out of ids=: the listed functions do not need it.",
};

static const struct finding_kind ids_redundant = {
	.code = "ids-redundant",
	.severity = SEVERITY_NOTE,
	.why = "The list binds these functions already; the entry would take the next card of "
	       "the same ID, too.",
	.what = "Take the entry out of ids=.",
};

static const struct finding_kind vfio_blacklisted = {
	.code = "vfio-blacklisted",
	.severity = SEVERITY_NOTE,
	.why = "A blacklist in modprobe.d holds for aliases only: ptbind-early loads vfio-pci "
	       "by its name all the same. It keeps nothing from being bound.",
	.what = "Take the line out; to bind nothing, empty the list.",
};

static const struct finding_kind vfio_install = {
	.code = "vfio-install-line",
	.severity = SEVERITY_WARNING,
	.why = "ptbind-early does not run 'install' lines and loads the module itself; what "
	       "the command does beside that no longer happens at boot.",
	.what = "Take the line out; list what it was to bind with 'ptbind add'.",
};

static const struct finding_kind softdep_needless = {
	.code = "softdep-needless",
	.severity = SEVERITY_NOTE,
	.why = "ptbind-early loads vfio-pci and keeps host drivers off before any of them is "
	       "loaded. The order of modules need not be arranged.",
	.what = "Take the line out.",
};

/* Drivers that take functions by ids=; ptbind-early looks after the first one's. */
static const struct {
	const char *module, *parameter;
	bool is_vfio;
} takers[] = {
	{ "vfio_pci", "vfio_pci.ids", true },
	{ "pci_stub", "pci_stub.ids", false },
};

/* An ids= that counts: the last, as in the kernel. */
struct ids {
	char *value; /* NULL: there is none */
	char where[PATH_MAX + 16];
};

struct modprobe {
	const struct host *host;
	const struct next_boot *next;
	struct findings *findings;
	const struct modprobe_config *config;
	struct line_set bound; /* what the next boot binds */
	struct ids ids[ARRAY_SIZE(takers)];
};

static bool is_vfio(const char *module)
{
	return cmdline_same_name(module, "vfio") ||
	       cmdline_same_name(module, "vfio_pci") ||
	       cmdline_same_name(module, "vfio_pci_core");
}

static int visit_blacklist(void *data, const char *key, const char *value)
{
	struct modprobe *modprobe = data;
	char where[PATH_MAX + 16];
	int err;

	(void)value;
	if (!is_vfio(key))
		return 0;
	err = modprobe_config_line(modprobe->config, "blacklist", key, NULL, where,
				   sizeof(where));
	if (err < 0)
		return err;
	return findings_add(modprobe->findings, &vfio_blacklisted, "%s: blacklist %s",
			    where, key);
}

static int visit_install(void *data, const char *key, const char *value)
{
	struct modprobe *modprobe = data;
	char where[PATH_MAX + 16];
	int err;

	if (!is_vfio(key))
		return 0;
	err = modprobe_config_line(modprobe->config, "install", key, NULL, where,
				   sizeof(where));
	if (err < 0)
		return err;
	return findings_add(modprobe->findings, &vfio_install, "%s: install %s %s", where,
			    key, value);
}

static int visit_softdep(void *data, const char *key, const char *value)
{
	struct modprobe *modprobe = data;
	_cleanup_free_ char *copy = value != NULL ? strdup(value) : NULL;
	char where[PATH_MAX + 16], *rest = copy, *word;
	bool is_pre = false, orders_vfio = false;
	int err;

	if (copy == NULL)
		return -ENOMEM;
	while ((word = check_next_word(&rest)) != NULL) {
		if (strcmp(word, "pre:") == 0 || strcmp(word, "post:") == 0)
			is_pre = strcmp(word, "pre:") == 0;
		else if (is_pre && is_vfio(word))
			orders_vfio = true;
	}
	if (!orders_vfio || is_vfio(key))
		return 0;
	err = modprobe_config_line(modprobe->config, "softdep", key, "vfio", where,
				   sizeof(where));
	if (err < 0)
		return err;
	return findings_add(modprobe->findings, &softdep_needless, "%s: softdep %s %s",
			    where, key, value);
}

/* Would ptbind-early drop this entry? */
static int is_dropped(const struct modprobe *modprobe, const char *entry, size_t len,
		      bool *ret_dropped)
{
	const struct next_boot *next = modprobe->next;
	const struct cmdline cmdline = { 0 };
	const struct plan_input input = { .cmdline = &cmdline,
					  .list = &next->list,
					  .machine = &modprobe->host->machine };
	_cleanup_free_ char *option = NULL, *left = NULL;
	_cleanup_free_ struct outcome *outcomes = NULL;
	int err;

	outcomes = calloc(next->list.n_lines + 1, sizeof(*outcomes));
	if (outcomes == NULL || asprintf(&option, "ids=%.*s", (int)len, entry) < 0)
		return -ENOMEM;
	if (next->list.n_lines > 0)
		memcpy(outcomes, next->outcomes, next->list.n_lines * sizeof(*outcomes));
	err = ids_drop_listed(option, &input, outcomes, &left);
	if (err == 0)
		*ret_dropped = left != NULL;
	return err;
}

/* The functions that an entry matches, by whether the list binds them. */
struct matches {
	size_t n_listed, n_unlisted;
	char unlisted[512]; /* the first ones, in words */
};

static void name_unlisted(const struct host *host, const struct pci_function *function,
			  struct matches *matches)
{
	size_t len = strlen(matches->unlisted), n_uses;
	const struct use *uses = uses_of(&host->uses, &function->address, &n_uses);
	char address[PCI_ADDRESS_STRSIZE];

	if (matches->n_unlisted++ >= NAMED_MAX)
		return;
	pci_address_format(&function->address, address);
	snprintf(matches->unlisted + len, sizeof(matches->unlisted) - len, "%s%s%s%s%s",
		 len > 0 ? ", " : "", address, n_uses > 0 ? " (" : "",
		 n_uses > 0 ? uses[0].device : "", n_uses > 0 ? ")" : "");
}

static void find_matches(const struct modprobe *modprobe, const char *entry, size_t len,
			 struct matches *ret_matches)
{
	const struct machine *machine = &modprobe->host->machine;
	struct matches matches = { 0 };

	for (size_t i = 0; i < machine->n_functions; i++) {
		const struct pci_function *f = &machine->functions[i];

		if (f->error < 0 || pci_function_is_bridge(f) ||
		    !ids_entry_matches(entry, len, f))
			continue;
		if (line_set_has(&modprobe->bound, &f->address))
			matches.n_listed++;
		else
			name_unlisted(modprobe->host, f, &matches);
	}
	*ret_matches = matches;
}

/* Judges one entry of a taker's ids=. */
static int check_entry(struct modprobe *modprobe, size_t taker, const char *entry,
		       size_t len)
{
	const bool by_vfio = takers[taker].is_vfio;
	const char *where = modprobe->ids[taker].where;
	struct matches matches;
	bool dropped = false;
	int err = 0;

	find_matches(modprobe, entry, len, &matches);
	if (matches.n_listed + matches.n_unlisted == 0)
		return 0;
	if (matches.n_unlisted == 0)
		return by_vfio ? findings_add(modprobe->findings, &ids_redundant,
					      "%s: ids=%.*s: matches nothing but listed "
					      "functions",
					      where, (int)len, entry) :
				 0;
	if (by_vfio)
		err = is_dropped(modprobe, entry, len, &dropped);
	if (err < 0)
		return err;
	return findings_add(modprobe->findings, dropped ? &ids_twin : &ids_takes_unlisted,
			    "%s: %sids=%.*s: matches %zu function%s that %s not listed: "
			    "%s%s",
			    where, by_vfio ? "" : "pci-stub ", (int)len, entry,
			    matches.n_unlisted, matches.n_unlisted == 1 ? "" : "s",
			    matches.n_unlisted == 1 ? "is" : "are", matches.unlisted,
			    matches.n_unlisted > NAMED_MAX ? ", ..." : "");
}

/* The value of the last ids= among options, allocated; NULL where there is none. */
static int last_ids(const char *options, const char *name, char **ret_ids)
{
	_cleanup_free_ char *copy = strdup(options), *ids = NULL;
	char *rest = copy, *n, *v;

	if (copy == NULL)
		return -ENOMEM;
	while (cmdline_next(&rest, &n, &v)) {
		if (v == NULL || !cmdline_same_name(n, name))
			continue;
		free(ids);
		ids = strdup(v);
		if (ids == NULL)
			return -ENOMEM;
	}
	*ret_ids = ids;
	ids = NULL;
	return 0;
}

static int visit_options(void *data, const char *key, const char *value)
{
	struct modprobe *modprobe = data;
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(takers); i++) {
		struct ids *ids = &modprobe->ids[i];
		char *last = NULL;

		if (!cmdline_same_name(key, takers[i].module))
			continue;
		err = last_ids(value, "ids", &last);
		if (err < 0 || last == NULL)
			continue;
		free(ids->value);
		ids->value = last;
		err = modprobe_config_line(modprobe->config, "options", key,
					   "ids=", ids->where, sizeof(ids->where));
	}
	return err;
}

/* What is on the command line comes behind modprobe's configuration. */
static int read_words(const struct boot_words *words, const char *parameter,
		      struct ids *ids)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < words->n; i++) {
		char *last = NULL;

		err = last_ids(words->pieces[i].text, parameter, &last);
		if (err < 0 || last == NULL)
			continue;
		free(ids->value);
		ids->value = last;
		snprintf(ids->where, sizeof(ids->where), "%s", words->pieces[i].source);
	}
	return err;
}

static int check_ids(struct modprobe *modprobe, const struct boot_words *words)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(takers); i++) {
		struct ids *ids = &modprobe->ids[i];
		const char *rest, *entry;
		size_t len;

		err = read_words(words, takers[i].parameter, ids);
		rest = ids->value;
		while (err == 0 && ids_next_entry(&rest, &entry, &len))
			err = check_entry(modprobe, i, entry, len);
	}
	return err;
}

static int check_config(struct modprobe *modprobe, const struct boot_words *words)
{
	const struct modprobe_config *config = modprobe->config;
	int err;

	err = line_set_fill(modprobe->next, false, &modprobe->bound);
	if (err == 0)
		err = modprobe_config_each(config, kmod_config_get_options, visit_options,
					   modprobe);
	if (err == 0)
		err = check_ids(modprobe, words);
	if (err == 0)
		err = modprobe_config_each(config, kmod_config_get_install_commands,
					   visit_install, modprobe);
	if (err == 0)
		err = modprobe_config_each(config, kmod_config_get_blacklists,
					   visit_blacklist, modprobe);
	if (err == 0)
		err = modprobe_config_each(config, kmod_config_get_softdeps,
					   visit_softdep, modprobe);
	return err;
}

int check_modprobe(const struct host *host, const struct next_boot *next,
		   const struct modprobe_config *config, const struct boot_words *words,
		   struct findings *findings)
{
	struct modprobe modprobe = {
		.host = host, .next = next, .findings = findings, .config = config
	};
	int err = check_config(&modprobe, words);

	for (size_t i = 0; i < ARRAY_SIZE(takers); i++)
		free(modprobe.ids[i].value);
	line_set_free(&modprobe.bound);
	return err;
}
