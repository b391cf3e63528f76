/* backstop.conf: what it may contain, and the defaults. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "common/config/keys.h"
#include "common/config/keys_spf.h"
#include "tests/unit/config_test.h"
#include "tests/unit/folder.h"

static void
test_fallbacks(void **state)
{
	struct bs_config *config = good("domains = example.org\n");
	const struct bs_domain *ours = domain(config, "example.org");

	(void)state;
	assert_non_null(ours);
	assert_false(ours->sign);
	assert_false(ours->strict);
	assert_false(ours->outbound_here);
	assert_int_equal(ours->mode, BS_OBSERVE);
	assert_int_equal(ours->form, BS_FORM_PRVS);
	assert_int_equal(ours->exempt.count, 0);
	assert_int_equal(config->trusted_count, 2);
	assert_true(bs_config_trusts(config, "127.1.2.3"));
	assert_true(bs_config_trusts(config, "::1"));
	assert_false(bs_config_trusts(config, "192.0.2.1"));
	assert_int_equal(config->gateway_count, 0);
	assert_int_equal(config->lifetime_days, 10);
	assert_int_equal(config->report, BS_KEEP_HOSTS);
	assert_string_equal(config->state, BS_STATE_PATH);
	assert_string_equal(config->socket, BS_SOCKET_PATH);
	assert_string_equal(config->user, BS_ENGINE_USER);
	assert_int_equal(config->clients.count, 2);
	assert_string_equal(config->clients.words[0], BS_FILTER_USER);
	assert_string_equal(config->clients.words[1], "Debian-exim");
	bs_config_free(config);
}

/* A whole file, of every kind of section. */
static void
test_whole_file(void **state)
{
	static const char text[] =
	    "domains  = example.org, example.net     # whose return paths\n"
	    "sign     = no\n"
	    "mode     = observe                      # observe, mark, junk\n"
	    "outbound = elsewhere                    # here: all mail\n"
	    "trusted  = 127.0.0.0/8, ::1, 192.0.2.0/24\n"
	    "gateways =\n"
	    "lifetime = 10                           # days\n"
	    "state    = /var/lib/backstop\n"
	    "user     = _backstop\n"
	    "clients  = _bsfilter, Debian-exim\n"
	    "\n"
	    "[domain example.net]\n"
	    "mode   = enforce\n"
	    "form   = subaddress\n"
	    "exempt = noreply@example.net, *-bounces@example.net\n"
	    "\n"
	    "[spf]\n"
	    "helo_fail     = mark\n"
	    "mailfrom_fail = mark\n"
	    "deadline      = 20\n"
	    "\n"
	    "[dns]\n"
	    "servers = 127.0.0.1:53\n";
	struct bs_config *config = good(text);

	(void)state;
	assert_int_equal(config->domain_count, 2);
	assert_int_equal(domain(config, "example.org")->mode, BS_OBSERVE);
	assert_int_equal(domain(config, "EXAMPLE.net")->mode, BS_ENFORCE);
	assert_int_equal(domain(config, "example.net")->form,
	    BS_FORM_SUBADDRESS);
	assert_true(bs_domain_exempts(domain(config, "example.net"),
	    "list-bounces@example.net"));
	assert_false(bs_domain_exempts(domain(config, "example.net"),
	    "alice@example.net"));
	assert_false(bs_domain_exempts(domain(config, "example.org"),
	    "noreply@example.net"));
	assert_int_equal(config->spf.servers.count, 1);
	assert_string_equal(config->spf.servers.words[0], "127.0.0.1:53");
	bs_config_free(config);
}

static void
test_spf_fallbacks(void **state)
{
	struct bs_config *config = good("domains = example.org\nmode = junk\n");
	const struct bs_spf_config *spf = &config->spf;

	(void)state;
	assert_true(spf->check);
	assert_int_equal(spf->rules.mode, BS_JUNK);
	for (unsigned i = 0; i < BS_SPF_RESULTS; i++) {
		if (i == BS_SPF_PASS)
			continue;
		assert_int_equal(spf->rules.actions[BS_SPF_HELO][i],
		    BS_ACTION_HEADER);
		assert_int_equal(spf->rules.actions[BS_SPF_MAILFROM][i],
		    BS_ACTION_HEADER);
	}
	assert_int_equal(spf->rules.own_domains, BS_ACTION_HEADER);
	assert_false(spf->rules.fail_needs_all);
	assert_int_equal(spf->rules.dsn, BS_SPF_DSN_ALL);
	assert_int_equal(spf->forwarders.count, 0);
	assert_int_equal(spf->skip_count, 0);
	assert_true(spf->received_spf && spf->auth_results);
	assert_string_equal(spf->authserv_id, "");
	assert_int_equal(spf->deadline_seconds, 20);
	assert_int_equal(spf->servers.count, 0);
	assert_string_equal(bs_config_spf_skips(config, "127.0.0.1"),
	    "trusted");
	assert_null(bs_config_spf_skips(config, "192.0.2.1"));
	bs_config_free(config);
}

