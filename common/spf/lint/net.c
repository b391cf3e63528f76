/* Networks of SPF records: one family each, whatever their host bits. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/spf/lint/net.h"

#define WIDE_IP4 16
#define WIDE_IP6 32

/* RFC 6890 and similar; not the networks for examples, which nobody uses by
 * mistake. */
static const struct {
	bool is_ip6;
	uint8_t address[2];
	unsigned prefix;
	const char *what;
} reserved[] = {
    {false, {0}, 8, "no host has such an address"},
    {false, {10}, 8, "a private network (RFC 1918)"},
    {false, {100, 64}, 10, "a network of providers (RFC 6598)"},
    {false, {127}, 8, "a loopback network"},
    {false, {169, 254}, 16, "a link-local network"},
    {false, {172, 16}, 12, "a private network (RFC 1918)"},
    {false, {192, 168}, 16, "a private network (RFC 1918)"},
    {false, {198, 18}, 15, "a network for benchmarks"},
    {false, {224}, 4, "a multicast network"},
    {false, {240}, 4, "no host has such an address"},
    {true, {0}, 8, "no host on the Internet has such an address"},
    {true, {0xfc}, 7, "a private network (RFC 4193)"},
    {true, {0xfe, 0x80}, 10, "a link-local network"},
    {true, {0xff}, 8, "a multicast network"},
};

static unsigned
bits(bool is_ip6)
{
	return is_ip6 ? 128 : 32;
}

bool
bs_spf_net_mask(struct bs_spf_net *net)
{
	bool were = false;

	for (unsigned bit = net->prefix; bit < bits(net->is_ip6); bit++) {
		uint8_t mask = (uint8_t)(0x80U >> bit % 8);

		were = were || (net->address[bit / 8] & mask) != 0;
		net->address[bit / 8] &= (uint8_t)~mask;
	}
	return were;
}

bool
bs_spf_net_has(const struct bs_spf_net *outer, const struct bs_spf_net *inner)
{
	struct bs_spf_net masked = *inner;

	if (outer->is_ip6 != inner->is_ip6 || outer->prefix > inner->prefix)
		return false;
	masked.prefix = outer->prefix;
	(void)bs_spf_net_mask(&masked);
	return memcmp(masked.address, outer->address, 16) == 0;
}

void
bs_spf_net_last(const struct bs_spf_net *net, uint8_t out[static 16])
{
	memcpy(out, net->address, 16);
	for (unsigned bit = net->prefix; bit < bits(net->is_ip6); bit++)
		out[bit / 8] |= (uint8_t)(0x80U >> bit % 8);
}

bool
bs_spf_net_step(bool is_ip6, uint8_t address[static 16])
{
	for (unsigned i = bits(is_ip6) / 8; i > 0; i--)
		if (++address[i - 1] != 0)
			return true;
	return false;
}

const char *
bs_spf_net_text(const struct bs_spf_net *net, char out[static BS_SPF_NET_TEXT])
{
	size_t len;

	if (inet_ntop(net->is_ip6 ? AF_INET6 : AF_INET, net->address, out,
		BS_SPF_NET_TEXT) == NULL)
		out[0] = '\0';
	len = strlen(out);
	if (net->prefix < bits(net->is_ip6))
		snprintf(out + len, BS_SPF_NET_TEXT - len, "/%u", net->prefix);
	return out;
}

const char *
bs_spf_net_reserved(const struct bs_spf_net *net)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		struct bs_spf_net outer = {.is_ip6 = reserved[i].is_ip6,
		    .prefix = reserved[i].prefix};

		memcpy(outer.address, reserved[i].address, 2);
		if (bs_spf_net_has(&outer, net))
			return reserved[i].what;
	}
	return NULL;
}

bool
bs_spf_net_is_wide(const struct bs_spf_net *net)
{
	return net->prefix <= (net->is_ip6 ? WIDE_IP6 : WIDE_IP4);
}
