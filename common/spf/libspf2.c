/* libspf2, and the only file that includes it: one check, run against answers
 * of DNS that are known.
 *
 * The SPF check is libspf2's, because the users of this program asked for it.
 * It is left as little as can be: it walks the records in order, compares ip4,
 * ip6, a and mx with the client's address, follows include and redirect, and
 * says with which result it ended. All else is done by us, because
 * version 1.2.10 gets it wrong or can be crashed by it:
 * - the record is chosen, read by the strict grammar and limited (record.c,
 *   run.c): libspf2 accepts 29 faults of the RFC 7208 test suite;
 * - macros, exp= and unknown modifiers never reach it (names.c, outcome.c):
 *   expanding them overflows its stack on Debian 12 (CVE-2023-42118);
 * - terms that ask DNS, void look-ups and MX hosts are counted over the whole
 *   check (asked.c): libspf2 counts each record anew, so that a tree of
 * includes never ends;
 * - DNS is asked by us (worker.c): libspf2's own resolver blocks, and its cache
 *   knows no TTL.
 * What libspf2 prints is thrown away. */
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spf2/spf.h>

#include "common/spf/asked.h"
#include "common/spf/libspf2.h"
#include "common/spf/outcome.h"

/* libspf2's own limits are for one record each, so ours hold (RFC 7208
 * §4.6.4). */
#define NO_LIMIT 1000

struct bs_libspf2 {
	SPF_dns_server_t layer;
	SPF_server_t *server;
	struct bs_spf_run run;
	char record[BS_SPF_SHOWN_MAX];
};

static void
be_silent(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
}

/* libspf2 calls it where it cannot go on. It must not return. */
static void __attribute__((noreturn))
be_gone(const char *file, int line, const char *text)
{
	(void)file;
	(void)line;
	(void)text;
	abort();
}

/* An answer of so many records with room for len octets each. libspf2 does not
 * take NULL; without memory the process ends, and the engine makes another. */
static SPF_dns_rr_t *
new_answer(SPF_dns_server_t *layer, const char *name, ns_type type,
    unsigned count, size_t len)
{
	SPF_dns_rr_t *answer = SPF_dns_rr_new_init(layer, name, type, 0,
	    count > 0 ? NETDB_SUCCESS : HOST_NOT_FOUND);

	if (answer == NULL)
		abort();
	for (unsigned i = 0; i < count; i++) {
		if (SPF_dns_rr_buf_realloc(answer, (int)i, len) !=
		    SPF_E_SUCCESS)
			abort();
		answer->num_rr = (int)i + 1;
	}
	return answer;
}

/* The hosts of an mx, each by a name of ours. */
static SPF_dns_rr_t *
tell_hosts(SPF_dns_server_t *layer, const char *name,
    const struct bs_spf_hit *hit)
{
	SPF_dns_rr_t *answer =
	    new_answer(layer, name, ns_t_mx, hit->hosts, BS_SPF_RUN_NAME);

	for (unsigned i = 0; i < hit->hosts; i++)
		snprintf(answer->rr[i]->mx, BS_SPF_RUN_NAME, "%u.%s", i, name);
	return answer;
}

static SPF_dns_rr_t *
tell_address(SPF_dns_server_t *layer, const char *name, ns_type type,
    const struct bs_spf_hit *hit)
{
	SPF_dns_rr_t *answer = new_answer(layer, name, type,
	    hit->address != NULL ? 1 : 0, sizeof(SPF_dns_rr_data_t));

	if (hit->address != NULL)
		memcpy(answer->rr[0], hit->address, type == ns_t_aaaa ? 16 : 4);
	return answer;
}

static SPF_dns_rr_t *
tell_stop(SPF_dns_server_t *layer, const char *name, ns_type type)
{
	SPF_dns_rr_t *answer = new_answer(layer, name, type, 0, 0);

	answer->herrno = TRY_AGAIN;
	return answer;
}

static SPF_dns_rr_t *
on_lookup(SPF_dns_server_t *layer, const char *name, ns_type type, int cached)
{
	struct bs_libspf2 *libspf2 = layer->hook;
	struct bs_spf_hit hit;

	(void)cached;
	if (bs_spf_run_lookup(&libspf2->run, name, (unsigned)type, &hit) != 0)
		return tell_stop(layer, name, type);
	if (type == ns_t_mx)
		return tell_hosts(layer, name, &hit);
	return tell_address(layer, name, type, &hit);
}

static SPF_errcode_t
on_record(SPF_server_t *server, SPF_request_t *request,
    SPF_response_t *response, SPF_record_t **out)
{
	struct bs_libspf2 *libspf2 = server->resolver->hook;

	*out = NULL;
	if (bs_spf_run_fetch(&libspf2->run, request->cur_dom,
		libspf2->record) != 0)
		return SPF_E_DNS_ERROR;
	return SPF_record_compile(server, response, out, libspf2->record);
}

/* No explanation is ever asked for through libspf2. */
static SPF_errcode_t
on_explanation(SPF_server_t *server, const char *domain, char **out,
    size_t *size)
{
	(void)server;
	(void)domain;
	(void)out;
	(void)size;
	return SPF_E_NOT_SPF;
}

