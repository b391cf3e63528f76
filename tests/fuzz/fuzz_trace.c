/* Any octets as what SPF found: the fields and the reply are what their
 * grammars say. */
#include <string.h>

#include "common/mail/auth_results.h"
#include "common/mail/received_spf.h"
#include "common/policy/spf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/trace_grammar.h"

/* Copies a line as a string. */
static void
take_text(const uint8_t **at, const uint8_t *end, char *out, size_t size)
{
	size_t len = 0;

	while (*at < end && **at != '\n') {
		if (len + 1 < size && **at != '\0')
			out[len++] = (char)**at;
		(*at)++;
	}
	if (*at < end)
		(*at)++;
	out[len] = '\0';
}

static void
check_fields(const struct bs_spf_finding *finding, const char *client,
    const char *helo)
{
	struct bs_received_spf spf = {
	    .result = finding->result,
	    .identity = finding->identity,
	    .client = client,
	    .domain = finding->domain,
	    .envelope_from = finding->sender,
	    .helo = helo,
	    .receiver = "mx.example.org",
	    .mechanism = finding->mechanism,
	    .problem = finding->problem,
	};
	struct bs_auth_result result = {finding->result, finding->identity,
	    finding->domain, finding->problem};
	struct bs_auth_reader reader;
	char out[8192];

	MUST(bs_received_spf_write(&spf, out, sizeof(out)) == 0);
	MUST(is_received_spf(out));
	MUST(bs_auth_results_write("mx.example.org", &result, 1, out,
		 sizeof(out)) == 0);
	MUST(is_auth_results(out));
	MUST(bs_auth_begin(&reader, "mx.example.org", out,
		 strcspn(out, "\n")) == BS_AUTH_OURS);
	MUST(bs_auth_results_write(helo, &result, 1, out, sizeof(out)) == 0);
	MUST(is_auth_results(out));
}

static void
check_reply(const struct bs_spf_finding *finding, const char *client)
{
	struct bs_spf_decision decision = {.finding = finding,
	    .action = BS_ACTION_REJECT};
	char out[BS_SMTP_REPLY_MAX];

	bs_spf_reply(&decision, client, true, out, sizeof(out));
	MUST(strlen(out) > 10 && strlen(out) < sizeof(out));
	for (const char *p = out; *p != '\0'; p++)
		MUST(*p >= 0x20 && *p < 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data;
	const uint8_t *end = data + size;
	struct bs_spf_finding finding = {0};
	char client[BS_HOST_MAX];
	char helo[BS_HOST_MAX];

	if (size == 0)
		return 0;
	finding.result = (enum bs_spf_result)(*at % BS_SPF_RESULTS);
	finding.identity = *at++ & 0x80 ? BS_SPF_HELO : BS_SPF_MAILFROM;
	take_text(&at, end, client, sizeof(client));
	take_text(&at, end, helo, sizeof(helo));
	take_text(&at, end, finding.domain, sizeof(finding.domain));
	take_text(&at, end, finding.sender, sizeof(finding.sender));
	take_text(&at, end, finding.mechanism, sizeof(finding.mechanism));
	take_text(&at, end, finding.problem, sizeof(finding.problem));
	take_text(&at, end, finding.explanation, sizeof(finding.explanation));
	check_fields(&finding, client, helo);
	check_reply(&finding, client);
	return 0;
}