static void
test_spf(void **state)
{
	struct bs_config *config =
	    good("domains = example.org\n"
		 "gateways = 192.0.2.9\n"
		 "[spf]\n"
		 "mode = enforce\n"
		 "helo_none = ignore\n"
		 "helo_permerror = junk\n"
		 "mailfrom_fail = reject\n"
		 "mailfrom_temperror = defer\n"
		 "own_domains = reject\n"
		 "fail_needs_all = yes\n"
		 "dsn = authenticated\n"
		 "forwarders = Forwarder.example,\n"
		 "   lists.example\n"
		 "skip = 198.51.100.0/24\n"
		 "header = authentication-results\n"
		 "authserv_id = mx.example.org\n"
		 "deadline = 5\n"
		 "[DNS]\n"
		 "servers = 127.0.0.1, [2001:db8::1]:53, [::1],\n"
		 "   ::1, 192.0.2.1:5353\n");
	const struct bs_spf_rules *rules = &config->spf.rules;

	(void)state;
	assert_true(config->spf.check);
	assert_int_equal(rules->mode, BS_ENFORCE);
	assert_int_equal(rules->actions[BS_SPF_HELO][BS_SPF_NONE],
	    BS_ACTION_NONE);
	assert_int_equal(rules->actions[BS_SPF_HELO][BS_SPF_PERMERROR],
	    BS_ACTION_JUNK);
	assert_int_equal(rules->actions[BS_SPF_HELO][BS_SPF_FAIL],
	    BS_ACTION_HEADER);
	assert_int_equal(rules->actions[BS_SPF_MAILFROM][BS_SPF_FAIL],
	    BS_ACTION_REJECT);
	assert_int_equal(rules->actions[BS_SPF_MAILFROM][BS_SPF_TEMPERROR],
	    BS_ACTION_DEFER);
	assert_int_equal(rules->own_domains, BS_ACTION_REJECT);
	assert_true(rules->fail_needs_all);
	assert_int_equal(rules->dsn, BS_SPF_DSN_AUTHENTICATED);
	assert_true(bs_config_is_forwarder(config, "forwarder.example"));
	assert_true(bs_config_is_forwarder(config, "MX.Forwarder.example"));
	assert_false(bs_config_is_forwarder(config, "notforwarder.example"));
	assert_false(bs_config_is_forwarder(config, "example"));
	assert_false(bs_config_is_forwarder(config, ""));
	assert_string_equal(bs_config_spf_skips(config, "198.51.100.7"),
	    "skipped");
	assert_string_equal(bs_config_spf_skips(config, "192.0.2.9"),
	    "gateway");
	assert_false(config->spf.received_spf);
	assert_true(config->spf.auth_results);
	assert_string_equal(config->spf.authserv_id, "mx.example.org");
	assert_int_equal(config->spf.deadline_seconds, 5);
	assert_int_equal(config->spf.servers.count, 5);
	bs_config_free(config);
}

static void
test_inherited(void **state)
{
	struct bs_config *config = good("\xef\xbb\xbf"
					"domains = b.example, A.Example,\r\n"
					"   c.example  ; the third\r\n"
					"\t# a comment in between\r\n"
					"\r\n"
					"\td.example,\r\n"
					"sign = yes\r\n"
					"strict = yes\r\n"
					"form = subaddress\r\n"
					"outbound = here\r\n"
					"mode = junk\r\n"
					"exempt = NoReply@*, x#y@a.example\r\n"
					"clients =\r\n"
					"[Domain a.EXAMPLE]   # ours\r\n"
					"  sign = no\r\n"
					"[domain b.example]\r\n"
					"exempt =\r\n"
					"[domain c.example]\r\n"
					"exempt = only@c.example");
	const struct bs_domain *a = domain(config, "a.example");
	const struct bs_domain *d = domain(config, "d.example");

	(void)state;
	assert_int_equal(config->domain_count, 4);
	assert_int_equal(config->clients.count, 0);
	assert_false(a->sign);
	assert_true(a->strict && a->outbound_here);
	assert_int_equal(a->mode, BS_JUNK);
	assert_int_equal(a->form, BS_FORM_SUBADDRESS);
	assert_true(d->sign);
	assert_true(bs_domain_exempts(a, "noreply@a.example"));
	assert_true(bs_domain_exempts(a, "x#y@a.example"));
	assert_false(bs_domain_exempts(domain(config, "b.example"),
	    "noreply@b.example"));
	assert_false(bs_domain_exempts(domain(config, "c.example"),
	    "noreply@c.example"));
	assert_true(
	    bs_domain_exempts(domain(config, "c.example"), "only@c.example"));
	assert_null(domain(config, "a.exampl"));
	assert_null(domain(config, "a.example.org"));
	assert_null(domain(config, ""));
	assert_null(bs_config_domain(config, "a.example\0", 10));
	assert_non_null(bs_config_domain(config, "a.example.org", 9));
	bs_config_free(config);
}

