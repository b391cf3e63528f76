/* Who may ask: names of users, and users who come later. */
#include <stdlib.h>
#include <unistd.h>

#include "common/engine/clients.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

static void
write_users(const char *path, const char *text)
{
	char fresh[128];
	FILE *file;

	/* as adduser(8) does: a new file in the place of the old one */
	snprintf(fresh, sizeof(fresh), "%s+", path);
	file = fopen(fresh, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(fresh, path), 0);
}

static void
takes_users_that_come_later(void **state)
{
	char late[] = "_late";
	char early[] = "_early";
	char *words[] = {late, early};
	const struct bs_words names = {.words = words, .count = 2};
	struct bs_clients clients = {0};
	char folder[64];
	char path[96];

	(void)state;
	folder_make(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/passwd", folder);
	assert_false(bs_clients_renew(&clients, path, &names));
	write_users(path,
	    "root:x:0:0::/:/bin/sh\n_early:x:700:700::/:/bin/sh\n");
	assert_true(bs_clients_renew(&clients, path, &names));
	assert_true(bs_clients_have(&clients, 700));
	/* it has not changed */
	assert_false(bs_clients_renew(&clients, path, &names));
	write_users(path,
	    "_early:x:700:700::/:/bin/sh\n_other:x:60:60::/:/bin/sh\n"
	    "_late:x:65:65::/:/bin/sh\n");
	assert_true(bs_clients_renew(&clients, path, &names));
	assert_int_equal(clients.count, 2);
	assert_int_equal(clients.uids[0], 65);
	assert_int_equal(clients.uids[1], 700);
	/* whoever is gone from there may be in another place */
	write_users(path, "root:x:0:0::/:/bin/sh\n");
	assert_false(bs_clients_renew(&clients, path, &names));
	assert_true(bs_clients_have(&clients, 65));
	folder_remove(folder);
}

/* What a search says counts for names that are asked for still; whom it cannot
 * find, or finds with another number, is not who may ask. */
static void
learns_what_a_search_finds(void **state)
{
	char file[] = "_file";
	char far[] = "_far";
	char *words[] = {file, far};
	struct bs_words names = {.words = words, .count = 2};
	struct bs_clients clients = {0};
	const uid_t root = 0;
	const uid_t uid = 64200;
	const uid_t other = 64201;
	char folder[64];
	char path[96];

	(void)state;
	folder_make(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/passwd", folder);
	write_users(path, "_file:x:700:700::/:/bin/sh\n");
	bs_clients_begin(&clients, path, &names);
	assert_true(bs_clients_have(&clients, 700));
	assert_true(bs_clients_lack(&clients, &names));
	assert_false(bs_clients_learn(&clients, &names, "_far", NULL));
	assert_false(bs_clients_learn(&clients, &names, "_none", &uid));
	assert_false(bs_clients_learn(&clients, &names, "_far", &root));
	assert_true(bs_clients_learn(&clients, &names, "_far", &uid));
	assert_false(bs_clients_learn(&clients, &names, "_far", &uid));
	assert_false(bs_clients_lack(&clients, &names));
	assert_true(bs_clients_learn(&clients, &names, "_far", &other));
	assert_false(bs_clients_have(&clients, uid));
	assert_true(bs_clients_have(&clients, other));
	/* a reload keeps the last answer, until there is another */
	bs_clients_begin(&clients, path, &names);
	assert_true(bs_clients_have(&clients, other));
	/* it was asked for before it came into the file */
	assert_true(bs_clients_learn(&clients, &names, "_file", NULL));
	assert_false(bs_clients_have(&clients, 700));
	assert_true(bs_clients_renew(&clients, path, &names));
	assert_true(bs_clients_have(&clients, 700));
	names.count = 1;
	bs_clients_begin(&clients, path, &names);
	assert_false(bs_clients_have(&clients, other));
	assert_int_equal(clients.count, 1);
	folder_remove(folder);
}

static void
has_a_bound(void **state)
{
	char *words[BS_CLIENTS_MAX + 9];
	char names[COUNT(words)][16];
	const struct bs_words list = {.words = words, .count = COUNT(words)};
	struct bs_clients clients = {0};
	char text[4096] = "";
	char folder[64];
	char path[96];
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		snprintf(names[i], sizeof(names[i]), "user%zu", i);
		words[i] = names[i];
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s:x:%zu:1::/:/bin/sh\n", names[i], 900 - i);
	}
	folder_make(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/passwd", folder);
	write_users(path, text);
	assert_true(bs_clients_renew(&clients, path, &list));
	assert_int_equal(clients.count, BS_CLIENTS_MAX);
	for (size_t i = 1; i < clients.count; i++)
		assert_true(clients.uids[i - 1] < clients.uids[i]);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(learns_what_a_search_finds),
	    cmocka_unit_test(takes_users_that_come_later),
	    cmocka_unit_test(has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
