/* Any octets as the answer of a DNS server.
 *
 * The first octet chooses the type asked for; the question's name stands at
 * the front, up to a newline. */
#include <string.h>

#include "common/dns/query.h"
#include "common/dns/reply.h"
#include "tests/fuzz/fuzz.h"

static void
check(const struct bs_dns_answer *answer, enum bs_dns_type type)
{
	char text[BS_DNS_REPLY_MAX];
	const uint8_t *at = NULL;
	unsigned count = 0;
	size_t len;

	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		count++;
		MUST(at + len <= answer->data + answer->len);
		if (type == BS_DNS_A)
			MUST(len == 4);
		if (type == BS_DNS_AAAA)
			MUST(len == 16);
		if (type == BS_DNS_TXT)
			MUST(bs_dns_txt_join(at, len, text, sizeof(text)) >= 0);
		if (type == BS_DNS_MX || type == BS_DNS_PTR ||
		    type == BS_DNS_CNAME)
			MUST(len < 254 && memchr(at, '\0', len) == NULL);
	}
	MUST(count == answer->count);
	MUST((count > 0) == (answer->status == BS_DNS_FOUND));
}

/* Whether it answers the question, before it is read. */
static void
fit(const char *name, enum bs_dns_type type, const uint8_t *reply, size_t len)
{
	uint8_t query[BS_DNS_QUERY_MAX];
	uint16_t id = 0;

	if (len >= 2)
		id = (uint16_t)(reply[0] << 8 | reply[1]);
	if (bs_dns_query_write(name, type, id, 1232, query) > 0)
		(void)bs_dns_query_fit(query, reply, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum bs_dns_type types[] = {BS_DNS_A, BS_DNS_AAAA,
	    BS_DNS_MX, BS_DNS_PTR, BS_DNS_TXT, BS_DNS_CNAME};
	static union {
		struct bs_dns_answer answer;
		char room[BS_DNS_ANSWER_SIZE(BS_DNS_REPLY_MAX)];
	} out;
	char name[BS_HOST_MAX];
	char target[BS_HOST_MAX];
	uint32_t ttl;
	const uint8_t *end;
	enum bs_dns_type type;
	size_t len;

	if (size < 1)
		return 0;
	type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
	data++;
	size--;
	end = memchr(data, '\n', size);
	if (end == NULL || (len = (size_t)(end - data)) >= sizeof(name))
		return 0;
	memcpy(name, data, len);
	name[len] = '\0';
	fit(name, type, end + 1, size - len - 1);
	bs_dns_reply_parse(end + 1, size - len - 1, name, type, &out.answer,
	    sizeof(out));
	check(&out.answer, type);
	if (bs_dns_reply_alias(end + 1, size - len - 1, name, type, target,
		&ttl)) {
		MUST(out.answer.status != BS_DNS_FOUND);
		MUST(bs_dns_is_name(target) && ttl <= INT32_MAX);
	}
	fit(name, type, end + 1, size - len - 1);
	bs_dns_reply_parse(end + 1, size - len - 1, name, type, &out.answer,
	    BS_DNS_ANSWER_SIZE(40));
	check(&out.answer, type);
	return 0;
}