static void
test_warnings(void **state)
{
	struct bs_config *config;
	struct report report;

	(void)state;
	assert_int_equal(parse("", &config, &report), 0);
	assert_string_equal(report.text,
	    "!0: 'domains' is empty: nothing is signed or judged\n");
	assert_int_equal(config->domain_count, 0);
	assert_null(domain(config, "example.org"));
	bs_config_free(config);

	assert_int_equal(parse("domains = a.example\n[domain a.example]\n"
			       "exempt = x@b.example, y@*\n"
			       "[spf]\nhelo_temperror = reject\n",
			     &config, &report),
	    0);
	assert_string_equal(report.text,
	    "!3: exempt: x@b.example matches no address at a.example\n"
	    "!5: helo_temperror: a failed lookup is no reason to refuse; taken "
	    "as defer\n");
	bs_config_free(config);

	assert_int_equal(parse("domains = a.example\n[spf]\ncheck = no\n"
			       "dsn = not-failed\n",
			     &config, &report),
	    0);
	assert_string_equal(report.text,
	    "!0: dsn: does nothing, as SPF is not asked (check = no)\n");
	assert_false(config->spf.check);
	bs_config_free(config);
}

static void
test_files(void **state)
{
	struct bs_config *config;
	struct report report = {0};
	char folder[PATH_MAX];
	char path[PATH_MAX + 16];
	int fd;

	(void)state;
	folder_make(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/conf", folder);
	assert_int_equal(bs_config_load(path, &config, take, &report), -ENOENT);
	assert_int_equal(bs_config_load(folder, &config, take, &report),
	    -EISDIR);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "domains = a.example\n", 20), 20);
	assert_int_equal(bs_config_load(path, &config, take, &report), 0);
	assert_non_null(domain(config, "a.example"));
	bs_config_free(config);
	assert_int_equal(ftruncate(fd, 2L * 1024 * 1024), 0);
	assert_int_equal(bs_config_load(path, &config, take, &report), -EFBIG);
	assert_int_equal(report.count, 0);
	close(fd);
	folder_remove(folder);
}

/* Reads the example with "#key" as "key", and its sections but for domains
 * that it does not have. */
static size_t
read_example(char *text, size_t size)
{
	const char *root = getenv("BS_SOURCE_ROOT");
	char path[PATH_MAX];
	char line[256];
	size_t len = 0;
	FILE *file;

	assert_non_null(root);
	snprintf(path, sizeof(path), "%s/packaging/examples/backstop.conf",
	    root);
	assert_non_null(file = fopen(path, "r"));
	while (fgets(line, sizeof(line), file) != NULL) {
		bool is_key =
		    line[0] == '#' &&
		    ((line[1] >= 'a' && line[1] <= 'z') || line[1] == '[') &&
		    strncmp(line, "#[domain", 8) != 0;

		assert_true(len + strlen(line) < size);
		len += (size_t)snprintf(text + len, size - len, "%s",
		    line + (is_key ? 1 : 0));
	}
	fclose(file);
	return len;
}

static void
assert_has_keys(const char *text, size_t len, const struct bs_config_key *keys,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char line[64];

		snprintf(line, sizeof(line), "\n%s ", keys[i].name);
		if (memmem(text, len, line, strlen(line)) == NULL)
			fail_msg("%s is missing", keys[i].name);
	}
}

static void
assert_same_words(const struct bs_words *a, const struct bs_words *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->words[i], b->words[i]);
}

/* The example that we ship shows the default of every key. */
static void
test_example(void **state)
{
	struct bs_config *shipped;
	struct bs_config *fallback;
	struct report report;
	char text[16384];
	size_t len = read_example(text, sizeof(text));

	(void)state;
	if (parse_len(text, len, &shipped, &report) != 0)
		fail_msg("%s", report.text);
	assert_has_keys(text, len, bs_config_keys, bs_config_key_count);
	assert_has_keys(text, len, bs_config_spf_keys, bs_config_spf_key_count);
	assert_has_keys(text, len, bs_config_dns_keys, bs_config_dns_key_count);
	assert_int_equal(parse("", &fallback, &report), 0);
	assert_int_equal(shipped->lifetime_days, fallback->lifetime_days);
	assert_int_equal(shipped->trusted_count, fallback->trusted_count);
	assert_memory_equal(shipped->trusted, fallback->trusted,
	    shipped->trusted_count * sizeof(*shipped->trusted));
	assert_int_equal(shipped->gateway_count, 0);
	assert_same_words(&shipped->clients, &fallback->clients);
	assert_string_equal(shipped->state, fallback->state);
	assert_string_equal(shipped->socket, fallback->socket);
	assert_string_equal(shipped->user, fallback->user);
	assert_memory_equal(&shipped->spf.rules, &fallback->spf.rules,
	    sizeof(fallback->spf.rules));
	assert_int_equal(shipped->spf.deadline_seconds,
	    fallback->spf.deadline_seconds);
	bs_config_free(fallback);
	bs_config_free(shipped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fallbacks),
	    cmocka_unit_test(test_whole_file),
	    cmocka_unit_test(test_spf_fallbacks),
	    cmocka_unit_test(test_spf),
	    cmocka_unit_test(test_inherited),
	    cmocka_unit_test(test_warnings),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
