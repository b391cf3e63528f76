/* Networks in CIDR notation, IPv4 and IPv6. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/base/netblock.h"

/* The bits before an IPv4 address in its mapped form (RFC 4291 §2.5.5.2). */
#define MAPPED_BITS 96

static const uint8_t mapped[MAPPED_BITS / 8] = {[10] = 0xff, [11] = 0xff};

/* The length of the address family's addresses in bits, or 0 for text that
 * is no address. */
static unsigned
read_address(const char *text, uint8_t out[static 16])
{
	if (inet_pton(AF_INET, text, out + sizeof(mapped)) == 1) {
		memcpy(out, mapped, sizeof(mapped));
		return 32;
	}
	return inet_pton(AF_INET6, text, out) == 1 ? 128 : 0;
}

/* Decimal, without sign or leading zero; -1 for anything else. */
static int
read_prefix(const char *text, unsigned max)
{
	unsigned prefix = 0;
	size_t len = strlen(text);

	if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (!bs_ascii_is_digit(text[i]))
			return -1;
		prefix = prefix * 10 + (unsigned)(text[i] - '0');
	}
	return prefix <= max ? (int)prefix : -1;
}

static bool
has_host_bits(const struct bs_netblock *block)
{
	for (unsigned bit = block->prefix; bit < 128; bit++)
		if (block->address[bit / 8] & (0x80U >> bit % 8))
			return true;
	return false;
}

int
bs_netblock_parse(const char *text, struct bs_netblock *out)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	unsigned bits;
	int prefix;

	if (len >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, len);
	address[len] = '\0';
	memset(out, 0, sizeof(*out));
	if ((bits = read_address(address, out->address)) == 0)
		return -EINVAL;
	prefix = (int)bits;
	if (slash != NULL && (prefix = read_prefix(slash + 1, bits)) < 0)
		return -EINVAL;
	out->prefix = 128 - bits + (unsigned)prefix;
	return has_host_bits(out) ? -EINVAL : 0;
}

bool
bs_netblock_has(const struct bs_netblock *block, const char *address)
{
	uint8_t octets[16];
	size_t whole = block->prefix / 8;
	unsigned rest = block->prefix % 8;

	if (read_address(address, octets) == 0)
		return false;
	/* "::/0" is all of IPv6; nobody means IPv4 by it */
	if (block->prefix < MAPPED_BITS &&
	    memcmp(octets, mapped, sizeof(mapped)) == 0)
		return false;
	if (memcmp(octets, block->address, whole) != 0)
		return false;
	return rest == 0 ||
	       ((octets[whole] ^ block->address[whole]) >> (8 - rest)) == 0;
}
