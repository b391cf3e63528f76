/* What was accepted by hand: names, the file, and what matches. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/config/accepted_file.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

static struct bs_accepted list;

static void
put(const char *text, int64_t until)
{
	struct bs_accepted_entry entry;

	assert_int_equal(bs_accepted_name(text, &entry), 0);
	entry.since = 1;
	entry.until = until;
	assert_int_equal(bs_accepted_put(&list, &entry), 0);
}

static void
test_names(void **state)
{
	static const struct {
		const char *text;
		int kind; /* -1: none */
		const char *what;
	} cases[] = {
	    {"192.0.2.1", BS_ACCEPTED_CLIENT, "192.0.2.1"},
	    {"192.0.2.0/24", BS_ACCEPTED_CLIENT, "192.0.2.0/24"},
	    {"2001:DB8::/32", BS_ACCEPTED_CLIENT, "2001:db8::/32"},
	    {"Example.ORG", BS_ACCEPTED_DOMAIN, "example.org"},
	    {"Alice@Example.org", BS_ACCEPTED_ADDRESS, "alice@example.org"},
	    {"<alice@example.org>", BS_ACCEPTED_ADDRESS, "alice@example.org"},
	    {"prvs=4790183622=Alice@example.org", BS_ACCEPTED_ADDRESS,
		"alice@example.org"},
	    /* as the log has them */
	    {"prvs=4790xxxxxx=alice@example.org", BS_ACCEPTED_ADDRESS,
		"alice@example.org"},
	    {"alice+prvs=4790xxxxxx@example.org", BS_ACCEPTED_ADDRESS,
		"alice@example.org"},
	    {"xxxxxx@example.org", BS_ACCEPTED_ADDRESS, "xxxxxx@example.org"},
	    {"192.0.2.1/24", -1, ""},
	    {"192.0.2.300", -1, ""},
	    {"", -1, ""},
	    {"@", -1, ""},
	    {"alice@", -1, ""},
	    {"a b", -1, ""},
	    {"\"a b\"@example.org", -1, ""},
	    {"example.org\n", -1, ""},
	    {"# example", -1, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bs_accepted_entry entry;
		int rc = bs_accepted_name(cases[i].text, &entry);

		if (rc != (cases[i].kind < 0 ? -EINVAL : 0))
			fail_msg("%s: %d", cases[i].text, rc);
		if (rc != 0)
			continue;
		assert_int_equal(entry.kind, cases[i].kind);
		assert_string_equal(entry.what, cases[i].what);
	}
}

static void
test_matches(void **state)
{
	static const struct {
		const char *what;
		struct bs_accepted_question question;
		bool matches;
	} cases[] = {
	    {"192.0.2.0/24", {"192.0.2.7", "", "", ""}, true},
	    {"192.0.2.0/24", {"192.0.3.7", "", "", ""}, false},
	    {"192.0.2.0/24", {"local", "192.0.2.7", "", ""}, false},
	    {"example.com", {"", "mx.Example.com", "", ""}, true},
	    {"example.com", {"", "example.com", "", ""}, true},
	    {"example.com", {"", "notexample.com", "", ""}, false},
	    {"example.com", {"", "", "postmaster@mail.example.com", ""}, true},
	    {"example.com", {"", "", "", "bob@example.com"}, true},
	    {"example.com", {"", "", "example.com@example.net", ""}, false},
	    {"example.com", {"", "com", "", ""}, false},
	    {"a@example.com", {"", "", "", "A@example.com"}, true},
	    {"a@example.com", {"", "", "", "prvs=4790183622=a@example.com"},
		true},
	    {"a@example.com", {"", "", "a@example.com", ""}, true},
	    {"a@example.com", {"", "", "", "b@example.com"}, false},
	    {"a@example.com", {"", "example.com", "", "example.com"}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(&list, 0, sizeof(list));
		put(cases[i].what, 100);
		if ((bs_accepted_find(&list, &cases[i].question, 99) != NULL) !=
		    cases[i].matches)
			fail_msg("%zu: %s", i, cases[i].what);
		/* it has an end */
		assert_null(bs_accepted_find(&list, &cases[i].question, 100));
	}
}

static void
test_list(void **state)
{
	char name[32];

	(void)state;
	memset(&list, 0, sizeof(list));
	put("a.example", 10);
	put("b.example", 20);
	put("A.example", 30);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.entries[0].until, 30);
	bs_accepted_expire(&list, 20);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.entries[0].what, "a.example");
	assert_false(bs_accepted_remove(&list, "b.example"));
	assert_true(bs_accepted_remove(&list, "a.example"));
	assert_int_equal(list.count, 0);
	for (unsigned i = 0; i < BS_ACCEPTED_MAX; i++) {
		snprintf(name, sizeof(name), "x%u.example", i);
		put(name, 10);
	}
	assert_int_equal(
	    bs_accepted_put(&list, &(struct bs_accepted_entry){.what = "y"}),
	    -ENOSPC);
	put("x0.example", 11);
}

