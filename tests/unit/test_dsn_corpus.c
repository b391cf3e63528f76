/* Real bounces, and all that they begin with: nothing makes the parser crash.
 * What it makes of them is scored by tests/e2e/test_corpus.py.
 *
 * The corpus is read in place: $BACKSTOP_CORPUS, or ../shared/corpus beside
 * the project. */
#include <sys/types.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/bounce/dsn.h"
#include "tests/unit/unit.h"

#define MESSAGE_MAX ((size_t)1 << 22)

static char folder[4096];
static char message[MESSAGE_MAX];
static struct bs_dsn dsn;
static struct bs_dsn ended;

static size_t
read_message(const char *name)
{
	char path[8192];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_non_null(file = fopen(path, "rb"));
	len = fread(message, 1, sizeof(message), file);
	assert_true(len < sizeof(message));
	fclose(file);
	return len;
}

/* The parser reads each octet once, so one pass shows what it makes of each
 * beginning. */
static void
end_at_every_octet(size_t len)
{
	bs_dsn_begin(&dsn);
	for (size_t i = 0; i < len; i++) {
		bs_dsn_push(&dsn, message + i, 1);
		ended = dsn;
		bs_dsn_end(&ended);
		assert_int_not_equal(ended.facts.kind, BS_KIND_UNREAD);
	}
}

static void
every_beginning_of_every_file(void **state)
{
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir = opendir(folder);

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		end_at_every_octet(read_message(entry->d_name));
		count++;
	}
	closedir(dir);
	printf("%u files\n", count);
	assert_true(count > 1000);
}

int
main(void)
{
	const char *corpus = getenv("BACKSTOP_CORPUS");
	const char *root = getenv("BS_SOURCE_ROOT");
	const char *ci = getenv("CI");
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_beginning_of_every_file),
	};
	DIR *dir;

	if (corpus != NULL)
		snprintf(folder, sizeof(folder), "%s/bounces/msgs", corpus);
	else
		snprintf(folder, sizeof(folder),
		    "%s/../shared/corpus/bounces/msgs", root ? root : ".");
	if ((dir = opendir(folder)) == NULL) {
		printf("skipped: there is no corpus at %s\n", folder);
		return ci != NULL && strcmp(ci, "true") == 0 ? 1 : 77;
	}
	closedir(dir);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
