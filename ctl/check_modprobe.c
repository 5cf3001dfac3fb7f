// SPDX-License-Identifier: GPL-2.0-or-later
/* Checking modprobe's configuration, read through libkmod, and the ids= of vfio-pci. */

#include <errno.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_files.h"
#include "check_modules.h"
#include "cmdline.h"
#include "ids.h"
#include "line_set.h"
#include "tree.h"

/* More functions than these are counted, not named. */
#define NAMED_MAX 4

static const struct finding_kind ids_takes_unlisted = {
	.code = "ids-takes-unlisted",
	.severity = SEVERITY_ERROR,
	.why = "vfio-pci takes every function of the ID before a host driver can, those that "
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

/* One iterator of libkmod's configuration. */
typedef struct kmod_config_iter *(*config_get_t)(const struct kmod_ctx *ctx);

struct modprobe {
	const struct host *host;
	const struct next_boot *next;
	struct findings *findings;
	struct tree_names files; /* the configuration files, for evidence only */
	struct line_set bound;   /* what the next boot binds */
	char *ids;               /* the ids= that counts: the last, as in the kernel */
	char ids_where[PATH_MAX + 16];
};

/* Where modprobe.d is, the first for what counts most: modprobe.d(5). */
static const char *const config_dirs[] = {
	"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d",
};

static bool is_vfio(const char *module)
{
	return cmdline_same_name(module, "vfio") ||
	       cmdline_same_name(module, "vfio_pci") ||
	       cmdline_same_name(module, "vfio_pci_core");
}

/*
 * Makes a context of the configuration below root; with NULL, of none. What libkmod does
 * not understand of it, it says on standard error, with file and line. Its directory of
 * modules is one without a modules.softdep, so that only what the owner wrote counts.
 */
static int open_config(const char *root, struct kmod_ctx **ret_ctx)
{
	char dirs[ARRAY_SIZE(config_dirs)][PATH_MAX], modules[PATH_MAX];
	const char *paths[ARRAY_SIZE(config_dirs) + 1] = { NULL };
	int err = 0;

	for (size_t i = 0; root != NULL && err == 0 && i < ARRAY_SIZE(dirs); i++) {
		err = tree_path(root, config_dirs[i], dirs[i], sizeof(dirs[i]));
		paths[i] = dirs[i];
	}
	if (err == 0)
		err = tree_path(root != NULL ? root : "", "/lib/modules", modules,
				sizeof(modules));
	if (err < 0)
		return err;
	*ret_ctx = kmod_new(modules, paths);
	if (*ret_ctx == NULL)
		return -ENOMEM;
	return 0;
}

static size_t count(config_get_t get, const struct kmod_ctx *ctx)
{
	struct kmod_config_iter *iter = get(ctx);
	size_t n = 0;

	while (iter != NULL && kmod_config_iter_next(iter))
		n++;
	kmod_config_iter_free_iter(iter);
	return n;
}

/* Is there a file of this name in a directory that counts more? There are few. */
static bool is_shadowed(const struct tree_names *files, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; i < files->n; i++)
		if (strcmp(strrchr(files->entries[i], '/'), name) == 0)
			return true;
	return false;
}

/* Lists the files that libkmod reads: of two with one name the first counts. */
static int list_files(struct modprobe *modprobe)
{
	struct tree_names *all = &modprobe->files;
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(config_dirs); i++) {
		struct tree_names paths = { 0 };
		char **entries;

		err = check_files_list(modprobe->host, config_dirs[i], ".conf",
				       modprobe->findings, &paths);
		if (err < 0)
			return err;
		entries =
			reallocarray(all->entries, all->n + paths.n + 1, sizeof(char *));
		if (entries == NULL) {
			tree_names_free(&paths);
			return -ENOMEM;
		}
		all->entries = entries;
		for (size_t j = 0; j < paths.n; j++) {
			if (is_shadowed(all, paths.entries[j]))
				free(paths.entries[j]);
			else
				entries[all->n++] = paths.entries[j];
		}
		free(paths.entries);
	}
	return 0;
}

/* Is the line a command for a module whose rest has this word in it? */
static bool line_matches(char *line, const char *command, const char *module,
			 const char *part)
{
	const char *word = check_next_word(&line);

	if (word == NULL || strcmp(word, command) != 0)
		return false;
	word = check_next_word(&line);
	return word != NULL && cmdline_same_name(word, module) &&
	       (part == NULL || strstr(line, part) != NULL);
}

/*
 * Writes "FILE:LINE" of the last line with a command for a module and, behind it, a text;
 * libkmod tells what is configured, and not where.
 */
static int find_line(const struct modprobe *modprobe, const char *command,
		     const char *module, const char *part, char *ret_where, size_t size)
{
	snprintf(ret_where, size, "modprobe.d");
	for (size_t i = 0; i < modprobe->files.n; i++) {
		struct check_file file;
		char *line;
		int err;

		err = check_file_open(modprobe->host, modprobe->files.entries[i],
				      modprobe->findings, &file);
		if (err < 0)
			return err;
		while ((line = check_file_next(&file)) != NULL) {
			const size_t len = strlen(line);
			/* A line that ends in a backslash goes on in the next. */
			const bool goes_on = len > 0 && line[len - 1] == '\\';

			if (line_matches(line, command, module, goes_on ? NULL : part))
				snprintf(ret_where, size, "%s:%u", file.path, file.line);
		}
		check_file_close(&file);
	}
	return 0;
}

/*
 * Calls visit for each entry of the configuration files. libkmod puts those of the
 * running kernel's command line behind them, which may be another machine's: they are
 * left out, and the command line is read from where the host has it.
 */
