// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading what decides before any device is looked at. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "file.h"
#include "input.h"

/* Far above COMMAND_LINE_SIZE of any architecture. */
#define CMDLINE_SIZE_MAX 65536

/* Names the hypervisor's own domain, dom0, with "control_d" (Xen, drivers/xen/xenfs). */
#define XEN_CAPABILITIES_PATH "/proc/xen/capabilities"

/* The dead kernel's memory: there in a crash kernel alone (admin-guide/kdump). */
#define VMCORE_PATH "/proc/vmcore"

/* Joins root and path; false where the result does not fit. */
static bool join(const char *root, const char *path, char ret_joined[static PATH_MAX])
{
	int n = snprintf(ret_joined, PATH_MAX, "%s%s", root, path);

	return n >= 0 && n < PATH_MAX;
}

static int say_problem(struct input *input, const char *path, int err)
{
	snprintf(input->problem, sizeof(input->problem), "%.200s: %s", path,
		 file_read_error(err));
	return err;
}

static int read_cmdline(const char *root, struct input *input)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t size;
	int err;

	if (!join(root, CMDLINE_PATH, path))
		return say_problem(input, root, -ENAMETOOLONG);
	err = file_read(path, CMDLINE_SIZE_MAX, &text, &size);
	if (err == 0)
		err = cmdline_parse(text, &input->cmdline);
	return err < 0 ? say_problem(input, path, err) : 0;
}

static int read_list(const char *root, struct input *input)
{
	char path[PATH_MAX];
	char *data;
	size_t size;
	int err;

	if (!join(root, ALLOWLIST_PATH, path))
		return say_problem(input, root, -ENAMETOOLONG);
	err = file_read(path, ALLOWLIST_SIZE_MAX, &data, &size);
	if (err == -ENOENT)
		return 0;
	if (err == 0)
		err = allowlist_parse(data, size, &input->list);
	if (err < 0)
		return say_problem(input, path, err);
	input->has_list = true;
	return 0;
}

static bool is_xen_dom0(const char *root)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t size;

	return join(root, XEN_CAPABILITIES_PATH, path) &&
	       file_read(path, PATH_MAX, &text, &size) == 0 &&
	       strstr(text, "control_d") != NULL;
}

static bool is_crash_kernel(const char *root)
{
	char path[PATH_MAX];

	return join(root, VMCORE_PATH, path) && access(path, F_OK) == 0;
}

int input_read(const char *root, struct input *ret_input)
{
	int err;

	*ret_input = (struct input){ 0 };
	err = read_cmdline(root, ret_input);
	if (err < 0)
		return err;
	err = read_list(root, ret_input);
	if (err < 0)
		return err;

	ret_input->crash_kernel = is_crash_kernel(root);
	if (ret_input->cmdline.disable)
		ret_input->disabled = ret_input->cmdline.reason;
	else if (is_xen_dom0(root))
		ret_input->disabled = "this kernel runs as the control domain of Xen";
	return 0;
}

void input_free(struct input *input)
{
	cmdline_free(&input->cmdline);
	allowlist_free(&input->list);
}
