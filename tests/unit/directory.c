/* To be preloaded: the users of a directory server, beside those of the host.
 * DIRECTORY names a folder: "users" has them as passwd(5) does, and as long as
 * there is "hangs" whoever asks waits. */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct passwd *getpwnam(const char *name);

static FILE *
open_file(const char *name)
{
	const char *folder = getenv("DIRECTORY");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder == NULL ? "" : folder,
	    name);
	return fopen(path, "re");
}

static struct passwd *
find(FILE *file, const char *name)
{
	struct passwd *pw = NULL;

	while (file != NULL && (pw = fgetpwent(file)) != NULL)
		if (strcmp(pw->pw_name, name) == 0)
			break;
	if (file != NULL)
		(void)fclose(file);
	return pw;
}

__attribute__((visibility("default"))) struct passwd *
getpwnam(const char *name)
{
	struct passwd *pw = find(fopen("/etc/passwd", "re"), name);
	FILE *file;

	if (pw != NULL)
		return pw;
	while ((file = open_file("hangs")) != NULL) {
		(void)fclose(file);
		usleep(20000);
	}
	return find(open_file("users"), name);
}
