// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of an application: commands, findings, how it ended. */

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "apply.h"
#include "output.h"

static void print_command(FILE *f, const char *const argv[])
{
	for (size_t i = 0; argv[i] != NULL; i++)
		fprintf(f, "%s%s", i == 0 ? "" : " ", argv[i]);
	fputc('\n', f);
}

void apply_print_command(const char *const argv[])
{
	print_command(stderr, argv);
}

void apply_print_plan(const struct apply *apply)
{
	const char *argv[6];

	if (apply->options->json)
		return;
	for (size_t i = 0; i < apply->rebuild.n; i++) {
		rebuild_command(&apply->rebuild, i, argv);
		print_command(stdout, argv);
	}
	for (const struct apply_step *step = apply_menu_steps(apply->loader);
	     step->argv[0] != NULL; step++)
		print_command(stdout, step->argv);
}

static void print_finding(const struct finding *finding)
{
	fprintf(stderr, "%s: %s: ", severity_word(finding->kind->severity),
		finding->kind->code);
	output_text(stderr, finding->evidence);
	fprintf(stderr, "\n  %s\n  %s\n", finding->kind->why,
		finding->advice != NULL ? finding->advice : finding->kind->what);
}

size_t apply_print_errors(const struct findings *findings)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->entries[i];

		if (finding->kind->severity != SEVERITY_ERROR || finding->mended_by_apply)
			continue;
		print_finding(finding);
		n++;
	}
	return n;
}

size_t apply_print_unmended(const struct findings *findings)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->entries[i];
		const bool is_error = finding->kind->severity == SEVERITY_ERROR;

		if (!is_error && (finding->kind->severity != SEVERITY_WARNING ||
				  !finding->mended_by_apply))
			continue;
		print_finding(finding);
		n += is_error;
	}
	return n;
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

/* Prints what image each kernel has. */
static void print_images(const struct rebuild *rebuild)
{
	const char *separator = "";
	size_t n = 0;

	for (size_t i = 0; i < rebuild->n; i++)
		n += has_old(&rebuild->images[i]);
	if (n == rebuild->n) {
		fputs("all kernels have the images that they had", stderr);
		return;
	}
	print_kernels(rebuild, &separator, "old images", has_old);
	print_kernels(rebuild, &separator, "new images where there was none", has_first);
	print_kernels(rebuild, &separator, "new images, as the old could not be put back",
		      has_lost);
}

void apply_print_end(const struct rebuild *rebuild)
{
	bool has_other_copies = false;

	for (size_t i = 0; i < rebuild->n; i++)
		has_other_copies =
			has_other_copies || rebuild->images[i].has_other_copies;
	fputs("ptbind: not applied: ", stderr);
	print_images(rebuild);
	fputs(has_other_copies ? ", but copies may be others or cut off: run 'ptbind "
				 "check' before you reboot\n" :
				 "\n",
	      stderr);
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
		json_object_object_add(object, "mended_by_apply",
				       json_object_new_boolean(finding->mended_by_apply));
		json_object_array_add(findings, object);
	}
	return findings;
}

void apply_print_json(const struct apply *apply, enum apply_state state)
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
