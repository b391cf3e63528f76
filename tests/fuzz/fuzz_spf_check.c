/* A whole check by libspf2, with any answers of DNS.
 *
 * Lines: client, sender, HELO, then an answer for each new question. "!" is a
 * server that fails, "" a name that is not there, "-" one without records of
 * the type; else records with a bar between them. */
#include <arpa/inet.h>
#include <string.h>

#include "common/spf/libspf2.h"
#include "tests/fuzz/fuzz.h"

#define ANSWERS 200
#define DATA_MAX 9000

struct known {
	char name[BS_HOST_MAX];
	enum bs_dns_type type;
	union {
		struct bs_dns_answer answer;
		char room[BS_DNS_ANSWER_SIZE(DATA_MAX)];
	} is;
};

static struct known known[ANSWERS];
static size_t known_count;
static const char *rest;
static size_t rest_len;

/* Takes a line off the input. */
static const char *
next_line(size_t *len)
{
	const char *line = rest;
	const char *end = memchr(rest, '\n', rest_len);

	*len = end == NULL ? rest_len : (size_t)(end - rest);
	rest_len -= *len + (end != NULL);
	rest += *len + (end != NULL);
	return line;
}

static void
take_text(char *out, size_t size)
{
	size_t len;
	const char *line = next_line(&len);

	if (len >= size)
		len = size - 1;
	memcpy(out, line, len);
	out[len] = '\0';
	out[strcspn(out, "\r")] = '\0';
}

static void
add(struct bs_dns_answer *answer, const void *data, size_t len)
{
	if (answer->len + len + 2 > DATA_MAX)
		return;
	answer->data[answer->len] = (uint8_t)(len >> 8);
	answer->data[answer->len + 1] = (uint8_t)len;
	memcpy(answer->data + answer->len + 2, data, len);
	answer->len += len + 2;
	answer->count++;
	answer->status = BS_DNS_FOUND;
}

static void
add_record(struct known *at, const char *text, size_t len)
{
	uint8_t data[DATA_MAX] = {0};
	size_t used = 0;
	size_t octets = at->type == BS_DNS_A ? 4 : 16;

	if (at->type == BS_DNS_A || at->type == BS_DNS_AAAA) {
		char number[64] = {0};

		memcpy(number, text, len < 63 ? len : 63);
		if (inet_pton(at->type == BS_DNS_A ? AF_INET : AF_INET6, number,
			data) != 1)
			memcpy(data, text, len < octets ? len : octets);
		add(&at->is.answer, data, octets);
	} else if (at->type != BS_DNS_TXT) {
		/* names have no octets but printable ones */
		for (size_t i = 0; i < len && used < 253; i++)
			if (text[i] > ' ' && text[i] <= '~')
				data[used++] = (uint8_t)text[i];
		add(&at->is.answer, data, used);
	} else {
		do {
			size_t part = len > 255 ? 255 : len;

			if (used + part + 1 > sizeof(data))
				return;
			data[used++] = (uint8_t)part;
			memcpy(data + used, text, part);
			used += part;
			text += part;
			len -= part;
		} while (len > 0);
		add(&at->is.answer, data, used);
	}
}

static const struct bs_dns_answer *
lookup(void *context, const char *name, enum bs_dns_type type)
{
	struct known *at;
	const char *line;
	size_t len;

	(void)context;
	MUST(bs_dns_is_name(name));
	for (size_t i = 0; i < known_count; i++)
		if (known[i].type == type && strcmp(known[i].name, name) == 0)
			return &known[i].is.answer;
	MUST(known_count < ANSWERS);
	at = &known[known_count++];
	memset(at, 0, sizeof(*at));
	snprintf(at->name, sizeof(at->name), "%s", name);
	at->type = type;
	at->is.answer.status = BS_DNS_NO_NAME;
	line = next_line(&len);
	if (len == 1 && (*line == '!' || *line == '-')) {
		at->is.answer.status =
		    *line == '!' ? BS_DNS_FAILED : BS_DNS_NO_DATA;
		return &at->is.answer;
	}
	while (len > 0) {
		const char *bar = memchr(line, '|', len);
		size_t part = bar == NULL ? len : (size_t)(bar - line);

		add_record(at, line, part);
		line += part + (bar != NULL);
		len -= part + (bar != NULL);
	}
	return &at->is.answer;
}

static void
must_be_text(const char *text)
{
	for (; *text != '\0'; text++)
		MUST(*text >= ' ' && *text <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bs_libspf2 *libspf2;
	struct bs_spf_query query = {0};
	struct bs_spf_finding finding;

	if (libspf2 == NULL)
		MUST((libspf2 = bs_libspf2_new()) != NULL);
	rest = (const char *)data;
	rest_len = size;
	known_count = 0;
	take_text(query.client, sizeof(query.client));
	take_text(query.sender, sizeof(query.sender));
	take_text(query.helo, sizeof(query.helo));
	query.identity = size % 7 == 0 ? BS_SPF_HELO : BS_SPF_MAILFROM;
	MUST(bs_libspf2_check(libspf2, &query, 1790000000, lookup, NULL,
		 &finding) == 0);
	MUST((unsigned)finding.result < BS_SPF_RESULTS);
	MUST(finding.lookups <= 11);
	MUST(finding.voids <= 3);
	must_be_text(finding.domain);
	must_be_text(finding.sender);
	must_be_text(finding.mechanism);
	must_be_text(finding.problem);
	must_be_text(finding.explanation);
	MUST(finding.sender[0] != '\0');
	return 0;
}
