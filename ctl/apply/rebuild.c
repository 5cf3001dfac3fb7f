// SPDX-License-Identifier: GPL-2.0-or-later
/* Building all images anew with update-initramfs, and putting back the old ones. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rebuild.h"
#include "run_program.h"

#define HOOKS_DIR "/etc/initramfs/post-update.d"

const char *rebuild_state_word(enum rebuild_state state)
{
	static const char *const words[] = {
		[REBUILD_UNTOUCHED] = "untouched",
		[REBUILD_BUILT] = "built",
		[REBUILD_RESTORED] = "restored",
		[REBUILD_LOST] = "lost",
	};

	return words[state];
}

int rebuild_plan(const struct kernels *kernels, struct rebuild *ret_rebuild)
{
	struct rebuild rebuild = { 0 };

	rebuild.images = calloc(kernels->n + 1, sizeof(*rebuild.images));
	if (rebuild.images == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < kernels->n; i++) {
		const struct kernel *kernel = &kernels->entries[i];
		struct rebuild_image *image = &rebuild.images[rebuild.n];

		if (!kernel->has_image && !kernel->has_modules)
			continue;
		image->kernel = kernel;
		snprintf(image->path, sizeof(image->path), REBUILD_IMAGE_FORMAT,
			 kernel->version);
		rebuild.n++;
	}
	*ret_rebuild = rebuild;
	return 0;
}

void rebuild_command(const struct rebuild *rebuild, size_t i, const char *argv[static 6])
{
	const struct kernel *kernel = rebuild->images[i].kernel;

	argv[0] = "update-initramfs";
	argv[1] = kernel->has_image ? "-u" : "-c";
	argv[2] = "-k";
	argv[3] = kernel->version;
	argv[4] = NULL;
}

/* Is there room in /boot for all images twice, and for one that is being written? */
static bool has_room(const struct rebuild *rebuild, unsigned long long room)
{
	unsigned long long all = 0, largest = 0;

	for (size_t i = 0; i < rebuild->n; i++) {
		struct stat st;

		if (lstat(rebuild->images[i].path, &st) < 0)
			continue;
		all += (unsigned long long)st.st_size;
		if ((unsigned long long)st.st_size > largest)
			largest = (unsigned long long)st.st_size;
	}
	/* New ones may be a bit larger. */
	return room / 11 * 10 > all + largest;
}

static int keep_one(struct rebuild_image *image, bool beside)
{
	int err;

	if (!image->kernel->has_image)
		return 0;
	err = saved_image_keep(image->path, beside, REBUILD_KEEP_DIR, &image->saved);
	if (err < 0)
		fprintf(stderr,
			"ptbind: %s: cannot be kept while a new one is built: %s; nothing "
			"was changed\n",
			image->path, strerror(-err));
	else
		image->is_saved = true;
	return err;
}

static int keep_all(struct rebuild *rebuild)
{
	unsigned long long room;
	bool beside;
	int err;

	err = free_bytes("/boot", &room);
	if (err < 0) {
		fprintf(stderr, "ptbind: /boot: %s; nothing was changed\n",
			strerror(-err));
		return err;
	}
	beside = has_room(rebuild, room);
	if (!beside && mkdir(REBUILD_KEEP_DIR, 0700) < 0 && errno != EEXIST) {
		err = -errno;
		fprintf(stderr, "ptbind: " REBUILD_KEEP_DIR ": %s; nothing was changed\n",
			strerror(-err));
		return err;
	}
	for (size_t i = 0; err == 0 && i < rebuild->n; i++)
		err = keep_one(&rebuild->images[i], beside);
	return err;
}

/* What update-initramfs leaves beside an image when it is ended or its hooks fail. */
static const char *const leftovers[] = { ".new", ".dpkg-bak" };

static bool has_leftover(const struct rebuild_image *image, size_t i)
{
	char path[sizeof(image->path) + 16];

	snprintf(path, sizeof(path), "%s%s", image->path, leftovers[i]);
	return access(path, F_OK) == 0;
}

static void note_leftovers(struct rebuild_image *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(leftovers); i++)
		if (has_leftover(image, i))
			image->leftovers |= 1U << i;
}

/* Removes those that were not there before: they fill /boot. */
static void remove_leftovers(const struct rebuild_image *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(leftovers); i++) {
		char path[sizeof(image->path) + 16];

		if (image->leftovers & 1U << i)
			continue;
		snprintf(path, sizeof(path), "%s%s", image->path, leftovers[i]);
		(void)unlink(path);
	}
}

