/* One line a verdict, and what it says. */
#include "common/base/log.h"
#include "tests/unit/scenes.h"

static char log_path[PATH_MAX + 8];
static int log_fd;
static int old_stderr;

static void
log_begin(void)
{
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	fflush(stderr);
	old_stderr = dup(STDERR_FILENO);
	log_fd = open(log_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(log_fd >= 0);
	assert_true(dup2(log_fd, STDERR_FILENO) >= 0);
	bs_log_open("test", BS_LOG_STDERR, false);
}

/* Returns what was logged since the last call. */
static const char *
log_end(void)
{
	static char text[4096];
	ssize_t len;

	fflush(stderr);
	assert_true(dup2(old_stderr, STDERR_FILENO) >= 0);
	close(old_stderr);
	len = pread(log_fd, text, sizeof(text) - 1, 0);
	close(log_fd);
	assert_true(len >= 0);
	text[len] = '\0';
	return text;
}

static const char *
logged(const struct scene *scene, enum bs_op op)
{
	prepare_scene(scene, op);
	SET(request.helo, "mx.x.example");
	ask(T0);
	log_begin();
	bs_judge_log(&request, &answer, &judgement);
	return log_end();
}

/* One line for each recipient: at RCPT or at DATA, never at both. */
static void
logs_once(void **state)
{
	(void)state;
	make_holes();
	for (int mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++)
		for (size_t i = 0; i < COUNT(scenes); i++) {
			const struct scene *scene = &scenes[i];
			bool at_rcpt;
			bool at_data;

			if (scene->row == 6 || scene->row == 12)
				continue;
			domain("example.org")->mode = (enum bs_mode)mode;
			at_rcpt = logged(scene, BS_OP_RCPT)[0] != '\0';
			if (answer.action == REJECT) {
				assert_true(at_rcpt);
				continue;
			}
			at_data = logged(scene, BS_OP_DATA)[0] != '\0';
			assert_false(at_rcpt && at_data);
			assert_int_equal(at_rcpt || at_data, scene->row > 1);
		}
}

static void
logs_what_it_rests_on(void **state)
{
	static const struct scene nasty = {13, "", ALICE, BS_KIND_DSN,
	    "a b\"c=d\ne@x", {NONE, NONE, NONE, NONE}, "", "", BS_TALLIES};
	static const char *const wanted[] = {" verdict=forged", " row=13",
	    " mode=observe", " action=none", " would=reject", " kind=dsn",
	    " evidence=not-found", " coverage=full", " message_id="};
	const char *line;

	(void)state;
	domain("example.org")->mode = BS_OBSERVE;
	line = logged(&nasty, BS_OP_DATA);
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (strstr(line, wanted[i]) == NULL)
			fail_msg("no%s in %s", wanted[i], line);
	assert_null(strstr(line, "a b"));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	/* found: when it was sent */
	prepare_bounce(ALICE, SENT_ID);
	ask(T0);
	log_begin();
	bs_judge_log(&request, &answer, &judgement);
	line = log_end();
	assert_non_null(strstr(line, " evidence=found"));
	assert_non_null(strstr(line, " sent_day=20000"));
	assert_null(strstr(line, " spf="));
	/* what SPF found is told, and changes nothing */
	SET(request.spf, "fail");
	ask(T0);
	log_begin();
	bs_judge_log(&request, &answer, &judgement);
	line = log_end();
	assert_non_null(strstr(line, " verdict=genuine"));
	assert_non_null(strstr(line, " spf=fail"));
	domain("example.org")->mode = BS_ENFORCE;
	line = logged(&nasty, BS_OP_DATA);
	assert_null(strstr(line, " would="));
	assert_non_null(strstr(line, " coverage=stripped"));
}

/* The one fault that must not be is told as an error, once. */
static void
tells_of_a_wrong_refusal(void **state)
{
	const char *line;

	(void)state;
	domain("example.org")->mode = BS_ENFORCE;
	for (int i = 0; i < 3; i++) {
		prepare_bounce(ALICE, "late@example.org");
		ask(T0);
		assert_int_equal(answer.action, REJECT);
	}
	log_begin();
	send_signed(ALICE, "late@example.org", T0 + 60);
	line = log_end();
	assert_non_null(strstr(line, "error: "));
	assert_non_null(strstr(line, "event=refused-later-known"));
	assert_non_null(strstr(line, "sender=" ALICE));
	assert_non_null(strstr(line, "bounces=3"));
	log_begin();
	send_signed(ALICE, "late@example.org", T0 + 120);
	send_signed(ALICE, "other@example.org", T0 + 120);
	assert_string_equal(log_end(), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(logs_once),
	    TEST(logs_what_it_rests_on),
	    TEST(tells_of_a_wrong_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