/* What is written is read again, however much there is. */
static void
test_text(void **state)
{
	static struct bs_accepted again;
	static char text[BS_ACCEPTED_FILE_MAX];
	char name[BS_ADDRESS_MAX];
	struct bs_fault fault = {0};
	int len;

	(void)state;
	memset(&list, 0, sizeof(list));
	for (unsigned i = 1; i < BS_ACCEPTED_MAX; i++) {
		snprintf(name, sizeof(name), "%03u%0240d@example.org", i, 7);
		put(name, 999999999999);
	}
	put("#7@example.org", 999999999999);
	len = bs_accepted_write(&list, text, sizeof(text));
	assert_true(len > 0);
	assert_int_equal(bs_accepted_parse(text, (size_t)len, &again, &fault),
	    0);
	assert_int_equal(again.count, BS_ACCEPTED_MAX);
	assert_string_equal(again.entries[7].what, list.entries[7].what);
	assert_int_equal(again.entries[7].since, 1);
	assert_int_equal(again.entries[7].until, 999999999999);
	assert_int_equal(bs_accepted_write(&list, text, 100), -EMSGSIZE);
}

static void
test_bad_text(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
	    {"# fine\n\na.example 1 2\nb.example", "3"},
	    {"a.example 1\n", "seconds"},
	    {"a.example 1 2 3\n", "seconds"},
	    {"a.example -1 2\n", "seconds"},
	    {"a.example 1 9999999999999\n", "seconds"},
	    {"a.example\n", "times are missing"},
	    {"a..example 1 2\n", "not a network"},
	    {" 1 2\n", "not a network"},
	    {"a.example 1 2\nA.example 3 4\n", "twice"},
	};
	struct bs_fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char line[8];

		fault = (struct bs_fault){0};
		assert_int_equal(bs_accepted_parse(cases[i].text,
				     strlen(cases[i].text), &list, &fault),
		    -EINVAL);
		assert_int_equal(list.count, 0);
		snprintf(line, sizeof(line), "%u", fault.line);
		if (i > 0 && strstr(fault.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].text, fault.text);
		assert_true(fault.line > 0);
	}
	assert_int_equal(bs_accepted_parse("a\0 1 2\n", 7, &list, &fault),
	    -EINVAL);
}

static void
test_file(void **state)
{
	struct bs_fault fault = {0};
	char folder[PATH_MAX];
	char path[PATH_MAX + 16];
	struct stat st;

	(void)state;
	folder_make(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/accepted", folder);
	assert_int_equal(bs_accepted_load(path, &list, &fault), 0);
	assert_int_equal(list.count, 0);
	put("192.0.2.1", 10);
	assert_int_equal(bs_accepted_save(path, &list, (gid_t)-1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	list.count = 0;
	assert_int_equal(bs_accepted_load(path, &list, &fault), 0);
	assert_int_equal(list.count, 1);
	/* whoever may write it may let forged mail in */
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(bs_accepted_load(path, &list, &fault), -EPERM);
	assert_int_equal(list.count, 0);
	assert_int_equal(bs_accepted_load(folder, &list, &fault), -EPERM);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_matches),
	    cmocka_unit_test(test_list),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_bad_text),
	    cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
