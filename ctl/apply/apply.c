// SPDX-License-Identifier: GPL-2.0-or-later
/* ptbind apply: puts today's list into the images, and the way back into the menu. */

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/boot_loader.h"
#include "check/check_images.h"
#include "check/findings.h"
#include "cmd.h"
#include "edit/store.h"
#include "file.h"
#include "options.h"
#include "output.h"
#include "paths.h"
#include "rebuild.h"
#include "run_program.h"
#include "tree.h"

#define EARLY "/usr/lib/ptbind/ptbind-early"
#define GOOD_NAME "allowlist.good"
#define GOOD_LIST STORE_STATE_DIR "/" GOOD_NAME
#define UPDATE_CONF "/etc/initramfs-tools/update-initramfs.conf"
#define LOCK_PATH RUN_DIR "/apply.lock"

static const char help[] =
	"Usage: ptbind apply [OPTION...]\n"
	"\n"
	"Has the next boot use the allowlist as it is now: checks as 'ptbind check' does,\n"
	"builds the images of all kernels anew and looks into them, then has the menu of\n"
	"the boot loader written anew. If an image cannot be built, all kernels keep the\n"
	"images that they had.\n"
	"\n"
	"  -n, --dry-run   check, show what would be run, and change nothing\n"
	"  -j, --json      print JSON\n"
	"  -r, --root DIR  read everything below DIR, a directory; only with --dry-run\n"
	"  -h, --help      print this\n"
	"\n"
	"Examples:\n"
	"  ptbind apply --dry-run\n"
	"  ptbind apply && reboot\n"
	"\n"
	"Exit status: 0 it is done, 1 refused or failed, 2 wrong usage, or a list that\n"
	"could not be read. See ptbind(8).\n";

/* How it ended; the words are part of the JSON. */
enum apply_state {
	APPLY_APPLIED,
	APPLY_PLANNED, /* --dry-run */
	APPLY_REFUSED,
	APPLY_FAILED,      /* nothing was changed, or all was put back */
	APPLY_MENU_FAILED, /* the images are new, the menu is the old one */
	APPLY_UNSOUND,     /* something could not be put back */
};

struct apply {
	const struct options *options;
	enum boot_loader loader;
	struct host host;
	struct next_boot next;
	struct findings findings;
	struct kernels kernels;
	struct rebuild rebuild;
	char *good; /* the last good list, as it was before; NULL: none */
	size_t good_size;
};

/* Programs that write the boot menu, in their order, up to one without words. */
struct step {
	const char *argv[4];
};

static const struct step *menu_steps(enum boot_loader loader)
{
	static const struct step grub[] = { { { "update-grub" } }, { { NULL } } };
	static const struct step proxmox[] = {
		{ { "proxmox-boot-tool", "refresh" } },
		{ { "/usr/lib/ptbind/proxmox-boot-entries", "update" } },
		{ { NULL } },
	};
	/* kernel-install has written its entries with each image. */
	static const struct step none[] = { { { NULL } } };

	switch (loader) {
	case BOOT_LOADER_GRUB:
		return grub;
	case BOOT_LOADER_PROXMOX_GRUB:
	case BOOT_LOADER_PROXMOX_SYSTEMD:
		return proxmox;
	case BOOT_LOADER_SYSTEMD:
	case BOOT_LOADER_UNKNOWN:
		break;
	}
	return none;
}

static void print_command(FILE *f, const char *const argv[])
{
	for (size_t i = 0; argv[i] != NULL; i++)
		fprintf(f, "%s%s", i == 0 ? "" : " ", argv[i]);
	fputc('\n', f);
}

static void print_finding(const struct finding *finding)
{
	fprintf(stderr, "%s: %s: ", severity_word(finding->kind->severity),
		finding->kind->code);
	output_text(stderr, finding->evidence);
	fprintf(stderr, "\n  %s\n  %s\n", finding->kind->why,
		finding->advice != NULL ? finding->advice : finding->kind->what);
}

