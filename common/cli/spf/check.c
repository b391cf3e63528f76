/* backstop spf check: one check, with all that it asked DNS. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/spf/check.h"
#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/spf/once.h"
#include "common/mail/received_spf.h"

/* Whether the client may send for the domain. */
static int
exit_of(enum bs_spf_result result)
{
	switch (result) {
	case BS_SPF_PASS:
		return BS_EXIT_YES;
	case BS_SPF_FAIL:
	case BS_SPF_SOFTFAIL:
	case BS_SPF_PERMERROR:
		return BS_EXIT_NO;
	default:
		return BS_EXIT_UNKNOWN;
	}
}

static const char *
status_text(const struct bs_spf_step *step, char *out, size_t size)
{
	switch (step->status) {
	case BS_DNS_FOUND:
		snprintf(out, size, "%u record%s", step->count,
		    step->count == 1 ? "" : "s");
		break;
	case BS_DNS_NO_DATA:
		snprintf(out, size, "none of this type");
		break;
	case BS_DNS_NO_NAME:
		snprintf(out, size, "no such name");
		break;
	case BS_DNS_FAILED:
		snprintf(out, size, "no answer");
		break;
	}
	return out;
}

static void
print_steps(const struct bs_spf_trail *trail)
{
	char status[32];
	char name[4 * BS_HOST_MAX];

	if (trail->count > 0)
		puts("asked of DNS:");
	for (size_t i = 0; i < trail->count; i++) {
		const struct bs_spf_step *step = &trail->steps[i];

		bs_print(stdout, "  %-5s %s  %s", bs_spf_type_name(step->type),
		    bs_visible(step->name, name, sizeof(name)),
		    status_text(step, status, sizeof(status)));
		if (step->cached)
			puts(", known");
		else
			bs_print(stdout, ", %u ms\n", step->elapsed_ms);
	}
}

static void
print_row(const char *name, const char *value)
{
	if (value[0] != '\0')
		bs_print(stdout, "%-12s %s\n", name, value);
}

static const char *
describe(enum bs_spf_result result)
{
	static const char *const texts[BS_SPF_RESULTS] = {
	    [BS_SPF_NONE] = "no record says who may send for the domain",
	    [BS_SPF_NEUTRAL] = "the domain says nothing of this client",
	    [BS_SPF_PASS] = "this client may send for the domain",
	    [BS_SPF_FAIL] = "this client may not send for the domain",
	    [BS_SPF_SOFTFAIL] =
		"this client should not, but the domain is not sure",
	    [BS_SPF_TEMPERROR] = "it could not be checked now",
	    [BS_SPF_PERMERROR] = "the domain's record is broken",
	};

	return texts[result];
}

static void
print_text(const struct bs_spf_finding *finding,
    const struct bs_spf_trail *trail, const char *header)
{
	bs_print(stdout, "%s: %s\n", bs_spf_result_name(finding->result),
	    describe(finding->result));
	print_row("identity", bs_spf_identity_name(finding->identity));
	print_row("sender", finding->sender);
	print_row("domain", finding->domain);
	print_row("matched", finding->mechanism);
	print_row("because", finding->problem);
	print_row("it explains", finding->explanation);
	bs_print(stdout,
	    "%-12s %u of %d terms that ask DNS, %u of %d without an answer; "
	    "%u question%s, %u ms\n",
	    "cost", finding->lookups, BS_SPF_LOOKUPS_MAX, finding->voids,
	    BS_SPF_VOIDS_MAX, finding->queries, bs_plural(finding->queries),
	    finding->elapsed_ms);
	print_steps(trail);
	bs_print(stdout, "%s\n", header);
}

static struct bs_json *
json_of(const struct bs_spf_step *step)
{
	static const char *const states[] = {
	    [BS_DNS_FOUND] = "found",
	    [BS_DNS_NO_DATA] = "no-data",
	    [BS_DNS_NO_NAME] = "no-name",
	    [BS_DNS_FAILED] = "failed",
	};
	struct bs_json *object = bs_json_object();
	char name[4 * BS_HOST_MAX];

	bs_json_text(object, "type", bs_spf_type_name(step->type));
	bs_json_text(object, "name",
	    bs_visible(step->name, name, sizeof(name)));
	bs_json_text(object, "status", states[step->status]);
	bs_json_number(object, "records", step->count);
	bs_json_number(object, "elapsed_ms", step->elapsed_ms);
	bs_json_bool(object, "cached", step->cached);
	return object;
}

