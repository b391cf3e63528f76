/* The values of a report, as senders write them. */
#include <arpa/inet.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/reports/value.h"

#define NUMBER_MAX (INT64_C(1) << 53)

bool
bs_report_number(const char *text, int64_t *out)
{
	*out = 0;
	if (!bs_ascii_is_digit(*text))
		return false;
	for (; bs_ascii_is_digit(*text); text++) {
		*out = *out * 10 + (*text - '0');
		if (*out > NUMBER_MAX)
			return false;
	}
	return true;
}

bool
bs_report_count(const char *text, uint32_t *out)
{
	int64_t number;

	if (!bs_report_number(text, &number) || number > UINT32_MAX)
		return false;
	*out = (uint32_t)number;
	for (; bs_ascii_is_digit(*text); text++)
		;
	return *text == '\0';
}

bool
bs_report_address(const char *text, struct bs_report_row *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(out->address, 0, sizeof(out->address));
	out->is_ip6 = false;
	if (inet_pton(AF_INET, text, out->address) == 1)
		return true;
	if (inet_pton(AF_INET6, text, out->address) != 1)
		return false;
	out->is_ip6 = memcmp(out->address, mapped, sizeof(mapped)) != 0;
	if (!out->is_ip6) {
		memmove(out->address, out->address + sizeof(mapped), 4);
		memset(out->address + 4, 0, sizeof(mapped));
	}
	return true;
}

static bool
is_word(const char *text, const char *word)
{
	return strlen(text) == strlen(word) &&
	       bs_ascii_same(text, word, strlen(word));
}

bool
bs_report_spf(const char *text, enum bs_spf_result *out)
{
	static const struct {
		const char *word;
		enum bs_spf_result result;
	} words[] = {
	    {"none", BS_SPF_NONE},
	    {"neutral", BS_SPF_NEUTRAL},
	    {"pass", BS_SPF_PASS},
	    {"fail", BS_SPF_FAIL},
	    {"hardfail", BS_SPF_FAIL},
	    {"softfail", BS_SPF_SOFTFAIL},
	    {"temperror", BS_SPF_TEMPERROR},
	    {"error", BS_SPF_TEMPERROR},
	    {"permerror", BS_SPF_PERMERROR},
	    {"unknown", BS_SPF_PERMERROR},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(text, words[i].word)) {
			*out = words[i].result;
			return true;
		}
	return false;
}

bool
bs_report_passes(const char *text)
{
	return is_word(text, "pass");
}

enum bs_report_fate
bs_report_fate(const char *text)
{
	if (is_word(text, "quarantine"))
		return BS_REPORT_QUARANTINED;
	return is_word(text, "reject") ? BS_REPORT_REJECTED
				       : BS_REPORT_DELIVERED;
}

bool
bs_report_forwarded(const char *text)
{
	return is_word(text, "forwarded") || is_word(text, "mailing_list") ||
	       is_word(text, "trusted_forwarder");
}

void
bs_report_domain(const char *text, char out[static BS_HOST_MAX])
{
	const char *at = strrchr(text, '@');
	size_t len;

	if (at != NULL)
		text = at + 1;
	len = strcspn(text, " \t\r\n>");
	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len >= BS_HOST_MAX)
		len = 0;
	for (size_t i = 0; i < len; i++)
		out[i] = bs_ascii_lower(text[i]);
	out[len] = '\0';
}

static bool
is_within(const char *name, const char *domain)
{
	size_t len = strlen(name);
	size_t domain_len = strlen(domain);

	return domain_len > 0 && len >= domain_len &&
	       strcmp(name + len - domain_len, domain) == 0 &&
	       (len == domain_len || name[len - domain_len - 1] == '.');
}

bool
bs_report_aligns(const char *domain, const char *header_from)
{
	return is_within(domain, header_from) || is_within(header_from, domain);
}