/* Prints the errors among the findings from one on. Returns how many there are. */
static size_t print_errors(const struct findings *findings, size_t from, bool mended)
{
	size_t n = 0;

	for (size_t i = from; i < findings->n; i++) {
		const struct finding *finding = &findings->entries[i];

		if (finding->kind->severity != SEVERITY_ERROR ||
		    (!mended && finding->kind->mended_by_apply))
			continue;
		print_finding(finding);
		n++;
	}
	return n;
}

/* What update-initramfs.conf(5) says last of update_initramfs=. */
static bool updates_are_off(const char *root)
{
	static const char key[] = "update_initramfs=";
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	bool off = false;
	size_t size;

	if (tree_read(root, UPDATE_CONF, 65536, &text, &size) < 0)
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t");
		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		line += strlen(key);
		line += strspn(line, "\"'");
		off = strncmp(line, "no", 2) == 0 && strchr("\"' \t#", line[2]) != NULL;
	}
	return off;
}

/* Says why images cannot be built here, a sentence, or returns NULL. */
static const char *cannot_build(const struct apply *apply)
{
	const char *root = apply->host.root;

	if (!run_program_exists(root, "update-initramfs"))
		return "there is no update-initramfs: images of dracut and others are not "
		       "supported; install initramfs-tools";
	if (updates_are_off(root))
		return UPDATE_CONF " says update_initramfs=no, so that update-initramfs "
				   "changes nothing; set it to yes, or build the images "
				   "as this host does";
	if (apply->rebuild.n == 0)
		return "there is no kernel in /boot";
	return NULL;
}

/* Does the judge that the initramfs hook asks find the list good, too? */
static bool list_is_good(const struct apply *apply)
{
	static const char *const argv[] = { EARLY, "--check-list", ALLOWLIST_PATH, NULL };

	if (apply->next.error == -ENOENT)
		return true;
	if (apply->next.error != 0) {
		fprintf(stderr, "ptbind: " ALLOWLIST_PATH ": %s\n",
			file_read_error(apply->next.error));
		return false;
	}
	for (size_t i = 0; i < apply->next.list.n_lines; i++) {
		const struct allowlist_line *line = &apply->next.list.lines[i];

		if (line->column != 0)
			fprintf(stderr, "ptbind: " ALLOWLIST_PATH ":%u:%u: %s\n",
				line->number, line->column, line->error);
	}
	if (apply->next.list.n_bad > 0)
		return false;
	return apply->host.root[0] != '\0' || run_program(argv) == 0;
}

static int refuse(const char *why)
{
	fprintf(stderr, "ptbind: not applied: %s\n", why);
	return EXIT_NOT_AS_WANTED;
}

/* Checks everything. Returns EXIT_AS_WANTED, a status to end with, or a negative errno.
 */
static int check_first(struct apply *apply)
{
	const char *why = cannot_build(apply);
	int err;

	if (why != NULL)
		return refuse(why);
	if (!list_is_good(apply)) {
		(void)refuse("the list cannot be used as it is");
		return EXIT_UNUSABLE;
	}
	/* What the guards object to is among the findings. */
	err = check_everything(&apply->host, &apply->next, &apply->findings);
	if (err < 0)
		return err;
	if (print_errors(&apply->findings, 0, false) > 0)
		return refuse("the next boot would not be good");
	return EXIT_AS_WANTED;
}

/* Writes the last good list, as the initramfs hook does. */
static int write_good_list(const char *data, size_t size)
{
	static const struct stat st = { .st_mode = 0644 };
	_cleanup_close_ int dir_fd =
		open(STORE_STATE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir_fd < 0)
		return -errno;
	return store_write_file(dir_fd, GOOD_NAME, data, size, &st);
}

/* The last good list must be that of the images, also when they are put back. */
static void restore_good_list(const struct apply *apply)
{
	int err = 0;

	if (apply->good != NULL)
		err = write_good_list(apply->good, apply->good_size);
	else if (unlink(GOOD_LIST) < 0 && errno != ENOENT)
		err = -errno;
	if (err < 0)
		fprintf(stderr, "ptbind: " GOOD_LIST ": %s\n", strerror(-err));
}

