/* DNS by a table, for evaluations of SPF that ask no server. */
#ifndef BS_SPF_ZONE_H
#define BS_SPF_ZONE_H

#include <arpa/inet.h>
#include <stdio.h>

#include "common/base/ascii.h"
#include "common/dns/reply.h"
#include "tests/unit/unit.h"

/* A record, or "FAIL" for a server that does not answer. */
struct zone_record {
	const char *name;
	enum bs_dns_type type;
	const char *text;
};

#define ZONE_ANSWERS 400

struct zone {
	const struct zone_record *records;
	size_t count;
	/* what makes up records for any name, where these have none */
	const char *(*make)(const char *name, enum bs_dns_type type);
	/* answers given so far; only this many are known */
	size_t known;
	size_t asked;
	struct zone_answer {
		char name[256];
		enum bs_dns_type type;
		union {
			struct bs_dns_answer answer;
			char room[BS_DNS_ANSWER_SIZE(8192)];
		} is;
	} answers[ZONE_ANSWERS];
};

static bool
zone_same(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && bs_ascii_same(a, b, strlen(a));
}

static void
zone_add(struct bs_dns_answer *answer, const void *data, size_t len)
{
	answer->data[answer->len] = (uint8_t)(len >> 8);
	answer->data[answer->len + 1] = (uint8_t)len;
	memcpy(answer->data + answer->len + 2, data, len);
	answer->len += 2 + len;
	answer->count++;
	answer->status = BS_DNS_FOUND;
}

static void
zone_put(struct bs_dns_answer *answer, enum bs_dns_type type, const char *text)
{
	uint8_t data[6000];
	size_t len = strlen(text);
	size_t at = 0;

	if (strcmp(text, "FAIL") == 0) {
		answer->status = BS_DNS_FAILED;
		return;
	}
	if (type == BS_DNS_A && inet_pton(AF_INET, text, data) == 1) {
		zone_add(answer, data, 4);
	} else if (type == BS_DNS_AAAA &&
		   inet_pton(AF_INET6, text, data) == 1) {
		zone_add(answer, data, 16);
	} else if (type == BS_DNS_TXT) {
		do {
			size_t part = len > 200 ? 200 : len;

			data[at++] = (uint8_t)part;
			memcpy(data + at, text, part);
			at += part;
			text += part;
			len -= part;
		} while (len > 0);
		zone_add(answer, data, at);
	} else {
		zone_add(answer, text, len);
	}
}

static const struct bs_dns_answer *
zone_lookup(void *context, const char *name, enum bs_dns_type type)
{
	struct zone *zone = context;
	struct zone_answer *answer;
	const char *made;

	for (size_t i = 0; i < zone->asked; i++)
		if (zone->answers[i].type == type &&
		    zone_same(zone->answers[i].name, name))
			return &zone->answers[i].is.answer;
	if (zone->asked == zone->known || zone->asked == ZONE_ANSWERS)
		return NULL;
	answer = &zone->answers[zone->asked++];
	memset(answer, 0, sizeof(*answer));
	snprintf(answer->name, sizeof(answer->name), "%s", name);
	answer->type = type;
	answer->is.answer.status = BS_DNS_NO_NAME;
	for (size_t i = 0; i < zone->count; i++)
		if (zone->records[i].type == type &&
		    zone_same(zone->records[i].name, name))
			zone_put(&answer->is.answer, type,
			    zone->records[i].text);
	if (answer->is.answer.status == BS_DNS_NO_NAME && zone->make != NULL &&
	    (made = zone->make(name, type)) != NULL)
		zone_put(&answer->is.answer, type, made);
	return &answer->is.answer;
}

#endif
