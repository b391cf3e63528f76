/* The ticket of a clean stop: files that root opens beside somebody else's. */
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/ticket.h"
#include "tests/unit/folder.h"

static char folder[PATH_MAX];

static int
set_up(void **state)
{
	(void)state;
	folder_make(folder, sizeof(folder));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void
path_of(const char *name, char out[static PATH_MAX])
{
	size_t len = strlen(folder);

	memcpy(out, folder, len);
	snprintf(out + len, PATH_MAX - len, "/%s", name);
}

/* A file of somebody's with something in it. */
static void
make_victim(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "precious", 8), 8);
	close(fd);
}

static struct bs_ticket
open_and_void(void)
{
	char socket_path[PATH_MAX];
	struct bs_ticket ticket;

	path_of("sock", socket_path);
	bs_ticket_open(folder, socket_path, &ticket);
	bs_ticket_void(&ticket);
	return ticket;
}

static void
makes_its_files(void **state)
{
	struct bs_ticket ticket = open_and_void();

	(void)state;
	assert_true(ticket.state_fd >= 0 && ticket.run_fd >= 0);
	assert_true(ticket.run_is_new);
	bs_ticket_close(&ticket);
	ticket = open_and_void();
	assert_true(ticket.state_fd >= 0 && ticket.run_fd >= 0);
	assert_false(ticket.run_is_new);
	bs_ticket_close(&ticket);
}

/* Another name of the file, by which whoever owns the folder would have root
 * write to it. */
static void
leaves_what_is_linked_there(void **state)
{
	static int (*const links[])(const char *, const char *) = {link,
	    symlink};
	char victim[PATH_MAX];
	char name[PATH_MAX];
	struct stat st;

	(void)state;
	path_of("victim", victim);
	path_of("engine.ticket", name);
	make_victim(victim);
	for (size_t i = 0; i < COUNT(links); i++) {
		struct bs_ticket ticket;

		assert_int_equal(links[i](victim, name), 0);
		ticket = open_and_void();
		assert_true(ticket.run_fd < 0);
		assert_int_equal(stat(victim, &st), 0);
		assert_int_equal(st.st_size, 8);
		bs_ticket_close(&ticket);
		assert_int_equal(unlink(name), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(makes_its_files, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(leaves_what_is_linked_there, set_up,
		tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