/* The hook keeps it when it bakes a list in; one that failed to is caught up with here.
 */
static int keep_good_list(const struct apply *apply)
{
	const struct allowlist *list = &apply->next.list;
	_cleanup_free_ char *good = NULL;
	size_t size;

	if (apply->next.error != 0)
		return 0;
	if (file_read(GOOD_LIST, ALLOWLIST_SIZE_MAX, &good, &size) == 0 &&
	    size == list->size && (size == 0 || memcmp(good, list->data, size) == 0))
		return 0;
	return write_good_list(list->data, list->size);
}

/* Which image has a kernel now? */
static bool has_old(const struct rebuild_image *image)
{
	return image->state == REBUILD_RESTORED || image->state == REBUILD_UNTOUCHED;
}

static bool has_first(const struct rebuild_image *image)
{
	return image->state == REBUILD_BUILT;
}

static bool has_lost(const struct rebuild_image *image)
{
	return image->state == REBUILD_LOST;
}

/* Prints the kernels of some images, if there are any. */
static void print_kernels(const struct rebuild *rebuild, const char **separator,
			  const char *what, bool (*is_one)(const struct rebuild_image *))
{
	size_t n = 0;

	for (size_t i = 0; i < rebuild->n; i++) {
		const struct rebuild_image *image = &rebuild->images[i];

		if (!is_one(image))
			continue;
		if (n == 0)
			fprintf(stderr, "%s%s: ", *separator, what);
		fprintf(stderr, "%s%s", n++ == 0 ? "" : ", ", image->kernel->version);
		*separator = "; ";
	}
}

/* Says what image each kernel has, when all is put back as far as it can be. */
static void print_end(const struct rebuild *rebuild)
{
	const char *separator = "ptbind: not applied: ";
	size_t n = 0;

	for (size_t i = 0; i < rebuild->n; i++)
		n += has_old(&rebuild->images[i]);
	if (n == rebuild->n) {
		fputs("ptbind: not applied: all kernels have the images that they had\n",
		      stderr);
		return;
	}
	print_kernels(rebuild, &separator, "old images", has_old);
	print_kernels(rebuild, &separator, "new images where there was none", has_first);
	print_kernels(rebuild, &separator, "new images, as the old could not be put back",
		      has_lost);
	fputc('\n', stderr);
}

static enum apply_state put_back(struct apply *apply)
{
	const int err = rebuild_restore(&apply->rebuild);

	restore_good_list(apply);
	print_end(&apply->rebuild);
	return err < 0 ? APPLY_UNSOUND : APPLY_FAILED;
}

/* Is today's list in the new images? */
static int verify(struct apply *apply, bool *ret_good)
{
	struct findings findings = { 0 };
	int err = check_kernel_images(&apply->host, &apply->next, &findings);

	if (err == 0)
		*ret_good = print_errors(&findings, 0, true) == 0;
	findings_free(&findings);
	return err;
}

static bool write_menu(const struct apply *apply)
{
	bool good = true;

	if (apply->loader == BOOT_LOADER_UNKNOWN)
		fputs("ptbind: no boot loader was found that ptbind knows: see that its menu "
		      "has an entry with pt.disable\n",
		      stderr);
	for (const struct step *step = menu_steps(apply->loader);
	     good && step->argv[0] != NULL; step++) {
		int status;

		fputs("ptbind: writing the boot menu: ", stderr);
		print_command(stderr, step->argv);
		status = run_program(step->argv);
		good = status == 0;
		if (!good)
			fprintf(stderr,
				"ptbind: '%s' failed with status %d, see above: the images "
				"are new, the boot menu may be the old one\n",
				step->argv[0], status);
	}
	return good;
}

/* What is still wrong when all is done: copies, and the menu. */
static int check_again(struct apply *apply, bool *ret_good)
{
	struct findings findings = { 0 };
	int err = check_images(&apply->host, &apply->next, &findings);

	if (err == 0)
		err = check_menu(&apply->host, &apply->next, &findings);
	if (err == 0)
		*ret_good = print_errors(&findings, 0, true) == 0;
	findings_free(&findings);
	return err;
}

