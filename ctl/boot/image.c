// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading an initramfs image with libarchive, all in memory. */

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allowlist.h"
#include "image.h"

#define ORDER_PATH "scripts/init-top/ORDER"
#define ORDER_SIZE_MAX 1048576

/* One image while it is read. */
struct reader {
	int fd;
	off_t offset; /* of the next block that libarchive gets */
	unsigned char block[65536];
	uint64_t content; /* bytes of all files so far, as their headers say */
	size_t n_files;
	struct image *image;
	char *error; /* 256 bytes for the reason */
};

_printf_(2, 3) static int bad_image(struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, 256, format, args);
	va_end(args);
	return -EBADMSG;
}

/* What libarchive says of an archive; of some that are cut off it says nothing. */
static const char *reason_of(struct archive *archive)
{
	const char *reason = archive_error_string(archive);

	return reason != NULL ? reason : "it is cut off or damaged";
}

static la_ssize_t read_block(struct archive *archive, void *data, const void **ret_block)
{
	struct reader *reader = data;
	ssize_t n =
		pread(reader->fd, reader->block, sizeof(reader->block), reader->offset);

	if (n < 0) {
		archive_set_error(archive, errno, "%s", strerror(errno));
		return ARCHIVE_FATAL;
	}
	reader->offset += n;
	*ret_block = reader->block;
	return n;
}

enum image_order image_judge_order(const char *text)
{
	static const char ours[] = "/scripts/init-top/00-ptbind";
	static const char udev[] = "/scripts/init-top/udev";
	bool is_late = false;

	while (*text != '\0') {
		const size_t len = strcspn(text, "\n"), word = strcspn(text, " \t\n");

		if (word == strlen(ours) && memcmp(text, ours, word) == 0)
			return is_late ? IMAGE_ORDER_LATE : IMAGE_ORDER_FIRST;
		if (word == strlen(udev) && memcmp(text, udev, word) == 0)
			is_late = true;
		text += len + (text[len] == '\n');
	}
	return IMAGE_ORDER_MISSING;
}

/* Reads the file that libarchive is at; *ret_data ends with a NUL. */
static int read_file(struct reader *reader, struct archive *archive, const char *name,
		     size_t max, char **ret_data, size_t *ret_size)
{
	_cleanup_free_ char *data = malloc(max + 1);
	size_t size = 0;

	if (data == NULL)
		return -ENOMEM;
	for (;;) {
		/* One byte more than there may be, so that too much is seen. */
		la_ssize_t n = archive_read_data(archive, data + size, max + 1 - size);

		if (n < 0)
			return bad_image(reader, "%s in it: %s", name,
					 reason_of(archive));
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > max)
			return bad_image(reader, "%s in it is too large", name);
	}
	data[size] = '\0';
	*ret_data = data;
	*ret_size = size;
	data = NULL;
	return 0;
}

static int take_list(struct reader *reader, struct archive *archive, const char *name)
{
	struct image *image = reader->image;
	char *data;
	size_t size;
	int err;

	err = read_file(reader, archive, name, ALLOWLIST_SIZE_MAX, &data, &size);
	if (err < 0)
		return err;
	free(image->list);
	image->list = data;
	image->list_size = size;
	return 0;
}

static int take_order(struct reader *reader, struct archive *archive, const char *name)
{
	char *data = NULL;
	size_t size;
	int err;

	err = read_file(reader, archive, name, ORDER_SIZE_MAX, &data, &size);
	if (err < 0 || data == NULL)
		return err;
	reader->image->order = image_judge_order(data);
	free(data);
	return 0;
}

/* Is it the file of the module, compressed or not, wherever modules are? */
static bool is_vfio_pci(const char *name)
{
	static const char module[] = "/vfio-pci.ko";
	const char *last = strrchr(name, '/');

	return last != NULL && strncmp(last, module, strlen(module)) == 0;
}

