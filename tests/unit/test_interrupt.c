/* A signal that ends the program leaves nothing half done behind. */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/cli/store/copy.h"
#include "common/cli/store/interrupt.h"
#include "common/cli/store/place.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

struct scene {
	char folder[PATH_MAX];
	char backup[PATH_MAX + 16];
	struct bs_state_folder_paths paths;
};

static void
begin(struct scene *scene)
{
	folder_make(scene->folder, sizeof(scene->folder));
	snprintf(scene->backup, sizeof(scene->backup), "%s/backup",
	    scene->folder);
	assert_int_equal(bs_state_folder_paths(scene->folder, &scene->paths),
	    0);
	assert_int_equal(mkdir(scene->paths.store, 0700), 0);
}

static void
end(const struct scene *scene)
{
	assert_int_equal(rmdir(scene->paths.store), 0);
	folder_remove(scene->folder);
}

/* How many entries of the folder begin so. */
static int
count(const struct scene *scene, const char *prefix)
{
	struct dirent *entry;
	DIR *dir = opendir(scene->folder);
	int found = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		found += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(dir);
	return found;
}

/* Runs it in a child, and returns the signal that ended that. */
static int
run(void (*work)(const struct scene *scene, int number),
    const struct scene *scene, int number)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		/* whoever runs the tests may have had it ignored, as nohup */
		if (number != SIGKILL)
			(void)signal(number, SIG_DFL);
		work(scene, number);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
stage(const struct scene *scene, int number)
{
	struct bs_staged staged;

	if (bs_stage_begin(scene->folder, &scene->paths, &staged) == 0 &&
	    write(staged.fd, "x", 1) == 1 && count(scene, "restore.") == 1)
		raise(number);
}

static void
copy(const struct scene *scene, int number)
{
	char fresh[BS_COPY_NAME];

	if (bs_copy_begin(scene->backup, fresh) >= 0 &&
	    count(scene, "backup.") == 1)
		raise(number);
}

static void
test_what_was_begun_is_removed(void **state)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	struct scene scene;

	(void)state;
	begin(&scene);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_equal(run(stage, &scene, numbers[i]), numbers[i]);
		assert_int_equal(run(copy, &scene, numbers[i]), numbers[i]);
		assert_int_equal(count(&scene, "restore."), 0);
		assert_int_equal(count(&scene, "backup."), 0);
	}
	end(&scene);
}

/* SIGKILL asks nobody: the next run removes it. */
static void
test_a_killed_run(void **state)
{
	struct bs_staged staged;
	struct bs_staged other;
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(run(stage, &scene, SIGKILL), SIGKILL);
	assert_int_equal(count(&scene, "restore."), 1);
	assert_int_equal(bs_stage_begin(scene.folder, &scene.paths, &staged),
	    0);
	assert_int_equal(count(&scene, "restore."), 1);
	/* one that is at work stays */
	assert_int_equal(bs_stage_begin(scene.folder, &scene.paths, &other), 0);
	assert_int_equal(count(&scene, "restore."), 2);
	bs_stage_end(&other);
	bs_stage_end(&staged);
	assert_int_equal(count(&scene, "restore."), 0);
	end(&scene);
}

static void
hold(const struct scene *scene, int number)
{
	struct bs_staged staged;

	if (bs_stage_begin(scene->folder, &scene->paths, &staged) != 0)
		return;
	bs_interrupt_hold();
	raise(number);
	if (count(scene, "restore.") != 1)
		return;
	bs_stage_end(&staged);
	if (mkdir(scene->backup, 0700) != 0)
		return;
	bs_interrupt_release();
}

static void
test_what_is_begun_is_ended_first(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(run(hold, &scene, SIGTERM), SIGTERM);
	assert_int_equal(count(&scene, "restore."), 0);
	assert_int_equal(rmdir(scene.backup), 0);
	end(&scene);
}

/* The child that looks at the store is ended, and its parent goes on. */
static void
test_a_child_removes_nothing(void **state)
{
	struct bs_staged staged;
	struct scene scene;
	int status;
	pid_t pid;

	(void)state;
	begin(&scene);
	assert_int_equal(bs_stage_begin(scene.folder, &scene.paths, &staged),
	    0);
	if ((pid = fork()) == 0) {
		raise(SIGTERM);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(access(staged.file, F_OK), 0);
	bs_stage_end(&staged);
	end(&scene);
}

static void
ignore(const struct scene *scene, int number)
{
	signal(number, SIG_IGN);
	stage(scene, number);
	if (count(scene, "restore.") == 1)
		raise(SIGKILL);
}

/* As under nohup(1). */
static void
test_what_is_ignored_stays_so(void **state)
{
	struct bs_staged staged;
	struct scene scene;

	(void)state;
	begin(&scene);
	assert_int_equal(run(ignore, &scene, SIGHUP), SIGKILL);
	assert_int_equal(bs_stage_begin(scene.folder, &scene.paths, &staged),
	    0);
	bs_stage_end(&staged);
	end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_was_begun_is_removed),
	    cmocka_unit_test(test_a_killed_run),
	    cmocka_unit_test(test_what_is_begun_is_ended_first),
	    cmocka_unit_test(test_a_child_removes_nothing),
	    cmocka_unit_test(test_what_is_ignored_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
