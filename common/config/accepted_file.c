/* The file of what the administrator has accepted, in the state folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/config/accepted_file.h"

static int
refuse(struct bs_fault *fault, int rc, const char *text)
{
	fault->line = 0;
	snprintf(fault->text, sizeof(fault->text), "%s", text);
	return rc;
}

static int
read_file(int fd, struct bs_accepted *out, struct bs_fault *fault)
{
	struct stat st;
	char *text;
	size_t len;
	int rc;

	if (fstat(fd, &st) != 0)
		return refuse(fault, -errno, strerror(errno));
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	    (st.st_uid != 0 && st.st_uid != geteuid()))
		return refuse(fault, -EPERM,
		    "it must be a file that only root may write");
	if ((text = malloc(BS_ACCEPTED_FILE_MAX)) == NULL)
		return refuse(fault, -ENOMEM, strerror(ENOMEM));
	rc = bs_file_read(fd, text, BS_ACCEPTED_FILE_MAX, &len);
	rc = rc != 0 ? refuse(fault, rc, strerror(-rc))
		     : bs_accepted_parse(text, len, out, fault);
	free(text);
	return rc;
}

int
bs_accepted_load(const char *path, struct bs_accepted *out,
    struct bs_fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc;

	out->count = 0;
	if (fd == -1)
		return errno == ENOENT ? 0
				       : refuse(fault, -errno, strerror(errno));
	rc = read_file(fd, out, fault);
	close(fd);
	return rc;
}

int
bs_accepted_save(const char *path, const struct bs_accepted *list, gid_t gid)
{
	char *text = malloc(BS_ACCEPTED_FILE_MAX);
	int len;
	int rc;

	if (text == NULL)
		return -ENOMEM;
	len = bs_accepted_write(list, text, BS_ACCEPTED_FILE_MAX);
	rc =
	    len < 0 ? len : bs_file_replace(path, text, (size_t)len, 0640, gid);
	free(text);
	return rc;
}