/* Takes in one file. */
static int take_file(struct reader *reader, struct archive *archive,
		     struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	struct image *image = reader->image;

	/* Not in this locale: none of ours. */
	if (name == NULL)
		return 0;
	if (strncmp(name, "./", 2) == 0)
		name += 2;
	if (strcmp(name, "usr/sbin/ptbind-early") == 0)
		image->has_early = true;
	else if (strcmp(name, "etc/ptbind/allowlist") == 0)
		return take_list(reader, archive, name);
	else if (strcmp(name, "etc/ptbind/allowlist.stale") == 0)
		image->list_is_stale = true;
	else if (strcmp(name, "etc/ptbind/allowlist.unusable") == 0)
		image->list_was_unusable = true;
	else if (strcmp(name, ORDER_PATH) == 0)
		return take_order(reader, archive, name);
	else if (is_vfio_pci(name))
		image->has_vfio = true;
	return 0;
}

/* Is there still no more in it than can be read in bounded time? */
static int count_file(struct reader *reader, struct archive_entry *entry)
{
	const la_int64_t size = archive_entry_size(entry);

	reader->n_files++;
	reader->content += size > 0 ? (uint64_t)size : 0;
	if (reader->n_files > IMAGE_FILES_MAX || reader->content > IMAGE_CONTENT_MAX)
		return bad_image(reader, "more is in it than in any image");
	return 0;
}

/* Reads all files of one cpio archive. */
static int read_files(struct reader *reader, struct archive *archive)
{
	struct archive_entry *entry;
	int result;

	while ((result = archive_read_next_header(archive, &entry)) >= ARCHIVE_WARN) {
		int err;

		if (result == ARCHIVE_EOF)
			return 0;
		err = count_file(reader, entry);
		if (err == 0)
			err = take_file(reader, archive, entry);
		if (err < 0)
			return err;
	}
	return bad_image(reader, "%s", reason_of(archive));
}

/* Prepares for one cpio archive, compressed as initramfs.conf(5) offers it. */
static struct archive *new_archive(struct reader *reader)
{
	static int (*const supports[])(struct archive *) = {
		archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
		archive_read_support_filter_lzma, archive_read_support_filter_xz,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4,
		archive_read_support_filter_lzop, archive_read_support_format_cpio,
	};
	struct archive *archive = archive_read_new();

	if (archive == NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(supports); i++)
		(void)supports[i](archive);
	(void)archive_read_set_callback_data(archive, reader);
	(void)archive_read_set_read_callback(archive, read_block);
	return archive;
}

/*
 * Reads the archive at an offset. *ret_end is where it ends, or -1 where it is
 * compressed, and the last one.
 */
static int read_archive(struct reader *reader, off_t start, off_t *ret_end)
{
	struct archive *archive = new_archive(reader);
	int err;

	if (archive == NULL)
		return -ENOMEM;
	reader->offset = start;
	if (archive_read_open1(archive) == ARCHIVE_OK)
		err = read_files(reader, archive);
	else
		err = bad_image(reader, "%s", reason_of(archive));
	if (archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE)
		*ret_end = start + archive_filter_bytes(archive, -1);
	else
		*ret_end = -1;
	archive_read_free(archive);
	return err;
}

/* Skips the zeros between archives; *offset is -1 where nothing follows. */
static int skip_zeros(struct reader *reader, off_t *offset)
{
	for (;;) {
		ssize_t n =
			pread(reader->fd, reader->block, sizeof(reader->block), *offset);

		if (n < 0)
			return -errno;
		for (ssize_t i = 0; i < n; i++) {
			if (reader->block[i] != 0) {
				*offset += i;
				return 0;
			}
		}
		*offset = n == 0 ? -1 : *offset + n;
		if (n == 0)
			return 0;
	}
}

static int read_archives(struct reader *reader)
{
	off_t offset = 0, end;
	int err = 0;

	while (err == 0 && offset >= 0) {
		err = read_archive(reader, offset, &end);
		if (err == 0 && end >= 0 && end <= offset)
			return bad_image(reader, "what is at %lld is no cpio archive",
					 (long long)offset);
		offset = end;
		if (err == 0 && end >= 0)
			err = skip_zeros(reader, &offset);
	}
	if (err == 0 && reader->n_files == 0)
		return bad_image(reader, "no file is in it");
	return err;
}

int image_read(const char *path, struct image *image, char ret_error[static 256])
{
	_cleanup_close_ int fd = -1;
	struct reader reader = { .image = image, .error = ret_error };
	struct stat st;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	reader.fd = fd;
	return read_archives(&reader);
}

void image_free(struct image *image)
{
	free(image->list);
	*image = (struct image){ 0 };
}