/* Builds, looks, and writes the menu. */
static enum apply_state carry_out(struct apply *apply)
{
	bool good = false;
	int err;

	err = file_read(GOOD_LIST, ALLOWLIST_SIZE_MAX, &apply->good, &apply->good_size);
	if (err < 0 && err != -ENOENT) {
		fprintf(stderr, "ptbind: not applied: " GOOD_LIST ": %s\n",
			file_read_error(err));
		return APPLY_FAILED;
	}
	err = rebuild_run(&apply->rebuild);
	if (err == 0)
		err = verify(apply, &good);
	if (err < 0 || !good)
		return put_back(apply);
	err = keep_good_list(apply);
	if (err < 0)
		fprintf(stderr, "ptbind: " GOOD_LIST ": %s, ignoring\n", strerror(-err));
	/* From here on the state is sound: the new images are complete. */
	if (!write_menu(apply) || check_again(apply, &good) < 0 || !good)
		return APPLY_MENU_FAILED;
	fputs("ptbind: applied: the next boot uses the list as it is now\n", stderr);
	return APPLY_APPLIED;
}

static void print_plan(const struct apply *apply)
{
	const char *argv[6];

	if (apply->options->json)
		return;
	for (size_t i = 0; i < apply->rebuild.n; i++) {
		rebuild_command(&apply->rebuild, i, argv);
		print_command(stdout, argv);
	}
	for (const struct step *step = menu_steps(apply->loader); step->argv[0] != NULL;
	     step++)
		print_command(stdout, step->argv);
}

static struct json_object *images_to_json(const struct apply *apply)
{
	struct json_object *images = json_object_new_array();

	for (size_t i = 0; i < apply->rebuild.n; i++) {
		const struct rebuild_image *image = &apply->rebuild.images[i];
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "kernel",
				       json_object_new_string(image->kernel->version));
		json_object_object_add(object, "path",
				       json_object_new_string(image->path));
		json_object_object_add(
			object, "state",
			json_object_new_string(rebuild_state_word(image->state)));
		json_object_array_add(images, object);
	}
	return images;
}

static struct json_object *findings_to_json(const struct apply *apply)
{
	struct json_object *findings = json_object_new_array();

	for (size_t i = 0; i < apply->findings.n; i++) {
		const struct finding *finding = &apply->findings.entries[i];
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "code",
				       json_object_new_string(finding->kind->code));
		json_object_object_add(
			object, "severity",
			json_object_new_string(severity_word(finding->kind->severity)));
		json_object_object_add(object, "evidence",
				       json_object_new_string(finding->evidence));
		json_object_object_add(
			object, "mended_by_apply",
			json_object_new_boolean(finding->kind->mended_by_apply));
		json_object_array_add(findings, object);
	}
	return findings;
}

static void print_json(const struct apply *apply, enum apply_state state)
{
	static const char *const words[] = {
		[APPLY_APPLIED] = "applied",         [APPLY_PLANNED] = "planned",
		[APPLY_REFUSED] = "refused",         [APPLY_FAILED] = "failed",
		[APPLY_MENU_FAILED] = "menu-failed", [APPLY_UNSOUND] = "unsound",
	};
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "version",
			       json_object_new_int(OUTPUT_JSON_VERSION));
	json_object_object_add(object, "state", json_object_new_string(words[state]));
	json_object_object_add(object, "boot_loader",
			       json_object_new_string(boot_loader_name(apply->loader)));
	json_object_object_add(object, "images", images_to_json(apply));
	json_object_object_add(object, "findings", findings_to_json(apply));
	output_json(object);
}

/* Makes a directory with this mode, whatever the umask; one that is there stays. */
static int make_dir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, mode) < 0 ? -errno : 0;
}