static int for_each(struct modprobe *modprobe, const struct kmod_ctx *ctx,
		    const struct kmod_ctx *bare, config_get_t get,
		    int (*visit)(struct modprobe *modprobe, const char *key,
				 const char *value))
{
	const size_t all = count(get, ctx), alien = count(get, bare);
	struct kmod_config_iter *iter = get(ctx);
	int err = iter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; err == 0 && i + alien < all && kmod_config_iter_next(iter);
	     i++)
		err = visit(modprobe, kmod_config_iter_get_key(iter),
			    kmod_config_iter_get_value(iter));
	kmod_config_iter_free_iter(iter);
	return err;
}

static int visit_blacklist(struct modprobe *modprobe, const char *key, const char *value)
{
	char where[PATH_MAX + 16];
	int err;

	(void)value;
	if (!is_vfio(key))
		return 0;
	err = find_line(modprobe, "blacklist", key, NULL, where, sizeof(where));
	if (err < 0)
		return err;
	return findings_add(modprobe->findings, &vfio_blacklisted, "%s: blacklist %s",
			    where, key);
}

static int visit_install(struct modprobe *modprobe, const char *key, const char *value)
{
	char where[PATH_MAX + 16];
	int err;

	if (!is_vfio(key))
		return 0;
	err = find_line(modprobe, "install", key, NULL, where, sizeof(where));
	if (err < 0)
		return err;
	return findings_add(modprobe->findings, &vfio_install, "%s: install %s %s", where,
			    key, value);
}

static int visit_softdep(struct modprobe *modprobe, const char *key, const char *value)
{
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
	err = find_line(modprobe, "softdep", key, "vfio", where, sizeof(where));
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

/* Judges one entry of the ids= that is configured where. */
static int check_entry(struct modprobe *modprobe, const char *where, const char *entry,
		       size_t len)
{
	struct matches matches;
	bool dropped = false;
	int err;

	find_matches(modprobe, entry, len, &matches);
	if (matches.n_listed + matches.n_unlisted == 0)
		return 0;
	if (matches.n_unlisted == 0)
		return findings_add(modprobe->findings, &ids_redundant,
				    "%s: ids=%.*s: matches nothing but listed functions",
				    where, (int)len, entry);
	err = is_dropped(modprobe, entry, len, &dropped);
	if (err < 0)
		return err;
	return findings_add(
		modprobe->findings, dropped ? &ids_twin : &ids_takes_unlisted,
		"%s: ids=%.*s: matches %zu function%s that %s not listed: %s%s", where,
		(int)len, entry, matches.n_unlisted, matches.n_unlisted == 1 ? "" : "s",
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

static int visit_options(struct modprobe *modprobe, const char *key, const char *value)
{
	char *ids = NULL;
	int err;

	if (!cmdline_same_name(key, "vfio_pci"))
		return 0;
	err = last_ids(value, "ids", &ids);
	if (err < 0 || ids == NULL)
		return err;
	free(modprobe->ids);
	modprobe->ids = ids;
	return find_line(modprobe, "options", key, "ids=", modprobe->ids_where,
			 sizeof(modprobe->ids_where));
}

/* What is on the command line comes behind modprobe's configuration. */
static int read_words(struct modprobe *modprobe, const struct boot_words *words)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < words->n; i++) {
		char *ids = NULL;

		err = last_ids(words->pieces[i].text, "vfio_pci.ids", &ids);
		if (err < 0 || ids == NULL)
			continue;
		free(modprobe->ids);
		modprobe->ids = ids;
		snprintf(modprobe->ids_where, sizeof(modprobe->ids_where), "%s",
			 words->pieces[i].source);
	}
	return err;
}

static int check_ids(struct modprobe *modprobe)
{
	const char *rest = modprobe->ids, *entry;
	size_t len;
	int err = 0;

	while (err == 0 && ids_next_entry(&rest, &entry, &len))
		err = check_entry(modprobe, modprobe->ids_where, entry, len);
	return err;
}

static int check_config(struct modprobe *modprobe, const struct boot_words *words,
			const struct kmod_ctx *ctx, const struct kmod_ctx *bare)
{
	int err;

	err = list_files(modprobe);
	if (err == 0)
		err = line_set_fill(modprobe->next, false, &modprobe->bound);
	if (err == 0)
		err = for_each(modprobe, ctx, bare, kmod_config_get_options,
			       visit_options);
	if (err == 0)
		err = read_words(modprobe, words);
	if (err == 0)
		err = check_ids(modprobe);
	if (err == 0)
		err = for_each(modprobe, ctx, bare, kmod_config_get_install_commands,
			       visit_install);
	if (err == 0)
		err = for_each(modprobe, ctx, bare, kmod_config_get_blacklists,
			       visit_blacklist);
	if (err == 0)
		err = for_each(modprobe, ctx, bare, kmod_config_get_softdeps,
			       visit_softdep);
	return err;
}

int check_modprobe(const struct host *host, const struct next_boot *next,
		   const struct boot_words *words, struct findings *findings)
{
	struct modprobe modprobe = { .host = host, .next = next, .findings = findings };
	struct kmod_ctx *ctx = NULL, *bare = NULL;
	int err;

	err = open_config(host->root, &ctx);
	if (err == 0)
		err = open_config(NULL, &bare);
	if (err == 0)
		err = check_config(&modprobe, words, ctx, bare);
	else
		err = check_not_read(findings, config_dirs[0], err);
	free(modprobe.ids);
	line_set_free(&modprobe.bound);
	tree_names_free(&modprobe.files);
	kmod_unref(bare);
	kmod_unref(ctx);
	return err;
}