static void
print_json(const struct bs_spf_finding *finding,
    const struct bs_spf_trail *trail, const char *header)
{
	struct bs_json *object = bs_json_object();
	struct bs_json *queries = bs_json_array();

	bs_json_text(object, "result", bs_spf_result_name(finding->result));
	bs_json_text(object, "identity",
	    bs_spf_identity_name(finding->identity));
	bs_json_text(object, "sender", finding->sender);
	bs_json_text(object, "domain", finding->domain);
	bs_json_known(object, "mechanism", finding->mechanism);
	bs_json_known(object, "problem", finding->problem);
	bs_json_known(object, "explanation", finding->explanation);
	bs_json_bool(object, "denies_all", finding->denies_all);
	bs_json_number(object, "lookups", finding->lookups);
	bs_json_number(object, "voids", finding->voids);
	bs_json_number(object, "elapsed_ms", finding->elapsed_ms);
	for (size_t i = 0; i < trail->count; i++)
		bs_json_append(queries, json_of(&trail->steps[i]));
	bs_json_put(object, "queries", queries);
	bs_json_text(object, "header", header);
	bs_json_print(object);
}

/* The header field that this host would add. */
static void
write_header(const struct bs_spf_query *query,
    const struct bs_spf_finding *finding, char *out, size_t size)
{
	const struct bs_received_spf field = {
	    .result = finding->result,
	    .identity = finding->identity,
	    .client = query->client,
	    .domain = finding->domain,
	    .envelope_from = finding->sender,
	    .helo = query->helo,
	    .receiver = query->receiver,
	    .mechanism =
		finding->mechanism[0] == '\0' ? NULL : finding->mechanism,
	    .problem = finding->problem[0] == '\0' ? NULL : finding->problem,
	};

	if (bs_received_spf_write(&field, out, size) != 0)
		out[0] = '\0';
}

/* Copies what may stand in brackets: "<u@example.org>", "[192.0.2.1]",
 * "[IPv6:2001:db8::1]". Returns whether it fits. */
static bool
copy_within(char *out, size_t size, const char *text, const char *brackets)
{
	static const char tag[] = "IPv6:";
	size_t len = strlen(text);

	if (len >= 2 && text[0] == brackets[0] &&
	    text[len - 1] == brackets[1]) {
		text++;
		len -= 2;
	}
	if (brackets[0] == '[' && len >= sizeof(tag) - 1 &&
	    bs_ascii_same(text, tag, sizeof(tag) - 1)) {
		text += sizeof(tag) - 1;
		len -= sizeof(tag) - 1;
	}
	if (len >= size)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

/* A sender whose domain is too long has no record (RFC 7208 §4.3), so that much
 * of it is enough. Returns false where the local part is too long. */
static bool
copy_sender(char *out, size_t size, const char *text)
{
	const char *at = strrchr(text, '@');

	if (copy_within(out, size, text, "<>"))
		return true;
	if (at == NULL)
		at = text;
	if (strlen(at) <= BS_HOST_MAX || at - text > BS_HOST_MAX / 2)
		return false;
	snprintf(out, size, "%.*s@%.300s", (int)(at - text), text, at + 1);
	return true;
}

static bool
is_client(const char *text)
{
	uint8_t address[16];

	return inet_pton(AF_INET, text, address) == 1 ||
	       inet_pton(AF_INET6, text, address) == 1;
}

/* Returns 0, or an exit status after the complaint. */
static int
read_query(const struct bs_call *call, struct bs_spf_query *out)
{
	const char *sender = call->sender;

	if (call->client == NULL ||
	    !copy_within(out->client, sizeof(out->client), call->client,
		"[]") ||
	    !is_client(out->client)) {
		bs_complain("which client? Type: backstop spf check -i ADDRESS "
			    "-s SENDER -H HELO");
		return EX_USAGE;
	}
	if (sender == NULL && call->helo == NULL) {
		bs_complain("give the sender with -s, the name of HELO with "
			    "-H, or both");
		return EX_USAGE;
	}
	out->identity = sender == NULL ? BS_SPF_HELO : BS_SPF_MAILFROM;
	/* a name of HELO that is cut is still too long for one */
	snprintf(out->helo, sizeof(out->helo), "%s",
	    call->helo == NULL ? "" : call->helo);
	if (sender != NULL &&
	    !copy_sender(out->sender, sizeof(out->sender), sender)) {
		bs_complain("the sender is too long");
		return EX_DATAERR;
	}
	if (gethostname(out->receiver, sizeof(out->receiver) - 1) != 0)
		out->receiver[0] = '\0';
	return 0;
}

int
bs_cmd_spf_check(const struct bs_call *call)
{
	struct bs_spf_query query = {0};
	struct bs_spf_finding finding;
	struct bs_spf_trail trail = {0};
	char header[2048];
	int status = read_query(call, &query);

	if (status != 0 ||
	    (status = bs_spf_once(call, &query, &finding, &trail)) != 0)
		return status;
	write_header(&query, &finding, header, sizeof(header));
	if (call->json)
		print_json(&finding, &trail, header);
	else
		print_text(&finding, &trail, header);
	free(trail.steps);
	return exit_of(finding.result);
}
