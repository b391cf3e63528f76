/* The state of one evaluation of SPF, and how its parts ask and decide. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/spf/run_state.h"

int
bs_spf_run_decide(struct bs_spf_run *run, enum bs_spf_result result,
    const char *format, ...)
{
	va_list args;

	run->state = BS_SPF_DECIDED;
	run->result = result;
	va_start(args, format);
	vsnprintf(run->problem, sizeof(run->problem), format, args);
	va_end(args);
	return -ECANCELED;
}

enum bs_dns_type
bs_spf_run_address_type(const struct bs_spf_run *run)
{
	return run->is_ip6 ? BS_DNS_AAAA : BS_DNS_A;
}

int
bs_spf_run_ask(struct bs_spf_run *run, const char *name, enum bs_dns_type type,
    const struct bs_dns_answer **out)
{
	static const struct bs_dns_answer nothing = {
	    .status = BS_DNS_NO_NAME,
	};

	*out = &nothing;
	if (!bs_dns_is_name(name))
		return 0;
	if ((*out = run->lookup(run->context, name, type)) != NULL)
		return 0;
	run->state = BS_SPF_MISSING;
	return -ECANCELED;
}

bool
bs_spf_is_within(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned octets = bits / 8;
	unsigned rest = bits % 8;

	return memcmp(a, b, octets) == 0 &&
	       (rest == 0 || (a[octets] ^ b[octets]) >> (8 - rest) == 0);
}

int
bs_spf_run_ask_all(struct bs_spf_run *run, const struct bs_dns_answer *names,
    unsigned max)
{
	const struct bs_dns_answer *answer;
	char name[BS_HOST_MAX];
	int rc = 0;

	for (unsigned n = 0; n < max && n < names->count; n++)
		if (bs_dns_answer_name(names, n, name) &&
		    bs_spf_run_ask(run, name, bs_spf_run_address_type(run),
			&answer) != 0)
			rc = -ECANCELED;
	return rc;
}
