/* exim/body.c: a message in a file, as Exim hands it over. */
#include <limits.h>

#include "exim/body.h"
#include "tests/unit/folder.h"

static const char spool[] = "1abcde-000001-D\n";
static const char bounce[] =
    "Hello,\n\nthis is the mail system.\n\n"
    "--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n\n"
    "Final-Recipient: rfc822; bob@remote.example\nAction: failed\n"
    "Status: 5.1.1\n\n"
    "--b\nContent-Type: message/rfc822\n\n"
    "Message-ID: <one@example.org>\nFrom: alice@example.org\n\nText\n--b--\n";
static const char header[] =
    "Content-Type: multipart/report; report-type=delivery-status;\n"
    " boundary=b\n\n";

static struct bs_dsn dsn;

/* What is found in so many octets of the body. */
static int
push(size_t max_bytes)
{
	FILE *file = tmpfile();
	off_t at = (off_t)sizeof(spool) - 1;
	int fd;

	assert_non_null(file);
	fputs(spool, file);
	fputs(bounce, file);
	assert_int_equal(fflush(file), 0);
	fd = fileno(file);
	assert_int_equal(lseek(fd, at, SEEK_SET), at);
	bs_dsn_begin(&dsn);
	bs_dsn_push(&dsn, header, sizeof(header) - 1);
	bs_body_push(fd, max_bytes, &dsn);
	bs_dsn_end(&dsn);
	/* Exim reads it again */
	assert_int_equal(lseek(fd, 0, SEEK_CUR), at);
	fclose(file);
	return (int)dsn.facts.message_ids.count;
}

static void
the_offset_stays(void **state)
{
	(void)state;
	assert_int_equal(push(SIZE_MAX), 1);
	assert_string_equal(bs_list_next(&dsn.facts.message_ids, NULL),
	    "one@example.org");
	assert_string_equal(dsn.facts.status, "5.1.1");
}

static void
no_more_than_is_allowed_is_read(void **state)
{
	(void)state;
	assert_int_equal(push((size_t)(strstr(bounce, "Message-ID") - bounce)),
	    0);
	assert_int_equal(push(0), 0);
}

static void
an_unreadable_body_is_empty(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	bs_dsn_begin(&dsn);
	bs_body_push(-1, SIZE_MAX, &dsn);
	bs_body_push(ends[0], SIZE_MAX, &dsn);
	bs_dsn_end(&dsn);
	assert_int_equal(dsn.facts.message_ids.count, 0);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_offset_stays),
	    cmocka_unit_test(no_more_than_is_allowed_is_read),
	    cmocka_unit_test(an_unreadable_body_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
