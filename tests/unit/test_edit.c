/* A key of backstop.conf set in its place, and nothing else touched. */
#include <errno.h>

#include "common/cli/status/edit.h"
#include "common/config/read.h"
#include "tests/unit/unit.h"

#define ROOM 4096

/* A text before and after mode = junk was set for example.net. */
static const struct {
	const char *what;
	const char *before;
	const char *after;
} edits[] = {
    {"a value", "domains = example.net\n[domain example.net]\nmode = mark\n",
	"domains = example.net\n[domain example.net]\nmode = junk\n"},
    {"spaces and a comment stay",
	"domains = example.net\n[domain example.net]\n"
	"mode\t=\t mark  # for now\nsign = yes\n",
	"domains = example.net\n[domain example.net]\n"
	"mode\t=\t junk  # for now\nsign = yes\n"},
    {"no space", "domains=example.net\n[domain example.net]\nmode=enforce",
	"domains=example.net\n[domain example.net]\nmode=junk"},
    {"the host's key is not the domain's",
	"domains = example.net\nmode = mark\n",
	"domains = example.net\nmode = mark\n\n[domain example.net]\n"
	"mode = junk\n"},
    {"no newline at the end", "domains = example.net",
	"domains = example.net\n\n[domain example.net]\nmode = junk\n"},
    {"a section without the key",
	"domains = example.net, example.org\n[domain example.net]\n"
	"sign = yes\n\n# of the other\n[domain example.org]\nmode = mark\n",
	"domains = example.net, example.org\n[domain example.net]\n"
	"sign = yes\nmode = junk\n\n# of the other\n[domain example.org]\n"
	"mode = mark\n"},
    {"an empty section", "domains = example.net\n[domain example.net]\n",
	"domains = example.net\n[domain example.net]\nmode = junk\n"},
    {"an empty section at the end",
	"domains = example.net\n"
	"[domain example.net]",
	"domains = example.net\n[domain example.net]\nmode = junk\n"},
    {"another section's key",
	"domains = example.net, example.org\n[domain example.org]\n"
	"mode = mark\n[domain example.net]\nmode = observe\n",
	"domains = example.net, example.org\n[domain example.org]\n"
	"mode = mark\n[domain example.net]\nmode = junk\n"},
    {"an indented key stays one",
	"domains = example.net\n[domain example.net]\n  sign = yes\n",
	"domains = example.net\n[domain example.net]\n  sign = yes\n"
	"mode = junk\n"},
    {"an indented key gets the value",
	"domains = example.net\n[domain example.net]\n  mode = mark\n",
	"domains = example.net\n[domain example.net]\n  mode = junk\n"},
    {"a list that goes on",
	"domains = example.net\n[domain example.net]\n"
	"exempt = a@example.net,\n\tb@example.net\n\n",
	"domains = example.net\n[domain example.net]\n"
	"exempt = a@example.net,\n\tb@example.net\nmode = junk\n\n"},
    {"a comment is no section",
	"domains = example.net\n# [domain example.net]\n"
	"[domain example.net] ; here\n# mode = mark\nsign = yes",
	"domains = example.net\n# [domain example.net]\n"
	"[domain example.net] ; here\n# mode = mark\nsign = yes\n"
	"mode = junk\n"},
    {"case", "domains = example.net\n[Domain Example.NET]\nmode = mark\n",
	"domains = example.net\n[Domain Example.NET]\nmode = junk\n"},
    {"CRLF",
	"domains = example.net\r\n[domain example.net]\r\n"
	"mode = mark\r\nsign = no\r\n",
	"domains = example.net\r\n[domain example.net]\r\n"
	"mode = junk\r\nsign = no\r\n"},
    {"CRLF where all is new", "domains = example.net\r\n",
	"domains = example.net\r\n\r\n[domain example.net]\r\n"
	"mode = junk\r\n"},
    {"a byte order mark",
	"\xef\xbb\xbf"
	"domains = example.net\n[domain example.net]\n",
	"\xef\xbb\xbf"
	"domains = example.net\n[domain example.net]\nmode = junk\n"},
};
#define EDITS COUNT(edits)

/* Applies a splice; the result ends in a NUL. */
static void
apply(const char *text, const struct bs_splice *splice, char out[static ROOM])
{
	size_t fresh = strlen(splice->fresh);

	assert_true(splice->from <= splice->to && splice->to <= strlen(text));
	assert_true(strlen(text) + fresh < ROOM);
	memcpy(out, text, splice->from);
	memcpy(out + splice->from, splice->fresh, fresh);
	memcpy(out + splice->from + fresh, text + splice->to,
	    strlen(text) - splice->to + 1);
}

static void
fail_on_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	if (!is_warning)
		fail_msg("%u: %s", fault->line, fault->text);
}

static enum bs_mode
mode_of(const char *text)
{
	struct bs_config *config = NULL;
	enum bs_mode mode;

	assert_int_equal(
	    bs_config_parse(text, strlen(text), &config, fail_on_fault, NULL),
	    0);
	mode = bs_config_domain(config, "example.net", 11)->mode;
	bs_config_free(config);
	return mode;
}

static void
changes_one_place(void **state)
{
	struct bs_splice splice;
	char after[ROOM];

	(void)state;
	for (size_t i = 0; i < EDITS; i++) {
		const char *before = edits[i].before;

		print_message("%s\n", edits[i].what);
		(void)mode_of(before); /* without mistakes to begin with */
		assert_int_equal(bs_edit_domain(before, strlen(before),
				     "example.net", "mode", "junk", &splice),
		    0);
		apply(before, &splice, after);
		assert_string_equal(after, edits[i].after);
		assert_int_equal(mode_of(after), BS_JUNK);
	}
}

/* What was set can be set again, and the text does not grow. */
static void
changes_it_again(void **state)
{
	struct bs_splice splice;
	char once[ROOM];
	char twice[ROOM];

	(void)state;
	for (size_t i = 0; i < EDITS; i++) {
		const char *after = edits[i].after;

		assert_int_equal(bs_edit_domain(after, strlen(after),
				     "example.net", "mode", "enforce", &splice),
		    0);
		apply(after, &splice, once);
		assert_int_equal(mode_of(once), BS_ENFORCE);
		assert_int_equal(bs_edit_domain(once, strlen(once),
				     "example.net", "mode", "junk", &splice),
		    0);
		apply(once, &splice, twice);
		assert_string_equal(twice, after);
	}
}

static void
has_no_room(void **state)
{
	struct bs_splice splice;
	char value[BS_EDIT_FRESH + 1];

	(void)state;
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_int_equal(
	    bs_edit_domain("", 0, "example.net", "mode", value, &splice),
	    -EMSGSIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_one_place),
	    cmocka_unit_test(changes_it_again),
	    cmocka_unit_test(has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
