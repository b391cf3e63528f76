/* Who is counted in the top tables. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/judge/tops.h"
#include "common/mail/host.h"

#define PREFIX_4 24U
#define PREFIX_6 48U

static int
write_network(int family, uint8_t *address, size_t len, unsigned prefix,
    char out[static BS_NETWORK_MAX])
{
	char text[INET6_ADDRSTRLEN];

	memset(address + prefix / 8, 0, len - prefix / 8);
	if (inet_ntop(family, address, text, sizeof(text)) == NULL)
		return -EINVAL;
	snprintf(out, BS_NETWORK_MAX, "%s/%u", text, prefix);
	return 0;
}

int
bs_tops_network(const char *client, char out[static BS_NETWORK_MAX])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t address[16];

	if (inet_pton(AF_INET, client, address) == 1) {
		/* it has one form alone, whose last number is the host's */
		snprintf(out, BS_NETWORK_MAX, "%.*s.0/%u",
		    (int)(strrchr(client, '.') - client), client, PREFIX_4);
		return 0;
	}
	if (inet_pton(AF_INET6, client, address) != 1)
		return -EINVAL;
	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		return write_network(AF_INET, address + sizeof(mapped), 4,
		    PREFIX_4, out);
	return write_network(AF_INET6, address, sizeof(address), PREFIX_6, out);
}

/* Hosts that we do not know write these names: only what may be one counts. */
static bool
note_host(const struct bs_case *question, enum bs_top_kind kind,
    const char *text)
{
	char host[BS_HOST_NAME_MAX];
	size_t len = bs_host_copy(text, strlen(text), host);

	if (len > 0)
		bs_writer_top(question->judge->writer, kind, host, len);
	return len > 0;
}

static void
note_user(const struct bs_case *question, const struct bs_known *known)
{
	const char *text = question->request->recipient;
	struct bs_address address = question->tag.plain;
	uint8_t hash[BS_RECORD_HASH];

	if (!known->has_tag &&
	    bs_address_parse(text, strlen(text), &address) != 0)
		return;
	if (bs_view_hash_address(&question->view, &address, hash) == 0)
		bs_writer_top(question->judge->writer, BS_TOP_USER,
		    (const char *)hash, sizeof(hash));
}

void
bs_tops_note_bounce(const struct bs_case *question,
    const struct bs_known *known)
{
	const struct bs_request *request = question->request;
	char network[BS_NETWORK_MAX];

	if (question->view.config->report != BS_KEEP_HOSTS)
		return;
	if (bs_tops_network(request->client, network) == 0)
		bs_writer_top(question->judge->writer, BS_TOP_NETWORK, network,
		    strlen(network));
	if (!note_host(question, BS_TOP_MTA, request->reporting_mta))
		(void)note_host(question, BS_TOP_MTA, request->helo);
	note_user(question, known);
}

void
bs_tops_note_spf(const struct bs_case *question, const char *domain)
{
	if (question->view.config->report == BS_KEEP_HOSTS)
		(void)note_host(question, BS_TOP_SPF, domain);
}