struct bs_libspf2 *
bs_libspf2_new(void)
{
	struct bs_libspf2 *libspf2 = calloc(1, sizeof(*libspf2));
	SPF_response_t *response = NULL;

	if (libspf2 == NULL)
		return NULL;
	SPF_error_handler = be_gone;
	SPF_warning_handler = be_silent;
	SPF_info_handler = be_silent;
	SPF_debug_handler = be_silent;
	libspf2->layer.lookup = on_lookup;
	libspf2->layer.get_spf = on_record;
	libspf2->layer.get_exp = on_explanation;
	libspf2->layer.name = "backstop";
	libspf2->layer.hook = libspf2;
	libspf2->server = SPF_server_new_dns(&libspf2->layer, 0);
	if (libspf2->server == NULL ||
	    SPF_server_set_explanation(libspf2->server, "x", &response) !=
		SPF_E_SUCCESS) {
		bs_libspf2_free(libspf2);
		return NULL;
	}
	if (response != NULL)
		SPF_response_free(response);
	(void)SPF_server_set_max_dns_mech(libspf2->server, NO_LIMIT);
	(void)SPF_server_set_max_dns_mx(libspf2->server, NO_LIMIT);
	return libspf2;
}

void
bs_libspf2_free(struct bs_libspf2 *libspf2)
{
	if (libspf2 == NULL)
		return;
	if (libspf2->server != NULL)
		SPF_server_free(libspf2->server);
	free(libspf2);
}

/* We find the errors of a record ourselves. An error that libspf2 finds is a
 * fault of its own, or of ours, and proves nothing about the record. */
static enum bs_spf_result
result_of(SPF_response_t *response)
{
	switch (SPF_response_result(response)) {
	case SPF_RESULT_NEUTRAL:
		return BS_SPF_NEUTRAL;
	case SPF_RESULT_PASS:
		return BS_SPF_PASS;
	case SPF_RESULT_FAIL:
		return BS_SPF_FAIL;
	case SPF_RESULT_SOFTFAIL:
		return BS_SPF_SOFTFAIL;
	default:
		return BS_SPF_TEMPERROR;
	}
}

/* Lets libspf2 walk the records. Unless the run is decided or misses
 * something, *result and *matched are what it found. */
static void
walk(struct bs_libspf2 *libspf2, SPF_request_t *request,
    enum bs_spf_result *result, bool *matched)
{
	SPF_response_t *response = SPF_response_new(request);
	SPF_record_t *record = NULL;
	SPF_errcode_t rc;

	if (response == NULL)
		abort();
	request->cur_dom = BS_SPF_RUN_FIRST;
	rc = SPF_server_get_record(libspf2->server, request, response, &record);
	if (rc == SPF_E_SUCCESS && record != NULL) {
		response->spf_record_exp = record;
		(void)SPF_record_interpret(record, request, response, 0);
	}
	*result = result_of(response);
	*matched = SPF_response_reason(response) == SPF_REASON_MECH;
	if (record != NULL)
		SPF_record_free(record);
	SPF_response_free(response);
}

static void
set_client(const struct bs_spf_run *run, SPF_request_t *request)
{
	struct in6_addr ip6;
	struct in_addr ip4;

	if (run->is_ip6) {
		memcpy(&ip6, run->client, sizeof(ip6));
		(void)SPF_request_set_ipv6(request, ip6);
	} else {
		memcpy(&ip4, run->client, sizeof(ip4));
		(void)SPF_request_set_ipv4(request, ip4);
	}
}

/* Runs the check with a request to libspf2 of its own. */
static int
run(struct bs_libspf2 *libspf2, SPF_request_t *request,
    struct bs_spf_finding *out)
{
	struct bs_spf_run *state = &libspf2->run;
	enum bs_spf_result result = BS_SPF_TEMPERROR;
	bool matched = false;
	int rc;

	set_client(state, request);
	if (state->state == BS_SPF_RUNNING)
		walk(libspf2, request, &result, &matched);
	if (state->state == BS_SPF_MISSING)
		return BS_LIBSPF2_MISSING;
	rc = bs_spf_run_end(state, result, matched, out);
	if (state->state == BS_SPF_MISSING)
		return BS_LIBSPF2_EXPLAINING;
	if (rc == BS_SPF_RUN_AGAIN) {
		bs_spf_run_again(state);
		walk(libspf2, request, &result, &matched);
		bs_spf_run_settle(state, matched, out);
	}
	return 0;
}

int
bs_libspf2_check(struct bs_libspf2 *libspf2, const struct bs_spf_query *query,
    int64_t now, bs_spf_lookup *lookup, void *context,
    struct bs_spf_finding *out)
{
	SPF_request_t *request = SPF_request_new(libspf2->server);
	int rc;

	if (request == NULL)
		abort();
	bs_spf_run_begin(&libspf2->run, query, now, lookup, context);
	rc = run(libspf2, request, out);
	request->cur_dom = NULL;
	SPF_request_free(request);
	return rc;
}
