/* Which DNS servers are asked, and how. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include "common/dns/servers.h"
#include "tests/unit/unit.h"

static struct bs_dns_server found[BS_DNS_SERVERS_MAX];

static void
assert_server(unsigned n, const char *address, unsigned port)
{
	char text[INET6_ADDRSTRLEN] = "";

	assert_int_equal(getnameinfo((struct sockaddr *)&found[n].address,
			     found[n].len, text, sizeof(text), NULL, 0,
			     NI_NUMERICHOST),
	    0);
	assert_string_equal(text, address);
	assert_int_equal(bs_dns_server_port(&found[n]), port);
}

static void
test_list(void **state)
{
	static const char *const wrong[] = {"localhost",
	    "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:65589",
	    "192.0.2.1:-1", "192.0.2.1:53x", "[2001:db8::1", "2001:db8::1]",
	    "[2001:db8::1]53", "192.0.2.256", "192.0.2.1,,192.0.2.2",
	    "192.0.2.1,"};

	(void)state;
	assert_int_equal(bs_dns_servers_parse("192.0.2.1,192.0.2.2:5353,"
					      "2001:db8::1,[2001:db8::2]:65535",
			     found),
	    4);
	assert_server(0, "192.0.2.1", 53);
	assert_server(1, "192.0.2.2", 5353);
	assert_server(2, "2001:db8::1", 53);
	assert_server(3, "2001:db8::2", 65535);
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (bs_dns_servers_parse(wrong[i], found) > 0)
			fail_msg("'%s' was taken", wrong[i]);
}

/* Reads a file like resolv.conf(5) with this text. */
static int
read_file(const char *text, struct bs_dns_options *options)
{
	char path[] = "/tmp/backstop-test-XXXXXX";
	int fd = mkstemp(path);
	int count;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	*options = (struct bs_dns_options){.timeout_ms = 1500, .attempts = 3};
	count = bs_dns_servers_read(path, found, options);
	unlink(path);
	return count;
}

static void
test_resolv_conf(void **state)
{
	struct bs_dns_options options;

	(void)state;
	assert_int_equal(read_file("# a comment\n"
				   "search example.org\n"
				   "nameserver 192.0.2.1\n"
				   "nameserver\t2001:db8::1 \r\n"
				   "nameserver nonsense\n"
				   "options ndots:1 timeout:4 edns0 use-vc\n"
				   "options attempts:2 rotate timeout:x",
			     &options),
	    2);
	assert_server(0, "192.0.2.1", 53);
	assert_server(1, "2001:db8::1", 53);
	assert_int_equal(options.timeout_ms, 4000);
	assert_int_equal(options.attempts, 2);
	assert_true(options.rotate);
	assert_true(options.use_tcp);
	assert_int_equal(read_file("options timeout:99 attempts:0\n", &options),
	    1);
	assert_server(0, "127.0.0.1", 53);
	assert_int_equal(options.timeout_ms, 30000);
	assert_int_equal(options.attempts, 1);
	assert_int_equal(read_file("options timeout: attempts:4294967297 "
				   "rotated use-vcs timeout:2x\n",
			     &options),
	    1);
	assert_int_equal(options.timeout_ms, 1500);
	assert_int_equal(options.attempts, 5);
	assert_false(options.rotate);
	assert_false(options.use_tcp);
	options.attempts = 3;
	assert_int_equal(
	    bs_dns_servers_read("/nonexistent/file", found, &options), 1);
	assert_int_equal(options.attempts, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_list),
	    cmocka_unit_test(test_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