/* Takes the lock, which ends with this process. Returns its descriptor or -errno. */
static int take_lock(void)
{
	int fd, err = make_dir(RUN_DIR, 0755);

	if (err < 0)
		return err;
	fd = open(LOCK_PATH, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Reads what is needed beside the host. Returns 0 or a negative errno. */
static int read_rest(const char *root, struct apply *apply)
{
	int err = next_boot_read(&apply->host, &apply->next);

	apply->loader = boot_loader_find(root);
	if (err == 0)
		err = kernels_find(root, &apply->kernels);
	if (err == 0)
		err = rebuild_plan(&apply->kernels, &apply->rebuild);
	return err;
}

static void apply_free(struct apply *apply)
{
	rebuild_free(&apply->rebuild);
	kernels_free(&apply->kernels);
	findings_free(&apply->findings);
	next_boot_free(&apply->next);
	host_free(&apply->host);
	free(apply->good);
}

/* Checks and carries out. Returns an exit status. */
static int apply_all(struct apply *apply)
{
	enum apply_state state = APPLY_REFUSED;
	int status = check_first(apply);

	if (status < 0) {
		fprintf(stderr, "ptbind: not applied: %s\n", strerror(-status));
		return EXIT_NOT_AS_WANTED;
	}
	if (status == EXIT_AS_WANTED && apply->options->dry_run) {
		state = APPLY_PLANNED;
		print_plan(apply);
	} else if (status == EXIT_AS_WANTED) {
		state = carry_out(apply);
		status = state == APPLY_APPLIED ? EXIT_AS_WANTED : EXIT_NOT_AS_WANTED;
	}
	if (apply->options->json)
		print_json(apply, state);
	return status;
}

/* Makes what is missing, and puts right what a run that was killed left. */
static int prepare_host(void)
{
	struct kernels kernels;
	int err = run_program_hold_signals();

	if (err == 0)
		err = make_dir("/var/lib", 0755);
	if (err == 0)
		err = make_dir(STORE_STATE_DIR, 0700);
	if (err == 0)
		err = kernels_find("", &kernels);
	if (err < 0) {
		fprintf(stderr, "ptbind: not applied: %s\n", strerror(-err));
		return err;
	}
	err = rebuild_recover(&kernels);
	kernels_free(&kernels);
	return err;
}

/* Returns a descriptor, -1 where none is needed, or a negative errno that was said. */
static int prepare(const struct options *options)
{
	int fd, err;

	if (options->dry_run)
		return -1;
	if (geteuid() != 0) {
		(void)refuse("only root can build images");
		return -EPERM;
	}
	fd = take_lock();
	if (fd == -EWOULDBLOCK)
		(void)refuse("another 'ptbind apply' is at work");
	else if (fd < 0)
		fprintf(stderr, "ptbind: not applied: " LOCK_PATH ": %s\n",
			strerror(-fd));
	if (fd < 0)
		return fd;
	err = prepare_host();
	if (err == 0)
		return fd;
	close(fd);
	return err;
}

static int run(int argc, char *argv[])
{
	_cleanup_close_ int lock = -1;
	struct options options;
	struct apply apply = { .options = &options };
	int status, err;

	if (!options_parse(argc, argv, help, OPTION_JSON | OPTION_DRY_RUN, 0, &options,
			   &status))
		return status;
	if (options.root[0] != '\0' && !options.dry_run)
		return options_wrong(argv[0],
				     "--root wants --dry-run, too: ", options.root);
	lock = prepare(&options);
	if (lock < 0 && !options.dry_run)
		return EXIT_NOT_AS_WANTED;
	err = host_read(options.root, &apply.host);
	if (err < 0) {
		fprintf(stderr, "ptbind: not applied: %s/sys: %s\n", options.root,
			strerror(-err));
		return EXIT_NOT_AS_WANTED;
	}
	err = read_rest(options.root, &apply);
	if (err == 0)
		status = apply_all(&apply);
	else
		status = refuse(strerror(-err));
	apply_free(&apply);
	/* Who did not hear how it ended must not take it for good. */
	return status == EXIT_AS_WANTED && ferror(stderr) ? EXIT_NOT_AS_WANTED : status;
}

const struct cmd cmd_apply = {
	.name = "apply",
	.run = run,
	.help = "build images and boot menu, for the next boot to use the list",
};