/* Did the program leave another image than was there? */
static bool is_changed(const struct rebuild_image *image)
{
	return image->is_saved ? saved_image_differs(&image->saved) :
				 access(image->path, F_OK) == 0;
}

static int build_one(struct rebuild *rebuild, size_t i)
{
	struct rebuild_image *image = &rebuild->images[i];
	const char *argv[6];
	int status;

	fprintf(stderr, "ptbind: [%zu/%zu] building %s\n", i + 1, rebuild->n,
		image->path);
	rebuild_command(rebuild, i, argv);
	status = run_program(argv);
	image->state = is_changed(image) ? REBUILD_BUILT : REBUILD_UNTOUCHED;
	if (run_program_signal() != 0) {
		fprintf(stderr, "ptbind: interrupted: %s\n",
			strsignal(run_program_signal()));
		return -EINTR;
	}
	if (status < 0) {
		fprintf(stderr, "ptbind: %s: %s\n", argv[0], strerror(-status));
		return status;
	}
	if (status != 0) {
		fprintf(stderr,
			"ptbind: '%s %s %s %s' failed with status %d, see above\n",
			argv[0], argv[1], argv[2], argv[3], status);
		return -ECANCELED;
	}
	if (image->state != REBUILD_BUILT) {
		fprintf(stderr, "ptbind: '%s' left %s as it was, see above\n", argv[0],
			image->path);
		return -ECANCELED;
	}
	return 0;
}

int rebuild_run(struct rebuild *rebuild)
{
	int err;

	for (size_t i = 0; i < rebuild->n; i++)
		note_leftovers(&rebuild->images[i]);
	err = keep_all(rebuild);
	for (size_t i = 0; err == 0 && i < rebuild->n; i++)
		err = build_one(rebuild, i);
	return err;
}

int rebuild_run_hooks(const struct kernel *kernel, const char *image)
{
	char version[300], path[300];
	const char *const argv[] = { "run-parts", version, path, HOOKS_DIR, NULL };
	int status;

	if (access(HOOKS_DIR, F_OK) < 0)
		return 0;
	snprintf(version, sizeof(version), "--arg=%s", kernel->version);
	snprintf(path, sizeof(path), "--arg=%s", image);
	status = run_program_undisturbed(argv);
	if (status == 0)
		return 0;
	fprintf(stderr,
		"ptbind: the hooks in " HOOKS_DIR " failed for %s, see above: "
		"copies of it on ESPs may be newer, older or cut off\n",
		image);
	return -EIO;
}

static int restore_one(struct rebuild_image *image)
{
	int err;

	if (image->state != REBUILD_BUILT)
		return 0;
	if (!image->is_saved) {
		fprintf(stderr, "ptbind: %s stays: there was none before\n", image->path);
		return 0;
	}
	err = saved_image_restore(&image->saved);
	if (err < 0) {
		image->state = REBUILD_LOST;
		fprintf(stderr,
			"ptbind: %s: the old image cannot be put back: %s; the new one is "
			"there, and the old one is %s\n",
			image->path, strerror(-err), image->saved.saved);
		return -EIO;
	}
	image->state = REBUILD_RESTORED;
	fprintf(stderr, "ptbind: %s is the old one again\n", image->path);
	err = rebuild_run_hooks(image->kernel, image->path);
	image->has_other_copies = err < 0;
	return err;
}

int rebuild_restore(struct rebuild *rebuild)
{
	int err = 0;

	/* Of all first: one alone may fill the room that a copy needs. */
	for (size_t i = 0; i < rebuild->n; i++)
		remove_leftovers(&rebuild->images[i]);
	for (size_t i = 0; i < rebuild->n; i++) {
		const int one = restore_one(&rebuild->images[i]);

		err = err < 0 ? err : one;
	}
	return err;
}

void rebuild_free(struct rebuild *rebuild)
{
	for (size_t i = 0; i < rebuild->n; i++) {
		struct rebuild_image *image = &rebuild->images[i];

		if (image->is_saved && image->state == REBUILD_LOST)
			saved_image_free(&image->saved);
		else if (image->is_saved)
			saved_image_drop(&image->saved);
	}
	/* Only if it is empty. */
	(void)rmdir(REBUILD_KEEP_DIR);
	free(rebuild->images);
	*rebuild = (struct rebuild){ 0 };
}
